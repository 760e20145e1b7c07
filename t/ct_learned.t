# Certificates that only handshakes show - by variables, in http and stream -
# and those that were served once: silent after a reload and a restart.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;

use CT::Site;
use CT::World qw(slurp spew);

my $s = CT::Site->new(domain => 'auto shop.test', workers => 2);
my $w = $s->world;
my $n = $s->nginx;
my $stream = $n->load_part('stream');

for my $base (qw(one two never streamed old older)) {
    $w->ca('leaf', $base, '--issuer', $base =~ /old/ ? 'usual-ca' : 'other-ca',
        '--name', "$base.shop.test");
}
copy('older', 'changing');

my $map = 'map $ssl_server_name $base { default one; two.shop.test two;'
    . ' never.shop.test never; streamed.shop.test streamed; }';
my $certificate = 'ssl_certificate %%WORLD%%/$base.fullchain.pem;'
    . ' ssl_certificate_key %%WORLD%%/$base.key;';

$s->configure(conf => "$map server { listen 127.0.0.1:%%PORT2%% ssl;"
    . " server_name *.shop.test; $certificate }\n"
    . 'server { listen 127.0.0.1:%%PORT3%% ssl; server_name changing.test;'
    . ' ssl_certificate %%WORLD%%/changing.fullchain.pem;'
    . ' ssl_certificate_key %%WORLD%%/changing.key; }',
    main => $stream // '', tail => !defined $stream ? ''
    : "stream { $map server { listen 127.0.0.1:%%PORT4%% ssl; $certificate"
        . ' proxy_pass 127.0.0.1:%%PORT%%; } }');
$s->append($_) for qw(one two never streamed);

$n->start;
ok($s->wait_verified('log', 4), 'the log is verified');
is(verdict($_), 'unfamiliar', "$_: a stranger, for nobody has sent it")
    for qw(one two never streamed);

like(request(2, 'one.shop.test'), qr{^HTTP/1.1 }m, 'a request');
ok($s->wait_for(sub { verdict('one') eq 'served' }),
    'what a handshake has shown is served');
is(verdict('two'), 'expected', 'the other one is not, but its CA is ours');
request(2, 'two.shop.test') for 1 .. 20;
ok($s->wait_for(sub { verdict('two') eq 'served' }), 'until it is sent');

SKIP: {
    skip 'this nginx has no stream', 1 if !defined $stream;
    request(4, 'streamed.shop.test');
    ok($s->wait_for(sub { verdict('streamed') eq 'served' }),
        'so is what stream has sent');
}
is(verdict('never'), 'expected', 'and never is never');

# learned once, not at every request
my $learned = () = $n->error_log =~ /was learned from a handshake/g;
is($learned, defined $stream ? 3 : 2, 'each was learned once');

# replaced twice, before the log has them: no alarm
copy('old', 'changing');
my $before = generation();
ok($n->reload, 'reload with another certificate');
copy('site', 'changing');
ok($s->wait_for(sub { served('old.shop.test') && generation() > $before }),
    'it is served, and the monitor has seen it');
ok($n->reload, 'and with yet another');
my $alerts = $s->receiver->requests;
$s->append('older');
$s->append('one', final => 1);
ok($s->wait_for(sub { verdict('older') eq 'served' }),
    'yesterday\'s certificate is no stranger');
like(finding('older')->{reason}, qr/^nginx served this certificate until 20/,
    'and it is said why');
ok(served('old.shop.test', 'past'), 'what was served once is listed');
ok(served('one.shop.test', 'learned'), 'and what was learned');
ok(!served($_, 'past'), "$_ is still there") for 'shop.test', 'one.shop.test';

# the key of what was learned, for its names
$w->ca('leaf', 'again', '--issuer', 'usual-ca', '--name', 'one.shop.test',
    '--key-file', 'one.key');
$s->append('again');
ok($s->wait_verified('log', 7), 'verified');

$n->quit;
$n->start;
$s->append('old');
ok($s->wait_for(sub { verdict('old') eq 'served' }),
    'nor is it after a restart');
my ($again) = grep { $_->{verdict} eq 'ours' } $s->findings;
is($again->{names}[0], 'one.shop.test', 'a learned key is ours');
is($s->receiver->requests, $alerts, 'no alert for any of them');

$n->finish;


