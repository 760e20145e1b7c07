#!/usr/bin/perl

# Every mistake in the configuration is found by `nginx -t` in one sentence:
# what, where, what was wanted. And `nginx -t` leaves nothing behind.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(sha256);
use MIME::Base64 qw(decode_base64 encode_base64);
use Test::More;

use CT::Nginx;
use CT::World qw(spew);

my $w = CT::World->new;
my $dir = $w->dir;

# Public keys as a log list has them: P-256 fits, P-521 and Ed25519 do not.
my %key = map { $_->[0] => key(@$_) } (
    [p256    => 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    [p521    => 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'],
    [ed25519 => 'ED25519'],
    [rsa1024 => 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
    [rsa2048 => 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
);
my $log = "ct_log https://log.test/a/ key=$key{p256};";

make_bundle("$dir/bundle.pem");
spew("$dir/empty.pem", "no certificate in here\n");
spew("$dir/list.json", '{"operators":[{"name":"Op","logs":[]}]}');
spew("$dir/none.json", '[1, 2]');
spew("$dir/good.json", good_list($key{p256}));
copy_signed('signed.json', 'signed.sig', 'rsa2048');
copy_signed('list', 'list.sig', 'rsa2048');
copy_signed('elsewhere.json', 'other/name', 'rsa2048');
copy_signed('wrong.json', 'wrong.sig', 'rsa2048');
spew("$dir/wrong.json", good_list($key{p256}) . ' ');
spew("$dir/unsigned.json", good_list($key{p256}));
spew("$dir/large.pem", 'x' x 65537);
my $pem = "$dir/rsa2048.pub.pem";
my $url = 'https://list.test/list.json';
spew("$dir/broken.json", '{"operators": [');
my $ca_list = '"CA Owner","SHA-256 Fingerprint"' . "\n";
spew("$dir/none.csv", $ca_list);
spew("$dir/ca.csv", $ca_list . '"A","' . 'ab' x 32 . "\"\n");
spew("$dir/cut.csv", $ca_list . '"A","' . 'ab' x 20);
spew("$dir/file", '');

my $zone = 'ct_zone zone=ct:1m;';

# What stands in http{}; the sentence; what is accepted has undef.
my @cases = (
    ['all of it', <<"EOF", undef],
$zone
ct_domain auto example.com =www.example.com 192.0.2.1 2001:db8::1;
$log
ct_log http://log.test:8080/b key=$key{p256} type=rfc6962;
ct_log https://log.test/c/ key=$key{p256} type=static
    submission=https://submit.test/c;
ct_since all;
ct_rate 1m;
ct_interval 5m;
ct_grace 0;
ct_contact ct\@example.com;
ct_issuer "Usual CA Ltd" sha256:@{['0a' x 32]};
ct_webhook https://hook.test/x?y=z;
ct_webhook http://[::1]:8080/;
ct_trusted_certificate $dir/bundle.pem;
server {
    listen 127.0.0.1:%%PORT%%;
    ct_domain shop.example.com;
    location /ct/ { ct_status; }
    location ^~ /more { ct_status; }
}
EOF
    ['no directive at all', '', undef],
    ['the least', $zone, undef],
    ['one log', "$zone $log", undef],

    # ct_zone
    ['zone twice', "$zone $zone $log",
        qr/"ct_zone" directive is duplicate in .*:\d+/],
    ['zone without zone=', "ct_zone state=$dir/state; $log",
        qr/"ct_zone" has no "zone=name:size" parameter in/],
    ['zone without a name', "ct_zone zone=:1m; $log",
        qr/invalid zone name in "zone=:1m", "zone=name:size" is wanted/],
    ['zone without a colon', "ct_zone zone=ct; $log",
        qr/invalid zone name in "zone=ct", "zone=name:size" is wanted/],
    ['zone without a size', "ct_zone zone=ct:; $log",
        qr/invalid zone size in "zone=ct:", "zone=name:size" is wanted/],
    ['zone of no size', "ct_zone zone=ct:big; $log",
        qr/invalid zone size in "zone=ct:big", "zone=name:size" is wanted/],
    ['zone too small', "ct_zone zone=ct:1023k; $log",
        qr/zone size "1023k" is too small, at least 1m is wanted/],
    ['zone with something else', "ct_zone zone=ct:1m keep=yes; $log",
        qr/invalid parameter "keep=yes" in "ct_zone", "zone=name:size" and/],
    ['zone= twice', "ct_zone zone=ct:1m zone=other:1m; $log",
        qr/invalid parameter "zone=other:1m" in "ct_zone"/],
    ['zone without arguments', "ct_zone; $log",
        qr/invalid number of arguments in "ct_zone" directive/],
    ['zone in a server', "server { $zone }",
        qr/"ct_zone" directive is not allowed here/],
    ['zone of another module', "limit_req_zone \$uri zone=ct:1m rate=1r/s; "
            . "$zone $log",
        qr/shared memory zone "ct" is already declared for a different use/],
    ['empty state', "ct_zone zone=ct:1m state=; $log",
        qr/empty path in "state=", the path of a file is wanted/],
    ['state without directory', "ct_zone zone=ct:1m state=$dir/no/state;",
        qr{directory "\Q$dir\E/no" of state ".*" cannot be used \(2: No such}],
    ['state in what is no directory',
        "ct_zone zone=ct:1m state=$dir/file/state; $log",
        qr{"\Q$dir\E/file" is not a directory, one is wanted for state}],
    ['state is a directory', "ct_zone zone=ct:1m state=$dir; $log",
        qr/state "\Q$dir\E" is not a file, the path of a file is wanted/],
    ['state ends in a slash', "ct_zone zone=ct:1m state=conf/; $log",
        qr{state ".*conf/" is not a file, the path of a file is wanted}],

    # what belongs together
    ['an empty list', "$zone ct_log_list $dir/list.json;",
        qr/ct_zone "ct" has no log to follow, a "ct_log_list" with logs in/],
    ['an empty list and a log', "$zone ct_log_list $dir/list.json; $log",
        undef],
    ['rate without zone', 'ct_rate 1m;', qr/"ct_rate" in .* needs the moni/],
    ['directive without zone', "ct_interval 5s; $log",
        qr/"ct_interval" in .*nginx\.conf:\d+ needs the monitor, "ct_zone/],
    ['log without zone', $log, qr/"ct_log" in .* needs the monitor/],
    ['domain in a server without zone', 'server { ct_domain example.com; }',
        qr/"ct_domain" in .* needs the monitor/],
    ['status without zone', 'server { location / { ct_status; } }',
        qr/"ct_status" in .* needs the monitor/],

    # ct_domain
    ['domain of one label', "$zone $log ct_domain localhost;",
        qr/invalid name "localhost" in "ct_domain", \S/],
    ['domain that is a URL', "$zone $log ct_domain https://example.com/;",
        qr{invalid name "https://example.com/" in "ct_domain", \S}],
    ['domain with an empty label', "$zone $log ct_domain a..example.com;",
        qr/invalid name "a..example.com" in "ct_domain", \S/],
    ['domain too long', "$zone $log ct_domain "
            . join('.', ('a' x 60) x 5) . ';',
        qr/invalid name "a.*" in "ct_domain", \S/],
    ['domain that is empty', "$zone $log ct_domain '';",
        qr/invalid name "" in "ct_domain", \S/],
    ['domain without arguments', "$zone $log ct_domain;",
        qr/invalid number of arguments in "ct_domain"/],
    ['domain in a location',
        "$zone $log server { location / { ct_domain example.com; } }",
        qr/"ct_domain" directive is not allowed here/],

    # ct_ca_list
    (map { ["CA list at $_", "$zone $log ct_ca_list $_;", undef] }
        'https://list.test/x', 'http://127.0.0.1:8080/', "$dir/ca.csv"),
    (map { ["CA list at $_", "$zone $log ct_ca_list '$_';",
            qr/invalid URL "\Q$_\E" in "ct_ca_list", "https:\/\/" or "http/]
    } 'ftp://list.test/ca.csv', 'https://', 'https://list.test/?a=b'),
    (map { ["CA list $_->[0]", "$zone $log ct_ca_list $dir/$_->[0];",
            $_->[1]] }
        ['no.csv', qr/no\.csv" failed \(2: No such file/],
        ['empty.pem', qr/invalid CA list ".*": the CA list has no columns "C/],
        ['good.json', qr/the CA list is not CSV: see row 1, certificate rec/],
        ['cut.csv', qr/invalid CA list ".*": the CA list is not CSV: see row/],
        ['none.csv', qr/": there is no certificate in the CA list, certif/]),
    ['two CA lists', "$zone $log ct_ca_list $url; ct_ca_list $url;",
        qr/"ct_ca_list" directive is duplicate/],
    ['CA list in a server', "$zone $log server { ct_ca_list $url; }",
        qr/"ct_ca_list" directive is not allowed here/],
    ['CA list of two', "$zone $log ct_ca_list $url $url;",
        qr/invalid number of arguments in "ct_ca_list"/],
    ['CA list without zone', "ct_ca_list $url;",
        qr/"ct_ca_list" in .* needs the monitor/],

    # ct_log_list
    (map { ["list at $_", "$zone ct_log_list $_;", undef] }
        'https://list.test/list.json', 'http://127.0.0.1:8080/x',
        'HTTPS://list.test/', "$dir/good.json"),
    (map {
        ["list at $_", "$zone ct_log_list '$_';",
            qr/invalid URL "\Q$_\E" in "ct_log_list", "https:\/\/" or "ht/]
    } 'ftp://list.test/list.json', 'https://', 'https:///x',
        'https://list.test/?a=b', 'https://list.test/a b',
        'file:///etc/list.json', 'https://list.test/' . 'x' x 300),
    ['list in a server', "$zone server { ct_log_list $url; }",
        qr/"ct_log_list" directive is not allowed here/],
    ['list with too many arguments',
        "$zone ct_log_list $url key=$pem sig=${url}x sig=${url}y;",
        qr/invalid number of arguments in "ct_log_list"/],
    ['list with something else', "$zone ct_log_list $url since=now;",
        qr/invalid parameter "since=now" in "ct_log_list", once "key=file"/],
    ['list with an empty key', "$zone ct_log_list $url key=;",
        qr/invalid parameter "key=" in "ct_log_list"/],
    ['list with an empty signature',
        "$zone ct_log_list $url sig= key=$pem;",
        qr/invalid parameter "sig=" in "ct_log_list"/],
    ['list with two keys', "$zone ct_log_list $url key=$pem key=$pem;",
        qr/invalid parameter "key=.*" in "ct_log_list"/],

    # its signature
    (map { ["signed list: @$_", "$zone ct_log_list @$_ key=$pem;", undef] }
        [$url], [$url, 'sig=https://sig.test/x'], ["$dir/signed.json"],
        ["$dir/list"], ["$dir/elsewhere.json", "sig=$dir/other/name"]),
    ['signature without a key', "$zone ct_log_list $url sig=${url}.sig;",
        qr/"sig=" without a key in "ct_log_list", "key=file" is wanted/],
    ['signature at a bad URL',
        "$zone ct_log_list $url key=$pem sig=ftp://list.test/;",
        qr{invalid URL "ftp://list.test/" in "ct_log_list"}],
    ['signature of a URL in a file',
        "$zone ct_log_list $url key=$pem sig=$dir/signed.sig;",
        qr/signature ".*signed.sig" and list ".*" in "ct_log_list" do not/],
    ['signature of a file at a URL',
        "$zone ct_log_list $dir/signed.json key=$pem sig=$url;",
        qr/signature ".*" and list ".*signed.json" in "ct_log_list" do not/],
    ['list without its signature',
        "$zone ct_log_list $dir/unsigned.json key=$pem;",
        qr{open\(\) "\Q$dir\E/unsigned.sig" failed \(2: No such file}],
    ['list with another signature',
        "$zone ct_log_list $dir/wrong.json key=$pem;",
        qr{log list ".*/wrong.json" has no good signature in ".*/wrong.sig"}],
    ['key that is absent', "$zone ct_log_list $url key=$dir/absent.pem;",
        qr{open\(\) "\Q$dir\E/absent.pem" failed \(2: No such file}],
    ['key that is too large', "$zone ct_log_list $url key=$dir/large.pem;",
        qr{"\Q$dir\E/large.pem" is too large, at most 65536 bytes}],
    (map {
        ["key that is $_", "$zone ct_log_list $url key=$dir/$_;",
            qr{unusable key "\Q$dir\E/\Q$_\E" in "ct_log_list", a PEM fil}]
    } qw(bundle.pem empty.pem rsa1024.pub.pem p256.pub.pem rsa2048.key)),
    ['list that is absent', "$zone ct_log_list $dir/absent.json;",
        qr{open\(\) "\Q$dir\E/absent.json" failed \(2: No such file}],
    ['list that is a directory', "$zone ct_log_list $dir;",
        qr/"\Q$dir\E" is not a file, one is wanted/],
    ['list that is no JSON', "$zone ct_log_list $dir/broken.json;",
        qr{invalid log list "\Q$dir\E/broken.json": \S.*, a list in the v3}],
    ['list of something else', "$zone ct_log_list $dir/none.json;",
        qr{invalid log list "\Q$dir\E/none.json": \S.*, a list in the v3}],
    ['list twice', "$zone ct_log_list $dir/list.json; "
            . "ct_log_list $dir/list.json;",
        qr/"ct_log_list" directive is duplicate/],

    # ct_log
    ['log without a key', "$zone ct_log https://log.test/;",
        qr{"ct_log" "https://log.test/" has no "key=base64" parameter}],
    ['log with no base64', "$zone ct_log https://log.test/ key=*;",
        qr/invalid key "\*" in "ct_log", base64 of a public key in DER is/],
    ['log with an empty key', "$zone ct_log https://log.test/ key=;",
        qr/key "" in "ct_log", .* is wanted/],
    ['log with bytes that are no key',
        "$zone ct_log https://log.test/ key=AAAA;",
        qr/unusable key "AAAA" in "ct_log", an ECDSA P-256 or P-384 key or/],
    (map {
        ["log with a key of $_",
            "$zone ct_log https://log.test/ key=$key{$_};",
            qr/unusable key ".*" in "ct_log", an ECDSA P-256 or P-384 key/]
    } qw(p521 ed25519 rsa1024)),
    (map {
        ["log at $_", "$zone ct_log '$_' key=$key{p256};",
            qr/invalid URL "\Q$_\E" in "ct_log", "https:\/\/" or "http:\/\//]
    } 'log.test/', 'ftp://log.test/', 'https://', 'https:///x',
        'https://log.test/?a=b', 'https://log.test/a b',
        'https://log.test/' . 'x' x 300),
    ['log of another type',
        "$zone ct_log https://log.test/ key=$key{p256} type=tiled;",
        qr/invalid type in "type=tiled", "type=static" or "type=rfc6962" is/],
    ['log with something else',
        "$zone ct_log https://log.test/ key=$key{p256} since=now;",
        qr/invalid parameter "since=now" in "ct_log", "key=base64" and once/],
    ['log with two keys',
        "$zone ct_log https://log.test/ key=$key{p256} key=$key{p256};",
        qr/invalid parameter "key=.*" in "ct_log"/],
    ['log with a bad submission',
        "$zone ct_log https://log.test/ key=$key{p256} submission=x;",
        qr/invalid URL "x" in "ct_log"/],
    ['submission of RFC 6962', "$zone ct_log https://log.test/ "
            . "key=$key{p256} type=rfc6962 submission=https://log.test/;",
        qr/"submission=" is for static logs, "ct_log" "https:\/\/log.test\//],
    ['log twice', "$zone $log $log",
        qr{duplicate log "https://log.test/a/" in "ct_log"}],
    ['log twice, but for the slash', "$zone $log "
            . "ct_log https://log.test/a key=$key{p256};",
        qr{duplicate log "https://log.test/a/" in "ct_log"}],

    # one value
    (map { ["since $_", "$zone $log ct_since $_;", undef] }
        qw(now 2026-10-01 2026-10-01T00:00:00Z 2026-10-01T14:30:00+02:00
        30d 12h 1y 3600), '"1d 12h"'),
    (map {
        ["since $_", "$zone $log ct_since '$_';",
            qr/invalid value "\Q$_\E" in "ct_since", "now", "all", a time/]
    } 'yesterday', '2026-13-01', '2026-02-30', '2026-10-1', '2026-10-01T',
        '2026-10-01 00:00:00', '1969-12-31', '0', '-1d', '99y', '5ms', ''),
    (map {
        ["since $_", "$zone $log ct_since $_;",
            qr/time "\Q$_\E" in "ct_since" is in the future, one that has/]
    } qw(9999-01-01 2999-01-01T00:00:00Z)),
    ['since twice', "$zone $log ct_since now; ct_since now;",
        qr/"ct_since" directive is duplicate/],
    (map { ["rate of $_", "$zone $log ct_rate $_;", undef] }
        qw(off 8k 8192 1m 100M)),
    (map {
        ["rate of $_", "$zone $log ct_rate '$_';",
            qr/invalid size "\Q$_\E" in "ct_rate", at least 8k \(a second\)/]
    } qw(fast 0 8191 7k -1m 1m/s), ''),
    ['rate twice', "$zone $log ct_rate 1m; ct_rate off;",
        qr/"ct_rate" directive is duplicate/],
    (map {
        ["interval of $_", "$zone $log ct_interval $_;",
            qr/invalid time "$_" in "ct_interval", one from 1s to 1d is/]
    } qw(soon 0 999ms 2d 9999999999999999999999s)),
    (map {
        ["grace of $_", "$zone $log ct_grace $_;",
            qr/invalid time "$_" in "ct_grace", one from 0 to 400d is/]
    } qw(soon -1 401d 9999999999y 1ms)),
    ['grace twice', "$zone $log ct_grace 1h; ct_grace 400d;",
        qr/"ct_grace" directive is duplicate/],
    ['interval twice', "$zone $log ct_interval 1s; ct_interval 1d;",
        qr/"ct_interval" directive is duplicate/],
    ['contact on two lines', "$zone $log ct_contact 'a\nX-Header: b';",
        qr/invalid text in "ct_contact", 1 to 127 printable ASCII characters/],
    ['contact without text', "$zone $log ct_contact '';",
        qr/invalid text in "ct_contact"/],
    ['contact too long', "$zone $log ct_contact @{['x' x 128]};",
        qr/invalid text in "ct_contact"/],
    ['contact twice', "$zone $log ct_contact a; ct_contact b;",
        qr/"ct_contact" directive is duplicate/],
    ['issuer hash too short', "$zone $log ct_issuer sha256:0a;",
        qr/invalid hash "sha256:0a" in "ct_issuer", "sha256:" and 64 hex/],
    ['issuer hash of no hex', "$zone $log ct_issuer sha256:@{['0g' x 32]};",
        qr/invalid hash "sha256:0g.*" in "ct_issuer"/],
    ['issuer without a name', "$zone $log ct_issuer ok '';",
        qr/invalid name "" in "ct_issuer", 1 to 127 characters are wanted/],
    ['webhook of another scheme', "$zone $log ct_webhook mailto:a\@b.test;",
        qr/invalid URL "mailto:a\@b.test" in "ct_webhook", "https:\/\/" or/],
    ['webhook twice', "$zone $log ct_webhook http://h.test/; "
            . 'ct_webhook http://h.test/;',
        qr{duplicate URL "http://h.test/" in "ct_webhook"}],
    ['too many webhooks', "$zone $log "
            . join('', map {"ct_webhook http://h.test/$_;"} 0 .. 16),
        qr/too many "ct_webhook" directives, at most 16 are possible/],

    # ct_trusted_certificate
    ['bundle that is absent', "$zone $log ct_trusted_certificate no.pem;",
        qr{open\(\) ".*/conf/no.pem" failed \(2: No such file}],
    ['bundle without certificate',
        "$zone $log ct_trusted_certificate $dir/empty.pem;",
        qr{no certificate can be read in "\Q$dir\E/empty.pem", a PEM bundle}],
    ['bundle twice', "$zone $log ct_trusted_certificate $dir/bundle.pem; "
            . "ct_trusted_certificate $dir/bundle.pem;",
        qr/"ct_trusted_certificate" directive is duplicate/],

    # ct_status
    (map {
        ["status in location $_",
            "$zone $log server { location $_ { ct_status; } }",
            qr/"ct_status" cannot be used in location ".*", it has pages/]
    } '= /ct', '~ /ct', '~* ^/ct', '@ct'),
    ['status in if', "$zone $log "
            . 'server { location / { if ($uri) { ct_status; } } }',
        qr/"ct_status" directive is not allowed here/],
    ['status in a server', "$zone $log server { ct_status; }",
        qr/"ct_status" directive is not allowed here/],
    ['status twice',
        "$zone $log server { location / { ct_status; ct_status; } }",
        qr/"ct_status" directive is duplicate/],
    ['status with arguments', "$zone $log "
            . 'server { location / { ct_status on; } }',
        qr/invalid number of arguments in "ct_status"/],
);

my $n = CT::Nginx->new(world => $w, http => '');

for my $case (@cases) {
    my ($name, $http, $want) = @$case;

    $n->write_conf(http => "$http\n");
    my ($code, $out) = $n->test_config;

    if (!defined $want) {
        is($code, 0, $name) or diag($out);
        next;
    }

    subtest $name => sub {
        isnt($code, 0, 'refused');
        like($out, qr/\[emerg\].*$want/s, 'says why');
        is(scalar(() = $out =~ /\[emerg\]/g), 1, 'in one sentence');
        like($out, qr/ in \S+nginx\.conf:\d+/, 'says where');
    };
}

# A module that is loaded and not used.
$n->write_conf(http => undef);
is(($n->test_config)[0], 0, 'no http{} at all');

# Nothing is made by -t, neither state nor lock nor temporary file.
my $state = "$dir/state";
mkdir $state;
$n->write_conf(http => "ct_zone zone=ct:1m state=$state/ct; $log\n");
is(($n->test_config)[0], 0, 'with state');
is(join(' ', glob("$state/* $state/.??*")), '', '-t leaves no file behind');

done_testing;


# The base64 of a new public key's SubjectPublicKeyInfo.
sub key {
    my ($name, $type, @options) = @_;

    my ($code, $out) = CT::World::run('openssl', 'genpkey', '-quiet',
        '-algorithm', $type, @options, '-out', "$dir/$name.key");
    ($code, $out) = CT::World::run('openssl', 'genpkey', '-algorithm', $type,
        @options, '-out', "$dir/$name.key")
        if $code;
    die $out if $code;

    ($code, $out) = CT::World::run('openssl', 'pkey', '-in',
        "$dir/$name.key", '-pubout');
    spew("$dir/$name.pub.pem", $out);
    $out =~ s/-----[^-]+-----|\s//g;

    return $out;
}

sub make_bundle {
    my ($path) = @_;

    my ($code, $out) = CT::World::run('openssl', 'req', '-x509', '-new',
        '-key', "$dir/p256.key", '-subj', '/O=Anchor', '-out', $path);

    return $code ? die $out : $path;
}

# A log list of one log with this key.
sub good_list {
    my ($spki) = @_;

    my $id = encode_base64(sha256(decode_base64($spki)), '');

    return qq({"operators":[{"name":"Op","tiled_logs":[{"key":"$spki",)
        . qq("log_id":"$id","submission_url":"https://log.test/a/",)
        . qq("monitoring_url":"https://log.test/a/"}]}]});
}

# The good list under another name, and its signature.
sub copy_signed {
    my ($name, $sig, $signer) = @_;

    spew("$dir/$name", good_list($key{p256}));
    spew("$dir/$sig", '');
    my ($code, $out) = CT::World::run('openssl', 'dgst', '-sha256', '-sign',
        "$dir/$signer.key", '-out', "$dir/$sig", "$dir/$name");
    die $out if $code;

    return;
}
