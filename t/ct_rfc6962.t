# RFC 6962 beside static-ct-api: the main job over get-entries, the same tree
# over both protocols with the same findings as a naive reader has, the
# manners of logs, and a start in the middle.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;

use CT::NaiveReader;
use CT::Site;
use CT::World qw(build_dir run slurp spew);
use JSON::PP qw(decode_json);
use Time::HiRes qw(sleep time);

use constant SIZE => 20_000;

my $day = 86_400_000;
my $now = int(time) * 1000;


for my $log (['ec', '--classic'], ['rsa', '--encoding', 'gzip']) {
    my ($key, @init) = @$log;
    subtest "a journey, $key key, @init" => sub { journey('--key', $key,
        @init) };
}

subtest 'names that are new are looked up, while the tail goes on'
    => \&look_back;

# ---- the same tree over both protocols

my $w = CT::World->new;
my $l = CT::LogServer->new(world => $w);
my $seeds = 0;
my %planted; # by index, as ctlog says

my $naive;

make_tree();
read_naively();

subtest 'what a naive reader finds' => sub {
    my @found = map { $_->{index} }
        CT::NaiveReader::find($naive, 'watched.test');

    is($naive->{computed}, $naive->{root}, 'root');
    is($naive->{size}, SIZE, 'entries');
    is_deeply(\@found, [sort { $a <=> $b } keys %planted],
        'what was planted, ' . @found . ' certificates');
};

for my $protocol (qw(static rfc6962)) {
    subtest "$protocol, from entry 0" => sub {
        my $r = follow($protocol, '--since', 'all');
        same($r, 0);
        is($r->{log}{entries}, $naive->{size}, 'every entry is read, once');
        is(asked_twice($r), 0, 'and asked for once');
    };

    subtest "$protocol, from now on, and it grows" => sub {
        my $r = follow_growing($protocol);
        same($r, $r->{size});
        cmp_ok($r->{log}{entries}, '<=', 60, 'no old entry is read');
    };

    for my $share (0.25, 0.5, 0.9) {
        subtest "$protocol, by time, $share of it" => sub {
            my $since = $now - 30 * $day * (1 - $share);
            my $r = follow($protocol, '--since', rfc3339($since));
            my $slack = ($protocol eq 'static' ? 2 : 24) * 3_600_000;
            my ($first) = grep {
                $naive->{entries}[$_]{timestamp} >= $since } 0 .. SIZE - 1;
            my $start = $r->{log}{start};

            cmp_ok($start, '<=', $first, 'nothing of that time is missed');
            cmp_ok($start, '>=', $first - 512 - SIZE / 30 / $day
                * ($slack + 2 * 3_600_000), 'and little else is read');
            cmp_ok(probes($r), '<=', 20, probes($r) . ' probes');
            same($r, $start);
        };
    }
}

# ---- manners

my %optimum = (32 => SIZE / 32, 256 => SIZE / 256, 1000 => SIZE / 1000);

for my $lie ({ max => 32 }, { max => 256, align => 1 }, { max => 1000 },
    { max => 1000, align => 1 }, { max => 100 })
{
    my $what = join ', ', map {"$_ $lie->{$_}"} reverse sort keys %$lie;
    subtest $what => sub {
        my $r = follow('rfc6962', '--since', 'all', $lie);
        my $asks = $r->{stats}{requests}{'get-entries'};
        my $best = SIZE / $lie->{max};

        same($r, 0);
        is($r->{log}{entries}, $naive->{size}, 'every entry is read, once');
        cmp_ok($asks, '<=', 1.1 * $best + 8,
            "$asks requests, $best at least");
    };
}

subtest 'one at a time' => sub {
    small(600, { max => 1 });
};

