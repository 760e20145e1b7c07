# Nothing is lost: kill -9 at every step of the journey, power cuts, full
# disks, clocks that jump, storms of reloads, two generations at once. The
# logs are the journal: a position is never ahead of the findings, no finding
# is there twice, no alert is lost.
#
# CRASH_LONG=1 (make soak) does it longer, CRASH_ONLY=pattern only some,
# CRASH_TIMES=1 says how long each takes, CRASH_SEED=n repeats random moments.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use POSIX ();
use Time::HiRes qw(sleep time);

use CT::Ledger;
use CT::Nginx;
use CT::Receiver;
use CT::Site;
use CT::World qw(slurp spew);

my $long = $ENV{CRASH_LONG};
my $lanes = $ENV{CRASH_LANES} // 4;
my @parts;
my $only = $ENV{CRASH_ONLY} // '';
my @logs = qw(static rfc);

srand($ENV{CRASH_SEED} // time ^ $$);


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


# What a power cut may leave of a file: its end is missing, is zeros, or
# comes from somewhere else.
my @cuts = (
    ['cut short', sub { substr $_[0], 0, length($_[0]) - 200 }],
    ['ends in zeros', sub { substr($_[0], 0, -200) . "\0" x 200 }],
    ['its end twice', sub { $_[0] . substr $_[0], -200 }],
    ['nothing in it', sub {''}],
);

for my $cut (@cuts) {
    my ($what, $how) = @$cut;

    part("power cut, $what" => sub {
        my ($s, $l) = site(since => 'all',
            list => 'ct_log_list http://127.0.0.1:%%PORT%%/list.json;');
        my $n = $s->nginx;
        my $list = slurp($s->world->path('list.json'));

        spew($n->prefix . '/html/list.json', $list);
        $l->plant(log => $_, ca => $_ eq 'rfc' ? 'usual' : 'other')
            for @logs, @logs;
        $n->start;
        ok($l->settle, 'all is well');
        $s->logserver->set('static', fork => 2);
        ok($s->wait_for(sub { -s "$l->{state}.evidence" }), 'evidence');
        $s->logserver->set('static', fork => 0);
        $l->plant(log => 'static');
        sleep 1.1;
        $n->kill_all;
        is(scalar $l->ahead, 0, 'positions are not ahead of findings');

        my %bad;
        for my $file ('', '.list', '.evidence') {
            my $path = $l->{state} . $file;
            $bad{$file} = $how->(slurp($path));
            spew($path, $bad{$file});
        }
        spew("$l->{state}.tmp", substr $bad{''}, 0, 1000);
        my $mark = length $n->error_log;
        $n->start;
        ok($l->settle, 'all is found and told');
        my $said = substr $n->error_log, $mark;
        like($said, qr/ct\.state" was damaged/, 'the damage is told');
        is(slurp("$l->{state}.damaged"), $bad{''}, 'and set aside');
        like($said, qr/list" of the log list is ignored/,
            'that of the list, too');
        ok($s->wait_for(sub { slurp("$l->{state}.list") eq $list }),
            'which is fetched anew');

        $s->logserver->set('rfc', fork => 2);
        ok($s->wait_for(sub {
            my @lines = split /\n/, slurp("$l->{state}.evidence");
            my $json = eval { JSON::PP::decode_json($lines[-1]) };
            $json && $json->{log}{description} eq 'Log rfc';
        }), 'evidence stands by itself, behind what is torn');
        $s->logserver->set('rfc', fork => 0);
        $l->plant(log => 'rfc');
        ok($l->settle, 'all is found and told');
        $l->row("power cut, $what");
        done($n);
    });
}


part('a .tmp that somebody else left' => sub {
    my ($s, $l) = site(since => 'all');
    my $n = $s->nginx;

    $l->plant(log => $_) for @logs;
    $n->start;
    ok($l->settle && $l->saved, 'all is well');
    $n->kill_all;
    my $told = $s->receiver->requests;
    spew("$l->{state}.tmp", "\0" x 100_000);
    $n->start;
    $l->plant(log => $_) for @logs;
    ok($l->settle, 'all is found and told');
    is(scalar $s->receiver->requests, $told + 2, 'and nothing told again');
    ok($s->wait_for(sub { !-e "$l->{state}.tmp" }), 'it is gone');
    $l->row('a .tmp left behind');
    done($n);
});


# All is in memory, and on disk as soon as there is room.
part('disk full' => sub {
    plan skip_all => 'only root may mount' if $> != 0;
    my ($s, $l) = site(since => 'all',
        list => 'ct_log_list http://127.0.0.1:%%PORT%%/list.json;',
        zone => 'zone=ct:2m state=%%PREFIX%%/disk/ct.state');
    my $disk = $s->nginx->prefix . '/disk';

    mkdir $disk;
    system('mount', '-t', 'tmpfs', '-o', 'size=256k', 'none', $disk) == 0
        or plan skip_all => 'nothing can be mounted';
    my $mounted = CT::Mounted->new($disk);
    $l->{state} = "$disk/ct.state";
    outage($s, $l, 'No space left',
        sub { stuff($disk) }, sub { unlink "$disk/stuff" });
    $l->row('disk full');
    done($s->nginx);
});


# The worker is somebody else: nothing would keep root out.
part('a directory that becomes read-only' => sub {
    plan skip_all => 'only root may change users' if $> != 0;
    my ($s, $l) = site(since => 'all',
        list => 'ct_log_list http://127.0.0.1:%%PORT%%/list.json;',
        zone => 'zone=ct:2m state=%%PREFIX%%/dir/ct.state');
    my $n = $s->nginx;
    my $dir = $n->prefix . '/dir';
    my $nobody = getpwnam('nobody');

    chmod 0755, $s->world->dir;
    mkdir $dir;
    chown $nobody, -1, $dir;
    spew($n->prefix . '/conf/nginx.conf',
        slurp($n->prefix . '/conf/nginx.conf') =~ s/user root;/user nobody nogroup;/r);
    $l->{state} = "$dir/ct.state";
    outage($s, $l, 'Permission denied',
        sub { chown 0, 0, $dir }, sub { chown $nobody, -1, $dir });
    $l->row('read-only directory');
    done($n);
});


# An hour, back, and a month: of this machine alone, and of the logs with it.
for my $whose ('ours', 'everybody') {
    part("the clock jumps, $whose" => sub {
        plan skip_all => 'LD_PRELOAD is taken by a sanitizer'
            if $ENV{CT_NGINX_PRELOAD};
        my $w = CT::World->new;
        my $file = spew($w->path('jump'), ' ' x 32);
        my %env = (LD_PRELOAD => CT::World::build_dir() . '/clockjump.so',
            CLOCKJUMP => $file);
        local %ENV = (%ENV, $whose eq 'ours' ? () : %env);
        my ($s, $l) = site(since => 'all', env => \%env);
        my $n = $s->nginx;

        $s->logserver->set($_, fresh => 1) for @logs;
        $l->plant(log => $_) for @logs;
        $n->start;
        ok($l->settle, 'all is well');

        for my $seconds (3600, 0, -3600, 30 * 24 * 3600, 0) {
            # of our clock alone we cannot know what it is worth
            next if $whose eq 'ours' && $seconds > 3600;
            my $polls = polls($s);
            jump($file, $seconds);
            $l->plant(log => $_) for @logs;
            ok($l->settle(8), "by $seconds s: all is found and told");
            ok($s->wait_for(sub { polls($s) >= $polls + 4 }, 8),
                'polls go on');
            my @ill = grep { $_->{type} eq 'rfc6962' || $whose ne 'ours' }
                grep { $_->{state} !~ /^(following|catching-up)$/ } $s->logs;
            is(join(', ', map {"$_->{description}: $_->{state}"} @ill), '',
                'logs are as well as before');
        }
        my @alarms = grep {
            $whose ne 'ours' || $_->{type} eq 'log.unreachable'
        } events($s);
        is_deeply(\@alarms, [], 'nobody is alarmed');
        $l->row("clock jumps, $whose");
        done($n);
    });
}


part('thirty reloads in a row' => sub {
    my ($s, $l) = site(since => 'all');
    my $n = $s->nginx;

    $l->plant(log => $_) for @logs;
    $n->start;
    for my $round (1 .. 30) {
        kill 'HUP', $n->pid;
        $l->plant(log => $logs[$round / 2 % 2]) if $round % 2;
        sleep rand 0.15;
    }
    ok($l->settle, 'all is found and told');
    is(scalar $l->ahead, 0, 'positions are not ahead of findings');
    ok($s->wait_for(sub { engines($n) == 1 }), 'one engine is left');
    $l->row('thirty reloads');
    done($n);
});


for my $way ('forwards', 'and back') {
    part("binary upgrade, $way" => sub {
        my ($s, $l) = site(since => 'all');
        my $n = $s->nginx;
        my $pids = $n->prefix . '/logs/nginx.pid';
        my $old = daemon($n);
        my $before;

        $l->plant(log => $_) for @logs;
        ok($l->settle, 'all is well');
        $before = $n->get_json('/ct/api/status')->{engine};

        kill 'USR2', $old;
        ok($s->wait_for(sub { -s "$pids.oldbin" && -s $pids
            && slurp($pids) != $old }), 'two masters');
        my $new = slurp($pids) + 0;
        ok($s->wait_for(sub { kin($new) == 2 && kin($old) == 2 }),
            'and four workers');
        $l->plant(log => $_) for @logs;
        ok($l->settle, 'all is found and told');
        ok($s->wait_for(sub { $n->error_log =~ /is used by another nginx/ }),
            'the second one says that it waits');
        my %said = heard($s);
        is_deeply([map { $_->{pid} } grep { $_->{running} } values %said],
            [$before->{pid}], 'one engine runs') or diag explain \%said;
        ok((grep { !$_->{running} && $_->{error} =~ /another nginx/ }
            values %said), 'the other one shows it') or diag explain \%said;

        kill 'WINCH', $old;
        ok($s->wait_for(sub { kin($old) == 0 }), 'old workers end');
        $l->plant(log => $_) for @logs;
        ok($l->settle, 'the new engine goes on');
        my $now = $n->get_json('/ct/api/status')->{engine};
        is($now->{generation}, $before->{generation} + 1,
            'the next generation');
        isnt($now->{pid}, $before->{pid}, 'another process');

        my ($ends, $stays) = ($old, $new);
        if ($way ne 'forwards') {
            ($ends, $stays) = ($new, $old);
            kill 'HUP', $old;
            ok($s->wait_for(sub { kin($old) == 2 }), 'old ones again');
            $l->plant(log => $_) for @logs;
        }
        kill 'QUIT', $ends;
        ok($s->wait_for(sub { !kill 0, $ends }), 'a master ends');
        $l->plant(log => $_) for @logs;
        ok($l->settle, 'all is found and told');
        ok(!$l->ahead, 'positions are not ahead of findings');
        is(engines($n), 1, 'one engine is left');
        $l->row("binary upgrade, $way");
        kill 'QUIT', $stays;
        ok($s->wait_for(sub { !$n->leftovers }), 'all end');
    });
}


part('two servers with one state file' => sub {
    my ($s, $l) = site(since => 'all');
    my $n = $s->nginx;

    $l->plant(log => $_) for @logs;
    $n->start;
    ok($l->settle, 'all is well');
    my $hook = $s->receiver->url('/hook');
    my $second = CT::Nginx->new(world => $s->world, http => <<"EOF");
    ct_zone zone=two:2m state=$l->{state};
    ct_domain shop.test;
    ct_log_list %%WORLD%%/list.json;
    ct_trusted_certificate %%WORLD%%/roots.pem;
    ct_since all;
    ct_interval 1s;
    ct_webhook $hook;
    server { listen 127.0.0.1:%%PORT%%; location /ct { ct_status; } }
EOF
    $second->start;
    ok($s->wait_for(sub {
        ($second->get_json('/ct/api/status')->{engine}{error} // '')
            =~ /waits.*another nginx/ }), 'the second one says that it waits');
    like($second->error_log, qr/\[notice\].*is used by another nginx/,
        'in its log, too');
    $l->plant(log => $_) for @logs;
    ok($l->settle, 'the first one works');
    ok(!$second->get_json('/ct/api/status')->{engine}{running},
        'the second does not');
    $n->kill_all;
    $l->plant(log => $_, ca => 'other') for @logs;
    $s->{nginx} = $second;
    ok($l->settle, 'the second goes on when the first is killed');
    is($second->get_json('/ct/api/status')->{engine}{error} // '', '',
        'and has nothing to complain about');
    $l->row('two servers');
    done($second);
});


# A zone with a state file, and one without.
for my $state (' state=%%PREFIX%%/ct.state', '') {
    part('zones change, ' . ($state ? 'with state' : 'without') => sub {
        my ($s, $l) = site(since => 'all', zone => "zone=ct:2m$state");
        my $n = $s->nginx;

        $l->plant(log => $_) for (@logs) x 3;
        $n->start;
        ok($l->settle, 'all is well');
        for my $zone ('ct:4m', 'ct:1m', 'ct:2m',
            $state ? 'other:1m' : ())
        {
            $l->plant(log => $_) for @logs;
            $s->configure(zone => "zone=$zone$state");
            ok($n->reload, "$zone: reload");
            ok($l->settle, 'all is found and told');
        }
        ok(!$l->ahead, 'positions are not ahead of findings');
        $l->row($state ? 'zones, with state' : 'zones, without');
        done($n);
    });
}


# More findings, all of whose alerts wait, than the smaller zone has room for:
# the position stays, and what there is room for.
for my $state (' state=%%PREFIX%%/ct.state', '') {
    part('a zone too small, ' . ($state ? 'with state' : 'without') => sub {
        my ($s, $l) = site(since => 'all', domain => 'shop.test co.uk com.br',
            zone => "zone=ct:4m$state");
        my $n = $s->nginx;

        $s->receiver->answer('hang');
        $l->fill('rfc', 6000);
        $n->start;
        ok($s->wait_verified('rfc', 6000), 'all is read');
        ok($s->wait_for(sub { !$state || eval { (grep {
            $_->{cursor}{verified}{size} == 6000
        } @{ $l->read_state->{log} }) == 1 } }), 'and saved');
        my $asked = $s->logserver->stats('rfc')->{requests}{'get-entries'};
        my $before = findings($n);

        $s->configure(zone => "zone=ct:1m$state", since => 'now');
        ok($n->reload, 'reload');
        ok($s->wait_for(sub { findings($n) > 100 }), 'the newest are there');
        cmp_ok(findings($n), '<', $before, 'not all are');
        $l->plant(log => $_) for @logs;
        ok($s->wait_verified('rfc', 6001), 'it goes on');
        is($s->the_log('rfc')->{start}, 0, 'from where it was');
        cmp_ok($s->logserver->stats('rfc')->{requests}{'get-entries'}, '<=',
            $asked + 2, 'nothing is read again');
        unlike($n->error_log, qr/begins anew|could not take over/,
            'nor forgotten');
        done($n);
    });
}


# A name comes with a reload that has no log list yet.
part('names before the list' => sub {
    my ($s, $l) = site(since => 'all', domain => 'shop.test',
        zone => 'zone=ct:2m',
        list => 'ct_log_list http://127.0.0.1:%%PORT%%/list.json;');
    my $n = $s->nginx;

    spew($n->prefix . '/html/list.json',
        slurp($s->world->path('list.json')));
    for my $log (@logs) {
        $l->plant(log => $log, domain => 'later.test', unwatched => 1);
        $l->plant(log => $log);
    }
    $n->start;
    ok($l->settle, 'all is well');
    $s->configure(domain => 'shop.test later.test');
    $n->reload;
    $l->watched('later.test');
    ok($l->settle, 'all is found and told');
    $l->row('names before the list');
    done($n);
});


# Monitoring goes on without a lock, and gets it as soon as it can.
part('a lock file that cannot be used' => sub {
    my ($s, $l) = site(since => 'all');
    my $n = $s->nginx;

    mkdir "$l->{state}.lock";
    $l->plant(log => $_) for @logs;
    $n->start;
    ok($l->settle && $l->saved, 'all is well, nearly');
    like($n->error_log, qr/\[error\].*lock file .* cannot be used/, 'told');
    rmdir "$l->{state}.lock";
    sleep 1.5;
    my $second = CT::Nginx->new(world => $s->world, http => <<"EOF");
    ct_zone zone=two:2m state=$l->{state};
    ct_domain shop.test;
    ct_log_list %%WORLD%%/list.json;
    ct_since all;
    server { listen 127.0.0.1:%%PORT%%; location /ct { ct_status; } }
EOF
    $second->start;
    ok($s->wait_for(sub { $second->error_log =~ /used by another nginx/ }),
        'a second one has to wait');
    $second->finish;
    $l->row('no lock file');
    done($n);
});


run();
CT::Ledger::table();
done_testing;


# ---- the world

sub part {
    my ($what, $do) = @_;

    push @parts, { what => $what, do => $do } if $what =~ /$only/;

    return;
}

# Most of the time they wait: so several at once, each in a process of its
# own, which is this file again with the number of one part.
sub run {
    my $mine = $ENV{CRASH_PART};

    if (defined $mine) {
        subtest $parts[$mine]{what} => $parts[$mine]{do};
        return;
    }

    my $w = CT::World->new;
    my @waiting = 0 .. $#parts;
    my %running;

    while (@waiting || %running) {
        while (@waiting && keys %running < $lanes) {
            my $i = shift @waiting;
            $parts[$i]{start} = time;
            $running{ begin($i, $w->path($i)) } = $i;
        }
        my $pid = waitpid -1, 0;
        my $part = $parts[ delete $running{$pid} // next ];
        my $said = slurp($w->path($part->{number}));
        is($?, 0, $part->{what}) or diag $said;
        diag sprintf '%5.1f s  %s', time - $part->{start}, $part->{what}
            if $ENV{CRASH_TIMES};
        CT::Ledger::add(split ' *\| *', $_) for $said =~ /^# row: (.*)$/mg;
    }

    return;
}

sub begin {
    my ($i, $output) = @_;

    $parts[$i]{number} = $i;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;

    open(STDOUT, '>', $output);
    open(STDERR, '>&', \*STDOUT);
    $ENV{CRASH_PART} = $i;
    { exec $^X, $0 }
    POSIX::_exit(127);
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

sub release {
    my ($s) = @_;

    $s->logserver->reset($_) for @logs;
    $s->receiver->answer(204);

    return;
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

# A date so many days ago.
sub since {
    my ($days) = @_;
    my @t = gmtime(time - $days * 24 * 3600);

    return sprintf '%04d-%02d-%02d', $t[5] + 1900, $t[4] + 1, $t[3];
}

sub events {
    my ($s, $kind) = @_;
    my $all = $s->nginx->get_json('/ct/api/events') || { events => [] };

    return grep { !defined $kind || $_->{type} eq $kind }
        @{ $all->{events} };
}

sub done { return $_[0]->finish(qr/exited on signal 9|bind\(\) to/) }

# Something that cannot be written, from the first findings on until it can:
# findings and alerts are there all the same, and afterwards the files.
sub outage {
    my ($s, $l, $errno, $begin, $end) = @_;
    my $n = $s->nginx;
    my $published = $n->prefix . '/html/list.json';

    spew($published, slurp($s->world->path('list.json')));
    $l->plant(log => $_) for @logs;
    $n->start;
    ok($l->settle, 'all is well');
    sleep 1.1;
    $begin->();
    $l->plant(log => $_) for @logs;
    ok($l->settle, 'all is found and told');
    ok($s->wait_for(sub { ($n->get_json('/ct/api/status')->{engine}{error}
        // '') =~ /cannot be written: $errno/ }), 'and so is the trouble');
    is(scalar $l->ahead, 0, 'positions are not ahead of findings');

    # a list that cannot be kept, evidence that cannot
    $s->add_log('third', protocol => 'static');
    $s->list;
    spew($published, slurp($s->world->path('list.json')));
    utime 1, 1, "$l->{state}.list";
    kill 'HUP', $n->pid;
    ok($s->wait_for(sub { defined $s->the_log('third')->{state} }),
        'a newer list is in force');
    $s->logserver->set('static', fork => 2);
    ok($s->wait_for(sub { events($s, 'log.misbehaving') }), 'a log lies');
    ok(!-s "$l->{state}.evidence", 'no evidence can be kept');
    $s->logserver->set('static', fork => 0);

    $end->();
    ok($s->wait_for(sub {
        ($n->get_json('/ct/api/status')->{engine}{error} // '') eq '' }),
        'it is over');
    ok($s->wait_for(sub {
        slurp("$l->{state}.list") eq slurp($published) }), 'the list is kept');
    ok($s->wait_for(sub { -s "$l->{state}.evidence" }), 'so is evidence');
    ok($l->saved, 'and all else');
    $n->kill_all;
    is(scalar $l->ahead, 0, 'positions are not ahead of findings');
    $n->start;
    $l->plant(log => $_) for @logs;
    ok($l->settle, 'all is found and told');
    is(scalar(grep { $_->{finding} } $s->receiver->bodies), 6,
        'and nothing told again');

    return;
}

# Fills a file system to its last byte.
sub stuff {
    my ($disk) = @_;

    open(my $file, '>', "$disk/stuff") or die $!;
    for my $n (4096, 1) {
        while ((syswrite($file, 'x' x $n) // 0) == $n) { }
    }

    return;
}

sub jump {
    my ($file, $seconds) = @_;

    open(my $out, '+<', $file) or die $!;
    syswrite $out, sprintf '%-32s', $seconds;

    return;
}

# How often heads were asked for.
sub polls {
    my ($s) = @_;
    my $sum = 0;

    for my $log (@logs) {
        my $asked = $s->logserver->stats($log)->{requests};
        $sum += ($asked->{'get-sth'} // 0) + ($asked->{checkpoint} // 0);
    }

    return $sum;
}

sub findings {
    my ($n) = @_;

    return $n->get_json('/ct/api/status')->{usage}{findings} // 0;
}

# Processes with a thread.
sub engines {
    my ($n) = @_;

    return scalar grep { keys %{ CT::Daemon::threads($_) } > 1 }
        $n->leftovers;
}

# nginx in the background, for only then it heeds WINCH. Returns its master,
# which is nobody's child.
sub daemon {
    my ($n) = @_;
    my $conf = $n->prefix . '/conf/nginx.conf';

    spew($conf, slurp($conf) =~ s/daemon off/daemon on/r);
    system('/bin/sh', '-c', 'exec "$@" >/dev/null 2>&1', 'sh',
        $ENV{CT_NGINX} || '/usr/sbin/nginx', '-p', $n->prefix . '/', '-c',
        'conf/nginx.conf', '-e', 'logs/error.log');
    $n->wait_for(sub { -s $n->prefix . '/logs/nginx.pid' });
    $n->{group} = slurp($n->prefix . '/logs/nginx.pid') + 0;

    return $n->{group};
}

# Workers at work of this master.
sub kin {
    my ($master) = @_;

    return scalar grep {
        my $p = $_;
        $p->{ppid} == $master
            && CT::Daemon::title($p->{pid}) =~ /worker process$/
    } CT::Daemon::processes();
}

# What the engines say of themselves when asked many times: connections come
# to the workers of both masters.
sub heard {
    my ($s) = @_;
    my %said;

    for (1 .. 60) {
        my $engine = $s->nginx->get_json('/ct/api/status')->{engine};
        $engine->{error} //= '';
        $said{ ($engine->{running} ? 1 : 0) . ' ' . ($engine->{pid} // 0) }
            = $engine;
    }

    return %said;
}


package CT::Mounted;

sub new {
    my ($class, $dir) = @_;

    return bless { dir => $dir, owner => $$ }, $class;
}

sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$;
    local ($?, $!);
    system('umount', '-l', $self->{dir});

    return;
}
