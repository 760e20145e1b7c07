# The main job, end to end: a certificate that somebody else obtained for our
# name turns up on the page and in the webhook within a poll, while our own
# stay silent.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;

use CT::Site;


for my $encoding (qw(identity gzip)) {
    my $key = $encoding eq 'gzip' ? 'rsa' : 'ec';
    subtest "log of $encoding tiles, $key key" =>
        sub { journey('--encoding', $encoding, '--key', $key) };
}

done_testing;


sub journey {
    my @log = @_;
    my $s = CT::Site->new(log => \@log);
    my $n = $s->nginx;

    # ours: as pre-certificate and as final certificate
    $s->append('site');
    $s->append('site', final => 1);
    $s->issue('other', 'unrelated.test');

    $n->start;
    ok($s->wait_verified('log', 3), 'the log is followed and verified');

    my @found = $s->findings;
    is(scalar @found, 1, 'two entries, one certificate');
    is($found[0]{verdict}, 'served', 'which nginx serves');
    is($found[0]{ca}, 'Usual CA Ltd', 'from our CA');
    is(scalar @{ $found[0]{logs} }, 2, 'found in two places');
    ok(!$found[0]{precertificate}, 'not only as a pre-certificate');
    like($n->get('/ct')->{content}, qr/All 1 certificate|is yours|are yours/,
        'the page says so');

    # somebody else's
    my $base = $s->issue('other', 'shop.test');
    my $f = $s->wait_finding(sub { $_[0]{verdict} eq 'unfamiliar' }, 5);
    ok($f, 'a certificate of another CA is found within a poll');
    is_deeply($f->{names}, ['shop.test'], 'with its name');
    is($f->{matched}, 'shop.test', 'and the watched one');
    is($f->{ca}, 'Other CA Ltd', 'its CA is established');
    ok($f->{precertificate}, 'it is a pre-certificate');
    is($f->{logs}[0]{index}, 3, 'where it was logged');
    my $covered = $s->wait_finding(sub { $_[0]{verdict} eq 'unfamiliar'
        && !$_[0]{unverified} }, 5);
    ok($covered, 'a signed root covers it');
    like($f->{serial}, qr/^[0-9a-f]+$/, 'serial');

    my $want = `openssl x509 -in @{[$s->world->path("$base.pre.crt")]} -noout -fingerprint -sha256`;
    $want =~ s/.*=|:|\s//g;
    is($f->{cert_sha256}, lc $want, 'SHA-256 of the logged certificate');

    ok($s->wait_for(sub { $s->receiver->requests == 1 }, 5),
        'the webhook has one alert');
    my ($alert) = $s->receiver->bodies;
    is($alert->{id}, $f->{id}, 'of the same id');
    is($alert->{type}, 'certificate.unfamiliar', 'and says what it is');
    is_deeply($alert->{finding}{names}, $f->{names}, 'with the finding');
    my ($request) = $s->receiver->requests;
    is($request->{headers}{'content-type'}, 'application/json', 'as JSON');
    like($request->{headers}{'user-agent'}, qr{^ngx-http-ct-module/},
        'we say who we are');

    # our CA, not served here (yet)
    my $new = $s->issue('usual', 'www.shop.test');
    $f = $s->wait_finding(sub { $_[0]{verdict} eq 'expected' }, 5);
    ok($f, 'a certificate of the usual CA is expected');
    is($f->{ca}, 'Usual CA Ltd', 'for its CA is ours');

    # the new certificate is installed: it closes by itself
    $s->configure(certificate => $new);
    ok($n->reload, 'reload');
    ok($s->wait_finding(sub {
        $_[0]{id} eq $f->{id} && $_[0]{verdict} eq 'served' }, 5),
        'once installed, it is served');
    ok($s->wait_finding(sub {
        $_[0]{cert_sha256} eq $found[0]{cert_sha256}
            && $_[0]{verdict} eq 'served' }, 5),
        'and yesterday\'s certificate is no stranger');

    like($n->get('/ct')->{content}, qr/1 certificate needs you/,
        'the page still wants a look at the other one');
    is(scalar $s->receiver->requests, 1, 'one alert in all');
    $n->finish;
    return;
}