subtest 'cut anywhere' => sub {
    my $pid = fork // die $!;
    if ($pid == 0) { # another number every now and then
        while (getppid != 1) {
            $l->set('small', max => 1 + int rand 90);
            sleep 0.02;
        }
        POSIX::_exit(0);
    }
    small(3000, { max => 50 });
    kill 'KILL', $pid;
    waitpid $pid, 0;
};

subtest 'no get-entry-and-proof' => sub {
    my $r = follow('rfc6962', '--since', rfc3339($now - 15 * $day),
        { no_proof => 1 });
    same($r, $r->{log}{start});
    cmp_ok($r->{log}{start}, '>', SIZE / 3, 'from the middle on');
    is($r->{stats}{requests}{'get-proof-by-hash'}, 1, 'get-proof-by-hash');
};

subtest 'a start in the middle that does not fit' => sub {
    for my $case (['static', 'bad_level'], ['rfc6962', 'flip'],
        ['rfc6962', 'wrong_time'])
    {
        my ($protocol, $lie) = @$case;
        my @state = ('--state', $w->path('seed' . ++$seeds));
        my $size = $w->log_info('tree')->{size};

        $l->reset('tree')->set('tree', fresh => 1,
            $lie => $lie eq 'bad_level' ? 1 : $size - 1);
        my $r = result($protocol, 'tree', engine($protocol, '--since', 'now',
            '--seconds', 5, @state));
        is($r->{log}{verified}, 0, "$protocol, $lie: not believed");
        like($r->{log}{error}, qr/signed root/, 'and told');
        $l->reset('tree')->set('tree', fresh => 1);
        $w->log('fill', 'tree', '--entries', 1);
        $r = result($protocol, 'tree', engine($protocol, '--since', 'now',
            '--until', $size + 1, @state));
        is($r->{log}{verified}, $size + 1, 'until it is honest, and grows');
    }
    read_naively();
};

subtest 'several ranges in flight' => sub {
    my $delay = 80;
    for my $protocol (qw(static rfc6962)) {
        my $r = follow($protocol, '--since', 'all',
            { max => 250, delay => $delay, path => 'entries' });
        my $asks = $r->{stats}{requests}{
            $protocol eq 'static' ? 'data' : 'get-entries'};
        my @at = map { $_->[0] } grep { $_->[4] } @{ $r->{stats}{visits} };
        my $took = $at[-1] - $at[0];

        same($r, 0);
        cmp_ok($took, '<', 0.6 * $asks * $delay,
            "$protocol: $asks requests of $delay ms in $took ms");
    }
};

done_testing;


# ---- the main job, as t/ct_journey.t does it

