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
spew("$dir/names", "# ours\r\n\n  a.test # the first\n\tb\x{c3}\x{bc}cher.test\r\n"
    . "=c.test\n192.0.2.0/24\n2001:db8::1");
spew("$dir/wrong.names", "a.test\n\n# and\nexam ple.test\n");
spew("$dir/long.names", 'x' x 300 . "\n");
spew("$dir/file", '');
spew("$dir/file-short", "short\n");
spew("$dir/secrets", "the first secret text\n\nthe second one, older\r\n");
spew("$dir/headers", "Authorization: Bearer abc\nX-Key: def\n");
spew("$dir/password", "word\n");
spew("$dir/file-long", 'A: ' . 'x' x 4093);
chmod 0600, map {"$dir/$_"} qw(file-short file-long secrets headers password);

my $zone = 'ct_zone zone=ct:1m;';
my $hook = 'ct_webhook http://h.test/;';
my $whsec = 'whsec_' . encode_base64('k' x 24, '');
my $sender = 'from=ct@x.test server=smtp://mail.x.test:587';
my $mail = "to=a\@x.test $sender";

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
    location ^~ /more { ct_status write=off; }
    location /most { ct_status write=on; limit_except GET { deny all; } }
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
    ['domain that is a net with bits behind', "$zone $log ct_domain 10.0.0.1/8;",
        qr{invalid name "10.0.0.1/8" in "ct_domain", has bits set behind}],
    ['domain that is everything', "$zone $log ct_domain ::/0;",
        qr{invalid name "::/0" in "ct_domain", is too large a net}],
    ['domain that cannot be converted', "$zone $log ct_domain \x{e2}\x{98}\x{83}.test;",
        qr{in "ct_domain", has a label that cannot be converted}],
    ['domain that is no A-label', "$zone $log ct_domain xn--foo-.test;",
        qr{in "ct_domain", has a label that begins with "xn--"}],
    ['nets and U-labels', "$zone $log ct_domain 192.0.2.0/24 2001:db8::/32 "
            . "b\x{c3}\x{bc}cher.test =www.B\x{c3}\x{9c}CHER.test xn--bcher-kva.test;",
        undef],

    # a file of names
    ['file of names', "$zone $log ct_domain include=$dir/names;", undef],
    ['file of names in a server',
        "$zone $log server { ct_domain auto include=$dir/names a.test; }",
        undef],
    ['file without a path', "$zone $log ct_domain include=;",
        qr/empty path in "include=" of "ct_domain", the path of a file with/],
    ['file that is absent', "$zone $log ct_domain include=$dir/absent;",
        qr{open\(\) "\Q$dir\E/absent" failed \(2: No such file}],
    ['file that is a directory', "$zone $log ct_domain include=$dir;",
        qr{"\Q$dir\E" is not a file, one is wanted}],
    ['file with a mistake', "$zone $log ct_domain include=$dir/wrong.names;",
        qr{invalid name "exam ple.test" in \Q$dir\E/wrong.names:4, may hold}],
    ['file with a long mistake', "$zone $log ct_domain include=$dir/long.names;",
        qr{invalid name "x{253}" in \Q$dir\E/long.names:1, is longer than}],
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

    # ct_known_certificate
    ['known: files and globs, there or not', "$zone $log ct_known_certificate "
            . "$dir/bundle.pem live/*/fullchain.pem; "
            . 'ct_known_certificate /no/such/file;', undef],
    ['known: an empty path', "$zone $log ct_known_certificate a.pem '';",
        qr/empty path in "ct_known_certificate", that of a certificate is/],
    ['known: without a path', "$zone $log ct_known_certificate;",
        qr/invalid number of arguments in "ct_known_certificate" directive/],
    ['known: too many paths', "$zone $log "
            . 'ct_known_certificate a b c d;' x 1025,
        qr/too many paths in "ct_known_certificate", at most 4096 are/],
    ['known: in a server', "$zone $log server { ct_known_certificate a; }",
        qr/"ct_known_certificate" directive is not allowed here/],
    ['known: without a zone', 'ct_known_certificate a;',
        qr/"ct_known_certificate" in \S+:\d+ needs the monitor/],

    # ct_webhook
    (map { ["webhook: $_", "$zone $log ct_webhook $_;", undef] }
        'https://hook.test/x format=json secret=' . 'text' x 4,
        "https://hook.test/ format=cloudevents secret=$whsec "
            . "secret_file=$dir/secrets on=all,digest 'name=on call'",
        'https://hooks.slack.com/services/T0/B0/xyz format=slack on=resolved',
        'https://hook.test/?a=b&c=%2F format=discord',
        'https://user:word@hook.test:8443/x format=teams',
        'https://events.pagerduty.com/v2/enqueue format=pagerduty secret='
            . '0f' x 16,
        'http://127.0.0.1:9093 format=alertmanager on=unfamiliar,unserved',
        'http://127.0.0.1:9093/p/api/v2/alerts format=alertmanager',
        "http://[::1]:80/ 'header=Authorization: Bearer x' "
            . "header_file=$dir/headers"),
    (map {
        ["webhook at $_", "$zone $log ct_webhook '$_';",
            qr/invalid URL "\Q$_\E" in "ct_webhook", "https:\/\/" or "http:/]
    } 'mailto:a@b.test', 'https://', 'https:///x', 'https://h.test:0/',
        'https://h.test:65536/', 'https://h.test:/', 'https://h.test:x/',
        'https://[::1/', 'https://[]/', 'https://a b/', 'https://h.test/#x',
        'https://@/', 'ftp://h.test/', 'https://h.test\x', ''),
    ['webhook twice', "$zone $log ct_webhook http://h.test/; "
            . 'ct_webhook http://h.test/;',
        qr{duplicate receiver "http://h.test/" in "ct_webhook"}],
    ['webhook twice in a server', "$zone $log server { "
            . 'ct_webhook http://h.test/; ct_webhook http://h.test/; }',
        qr{duplicate receiver "http://h.test/" in "ct_webhook"}],
    ['webhook in http and two servers', "$zone $log $hook "
            . join('', map {"server { server_name $_; $hook }"} 'a.test',
                'a.test', '""'), undef],
    ['webhook with the name of another', "$zone $log "
            . 'ct_webhook http://a.test/ name=a; '
            . 'ct_webhook http://b.test/ name=a;',
        qr/duplicate name "a" in "ct_webhook", another one is wanted/],
    ['two PagerDuty services', "$zone $log " . join('', map {
            'ct_webhook https://events.pagerduty.com/v2/enqueue '
                . "format=pagerduty secret=@{[$_ x 32]};"
        } qw(a b)), undef],
    ['the same PagerDuty service twice', "$zone $log " . join('', map {
            'ct_webhook https://events.pagerduty.com/v2/enqueue '
                . "format=pagerduty secret=@{['c' x 32]} name=$_;"
        } qw(a b)), qr/duplicate receiver "a" in "ct_webhook"/],
    ['too many receivers', "$zone $log "
            . join('', map {"ct_webhook http://h.test/$_;"} 0 .. 64),
        qr/too many receivers of alerts, at most 64 are possible/],
    ['webhook with something else', "$zone $log ct_webhook http://h.test/ a=b;",
        qr/invalid parameter "a=b" in "ct_webhook", once "format=", "name="/],
    ['webhook in a location',
        "$zone $log server { location / { ct_webhook http://h.test/; } }",
        qr/"ct_webhook" directive is not allowed here/],
    ['webhook without zone', 'ct_webhook http://h.test/;',
        qr/"ct_webhook" in .* needs the monitor/],
    ['format that is none', "$zone $log ct_webhook http://h.test/ format=xml;",
        qr/invalid format in "format=xml", "json", "cloudevents", "slack"/],
    ['format twice', "$zone $log ct_webhook http://h.test/ format=json "
            . 'format=json;',
        qr/invalid parameter "format=json" in "ct_webhook"/],
    (map {
        ["events $_", "$zone $log ct_webhook http://h.test/ on=$_;",
            qr/invalid event ".*" in "on=\Q$_\E", some of "unfamiliar", "un/]
    } '', 'none', 'log,', 'log,,list', 'logs', 'all;all' =~ s/;/./r),
    (map {
        ["name '$_->[0]'", "$zone $log ct_webhook http://h.test/ $_->[1];",
            qr/invalid parameter "name=.*", one "name=" of 1 to 127 printab/s]
    } ['none', 'name='], ['long', 'name=' . 'x' x 128], ['two', 'name=a name=b'],
        ['lines', qq("name=a\nb")]),
    (map {
        ["secret: $_->[0]", "$zone $log ct_webhook http://h.test/ $_->[1];",
            qr/invalid secret in "ct_webhook", "whsec_" and 24 to 64 bytes/]
    } ['empty', 'secret='], ['short', 'secret=' . 'x' x 15],
        ['long', 'secret=' . 'x' x 257], ['no base64', "secret=whsec_!!"],
        ['23 bytes', 'secret=whsec_' . encode_base64('x' x 23, '')],
        ['65 bytes', 'secret=whsec_' . encode_base64('x' x 65, '')],
        ['binary', "secret=aaaaaaaaaaaaaaa\x{7f}"],
        ['in a file', "secret_file=$dir/file-short"]),
    ['secret for Slack', "$zone $log ct_webhook http://h.test/ format=slack "
            . "secret=$whsec;",
        qr/"format=slack" has a secret in "ct_webhook", which "json",/],
    ['too many secrets', "$zone $log ct_webhook http://h.test/ "
            . "secret=$whsec " x 9 . ';',
        qr/too many secrets in "ct_webhook", at most 8 are possible/],
    (map {
        ["PagerDuty with @{[scalar @$_]} secrets", "$zone $log ct_webhook "
                . "http://h.test/ format=pagerduty @$_;",
            qr/"format=pagerduty" has @{[scalar @$_]} secrets in "ct_webhook"/]
    } [], ["secret=$whsec", "secret=$whsec"]),
    ['PagerDuty with another key', "$zone $log ct_webhook http://h.test/ "
            . 'format=pagerduty secret=abc;',
        qr/invalid secret in "ct_webhook", of "format=pagerduty" a routing/],
    ['Alertmanager with a query', "$zone $log ct_webhook http://h.test/?a "
            . 'format=alertmanager;',
        qr/the URL of "format=alertmanager" has a query in "ct_webhook"/],
    ['the same Alertmanager twice', "$zone $log "
            . 'ct_webhook http://h.test/ format=alertmanager; '
            . 'ct_webhook http://h.test/api/v2/alerts format=alertmanager;',
        qr{duplicate receiver "http://h.test/" in "ct_webhook"}],
    (map {
        ["header $_", "$zone $log ct_webhook http://h.test/ 'header=$_';",
            qr/invalid header in "ct_webhook", "Name: value" in less than/]
    } '', 'Name', ': value', 'Name:', 'Name:  ', 'A b: c', "A: b\nC: d",
        'Content-Type: text/plain', 'host: h.test', 'webhook-id: 1'),
    ['header that is too long', "$zone $log ct_webhook http://h.test/ "
            . "header_file=$dir/file-long;",
        qr/invalid header in "ct_webhook", "Name: value" in less than 4096/],
    ['header in a file', "$zone $log ct_webhook http://h.test/ "
            . "header_file=$dir/secrets;",
        qr/invalid header in "ct_webhook", "Name: value"/],
    ['too many headers', "$zone $log ct_webhook http://h.test/ "
            . join(' ', map {"header=A:$_"} 0 .. 16) . ';',
        qr/too many headers in "ct_webhook", at most 16 are possible/],
    (map {
        my $name = $_;
        (["$name that is absent", "$zone $log ct_webhook http://h.test/ "
                . "$name=no;", qr{open\(\) ".*/conf/no" failed \(2: No such}],
        ["$name that is empty", "$zone $log ct_webhook http://h.test/ "
                . "$name=$dir/file;",
            qr{"\Q$dir\E/file" is empty, a line of text is wanted}],
        ["$name too large", "$zone $log ct_webhook http://h.test/ "
                . "$name=$dir/large.pem;",
            qr{"\Q$dir\E/large.pem" is too large, at most 65536 bytes are}],
        ["$name is a directory", "$zone $log ct_webhook http://h.test/ "
                . "$name=$dir;", qr{"\Q$dir\E" is not a file, one is wanted}])
    } qw(secret_file header_file)),

    # ct_mail
    (map { ["mail: $_", "$zone $log ct_mail $_;", undef] }
        "$mail",
        "to=a\@x.test to=b\@x.test $sender tls=required on=log",
        "$mail user=ct password=word",
        "$mail user=ct password_file=$dir/password",
        'to=a@x.test from=a@x.test server=smtps://[2001:db8::1]:465',
        'to=a+b.c@x-y.test from=root@localhost server=smtp://localhost',
        "to=a\@x.test from=a\@x.test server=smtp://127.0.0.1:2525/ tls=off "
            . 'user=a password=b'),
    (map {
        ["mail: $_", "$zone $log ct_mail $_;",
            qr/"ct_mail" is incomplete, "to=address", "from=address" and "s/]
    } 'to=a@x.test', "$sender", 'to=a@x.test from=a@x.test',
        'to=a@x.test server=smtp://x.test'),
    (map {
        ["mail to $_", "$zone $log ct_mail 'to=$_' $sender;",
            qr/invalid address "\Q$_\E" in "ct_mail", one such as "admin/]
    } '', 'a', '@x.test', 'a@', 'a@b@c', 'a b@x.test', 'a@x..test', 'a@.test',
        'a@x.', 'a@-x.test', 'a@x-.test', 'a@x.test-', '.a@x.test',
        'a.@x.test', 'a..b@x.test', 'a@x.test,b@x.test', '<a@x.test>',
        "a\@x.test\nBcc: b\@x.test", "a\@x.test\r", 'Name <a@x.test>',
        "\xc3\xa4\@x.test", 'a@[127.0.0.1]', 'a' x 65 . '@x.test',
        'a@' . join('.', ('x' x 60) x 5)),
    ['mail from nobody', "$zone $log ct_mail to=a\@x.test from=<> "
            . 'server=smtp://x.test;',
        qr/invalid address "<>" in "ct_mail"/],
    (map {
        ["mail by $_", "$zone $log ct_mail to=a\@x.test from=a\@x.test "
                . "'server=$_';",
            qr/invalid server "\Q$_\E" in "ct_mail", "smtp:\/\/host:port" o/]
    } 'x.test', 'http://x.test', 'smtp://', 'smtp://x.test/y',
        'smtp://x.test?y', 'smtp://u:p@x.test', 'smtp://x.test:0',
        'smtp://x.test:66666', 'smtp://' . 'x' x 250),
    ['mail with an empty parameter', "$zone $log ct_mail $mail user=;",
        qr/invalid parameter "user=" in "ct_mail", "to=", and once "from="/],
    ['mail with two passwords', "$zone $log ct_mail $mail user=a "
            . "password_file=$dir/password password=b;",
        qr/invalid parameter "password=" in "ct_mail", "to=", and once/],
    ['mail with another tls', "$zone $log ct_mail $mail tls=maybe;",
        qr/invalid parameter "tls=maybe" in "ct_mail"/],
    (map {
        ["mail with $_ alone", "$zone $log ct_mail $mail $_;",
            qr/"user=" and one of "password=" and "password_file=" are want/]
    } 'user=a', 'password=b', "password_file=$dir/password"),
    ['mail with a long password', "$zone $log ct_mail $mail user=a password="
            . 'x' x 513 . ';',
        qr/user or password in "ct_mail" is too long, at most 512 characters/],
    ['mail with a password of two lines', "$zone $log ct_mail $mail user=a "
            . "password_file=$dir/secrets;",
        qr{"\Q$dir\E/secrets" has 2 lines, one with the password is wanted}],
    ['mail with a password for everybody', "$zone $log ct_mail $mail user=a "
            . 'password=b tls=off;',
        qr/"tls=off" in "ct_mail" would send the password to "smtp:.*" for/],
    ['mail by smtps without tls', "$zone $log ct_mail to=a\@x.test "
            . 'from=a@x.test server=smtps://x.test tls=off;',
        qr/"tls=off" with "smtps:\/\/" in "ct_mail", "smtp:\/\/" is wanted/],
    ['mail twice', "$zone $log ct_mail $mail; ct_mail $mail;",
        qr/duplicate receiver "a\@x.test \(smtp:\/\/.*\)" in "ct_mail"/],
    ['mail to too many', "$zone $log ct_mail "
            . join(' ', map {"to=a$_\@x.test"} 0 .. 16) . " $sender;",
        qr/too many "to=" in "ct_mail", at most 16 are possible/],
    ['mail in a server', "$zone $log server { ct_mail $mail; }", undef],

    # ct_event_log
    (map { ["event log $_", "$zone $log ct_event_log $_;", undef] }
        "$dir/events.log", "$dir/events.log on=all,digest name=events",
        'syslog:server=127.0.0.1:5514,facility=daemon,tag=ct,severity=warn',
        'syslog:server=unix:/dev/log,nohostname'),
    ['event log without a path', "$zone $log ct_event_log '';",
        qr/empty path in "ct_event_log", a file or "syslog:server=address"/],
    ['event log twice', "$zone $log ct_event_log $dir/events.log; "
            . "ct_event_log $dir/events.log;",
        qr{duplicate receiver "\Q$dir\E/events.log" in "ct_event_log"}],
    ['event log with something else', "$zone $log ct_event_log "
            . "$dir/events.log combined;",
        qr/invalid parameter "combined" in "ct_event_log", "on=" and "name="/],
    ['event log of other events', "$zone $log ct_event_log $dir/e.log on=x;",
        qr/invalid event "x" in "on=x"/],
    ['event log without server', "$zone $log ct_event_log syslog:tag=ct;",
        qr/no syslog server specified in/],
    ['event log of another facility', "$zone $log ct_event_log "
            . 'syslog:server=127.0.0.1,facility=ct;',
        qr/unknown syslog facility "ct" in/],
    ['event log in a server', "$zone $log server { ct_event_log e.log; }",
        qr/"ct_event_log" directive is not allowed here/],

    # ct_status_url, ct_proxy
    (map { ["status at $_", "$zone $log ct_status_url $_;", undef] }
        'https://example.com/ct/', 'http://example.com:8080/ct',
        'https://example.com'),
    (map {
        ["status at $_", "$zone $log ct_status_url '$_';",
            qr/invalid URL "\Q$_\E" in "ct_status_url", the address of a "ct/]
    } '/ct/', 'ftp://example.com/', 'https://a@example.com/',
        'https://example.com/?a', 'https://example.com/' . 'x' x 240),
    ['status URL twice', "$zone $log ct_status_url https://example.com/; "
            . 'ct_status_url https://example.com/;',
        qr/"ct_status_url" directive is duplicate/],
    (map { ["proxy $_", "$zone $log ct_proxy $_;", undef] }
        'http://proxy.test:3128', 'socks5://127.0.0.1:1080/',
        'socks5h://user:word@proxy.test'),
    (map {
        ["proxy $_", "$zone $log ct_proxy '$_';",
            qr/invalid URL "\Q$_\E" in "ct_proxy", "http:\/\/", "socks5:/]
    } 'proxy.test:3128', 'ftp://proxy.test', 'http://proxy.test/x',
        'http://', 'http://proxy.test?x'),
    ['proxy twice', "$zone $log ct_proxy http://a.test; "
            . 'ct_proxy http://a.test;',
        qr/"ct_proxy" directive is duplicate/],

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
    (map {
        ["status with $_", "$zone $log server { location / { ct_status $_; } }",
            qr/invalid parameter "\Q$_\E" in "ct_status", "write=on" or/]
    } 'on', 'write', 'write=', 'write=yes', 'write=ON'),
    ['status with arguments', "$zone $log "
            . 'server { location / { ct_status write=on write=on; } }',
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

# What everybody may read is no secret.
for my $mode (0644, 0640) {
    chmod $mode, "$dir/secrets";
    $n->write_conf(http => "$zone $log ct_webhook http://h.test/ "
            . "secret_file=$dir/secrets;");
    my ($code, $out) = $n->test_config;
    is($code, 0, sprintf 'secrets with mode %o', $mode);
    is($out =~ /\[warn\].*everybody may read "\Q$dir\E\/secrets", which/ || 0,
        $mode == 0644 ? 1 : 0, 'warned of when they are open to all');
}

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
