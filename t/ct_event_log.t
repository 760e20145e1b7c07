# ct_event_log: a line of JSON for each event, in a file that is reopened as
# nginx's own logs are, and to a syslog server.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Select;
use IO::Socket::INET;
use JSON::PP qw(decode_json);
use Test::More;
use Time::HiRes qw(sleep);

use CT::Site;
use CT::World qw(slurp);

my $syslog = IO::Socket::INET->new(Proto => 'udp',
    LocalAddr => '127.0.0.1') or die $!;
my $s = CT::Site->new(webhook => 0);
my $n = $s->nginx;
my $file = $n->prefix . '/logs/events.json';

$s->configure(conf => <<"EOC");
ct_event_log logs/events.json;
ct_event_log logs/restarts.json on=engine;
ct_event_log syslog:server=127.0.0.1:@{[$syslog->sockport]},tag=ct;
EOC
$s->world->make_ca('third', 'Third CA Ltd');
$s->append('site');
$s->issue('other', "$_.shop.test") for qw(a b);
$n->start;


subtest 'a line for each event' => sub {
    ok(lines(2), 'two findings, two lines');
    is_deeply([sort map { $_->{finding}{names}[0] } events($file)],
        [qw(a.shop.test b.shop.test)], 'of them');
    is_deeply([map { $_->{type} } events($file)],
        [('certificate.unfamiliar') x 2], 'as alerts have it');
    my %id = map { $_->{id} => 1 } events($file);
    is(scalar keys %id, 2, 'each with an id');

    my $theirs = $s->issue('other', 'shop.test');
    ok(lines(3), 'a third');
    $s->configure(certificate => $theirs);
    ok($n->reload, 'which is served now');
    ok(lines(6), 'so that CA is known, and all three are over');
    is_deeply([map { $_->{type} } (events($file))[3 .. 5]],
        [('certificate.resolved') x 3], 'as it is told');
};


subtest 'reopened' => sub {
    rename $file, "$file.1" or die $!;
    $s->issue('third', 'c.shop.test');
    ok($s->wait_for(sub { count("$file.1") == 7 }),
        'what was renamed is written on');
    ok(!-e $file, 'and no file is made');
    kill 'USR1', $n->pid;
    ok($s->wait_for(sub { -e $file }), 'nginx makes it when it is asked to');
    $s->issue('third', "$_.shop.test") for qw(d e);
    ok(lines(2), 'then it is used');
    is(count("$file.1"), 7, 'and the old one not any more');
    is_deeply([sort map { $_->{finding}{names}[0] } events($file)],
        [qw(d.shop.test e.shop.test)], 'by what came since');
};


subtest 'killed' => sub {
    $n->kill_worker0;
    $s->issue('third', 'f.shop.test');
    ok($s->wait_for(sub { grep { $_->{type} eq 'engine.restarted' }
        events($n->prefix . '/logs/restarts.json') }), 'a restart is told');
    ok($s->wait_for(sub { grep { $_->{type} eq 'engine.restarted' }
        events($file) }), 'here, too');
    ok($s->wait_for(sub { grep { ($_->{finding} || { names => [''] })
        ->{names}[0] eq 'f.shop.test' } events($file) }), 'and what comes');
    is(count($n->prefix . '/logs/restarts.json'), 1, 'where it is asked for');
};


subtest 'syslog' => sub {
    my @said;

    while (IO::Select->new($syslog)->can_read(0.5)) {
        $syslog->recv(my $packet, 65536);
        push @said, $packet;
    }
    my @json = map { /^<\d+>\w{3} [ \d]\d [\d:]{8} \S+ ct: (\{.*\})$/s
        ? decode_json($1) : () } @said;
    is(scalar @json, scalar @said, 'each packet is a line of syslog');
    my %id = map { $_->{id} => 1 } @json;
    my %filed = map { $_->{id} => 1 } events("$file.1"), events($file);
    is_deeply(\%id, \%filed, 'with all that the file has');
};


$n->finish(qr/exited on signal 9/);
done_testing;


sub lines {
    my ($want) = @_;

    return $s->wait_for(sub { count($file) == $want });
}

sub count {
    my ($path) = @_;
    my @lines = -e $path ? slurp($path) =~ /\n/g : ();

    return scalar @lines;
}

# Of whole lines; half of one may be left when a writer is killed.
sub events {
    my ($path) = @_;

    return if !-e $path;
    return map { eval { decode_json($_) } // () }
        slurp($path) =~ /^(.*)\n/mg;
}
