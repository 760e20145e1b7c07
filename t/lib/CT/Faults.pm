# CT::Faults: a site whose alerts go to receivers with faults, and what has
# become of each alert. Delivered is what a receiver took, with a 2xx; twice
# what it took twice under one id; lost what it has never taken.
#
#   my $s = CT::Faults->new;
#   my $r = $s->hook('a 500', answers => [500, 204]);   # receiver, webhook
#   $s->begin; $s->plant(3);     # configured and started; certificates
#   $s->elapse(3600);              # an hour has passed, for nginx alone
#   ok($s->settle($r)); $s->row('a 500', $r);
#   CT::Lanes::run(\&CT::Faults::table);
package CT::Faults;

use strict;
use warnings;

use parent qw(CT::Site);

use CT::Lanes;
use CT::Nginx;
use CT::Receiver;
use CT::World qw(spew);
use Test::More;

my $blank = sprintf '%-32s', 0;

sub new {
    my ($class, %args) = @_;
    my $s = $class->SUPER::new(no_nginx => 1, webhook => 0,
        status => 'write=on', domain => 'shop.test', %args);
    my $pass = spew($s->world->path('pass'), $blank);

    $s->{nginx} = CT::Nginx->new(world => $s->world, http => '', workers => 2,
        env => { CLOCKPASS => $pass, SLOWSYNC => $s->world->path('slow'),
            LD_PRELOAD => join(':', map { CT::World::build_dir() . "/$_.so" }
                qw(clockjump slowsync)) });
    $s->{planted} = [];
    $s->{hooks} = {};
    $s->{passed} = 0;
    $s->add_log('log');

    return $s;
}

# A receiver and its webhook, which wants to hear of certificates: `url` makes
# its address of the receiver, `on` are other events, the rest is for the
# receiver.
sub hook {
    my ($s, $name, %args) = @_;
    my $url = delete $args{url};
    my $on = delete $args{on}
        // 'unfamiliar,unserved,unparsable,resolved';
    my $r = CT::Receiver->new(world => $s->world, %args);

    $s->{hooks}{$name} = 'ct_webhook ' . ($url ? $url->($r) : $r->url)
        . " \"name=$name\" on=$on;\n";

    return $r;
}

sub unhook { return delete $_[0]{hooks}{ $_[1] } }

# As it is hooked up now.
sub hooked {
    my ($s, %change) = @_;

    $s->{more} = $change{conf} if exists $change{conf};
    delete $change{conf};

    return $s->configure(%change, conf => ($s->{more} // '')
        . join '', map { $s->{hooks}{$_} } sort keys %{ $s->{hooks} });
}

sub begin {
    my ($s) = @_;

    $s->append('site');
    $s->hooked;
    $s->nginx->start;

    return $s;
}

# So many certificates of a CA that is not ours: an alert is due for each.
sub plant {
    my ($s, $n, $ca) = @_;
    my $base = 'p' . @{ $s->{planted} };

    $s->world->ca('leaf', $base, '--issuer', $ca // 'other-ca', '--count', $n,
        '--name-format', "$base-%05d.shop.test");
    $s->world->log('add', 'log', '--chain',
        ($ca // 'other-ca') . '.chain.pem', "$base.pem");
    push @{ $s->{planted} },
        map { sprintf "$base-%05d.shop.test", $_ } 0 .. $n - 1;

    return $s;
}

# Time passes for nginx and its engine, without a jump.
sub elapse {
    my ($s, $seconds) = @_;

    $s->{passed} += $seconds;
    open(my $out, '+<', $s->world->path('pass')) or die $!;
    syswrite $out, sprintf '%-32s', $s->{passed};

    return $s;
}

# The disk hangs from now on, or does so no more.
sub stall {
    my ($s, $on) = @_;
    my $path = $s->world->path('slow');

    $on ? spew($path, '') : unlink $path;

    return $s;
}

sub channel {
    my ($s, $name) = @_;
    my $all = $s->nginx->get_json('/ct/api/channels') || { channels => [] };
    my ($channel) = grep { $_->{name} eq $name } @{ $all->{channels} };

    return $channel || {};
}

# How often it took each alert: { id => n }, { name => n }. There may be very
# many: they are read without decoding the JSON in the JSON.
sub taken {
    my (undef, $r) = @_;
    my (%id, %name);

    for my $line ($r->lines) {
        my ($answer, $body) = $line =~ /^\{"answer":(.*?),"body":"(.*)/;
        next if $answer !~ m{^2\d\d$|"status":2\d\d|"raw":"HTTP/\S+ 2\d\d};

        while ($body =~ /\{\\"id\\":\\"(\w+)\\",\\"type\\":\\"certificate\.un
            \w+\\".*?\\"names\\":\[\\"(.*?)\\"/gx)
        {
            $id{$1}++;
            $name{$2}++;
        }
    }

    return (\%id, \%name);
}

sub missing {
    my ($s, $r) = @_;
    my (undef, $name) = $s->taken($r);

    return grep { !$name->{$_} } @{ $s->{planted} };
}

# Until everything planted was taken.
sub settle {
    my ($s, $r, $seconds) = @_;

    return $s->wait_for(sub { !$s->missing($r) }, $seconds);
}

# How many were taken twice.
sub row {
    my ($s, $what, $r) = @_;
    my ($id) = $s->taken($r);
    my @lost = $s->missing($r);
    my $due = @{ $s->{planted} };
    my $twice = grep { $_ > 1 } values %$id;

    is("@lost", '', "$what: nothing is lost");
    CT::Lanes::score($what, $due, $due - @lost, $twice, scalar @lost);

    return $twice;
}

sub table {
    diag sprintf '%s: due %d, delivered %d, duplicated %d, lost %d', @$_
        for @_;

    return;
}

1;
