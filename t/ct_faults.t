# Alerts that arrive: a table of what receivers, networks, disks and operators
# do to them. Each row has a real nginx, a real log and real receivers; what
# is lost must be nothing. How to run parts of it: CT::Lanes.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Fcntl qw(O_NONBLOCK O_RDWR);
use IO::Socket::INET;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

use CT::Faults;
use CT::Lanes qw(part);
use CT::Mailbox;
use CT::World qw(free_port slurp spew);

my $many = $ENV{FAULTS_MANY} // 1000;
my $half = "HTTP/1.1 %s\r\nContent-Length: 1000\r\n\r\nhalf of it";
my $flood = "HTTP/1.1 %s\r\nContent-Length: 10737418240\r\n\r\n";

# What a receiver does until it is told otherwise. A 2xx is one whatever
# becomes of its page.
my %answers = (
    'answers 500'            => [500],
    'answers 408, 425, 503'  => [408, 425, 503],
    'answers 302'            => [302],
    'closes at once'         => ['close'],
    'never answers'          => ['hang'],
    'no HTTP'                => [{ raw => "220 mail\r\n" }],
    'half of a head'         => [{ raw => 'HTTP/1.1 50', then => 'hang' }],
    'half of a head, closed' => [{ raw => 'HTTP/1.1 20' }],
    'half of a 500'          => [{ raw => sprintf($half, '500 No'),
                                   then => 'hang' }],
    'half of a 500, closed'  => [{ raw => sprintf($half, '500 No') }],
    '10 GB of a 500'         => [{ raw => sprintf($flood, '500 No'),
                                   then => 'flood' }],
    'half of a 200'          => [{ raw => sprintf($half, '200 OK'),
                                   then => 'hang' }],
    'half of a 200, closed'  => [{ raw => sprintf($half, '200 OK') }],
    '10 GB of a 200'         => [{ raw => sprintf($flood, '200 OK'),
                                   then => 'flood' }],
);


