# The engine's thread: one per nginx whatever the number of workers, humble,
# deaf to signals, gone within half a second on QUIT, TERM and reload even
# when a log or a webhook hangs; its successor goes on where it was.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(time sleep);

use CT::Nginx qw(log_location);
use CT::Receiver;
use CT::Site;
use CT::World qw(slurp spew);


subtest 'one thread among four workers' => sub {
    my $s = CT::Site->new(workers => 4);
    my $n = $s->nginx;

    $s->append('site');
    $n->start;
    ok($s->wait_verified('log', 1), 'it works');

    my @with = grep { keys %{ CT::Daemon::threads($_) } > 1 } $n->worker_pids;
    is(scalar @with, 1, 'one of four workers has a thread');

    my $threads = CT::Daemon::threads($with[0]);
    my ($tid) = grep { $_ != $with[0] } keys %$threads;
    my $status = slurp("/proc/$with[0]/task/$tid/status");
    my ($blocked) = $status =~ /^SigBlk:\s*([0-9a-f]+)/m;

    # 1 to 31; KILL and STOP cannot be
    is(sprintf('%x', hex(substr $blocked, 8) & 0x7fffffff | 0x00040100),
        '7fffffff', 'all signals are blocked in it');
    my @stat = split ' ', slurp("/proc/$with[0]/task/$tid/stat");
    is($stat[40], 5, 'it is scheduled as SCHED_IDLE');

    @stat = split ' ', slurp("/proc/$with[0]/stat");
    is($stat[40], 0, 'the worker itself is not');
    $n->finish;
};


subtest 'worker 0 is killed' => sub {
    my $s = CT::Site->new;
    my $n = $s->nginx;

    $s->append('site');
    $n->start;
    ok($s->wait_verified('log', 1), 'it works');
    $s->issue('other', 'a.shop.test');
    ok($s->wait_finding(sub { $_[0]{verdict} eq 'unfamiliar' }), 'finding');
    ok($s->wait_for(sub { $s->receiver->requests == 1 }), 'alert');

    for my $round (1 .. 3) {
        $n->kill_worker0;
        $s->issue('other', "b$round.shop.test");
        ok($s->wait_finding(sub { $_[0]{names}[0] eq "b$round.shop.test" }),
            "its successor goes on ($round)");
    }

    is(scalar $s->findings, 5, 'every certificate is found once');
    ok($s->wait_for(sub { ids($s) == 4 }), 'and every alert arrives');
    is_deeply([grep { @{ $_->{logs} } != 1 } $s->findings], [],
        'no position is repeated');
    $n->finish(qr/exited on signal 9/);
};


subtest 'everything is killed' => sub {
    my $s = CT::Site->new;
    my $n = $s->nginx;

    $s->append('site');
    $n->start;

    for my $round (1 .. 4) {
        $s->issue('other', "c$round.shop.test");
        my $found = $round == 4
            || $s->wait_finding(sub { $_[0]{names}[0] eq "c$round.shop.test" });
        ok($found, "certificate $round") if $round < 4;
        sleep 0.35 * $round;
        $n->kill_all;
        $n->start;
    }

    ok($s->wait_finding(sub { $_[0]{names}[0] eq 'c4.shop.test' }), 'last one');
    is(scalar $s->findings, 5, 'nothing is lost or doubled');
    is_deeply([grep { @{ $_->{logs} } != 1 } $s->findings], [],
        'no position is repeated');
    ok($s->wait_for(sub { ids($s) == 4 }), 'every alert arrives');
    $n->finish;
};


subtest 'reload' => sub {
    my $s = CT::Site->new;
    my $n = $s->nginx;

    $s->append('site');
    $n->start;
    ok($s->wait_verified('log', 1), 'it works');

    for my $round (1 .. 5) {
        $s->issue('other', "d$round.shop.test");
        ok($n->reload, "reload $round");
    }

    ok($s->wait_for(sub { $s->findings == 6 }), 'all are found');
    ok($s->wait_for(sub { ids($s) == 5
        && !$n->get_json('/ct/api/status')->{alerts}{waiting} }), 'and told');
    my $status = $n->get_json('/ct/api/status');
    my $generations = $status->{engine}{generation};
    ok($generations > 1 && $generations <= 6,
        "$generations generations, one at a time");

    $s->configure(zone => 'zone=ct:4m state=%%PREFIX%%/ct.state');
    ok($n->reload, 'the zone grows');
    ok($s->wait_for(sub { $s->findings == 6 }), 'and has everything');

    $s->configure(zone => 'zone=other:2m state=%%PREFIX%%/ct.state');
    ok($n->reload, 'the zone is renamed');
    ok($s->wait_for(sub { $s->findings == 6 }), 'and has everything');
    ok($s->wait_verified('log', 6), 'with the position');
    is(ids($s), 5, 'nothing is told twice') or diag explain [$s->receiver->bodies];
    is(scalar(grep { $_->{finding} } $s->receiver->alerts), 5, 'really not')
        or diag explain [map { $_->{body} } $s->receiver->requests];

    # "now": what is not taken over would not be found again
    $s->configure(zone => 'zone=other:3m', since => 'now');
    ok($n->reload, 'the zone grows without a state file');
    ok($s->wait_for(sub { $s->findings == 6 }), 'and has everything');
    ok($s->wait_verified('log', 6), 'and the position');
    is($s->the_log('log')->{start}, 0, 'since the beginning');
    $n->finish;
};


