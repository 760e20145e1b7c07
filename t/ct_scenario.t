# The situations operators meet, all at once in one nginx with ten logs of
# both protocols: for each, how many alerts it is worth and how many came.
# What time decides is in ct_grace.t.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;

use CT::Scenario;
use CT::Site;
use CT::World qw(run slurp spew);

my $DAY = 86400;
my $s = CT::Site->new(
    domain => 'auto shop.test 192.0.2.7',
    conf   => 'ct_issuer "Backup CA Ltd"; '
        . 'ct_known_certificate %%WORLD%%/known/*.pem;',
    test_logs => ['rehearsal'],
);
my $w = $s->world;
my $n = $s->nginx;
my $t = CT::Scenario->new(site => $s);
my @logs = ('log', map { "log$_" } 1 .. 9);

$s->add_log($_) for @logs[1 .. 4], 'rehearsal';
$s->add_log($_, protocol => 'rfc6962') for @logs[5 .. 9];

# in no bundle: a private CA of ours, one of somebody else, and one that
# calls itself what ours does
$w->make_ca('backup', 'Backup CA Ltd');
$w->make_ca('private', 'Private CA');
$w->make_ca('lab', 'Lab CA');
$w->make_ca('copy', 'Usual CA Ltd');
$w->ca('intermediate', 'second-ca', '--issuer', 'usual', '--org',
    'Usual CA Ltd', '--cn', 'Usual CA Ltd Second Issuing CA');
spew($w->path('roots.pem'), join '',
    map { slurp($w->path("$_.crt")) } qw(usual other backup));

# what is served in other ways than by http, each by a CA of its own
my @ways = ('known', 'variable', grep { defined $n->load_part($_) }
    qw(stream mail));
for my $way (@ways) {
    $w->make_ca("ca-$way", "CA of $way");
    leaf($way, "ca-$way", '--name', "$way.shop.test");
}
mkdir $w->path('known');
spew($w->path('known/other-host.pem'), slurp($w->path('known.crt')));

leaf('rsa', 'usual', '--name', 'pair.shop.test', '--key', 'rsa');
leaf('ec', 'usual', '--name', 'pair.shop.test');
leaf('old', 'usual', '--name', 'www.shop.test');
leaf('inside', 'private', '--name', 'inside.shop.test');

my @served = ([2, 'rsa', 'ec'], [3, 'old'], [4, 'inside']);
my $base_conf = $s->{conf};
$s->configure(conf => $base_conf . servers(@served), other_ways());
$n->start;
handshake(5, 'variable.shop.test');
ok($s->wait_for(sub { $n->error_log =~ /learned from a handshake/ }),
    'a handshake shows a certificate');

# ---- ours

$s->append($_, final => 1) for qw(site rsa);
$s->append($_) for qw(site rsa ec old inside);
$t->row('served, as pre-certificate and final', 0, 'site');
$t->row('RSA and ECDSA pair', 0, 'rsa', 'ec');
$t->row('private CA that issued what is served', 0, 'inside',
    $s->issue('private', 'new.inside.shop.test'));

$s->append($_) for @ways;
$t->row('another host of the domain, ct_known_certificate', 0, 'known');
$t->row('certificate by variables', 0, 'variable');
$t->row("served by $_", 0, $_) for grep { /stream|mail/ } @ways;
$t->row('private CA, in a log for tests', 0,
    $s->issue('lab', 'www.shop.test', log => 'rehearsal'));

leaf('new', 'usual', '--name', 'www.shop.test');
$s->append('new');
$s->append('new', final => 1);
$t->row('renewal, before and after the reload', 0, 'old', 'new');
$t->row('renewal with another intermediate of the CA', 0,
    $s->issue('second', 'second.shop.test'));
$t->row('backup certificate of a CA that ct_issuer names', 0,
    $s->issue('backup', 'backup.shop.test'));
my $shared = $t->row('certificate shared with 90 strangers, usual CA', 0,
    $s->issue('usual', 'cdn.shop.test',
        leaf => [map { ('--name', "s$_.example.org") } 1 .. 90]));
$t->row('our key for our names, from another CA', 0,
    $s->issue('other', 'pair.shop.test', leaf => ['--key-file', 'ec.key']));

# ---- of others

$t->row('certificate that a CDN had issued', 1,
    $s->issue('other', 'edge.shop.test',
        leaf => [map { ('--name', "e$_.example.org") } 1 .. 90]));
$t->row('wildcard above the watched name', 1, $s->issue('other', '*.test'));
my $wild = $t->row('wildcard below it', 1,
    $s->issue('other', '*.deep.shop.test'));
$t->row('address', 1,
    $s->issue('other', 'x.example.org', leaf => ['--ip', '192.0.2.7']));
$t->row('unknown CA', 1, $s->issue('lab', 'lab.shop.test'));
my $copy = $t->row('intermediate that copies the name of our CA', 1,
    $s->issue('copy', 'copy.shop.test'));
my $key = $t->row('our key for a name more, from another CA', 1,
    $s->issue('other', 'more.shop.test', leaf => ['--key-file', 'ec.key']));
