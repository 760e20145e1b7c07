# The other side of the other tests: ctlogd serves what ctlog wrote, in both
# protocols, and each lie is the lie that it says it is; bulk logs are what
# they claim. Proofs are verified here in Perl, signatures by openssl.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use CT::LogServer;
use CT::NaiveReader;
use CT::Nginx qw(export_location);
use CT::Site;
use CT::World qw(run slurp spew);
use Digest::SHA qw(sha256 sha256_hex);
use IO::Socket::INET;
use IO::Uncompress::Gunzip qw(gunzip);
use JSON::PP qw(decode_json);
use MIME::Base64 qw(decode_base64 encode_base64);
use Test::More;
use Time::HiRes qw(time);

use constant SIZE => 600;

my $w = CT::World->new;
my $l = CT::LogServer->new(world => $w);
my @time = ('--timestamp', 1_750_000_000_000);

$w->make_ca('usual', 'Usual CA Ltd');
$w->ca('leaf', 'many', '--issuer', 'usual-ca', '--count', SIZE - 2,
    '--name-format', 'w%05d.example.test');
$w->ca('leaf', 'one', '--issuer', 'usual-ca', '--name', 'One.Watched.test');
make('log');
make('packed', '--encoding', 'gzip', '--key', 'rsa');
make('classic', '--classic');

my @hash = map { pack 'H*', $_->{hash} } @{ naive('log')->{entries} };

subtest 'both protocols give the same' => sub {
    for my $name (qw(log packed)) {
        my $static = naive($name);
        my $rfc6962 = naive($name, 'rfc6962');
        is($static->{computed}, $static->{root}, "$name: root of the tiles");
        is($rfc6962->{computed}, $static->{root}, 'root of get-entries');
        is($rfc6962->{root}, $static->{root}, 'root of get-sth');
        is($rfc6962->{timestamp}, 1_750_000_000_000, 'and its time');
        is(bytes($rfc6962), bytes($static), 'the same leaves');
        is(scalar @{ $rfc6962->{entries} }, SIZE, 'all of them');
        is_deeply([map { $_->{index} } CT::NaiveReader::find($rfc6962,
            'one.watched.test')], [SIZE - 2, SIZE - 1], 'a name is found');
        ok(sth_verifies($name), 'openssl verifies the head');
    }

    my ($e) = @{ naive('log', 'rfc6962')->{entries} };
    my $rest = $e->{rest};
    is(CT::NaiveReader::vector(\$rest, 3), der_of('many.pem'),
        'the pre-certificate');
    my $chain = CT::NaiveReader::vector(\$rest, 3);
    is(CT::NaiveReader::vector(\$chain, 3), der_of('usual-ca.crt'),
        'the chain, out of the issuer files');
    is($chain . $rest, '', 'and no more');
    is(sha256_hex($l->get('log', 'issuer/' . sha256_hex(
        der_of('usual-ca.crt')))->{content}), sha256_hex(
        der_of('usual-ca.crt')), 'which is served, too');

    my $last = naive('log', 'rfc6962')->{entries}[-1];
    my $final = $last->{rest};
    is(length CT::NaiveReader::vector(\$final, 3),
        3 + length der_of('usual-ca.crt'), 'beside a final certificate');
};

subtest 'a classic log' => sub {
    my $log = naive('classic', 'rfc6962');
    is($log->{computed}, $log->{root}, 'its root');
    isnt($log->{root}, naive('log')->{root}, 'is another');
    is((grep { substr($_->{leaf}, -2) eq "\0\0" } @{ $log->{entries} }), SIZE,
        'no extensions');
    is(join('', map { $_->{cert} } @{ $log->{entries} }),
        join('', map { $_->{cert} } @{ naive('log')->{entries} }),
        'the same certificates');
};

