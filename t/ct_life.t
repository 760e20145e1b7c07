# Nothing is lost: storms of reloads, two generations at once, two servers
# with one state file, zones that change. How to run parts of it: CT::Crash.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);

use CT::Crash qw(part run site done @logs);
use CT::Nginx;
use CT::World qw(slurp spew);


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

    my $preload = $ENV{CT_NGINX_PRELOAD};
    my $inherit = $preload ? "env LD_PRELOAD; env ASAN_OPTIONS;\n" : '';

    spew($conf, $inherit . slurp($conf) =~ s/daemon off/daemon on/r);
    local $ENV{LD_PRELOAD} = $preload if $preload;
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
