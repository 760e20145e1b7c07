# The test world itself: certificates, logs, nginx and the receiver are what
# the other tests believe them to be. Everything that ctlog writes is read
# here by other means: Perl's own SHA-256 and DER cutting, openssl's verify.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use CT::Nginx qw(log_location);
use CT::Receiver;
use CT::World qw(data_dir run slurp spew);
use Digest::SHA qw(sha256 sha256_hex);
use HTTP::Tiny;
use IO::Socket::INET;
use IO::Uncompress::Gunzip qw(gunzip);
use JSON::PP qw(decode_json);
use MIME::Base64 qw(decode_base64 encode_base64);
use Test::More;
use Time::HiRes qw(time);

use constant {
    POISON => "\x06\x0a\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03",
    SCTS   => "\x06\x0a\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02",
};

my $w = CT::World->new;
my @NAVIGLI = ('--size', 1024, '--origin', 'navigli.test/2025h2');

$w->make_ca('usual', 'Usual CA Ltd');

subtest 'a pre-certificate and its final certificate' => sub {
    for my $key (qw(ec rsa)) {
        $w->ca('leaf', $key, '--issuer', 'usual-ca', '--name', 'a.test',
            '--name', 'b.test', '--ip', '127.0.0.1', '--key', $key,
            '--tbs-ext', '1.2.3.4=0500');
        my $pre = splice_tbs(der("$key.pre.crt"), POISON);
        my $final = splice_tbs(der("$key.crt"), SCTS);

        ok($pre->{cut}, "$key: the poison is there");
        ok($final->{cut}, "$key: the SCT list is there");
        is(sha256_hex($pre->{tbs}), sha256_hex($final->{tbs}),
            "$key: without them the TBS are the same bytes");
        is(openssl_text("$key.pre.crt"), openssl_text("$key.crt"),
            "$key: openssl shows the same, too");
    }

    my ($rc, $out) = run({ dir => $w->dir }, qw(openssl verify -CAfile
        usual.crt -untrusted ec.chain.pem ec.crt));
    is($rc, 0, 'the final certificate verifies') or diag $out;
    like(openssl_text('ec.crt'),
        qr/DNS:a\.test, DNS:b\.test, IP Address:127\.0\.0\.1/, 'names');
    is(scalar(() = slurp($w->path('ec.fullchain.pem')) =~ /BEGIN CERT/g),
        2, 'the full chain has no root');
};

subtest 'a log of 600 entries' => sub {
    my @time = ('--timestamp', 1_750_000_000_000);
    bundle('many', 600);
    $w->log('init', 'once', '--origin', 'once.test/1', @time);
    is((checkpoint('once'))[1], 0, 'a new log is empty');
    is((checkpoint('once'))[2], sha256_hex(''), 'with the empty root');

    $w->log('add', 'once', @time, '--chain', 'many.chain.pem', 'many.pem');

    is_deeply([tiles('once')], [sort qw(tile/0/000 tile/0/001
        tile/0/002.p/88 tile/1/000.p/2 tile/data/000 tile/data/001
        tile/data/002.p/88)], 'full and partial tiles');

    my ($origin, $size, $root, $log) = checkpoint('once');
    is($origin, 'once.test/1', 'origin');
    is($size, 600, 'size');
    is($root, root_of_tiles('once', 600), 'level 0 gives the root');
    is($root, root_of_leaves('once', 600), 'and so do the entries');
    is($root, $w->log_info('once')->{root}, 'info says the same root');

    is(level_one('once'), slurp($w->path('once/www/tile/1/000.p/2')),
        'level 1 is made of level 0');

    my ($leaf) = entries('once', '000');
    my ($der) = map { splice_tbs($_, POISON)->{tbs} } der('many.pem');
    is($leaf->{type}, 1, 'the first entry is a pre-certificate');
    is(sha256_hex($leaf->{cert}), sha256_hex($der), 'its TBS');
    is(sha256_hex($leaf->{pre}), sha256_hex(der('many.pem')), 'itself');
    is($leaf->{index}, 0, 'its index');
    is($leaf->{issuer_key_hash}, spki_hash('usual-ca.crt'), 'its issuer');
    is_deeply($leaf->{chain}, [sha256_hex(der('usual-ca.crt'))], 'chain');
    is(sha256_hex(slurp($w->path("once/www/issuer/$leaf->{chain}[0]"))),
        $leaf->{chain}[0], 'and the issuer is there');

    # 1 + 254 + 1 crosses a tile's edge by the entry that fills it
    my @pem = slurp($w->path('many.pem')) =~ /(-----BEGIN.*?-----END.*?\n)/gs;
    is(scalar @pem, 600, 'to be added in parts');
    $w->log('init', 'parts', '--origin', 'once.test/1', @time);
    for my $n (1, 254, 1, 1, 255, 88) {
        spew($w->path('part.pem'), join '', splice @pem, 0, $n);
        $w->log('add', 'parts', @time, '--chain', 'many.chain.pem',
            'part.pem');
    }
    is((checkpoint('parts'))[2], $root, 'added in parts: the same root');
    for my $tile (tiles('once')) {
        is(sha256_hex(slurp($w->path("parts/www/$tile"))),
            sha256_hex(slurp($w->path("once/www/$tile"))), "same $tile");
    }

    $w->log('checkpoint', 'once', '--size', 300);
    is((checkpoint('once'))[2], root_of_leaves('once', 300),
        'a checkpoint of an earlier size');
};