subtest 'proofs' => sub {
    for my $size (1, 2, 3, 255, 256, 257, 511, SIZE) {
        my $root = root($size);
        for my $index (grep { $_ < $size } 0, 1, 2, 254 .. 257, 510, 599) {
            my $answer = $l->get_json('log', 'ct/v1/get-proof-by-hash?hash='
                . escape($hash[$index]) . "&tree_size=$size");
            my @path = map { decode_base64($_) } @{ $answer->{audit_path} };
            ok($answer->{leaf_index} == $index
                && CT::NaiveReader::inclusion_holds($hash[$index], $index,
                $size, $root, @path), "entry $index of $size");

            my $both = $l->get_json('log', 'ct/v1/get-entry-and-proof?'
                . "leaf_index=$index&tree_size=$size");
            ok(sha256("\0" . decode_base64($both->{leaf_input}))
                eq $hash[$index] && "@{ $both->{audit_path} }"
                eq "@{ $answer->{audit_path} }", 'also with the entry');
        }
        for my $first (grep { $_ <= $size } 1, 2, 3, 128, 255 .. 257, 511) {
            my @path = consistency('log', $first, $size);
            ok(CT::NaiveReader::consistency_holds($first, $size,
                root($first), $root, @path), "$first grows to $size");
        }
    }
    my @path = consistency('log', 255, SIZE);
    $path[1] =~ tr/\0-\xff/\1-\xff\0/;
    ok(!CT::NaiveReader::consistency_holds(255, SIZE, root(255), root(SIZE),
        @path), 'a wrong proof is seen');
    is_deeply([consistency('log', 0, 5)], [], 'from nothing');
    is_deeply([consistency('log', SIZE, SIZE)], [], 'to itself');
    is(status('log', 'ct/v1/get-sth-consistency?first=5&second=601'), 400,
        'not beyond the end');
    is(status('log', 'ct/v1/get-proof-by-hash?tree_size=5&hash='
        . escape($hash[5])), 404, 'no leaf of a smaller tree');
    is(status('log', 'ct/v1/get-proof-by-hash?tree_size=5&hash=x'), 400,
        'no hash at all');
};

subtest 'answers' => sub {
    is(entries('log', 0, 4), 5, 'end is inclusive');
    is(entries('log', 590, 900), 10, 'the end of the tree');
    is(status('log', 'ct/v1/get-entries?start=600&end=601'), 400, 'beyond');
    is(status('log', 'ct/v1/get-entries?start=6&end=5'), 400, 'backwards');
    is(status('log', 'ct/v1/get-entries?start=-1&end=5'), 400, 'negative');
    is(status('log', $_), 404, $_)
        for 'private/key.pem', 'issuer/../checkpoint', 'tile/0/0',
        'tile/data/002.p/89', 'tile/9/000', 'tile/0/../data/000', '', 'x';
    is(status('nothing', 'checkpoint'), 404, 'no such log');
    is(status('log', '-/set?colour=red'), 400, 'an unknown lie');
    is(status('log', '-/set?max=x'), 400, 'an odd value');
    is(scalar @{ $l->get_json('log', 'ct/v1/get-roots')->{certificates} }, 0,
        'no roots where the chain ends below one');
    is($l->get('log', 'tile/1/000.p/2')->{content},
        slurp($w->path('log/www/tile/1/000.p/2')), 'a hash tile');
    is($l->get('packed', 'tile/data/000')->{headers}{'content-encoding'},
        'gzip', 'tiles as they lie');

    my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $l->port);
    my $ask = "GET /log/checkpoint HTTP/1.1\r\nHost: x\r\n";
    print {$s} "$ask\r\n${ask}Connection: close\r\n\r\n";
    my $both = do { local $/; <$s> };
    is(scalar(() = $both =~ /^HTTP\/1.1 200/mg), 2,
        'two requests, one connection');
};

subtest 'it grows' => sub {
    make('growing');
    is($l->get_json('growing', 'ct/v1/get-sth')->{tree_size}, SIZE, 'before');
    $w->log('add', 'growing', '--no-checkpoint', 'one.crt');
    is($l->get_json('growing', 'ct/v1/get-sth')->{tree_size}, SIZE,
        'not yet');
    is(entries('growing', 0, 999), SIZE, 'nor its entries');
    $w->log('checkpoint', 'growing');
    my $log = naive('growing', 'rfc6962');
    is($log->{size}, SIZE + 1, 'after');
    is($log->{computed}, $log->{root}, 'with its root');
    $w->log('checkpoint', 'growing', '--size', 300);
    is($l->get_json('growing', 'ct/v1/get-sth')->{tree_size}, 300,
        'what the checkpoint says, is said');
};