sub journey {
    my @log = @_;
    my $s = CT::Site->new(protocol => 'rfc6962', log => \@log);
    my $n = $s->nginx;

    $s->lie(log => { gzip => 1, fresh => 1 }) if "@log" =~ /gzip/;
    $s->append('site');
    $s->append('site', final => 1);
    $s->issue('other', 'unrelated.test');

    $n->start;
    ok($s->wait_verified('log', 3), 'the log is followed and verified');
    is($s->the_log('log')->{type}, 'rfc6962', 'over RFC 6962');
    is($s->the_log('log')->{state}, 'following', 'it is followed');

    my @found = $s->findings;
    is(scalar @found, 1, 'two entries, one certificate');
    is($found[0]{verdict}, 'served', 'which nginx serves');
    is($found[0]{ca}, 'Usual CA Ltd', 'from our CA');
    is(scalar @{ $found[0]{logs} }, 2, 'found in two places');

    my $base = $s->issue('other', 'shop.test');
    my $f = $s->wait_finding(sub { $_[0]{verdict} eq 'unfamiliar' }, 8);
    ok($f, 'a certificate of another CA is found within a poll');
    is_deeply($f->{names}, ['shop.test'], 'with its name');
    is($f->{ca}, 'Other CA Ltd', 'its CA is established from extra_data');
    ok($f->{precertificate}, 'it is a pre-certificate');
    is($f->{logs}[0]{index}, 3, 'where it was logged');
    ok($s->wait_finding(sub { $_[0]{id} eq $f->{id}
        && !$_[0]{unverified} }), 'a signed root covers it');

    my (undef, $want) = run({ dir => $s->world->dir }, qw(openssl x509
        -noout -fingerprint -sha256 -in), "$base.pre.crt");
    $want =~ s/.*=|:|\s//g;
    is($f->{cert_sha256}, lc $want, 'SHA-256 of the logged certificate');
    ok($s->wait_for(sub { $s->receiver->requests == 1 }), 'one alert');
    my ($alert) = $s->receiver->bodies;
    is($alert->{type}, 'certificate.unfamiliar', 'and says what it is');

    my $new = $s->issue('usual', 'www.shop.test');
    $f = $s->wait_finding(sub { $_[0]{verdict} eq 'expected' }, 8);
    ok($f, 'a certificate of the usual CA is expected');
    $s->configure(certificate => $new);
    ok($n->reload, 'reload');
    ok($s->wait_finding(sub { $_[0]{id} eq $f->{id}
        && $_[0]{verdict} eq 'served' }), 'once installed, it is served');
    is(scalar $s->receiver->requests, 1, 'one alert in all');

    my $stats = $s->logserver->stats('log');
    like($stats->{agent}, qr{^ngx-http-ct-module/}, 'we say who we are');
    is($stats->{requests}{issuer}, 0, 'no issuer had to be fetched');
    $n->finish;

    return;
}