subtest 'the checkpoint is signed' => sub {
    for my $key (qw(ec rsa)) {
        $w->log('init', "sig-$key", '--origin', 'sig.test', '--key', $key);
        $w->log('add', "sig-$key", '--chain', 'ec.chain.pem', 'ec.pre.crt',
            'ec.crt');
        ok(signature_verifies("sig-$key"), "$key: openssl verifies it");

        $w->log('checkpoint', "sig-$key", '--wrong-signature');
        ok(!signature_verifies("sig-$key"), "$key: not the wrong one");

        $w->log('checkpoint', "sig-$key", '--grease', '--extra-line', 'x y');
        ok(signature_verifies("sig-$key"), "$key: grease around it");
        my @lines = split /\n/, slurp($w->path("sig-$key/www/checkpoint"));
        is($lines[3], 'x y', "$key: an extension line");
        is(scalar(grep {/^\xe2\x80\x94 /} @lines), 5, "$key: five lines");
    }

    my ($pre, $final) = entries('sig-ec', '000.p/2');
    is_deeply([$pre->{type}, $final->{type}], [1, 0], 'both entry types');
    is(sha256_hex($final->{cert}), sha256_hex(der('ec.crt')), 'x509_entry');

    $w->log('checkpoint', 'sig-ec', '--origin', 'other.test',
        '--size', 5, '--root', 'ab' x 32);
    is_deeply([(checkpoint('sig-ec'))[0 .. 2]],
        ['other.test', 5, 'ab' x 32], 'a lie as ordered');
};

subtest 'a Precertificate Signing CA' => sub {
    $w->ca('intermediate', 'psc', '--issuer', 'usual-ca', '--psc');
    $w->ca('leaf', 'p', '--issuer', 'usual-ca', '--pre-issuer', 'psc',
        '--name', 'p.test');
    $w->log('init', 'psclog', '--origin', 'psc.test');
    $w->log('add', 'psclog', '--chain', 'p.pre.chain.pem', 'p.pre.crt');

    my ($leaf) = entries('psclog', '000.p/1');
    is($leaf->{issuer_key_hash}, spki_hash('usual-ca.crt'),
        'the key hash is of the CA above');
    is(sha256_hex($leaf->{cert}),
        sha256_hex(splice_tbs(der('p.crt'), SCTS)->{tbs}),
        'the TBS is the final one');
    isnt(sha256_hex(splice_tbs(der('p.pre.crt'), POISON)->{tbs}),
        sha256_hex($leaf->{cert}), 'which the submitted one is not');
};

subtest 'raw entries, kept back checkpoints' => sub {
    $w->log('init', 'raw', '--origin', 'raw.test', '--encoding', 'gzip');
    spew($w->path('junk.bin'), "\xff" x 50);
    $w->log('raw', 'raw', 'junk.bin', '--leaf-len', 40);
    is((checkpoint('raw'))[2],
        sha256_hex("\0\0\0" . "\xff" x 40), 'hashed as told');

    my $before = slurp($w->path('raw/www/checkpoint'));
    $w->log('add', 'raw', '--no-checkpoint', 'ec.crt');
    is(slurp($w->path('raw/www/checkpoint')), $before, 'held back');
    is($w->log_info('raw')->{size}, 2, 'but grown');

    my $packed = slurp($w->path('raw/www/tile/data/000.p/2'));
    my $plain;
    gunzip(\$packed, \$plain);
    is(substr($plain, 0, 51), "\xff" x 50 . "\0", 'gzip on disk');
};