subtest 'manners' => sub {
    lie(max => 32);
    is(entries('log', 0, 999), 32, 'max');
    is(entries('log', 5, 999), 32, 'from anywhere');
    lie(align => 1);
    is(entries('log', 5, 999), 27, 'align: up to the next block');
    is(entries('log', 64, 999), 32, 'and then all of it');
    is(entries('log', 5, 20), 16, 'not when less is asked for');

    lie(gzip => 1);
    my $answer = $l->get('log', 'ct/v1/get-sth',
        { 'Accept-Encoding' => 'gzip' });
    is($answer->{headers}{'content-encoding'}, 'gzip', 'gzip when asked');
    like(plain($answer->{content}), qr/"tree_size":600/, 'and it is');
    is($l->get('log', 'ct/v1/get-sth')->{headers}{'content-encoding'}, undef,
        'not else');

    lie(no_proof => 1);
    is(status('log', 'ct/v1/get-entry-and-proof?leaf_index=0&tree_size=5'),
        404, 'no_proof');
    lie(cached_proof => 1);
    my @first = consistency('log', 5, 9);
    is_deeply([consistency('log', 100, 600)], \@first, 'cached_proof');
    lie(no_partial => 1);
    is(status('log', 'tile/data/002.p/88'), 404, 'no_partial: data');
    is(status('log', 'tile/0/002.p/88'), 404, 'and hashes');
    is(status('log', 'tile/0/001'), 200, 'but full ones');
    $l->reset('log');
    is(entries('log', 0, 999), SIZE, 'reset');
};

subtest 'heads' => sub {
    my $honest = head();

    lie(shrink => 300);
    my $head = head();
    is($head->{root}, unpack('H*', root(300)), 'shrink: the root of 300');
    is($head->{time}, $honest->{time} - 1000, 'from before');
    is(naive('log')->{computed}, $head->{root}, 'with tiles to match');
    is(status('log', 'tile/0/001.p/44'), 200, 'hash tiles, too');

    lie(freeze_time => 1_600_000_000_000);
    is(head()->{time}, 1_600_000_000_000, 'freeze_time');
    lie(fresh => 1);
    cmp_ok(head()->{time} / 1000, '>', time - 5, 'fresh');

    lie(fork => 1);
    $head = head();
    is($head->{size}, SIZE, 'fork: the same size');
    isnt($head->{root}, $honest->{root}, 'another root');
    lie(fork => 2);
    my %seen = map { head('log', 'rfc6962')->{root} => 1 } 1 .. 4;
    is(scalar keys %seen, 2, 'now this, now that');

    lie(wrong_root => 1);
    isnt(head()->{root}, $honest->{root}, 'wrong_root');
    ok(sth_verifies('log'), 'signed, for all that');
    lie(wrong_signature => 1);
    is(head()->{root}, $honest->{root}, 'wrong_signature: the root is right');
    ok(!sth_verifies('log'), 'the signature is not');
    $l->reset('log');
    is_deeply(head(), $honest, 'reset');
};

