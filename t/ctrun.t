# The engine outside nginx: ctrun follows a log that a plain nginx serves, to
# the end, and is stopped in the middle of things. Most useful when somebody
# looks over its shoulder: built with a sanitizer, or with CT_WRAP set to a
# command such as valgrind to run it under (make tsan, make valgrind).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use CT::Nginx qw(log_location);
use CT::Receiver;
use CT::World qw(build_dir run slurp);
use JSON::PP qw(decode_json);
use Test::More;
use Time::HiRes qw(time);

use constant ENTRIES => 600;

my @wrap = split ' ', $ENV{CT_WRAP} // '';
plan skip_all => "$wrap[0] is not installed"
    if @wrap && (run($wrap[0], '--version'))[0] != 0;

my $SAID = qr/(?:WARNING:\ ThreadSanitizer|ERROR:\ AddressSanitizer
    |ERROR:\ LeakSanitizer|runtime\ error:|^==\d+==\ )/mx;

my $w = CT::World->new;
my $hook = CT::Receiver->new(world => $w);
my $hanging = CT::Receiver->new(world => $w, answers => ['hang']);
my $nginx;

subtest 'the detector at work sees what was planted' => \&planted;

make_logs();

subtest 'to the end of a log' => sub {
    my ($rc, $out) = engine('list.json', '--until', ENTRIES, '--seconds', 200,
        '--webhook', $hook->url('/hook'));
    is($rc, 0, 'ends well') or diag $out;
    unlike($out, $SAID, 'nothing was detected');

    my ($logs, $findings) = reports($out);
    is($logs->[0]{verified}, ENTRIES, 'everything is verified');
    is(join(' ', sort map { @{ $_->{names} } } @$findings),
        'w00000.example.test w00599.example.test', 'the watched are found');
};

subtest 'stopped in the middle, then on from the snapshot' => sub {
    my @state = ('--state', $w->path('state'));

    my ($rc, $out) = engine('both.json', @state, '--seconds', 3, '--webhook',
        $hanging->url('/hook'));
    is($rc, 0, 'ends well') or diag $out;
    unlike($out, $SAID, 'nothing was detected');
    my ($logs) = reports($out);
    my ($slow) = grep { $_->{description} eq 'slow' } @$logs;
    cmp_ok($slow->{verified}, '<', ENTRIES, 'it was in the middle');

    ($rc, $out) = engine('list.json', @state, '--until', ENTRIES,
        '--seconds', 200);
    is($rc, 0, 'ends well') or diag $out;
    unlike($out, $SAID, 'nothing was detected');
    my ($all, $findings) = reports($out);
    my ($log) = grep { $_->{description} eq 'log' } @$all;
    is($log->{verified}, ENTRIES, 'everything is verified');
    is(scalar @$findings, 2, 'nothing is found twice');
};

subtest 'stopped before anything answers' => sub {
    my $start = time;
    my ($rc, $out) = engine('hanging.json', '--seconds', 2);
    is($rc, 0, 'ends well') or diag $out;
    unlike($out, $SAID, 'nothing was detected');
    cmp_ok(time - $start, '<', @wrap ? 30 : 5, 'and soon');

    ($rc, $out) = engine('list.json', '--seconds', 0);
    is($rc, 0, 'stopped at once: ends well') or diag $out;
    unlike($out, $SAID, 'nothing was detected');
};

$nginx->finish;

done_testing();

# ---- inside

# Silence means something only where a mistake is not met with silence.
sub planted {
    my $binary = slurp(build_dir() . '/ctrun');
    my $mistake = "@wrap" =~ /valgrind/ ? 'leak'
        : $binary =~ /__tsan_init/ ? 'race'
        : $binary =~ /__asan_init/ ? 'overflow' : '';
    plan skip_all => 'no detector at work' if !$mistake;

    my ($rc, $out) = run(@wrap, build_dir() . '/planted', $mistake);
    isnt($rc, 0, "a $mistake changes the exit status");
    like($out, $SAID, 'and is told');

    return;
}

# The same entries as three logs: one that is served as fast as it goes, one
# slowly, one not at all.
sub make_logs {
    $w->make_ca('usual', 'Usual CA Ltd');
    $w->ca('leaf', 'many', '--issuer', 'usual-ca', '--count', ENTRIES,
        '--name-format', 'w%05d.example.test');

    my $fast = log_location('/log/', $w->path('log/www'));
    my $slow = log_location('/slow/', $w->path('slow/www'));
    $slow =~ s/(tile\/data\/ \{)/$1\n        limit_rate 20k;/;
    $nginx = CT::Nginx->new(world => $w, module => 0, http =>
        "    server {\n        listen 127.0.0.1:%%PORT%%;\n$fast$slow    }\n");

    for my $name (qw(log slow hanging)) {
        my $url = $name eq 'hanging' ? $hanging->url("/$name/")
            : $nginx->url("/$name/");
        $w->log('init', $name, '--origin', "engine.test/$name", '--url', $url,
            '--operator', "Operator $name", '--description', $name);
        $w->log('add', $name, '--chain', 'many.chain.pem', 'many.pem');
    }
    $w->log_list('list.json', 'log');
    $w->log_list('both.json', 'slow', 'log');
    $w->log_list('hanging.json', 'hanging');

    return $nginx->start;
}

sub engine {
    my ($list, @words) = @_;

    return run({ dir => $w->dir }, @wrap, build_dir() . '/ctrun', '--list',
        $list, '--watch', 'w00000.example.test', '--watch',
        '=w00599.example.test', '--trusted', 'usual.crt', '--interval', 200,
        '--since', 'all', @words);
}

# What ctrun prints: a line with all logs, a line for each finding.
sub reports {
    my ($out) = @_;

    my @lines = map { decode_json($_) } grep {/^\{/} split /\n/, $out;
    my @findings = grep { $_->{verdict} } @lines;
    my ($logs) = grep { $_->{logs} && !$_->{verdict} } @lines;

    return ($logs->{logs}, \@findings);
}