subtest 'the log list' => sub {
    my $list = decode_json($w->log('list', 'once', 'raw', '--rfc6962',
        'sig-rsa'));
    my $op = $list->{operators}[0];
    is($op->{name}, 'Test Operator', 'operator');
    is(scalar @{ $op->{tiled_logs} }, 2, 'tiled logs');
    is(scalar @{ $op->{logs} }, 1, 'an RFC 6962 log');

    my $log = $op->{tiled_logs}[0];
    is($log->{submission_url}, 'https://once.test/1/', 'submission_url');
    is(sha256_hex(decode_base64($log->{key})),
        unpack('H*', decode_base64($log->{log_id})), 'log_id');
    is_deeply([keys %{ $log->{state} }], ['usable'], 'state');
};

subtest 'real tiles under a key of ours' => sub {
    my $data = data_dir();
    plan skip_all => 'no real data (CT_TEST_DATA)' if !$data;

    for my $encoding (qw(identity gzip)) {
        my $dir = "navigli-$encoding";
        $w->log('adopt', $dir, "$data/navigli2025h2/tile", @NAVIGLI,
            '--encoding', $encoding);
        is(encode_base64(pack('H*', (checkpoint($dir))[2]), ''),
            'EMfGG85uIddeOXt5/wdQGP3IQd0COCqoLg9Q6CsPLJA=', "$encoding: root");
        ok(signature_verifies($dir), "$encoding: signed");
        ok(-s $w->path("$dir/www/tile/1/000.p/4"), "$encoding: level 1");
    }
    is(slurp($w->path('navigli-identity/www/tile/data/002')),
        slurp("$data/navigli2025h2/tile/data/002"), 'data tiles as they are');
    cmp_ok(-s $w->path('navigli-gzip/www/tile/data/002'), '<', 200_000,
        'or compressed');

    $w->log('add', 'navigli-gzip', 'ec.crt');
    is((checkpoint('navigli-gzip'))[1], 1025, 'such a log can go on');
};

subtest 'nginx serves a log' => sub {
    my $n = CT::Nginx->new(world => $w, module => 0, workers => 2,
        http => "server {\n    listen 127.0.0.1:%%PORT%%;\n"
            . log_location('/log/', $w->path('once/www'))
            . log_location('/raw/', $w->path('raw/www'), gzip => 1)
            . "}\n");
    my ($rc, $out) = $n->test_config;
    is($rc, 0, 'nginx -t') or diag $out;
    $n->start;

    is($n->get('/log/checkpoint')->{content},
        slurp($w->path('once/www/checkpoint')), 'checkpoint');
    my $tile = $n->get('/log/tile/data/002.p/88');
    is($tile->{status}, 200, 'partial data tile');
    is($tile->{headers}{'content-encoding'}, undef, 'as identity');
    is($n->get('/raw/tile/data/000.p/2')->{headers}{'content-encoding'},
        'gzip', 'or gzip, without being asked');
    is($n->get('/log/tile/data/9')->{status}, 404, 'no such tile');
    is($n->get('/log/private/key.pem')->{status}, 404, 'no key');

    my @workers = $n->worker_pids;
    is(scalar @workers, 2, 'two workers');
    cmp_ok($n->rss($workers[0]), '>', 500, 'with memory');
    cmp_ok($n->fds($workers[0]), '>', 3, 'and descriptors');

    ok($n->reload, 'reload brings new workers');
    is(scalar(grep { my $p = $_; grep { $p == $_ } @workers }
        $n->worker_pids), 0, 'none of the old');
    my $killed = $n->kill_worker0;
    ok($n->wait_for(sub { 2 == (() = $n->worker_pids) }),
        'a killed worker is replaced');
    is($n->get('/log/checkpoint')->{status}, 200, 'and all goes on');

    $n->finish(qr/worker process $killed exited on signal 9/);
    ok(!$n->alive, 'stopped');
};

