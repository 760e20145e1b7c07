#!/usr/bin/perl

# What people may change: POST below a location with write=on. Who may ask,
# what a browser must not be made to ask, every way a body can come, and what
# becomes of it. Certificates to download, which somebody reports, as well.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use CT::Nginx;
use CT::Site;
use CT::World qw(run slurp spew);
use Fcntl qw(:flock);
use IO::Select;
use IO::Socket::INET;
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Test::More;
use Time::HiRes qw(sleep time);

my $form = 'application/x-www-form-urlencoded';
my $key = '17' x 32;
my $full = 8; # messages that the inbox has room for

my $s = CT::Site->new(webhook => 0, server => <<'EOF');
        listen 127.0.0.1:%%PORT2%% http2;
        listen 127.0.0.1:%%PORT3%%;
        server_name www.shop.test .wild.test ~^(.+)\.regex\.test$;
        client_max_body_size 0;

        location /ct/ {
            ct_status write=on;
            client_body_timeout 1s;
            client_body_buffer_size 1k;
        }

        location /file/ {
            ct_status write=on;
            client_body_in_file_only on;
            client_body_buffer_size 16;
        }

        location /seen/ {
            ct_status write=on;
            client_body_in_file_only on;
            mirror /mirror;
        }

        location = /mirror { internal; return 204; }

        location /read/ {
            ct_status write=off;
        }

        location /guarded/ {
            ct_status write=on;
            if ($arg_x) { set $y 1; }
            limit_except GET {
                auth_basic who;
                auth_basic_user_file %%WORLD%%/htpasswd;
            }
        }
EOF
my $n = $s->nginx;
spew($s->world->path('htpasswd'), "alice:{PLAIN}secret\n");
$s->issue('other', 'pay.shop.test');
$s->issue('other', 'old.shop.test', final => 1);
$n->start;

my %found;
$s->wait_for(sub {
    %found = map { $_->{names}[0] => $_ } grep { !$_->{unverified} }
        $s->findings;
    return keys %found == 2;
}) or BAIL_OUT('nothing is found: ' . $n->error_log);
my $id = $found{'pay.shop.test'}{id};

subtest 'methods and paths'   => \&methods;
subtest 'who may ask'         => \&origins;
subtest 'what may be asked'   => \&forms;
subtest 'how a body may come' => \&bodies;
subtest 'over HTTP/2'         => \&http2;
subtest 'bodies in files'     => \&files;
subtest 'limit_except and if' => \&guarded;
subtest 'what becomes of it'  => \&becomes;
subtest 'a full inbox'        => \&full_inbox;
subtest 'certificates'        => \&certificates;

$n->finish;
done_testing();

# ---- asking

sub connection {
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $n->port('3'), Timeout => 10)
        || die "cannot connect: $!";
}

# A request as it is: lines of the header, then the body, which may be a list
# of pieces that come one after the other.
sub ask {
    my ($method, $path, $lines, @body) = @_;

    my $socket = connection();
    my $head = join "\r\n", "$method $path HTTP/1.1",
        (grep {/^Host:/} @$lines) ? () : 'Host: 127.0.0.1',
        'Connection: close', @$lines, '', '';

    local $SIG{PIPE} = 'IGNORE';
    for my $piece ($head, @body) {
        last if !defined syswrite $socket, $piece;
        sleep 0.02 if @body > 1;
    }

    return answer($socket);
}