part('answers of all kinds' => sub {
    my $s = CT::Faults->new;
    my %r = map { $_ => $s->hook($_, answers => $answers{$_}) } keys %answers;
    my $n = $s->nginx;
    my $good = $s->hook('well');
    my $full = full();

    $s->{hooks}{'never accepts'} = 'ct_webhook http://127.0.0.1:'
        . $full->{port} . '/ "name=never accepts" on=unfamiliar;';
    $s->begin->plant(3);
    ok($s->settle($good, 15), 'nobody holds up one that is well');
    ok($s->wait_for(sub { !grep { !$r{$_}->requests } keys %answers }),
        'all were asked');
    ok($s->wait_for(sub { $s->channel('half of a 200')->{sent} == 3 }, 10),
        'what is taken is not waited for')
        or diag explain $s->channel('half of a 200');
    my $took = $n->quit;
    cmp_ok($took, '<', 0.5, sprintf 'quit takes %.2f s', $took);
    $n->start;
    ok($s->wait_for(sub {
        ($s->channel('never accepts')->{state} // '') eq 'sending' }),
        'once more');

    $_->answer(204) for values %r;
    undef $full->{$_} for qw(clients socket);
    $r{'never accepts'} = CT::Receiver->new(world => $s->world,
        port => $full->{port});

    # what is being taken when the clock jumps would be taken twice
    my @quick = grep { !grep { ref && ($_->{then} // '') ne '' || $_ eq 'hang' }
        @{ $answers{$_} } } sort keys %answers;
    ok($s->wait_for(sub {
        !grep { $s->channel($_)->{sent} < 3 } @quick }, 20),
        'those who answer have all of it');
    for (1 .. 5) {
        $s->elapse(35); # for all that hang
        sleep 1;
    }
    $s->plant(2);
    for my $name (sort keys %r) {
        ok($s->settle($r{$name}, 20), "$name: all is told");
        is($s->row($name, $r{$name}), 0, "$name: nothing twice");
    }
    $n->finish;
});


# What was taken when nginx ends, though its page has not come, is taken.
part('quit amid a page' => sub {
    my $s = CT::Faults->new;
    my $n = $s->nginx;
    my $r = $s->hook('hook', answers => [
        { raw => sprintf($half, '200 OK'), then => 'hang' }, 204]);

    $s->begin->plant(2);
    ok($s->wait_for(sub { $r->requests == 1 }), 'it is taken');
    sleep 0.2;
    $n->quit;
    $n->start;
    $s->plant(1);
    ok($s->settle($r), 'what is new comes');
    is($s->row('quit amid the page of a 200', $r), 0, 'nothing twice');
    $n->finish;
});


part('TLS' => sub {
    my $s = CT::Faults->new;
    my $w = $s->world;
    my $n = $s->nginx;
    my (%port, %r);

    $w->make_ca('stranger', 'Stranger CA');
    $w->ca('leaf', 'wrong-ca', '--issuer', 'stranger-ca', '--ip',
        '127.0.0.1', '--name', 'hook.test');
    $w->ca('leaf', 'wrong-name', '--issuer', 'usual-ca', '--name',
        'hook.test');
    $w->ca('leaf', 'right', '--issuer', 'usual-ca', '--ip', '127.0.0.1',
        '--name', 'hook.test');
    for my $name ('wrong-ca', 'wrong-name', 'TLS hangs') {
        $port{$name} = free_port();
        $r{$name} = $s->hook($name,
            url => sub { "https://127.0.0.1:$port{$name}/" });
    }
    my $front = CT::Nginx->new(world => $w, module => 0, http => front(
        map { [$port{$_}, $_, $r{$_}] } 'wrong-ca', 'wrong-name'));
    my $mute = CT::Receiver->new(world => $w, port => $port{'TLS hangs'});
    my $good = $s->hook('well');

    $front->start;
    $s->begin->plant(3);
    ok($s->settle($good, 15), 'nobody holds up one that is well');
    for my $name ('wrong-ca', 'wrong-name') {
        ok($s->wait_for(sub {
            ($s->channel($name)->{error} // '') =~ /certificate/i }),
            "$name: refused") or diag explain $s->channel($name);
        is(scalar $r{$name}->requests, 0, "$name: not a byte is sent");
    }
    is($s->channel('TLS hangs')->{state}, 'sending', 'TLS hangs');
    $mute->stop;
    $front->write_conf(http => front(
        map { [$port{$_}, 'right', $r{$_}] } keys %port));
    $front->reload;
    for (1 .. 3) {
        $s->elapse(35);
        sleep 1;
    }
    $s->plant(1);
    for my $name (sort keys %r) {
        ok($s->settle($r{$name}, 20), "$name: all is told");
        $s->row($name, $r{$name});
    }
    $n->finish;
    $front->finish;
});


# It is asked less and less often, and gets everything once it is back.
part('down for an hour' => sub {
    my $s = CT::Faults->new;
    my $r = $s->hook('down');
    my $port = $r->port;

    $r->stop;
    $s->begin->plant(3);
    ok($s->wait_for(sub { ($s->channel('down')->{failed} // 0) > 0 }),
        'it is down');
    for (1 .. 60) {
        $s->elapse(60);
        $s->plant(1) if $_ % 20 == 0;
        sleep 0.15;
    }
    ok($s->wait_for(sub { $s->channel('down')->{waiting} == 6 }),
        'an hour later six wait') or diag explain $s->channel('down');
    my $failed = $s->channel('down')->{failed};
    cmp_ok($failed, '<', 16, "it was asked $failed times");
    cmp_ok($failed, '>', 5, 'and not forgotten');

    $r = CT::Receiver->new(world => $s->world, port => $port);
    $s->elapse(3600);
    ok($s->settle($r), 'it is back and gets all of it');
    $s->row('down for an hour', $r);
    $s->nginx->finish;
});


# What time alone brings: silent certificates once a day, a list of long ago.
part('days and months' => sub {
    my $s = CT::Faults->new;
    my $daily = $s->hook('daily', on => 'digest');
    my $list = $s->hook('list', on => 'list');

    $s->begin;
    ok($s->wait_for(sub { $s->findings == 1 }), 'a certificate of ours');
    $s->elapse(20 * 3600);
    sleep 3;
    is(scalar $daily->requests, 0, 'nobody hears of it at once');
    $s->elapse(5 * 3600);
    ok($s->wait_for(sub { $daily->requests }, 20), 'a day later it is told');
    my ($digest) = $daily->bodies;
    is($digest->{type}, 'digest', 'as a digest');
    is_deeply([map { $_->{finding}{names}[0] } @{ $digest->{alerts} }],
        ['shop.test'], 'with its name');

    $s->elapse(71 * 86400);
    ok($s->wait_for(sub {
        grep { $_->{type} eq 'list.stale' } $list->alerts }, 20),
        'a list of 70 days ago is stale');
    is(scalar $daily->requests, 1, 'and no certificate is told again');
    $s->nginx->finish;
});


# Not a moment before the time that it has named.
part('Retry-After' => sub {
    my $s = CT::Faults->new;
    my $date = int(time) + 8;
    my %after = ('seconds' => 4, 'a date' => POSIX::strftime(
        '%a, %d %b %Y %H:%M:%S GMT', gmtime $date));
    my %r = map { $_ => $s->hook($_, answers => [{ status => 429,
        headers => { 'Retry-After' => $after{$_} } }, 204]) } keys %after;

    $s->begin->plant(2);
    for my $what (sort keys %r) {
        ok($s->settle($r{$what}, 20), "$what: told");
        my @times = map { $_->{time} } $r{$what}->requests;
        my $due = $what eq 'a date' ? $date : $times[0] + 4;
        my $late = $times[1] - $due;
        cmp_ok($times[0], '<', $due, "$what: asked before");
        cmp_ok($late, '>=', 0, sprintf '%s: %.3f s behind it', $what, $late);
        cmp_ok($late, '<', 5, "$what: soon");
        is(scalar @times, 2, "$what: and never in between");
        $s->row("429, Retry-After: $what", $r{$what});
    }
    $s->nginx->finish;
});


# Between the answer and the next state file.
for my $how ('worker 0', 'everything') {
    part("kill -9 of $how" => sub {
        my $s = CT::Faults->new;
        my $n = $s->nginx;
        my $r = $s->hook('hook');

        $s->begin;
        for my $round (1 .. 6) {
            my $before = $r->requests;

            # before the answer, at once behind it, a bit later
            $r->answer($round % 3 == 1 ? 'hang' : 204);
            $s->plant(2);
            ok($s->wait_for(sub { $r->requests > $before }),
                "round $round: sent");
            sleep $round % 3 == 0 ? rand 1.5 : 0;
            $r->answer(204);
            $how eq 'worker 0' ? $n->kill_worker0 : $n->kill_all;
            $n->start if $how eq 'everything';
        }
        ok($s->settle($r), 'all is told');
        sleep 2.5; # what comes again has come by then
        $s->row("kill -9 of $how", $r);
        $n->finish(qr/exited on signal 9|bind\(\) to/);
    });
}


# What was given up is tried once more after a reload.
part('given up' => sub {
    my $s = CT::Faults->new;
    my $n = $s->nginx;
    my %r = (410 => $s->hook('410', answers => [410]),
        404 => $s->hook('404', answers => [404]));

    $s->begin->plant(1);
    ok($s->wait_for(sub { ($s->channel('410')->{dead} // 0) == 1 }),
        'after one 410');
    for (1 .. 5) {
        $s->elapse(30);
        sleep 0.7;
    }
    ok($s->wait_for(sub { ($s->channel('404')->{dead} // 0) == 1 }),
        'after some 404');
    is(scalar $r{404}->requests, 5, 'five');
    is(scalar $r{410}->requests, 1, 'and of the other still one');
    $_->answer(204) for values %r;
    ok($n->reload, 'reload');
    $s->plant(1);
    for my $what (sort keys %r) {
        ok($s->settle($r{$what}), "$what: all is told");
        $s->row("$what, given up, reload", $r{$what});
    }
    $n->finish;
});


# What a mail server says before it knows a mail is no word on that: nothing
# is given up.
part('mail, wrong password' => sub {
    my $s = CT::Faults->new;
    my $w = $s->world;
    my $n = $s->nginx;

    plan(skip_all => CT::Mailbox::missing()) if CT::Mailbox::missing();
    $w->ca('leaf', 'mail', '--issuer', 'usual-ca', '--ip', '127.0.0.1',
        '--name', 'mail.test');
    my @box = (world => $w, cert => 'mail', login => ['ct', 'right']);
    my $m = CT::Mailbox->new(@box);
    $s->{hooks}{box} = 'ct_mail to=a@x.test from=b@x.test server='
        . $m->server . ' user=ct password=wrong tls=required name=box '
        . "on=unfamiliar;\n";
    $s->begin->plant(1);
    for (1 .. 7) {
        ok($s->wait_for(sub {
            ($s->channel('box')->{failed} // 0) >= $_ }), "refused: $_");
        $s->elapse(100);
    }
    like($s->channel('box')->{error}, qr/denied|535/i, 'because of that');
    is($s->channel('box')->{dead}, 0, 'nothing is given up');
    $s->{hooks}{box} =~ s/wrong/right/;
    $s->hooked;
    ok($n->reload, 'the right one');
    $s->elapse(300);
    ok($s->wait_for(sub { $m->count == 1 }), 'it arrives');
    CT::Lanes::score('mail, wrong password', 1, $m->count, 0, 1 - $m->count);
    $n->finish;
});


# Where nothing can be saved an alert goes out all the same.
for my $how ('cannot be written', 'disk full') {
    part("state file: $how" => sub {
        my $s = CT::Faults->new(zone => 'zone=ct:2m '
            . 'state=%%PREFIX%%/disk/ct.state');
        my $n = $s->nginx;
        my $r = $s->hook('hook');
        my $disk = $n->prefix . '/disk';

        mkdir $disk;
        plan(skip_all => 'no file system of our own')
            if $how eq 'disk full' && system('mount -t tmpfs -o size=256k '
                . "none $disk 2>/dev/null") != 0;
        $s->begin->plant(1);
        ok($s->settle($r), 'at first all is well');
        ok($s->wait_for(sub { -e "$disk/ct.state" }), 'and saved');
        $how eq 'disk full' ? fill("$disk/full")
            : mkdir("$disk/ct.state.tmp");
        $s->plant(2);
        ok($s->settle($r, 40), 'it is told though it cannot be saved');
        like($n->error_log, qr/cannot be written/, 'the log says so');
        unlink "$disk/full";
        rmdir "$disk/ct.state.tmp";
        $s->elapse(11);
        ok($s->wait_for(sub { $n->error_log =~ /is written again/ }),
            'it can be again');
        $n->kill_all;
        $n->start;
        $s->plant(1);
        ok($s->settle($r), 'after a crash it goes on');
        $s->row("state file: $how", $r);
        $n->finish(qr/exited on signal 9|bind\(\) to/);
        system("umount -l $disk") if $how eq 'disk full';
    });
}


# A save that took a minute, for the disk hung, does not put off the next, and
# with it what waits to be saved, for many.
part('state file: disk hangs once' => sub {
    my $s = CT::Faults->new;
    my $r = $s->hook('hook');

    $s->begin->plant(1);
    ok($s->settle($r), 'at first all is well');
    $s->stall(1)->plant(1);
    sleep 2; # found, and being saved
    $s->elapse(60)->stall(0);
    sleep 1;
    $s->plant(1);
    ok($s->settle($r, 15), 'what is new comes soon');
    $s->row('state file: disk hangs once', $r);
    $s->nginx->finish;
});


part('reloads' => sub {
    my $s = CT::Faults->new;
    my $n = $s->nginx;
    my %r = map { $_ => $s->hook($_, answers => ['hang']) } qw(amid removed);

    $s->begin->plant(3);
    ok($s->wait_for(sub { !grep { !$_->requests } values %r }),
        'it is being sent');
    $_->answer(204) for values %r;
    my $line = $s->unhook('removed');
    $s->hooked;
    ok($n->reload, 'amid that a reload, and one is gone');
    ok($s->settle($r{amid}), 'the other is told');
    $s->row('a reload amid it', $r{amid});
    $s->plant(2);
    ok($s->settle($r{amid}), 'and goes on');
    ok($s->wait_for(sub {
        ($s->channel('removed')->{state} // '') eq 'parked' }),
        'what waits for the one that is gone is kept');
    is(scalar $r{removed}->requests, 1, 'it is not asked');
    $s->{hooks}{removed} = $line;
    $s->{planted} = [@{ $s->{planted} }[0 .. 2]];
    $s->hooked;
    ok($n->reload, 'it is back');
    ok($s->settle($r{removed}), 'and gets what has waited');
    $s->row('removed and put back', $r{removed});
    $n->finish;
});


# Who may have heard an alarm hears how it ends, whatever has become of the
# answer; who cannot have heard it does not.
for my $how ('a reload', 'kill -9 of worker 0', 'kill -9 of everything') {
    part("$how amid the alarm" => sub {
        my $s = CT::Faults->new;
        my $n = $s->nginx;
        my $r = $s->hook('hook', answers => ['hang']);

        $s->begin;
        my $theirs = $s->issue('other', 'shop.test');
        ok($s->wait_for(sub { $r->requests == 1 }), 'it is sent');
        $how =~ /worker/ ? $n->kill_worker0
            : $how =~ /everything/ && $n->kill_all;
        ok($s->wait_for(sub { $r->requests == 2 }), 'again')
            if $how =~ /worker/;
        $r->answer(204);
        $s->hooked(certificate => $theirs);
        $how =~ /everything/ ? $n->start : $n->reload;
        ok($s->wait_for(sub {
            grep { $_->{type} eq 'certificate.resolved' } $r->alerts }),
            'it became ours, and that is told');
        is($s->channel('hook')->{waiting}, 0, 'and the alarm is no more')
            if $s->wait_for(sub { !$s->channel('hook')->{waiting} });
        $n->finish(qr/exited on signal 9|bind\(\) to/);
    });
}


part('an alarm that nobody heard' => sub {
    my $s = CT::Faults->new;
    my $n = $s->nginx;
    my $r = $s->hook('hook');
    my $port = $r->port;

    $r->stop;
    $s->begin;
    my $theirs = $s->issue('other', 'shop.test');
    ok($s->wait_for(sub { ($s->channel('hook')->{failed} // 0) > 0 }),
        'nobody is there');
    $s->hooked(certificate => $theirs);
    $n->reload;
    ok($s->wait_for(sub { ($s->channel('hook')->{waiting} // 1) == 0 }),
        'it became ours: nothing is left to be told');
    $r = CT::Receiver->new(world => $s->world, port => $port);
    $s->elapse(60)->plant(1, $s->world->make_ca('third', 'Third CA'));
    ok($s->settle($r), 'it is back');
    is(scalar $r->alerts, 1, 'and hears of nothing but what is new');
    $n->finish;
});


# Webhooks, mails, and a log that is a pipe which nobody reads.
part('sixty that hang' => sub {
    my $s = CT::Faults->new(zone => 'zone=ct:8m state=%%PREFIX%%/ct.state');
    my $n = $s->nginx;
    my $mute = CT::Receiver->new(world => $s->world, answers => ['hang']);
    my $mail = 'ct_mail to=a@x.test from=b@x.test server=smtp://127.0.0.1:'
        . $mute->port . ' tls=off on=unfamiliar';

    $s->{hooks}{"hang $_"} = $_ % 3 ? 'ct_webhook ' . $mute->url("/$_")
        . " name=h$_ on=unfamiliar;" : "$mail name=m$_ to=b$_\@x.test;"
        for 10 .. 69;
    my $r = $s->hook('well');
    my $fifo = $s->world->path('fifo');
    POSIX::mkfifo($fifo, 0600);
    sysopen(my $pipe, $fifo, O_RDWR | O_NONBLOCK) or die "$fifo: $!";
    1 while syswrite $pipe, 'x' x 4096;
    $s->{hooks}{log} = "ct_event_log $fifo name=log on=unfamiliar;";
    $s->begin->plant(1);
    ok($s->wait_for(sub { $mute->requests == 40 }), 'all webhooks hang')
        or diag scalar $mute->requests;
    ok($s->wait_for(sub { $s->channel('log')->{failed} }), 'the log is full');
    ok($s->settle($r, 5), 'the one that is well is told');
    $s->plant(1);
    ok($s->settle($r, 8), 'and told again');
    $s->row('beside sixty that hang', $r);
    my $took = $n->quit;
    cmp_ok($took, '<', 0.5, sprintf 'quit takes %.2f s', $took);
    $n->finish;
});


part('many at once' => sub {
    my $s = CT::Faults->new(zone => 'zone=ct:64m state=%%PREFIX%%/ct.state');
    my $n = $s->nginx;
    my $r = $s->hook('hook');
    my $start = time;

    $s->begin;
    $s->plant($many);
    ok($s->wait_for(sub {
        ($n->get_json('/ct/api/status')->{counts}{total} // 0) > $many / 5
    }, 60), 'amid the judging');
    my $took = $n->quit;
    cmp_ok($took, '<', 0.5, sprintf 'quit takes %.2f s', $took);
    $n->start;
    ok($s->wait_for(sub {
        sleep 0.5;
        ($s->channel('hook')->{sent} // 0) >= $many
    }, 60 + $many / 50), sprintf 'all are told in %.1f s', time - $start);
    my $told = time - $start;
    diag sprintf '%d alerts in %.1f s', $many, $told;
    $s->row("$many at once", $r);
    $took = $n->quit;
    cmp_ok($took, '<', 0.5, sprintf 'quit takes %.2f s', $took);
    $n->finish;
});


CT::Lanes::run(\&CT::Faults::table);


# A port whose backlog is full: nobody gets in, nobody is sent away.
sub full {
    my $socket = IO::Socket::INET->new(Listen => 1, ReuseAddr => 1,
        LocalAddr => '127.0.0.1', LocalPort => free_port()) or die $!;
    my @clients;

    for (1 .. 16) {
        my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $socket->sockport, Timeout => 0.3) or last;
        push @clients, $client;
    }

    return { socket => $socket, port => $socket->sockport,
        clients => \@clients };
}

# Servers with TLS before receivers, each [port, certificate, receiver].
sub front {
    return join '', map {
        my ($port, $cert, $r) = @$_;
        "    server {\n        listen 127.0.0.1:$port ssl;\n"
            . "        ssl_certificate %%WORLD%%/$cert.fullchain.pem;\n"
            . "        ssl_certificate_key %%WORLD%%/$cert.key;\n"
            . '        location / { proxy_pass ' . $r->url('') . "; }\n    }\n"
    } @_;
}

# Takes what is left of a file system.
sub fill {
    my ($path) = @_;

    open(my $out, '>', $path) or die "$path: $!";
    1 while syswrite $out, 'x' x 4096;

    return;
}