subtest 'entries' => sub {
    for my $protocol (qw(static rfc6962)) {
        lie(flip => 300);
        is_deeply([differ($protocol)], [300], "$protocol: flip");
        lie(wrong_time => 599);
        is_deeply([differ($protocol)], [599], 'wrong_time');
        isnt(naive('log', $protocol)->{entries}[599]{timestamp},
            1_750_000_000_000, 'is the time');
    }
    lie(other_partial => 1);
    is_deeply([differ('static')], [512], 'other_partial');
    is_deeply([differ('rfc6962')], [], 'which only tiles have');
    lie(bad_level => 1);
    isnt($l->get('log', 'tile/1/000.p/2')->{content},
        slurp($w->path('log/www/tile/1/000.p/2')), 'bad_level');
    is($l->get('log', 'tile/0/000')->{content},
        slurp($w->path('log/www/tile/0/000')), 'not level 0');

    lie(drop => '300..310');
    is(entries('log', 290, 400), 10, 'drop: ends before');
    is(status('log', 'ct/v1/get-entries?start=305&end=400'), 404, 'not there');
    is(entries('log', 311, 400), 90, 'there again');
    is(status('log', 'tile/data/001'), 404, 'nor the tile');
    is(status('log', "tile/data/$_"), 200, "but $_") for '000', '002.p/88';

    make('twin');
    $w->log('add', 'twin', 'one.crt');
    lie(as => 'twin');
    is(head()->{size}, SIZE + 1, 'as: another log in its place');
    $l->reset('log');
};

subtest 'status, Retry-After, redirects' => sub {
    lie(status => 429, retry_after => 'Sun, 06 Nov 1994 08:49:37 UTC',
        count => 2, path => 'entries');
    is(status('log', 'checkpoint'), 200, 'path: not heads');
    my $answer = $l->get('log', 'ct/v1/get-entries?start=0&end=1');
    is($answer->{status}, 429, 'get-entries');
    is($answer->{headers}{'retry-after'}, 'Sun, 06 Nov 1994 08:49:37 UTC',
        'a header as it was given');
    is(status('log', 'tile/data/000'), 429, 'data tiles');
    is(status('log', 'tile/data/000'), 200, 'count: no more');

    lie(status => 500);
    is(status('log', $_), 500, $_) for 'checkpoint', 'ct/v1/get-sth',
        'tile/0/000', 'ct/v1/get-roots';
    for (['sth', 'checkpoint'], ['proof',
        'ct/v1/get-sth-consistency?first=1&second=2'], ['tile', 'tile/0/000'],
        ['tile', 'tile/data/000'], ['hash', 'tile/0/000'],
        ['roots', 'ct/v1/get-roots'], ['issuer', 'issuer/' . 'a' x 64])
    {
        lie(status => 503, path => $_->[0]);
        is(status('log', $_->[1]), 503, "path $_->[0] is $_->[1]");
    }
    lie(redirect => 'http://127.0.0.1:1/?a=b&c');
    is($l->get('log', 'checkpoint')->{headers}{location},
        'http://127.0.0.1:1/?a=b&c', 'redirect');
    lie(status => 503, body => 'html');
    $answer = $l->get('log', 'checkpoint');
    is($answer->{status}, 503, 'html beside a status');
    like($answer->{content}, qr/<html>/, 'is a page');
    $l->reset('log');
};

