# Logs that fail and logs that lie: retried and shown, never believed, never
# the end of anything else.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;

use Compress::Zlib ();
use CT::Receiver;
use CT::Site;
use CT::World qw(slurp spew);


# Each case: what the log does to a tree of five entries of which three are
# verified, and the error that is wanted.
my @cases = (
    ['another origin', qr/another log/,
        sub { $_[0]->world->log('checkpoint', 'log', '--origin', 'x.test') }],
    ['a wrong signature', qr/signature does not verify/,
        sub { $_[0]->world->log('checkpoint', 'log', '--wrong-signature') }],
    ['a wrong root', qr/signed root/,
        sub { $_[0]->world->log('checkpoint', 'log', '--root', 'ab' x 32) }],
    ['a fork', qr/different roots/, sub {
        $_[0]->world->log('checkpoint', 'log', '--size', 3, '--root',
            'cd' x 32) }],
    ['an extension line', qr/malformed|signature/, sub {
        my $path = $_[0]->world->path('log/www/checkpoint');
        spew($path, slurp($path) =~ s/\n\n/\nextra\n\n/r) }],
    ['an HTML page', qr/malformed|another log/, sub {
        spew($_[0]->world->path('log/www/checkpoint'),
            '<html>' . 'we are busy ' x 1000) }],
    ['an empty checkpoint', qr/malformed|another|ends/,
        sub { spew($_[0]->world->path('log/www/checkpoint'), '') }],
    ['a checkpoint without end', qr/larger/,
        sub { spew($_[0]->world->path('log/www/checkpoint'), 'x' x 300_000) }],
    ['no checkpoint', qr/404/,
        sub { unlink $_[0]->world->path('log/www/checkpoint') }],
    ['a tile cut short', qr/ends|fewer/,
        sub { tile($_[0], sub { substr $_[0], 0, -7 }) }],
    ['a tile with a tail', qr/fewer or more|ends|goes on|unknown/,
        sub { tile($_[0], sub { $_[0] . "\0" x 40 }) }],
    ['an entry too many', qr/fewer or more|goes on/,
        sub { tile($_[0], sub { $_[0] . $_[0] }) }],
    ['an empty tile', qr/fewer/, sub { tile($_[0], sub {''}) }],
    ['an unknown entry type', qr/unknown/,
        sub { tile($_[0], sub { substr($_[0], 9, 1) = "\7"; $_[0] }) }],
    ['no tile', qr/404/, sub {
        unlink glob($_[0]->world->path('log/www/tile/data/000.p') . '/*') }],
);