for my $how (qw(hang drip)) {
    subtest "a log and a webhook that $how" => sub {
        my $hanging;
        my $s = CT::Site->new;
        my $n = $s->nginx;
        $hanging = CT::Receiver->new(world => $s->world, answers => [$how]);
        $s->receiver->answer('hang');

        # a second log at an address that never answers
        $s->add_log('slow');
        my $info = $s->world->log_info('slow');
        $s->world->log('init', 'slow2', '--origin', 'log.test/slow2',
            '--url', $hanging->url('/slow2/'), '--description', 'Log slow2');
        $s->configure(logs => ['log', 'slow2']);

        $s->append('site');
        $s->issue('other', 'e.shop.test');
        $n->start;
        ok($s->wait_finding(sub { $_[0]{verdict} eq 'unfamiliar' }), 'found');
        ok($s->wait_for(sub { $s->receiver->requests >= 1
            && $hanging->requests >= 1 }), 'both hang');

        my $start = time;
        my $before = $n->worker0;
        $s->configure(interval => '2s', logs => ['log', 'slow2']);
        ok($n->reload, 'reload');
        cmp_ok(time - $start, '<', 1, 'the old worker is gone at once');
        ok($s->wait_for(sub { $hanging->requests >= 2 }), 'new one asks');

        my $took = $n->quit;
        cmp_ok($took, '<', 0.5, sprintf 'QUIT takes %.3f s', $took);
        $n->start;
        ok($s->wait_for(sub { $hanging->requests >= 3 }), 'asks again');
        $took = $n->term;
        cmp_ok($took, '<', 0.5, sprintf 'TERM takes %.3f s', $took);
        $n->finish;
    };
}


subtest 'names that do not resolve' => sub {
    my $s = CT::Site->new;
    my $n = $s->nginx;

    plan skip_all => 'LD_PRELOAD is taken by a sanitizer'
        if $ENV{CT_NGINX_PRELOAD};

    $n->{env} = { LD_PRELOAD => CT::World::build_dir() . '/slowdns.so' };
    $s->world->log('init', 'far', '--origin', 'log.test/far', '--url',
        'http://far.away.test/', '--description', 'Log far');
    $s->configure(logs => ['log', 'far'],
        main => "env LD_PRELOAD;\n",
        conf => 'ct_webhook http://gone.away.test/hook;');
    $s->append('site');
    $s->issue('other', 'g.shop.test');
    $n->start;
    ok($s->wait_finding(sub { $_[0]{verdict} eq 'unfamiliar' }), 'found');
    ok($s->wait_for(sub { $s->receiver->requests == 1 }), 'and told');
    is($s->the_log('far')->{state}, 'starting', 'the far log hangs');

    my $before = time;
    ok($n->reload, 'reload');
    cmp_ok(time - $before, '<', 1, 'in no time');
    sleep 1;
    my $took = $n->quit;
    cmp_ok($took, '<', 0.5, sprintf 'QUIT takes %.3f s', $took);
    $n->start;
    sleep 1;
    $took = $n->term;
    cmp_ok($took, '<', 0.5, sprintf 'TERM takes %.3f s', $took);
    $n->finish;
};


subtest 'master_process off' => sub {
    my $s = CT::Site->new(main => "master_process off;\n");
    my $n = $s->nginx;

    $s->append('site');
    $n->start;
    ok($s->wait_verified('log', 1), 'it works');

    # nginx itself, without this module too, does not serve after a reload
    # in this mode: so the webhook is asked. The log is served elsewhere.
    my $elsewhere = CT::Nginx->new(world => $s->world, module => 0,
        http => "server { listen 127.0.0.1:%%PORT%%;\n"
            . log_location('/log/', $s->world->path('log/www')) . '}');
    $elsewhere->start;
    my $list = slurp($s->world->path('list.json'));
    my ($from, $to) = ($n->url('/log/'), $elsewhere->url('/log/'));
    $list =~ s{\Q$from\E}{$to};
    spew($s->world->path('list.json'), $list);
    kill 'HUP', $n->pid;
    $s->issue('other', 'f.shop.test');
    ok($s->wait_for(sub { $s->receiver->requests == 1 }),
        'the engine goes on with the new configuration');
    cmp_ok($n->quit, '<', 0.5, 'ends at once');
    $n->finish;
};


subtest 'with a cache manager' => sub {
    my $s = CT::Site->new(conf =>
        'proxy_cache_path %%PREFIX%%/cache keys_zone=c:1m;');
    my $n = $s->nginx;

    $s->append('site');
    $n->start;
    ok($s->wait_verified('log', 1), 'it works');
    my @threaded = grep { keys %{ CT::Daemon::threads($_) } > 1 }
        $n->leftovers;
    is(scalar @threaded, 1, 'one process has the thread');
    $n->finish;
};


subtest 'without http{}, and without ct_zone' => sub {
    my $w = CT::World->new;
    my $n = CT::Nginx->new(world => $w);
    my ($rc, $out) = $n->test_config;
    is($rc, 0, 'a configuration without http{} is fine') or diag $out;
    $n->start;
    cmp_ok($n->quit, '<', 0.5, 'and runs');

    $n = CT::Nginx->new(world => $w, http => <<'EOF');
    server { listen 127.0.0.1:%%PORT%%; location / { return 204; } }
EOF
    $n->start;
    is($n->get('/')->{status}, 204, 'loaded and not used');
    is(scalar(grep { keys %{ CT::Daemon::threads($_) } > 1 } $n->leftovers), 0,
        'no thread');
    $n->finish;
};


done_testing;


# Different alerts that have arrived.
sub ids {
    my ($s) = @_;
    my %ids = map { $_->{id} => 1 } grep { $_->{finding} }
        $s->receiver->alerts;
    return scalar keys %ids;
}
