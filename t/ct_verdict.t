# The verdict, in the situations operators meet: certificates of one world in
# one log, each with the verdict that is wanted and whether it alarms.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;

use CT::Site;
use CT::World qw(slurp spew);

my $s = CT::Site->new(
    domain => 'auto shop.test =exact.test 192.0.2.7 2001:db8::7',
    conf   => 'ct_issuer "Known CA Ltd";',
);
my $w = $s->world;
my $n = $s->nginx;

# a CA of the bundle that ct_issuer names, one that it does not, a private CA
# that is in no bundle, one that copies our CA's name
$w->make_ca('known', 'Known CA Ltd');
$w->make_ca('private', 'Private CA');
$w->make_ca('copy', 'Usual CA Ltd');
spew($w->path('roots.pem'), join '',
    map { slurp($w->path("$_.crt")) } qw(usual other known));

# served: an RSA and ECDSA pair, one of the private CA, a wildcard
$w->ca('leaf', 'rsa', '--issuer', 'usual-ca', '--name', 'pair.shop.test',
    '--key', 'rsa');
$w->ca('leaf', 'ec', '--issuer', 'usual-ca', '--name', 'pair.shop.test');
$w->ca('leaf', 'inside', '--issuer', 'private-ca', '--name',
    'inside.shop.test');
$w->ca('leaf', 'wild', '--issuer', 'usual-ca', '--name', '*.wild.shop.test',
    '--name', 'wild.shop.test');

my $servers = join '', map {
    my ($port, @certs) = @$_;
    "server { listen 127.0.0.1:%%PORT$port%% ssl; server_name s$port.shop.test;"
        . join('', map { " ssl_certificate %%WORLD%%/$_.fullchain.pem;"
            . " ssl_certificate_key %%WORLD%%/$_.key;" } @certs) . "}\n"
} ([2, 'rsa', 'ec'], [3, 'inside'], [4, 'wild']);
$s->configure(conf => $s->{conf} . $servers);

# what, how it is logged, verdict, why
my @cases = (
    ['served, ECDSA of a pair', 'ec', {}, 'served', qr/nginx serves this/],
    ['served, RSA of a pair', 'rsa', {}, 'served', qr/nginx serves this/],
    ['served, as final certificate', 'site', { final => 1 }, 'served',
        qr/nginx serves this/],
    ['served, of a private CA', 'inside', {}, 'served', qr/nginx serves/],
    ['renewal at the usual CA', ['usual', 'shop.test'], {}, 'expected',
        qr/Usual CA Ltd/],
    ['a CA that ct_issuer names', ['known', 'a.shop.test'], {}, 'expected',
        qr/Known CA Ltd/],
    ['renewal at the private CA', ['private', 'inside.shop.test'], {},
        'expected', qr/./],
    ['our key, our names', ['other', 'pair.shop.test'],
        { leaf => ['--key-file', 'ec.key'] }, 'ours', qr/key/],
    ['our key, a name under its wildcard', ['other', 'x.wild.shop.test'],
        { leaf => ['--key-file', 'wild.key'] }, 'ours', qr/key/],
    ['our key, a name more', ['other', 'pair.shop.test'],
        { leaf => ['--key-file', 'ec.key', '--name', 'more.shop.test'] },
        'unfamiliar', qr/Other CA Ltd/],
    ['another CA', ['other', 'b.shop.test'], {}, 'unfamiliar',
        qr/Other CA Ltd/],
    ['another CA, upper case', ['other', 'B.SHOP.TEST'], {}, 'unfamiliar',
        qr/Other CA Ltd/],
    ['a CA that copies our name', ['copy', 'c.shop.test'], {}, 'unfamiliar',
        qr/Usual CA Ltd/],
    ['a wildcard above', ['other', '*.test'], {}, 'unfamiliar', qr/./],
    ['a wildcard below', ['other', '*.deep.shop.test'], {}, 'unfamiliar',
        qr/./],
    ['the exact name', ['other', 'exact.test'], {}, 'unfamiliar', qr/./],
    ['among strangers', ['other', 'x.org'],
        { leaf => [map { ('--name', $_) } 'y.org', 'd.shop.test', 'z.org'] },
        'unfamiliar', qr/./],
    ['an address', ['other', 'x.org'], { leaf => ['--ip', '192.0.2.7'] },
        'unfamiliar', qr/./],
    ['an IPv6 address', ['other', 'x.org'], { leaf => ['--ip', '2001:db8::7'] },
        'unfamiliar', qr/./],
    ['a common name alone', ['other', 'e.shop.test'],
        { leaf => ['--no-san', '--cn', 'e.shop.test'] }, 'unfamiliar', qr/./],
);
my @strangers = (
    ['other', 'ashop.test'], ['other', 'shop.test.org'], ['other', 'test'],
    ['other', 'below.exact.test'], ['other', '*.org'],
    ['usual', 'x.org', { leaf => ['--ip', '192.0.2.8'] }],
);