subtest 'auto watches the names of what is learned and known' => sub {
    my $site = CT::Site->new;
    my $nginx = $site->nginx;
    my $world = $site->world;

    for my $base (qw(shown known)) {
        $world->ca('leaf', $base, '--issuer', 'usual-ca', '--name',
            "$base.elsewhere.test");
    }
    my $variable = '$name';
    $site->configure(conf => 'map $ssl_server_name $name { default shown; }'
        . ' server { listen 127.0.0.1:%%PORT2%% ssl; server_name _;'
        . " ssl_certificate %%WORLD%%/$variable.fullchain.pem;"
        . " ssl_certificate_key %%WORLD%%/$variable.key; }");
    $site->issue('other', 'a.shown.elsewhere.test');
    $nginx->start;
    ok($site->wait_verified('log', 1), 'the log is verified');
    is(scalar $site->findings, 0, 'nobody has shown that name');

    handshake($nginx, 2, 'shown.elsewhere.test');
    ok(watched($site, 2), 'a handshake shows it: watched');
    $site->issue('other', 'b.shown.elsewhere.test');
    ok($site->wait_finding(sub {
        $_[0]{matched} eq 'shown.elsewhere.test' }), 'and found');

    $nginx->quit;
    $site->issue('other', 'c.shown.elsewhere.test');
    $site->configure(conf => $site->{conf}
        . ' ct_known_certificate %%WORLD%%/known.crt;');
    $nginx->start;
    ok($site->wait_finding(sub {
        $_[0]{names}[0] eq 'c.shown.elsewhere.test' }),
        'a restart does not forget it');
    ok(watched($site, 3), 'a known certificate has names as well');
    $site->issue('other', 'known.elsewhere.test');
    ok($site->wait_finding(sub {
        $_[0]{matched} eq 'known.elsewhere.test' }), 'they are found');

    $site->configure(domain => 'shop.test');
    ok($nginx->reload, 'reload without auto');
    ok(watched($site, 1), 'watches what it says');
    $nginx->finish;
};

subtest 'auto watches the public addresses of listen' => sub {
    my $address = '192.0.2.99';
    my ($rc) = CT::World::run('ip', 'address', 'add', "$address/32", 'dev',
        'lo');
    plan skip_all => 'no address can be added here' if $rc != 0;

    my $site = CT::Site->new;
    my $nginx = $site->nginx;
    $site->configure(conf => "server { listen $address:%%PORT2%%; }");
    $site->issue('other', 'any.elsewhere.test', leaf => ['--ip', $address]);
    $site->issue('other', 'any.elsewhere.test', leaf => ['--ip', '127.0.0.1']);
    $nginx->start;
    ok($site->wait_finding(sub { $_[0]{matched} eq $address }),
        'a certificate for it is found');
    ok(watched($site, 2), 'and others are not watched');
    $nginx->finish;
    CT::World::run('ip', 'address', 'del', "$address/32", 'dev', 'lo');
};

done_testing;


# Counts the engines that have taken over.
sub generation {
    return ($n->get_json('/ct/api/status') || {})->{engine}{generation} || 0;
}


sub watched {
    my ($site, $count) = @_;

    return $site->wait_for(sub {
        ($site->nginx->get_json('/ct/api/status') || {})->{watched} == $count
    });
}


sub copy {
    my ($from, $to) = @_;

    spew($w->path("$to.$_"), slurp($w->path("$from.$_")))
        for qw(fullchain.pem key);
    return;
}


sub finding {
    my ($base) = @_;
    my ($f) = grep { $_->{names}[0] eq "$base.shop.test"
        && $_->{verdict} ne 'ours' } $s->findings;

    return $f || { verdict => '' };
}


sub verdict { return finding(@_)->{verdict} }


sub served {
    my ($name, $source) = @_;
    my $list = $n->get_json('/ct/api/certificates') or return 0;

    return grep { $_->{names}[0] eq $name
        && $_->{source} eq ($source // 'configured') }
        @{ $list->{certificates} };
}


sub request {
    my ($port, $name) = @_;

    return handshake($n, $port, $name);
}


sub handshake {
    my ($nginx, $port, $name) = @_;
    my (undef, $out) = CT::World::run('sh', '-c',
        "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | openssl s_client -quiet "
        . '-connect 127.0.0.1:' . $nginx->port($port)
        . " -servername $name");

    return $out;
}