for my $case (@cases) {
    my ($what, $error, $do) = @$case;

    subtest $what => sub {
        my $s = site();
        my $n = $s->nginx;

        $s->append('site', final => 1);
        $s->issue('other', 'x.shop.test');
        $n->write_conf; # the log as it was is verified by now
        $do->($s);
        ok($s->wait_for(sub {
            ($s->the_log('log')->{error} // '') =~ $error }, 8),
            'is told') or diag $s->the_log('log')->{error};
        cmp_ok($s->the_log('log')->{verified}, '<=', 3, 'not believed');
        is($s->the_log('other')->{state}, 'following', 'the other log goes on');
        is($n->get('/ct')->{status}, 200, 'and so does the page');
        $n->finish;
    };
}


subtest 'it comes to its senses' => sub {
    my $s = site();
    my $n = $s->nginx;
    my $path = $s->world->path('log/www/checkpoint');

    $s->append('site', final => 1);
    my $good = slurp($path);
    spew($path, 'nonsense');
    ok($s->wait_for(sub { $s->the_log('log')->{error} }, 8), 'failing');
    spew($path, $good);
    ok($s->wait_verified('log', 4), 'and following again');
    ok($s->wait_for(sub { !$s->the_log('log')->{error} }), 'error is gone');
    my @told = $n->error_log =~ /log "Log log" failed/g;
    is(scalar @told, 1, 'told once, not once per retry');
    $n->finish;
};


subtest 'a bomb' => sub {
    my $s = CT::Site->new(log => ['--encoding', 'gzip']);
    my $n = $s->nginx;

    $s->append('site');
    my $bomb = $s->world->path('bomb.gz');
    system("head -c 300000000 /dev/zero | gzip -9 > $bomb");
    my ($tile) = glob $s->world->path('log/www/tile/data/000.p') . '/*';
    spew($tile, slurp($bomb));
    $n->start;
    ok($s->wait_for(sub {
        ($s->the_log('log')->{error} // '') =~ /larger|goes on/ }),
        'is cut off');
    cmp_ok($n->rss($n->worker0), '<', 200 * 1024, 'memory has its bound');
    $n->finish;
};


subtest 'a log that never answers, among good ones' => sub {
    my $s = site();
    my $n = $s->nginx;
    my $bad = CT::Receiver->new(world => $s->world, answers => ['hang']);

    $s->world->log('init', 'never', '--origin', 'log.test/never', '--url',
        $bad->url('/'), '--description', 'Log never');
    $s->configure(logs => ['log', 'other', 'never']);
    ok($n->reload, 'reload');
    $s->issue('other', 'y.shop.test');
    ok($s->wait_finding(sub { $_[0]{names}[0] eq 'y.shop.test' }),
        'the others are followed');
    is($n->get('/ct/health')->{status}, 200, 'which is health enough');
    $n->finish;
};


subtest 'an entry that cannot be parsed' => sub {
    my $s = site();
    my $n = $s->nginx;

    # a broken certificate that holds our name, one that holds another
    for my $name ('shop.test', 'elsewhere.test') {
        my $der = "\x30\x82\x01\x00broken\x82" . chr(length $name) . $name
            . "\x30\x03abc";
        my $leaf = pack('Q>n', time * 1000, 0)
            . substr(pack('N', length $der), 1) . $der
            . pack('nCnCN', 8, 0, 5, 0,
                $s->world->log_info('log')->{size}) . pack('n', 0);
        spew($s->world->path('raw.bin'), $leaf);
        $s->world->log('raw', 'log', 'raw.bin');
    }

    my $f = $s->wait_finding(sub { $_[0]{verdict} eq 'unparsable' });
    ok($f, 'and may cover us: reported');
    is($f->{matched}, 'shop.test', 'with the name');
    ok($s->wait_verified('log', 5), 'and the log goes on');
    is(scalar(grep { $_->{verdict} eq 'unparsable' } $s->findings), 1,
        'what concerns others is not our affair');
    is($s->the_log('log')->{malformed}, 2, 'both are counted');
    ok($s->wait_for(sub { grep { ($_->{type} // '') eq
        'certificate.unparsable' } $s->receiver->alerts }), 'alert');
    $n->finish;
};


subtest 'a partial tile that is gone' => sub {
    for my $since (qw(all now)) {
        my $s = CT::Site->new(since => $since);
        my $n = $s->nginx;
        my $www = $s->world->path('log/www');

        $s->world->ca('leaf', 'bulk', '--issuer', 'other-ca', '--count', 40,
            '--name-format', 'w%05d.shop.test');
        $s->world->log('add', 'log', '--chain', 'bulk.chain.pem', 'bulk.pem');
        $s->world->ca('leaf', 'more', '--issuer', 'other-ca', '--count', 300,
            '--name-format', 'm%05d.org');
        $s->world->log('add', 'log', '--no-checkpoint', '--chain',
            'more.chain.pem', 'more.pem');

        # the head still says 40, the tile is full by now
        system("rm -rf $www/tile/data/000.p $www/tile/0/000.p");
        $n->start;
        ok($s->wait_verified('log', 40),
            "the full one serves instead ($since)");
        is($s->the_log('log')->{error}, undef, 'and nothing is wrong');
        is(scalar $s->findings, $since eq 'all' ? 40 : 0, 'findings');
        $s->world->log('checkpoint', 'log');
        ok($s->wait_verified('log', 340), 'it goes on');
        $n->finish;
    }
};


subtest 'from now on' => sub {
    my $s = CT::Site->new(since => 'now');
    my $n = $s->nginx;

    $s->world->ca('leaf', 'bulk', '--issuer', 'other-ca', '--count', 700,
        '--name-format', 'w%05d.shop.test');
    $s->world->log('add', 'log', '--chain', 'bulk.chain.pem', 'bulk.pem');
    $n->start;
    ok($s->wait_verified('log', 700), 'the frontier is seeded and verified');
    is($s->the_log('log')->{start}, 700, 'at the end');
    is($s->the_log('log')->{entries}, 0, 'no old entry was read');
    is(scalar $s->findings, 0, 'and nothing old is found');
    $s->issue('other', 'new.shop.test');
    ok($s->wait_finding(sub { $_[0]{names}[0] eq 'new.shop.test' }),
        'what is new is');
    ok($s->wait_verified('log', 701), 'under the next root');
    $n->finish;
};


subtest 'a zone that is full' => sub {
    my $s = CT::Site->new(zone => 'zone=ct:1m state=%%PREFIX%%/ct.state',
        webhook => 0);
    my $n = $s->nginx;

    $s->world->ca('leaf', 'bulk', '--issuer', 'other-ca', '--count', 3000,
        '--name-format', 'w%05d.shop.test');
    $s->world->log('add', 'log', '--chain', 'bulk.chain.pem', 'bulk.pem');
    $n->start;
    ok($s->wait_verified('log', 3000, 60), 'all of it is followed');
    my $status = $n->get_json('/ct/api/status');
    cmp_ok($status->{usage}{findings}, '>', 200, 'the zone holds what it can');
    my @f = $s->findings;
    is($f[0]{names}[0], 'w02999.shop.test', 'the newest are there')
        or diag explain $f[0]{names};
    $n->finish;
};


subtest 'lists' => sub {
    my $s = site();
    my $n = $s->nginx;
    my $list = $s->world->log('list', 'log', '--rfc6962', 'other');

    spew($s->world->path('list.json'), $list);
    ok($n->reload, 'with an RFC 6962 log');
    ok($s->wait_for(sub {
        grep { $_->{type} eq 'rfc6962' && ($_->{error} // '') =~ /404/ }
            $s->logs }), 'which is asked, although nobody answers');
    $n->finish;
};


done_testing;


# Two logs; three entries of "log" are verified.
sub site {
    my $s = CT::Site->new;
    $s->add_log('other');
    $s->configure;
    $s->append('site', log => 'other');
    $s->append('site');
    $s->issue('other', 'a.shop.test');
    $s->issue('other', 'unrelated.test');
    $s->nginx->start;
    $s->wait_verified('log', 3);
    $s->wait_verified('other', 1);

    return $s;
}


# Changes the data tile that comes next.
sub tile {
    my ($s, $how) = @_;

    for my $path (glob $s->world->path('log/www/tile/data/000.p') . '/*') {
        spew($path, $how->(slurp($path)));
    }
    return;
}