my (%base, %fingerprint);

for my $case (@cases) {
    my ($what, $how, $opt) = @$case;
    my $base = ref $how ? $s->issue(@$how, %$opt) : $how;
    $s->append($base, %$opt) if !ref $how;
    $fingerprint{$what} = sha256($base, $opt->{final});
}
$s->issue($_->[0], $_->[1], %{ $_->[2] || {} }) for @strangers;

$n->start;
ok($s->wait_verified('log', @cases + @strangers), 'the log is verified');

my %found = map { $_->{cert_sha256} => $_ } $s->findings;
my $alarms = 0;

for my $case (@cases) {
    my ($what, undef, undef, $verdict, $why) = @$case;
    my $f = delete $found{ $fingerprint{$what} } || {};
    is($f->{verdict}, $verdict, "$what: $verdict");
    like($f->{reason}, $why, "  " . ($f->{reason} // 'not found'));
    $alarms++ if $verdict eq 'unfamiliar';
}
is(join(' ', map { @{ $_->{names} } } values %found), '',
    'none of the strangers concerns us');

ok($s->wait_for(sub { $s->receiver->alerts >= $alarms }), 'alerts');
sleep 1;
my @alerts = $s->receiver->alerts;
is(scalar @alerts, $alarms, "$alarms alerts due, "
    . scalar(@alerts) . ' seen');
is_deeply([grep { $_->{finding}{verdict} ne 'unfamiliar' } @alerts], [],
    'none of them false');

my @impostor = grep { $_->{reason} =~ /Usual CA Ltd/
    && $_->{verdict} eq 'unfamiliar' } $s->findings;
is($impostor[0]{ca}, undef, 'who copies a name has no CA');

# what the operator calls his own is not told any more
$s->configure(conf => $s->{conf} . "\n" . 'ct_issuer "Other CA Ltd" sha256:'
    . spki('copy-ca') . ';');
ok($n->reload, 'reload with more issuers');
ok($s->wait_for(sub {
    !grep { $_->{verdict} eq 'unfamiliar' } $s->findings }),
    'by owner and by key, all of them are expected now')
    or diag explain [map { [$_->{names}, $_->{reason}] }
        grep { $_->{verdict} eq 'unfamiliar' } $s->findings];

my $served = $n->get_json('/ct/api/certificates')->{certificates};
is(scalar @$served, 5, 'five certificates are served');

$n->finish;
done_testing;


sub sha256 {
    my ($base, $final) = @_;
    my $path = $w->path($base . ($final ? '.crt' : '.pre.crt'));
    my ($rc, $out) = CT::World::run('openssl', 'x509', '-in', $path, '-noout',
        '-fingerprint', '-sha256');
    $out =~ s/.*=|:|\s//g;
    return lc $out;
}


sub spki {
    my ($base) = @_;
    my $path = $w->path("$base.crt");
    my $hash = `openssl x509 -in $path -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r`;
    return $hash =~ /^(\w+)/ ? $1 : '';
}
