# What counts as served: everything that a listening socket of http, stream or
# mail can send in a handshake, and nothing else.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;

use CT::Site;
use CT::World qw(slurp);

my $s = CT::Site->new(domain => 'auto shop.test', webhook => 0);
my $w = $s->world;
my $n = $s->nginx;

my %load = map { $_ => $n->load_part($_) } qw(stream mail);
plan skip_all => 'this nginx has no stream or no mail'
    if grep { !defined } values %load;

# base name => what nginx does with it; "-" is configured and never sent
my %place = (
    'site'       => 'http',
    'rsa'        => 'http',
    'ec'         => 'http',
    'plain'      => '-',
    'inherited'  => '-',
    'upstream'   => '-',
    'stream-rsa' => 'stream',
    'stream-ec'  => 'stream',
    'stream-off' => '-',
    'mail-ssl'   => 'mail',
    'starttls'   => 'mail',
    'mail-off'   => '-',
    'shared'     => 'http stream mail',
    'twice'      => 'http',
);

for my $base (sort grep { $_ ne 'site' } keys %place) {
    $w->ca('leaf', $base, '--issuer', 'other-ca', '--name', "$base.shop.test",
        $base =~ /rsa/ ? ('--key', 'rsa') : ());
}

my $http = 'ssl_certificate %%WORLD%%/inherited.fullchain.pem;'
    . ' ssl_certificate_key %%WORLD%%/inherited.key;'
    . server('2 ssl', 'rsa', 'ec') . server(3, 'plain') . server(4)
    . server('5 ssl', 'shared') . server('6 ssl', 'twice')
    . server('7 ssl', 'twice') . server('8 ssl', 'shared')
    . 'server { listen 127.0.0.1:%%PORT9%%; location / {'
    . ' proxy_pass https://127.0.0.1:%%PORT2%%;'
    . ' proxy_ssl_certificate %%WORLD%%/upstream.fullchain.pem;'
    . ' proxy_ssl_certificate_key %%WORLD%%/upstream.key; } }';

my $stream = "stream {\n" . join('', map { server($_->[0],
    'proxy_pass 127.0.0.1:%%PORT%%;', @$_[1 .. $#$_]) }
    ['20 ssl', 'stream-rsa', 'stream-ec'], [21, 'stream-off'],
    ['22 ssl', 'shared'], [23]) . "}\n";

my $mail = "mail {\n auth_http 127.0.0.1:%%PORT%%;\n" . join('', map {
    server(@$_) } ['30 ssl', 'protocol imap;', 'mail-ssl'],
    [31, 'protocol smtp; starttls on; server_name MX.Mail.test;', 'starttls'],
    [32, 'protocol pop3;', 'mail-off'],
    [33, 'protocol imap; starttls only;', 'shared']) . "}\n";

# before http, and loaded behind us; then the other way round
$s->configure(conf => $http, main => "$load{mail}$load{stream}$mail$stream");
$s->append($_) for sort keys %place;
$s->issue('other', 'a.mx.mail.test');

$n->start;
ok($s->wait_verified('log', 1 + keys %place), 'the log is verified');
inventory('stream and mail in front of http');

my %found = map { ($_->{names}[0] => $_) } $s->findings;
for my $base (sort keys %place) {
    my $name = $base eq 'site' ? 'shop.test' : "$base.shop.test";
    my $want = $place{$base} eq '-' ? 'expected' : 'served';
    is($found{$name}{verdict}, $want, "$name: $want");
}
is($found{'a.mx.mail.test'}{matched}, 'mx.mail.test',
    'the name of a mail server is watched, in lower case');
is(handshake(20), digest('stream-ec'), 'stream really sends it');
is(handshake(31, '-starttls', 'smtp'), digest('starttls'), 'so does mail');

$n->quit;
my $own = "load_module $n->{module};\n";
$n->{module} = 0;
$s->configure(main => "$load{stream}$load{mail}$own",
    tail => "$stream$mail");
$n->start;
inventory('behind it, and loaded first');

# a part that is loaded and not used, and one that is gone
$s->configure(main => "$load{stream}$own", tail => '');
ok($n->reload, 'reload without stream{} and mail{}');
$_ = join(' ', grep { !/stream|mail/ } split) || '-' for values %place;
inventory('stream and mail are gone');

$n->finish;
done_testing;


# listen, then directives and certificates
sub server {
    my ($listen, @what) = @_;
    $listen =~ s/^(\d+)/127.0.0.1:%%PORT$1%%/;

    return "server { listen $listen;" . join('', map {
        /;/ ? $_ : " ssl_certificate %%WORLD%%/$_.fullchain.pem;"
            . " ssl_certificate_key %%WORLD%%/$_.key;"
    } @what) . " }\n";
}


sub inventory {
    my ($when) = @_;
    my %want = map { $_ => $place{$_} } grep { $place{$_} ne '-' }
        keys %place;
    my %got;

    $s->wait_for(sub {
        my $list = $n->get_json('/ct/api/certificates') or return 0;
        %got = map { $_->{file} =~ m{([\w-]+)\.fullchain\.pem$} ?
            ($1 => "@{ $_->{served_by} }") : ($_->{file} => '?') }
            grep { $_->{source} eq 'configured' } @{ $list->{certificates} };
        return keys %got == keys %want;
    });
    is_deeply(\%got, \%want, "each certificate once: $when");
    return;
}


sub digest {
    my ($base) = @_;
    my (undef, $out) = CT::World::run('openssl', 'x509', '-noout',
        '-fingerprint', '-sha256', '-in', $w->path("$base.crt"));
    return $out =~ /=(\S+)/ ? $1 : $out;
}


sub handshake {
    my ($port, @how) = @_;
    my (undef, $out) = CT::World::run('sh', '-c', 'openssl s_client -connect '
        . '127.0.0.1:' . $n->port($port) . " @how </dev/null 2>/dev/null"
        . ' | openssl x509 -noout -fingerprint -sha256');
    return $out =~ /=(\S+)/ ? $1 : $out;
}