subtest 'bodies' => sub {
    my $path = 'ct/v1/get-entries?start=10&end=19';
    my $get = sub { $l->get('log', $_[0] // $path)->{content} };
    my $honest = $get->();
    my $json = decode_json($honest);
    my $tile = $get->('tile/data/000');
    my $next = encode_base64(naive('log')->{entries}[20]{leaf}, '');
    my $spoil = sub { lie(body => $_[0]); $get->($_[1]) };

    for my $way (qw(extra_members escaped spaced swapped)) {
        my $body = $spoil->($way);
        isnt($body, $honest, "$way: other text");
        my $other = decode_json($body);
        delete $_->{ct_more} for $other, @{ $other->{entries} };
        is_deeply($other, $json, 'the same JSON');
        is($spoil->($way, 'tile/data/000'), $tile, 'tiles as they are');
    }
    like($spoil->('escaped'), qr{\\/.*\\u002b}s, 'both escapes');
    like($spoil->('swapped'), qr/\{"extra_data"/, 'the other one first');

    is($spoil->('truncated'), substr($honest, 0, length($honest) / 2),
        'truncated');
    is($spoil->('empty'), '{"entries":[]}', 'empty');
    is($spoil->('empty', 'checkpoint'), '', 'a head of no bytes');
    is($spoil->('empty', 'tile/data/000'), '', 'a tile of no bytes');
    is($spoil->('tail'), "$honest\n<!-- -->", 'tail');
    is($spoil->('tail', 'tile/0/000'), slurp($w->path(
        'log/www/tile/0/000')) . "\n<!-- -->", 'of a hash tile');
    like($spoil->('html'), qr/<html>/, 'html');
    ok($spoil->('badbase64') =~ /"[A-Za-z0-9+\/]*!/, 'badbase64');
    ok(!exists decode_json($spoil->('nokeys'))->{entries}[0]{leaf_input},
        'nokeys');
    ok(!exists decode_json($spoil->('nokeys', 'ct/v1/get-sth'))->{tree_size},
        'of a head');

    my $leaf = decode_json($spoil->('trailing'))->{entries}[0]{leaf_input};
    is(decode_base64($leaf), decode_base64($json->{entries}[0]{leaf_input})
        . "\xde\xad", 'trailing: in a leaf');
    is($spoil->('trailing', 'tile/data/000'), "$tile\xde\xad", 'or a tile');

    my @entries = map { $_->{leaf_input} } @{ $json->{entries} };
    for (['one', $entries[0]], ['fewer', @entries[0 .. 8]],
        ['shuffled', reverse @entries], ['toomany', @entries, $next])
    {
        my ($way, @want) = @$_;
        is_deeply([map { $_->{leaf_input} } @{ decode_json($spoil->($way))
            ->{entries} }], \@want, $way);
    }
    is(tile_count($spoil->($_->[0], 'tile/data/000')), $_->[1],
        "$_->[0]: a tile of $_->[1]")
        for ['one', 1], ['fewer', 255], ['toomany', 257], ['shuffled', 256];
    $l->set('packed', body => 'fewer');
    is(tile_count(plain($l->get('packed', 'tile/data/000')->{content})), 255,
        'compressed ones, too');
    $l->reset($_) for qw(log packed);
};

subtest 'transfers' => sub {
    my $honest = slurp($w->path('log/www/checkpoint'));

    lie(delay => 300);
    my $start = time;
    is(status('log', 'checkpoint'), 200, 'delay');
    cmp_ok(time - $start, '>', 0.29, 'is a while');

    lie(drip => 20, path => 'sth');
    my ($raw) = raw('checkpoint', 0.5);
    cmp_ok(length $raw, '>', 8, 'drip: some bytes');
    cmp_ok(length $raw, '<', 40, 'few');
    is((raw('tile/0/000', 0.2))[1], 0, 'meanwhile others are served');
    lie(hang => 1);
    is((raw('checkpoint', 0.3))[0], '', 'hang: nothing');
    lie(endless => 1, path => 'sth');
    ($raw) = raw('checkpoint', 0.3);
    cmp_ok(length $raw, '>', 1_000_000, 'endless: a lot');
    like($raw, qr/\Q@{[substr $honest, 0, 30]}\E/, 'of what it should be');
    lie(close_after => 10);
    my ($cut, $open) = raw('checkpoint', 2);
    is($cut =~ s/.*?\r\n\r\n//sr, substr($honest, 0, 10), 'close_after');
    ok(!$open, 'and over');
    like($cut, qr/Content-Length: @{[length $honest]}\r/, 'too early');

    lie(bomb => 1);
    my $bomb = $l->get('log', 'checkpoint');
    is($bomb->{headers}{'content-encoding'}, 'gzip', 'bomb: gzip');
    cmp_ok(length $bomb->{content}, '<', 2_000_000, 'small');
    spew($w->path('bomb.gz'), $bomb->{content});
    my ($rc, $out) = run({ dir => $w->dir }, 'sh', '-c',
        'gzip -dc bomb.gz | wc -c');
    is($out + 0, 1 << 30, 'not what is in it') or diag $out;

    for my $way (qw(gzip_unasked double_gzip false_gzip)) {
        lie($way => 1);
        my $answer = $l->get('log', 'checkpoint');
        is($answer->{headers}{'content-encoding'}, 'gzip', "$way: says gzip");
        my $body = $answer->{content};
        $body = plain($body) if $way ne 'false_gzip';
        $body = plain($body) if $way eq 'double_gzip';
        is($body, $honest, 'and is so');
    }
    $l->reset('log');
};

subtest 'what was asked' => sub {
    $l->forget('log');
    $l->get('log', 'checkpoint', { 'User-Agent' => 'ct-test (x@y.test)' });
    entries('log', 0, 299);
    $l->get('log', 'tile/data/001');
    $l->get('log', 'ct/v1/get-entries?start=100000&end=100000');
    lie(status => 429, count => 1);
    $l->get('log', 'tile/0/000');
    my $stats = $l->stats('log');

    is_deeply({ map { $_ => $stats->{requests}{$_} } grep {
        $stats->{requests}{$_} } keys %{ $stats->{requests} } },
        { checkpoint => 1, 'get-entries' => 2, data => 1, hash => 1 },
        'requests');
    is($stats->{largest_ask}, 300, 'largest_ask');
    is($stats->{probes}, 1, 'probes');
    cmp_ok($stats->{bytes}, '>', 500_000, 'bytes');
    is_deeply([map { [@$_[1 .. 4]] } @{ $stats->{visits} }],
        [['checkpoint', 200, 0, 0], ['get-entries', 200, 0, 300],
        ['data', 200, 256, 256], ['get-entries', 400, 100000, 1],
        ['hash', 429, 0, 0]], 'visits');
    cmp_ok(abs($stats->{visits}[0][0] / 1000 - time), '<', 10, 'times');
    $l->get('log', 'checkpoint', { 'User-Agent' => 'ct-test (x@y.test)' });
    is($l->stats('log')->{agent}, 'ct-test (x@y.test)', 'agent');
    $l->reset('log');
};

subtest 'a site with both' => sub {
    my $s = CT::Site->new(no_nginx => 1, webhook => 0);
    $s->{nginx} = CT::Nginx->new(world => $s->world, http => '', module => 0);
    $s->add_log('plain');
    $s->add_log('old', protocol => 'rfc6962', '--operator', 'Old Op');
    $s->add_log('new', protocol => 'static');
    my %op = map { $_->{name} => $_ } @{ decode_json(slurp($s->list))
        ->{operators} };

    is($op{'Old Op'}{logs}[0]{url}, $s->logserver->url('old'), 'rfc6962');
    is($op{'Old Op'}{logs}[0]{mmd}, 86400, 'with its MMD');
    is($op{'Operator new'}{tiled_logs}[0]{monitoring_url},
        $s->logserver->url('new'), 'static');
    is($op{'Operator plain'}{tiled_logs}[0]{monitoring_url},
        $s->nginx->url('/plain/'), 'as ever');
    $s->append('site', log => $_) for qw(old new plain);
    $s->lie(old => { shrink => 0 }, new => { wrong_signature => 1 });
    is($s->logserver->get_json('old', 'ct/v1/get-sth')->{tree_size}, 0,
        'they lie');
    $s->logserver->stop;
    is($s->logserver->get('old', 'ct/v1/get-sth')->{status}, 599, 'and go');
    $s->logserver->start;
    is($s->logserver->get_json('old', 'ct/v1/get-sth')->{tree_size}, 1,
        'and come again');
};

subtest 'a log of very many' => sub {
    my ($from, $to) = (1_700_000_000_000, 1_700_100_000_000);
    my @fill = ('--entries', 3000, '--spread', "$from,$to", '--chain',
        'one.chain.pem', '--plant', 'one.pre.crt', 'one.crt');
    $w->log('init', 'bulk', '--origin', 'bulk.test');
    my @plants = map { decode_json($_) } split /\n/, $w->log('fill', 'bulk',
        '--seed', 7, @fill);
    my $bulk = naive('bulk', 'rfc6962');

    is($bulk->{computed}, $bulk->{root}, 'its root');
    is($bulk->{computed}, naive('bulk')->{root}, 'in both protocols');
    is_deeply([map { $_->{index} } CT::NaiveReader::find($bulk,
        'one.watched.test')], [map { $_->{index} } @plants], 'what is planted');
    my %distinct = map { $_->{cert} => 1 } @{ $bulk->{entries} };
    is(scalar keys %distinct, 3000, 'no two are the same');

    my @times = map { $_->{timestamp} } @{ $bulk->{entries} };
    my $back = grep { $times[$_] < $times[ $_ - 1 ] } 1 .. $#times;
    ok(!(grep { $_ < $from || $_ > $to } @times), 'times in between');
    cmp_ok($back, '>', 300, 'which do not always rise');
    cmp_ok($times[2000] - $times[1000], '>', ($to - $from) / 4, 'but do');

    my @pre = grep { $_->{type} == 1 } @{ $bulk->{entries} };
    near(scalar @pre, 1950, 100, 'two thirds are pre-certificates');
    near(mean(map { length $_->{cert} } @pre), 810, 60, 'size of a TBS');
    near(mean(map { length $_->{cert} } grep { $_->{type} == 0 }
        @{ $bulk->{entries} }), 1291, 80, 'size of a certificate');
    looks_real($bulk->{entries}[$_]) for 5 .. 14;

    for my $again (['same', 7], ['other', 8]) {
        $w->log('init', $again->[0], '--origin', 'bulk.test');
        $w->log('fill', $again->[0], '--seed', $again->[1], @fill);
    }
    is(naive('same')->{root}, $bulk->{root}, 'the same seed');
    isnt(naive('other')->{root}, $bulk->{root}, 'another');
};

subtest 'as plain files' => sub {
    $w->log('export6962', 'bulk', $w->path('plain'), '--batch', 256, '--gzip');
    my $n = CT::Nginx->new(world => $w, module => 0, http => "server {\n"
        . "    listen 127.0.0.1:%%PORT%%;\n"
        . export_location('/bulk/', $w->path('plain'))
        . export_location('/packed/', $w->path('plain'), gzip => 1) . "}\n");
    $n->start;
    my $log = CT::NaiveReader->new(url => $n->url('/bulk/'), batch => 256,
        protocol => 'rfc6962')->read;
    is($log->{computed}, naive('bulk')->{root}, 'nginx is a log');
    my $first = $n->get('/packed/ct/v1/get-entries?start=256&end=511',
        { headers => { 'Accept-Encoding' => 'gzip' } });
    is(plain($first->{content}), slurp($w->path('plain/entries/256.json')),
        'or sends gzip');
    is($n->get('/bulk/ct/v1/get-entries?start=257&end=300')->{status}, 404,
        'but knows whole batches only');
    $n->finish;
};

done_testing;

# ---- making

sub make {
    my ($name, @init) = @_;

    $w->log('init', $name, '--origin', "$name.test", '--url', $l->url($name),
        @time, @init);
    $w->log('add', $name, @time, '--chain', 'many.chain.pem', 'many.pem',
        '--chain', 'one.chain.pem', 'one.pre.crt', 'one.crt');

    return;
}

sub lie {
    my (%lies) = @_;
    my $more = $lies{align}; # keeps max

    $l->reset('log') if !$more;
    $l->set('log', %lies);

    return;
}

# ---- asking

sub naive {
    my ($name, $protocol) = @_;

    return CT::NaiveReader->new(url => $l->url($name),
        protocol => $protocol // 'static')->read;
}

sub status { return $l->get(@_)->{status} }

sub entries {
    my ($name, $start, $end) = @_;

    return scalar @{ $l->get_json($name,
        "ct/v1/get-entries?start=$start&end=$end")->{entries} };
}

sub consistency {
    my ($name, $first, $second) = @_;

    return map { decode_base64($_) } @{ $l->get_json($name,
        "ct/v1/get-sth-consistency?first=$first&second=$second")
        ->{consistency} };
}

# get-sth, once it is clear that the checkpoint says the same.
sub head {
    my ($name, $only) = ($_[0] // 'log', $_[1]);
    my $sth = $l->get_json($name, 'ct/v1/get-sth');
    my %head = (size => $sth->{tree_size}, time => $sth->{timestamp},
        root => unpack 'H*', decode_base64($sth->{sha256_root_hash}));

    return \%head if $only;

    my (undef, $size, $root) = split /\n/,
        $l->get($name, 'checkpoint')->{content};
    is("$size $root", "$head{size} $sth->{sha256_root_hash}",
        'the checkpoint agrees');

    return \%head;
}

# Bytes that came within so many seconds, and whether more could come.
sub raw {
    my ($path, $seconds) = @_;
    my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $l->port) or die $!;
    my ($all, $end) = ('', time + $seconds);

    print {$s} "GET /log/$path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        . "\r\n";
    while (time < $end) {
        vec(my $bits = '', fileno $s, 1) = 1;
        next if !select $bits, undef, undef, 0.02;
        sysread $s, $all, 65536, length $all or return ($all, 0);
    }

    return ($all, 1);
}

# ---- judging

sub root { return CT::NaiveReader::mth(\@hash, 0, $_[0]) }

sub bytes { return join '', map { $_->{leaf} } @{ $_[0]{entries} } }

# The indexes of entries that are not what they were.
sub differ {
    my ($protocol) = @_;
    my @now = @{ naive('log', $protocol)->{entries} };

    return grep { pack('H*', $now[$_]{hash}) ne $hash[$_] } 0 .. $#hash;
}

sub tile_count {
    my ($tile) = @_;
    my $n = 0;

    while (length $tile) {
        my $entry = CT::NaiveReader::entry(\$tile);
        CT::NaiveReader::vector(\$tile, 3) if $entry->{type} == 1;
        CT::NaiveReader::vector(\$tile, 2);
        $n++;
    }

    return $n;
}

sub plain {
    my ($packed) = @_;
    my $plain;

    gunzip(\$packed, \$plain, Transparent => 0) or return undef;

    return $plain;
}

sub escape {
    return encode_base64($_[0], '') =~ s/([+\/=])/sprintf '%%%02X', ord $1/ger;
}

sub der_of {
    my ($base64) = slurp($w->path($_[0]))
        =~ /-----BEGIN CERTIFICATE-----(.*?)-----END/s;

    return decode_base64($base64);
}

sub sth_verifies {
    my ($name) = @_;
    my $sth = $l->get_json($name, 'ct/v1/get-sth');
    my ($hash, $kind, $len, $sig) = unpack 'C C n a*',
        decode_base64($sth->{tree_head_signature});
    my $key = decode_base64($w->log_info($name)->{key});

    die 'no DigitallySigned' if $hash != 4 || $len != length $sig
        || $kind != (length $key > 200 ? 1 : 3);
    spew($w->path('head.bin'), "\0\1" . pack('Q> Q> a*', $sth->{timestamp},
        $sth->{tree_size}, decode_base64($sth->{sha256_root_hash})));
    spew($w->path('head.sig'), $sig);
    spew($w->path('head.key'), "-----BEGIN PUBLIC KEY-----\n"
        . encode_base64($key) . "-----END PUBLIC KEY-----\n");

    return 0 == (run({ dir => $w->dir }, qw(openssl dgst -sha256 -verify
        head.key -signature head.sig head.bin)))[0];
}

sub mean {
    my $sum = 0;
    $sum += $_ for @_;

    return $sum / @_;
}

sub near {
    my ($is, $want, $within, $what) = @_;

    cmp_ok(abs($is - $want), '<=', $within, "$what: $is, about $want");

    return;
}

# What openssl can read, with names, two SCTs or a poison.
sub looks_real {
    my ($entry) = @_;
    my $rest = $entry->{rest};
    my $pre = $entry->{type} == 1;

    spew($w->path('real.der'),
        $pre ? CT::NaiveReader::vector(\$rest, 3) : $entry->{cert});
    my ($rc, $text) = run({ dir => $w->dir }, qw(openssl x509 -inform DER
        -noout -text -in real.der));
    like($text, qr/DNS:/, 'a certificate');
    is(scalar(() = $text =~ /Signed Certificate Timestamp:/g), $pre ? 0 : 2,
        'its SCTs');
    is(scalar(() = $text =~ /Precertificate Poison/g), $pre ? 1 : 0,
        'its poison');

    return;
}
