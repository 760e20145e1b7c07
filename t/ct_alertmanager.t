# A real Alertmanager: a finding becomes an alert there, with its labels, is
# passed on, and is resolved once the certificate is ours.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use HTTP::Tiny;
use JSON::PP qw(decode_json);
use POSIX ();
use Test::More;

use CT::Daemon;
use CT::Receiver;
use CT::Site;
use CT::World qw(free_port slurp spew unpacked);

my $binary = unpacked('prometheus-alertmanager')
    or plan(skip_all => 'prometheus-alertmanager is not there');
my $shared = '/usr/share/prometheus/alertmanager';
my $http = HTTP::Tiny->new(timeout => 10, proxy => undef,
    http_proxy => undef);

my $s = CT::Site->new(webhook => 0);
my $w = $s->world;
my $n = $s->nginx;
my $pager = CT::Receiver->new(world => $w);
my $port = free_port();
my $base = "http://127.0.0.1:$port";

# Debian's looks for its templates where the package installs them. Of one
# that is only unpacked a copy looks below its working directory: a path of
# the same length.
if (!-e "$shared/default.tmpl") {
    my ($root) = $binary =~ m{^(.*)/usr/bin/};
    my $code = slurp($binary);
    $code =~ s{\Q$shared\E}{substr("$shared/", 1)}ge;
    $binary = spew($w->path('alertmanager'), $code);
    chmod 0755, $binary;
    chdir $root or die "$root: $!";
}

my $manager = bless { owner => $$ }, 'CT::Daemon';

spew($w->path('alertmanager.yml'), <<"EOT");
route:
  receiver: pager
  group_wait: 0s
  group_interval: 1s
receivers:
  - name: pager
    webhook_configs:
      - url: @{[ $pager->url ]}
EOT
$manager->spawn($w->path('alertmanager.log'), {}, $binary,
    '--config.file', $w->path('alertmanager.yml'), '--storage.path',
    $w->path('alerts'), '--web.listen-address', "127.0.0.1:$port",
    '--cluster.listen-address', '');
ok($manager->wait_for(sub { $http->get("$base/-/ready")->{success} }, 30),
    'an Alertmanager') or BAIL_OUT(slurp($w->path('alertmanager.log')));

$s->append('site');
$s->configure(conf => "ct_webhook $base format=alertmanager;"
    . 'ct_status_url https://www.example.test/ct/;');
$n->start;
my $theirs = $s->issue('other', 'shop.test');
ok($s->wait_for(sub { alerts() == 1 }), 'an alert');

my ($alert) = alerts();
my ($finding) = grep { $_->{verdict} eq 'unfamiliar' } $s->findings;
is($alert->{labels}{alertname}, 'CtCertificateUnfamiliar', 'of this name')
    or diag explain $alert;
is($alert->{labels}{severity}, 'critical', 'its severity is a label');
is($alert->{status}{state}, 'active', 'it is active');
like(join(' ', values %{ $alert->{labels} }), qr/$finding->{id}/,
    'the finding is one, too');
like(join(' ', values %{ $alert->{annotations} }),
    qr/Other CA Ltd/, 'an annotation says who');
like($alert->{generatorURL}, qr{^https://www\.example\.test/ct/},
    'it leads to the page');
ok($alert->{endsAt} gt $alert->{startsAt}, 'it has an end, far away');
ok($s->wait_for(sub { passed('firing') == 1 }), 'somebody is told');

# a certificate that was served here from the start is none
is(scalar(grep { $_->{labels}{alertname} !~ /Unfamiliar/ } alerts()), 0,
    'nothing else is one');

$s->configure(certificate => $theirs);
ok($n->reload, 'the certificate is installed');
ok($s->wait_for(sub { alerts() == 0 }), 'none is active any more');
ok($s->wait_for(sub { passed('resolved') }, 40), 'which is passed on, too')
    or diag explain [$pager->bodies];

# whatever it was called when it began
my ($over) = grep { $_->{labels}{alertname} =~ /Unfamiliar/ }
    passed('resolved');
is_deeply($over->{labels}, $alert->{labels}, 'it is the same one');
ok($over->{endsAt} le POSIX::strftime('%Y-%m-%dT%H:%M:%SZ', gmtime(time + 1)),
    'it has ended');
my ($channel) = @{ $n->get_json('/ct/api/channels')->{channels} };
is_deeply([@$channel{qw(sent failed waiting)}], [2, 0, 0],
    'both were taken, at once') or diag explain $channel;

$n->finish;
ok(defined $manager->term(10), 'the Alertmanager ends');

done_testing;


sub alerts {
    my $answer = $http->get("$base/api/v2/alerts");

    return $answer->{success} ? @{ decode_json($answer->{content}) } : ();
}

# Alerts that the Alertmanager has passed on, by their state.
sub passed {
    my ($state) = @_;
    my %seen;

    return grep { $_->{status} eq $state && !$seen{ $_->{fingerprint} }++ }
        map { @{ $_->{alerts} } } $pager->bodies;
}
