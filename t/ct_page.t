#!/usr/bin/perl

# The page and everything under it, with findings made by somebody who wants
# to break it: every address, method, argument and header; the JSON; the
# metrics; and a real browser, which must run nothing, load nothing but the
# style sheet, and have nothing to complain about.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use CT::Nginx qw(log_location);
use CT::World qw(slurp spew run free_port);
use IO::Socket::INET;
use JSON::PP ();
use Test::More;

my $many = 10_000;  # names in one certificate
my $ordinary = 230; # certificates, so that there are pages
my $port = free_port();

my $csp = "default-src 'none'; style-src 'self'; base-uri 'none'; "
    . "form-action 'none'; frame-ancestors 'none'";

# names that go into certificates as they are; what the page makes of them
my %hostile = (
    '<script>alert(document.domain)</script>.example.test' =>
        '&lt;script&gt;alert(document.domain)&lt;/script&gt;.example.test',
    '"><img src=x onerror=alert(1)>.example.test' =>
        '&quot;&gt;&lt;img src=x onerror=alert(1)&gt;.example.test',
    "' onmouseover='alert(1)' a='.example.test" =>
        qr/&#(?:39|x27);\sonmouseover=&#(?:39|x27);alert/,
    '&amp;&lt;b&gt;.example.test' =>
        '&amp;amp;&amp;lt;b&amp;gt;.example.test',
    "\xff\xfe\x80.example.test" =>
        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd.example.test",
    "\xe2\x80\xaemoc.example.test" => "\xef\xbf\xbdmoc.example.test",
    "\x1b[2J\x0d\x0a{{urgent_rows}}.example.test" =>
        '{{urgent_rows}}.example.test',
);
my $alarming = keys(%hostile) + 1;
my $evil_ca = q{</dd><script>alert(1)</script>&"'<b>};

my $w = CT::World->new;
make_world();

my $log = log_location('/log/', $w->path('log/www'));
my $n = CT::Nginx->new(world => $w, ports => { '' => $port },
    http => <<"EOF")->start;
    ct_zone zone=ct:16m;
    ct_domain example.test;
    ct_log_list %%WORLD%%/list.json;
    ct_trusted_certificate %%WORLD%%/roots.pem;
    ct_since all;
    ct_interval 1s;

    server {
        listen 127.0.0.1:%%PORT1%% ssl;
        server_name .example.test;
        ssl_certificate %%WORLD%%/served.fullchain.pem;
        ssl_certificate_key %%WORLD%%/served.key;
    }

    server {
        listen 127.0.0.1:%%PORT%%;
        location /ct { ct_status; }
        location /deep/er/ { ct_status; }
        location = /control.html {
            alias %%WORLD%%/control.html;
            default_type text/html;
            add_header Content-Security-Policy "$csp";
        }
$log    }
EOF

my $total = $alarming + $ordinary + 1;
my $status;
ok($n->wait_for(sub {
    $status = $n->get_json('/ct/api/status');
    return $status && $status->{counts}{total} == $total
        && !$status->{counts}{unverified};
}, 60), "all $total certificates are found")
    or BAIL_OUT(JSON::PP::encode_json($status || {}) . $n->error_log);

subtest 'addresses and methods' => \&addresses;
subtest 'arguments'             => \&arguments;
subtest 'headers'               => \&headers;
subtest 'JSON'                  => \&faces;
subtest 'pages of findings'     => \&pages;
subtest 'the page'              => \&page;
subtest 'metrics'               => \&metrics;
subtest 'health'                => \&health;
subtest 'in a browser'          => \&browser;

$n->finish;
done_testing();

sub make_world {
    $w->make_ca('usual', 'Usual CA Ltd');
    $w->ca('root', 'evil', '--org', $evil_ca);
    spew($w->path('roots.pem'),
        join '', map { slurp($w->path("$_.crt")) } qw(usual evil));
    spew($w->path('control.html'),
        '<!DOCTYPE html><title>x</title><script>alert(1)</script>');

    $w->ca('leaf', 'served', '--issuer', 'usual-ca', '--name',
        'shop.example.test');
    my $i = 0;
    for my $name (sort keys %hostile) {
        $w->ca('leaf', 'h' . $i++, '--issuer', 'evil', '--cn', '',
            '--name', $name);
    }
    $w->ca('leaf', 'many', '--issuer', 'evil', '--cn', '',
        map { ('--name', "n$_.example.test") } 1 .. $many);
    $w->ca('leaf', 'ordinary', '--issuer', 'usual-ca', '--count', $ordinary,
        '--name-format', 'p%03d.example.test');

    $w->log('init', 'log', '--origin', 'page.test', '--url',
        "http://127.0.0.1:$port/log/");
    $w->log('add', 'log',
        '--chain', 'usual-ca.chain.pem', 'ordinary.pem', 'served.crt',
        '--chain', 'many.chain.pem', 'many.pre.crt',
        map {"h$_.pre.crt"} 0 .. $i - 1);
    $w->log_list('list.json', 'log');

    return;
}

sub addresses {
    my %type = (
        '/ct'                  => 'text/html; charset=utf-8',
        '/ct/'                 => 'text/html; charset=utf-8',
        '/ct/ct.css'           => 'text/css; charset=utf-8',
        '/ct/api/status'       => 'application/json',
        '/ct/api/findings'     => 'application/json',
        '/ct/api/logs'         => 'application/json',
        '/ct/api/certificates' => 'application/json',
        '/ct/metrics'          => 'text/plain; version=0.0.4; charset=utf-8',
        '/ct/health'           => 'text/plain; charset=utf-8',
        '/deep/er/'            => 'text/html; charset=utf-8',
        '/deep/er/metrics'     => 'text/plain; version=0.0.4; charset=utf-8',
    );

    for my $path (sort keys %type) {
        my $get = $n->get($path);
        my $head = $n->head($path);
        is($get->{status}, 200, "GET $path");
        is($get->{headers}{'content-type'}, $type{$path}, 'its type');
        is($get->{headers}{'content-length'}, length $get->{content},
            'its length');
        is($head->{status}, 200, "HEAD $path");
        like(raw("HEAD $path"), qr/\AHTTP[^\n]* 200 .*\r\n\r\n\z/s,
            'has no body');
        is($head->{headers}{'content-type'}, $type{$path}, 'but the type');
        same_length($path);

        for my $method (qw(POST PUT DELETE OPTIONS PATCH)) {
            my $answer = $n->_request($method, $path);
            is($answer->{status}, 405, "$method $path is not allowed");
            is($answer->{headers}{allow}, 'GET, HEAD', 'as it says');
        }
    }

    is($n->get($_)->{status}, 404, "no $_")
        for '/ctx', '/ct/api', '/ct/api/', '/ct/api/status/',
        '/ct/api/findings/1', '/ct/CT.css', '/ct/ct.css.map',
        '/ct/metricss', '/deep/er/nothing';

    my $answer = $n->get('/ct/%3Cscript%3Ealert(1)%3C/script%3E');
    is($answer->{status}, 404, 'no script');
    unlike($answer->{content}, qr/script/, 'nor is it echoed');

    return;
}

# Everything that comes back, byte for byte.
sub raw {
    my ($what) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port")
        or die "port $port: $!";
    print {$socket} "$what HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    local $/;

    return scalar <$socket>;
}

# Ages and times may make an answer longer from one second to the next.
sub same_length {
    my ($path) = @_;

    for (1 .. 5) {
        my $before = $n->get($path)->{headers}{'content-length'};
        my $head = $n->head($path)->{headers}{'content-length'};
        my $after = $n->get($path)->{headers}{'content-length'};
        return is($head, $before, 'and the length') if $before == $after;
    }

    return fail("the length of $path never stays the same");
}

sub arguments {
    my @bad = ('limit=0', 'limit=-1', 'limit=abc', 'limit=',
        'limit=1x', 'limit=99999999999999999999999', 'limit=%31', 'after=',
        'after=abc', 'after=n', 'after=n0', 'after=n-1', 'after=1',
        'after=n99999999999999999999999', 'after=n1%00', 'limit=5&after=<b>');

    for my $path ('/ct/', '/ct/api/findings') {
        for my $bad (@bad) {
            my $answer = $n->get("$path?$bad");
            is($answer->{status}, 400, "$path?$bad");
            my $json = eval { JSON::PP::decode_json($answer->{content}) };
            like($json->{error}, qr/^(?:limit|after) is not /, 'says why');
        }
    }

    is($n->get("/ct/api/findings?$_")->{status}, 200, "?$_")
        for 'limit=1', 'limit=100', 'limit=1000', 'after=n1', 'limit=2&after=n5',
        'unknown=1', '', 'limitless=0';
    is_deeply($n->get_json('/ct/api/findings?after=n1')->{findings}, [],
        'nothing is older than the first');

    return;
}

sub headers {
    for my $path ('/ct', '/ct/ct.css', '/ct/api/status', '/ct/metrics',
        '/ct/health', '/ct/api/findings?limit=0')
    {
        for my $answer ($n->get($path), $n->head($path)) {
            my $headers = $answer->{headers};
            is($headers->{'content-security-policy'}, $csp, "$path: policy");
            is($headers->{'x-content-type-options'}, 'nosniff', 'no guesses');
            is($headers->{'referrer-policy'}, 'no-referrer', 'no referrer');
            is($headers->{'cache-control'},
                $path =~ /css/ ? 'max-age=3600' : 'no-store', 'caching');
        }
    }

    return;
}

sub faces {
    my $findings = findings(100);

    my @wanted = qw(id verdict reason names matched issuer ca serial
        not_before not_after tbs_sha256 cert_sha256 spki_sha256
        precertificate logs first_seen);
    for my $key (@wanted) {
        is(scalar(grep { exists $_->{$key} } @$findings), $total,
            "each finding has $key");
    }
    for my $key (qw(log index timestamp)) {
        is(scalar(grep { exists $_->{logs}[0]{$key} } @$findings), $total,
            "and the $key of where it is logged");
    }

    my %names = map { $_ => 1 } map { @{ $_->{names} } } @$findings;
    is(scalar(grep {/[A-Z]/} keys %names), 0, 'names are in lower case');
    ok($names{'<script>alert(document.domain)</script>.example.test'},
        'a hostile name comes as it is');

    my ($big) = grep { $_->{number_of_names} == $many } @$findings;
    ok($big, "$many names are counted");
    ok($big->{names_cut}, 'they are too many');
    cmp_ok(@{ $big->{names} }, '<', $many, 'not all are kept');
    cmp_ok(@{ $big->{names} }, '>', 1000, 'but many');

    my %verdicts;
    $verdicts{ $_->{verdict} }++ for @$findings;
    is_deeply(\%verdicts, { served => 1, expected => $ordinary,
        unfamiliar => $alarming }, 'the verdicts');
    for my $verdict (sort keys %verdicts) {
        is($status->{counts}{$verdict}, $verdicts{$verdict},
            "$verdict in the status");
    }
    is($status->{counts}{alarming}, $alarming, 'alarming ones');

    my ($one) = @{ $n->get_json('/ct/api/logs')->{logs} };
    ok(exists $one->{$_}, "a log has $_")
        for qw(id description operator type url state tree_size downloaded
        verified last_success error);
    is($one->{verified}, $total, 'and is read to its end');

    my $served = $n->get_json('/ct/api/certificates');
    is($served->{total}, 1, 'one certificate is served');
    is($served->{certificates}[0]{names}[0], 'shop.example.test',
        'by that name');

    return;
}

# All of them, by pages.
sub findings {
    my ($limit) = @_;
    my (@all, $next);

    for (0 .. $total) {
        my $page = $n->get_json("/ct/api/findings?limit=$limit"
                . (defined $next ? "&after=$next" : ''));
        push @all, @{ $page->{findings} };
        $next = $page->{next} // last;
    }

    return \@all;
}

sub pages {
    my @whole = map { $_->{id} } @{ findings(100) };
    my %seen = map { $_ => 1 } @whole;
    is(scalar @whole, $total, 'all of them');
    is(scalar keys %seen, $total, 'each once');

    for my $limit (7, 33) {
        my @ids = map { $_->{id} } @{ findings($limit) };
        is("@ids", "@whole", "the same in pages of $limit");
    }

    my $page = $n->get_json('/ct/api/findings?limit=5');
    is(scalar @{ $page->{findings} }, 5, 'as many as asked for');
    is($page->{total}, $total, 'and how many there are');

    my %shown;
    my $link = '';
    for (1 .. 9) {
        my $html = $n->get("/ct/$link")->{content};
        $shown{$_}++ for $html =~ / id="f-(\w+)"/g;
        ($link) = $html =~ /<a href="(\?after=n\d+)" rel="next">/ or last;
    }
    is_deeply([ grep { !$shown{$_} } @whole ], [],
        'the page leads to all of them');

    return;
}

sub page {
    my $html = $n->get('/ct/')->{content};

    like($html, qr/<span>$alarming certificates need you<\/span>/,
        'the headline');
    like($html, qr/<link rel="stylesheet" href="ct\.css">/, 'the style');
    like($n->get('/ct')->{content},
        qr/<link rel="stylesheet" href="ct\/ct\.css">/, 'from above, too');
    none($html, qr/<(?:script|img|iframe|object|embed|style|form)\b/i,
        'no element that is not ours');
    none($html, qr/<[^>"]*(?:"[^"]*"[^>"]*)*\son\w+=/i,
        'no handler in a tag');
    none($html, qr/\sstyle=|javascript:/i, 'no inline style, no script');
    none($html, qr/[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80\xae/,
        'no control characters, no turned text');
    ok(utf8::decode(my $copy = $html), 'it is UTF-8');
    none($html, qr{(?:src|href)="(?:\w+:)?//}, 'nothing from elsewhere');

    for my $name (sort keys %hostile) {
        my $want = $hostile{$name};
        like($html, ref $want ? $want : qr/\Q$want\E/,
            'escaped: ' . JSON::PP->new->ascii->allow_nonref->encode($name));
    }
    like($html, qr{&lt;/dd&gt;&lt;script&gt;alert\(1\)&lt;/script&gt;&amp;},
        'and the issuer');
    for my $from ('/ct', '/ct/') {
        my ($pem) = $n->get($from)->{content}
            =~ m{<a href="((?:ct/)?certificate/\w+\.pem)">};
        like($n->get($from =~ s{[^/]*\z}{}r . $pem)->{content},
            qr/\A-----BEGIN CERTIFICATE-----\n/,
            "from $from a link leads to a certificate");
    }
    like($html, qr/<h2 id="alerts">.*Nobody is told/s,
        'nobody is told, and that is said');
    like($html, qr/and 9,992 more/, 'most of the names are only counted');
    cmp_ok(length $html, '<', 1_000_000, 'the page stays small');

    return;
}

sub metrics {
    my $text = $n->get('/ct/metrics')->{content};
    my $label = qr/[a-z][a-z0-9_]*="(?:[^"\\\n]|\\["\\n])*"/;
    my (%type, %help, %sample, %done, @bad);
    my $current = '';

    for my $line (split /\n/, $text) {
        if ($line =~ /^# HELP ([a-z_]+) \S.*$/) {
            push @bad, "$1: second HELP" if $help{$1}++;
            $done{$current} = 1;
            $current = $1;
        } elsif ($line =~ /^# TYPE ([a-z_]+) (gauge|counter)$/) {
            push @bad, "$1: second or strange TYPE"
                if exists $type{$1} || $1 ne $current;
            $type{$1} = $2;
        } elsif ($line =~ /^([a-z_]+)(\{$label(?:,$label)*\})? \d+$/) {
            my ($name, $labels) = ($1, $2 // '');
            push @bad, "$name$labels: twice" if $sample{"$name$labels"}++;
            push @bad, "$name: without TYPE, or not in one piece"
                if $name ne $current || !$type{$name} || $done{$name};
        } else {
            push @bad, "not a line of metrics: $line";
        }
    }
    is_deeply(\@bad, [], 'the format is right');
    like($text, qr/\n\z/, 'it ends with a line feed');
    is_deeply([ grep { !/^nginx_ct_/ } keys %type ], [], 'one prefix');
    is_deeply([ grep { ($type{$_} eq 'counter') != /_total$/ } keys %type ],
        [], 'counters end in _total, and only they');
    cmp_ok(scalar keys %sample, '>', 30, 'there are samples');
    like($text, qr/^nginx_ct_up 1$/m, 'it is up');
    like($text, qr/^nginx_ct_findings\{verdict="expected"\} $ordinary$/m,
        'findings are counted');
    like($text, qr/^nginx_ct_log_verified_entries\{[^}]*\} $total$/m,
        'the log is read');

SKIP: {
        skip 'promtool is not installed', 1
            if !grep { -x "$_/promtool" } split /:/, $ENV{PATH};
        spew($w->path('metrics'), $text);
        my ($rc, $out) = run('sh', '-c', 'promtool check metrics < "$0"',
            $w->path('metrics'));
        is($rc, 0, 'promtool has nothing to say') or diag($out);
    }

    return;
}

sub health {
    is($n->get('/ct/health')->{content},
        "ok: following 1 log, $alarming findings need you\n", 'one line');

    # a log that nobody answers for
    spew($w->path('dead.json'), slurp($w->path('list.json'))
            =~ s{127\.0\.0\.1:\d+}{'127.0.0.1:' . free_port()}er);
    my $dead = CT::Nginx->new(world => $w, http => <<'EOF')->start;
    ct_zone zone=ct:1m;
    ct_domain example.test;
    ct_log_list %%WORLD%%/dead.json;
    ct_trusted_certificate %%WORLD%%/roots.pem;
    ct_interval 1s;
    server { listen 127.0.0.1:%%PORT%%; location /ct/ { ct_status; } }
EOF
    ok($dead->wait_for(sub {
        $dead->get('/ct/health')->{content} =~ /no followed log can be read/;
    }, 30), 'a dead log is noticed');
    my $answer = $dead->get('/ct/health');
    is($answer->{status}, 503, 'with 503');
    is($answer->{content}, "failing: no followed log can be read\n",
        'in one line');
    is($dead->head('/ct/health')->{status}, 503, 'HEAD as well');
    $dead->finish;

    return;
}

sub browser {
    my ($chromium) = grep {-x} map {"$_/chromium"} split /:/, $ENV{PATH};
    plan(skip_all => 'chromium is not installed') if !$chromium;

    # a page that breaks the rules: what must not happen would be noticed
    my ($dom, $said) = browse($chromium, '/control.html');
    like($dom, qr/<script/, 'a script is seen in the control page');
    like($said, qr/Content Security Policy/, 'and its refusal is heard');

    my $before = () = slurp($n->prefix . '/logs/access.log') =~ /\n/g;
    ($dom, $said) = browse($chromium, '/ct/');

    like($dom, qr/<span>$alarming certificates need you<\/span>/,
        'the headline is there');
    none($dom, qr/<(?:script|img|iframe|object|embed|style)\b/i,
        'no strange element came to life');
    none($dom, qr/<[^>"]*(?:"[^"]*"[^>"]*)*\son\w+=/i, 'no handler');
    none($said, qr/CONSOLE|Content Security Policy|Refused/,
        'the browser has nothing to complain about');
    is(() = $dom =~ /<article /g, 100 + $alarming, 'findings are there');

    my @lines = split /\n/, slurp($n->prefix . '/logs/access.log');
    my @asked
        = map { m{"(\w+ \S+) HTTP/[\d.]+" (\d+) .*Chrom} ? "$1 $2" : () }
        @lines[ $before .. $#lines ];
    is_deeply(\@asked, [ 'GET /ct/ 200', 'GET /ct/ct.css 200' ],
        'it asked for the page and its style, nothing else');

    return;
}

# As unlike(), but a page is too long to be shown whole.
sub none {
    my ($text, $regex, $name) = @_;

    return is($text =~ /.{0,40}(?:$regex).{0,40}/ ? $& : '', '', $name);
}

# The DOM, and what chromium wrote to its log.
sub browse {
    my ($chromium, $path) = @_;

    my ($rc, $dom) = run('sh', '-c', 'exec timeout 60 "$@" 2> "$0"',
        $w->path('chromium.log'), $chromium, '--headless', '--no-sandbox',
        '--disable-gpu', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync',
        '--enable-logging=stderr', '--v=0', '--dump-dom',
        '--user-data-dir=' . $w->path('chromium'), $n->url($path));
    is($rc, 0, "chromium shows $path");

    return ($dom, slurp($w->path('chromium.log')));
}
