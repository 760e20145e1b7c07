# Nothing is lost: kill -9 at every step of the journey, power cuts, full
# disks, clocks that jump, storms of reloads, two generations at once. The
# logs are the journal: a position is never ahead of the findings, no finding
# is there twice, no alert is lost.
#
# CRASH_LONG=1 (make soak) does it longer, CRASH_ONLY=pattern only some.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);

use CT::Ledger;
use CT::Nginx;
use CT::Receiver;
use CT::Site;
use CT::World qw(slurp spew);

my $long = $ENV{CRASH_LONG};
my $only = $ENV{CRASH_ONLY} // '';
my @logs = qw(static rfc);

srand($ENV{CRASH_SEED} // 1);


# Each step: what both logs do so that the engine stands still there, and
# what is asked of them then.
my @steps = (
    ['the tree head', { path => 'sth', hang => 1 }, qr/^get-sth|checkpoint/],
    ['entries', { path => 'entries', hang => 1 }, qr/^get-entries|data/],
    ['amid entries', { path => 'entries', drip => 1 }, qr/^get-entries|data/],
    ['an issuer', { path => 'issuer', hang => 1 }, qr/^issuer|get-entries/],
    ['the webhook', undef],
);

for my $how ('worker 0', 'everything') {
    part("kill -9 of $how, at the tail" => sub {
        my ($s, $l) = site(since => 'all');
        my $n = $s->nginx;

        $l->plant(log => $_) for @logs;
        $n->start;
        ok($l->settle, 'all is well');

        for my $step (@steps) {
            my ($what, $lie, $asked) = @$step;

            hold($s, $lie);
            $l->plant(log => $_, ca => $_ eq 'rfc' ? 'usual' : 'other')
                for @logs, @logs;
            ok(held($s, $asked), "$what: held");
            sleep 0.3 if $what =~ /^amid/;
            crash($s, $l, $how, $what);
            $l->plant(log => $_) for @logs;
            release($s);
            resume($s, $how);
        }

        ok($l->settle, 'all is found and told');
        $l->row("$how, tail");
        done($n);
    });
}

CT::Ledger::table();
done_testing;


# ---- the world

sub part {
    my ($what, $do) = @_;

    return if $what !~ /$only/;
    my $start = time;
    subtest $what => $do;
    diag sprintf '%5.1f s  %s', time - $start, $what if $ENV{CRASH_TIMES};

    return;
}

# A site with a log of each kind that lie on request, and its ledger.
sub site {
    my (%args) = @_;
    my $s = CT::Site->new(no_nginx => 1, %args);

    $s->{nginx} = CT::Nginx->new(world => $s->world, http => '',
        workers => 2, env => $args{env} || {});
    $s->add_log('static', protocol => 'static');
    $s->add_log('rfc', protocol => 'rfc6962');
    $s->configure;
    spew($s->nginx->prefix . '/html/file', 'x');

    return ($s, CT::Ledger->new($s));
}

sub hold {
    my ($s, $lie) = @_;

    if (!$lie) {
        $s->{before} = $s->receiver->requests;
        $s->receiver->answer('hang');
        return;
    }

    for my $log (@logs) {
        $s->logserver->forget($log);
        $s->logserver->set($log, %$lie);
    }

    return;
}

# Both logs, or the webhook, have been asked for what is held.
sub held {
    my ($s, $asked) = @_;

    return $s->wait_for(sub { $s->receiver->requests > $s->{before} })
        if !$asked;

    return $s->wait_for(sub {
        2 == grep {
            grep { $_->[1] =~ $asked }
                @{ $s->logserver->stats($_)->{visits} }
        } @logs;
    });
}

sub release {
    my ($s) = @_;

    $s->logserver->reset($_) for @logs;
    $s->receiver->answer(204);

    return;
}

sub crash {
    my ($s, $l, $how, $what) = @_;
    my $n = $s->nginx;

    $how eq 'worker 0' ? $n->kill_worker0 : $n->kill_all;
    is(scalar $l->ahead, 0, "$what: positions are not ahead of findings");

    return;
}

sub resume {
    my ($s, $how) = @_;

    $s->nginx->start if $how ne 'worker 0';

    return;
}

sub done { return $_[0]->finish(qr/exited on signal 9/) }
