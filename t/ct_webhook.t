# The webhook: once per finding, retried with back-off while the receiver is
# down, kept across restarts, held up by nobody else's trouble.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);

use CT::Receiver;
use CT::Site;


subtest 'answers of all kinds' => sub {
    my $s = CT::Site->new;
    my $n = $s->nginx;

    $s->receiver->answer(500, 'close', 302, 204);
    $s->append('site');
    $s->issue('other', 'a.shop.test');
    $n->start;

    ok($s->wait_for(sub { $s->receiver->requests == 4 }, 30),
        'after 500, a closed connection and a redirect: sent again');
    my @r = $s->receiver->requests;
    my @gaps = map { $r[$_]{time} - $r[$_ - 1]{time} } 1 .. 3;
    cmp_ok($gaps[0], '>', 0.4, 'it waits');
    cmp_ok($gaps[2], '>', $gaps[0], 'longer each time');
    my %ids = map { $_->{id} => 1 } $s->receiver->bodies;
    is(scalar keys %ids, 1, 'always with the same id');
    ok($s->wait_for(sub {
        $n->get_json('/ct/api/status')->{alerts}{sent} == 1 }), 'counted');
    sleep 2;
    is(scalar $s->receiver->requests, 4, 'and then no more');
    $s->issue('other', 'b.shop.test');
    ok($s->wait_for(sub { $s->receiver->requests == 5 }), 'the next at once');
    $n->finish;
};


subtest 'down, and nginx restarts meanwhile' => sub {
    my $s = CT::Site->new;
    my $n = $s->nginx;
    my $port = $s->receiver->port;

    $s->receiver->stop;
    $s->append('site');
    $s->issue('other', "$_.shop.test") for qw(a b c);
    $n->start;
    ok($s->wait_for(sub { $s->findings == 4 }), 'found');
    ok($s->wait_for(sub {
        $n->get_json('/ct/api/status')->{alerts}{waiting} == 3 }), 'waiting');
    ok($s->wait_for(sub {
        $n->error_log =~ /webhook .* did not take an alert/ }), 'told');

    ok($n->reload, 'reload');
    $n->quit;
    $n->start;
    is($n->get_json('/ct/api/status')->{alerts}{waiting} // -1, 3,
        'they wait across reload and restart') if $s->wait_for(
        sub { $n->get_json('/ct/api/status')->{engine}{running} });

    my $again = CT::Receiver->new(world => $s->world, port => $port);
    ok($s->wait_for(sub { $again->alerts >= 3 }, 30), 'delivered at last');
    my %ids = map { $_->{id} => 1 } $again->alerts;
    is(scalar keys %ids, 3, 'all three');
    ok($s->wait_for(sub {
        $n->get_json('/ct/api/status')->{alerts}{waiting} == 0 }), 'none left');
    $n->finish;
};


subtest 'a receiver that talks without end' => sub {
    my $s = CT::Site->new;
    my $n = $s->nginx;

    $s->receiver->answer({ status => 200, body => 'x' x 500_000 });
    $s->append('site');
    $s->issue('other', 'a.shop.test');
    $n->start;
    ok($s->wait_for(sub {
        $n->get_json('/ct/api/status')->{alerts}{sent} == 1 }),
        'a long answer is an answer');
    $n->finish;
};


subtest 'two receivers, one dead' => sub {
    my $s = CT::Site->new;
    my $n = $s->nginx;
    my $dead = CT::Receiver->new(world => $s->world, answers => ['hang']);

    $s->configure(conf => 'ct_webhook ' . $dead->url('/dead') . ';');
    $s->append('site');
    $s->issue('other', "$_.shop.test") for qw(a b c);
    $n->start;
    ok($s->wait_for(sub { $s->receiver->alerts == 3 }),
        'the living one has all of them');
    ok($s->wait_for(sub { $dead->requests > 0 }), 'the dead one was asked');
    is(scalar $dead->requests, 1, 'once');
    cmp_ok($n->quit, '<', 0.5, 'and holds up nobody');
    $n->finish;
};


subtest 'what became ours before it was told' => sub {
    my $s = CT::Site->new;
    my $n = $s->nginx;

    $s->receiver->answer(503);
    $s->append('site');
    my $theirs = $s->issue('other', 'shop.test');
    $n->start;
    ok($s->wait_for(sub { $s->receiver->requests >= 1 }), 'first try');
    $s->configure(certificate => $theirs);
    ok($n->reload, 'it was ours, from another CA');
    ok($s->wait_finding(sub {
        $_[0]{ca} && $_[0]{ca} eq 'Other CA Ltd' && $_[0]{verdict} eq 'served'
    }) || $s->wait_finding(sub { $_[0]{verdict} eq 'served' }), 'closed');
    ok($s->wait_for(sub {
        $n->get_json('/ct/api/status')->{alerts}{waiting} == 0 }),
        'nothing is left to be told');
    $n->finish;
};


done_testing;