my $expired = $t->row('expired when it was found', 1,
    $s->issue('other', 'expired.shop.test', leaf => ['--days', 5,
        '--not-before', time - 10 * $DAY]));

leaf('ten', 'other', '--name', 'ten.shop.test');
for my $log (@logs) {
    $s->append('ten', log => $log);
    $s->append('ten', log => $log, final => 1);
}
$t->row('the same in ten logs, both ways, over both protocols', 1, 'ten');

# ---- before monitoring began, though ct_since reaches back over it

leaf('gone', 'usual', '--name', 'gone.shop.test', '--days', 5,
    '--not-before', time - 10 * $DAY);
leaf('former', 'usual', '--name', 'shop.test', '--not-before',
    time - 30 * $DAY);
long_ago('gone', 'former');
$t->row('our CA, expired before monitoring began', 0, 'gone');
$t->row('our CA, replaced before monitoring began', 0, 'former');

# ---- added by a reload

my $added = $t->row('name that a reload adds', 1,
    $s->issue('other', 'www.added.test'));
$t->row('never watched', 0, $s->issue('other', 'www.never.test'));

for my $log (@logs) {
    my $size = $w->log_info($log)->{size};
    ok($s->wait_verified($log, $size, 60), "$log is verified ($size)");
}
is($t->finding('new')->{verdict}, 'expected', 'the renewal is expected');
is_deeply([$t->finding($added)], [{}], 'who is not watched is not found');

@served = ([2, 'rsa', 'ec'], [3, 'new'], [4, 'inside']);
$s->configure(domain => "$s->{domain} added.test",
    conf => $base_conf . servers(@served));
ok($n->reload, 'reload');
ok($s->wait_for(sub { $t->finding('new')->{verdict} eq 'served' }),
    'the renewal is served now');
ok($s->wait_for(sub { $t->finding($added)->{verdict} }, 60),
    'the name that was added is found');
$t->settle;

# ---- what is said of them

is(scalar @{ $t->finding('ten')->{logs} }, 12, 'seen twenty times, told twelve');
is($t->finding('ten')->{number_of_logs}, 13, 'and that there are more');
ok(!$t->finding('ten')->{precertificate}, 'as a final certificate too');
is($t->finding($shared)->{verdict}, 'expected', 'strangers beside us: '
    . 'expected');
ok($t->finding($shared)->{foreign_names}, 'but it is said');
ok($t->finding($wild)->{wildcard}, 'a wildcard');
ok($t->finding($key)->{our_key}, 'our key');
ok($t->finding($expired)->{expired}, 'expired');
like($t->finding($copy)->{reason}, qr/name that your own CA uses/,
    'a copied name');
like($t->finding('former')->{reason}, qr/before monitoring began/,
    'one of before');
is($t->finding('former')->{serve_by}, undef, 'for which nobody waits');
is(scalar(grep { $_->{contradicted} } $s->findings), 0,
    'nothing contradicts itself');

my ($alarm) = $t->alarms;
cmp_ok(scalar @{ $alarm->{finding}{steps} }, '>=', 4, 'an alert tells what '
    . 'to do');
ok($alarm->{finding}{certificate}, 'and has the certificate');

$t->report;
$n->finish;
done_testing;


sub leaf {
    my ($base, $ca, @words) = @_;

    return $w->ca('leaf', $base, '--issuer', "$ca-ca", @words);
}


sub pair {
    my ($base) = @_;

    return "ssl_certificate %%WORLD%%/$base.fullchain.pem;"
        . " ssl_certificate_key %%WORLD%%/$base.key;";
}


# The servers of those that http does not just serve.
sub other_ways {
    my %load = map { $_ => $n->load_part($_) } qw(stream mail);
    my $variable = '$base';

    return (
        main => join('', grep { defined } values %load),
        server => '} map $ssl_server_name $base {'
            . ' variable.shop.test variable; } server {'
            . ' listen 127.0.0.1:%%PORT5%% ssl;'
            . " server_name variable.shop.test; " . pair($variable),
        tail => join('',
            defined $load{stream} ? 'stream { server {'
                . ' listen 127.0.0.1:%%PORT6%% ssl; ' . pair('stream')
                . ' proxy_pass 127.0.0.1:%%PORT%%; } }' : (),
            defined $load{mail} ? 'mail { auth_http 127.0.0.1:%%PORT%%;'
                . ' server { listen 127.0.0.1:%%PORT7%% ssl;'
                . ' protocol imap; ' . pair('mail') . ' } }' : ()),
    );
}


sub handshake {
    my ($port, $name) = @_;

    return run('sh', '-c', "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | "
        . 'openssl s_client -quiet -connect 127.0.0.1:' . $n->port($port)
        . " -servername $name");
}


sub long_ago {
    for my $base (@_) {
        $w->log('add', 'log', '--timestamp', (time - 9 * $DAY) * 1000,
            '--chain', "$base.chain.pem", "$base.pre.crt");
    }
    return;
}


sub servers {
    return join '', map {
        my ($port, @certs) = @$_;
        "server { listen 127.0.0.1:%%PORT$port%% ssl; "
            . "server_name s$port.shop.test; " . join('', map { pair($_) }
                @certs) . "}\n"
    } @_;
}