subtest 'the receiver' => sub {
    my $r = CT::Receiver->new(world => $w, answers => [500, 204]);
    my $http = HTTP::Tiny->new(timeout => 1);

    is($http->post($r->url('/x'), { content => '{"a":1}' })->{status}, 500,
        'first answer');
    is($http->post($r->url('/x'), { content => "\xff\n" })->{status}, 204,
        'second');
    is($http->get($r->url)->{status}, 204, 'the last repeats');

    my @requests = $r->requests;
    is_deeply([map {"$_->{method} $_->{path}"} @requests],
        ['POST /x', 'POST /x', 'GET /'], 'written down');
    is(($r->bodies)[0]{a}, 1, 'with a body');
    is($requests[1]{body}, "\xff\n", 'of any bytes');

    $r->answer({ status => 429, headers => { 'Retry-After' => 7 } }, 'hang',
        'close');
    is($http->get($r->url)->{headers}{'retry-after'}, 7, 'a header');
    my $start = time;
    is($http->get($r->url)->{status}, 599, 'a server that hangs');
    cmp_ok(time - $start, '>', 0.9, 'for as long as one waits');
    is($http->get($r->url)->{status}, 599, 'one that closes');
    $r->answer('drip');
    is($http->get($r->url)->{status}, 599, 'one that drips');
    $r->answer(200);
    is($http->get($r->url)->{status}, 200, 'and is well again');

    my $port = $r->port;
    $r->stop;
    ok(!IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port"), 'stopped');
};

done_testing;

# ---- certificates

# DER of the first certificate of a PEM file, by openssl's base64 alone.
sub der {
    my ($file) = @_;

    my ($base64) = slurp($w->path($file))
        =~ /-----BEGIN CERTIFICATE-----(.*?)-----END/s;

    return decode_base64($base64);
}

# One DER value from the front of a string: (tag, whole, body).
sub tlv {
    my ($in) = @_;

    my ($tag, $len) = unpack 'CC', $$in;
    my $head = 2;
    if ($len & 0x80) {
        my $n = $len & 0x7f;
        $head += $n;
        $len = hex unpack "x2 H@{[$n * 2]}", $$in;
    }
    my $whole = substr $$in, 0, $head + $len, '';

    return ($tag, $whole, substr $whole, $head);
}

sub wrap {
    my ($tag, $body) = @_;

    my $len = length $body;
    my $n = $len < 0x80 ? pack 'C', $len
        : $len < 0x100 ? pack 'CC', 0x81, $len
        : pack 'Cn', 0x82, $len;

    return chr($tag) . $n . $body;
}

# A certificate's TBS without the extension whose OID is given.
sub splice_tbs {
    my ($cert, $oid) = @_;

    my (undef, undef, $outer) = tlv(\$cert);
    my (undef, undef, $fields) = tlv(\$outer);
    my ($tbs, $cut) = ('', 0);
    while (length $fields) {
        my ($tag, $whole, $body) = tlv(\$fields);
        if ($tag == 0xa3) {
            my (undef, undef, $list) = tlv(\$body);
            my $kept = '';
            while (length $list) {
                my (undef, $one, $content) = tlv(\$list);
                my $hit = index($content, $oid) == 0;
                $cut += $hit;
                $kept .= $one if !$hit;
            }
            $whole = wrap(0xa3, wrap(0x30, $kept));
        }
        $tbs .= $whole;
    }

    return { tbs => wrap(0x30, $tbs), cut => $cut };
}

# What openssl shows, without the signature and the two CT extensions.
sub openssl_text {
    my ($file) = @_;

    my ($rc, $text) = run({ dir => $w->dir }, qw(openssl x509 -noout -text
        -certopt no_sigdump), '-in', $file);
    die $text if $rc;
    $text =~ s/^( +)CT Precertificate \w+:.*\n(?:\1 .*\n)*//m
        or die "no CT extension in $text";

    return $text;
}

sub spki_hash {
    my ($file) = @_;

    my ($rc, $pem) = run({ dir => $w->dir }, qw(openssl x509 -noout -pubkey),
        '-in', $file);
    my ($base64) = $pem =~ /KEY-----(.*?)-----END/s;

    return sha256_hex(decode_base64($base64));
}

sub bundle {
    my ($name, $count) = @_;

    $w->ca('leaf', $name, '--issuer', 'usual-ca', '--count', $count,
        '--name-format', 'w%05d.example.test');

    return;
}

# ---- logs

# (origin, size, root in hex, note text)
sub checkpoint {
    my ($dir) = @_;

    my ($text) = slurp($w->path("$dir/www/checkpoint")) =~ /^(.*?\n)\n/s;
    my ($origin, $size, $root) = split /\n/, $text;

    return ($origin, $size, unpack('H*', decode_base64($root)), $text);
}

# Finds the log's own line by its key id and lets openssl verify it.
sub signature_verifies {
    my ($dir) = @_;

    my $info = $w->log_info($dir);
    my ($origin, $size, $root) = checkpoint($dir);
    my $id = substr sha256("$origin\n\x05" . pack 'H*', $info->{log_id_hex}),
        0, 4;
    my $dash = "\xe2\x80\x94";
    my @lines = slurp($w->path("$dir/www/checkpoint"))
        =~ /^$dash \Q$origin\E (\S+)$/mg;
    my ($own) = grep { substr($_, 0, 4) eq $id } map { decode_base64($_) }
        @lines;
    die 'no line of the log' if !defined $own;

    my ($time, $hash, $kind, $len, $sig) = unpack 'x4 a8 C C n a*', $own;
    die 'not SHA-256' if $hash != 4 || $len != length $sig;
    my $rsa = length(decode_base64($info->{key})) > 200;
    die 'wrong kind of signature' if $kind != ($rsa ? 1 : 3);

    spew($w->path('head.bin'), "\0\1" . $time . pack('Q> H64', $size, $root));
    spew($w->path('head.sig'), $sig);
    spew($w->path('head.key'), "-----BEGIN PUBLIC KEY-----\n"
        . encode_base64(decode_base64($info->{key}))
        . "-----END PUBLIC KEY-----\n");
    my ($rc) = run({ dir => $w->dir }, qw(openssl dgst -sha256 -verify
        head.key -signature head.sig head.bin));

    return $rc == 0;
}

sub tiles {
    my ($dir) = @_;

    my ($rc, $out) = run({ dir => $w->path("$dir/www") },
        qw(find tile -type f));

    return sort split /\n/, $out;
}

# The entries of a data tile by static-ct-api, "Log Entries".
sub entries {
    my ($dir, $tile) = @_;

    my $in = slurp($w->path("$dir/www/tile/data/$tile"));
    my @all;
    while (length $in) {
        my $start = $in;
        my %e = (type => unpack 'x8 n', substr $in, 0, 10, '');
        $e{issuer_key_hash} = unpack 'H*', substr $in, 0, 32, ''
            if $e{type} == 1;
        $e{cert} = vector(\$in, 3);
        my $extensions = vector(\$in, 2);
        $e{index} = hex unpack 'x3 H10', $extensions;
        $e{leaf} = substr $start, 0, length($start) - length $in;
        $e{pre} = vector(\$in, 3) if $e{type} == 1;
        $e{chain} = [unpack '(H64)*', vector(\$in, 2)];
        push @all, \%e;
    }

    return @all;
}

sub vector {
    my ($in, $width) = @_;

    my $len = hex unpack 'H*', substr $$in, 0, $width, '';
    die 'short tile' if $len > length $$in;

    return substr $$in, 0, $len, '';
}

# MTH of RFC 6962, 2.1, as it is written there.
sub mth {
    my (@hash) = @_;

    return sha256('') if !@hash;
    return $hash[0] if @hash == 1;
    my $k = 1;
    $k *= 2 while $k * 2 < @hash;

    return sha256("\1" . mth(@hash[0 .. $k - 1]) . mth(@hash[$k .. $#hash]));
}

# What one reads to have the first `size` of a log's tiles on a level.
sub root_of_tiles {
    my ($dir, $size) = @_;

    my @hash = map { unpack '(a32)*', slurp($w->path("$dir/www/$_")) }
        grep {m{^tile/0/}} tiles($dir);

    return unpack 'H*', mth(@hash[0 .. $size - 1]);
}

sub root_of_leaves {
    my ($dir, $size) = @_;

    my @hash = map { sha256("\0\0\0$_->{leaf}") }
        map { entries($dir, $_) } map {m{^tile/data/(.*)}} tiles($dir);

    return unpack 'H*', mth(@hash[0 .. $size - 1]);
}

sub level_one {
    my ($dir) = @_;

    return join '', map {
        mth(unpack '(a32)*', slurp($w->path("$dir/www/tile/0/$_")))
    } qw(000 001);
}
