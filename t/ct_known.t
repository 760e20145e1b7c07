# Certificates that are used elsewhere: ct_known_certificate. Files and globs,
# looked at again once an interval, without a reload.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;

use CT::Site;
use CT::World qw(slurp spew);

my $s = CT::Site->new(domain => 'shop.test', conf => 'ct_known_certificate '
    . '%%WORLD%%/live/*/fullchain.pem %%WORLD%%/elsewhere.der;');
my $w = $s->world;
my $n = $s->nginx;

# every CA is a stranger until something of it is known
my %ca = (mail => 'other', elsewhere => 'der', fresh => 'third',
    renewed => 'fourth', late => 'fifth', later => 'sixth', half => 'seventh');
$w->make_ca($_, "CA $_ Ltd") for grep { $_ ne 'other' } values %ca;
spew($w->path('roots.pem'), join '',
    map { slurp($w->path("$_.crt")) } 'usual', values %ca);
$w->ca('leaf', $_, '--issuer', "$ca{$_}-ca", '--name', "$_.shop.test")
    for keys %ca;

# as certbot has it: links to an archive
live('mail');
CT::World::run('openssl', 'x509', '-in', $w->path('elsewhere.crt'),
    '-outform', 'DER', '-out', $w->path('elsewhere.der'));
spew($w->path('live/README'), "about this folder\n");
spew($w->path('live/half/fullchain.pem'), 'half a file');
$s->append($_) for qw(mail elsewhere fresh);
$s->append('site', final => 1);

$n->start;
ok($s->wait_verified('log', 4), 'the log is verified');
is(verdict('mail'), 'served', 'a certificate for another host, listed');
like(finding('mail')->{reason}, qr/ct_known_certificate/, 'and why');
is(verdict('elsewhere'), 'served', 'one in DER');
is(verdict('fresh'), 'unfamiliar', 'one that is not listed');
ok($s->wait_for(sub { alerts() == 1 }), 'is the one alert');

# what comes, and what takes the place of another
live('fresh');
ok($s->wait_for(sub { verdict('fresh') eq 'served' }),
    'a new file is found without a reload');
ok($s->wait_for(sub { finding('fresh')->{resolved} }), 'and the alert closed');
ok(!finding('fresh')->{alarming}, 'it needs nobody');

ok(known(3, sub { live('renewed', 'mail') }),
    'a link that leads elsewhere now');
$s->append('renewed');
ok($s->wait_for(sub { verdict('renewed') eq 'served' }), 'is followed');

# one that was there, and is not any more when the log shows it
ok(known(4, sub { live('late') }), 'another');
ok(known(3, sub { gone('late') }), 'and it is gone');
$s->append('late', final => 1);
ok($s->wait_for(sub { verdict('late') eq 'served' }), 'yet no stranger');
like(finding('late')->{reason}, qr/^it was in ct_known_certificate until 20/,
    'for it was known once');

# what cannot be read
sleep 2;
is(lines(qr/live\/half\/fullchain.pem" cannot be read: there is no good/), 1,
    'a file that is none is told once');
ok(known(4, sub { live('half') }), 'until it is one');
is(lines(qr/live\/half\/fullchain.pem" is in order again/), 1, 'and so told');
is(lines(qr/README/), 0, 'what does not match is nothing');

# over a restart, by the state file
ok(known(5, sub { live('later') }), 'known');
$n->quit;
gone('later');
$n->start;
$s->append('later');
ok($s->wait_for(sub { verdict('later') eq 'served' }),
    'what was known is remembered over a restart');
is(alerts(), 1, 'no other alert in all of this');
my %from;
push @{ $from{ $_->{source} } }, $_
    for @{ $n->get_json('/ct/api/certificates')->{certificates} };
is(scalar @{ $from{configured} }, 1, 'nginx serves one');
is(scalar(grep { $_->{names}[0] eq 'mail.shop.test' } @{ $from{known} }), 1,
    'others are known, and listed as such');

# as certbot leaves its folders, and workers that are not root
SKIP: {
    my @nobody = getpwnam 'nobody';
    skip 'only root can start workers as somebody else', 3 if $> || !@nobody;

    $n->quit;
    chmod 0755, $w->dir;
    chmod 0700, $w->path('live');
    $n->write_conf(user => 'nobody ' . getgrgid $nobody[3]);
    $n->start;
    my $denied = qr/live\/\S+" matches no file: Permission denied; the user/;
    ok($s->wait_for(sub { lines($denied) }), 'a folder that is closed');
    chmod 0755, $w->path('live');
    ok($s->wait_for(sub { lines(qr/matches files again/) }),
        'until it is opened');
    sleep 2;
    is(lines($denied), 1, 'told once');
}

$n->finish;
done_testing;


# A link in the folder to the file of this name.
sub live {
    my ($base, $place) = @_;
    my $link = $w->path('live/' . ($place // $base) . '/fullchain.pem');

    spew("$link.new", '');
    unlink "$link.new";
    symlink $w->path("$base.fullchain.pem"), "$link.new" or die $!;
    rename "$link.new", $link or die $!;
    return;
}


sub gone {
    my ($base) = @_;

    unlink $w->path("live/$base/fullchain.pem") or die $!;
    return;
}


# Until what was done has led to this count, and to the next policy.
sub known {
    my ($want, $do) = @_;
    my $before = () = counts();

    $do->();
    $s->wait_for(sub { $before < (() = counts()) }, 15);
    sleep 4;

    return (counts())[-1] == $want;
}


sub counts {
    return $n->error_log =~ /(\d+) certificates? (?:is|are) known by/g;
}


sub lines {
    my ($what) = @_;

    return scalar(() = $n->error_log =~ /$what/g);
}


sub alerts {
    return scalar grep { $_->{type} eq 'certificate.unfamiliar' }
        $s->receiver->alerts;
}


sub finding {
    my ($base) = @_;
    my ($f) = grep { $_->{names}[0] eq "$base.shop.test" } $s->findings;

    return $f || { verdict => '' };
}


sub verdict { return finding(@_)->{verdict} }