# Both protocols, a reload that adds a name, a crash in the middle.
sub look_back {
    my $s = CT::Site->new(since => 'all', domain => 'first.test',
        protocol => 'rfc6962');
    my $n = $s->nginx;
    my %protocol = (log => 'rfc6962', tiles => 'static');

    $s->add_log('tiles', protocol => 'static');
    for my $ca (qw(first second)) {
        $s->world->ca('leaf', "b$_$ca", '--issuer', 'other-ca', '--name',
            "n$_.$ca.test") for 1 .. 3;
    }
    for my $log (sort keys %protocol) {
        my $words = $log eq 'log' ? [1, 2] : [2, 3];
        $s->world->log('fill', $log, '--entries', 8000, '--seed', 3,
            map { ('--chain', "b$_.chain.pem", '--plant', "b$_.pre.crt") }
            map { my $i = $_; map {"$i$_"} qw(first second) } @$words);
        $s->lie($log => { fresh => 1 });
    }
    $s->configure;
    $n->start;
    ok($s->wait_verified($_, 8000, 30), "$_ is read") for sort keys %protocol;
    is(names($s, 'second'), '', 'what is not watched is not found');
    is(names($s, 'first'), '1 2 3', 'what is, is');

    $s->logserver->forget($_) for sort keys %protocol;
    $s->lie($_ => { fresh => 1, max => 200, delay => 900,
        path => 'entries' }) for sort keys %protocol;
    $s->configure(domain => 'first.test second.test');
    ok($n->reload, 'a name is added');
    ok($s->wait_for(sub { 2 == grep { $_->{lookback} } $s->logs }),
        'both logs are searched again');
    $s->issue('other', 'new.first.test', log => $_) for sort keys %protocol;
    ok($s->wait_for(sub { 2 == grep { $_->{names}[0] eq 'new.first.test' }
        $s->findings }), 'while the tail goes on');
    ok($s->wait_for(sub { 2 == grep { $_->{lookback}
        && $_->{lookback}{at} >= 512 } $s->logs }, 20),
        'it is on its way');
    my %at = map { $_->{description} => $_->{lookback}{at} } $s->logs;
    ok(defined $n->quit, 'nginx ends');
    $s->logserver->forget($_) for sort keys %protocol;
    $s->lie($_ => { fresh => 1, max => 1000 }) for sort keys %protocol;
    $n->start;
    ok($s->wait_for(sub { 2 == grep { $_->{verified} == 8001
        && !$_->{lookback} } $s->logs }, 30), 'it ends, after a restart');
    is(names($s, 'second'), '1 2 3', 'with all that there is');
    is(names($s, 'first'), '1 2 3 new new', 'and nothing else');

    for my $log (sort keys %protocol) {
        my @asks = sort { $a <=> $b } map { $_->[3] } grep { $_->[4] }
            @{ $s->logserver->stats($log)->{visits} };
        cmp_ok($asks[0] // 0, '>=', $at{"Log $log"},
            "$log: it went on where it was, at " . $at{"Log $log"});
    }
    ok($s->wait_for(sub { 8 == grep { ($_->{type} // '') =~ /unfamiliar/ }
        $s->receiver->alerts }), 'each is alerted once');
    $n->finish;

    return;
}


sub names {
    my ($s, $domain) = @_;

    return join ' ', sort map { $_->{names}[0] =~ /^n?(\d|new)\.$domain\.test/
        ? $1 : () } $s->findings;
}


# ---- the engine outside nginx

# Entries of thirty days, in an order that is right to two hours (which the
# list then has to say), 40 planted among them.
sub make_tree {
    $w->make_ca('usual', 'Usual CA Ltd');
    $w->ca('leaf', 'many', '--issuer', 'usual-ca', '--count', 41,
        '--name-format', 'w%05d.Watched.test');
    my @pem = slurp($w->path('many.pem'))
        =~ /(-----BEGIN.*?-----END CERTIFICATE-----\n)/gs;
    spew($w->path('later.pem'), pop @pem);
    spew($w->path('many.pem'), join '', @pem);

    $w->log('init', 'tree', '--origin', 'log.test/tree', '--url',
        $l->url('tree'), '--description', 'tree');
    my @said = split /\n/, $w->log('fill', 'tree', '--entries', SIZE,
        '--seed', 11, '--spread', $now - 30 * $day . ",$now", '--chain',
        'many.chain.pem', '--plant', 'many.pem');
    %planted = map { $_->{index} => 1 } map { decode_json($_) } @said;
    my $list = $w->log('list', 'tree');
    spew($w->path('static.json'), $list =~ s/("mmd": )60\b/${1}7200/r);
    $w->log_list('rfc6962.json', '--rfc6962', 'tree');

    return;
}


# ctrun to the head; its log, findings by index, what the server saw.
sub follow {
    my ($protocol, @words) = @_;
    my $lie = ref $words[-1] ? pop @words : {};

    $l->reset('tree')->forget('tree');
    $l->set('tree', fresh => 1, %$lie);

    return result($protocol, 'tree', engine($protocol, '--until',
        $naive->{size}, @words));
}


sub engine {
    my ($list, @words) = @_;
    my ($rc, $out) = run({ dir => $w->dir }, build_dir() . '/ctrun',
        '--list', "$list.json", '--watch', 'watched.test', '--trusted',
        'usual.crt', '--interval', 300, '--seconds', 60, '--zone', 8 << 20,
        @words);

    is($rc, 0, 'ends well') or diag $out;

    return $out;
}


sub result {
    my ($protocol, $name, $out) = @_;
    my @lines = map { decode_json($_) } grep {/^\{/} split /\n/, $out;
    my ($logs) = grep { $_->{logs} && !$_->{verdict} } @lines;
    my %found = map { my $f = $_; map { $_->{index} => $f } @{ $f->{logs} } }
        grep { $_->{verdict} } @lines;

    return { protocol => $protocol, log => $logs->{logs}[0], found => \%found,
        stats => $l->stats($name) };
}


# From now on, with entries added as soon as it follows.
sub follow_growing {
    my ($protocol) = @_;
    my $size = $w->log_info('tree')->{size};

    $l->reset('tree')->forget('tree');
    $l->set('tree', fresh => 1);
    my $pid = fork // die $!;
    if ($pid == 0) {
        my $heads = sub { $l->stats('tree')->{requests}{
            $protocol eq 'static' ? 'checkpoint' : 'get-sth'} };
        sleep 0.1 while $heads->() < 2;
        for (1 .. 5) {
            $w->log('fill', 'tree', '--entries', 9, '--seed', $_,
                '--spread', "$now,$now", '--no-checkpoint');
            $w->log('add', 'tree', '--chain', 'many.chain.pem', 'later.pem');
            sleep 0.4;
        }
        POSIX::_exit(0);
    }
    my $r = result($protocol, 'tree', engine($protocol, '--until',
        $size + 50, '--since', 'now'));
    waitpid $pid, 0;
    read_naively();
    $r->{size} = $size;
    is($r->{log}{verified}, $size + 50, 'it is followed on');

    return $r;
}


sub read_naively {
    $naive = CT::NaiveReader->new(url => $l->url('tree'), protocol =>
        'rfc6962')->read;

    return;
}


# Verified to the end, with what the naive reader finds from `start` on.
sub same {
    my ($r, $start) = @_;
    my @want = grep { $_->{index} >= $start }
        CT::NaiveReader::find($naive, 'watched.test');
    my %names = map { $_->{index} =>
        lc join ' ', $_->{cert} =~ /(w\d{5}\.Watched\.test)/i } @want;

    is($r->{log}{verified}, $naive->{size}, 'verified to the last head');
    is($r->{log}{evidence}, 0, 'nothing is wrong');
    is($r->{log}{error}, undef, 'no error');
    is_deeply({ map { $_ => $r->{found}{$_}{names}[0] }
        keys %{ $r->{found} } }, \%names, keys(%names)
        . ' certificates are found, where the naive reader finds them');
    is(scalar(grep { $_->{unverified} } values %{ $r->{found} }), 0,
        'all of them proven');

    # the same whichever protocol, byte by byte
    our %identity;
    for my $index (keys %{ $r->{found} }) {
        my $is = join ' ', map { $r->{found}{$index}{$_} // '' }
            qw(id cert_sha256 identity serial ca not_before not_after);
        $identity{$index} //= $is;
        $identity{$index} eq $is or fail("$index is another: $is");
    }

    return;
}


# Entries asked for more than once.
sub asked_twice {
    my ($r) = @_;
    my %asked;

    for my $visit (grep { $_->[4] } @{ $r->{stats}{visits} }) {
        $asked{ $visit->[3] }++;
    }

    return scalar grep { $_ > 1 } values %asked;
}


# Asks that were not the walk: of one entry, or of a tile that is before it
# or comes again in it.
sub probes {
    my ($r) = @_;
    my @asks = grep { $_->[4] } @{ $r->{stats}{visits} };
    my %walk = map { $_->[3] => 1 } grep {
        $_->[3] + $_->[4] > $r->{log}{start} } @asks;

    return scalar grep { $_->[4] == 1 } @asks
        if $r->{protocol} eq 'rfc6962';

    return @asks - keys %walk;
}


sub small {
    my ($size, $lie) = @_;

    if (!-e $w->path('small')) {
        $w->log('init', 'small', '--origin', 'log.test/small', '--url',
            $l->url('small'), '--description', 'small');
        $w->log_list('small.json', '--rfc6962', 'small');
    }
    $w->log('fill', 'small', '--entries',
        $size - $w->log_info('small')->{size});
    $l->reset('small')->forget('small')->set('small', fresh => 1, %$lie);
    my $r = result('rfc6962', 'small', engine('small', '--since', 'all',
        '--until', $size));
    is($r->{log}{verified}, $size, 'verified');
    is($r->{log}{entries}, $size, 'every entry is read, once');

    return;
}


sub rfc3339 {
    return POSIX::strftime('%Y-%m-%dT%H:%M:%SZ', gmtime($_[0] / 1000));
}