# { status, headers, content }; what was said before it is left out.
sub answer {
    my ($socket) = @_;

    my $text = '';
    my $ready = IO::Select->new($socket);
    while ($ready->can_read(10)) {
        sysread $socket, $text, 65536, length $text or last;
    }
    $text =~ s{^HTTP/1\.1 100 [^\r]*\r\n\r\n}{};
    my ($head, $content) = split /\r\n\r\n/, $text, 2;
    my ($first, @headers) = split /\r\n/, $head // '';
    my ($status) = ($first // '') =~ m{^HTTP/1\.1 (\d+)};

    return {
        status  => $status // 0,
        headers => { map { /^([^:]+): (.*)/ ? (lc $1 => $2) : () } @headers },
        content => $content // '',
    };
}

# Once more while the inbox is full: the engine empties it twice a second.
sub patient {
    my ($ask) = @_;

    my $answer;
    for (1 .. 50) {
        $answer = $ask->();
        last if $answer->{status} != 503;
        sleep 0.2;
    }

    return $answer;
}

# A form, as a program sends it.
sub post {
    my ($path, $body, @lines) = @_;

    return patient(sub {
        return ask('POST', $path, [ 'X-CT-Action: 1', "Content-Type: $form",
            'Content-Length: ' . length $body, @lines ], $body);
    });
}

sub json {
    my ($answer) = @_;

    return eval { JSON::PP::decode_json($answer->{content}) } || {};
}

sub refused {
    my ($answer, $status, $why, $name) = @_;

    is($answer->{status}, $status, $name) or diag($answer->{content});
    like(json($answer)->{error} // '', $why, 'as it says');

    return;
}

# ---- tests

sub methods {
    for my $action (qw(acknowledge forget test)) {
        for my $method (qw(GET HEAD PUT DELETE OPTIONS PATCH)) {
            my $answer = ask($method, "/ct/api/$action", []);
            is($answer->{status}, 405, "$method $action");
            is($answer->{headers}{allow}, 'POST', 'what is allowed');
        }

        my $answer = post("/read/api/$action", '');
        is($answer->{status}, 405, "POST $action without write=on");
        is($answer->{headers}{allow}, 'GET, HEAD', 'what is allowed');
        is(ask('GET', "/read/api/$action", [])->{status}, 404,
            'GET finds nothing');
    }

    for my $path ('', 'api/findings', 'api/status', 'metrics', 'nothing') {
        my $answer = post("/ct/$path", '');
        is($answer->{status}, 405, "POST /ct/$path");
        is($answer->{headers}{allow}, 'GET, HEAD', 'what is allowed');
    }

    is(ask('GET', '/ct/api/status', [])->{status}, 200, 'GET is as before');

    return;
}

sub origins {
    my $here = '127.0.0.1:' . $n->port('3');
    my $site = qr/page of another site/;
    my $host = qr/none of the names/;

    # Host, headers, and why not
    my @cases = (
        [ $here, [], qr/X-CT-Action: 1/ ],
        [ $here, ['X-CT-Action: 1'] ],
        [ $here, ["Origin: http://$here"] ],
        [ $here, ["Origin: https://$here"] ],
        [ $here, ["Origin: HTTP://$here"] ],
        [ $here, ['Origin: null'], $site ],
        [ $here, ['Origin: '], $site ],
        [ $here, ['Origin: http://'], $site ],
        [ $here, ["Origin: ftp://$here"], $site ],
        [ $here, ['Origin: http://evil.test'], $site ],
        [ $here, ['Origin: http://127.0.0.1'], $site ],
        [ $here, ["Origin: http://$here.evil.test"], $site ],
        [ $here, ["Origin: http://evil.test/$here"], $site ],
        [ $here, [ 'Origin: http://evil.test', 'X-CT-Action: 1' ], $site ],
        [ $here, ['Sec-Fetch-Site: same-origin'] ],
        [ $here, ['Sec-Fetch-Site: none'] ],
        [ $here, ['Sec-Fetch-Site: same-site'], $site ],
        [ $here, ['Sec-Fetch-Site: cross-site'], $site ],
        [ $here, ['Sec-Fetch-Site: '], $site ],
        [ $here, [ 'Sec-Fetch-Site: cross-site', "Origin: http://$here" ],
            $site ],
        [ $here, [ 'Sec-Fetch-Site: cross-site', 'X-CT-Action: 1' ], $site ],

        # a proxy in front of it has another name for it
        [ $here, [ 'Sec-Fetch-Site: same-origin', 'Origin: https://a.test' ]
        ],

        # names of this server, and some that are none
        [ 'shop.test', ['Sec-Fetch-Site: same-origin'] ],
        [ 'SHOP.test:8443', ['Origin: https://shop.test:8443'] ],
        [ 'www.shop.test', ['Origin: http://www.shop.test'] ],
        [ 'wild.test', ['Origin: http://wild.test'] ],
        [ 'a.b.wild.test', ['Origin: http://a.b.wild.test'] ],
        [ 'localhost', ['Origin: http://localhost'] ],
        [ 'ct.localhost', ['Origin: http://ct.localhost'] ],
        [ '[::1]:80', ['Origin: http://[::1]:80'] ],
        [ 'evil.test', ['Origin: http://evil.test'], $host ],
        [ 'evil.test', ['Sec-Fetch-Site: same-origin'], $host ],
        [ 'notwild.test', ['Origin: http://notwild.test'], $host ],
        [ 'a.regex.test', ['Origin: http://a.regex.test'], $host ],
        [ 'localhost.evil.test', ['Sec-Fetch-Site: same-origin'], $host ],
        [ '1.2.3.4.evil.test', ['Sec-Fetch-Site: same-origin'], $host ],

        # by what name a program knows it is its own business
        [ 'evil.test', ['X-CT-Action: 1'] ],
    );

    for my $case (@cases) {
        my ($name, $headers, $why) = @$case;

        # who may ask is told that the form is empty
        my $answer = ask('POST', '/ct/api/forget', [ "Host: $name",
            "Content-Type: $form", 'Content-Length: 0', @$headers ]);
        refused($answer, $why ? 403 : 400, $why // qr/exactly one/,
            join ', ', $name, @$headers);
    }

    return;
}

sub forms {
    my $one = qr/exactly one of finding, key and issuer/;
    my $field = qr/a field that is none of/;

    refused(post('/ct/api/acknowledge', $_->[0]), 400, $_->[1],
        'refused: ' . substr($_->[0], 0, 60) =~ s/[^ -~]/?/gr)
        for [ '', $one ], [ 'reason=x', $one ],
        [ "finding=$id&key=$key&reason=x", $one ],
        [ "finding=$id", qr/a reason is wanted/ ],
        [ "reason=%0a&finding=$id", qr/not printable/ ],
        [ "reason=%ff&finding=$id", qr/not printable/ ],
        [ "reason=\xe2\x80\xaex&finding=$id", qr/not printable/ ],
        [ 'reason=' . 'x' x 121 . "&finding=$id", qr/too long/ ],
        [ "finding=$id&reason=x&evil=1", $field ],
        [ "reason=100%&finding=$id", qr/not a form/ ],
        [ 'finding=0017&reason=x', qr/32 hex digits/ ],
        [ "\0" x 100, $field ], [ "\xff" x 4096, $field ],
        [ '&' x 4096, $one ], [ '%41' x 1365, $field ];

    refused(post('/ct/api/acknowledge',
        'reason=x&finding=00112233445566778899aabbccddeeff'), 404,
        qr/no such finding/, 'a finding that is not there');
    refused(post('/ct/api/test', 'reason=x'), 400, qr/no fields/,
        'a test has no fields');

    refused(ask('POST', '/ct/api/acknowledge', [ 'X-CT-Action: 1',
        'Content-Length: 2', $_ ? "Content-Type: $_" : () ], '{}'), 415,
        qr/\Q$form\E/, 'type ' . ($_ || 'none'))
        for 'application/json', 'text/plain', 'multipart/form-data',
        "${form}x", '';
    refused(ask('POST', '/ct/api/acknowledge', [ 'X-CT-Action: 1',
        'Content-Length: 2', "Content-Type: $_" ], 'x='), 400, $field,
        "type $_")
        for "$form; charset=UTF-8", uc $form;

    return;
}

sub chunked {
    return join '', map({ sprintf "%x\r\n%s\r\n", length, $_ } @_),
        "0\r\n\r\n";
}

# POST with this body in these pieces.
sub piecemeal {
    my ($name, $status, $lines, @body) = @_;

    my $answer = patient(sub {
        return ask('POST', '/ct/api/acknowledge', [ 'X-CT-Action: 1',
            "Content-Type: $form", @$lines ], @body);
    });
    is($answer->{status}, $status, $name) or diag($answer->{content});

    return $answer;
}

sub bodies {
    my $body = "key=$key&reason=" . 'x' x 100;
    my $length = 'Content-Length: ' . length $body;
    my $chunks = 'Transfer-Encoding: chunked';

    piecemeal('in one piece', 202, [$length], $body);
    piecemeal('in three', 202, [$length], $body =~ /(.{50})(.{70})(.*)/s);
    piecemeal('byte by byte', 202, [$length], split //, $body);
    piecemeal('chunked', 202, [$chunks], chunked($body));
    piecemeal('a byte a chunk', 202, [$chunks], chunked(split //, $body));
    piecemeal('and in pieces', 202, [$chunks],
        unpack '(a97)*', chunked(split //, $body));
    piecemeal('waiting to be told to go on', 202,
        [ 'Expect: 100-continue', $length ], '', $body);

    my $most = $body . '&' x (4096 - length $body);
    my @pieces = unpack '(a1000)*', "$most&";
    piecemeal('4096 bytes', 202, ['Content-Length: 4096'], $most);
    piecemeal('chunked', 202, [$chunks],
        chunked(unpack '(a1000)*', $most));

    my $large = qr/the body is too large/;
    refused(piecemeal('4097 bytes', 413, ['Content-Length: 4097'], "$most&"), 413,
        $large, 'it is too large');
    refused(piecemeal('chunked', 413, [$chunks], chunked(@pieces)), 413,
        $large, 'it is too large');
    refused(piecemeal('endless', 413, [$chunks], map { s/0\r\n\r\n\z//r }
        map { chunked('&' x 1000) } 1 .. 20), 413, $large, 'soon noticed');
    refused(piecemeal('a terabyte', 413, ['Content-Length: 1099511627776'],
        $body), 413, $large, 'not waited for');
    is(piecemeal('who waits to be told to go on', 413,
        [ 'Expect: 100-continue', 'Content-Length: 5000' ])->{status}, 413,
        'is told this');
    piecemeal('a broken chunk', 400, [$chunks], "zz\r\nkey");

    # nginx says 408 to its log alone
    my $start = time;
    piecemeal('one that stops amid it', 0, ['Content-Length: 200'], 'key=');
    piecemeal('a chunk that does', 0, [$chunks], "4\r\nkey=\r\n");
    cmp_ok(time - $start, '<', 8, 'is not waited for');
    is(() = slurp($n->prefix . '/logs/access.log') =~ / 408 /g, 2,
        'as the log says');

    for (1 .. 20) {
        my $socket = connection();
        syswrite $socket, join "\r\n", 'POST /ct/api/acknowledge HTTP/1.1',
            'Host: x', 'X-CT-Action: 1', "Content-Type: $form",
            'Content-Length: 200', '', 'key=';
        close $socket;
    }

    # the connection goes on behind a refusal
    my $socket = connection();
    syswrite $socket, join "\r\n", 'POST /ct/api/acknowledge HTTP/1.1',
        'Host: x', "Content-Type: $form", $length, '',
        $body . 'GET /ct/health HTTP/1.1', 'Host: x', 'Connection: close',
        '', '';
    my $answer = answer($socket);
    is($answer->{status}, 403, 'refused');
    like($answer->{content}, qr{HTTP/1\.1 200 OK.*ok: following 1 log}s,
        'and what follows it is answered');

    return;
}

# By curl, over HTTP/2.
sub curl {
    my (@args) = @_;

    return patient(sub {
        my ($rc, $out) = run('curl', '-s', '--max-time', 10, '--noproxy',
            '*', '--http2-prior-knowledge', '-H', 'X-CT-Action: 1', '-w',
            '\n%{http_version} %{http_code}', @args);

        return $out =~ /^(.*)\n2 (\d+)$/s
            ? { content => $1, status => $2 }
            : { content => "exit $rc: $out", status => 0 };
    });
}

sub http2 {
    my ($rc, $out) = run('curl', '--version');
    plan(skip_all => 'curl has no HTTP/2') if $rc || $out !~ /\bHTTP2\b/;

    my $here = 'http://127.0.0.1:' . $n->port('2');
    my $url = "$here/ct/api/acknowledge";
    my $file = $s->world->path('form');
    my $body = "key=$key&reason=h2";
    my @upload = ('-X', 'POST', '-H', "Content-Type: $form", '-T', $file);
    my @silent = ('-H', 'Content-Length:');

    is(curl($url, '-d', $body)->{status}, 202, 'a form');
    is(curl("$here/ct/api/test", '-X', 'POST')->{status}, 202, 'no body');

    spew($file, $body . '&' x (4096 - length $body));
    is(curl($url, @upload)->{status}, 202, '4096 bytes');
    is(curl($url, @upload, @silent)->{status}, 202,
        'without saying how many');

    # curl may miss the answer when the rest of the body is not wanted
    my $log = $n->prefix . '/logs/access.log';
    my $refused = sub { return scalar(() = slurp($log) =~ m{/2\.0" 413 }g) };
    for my $case ([4097], [ 4097, @silent ], [ 3_000_000, @silent ]) {
        my ($size, @more) = @$case;
        my $before = $refused->();
        spew($file, '&' x $size);
        my $answer = curl($url, @upload, @more);
        isnt($answer->{status}, 202, join ' ', $size, 'bytes', @more);
        ok($n->wait_for(sub { $refused->() == $before + 1 }, 5),
            'are too many');
    }

    refused(curl($url, '-X', 'POST', '-H', 'Origin: http://evil.test'), 403,
        qr/another site/, 'cross-site');
    is(curl($url, '-H', "Origin: $here", '-d', $body)->{status}, 202,
        'same origin');

    return;
}

# What is small never gets into a file of ours; another module's is read.
sub files {
    my $body = "key=$key&reason=" . 'x' x 100;
    my $files = sub { return scalar(() = glob $n->prefix . '/temp/*') };

    is(post('/file/api/acknowledge', $body)->{status}, 202,
        'client_body_in_file_only');
    is(post('/file/api/acknowledge', $body . '&' x 5000)->{status}, 413,
        'and too large');
    is($files->(), 0, 'make no file');

    is(post('/seen/api/acknowledge', $body)->{status}, 202,
        'a module that has read it');
    cmp_ok($files->(), '>', 0, 'into a file');
    refused(ask('POST', '/seen/api/acknowledge', [ 'X-CT-Action: 1',
        "Content-Type: $form", 'Transfer-Encoding: chunked' ],
        chunked('&' x 5000)), 413, qr/too large/, 'one with too much');

    return;
}

sub guarded {
    my $body = "key=$key&reason=guarded";
    my $basic = sub {
        return 'Authorization: Basic ' . encode_base64("alice:$_[0]", '');
    };
    my $path = '/guarded/api/acknowledge';

    is(ask('GET', "/guarded/api/status$_", [])->{status}, 200, 'GET is free')
        for '', '?x=1';
    is(post($path, $body)->{status}, 401, 'POST wants a password');
    is(post($path, $body, $basic->('wrong'))->{status}, 401, 'the right one');

    my $answer = post($path, $body, $basic->('secret'));
    is($answer->{status}, 202, 'with it');
    is(json($answer)->{who}, 'alice (127.0.0.1)', 'it is known who asked');
    is(post("$path?x=1", $body, $basic->('secret'))->{status}, 202, 'in if');

    $answer = post('/ct/api/acknowledge', $body, $basic->('wrong'));
    is(json($answer)->{who}, '127.0.0.1',
        'where no password is asked for, a name is no name');

    return;
}

sub becomes {
    my $answer = post('/ct/api/acknowledge',
        "finding=$id&reason=%C3%BCbung+%3Cb%3E");
    is($answer->{status}, 202, 'accepted');
    is($answer->{headers}{'content-type'}, 'application/json', 'JSON');
    is($answer->{headers}{'cache-control'}, 'no-store', 'not to be kept');
    is_deeply(json($answer), {
        accepted => JSON::PP::true(), action => 'acknowledge',
        finding => $id, reason => "\x{fc}bung <b>", who => '127.0.0.1',
    }, 'what was understood');

    $answer = post('/ct/api/forget', "finding=$id");
    is_deeply(json($answer), {
        accepted => JSON::PP::true(), action => 'forget', finding => $id,
        who => '127.0.0.1',
    }, 'and the way back');

    $answer = post('/ct/api/test', '');
    is_deeply(json($answer), {
        accepted => JSON::PP::true(), action => 'test', who => '127.0.0.1',
    }, 'a test');

    return;
}

# Somebody else has the lock of the state file, so that no engine works.
sub full_inbox {
    my $state = $s->world->path('full.state');
    open my $lock, '>', "$state.lock" or die "$state.lock: $!";
    flock $lock, LOCK_EX or die "$state.lock: $!";

    my $other = CT::Nginx->new(world => $s->world, http => <<"EOF")->start;
    ct_zone zone=ct:1m state=$state;
    ct_log_list %%WORLD%%/list.json;
    ct_trusted_certificate %%WORLD%%/roots.pem;
    server {
        listen 127.0.0.1:%%PORT%%;
        location /ct/ { ct_status write=on; }
    }
EOF
    my $test = sub {
        return $other->post('/ct/api/test', '',
            { headers => { 'X-CT-Action' => 1 } });
    };

    my (%seen, $last);
    for (1 .. $full + 3) {
        $last = $test->();
        $seen{ $last->{status} }++;
    }
    is_deeply(\%seen, { 202 => $full, 503 => 3 }, "$full find room");
    refused($last, 503, qr/has not done yet/, 'the others do not');
    like($last->{headers}{'retry-after'}, qr/^\d+$/, 'and may come again');
    is($other->get('/ct/api/status')->{status}, 200,
        'who only looks is not concerned');

    close $lock;
    ok($other->wait_for(sub { $test->()->{status} == 202 }, 20),
        'there is room again');
    $other->finish;

    return;
}

sub certificates {
    for my $name (sort keys %found) {
        my $finding = $found{$name};
        my $answer = ask('GET', "/ct/certificate/$finding->{id}.pem", []);
        is($answer->{status}, 200, "the certificate of $name");
        is($answer->{headers}{'content-type'},
            'application/pem-certificate-chain', 'its type');
        is($answer->{headers}{'content-disposition'},
            'attachment; filename="' . ($name =~ /^pay/ ? 'pre' : '')
            . "certificate-$finding->{id}.pem\"", 'its name');
        like($answer->{content}, qr/\A-----BEGIN\ CERTIFICATE-----\n
            (?:[\w+\/]{64}\n)*[\w+\/]{1,64}=*\n
            -----END\ CERTIFICATE-----\n\z/x, 'PEM');

        spew($s->world->path('found.pem'), $answer->{content});
        my ($rc, $out) = run('openssl', 'x509', '-noout', '-fingerprint',
            '-sha256', '-in', $s->world->path('found.pem'));
        $out =~ s/^.*=|[:\s]//g;
        is(lc $out, $finding->{cert_sha256}, 'the very same');

        is(ask('HEAD', "/ct/certificate/$finding->{id}.pem", [])->{status},
            200, 'HEAD');
        is(ask('GET', "/ct/certificate/\U$finding->{id}\E.pem", [])
            ->{status}, 200, 'in upper case');
    }

    refused(ask('GET', '/ct/certificate/00112233445566778899aabbccddeeff.pem',
        []), 404, qr/no such finding/, 'one that is not there');
    is(ask('GET', "/ct/certificate/$_", [])->{status}, 404, "not $_")
        for '', $id, "$id.der", "$id.pemx", "x$id.pem",
        substr($id, 1) . '.pem';
    is(post("/ct/certificate/$id.pem", '')->{status}, 405,
        'it cannot be posted to');

    return;
}
