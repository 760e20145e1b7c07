# Nothing is lost: kill -9 at every step of the journey. The logs are the
# journal: a position is never ahead of the findings, no finding is there
# twice, no alert is lost. How to run parts of it: CT::Crash.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);

use CT::Crash qw(part run site release since events done @logs);
use CT::World qw(slurp);


my $long = $ENV{CRASH_LONG};

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
            $l->plant(log => $_) for @logs;
            crash($s, $l, $how, $what);
        }

        ok($l->settle, 'all is found and told');
        $l->row("$how, tail");
        done($n);
    });
}


# Two thousand entries in many asks, and certificates among them; killed at
# random moments, many of them while the state file is written.
part('killed at random while catching up' => sub {
    my ($s, $l) = site(since => 'all');
    my $n = $s->nginx;

    for my $log (@logs) {
        for (1 .. 4) {
            $l->fill($log, 500);
            $l->plant(log => $log);
        }
        $s->logserver->set($log, max => 64, align => 1, path => 'entries',
            delay => 60);
    }
    $n->start;
    for my $round (1 .. ($long ? 60 : 14)) {
        sleep rand 0.7;
        $l->plant(log => $logs[$round % 2]) if $round % 3 == 0;
        $round % 2 ? $n->kill_worker0 : $n->kill_all;
        ok(!$l->ahead, "round $round");
        $n->start if $round % 2 == 0;
    }
    release($s);
    ok($l->settle(30), 'all is found and told');
    $l->row('at random, catching up');
    done($n);
});


# Where a start in the middle is proven: hash tiles, audit paths, probes.
for my $since ('now', since(5)) {
    for my $how ('worker 0', 'everything') {
        part("kill -9 of $how, beginning in the middle ($since)" => sub {
            my ($s, $l) = site(since => $since);
            my $n = $s->nginx;
            my $day = 24 * 3600 * 1000;

            for my $log (@logs) {
                $s->world->log('fill', $log, '--entries', 1500, '--spread',
                    join ',', map { int(time * 1000 - $_ * $day) } 10, 6);
                $s->world->log('add', $log, '--chain', 'site.chain.pem',
                    'site.pre.crt');
            }
            hold($s, { path => 'entries', hang => 1 }, rfc => {
                path => $since eq 'now' ? 'proof' : 'entries', hang => 1 },
                static => { path => $since eq 'now' ? 'hash' : 'entries',
                hang => 1 });
            $n->start;
            ok(held($s, qr/proof|hash|entries|data/), 'held');
            $l->plant(log => $_) for @logs;
            ok($s->wait_for(sub { begun($s) == @logs }), 'on disk');
            crash($s, $l, $how, 'a start');
            $l->plant(log => $_) for @logs;
            hold($s, { path => 'entries', hang => 1 });
            ok(held($s, qr/entries|data/), 'held amid entries');
            crash($s, $l, $how, 'entries');
            ok($l->settle, 'all is found and told');
            $l->row("$how, from " . ($since eq 'now' ? 'now' : 'a time'));
            done($n);
        });
    }
}


# Names that come later, and more of them while the look-back is at work.
for my $how ('worker 0', 'everything') {
    part("kill -9 of $how, looking back" => sub {
        my ($s, $l) = site(since => 'all', domain => 'shop.test');
        my $n = $s->nginx;

        for my $log (@logs) {
            $l->plant(log => $log);
            $l->plant(log => $log, domain => $_, unwatched => 1)
                for qw(later.test last.test);
            $l->fill($log, 600);
            $l->plant(log => $log, domain => $_, unwatched => 1)
                for qw(later.test last.test);
            $l->fill($log, 300);
            $l->plant(log => $log);
        }
        $n->start;
        ok($l->settle, 'all is well');

        hold($s, { path => 'entries', hang => 1 });
        $s->configure(domain => 'shop.test later.test');
        $n->reload;
        $l->watched('later.test');
        ok(held($s, qr/^get-entries|data/), 'one more name: held');
        crash($s, $l, $how, 'a look-back');

        $s->logserver->set($_, max => 64, drop => '512..9999') for @logs;
        $s->configure(domain => 'shop.test later.test third.test');
        $n->reload;
        ok($s->wait_for(sub { 2 == grep {
            $_->{lookback} && $_->{lookback}{at} == 512
        } @{ $l->read_state->{log} } }), 'half way');
        $s->configure(domain => 'shop.test later.test third.test last.test');
        $n->reload;
        $l->watched('last.test');
        sleep 1.5; # it is in the state file
        crash($s, $l, $how, 'a look-back', path => 'all', drop => '9998..9999');
        ok($l->settle, 'all is found and told');
        $l->row("$how, looking back");
        done($n);
    });
}


# The logs give an entry that they did not sign: misbehaving, then a gap.
for my $how ('worker 0', 'everything') {
    part("kill -9 of $how, at a gap" => sub {
        my ($s, $l) = site(since => 'all');
        my $n = $s->nginx;

        $l->fill($_, 300) for @logs;
        $n->start;
        ok($s->wait_verified("$_", 300), 'all is well') for @logs;
        $s->logserver->set($_, flip => 310) for @logs;
        hold($s, undef, static => { path => 'hash', hang => 1 },
            rfc => { path => 'proof', hang => 1 });
        for my $log (@logs) {
            $l->fill($log, 5);
            $l->plant(log => $log);
            $l->fill($log, 20);
        }
        ok(held($s, qr/proof|hash/), 'seeding behind the gap is held');
        crash($s, $l, $how, 'a leap', path => 'all', count => 0);
        ok($s->wait_for(sub {
            2 == grep { @{ $s->the_log($_)->{gaps} || [] } } @logs }, 20),
            'both have a gap');
        $l->plant(log => $_) for @logs;
        sleep 1.1;
        crash($s, $l, $how, 'a gap', path => 'all', count => 0);
        ok($s->wait_for(sub { $s->findings == 4 }), 'all are found');
        my %told;
        $told{ $_->{log}{description} }++
            for events($s, 'log.misbehaving');
        is_deeply(\%told, { 'Log static' => 1, 'Log rfc' => 1 },
            'told once of each') or diag explain [events($s)];
        release($s);

        ok($l->settle(60), "$how: the gap has closed, all is told");
        $l->row("$how, a gap");
        done($n);
    });
}


run();


# Both logs do so, or each as it is named; the webhook when there is nothing.
sub hold {
    my ($s, $lie, %lies) = @_;

    if (!$lie && !%lies) {
        $s->{before} = $s->receiver->requests;
        $s->receiver->answer('hang');
        return;
    }

    for my $log (@logs) {
        $s->logserver->forget($log);
        $s->logserver->set($log, %{ $lies{$log} || $lie });
    }

    return;
}

# The logs whose first head is in the state file.
sub begun {
    my ($s) = @_;
    my $path = $s->nginx->{prefix} . '/ct.state';

    return grep {/"latest":\{"size":[1-9]/} split /\n/,
        -e $path ? slurp($path) : '';
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

# What is held stays so; who comes next is answered, unless the logs are to
# do something else.
sub crash {
    my ($s, $l, $how, $what, @lie) = @_;
    my $n = $s->nginx;

    @lie ? map { $s->logserver->set($_, @lie) } @logs : release($s);
    $how eq 'worker 0' ? $n->kill_worker0 : $n->kill_all;
    is(scalar $l->ahead, 0, "$what: positions are not ahead of findings");
    $n->start if $how ne 'worker 0';

    return;
}
