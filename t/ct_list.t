#!/usr/bin/perl

# The log list: followed from a URL and from a file, refreshed, refused when
# it looks wrong, and kept for the day when its server is gone.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use POSIX qw(strftime);
use Test::More;

use CT::Site;
use CT::World qw(slurp spew);

my $url = 'http://127.0.0.1:%%PORT%%/lists/log_list.json';


subtest 'a list behind a URL' => sub {
    my $s = site(list => "ct_log_list $url;");
    my $n = $s->nginx;

    publish($s, made($s, 'log'));
    $s->issue('other', 'a.shop.test');
    $n->start;
    ok($s->wait_verified('log', 1), 'its log is followed');
    ok($s->wait_finding(sub { $_[0]{names}[0] eq 'a.shop.test' }), 'found');

    my $list = said($s);
    like($list->{text}, qr{^1 log, version 1\.0, from http://.*/log_list},
        'the page says which list it is');
    is($list->{error} // '', '', 'and no error');
    ok(!$list->{stale}, 'it is not stale');
    like($list->{checked}, qr/^\d{4}-/, 'it was checked');
    like($list->{timestamp}, qr/^\d{4}-/, 'and has a time');
    is(slurp(copy($s)), slurp(published($s)), 'it is kept as it came');
    is((stat copy($s))[2] & 0777, 0600, 'for its owner only');
    is_deeply([asked($s)], [200], 'one request');

    $n->reload;
    ok($s->wait_verified('log', 1), 'after a reload');
    sleep 2;
    is_deeply([asked($s)], [200], 'it is new enough');

    age($s);
    ok($s->wait_for(sub { asked($s) == 2 }), 'a day later it is asked for');
    is((asked($s))[-1], 304, 'by a conditional request');
    ok($s->wait_for(sub { time - (stat copy($s))[9] < 60 }),
        'and the copy is as good as new');
    is(said($s)->{error} // '', '', 'no error');

    $s->add_log('second');
    $s->configure;
    $s->issue('other', 'b.shop.test', log => 'second');
    publish($s, made($s, 'log', 'second'));
    age($s);
    ok($s->wait_verified('second', 1), 'a log that is new in it is followed');
    is((asked($s))[-1], 200, 'fetched');
    ok($s->wait_finding(sub { $_[0]{names}[0] eq 'b.shop.test' }), 'found');
    like(said($s)->{text}, qr/^2 logs/, 'the page says so');
    $n->finish;
};


subtest 'what is refused' => sub {
    my $s = site(list => "ct_log_list $url;");
    my $n = $s->nginx;
    my @logs = ('log', map { $s->add_log("log$_") } 1 .. 3);

    $s->configure;
    my $good = made($s, @logs);
    publish($s, $good);
    $s->issue('other', 'first.shop.test');
    $n->start;
    ok($s->wait_verified('log', 1), 'a good list of four logs');

    my $json = JSON::PP::decode_json($good);
    my %bad = (
        'not JSON' => ['<html>busy</html>', qr/is not JSON/],
        'nothing'  => ['', qr/is not JSON/],
        'no list'  => ['{"operators":7}', qr/has no "operators"/],
        'an empty list' => ['{"operators":[]}', qr/there is no log in it/],
        'shrunk'   => [made($s, 'log'), qr/more than half of the logs/],
        'older'    => [
            encoded({ %$json, log_list_timestamp => '2026-01-01T00:00:00Z' }),
            qr/its timestamp went back/
        ],
    );

    for my $what (sort keys %bad) {
        my ($text, $why) = @{ $bad{$what} };
        publish($s, $text);
        my $before = asked($s);
        age($s);
        ok($s->wait_for(sub { asked($s) > $before }), "$what: it is fetched");
        ok($s->wait_for(sub { (said($s)->{error} // '') =~ $why }),
            'refused') or diag(said($s)->{error});
        like(said($s)->{error}, qr/^a newer list was refused: /, 'as what');
        like(said($s)->{text}, qr/^4 logs/, 'the old one stays');
        is(slurp(copy($s)), $good, 'and so does its copy');
        (my $name = "$what.shop.test") =~ tr/ /-/;
        $s->issue('other', lc $name, log => 'log3');
        ok($s->wait_finding(sub { $_[0]{names}[0] eq lc $name }),
            'following goes on');
    }

    like($n->error_log, qr/\[warn\].*log list ".*": a newer list was refused/,
        'the log has it');

    publish($s, $good);
    age($s);
    ok($s->wait_for(sub { refreshed($s) }), 'good again');
    is(said($s)->{error} // '', '', 'no error');

    unlink published($s);
    age($s);
    $n->quit;
    $n->start;
    ok($s->wait_verified('log', 1), 'its server is gone: the copy at work');
    ok($s->wait_for(sub {
        (said($s)->{error} // '') =~ /^the list could not be had: / }),
        'and the page says why');
    $s->issue('other', 'gone.shop.test', log => 'log2');
    ok($s->wait_finding(sub { $_[0]{names}[0] eq 'gone.shop.test' }),
        'certificates are found');

    $n->quit;
    spew(copy($s), substr $good, 0, 100);
    my $mark = length $n->error_log;
    $n->start;
    ok($s->wait_for(sub {
        substr($n->error_log, $mark)
            =~ /\[warn\].*state\.list" of the log list is ignored/ }),
        'a damaged copy is ignored, and that is told');
    $n->finish;
};


subtest 'a signed list' => sub {
    my $s = site(list => "ct_log_list $url key=%%WORLD%%/list.pub.pem;");
    my $n = $s->nginx;
    my $w = $s->world;

    openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt',
        'rsa_keygen_bits:2048', '-out', $w->path('list.key'));
    openssl('pkey', '-in', $w->path('list.key'), '-pubout', '-out',
        $w->path('list.pub.pem'));

    publish($s, made($s, 'log'));
    sign($s);
    $s->issue('other', 'a.shop.test');
    $n->start;
    ok($s->wait_verified('log', 1), 'is followed');
    is(slurp(copy($s) . '.sig'), slurp(sig($s)), 'its signature is kept');

    my $good = slurp(published($s));
    spew(published($s), "$good ");
    age($s);
    ok($s->wait_for(sub { (said($s)->{error} // '')
        =~ /refused: its signature does not verify/ }, 40),
        'another list with this signature is refused');
    is(slurp(copy($s)), $good, 'the copy stays');
    ok($s->wait_verified('log', 1), 'and is followed');

    sign($s);
    age($s);
    ok($s->wait_for(sub { refreshed($s) }, 40), 'signed, it is taken');
    is(slurp(copy($s)), "$good ", 'and kept');
    is(said($s)->{error} // '', '', 'no error');

    unlink sig($s);
    spew(published($s), $good);
    age($s);
    ok($s->wait_for(sub { (said($s)->{error} // '')
        =~ /the list's signature could not be had/ }),
        'without a signature: not');

    $n->quit;
    unlink published($s);
    spew(copy($s), $good . "\n");
    $n->start;
    ok($s->wait_for(sub { $n->error_log =~ /of the log list is ignored/ }),
        'a copy that was tampered with is ignored');
    $n->finish;
};


subtest 'a list in a file' => sub {
    my $s = site();
    my $n = $s->nginx;
    my $path = $s->world->path('list.json');

    $s->issue('other', 'a.shop.test');
    $n->start;
    ok($s->wait_verified('log', 1), 'is followed');
    is(slurp(copy($s)), slurp($path), 'and kept');

    my $good = made($s, 'log');
    my $changed = JSON::PP::decode_json($good);
    $changed->{version} = '1.1';
    spew($path, encoded($changed));
    ok($s->wait_for(sub { said($s)->{text} =~ /version 1\.1/ }),
        'a change is seen without a reload');

    spew($path, 'oops');
    ok($s->wait_for(sub { (said($s)->{error} // '') =~ /is not JSON/ }),
        'garbage is refused');
    $s->issue('other', 'b.shop.test');
    ok($s->wait_finding(sub { $_[0]{names}[0] eq 'b.shop.test' }),
        'following goes on');
    ok(!$n->reload(2), 'nginx refuses to reload with it');

    spew($path, encoded($changed));
    ok($s->wait_for(sub { (said($s)->{error} // '') eq '' }), 'repaired');
    $n->finish(qr/invalid log list/);
};


subtest 'ct_log beside a list' => sub {
    my $s = site(webhook => 0);
    my $n = $s->nginx;
    my $info = $s->world->log_info('log');

    $s->configure(conf => "ct_log $info->{url} key=$info->{key}\n"
            . '    submission=https://log.test/log;');
    $s->issue('other', 'a.shop.test');
    $n->start;
    ok($s->wait_for(sub { grep { ($_->{verified} // 0) >= 1 } $s->logs }),
        'is followed');
    is(scalar(grep { $_->{state} ne 'unlisted' } $s->logs), 1, 'once');
    $n->finish;
};


done_testing;


sub site {
    my (%args) = @_;

    return CT::Site->new(webhook => 0, workers => 1,
        zone => 'zone=ct:2m state=%%PREFIX%%/state', %args);
}

# A log list over these logs, as text.
sub made {
    my ($s, @names) = @_;

    return $s->world->log('list', @names);
}

sub encoded { return JSON::PP->new->canonical->encode($_[0]) }

# Where nginx serves the list from, and where the monitor keeps it.
sub published { return $_[0]->nginx->prefix . '/html/lists/log_list.json' }
sub sig       { return $_[0]->nginx->prefix . '/html/lists/log_list.sig' }
sub copy      { return $_[0]->nginx->prefix . '/state.list' }

sub publish {
    my ($s, $text) = @_;

    return spew(published($s), $text);
}

sub sign {
    my ($s) = @_;

    return openssl('dgst', '-sha256', '-sign', $s->world->path('list.key'),
        '-out', sig($s), published($s));
}

sub openssl {
    my ($code, $out) = CT::World::run('openssl', @_);

    return $code ? die "openssl @_: $out" : $out;
}

# As if the copy were three days old: the next engine asks for a newer one.
sub age {
    my ($s) = @_;

    my $then = time - 3 * 86400;

    utime $then, $then, copy($s) or die copy($s) . ": $!";
    $s->nginx->reload if $s->nginx->alive;

    return;
}

# What the page says of the list.
sub said {
    my ($s) = @_;
    my $status = $s->nginx->get_json('/ct/api/status') || {};

    return $status->{list} || { text => '' };
}

# Found good by this engine, not by the one before age().
sub refreshed {
    my ($s) = @_;
    my $checked = said($s)->{checked} // '';

    return $checked gt strftime('%Y-%m-%dT%H:%M:%SZ', gmtime(time - 86400));
}

# The status of each answer to a request for the list.
sub asked {
    my ($s) = @_;

    my @all = slurp($s->nginx->prefix . '/logs/access.log')
        =~ m{"GET /lists/log_list\.json HTTP/[\d.]+" (\d+)}g;

    return @all;
}
