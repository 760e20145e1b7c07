# Outbound TLS: logs and webhooks over https, verified against
# ct_trusted_certificate; what it does not vouch for is refused and shown.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;

use CT::Nginx qw(log_location);
use CT::Site;
use CT::World qw(slurp spew);

my $s = CT::Site->new;
my $w = $s->world;
my $n = $s->nginx;

# servers for 127.0.0.1: one by a CA of the bundle, one by a stranger
$w->make_ca('stranger', 'Stranger CA');
$w->ca('leaf', 'good', '--issuer', 'usual-ca', '--name', 'log.test', '--ip',
    '127.0.0.1');
$w->ca('leaf', 'bad', '--issuer', 'stranger-ca', '--name', 'log.test', '--ip',
    '127.0.0.1');
$w->ca('leaf', 'wrong', '--issuer', 'usual-ca', '--name', 'other.test');

$w->log('init', "tls-$_", '--origin', "log.test/$_", '--url',
    'https://127.0.0.1:' . $n->port($_) . '/log/', '--description', "Log $_")
    for qw(11 12 13);

my %cert = (11 => 'good', 12 => 'bad', 13 => 'wrong');
my $servers = join '', map {
    "server { listen 127.0.0.1:%%PORT$_%% ssl; server_name tls;"
        . " ssl_certificate %%WORLD%%/$cert{$_}.fullchain.pem;"
        . " ssl_certificate_key %%WORLD%%/$cert{$_}.key;\n"
        . log_location('/log/', $w->path("tls-$_/www"))
        . "location /hook { return 204; } }\n"
} sort keys %cert;

$w->log('add', "tls-$_", '--chain', 'site.chain.pem', 'site.pre.crt')
    for qw(11 12 13);
$s->configure(logs => ['tls-11', 'tls-12', 'tls-13'], gzip => {},
    domain => 'shop.test', conf => $servers
        . 'ct_webhook https://127.0.0.1:%%PORT11%%/hook;'
        . 'ct_webhook https://127.0.0.1:%%PORT12%%/hook;');
$w->log('add', 'tls-11', '--chain', 'bad.chain.pem', do {
    $w->ca('leaf', 'theirs', '--issuer', 'other-ca', '--name', 'shop.test');
    'theirs.pre.crt' });
$n->start;

ok($s->wait_verified('11', 2), 'a log over TLS is followed');
for my $bad (12, 13) {
    ok($s->wait_for(sub {
        ($s->the_log($bad)->{error} // '') =~ /certificate|SSL/i }),
        "a server with a $cert{$bad} certificate is refused")
        or diag $s->the_log($bad)->{error};
    is($s->the_log($bad)->{verified}, 0, 'nothing of it is believed');
}

ok($s->wait_for(sub {
    ($n->get_json('/ct/api/status') || {})->{alerts}{sent} == 2 }),
    'webhooks over http and https have the alert');
like($n->error_log, qr/webhook "https.*did not take an alert/,
    'the stranger does not get it');
my @hooks = slurp($n->prefix . '/logs/access.log') =~ /"POST \/hook/g;
is(scalar @hooks, 1, 'really not');
$n->finish;
done_testing;
