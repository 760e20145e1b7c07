# CT::Bench: what the benches share: a log of many entries as a real one has
# them, an nginx that serves logs as plain files and nothing else, numbers.
#
#   my $b = CT::Bench->new(entries => 100_000);
#   $b->add_log('log', '--encoding', 'gzip');    # the same certificates
#   $b->add_twin('twin', 'log');                 # another log's key and name
#   $b->serve; ... $b->tiles('log') ... $b->list('log', 'twin') ...
#
# BENCH_QUICK=1 makes everything small: to see that it runs, not to measure.

package CT::Bench;

use strict;
use warnings;

use CT::Nginx qw(log_location);
use CT::World qw(slurp spew);
use Exporter qw(import);
use JSON::PP ();

our @EXPORT_OK = qw(median quartiles result quick row);

# Shapes of certificates as they turn up, each so many times in a hundred:
# key, kind, how the first name is written, how many names beside it.
my @shapes = (
    [30, 'ec',  '',         'shop%05d.com',             0],
    [20, 'rsa', '',         'www.garden%05d.de',        1],
    [10, 'ec',  '--finals', '*.host%05d.net',           1],
    [10, 'rsa', '--finals', 'mail.office%05d.co.uk',    4],
    [15, 'ec',  '',         'api-%05d.cloud.test.io',   2],
    [8,  'rsa', '',         'tenant%05d.platform.org',  12],
    [5,  'rsa', '--finals', 'intranet%05d.example.com', 7],
    [2,  'ec',  '',         'edge%05d.cdn.example.net', 60],
);

# What most CAs put in besides: where their CRL is.
my $crl = '2.5.29.31=302c302aa028a0268624' . unpack('H*',
    'http://crl.example.test/issuing1.crl');

sub new {
    my ($class, %args) = @_;
    my $self = bless { %args, world => CT::World->new, logs => [] }, $class;

    $self->{entries} //= quick() ? 4096 : 100_000;
    $self->{nginx} = CT::Nginx->new(world => $self->world, http => '',
        module => 0, main => cores() > 1 ? "worker_cpu_affinity 10;\n" : '',
        prefix => 'files');
    $self->_certificates;

    return $self;
}

sub world   { return $_[0]{world} }
sub nginx   { return $_[0]{nginx} }
sub entries { return $_[0]{entries} }

# ---- the logs

sub add_log {
    my ($self, $name, @init) = @_;

    $self->_init($name, @init);
    $self->world->log('add', $name, '--no-checkpoint',
        map { ('--chain', 'bench-ca.chain.pem', $_) } @{ $self->{pem} });
    $self->world->log('checkpoint', $name);

    return $name;
}

# Another log that happens to hold the same, and shares its files.
sub add_twin {
    my ($self, $name, $of) = @_;
    my $info = $self->world->log_info($of);

    $self->_init($name);
    $self->world->log('checkpoint', $name, '--size', $info->{size},
        '--root', $info->{root});
    $self->{shares}{$name} = $of;

    return $name;
}

# The data tiles of a log, in order.
sub tiles {
    my ($self, $name) = @_;
    my $data = $self->world->path("$name/www/tile/data");
    my $full = int($self->entries / 256);
    my $rest = $self->entries % 256;

    return map {
        my $n = $_;
        my $path = $n < 1000 ? sprintf('%03d', $n)
            : sprintf('x%03d/%03d', $n / 1000, $n % 1000);
        $n < $full ? "$data/$path" : "$data/$path.p/$rest";
    } 0 .. ($rest ? $full : $full - 1);
}

# A list of these logs, or of all.
sub list {
    my ($self, @names) = @_;

    @names = @{ $self->{logs} } if !@names;

    return $self->world->log_list("list-$names[0].json", @names);
}

# Starts the server of the logs; on the second core, at the lowest priority,
# since a real log is on another machine.
sub serve {
    my ($self) = @_;
    my $locations = '';

    for my $name (@{ $self->{logs} }) {
        my $www = $self->world->path("$name/www");
        my $from = $self->world->path(
            ($self->{shares}{$name} // $name) . '/www');
        my $location = log_location("/$name/", $from,
            gzip => $self->{gzip}{ $self->{shares}{$name} // $name });
        $location =~ s/\Q$from\E\/checkpoint;/$www\/checkpoint;/;
        $locations .= $location;
    }

    $self->nginx->write_conf(http => <<"EOF2");
    sendfile on;
    access_log off;
    keepalive_requests 1000000;
    server {
        listen 127.0.0.1:%%PORT%%;
$locations    }
EOF2
    $self->nginx->start;
    CT::World::run('chrt', '-i', '-p', '0', $_)
        for $self->nginx->worker_pids;

    return $self;
}

sub _init {
    my ($self, $name, @init) = @_;

    $self->world->log('init', $name, '--origin', "bench.test/$name",
        '--url', $self->nginx->url("/$name/"), '--operator', 'Bench',
        '--description', "Log $name", @init);
    $self->{gzip}{$name} = "@init" =~ /gzip/ ? 1 : 0;
    push @{ $self->{logs} }, $name;

    return;
}

# In small batches, so that every tile has some of each shape.
sub _certificates {
    my ($self) = @_;
    my $w = $self->world;
    my ($left, $turn) = ($self->entries, 0);

    $w->make_ca('bench', 'Bench CA Ltd');

    while ($left > 0) {
        for my $i (0 .. $#shapes) {
            my ($n, $key, $finals, $format, $more) = @{ $shapes[$i] };
            my $count = $n * 5 < $left ? $n * 5 : $left;
            last if $count == 0;

            my $name = "batch$turn-$i";
            my @old = $turn
                ? ('--key-file', $w->path("batch0-$i.key")) : ();
            $w->ca('leaf', $name, '--issuer', 'bench-ca', '--key', $key,
                @old, '--noise-keys',
                '--count', $count, '--start', $turn * $n * 5,
                '--name-format', $format, $finals || (),
                '--aia', 'http://aia.example.test/issuing1.crt',
                '--tbs-ext', $crl,
                map { ('--name', "alias$_.customer$turn.example.org") }
                    1 .. $more);
            push @{ $self->{pem} }, "$name.pem";
            $left -= $count;
        }
        $turn++;
    }

    return;
}

# ---- functions

sub quick { return $ENV{BENCH_QUICK} ? 1 : 0 }

sub cores {
    my ($rc, $out) = CT::World::run('nproc');

    return $out + 0;
}

# For a command that is to run on one core.
sub pinned {
    my ($core) = @_;

    return cores() > 1 ? ('taskset', '-c', $core) : ();
}

sub median {
    my @sorted = sort { $a <=> $b } @_;

    return @sorted % 2 ? $sorted[$#sorted / 2]
        : ($sorted[@sorted / 2 - 1] + $sorted[@sorted / 2]) / 2;
}

sub quartiles {
    my @sorted = sort { $a <=> $b } @_;

    return ($sorted[@sorted / 4], $sorted[-1 - int(@sorted / 4)]);
}

# A result, as a JSON line.
sub result {
    my (%result) = @_;

    print JSON::PP->new->canonical->encode(\%result), "\n";

    return;
}

# A line of a table.
sub row {
    my ($format, @values) = @_;

    printf "%-34s" . $format . "\n", @values;

    return;
}

1;
