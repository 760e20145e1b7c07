#!/usr/bin/perl

# The demo does what README says of it: nginx comes up, the other CA's
# certificate is found and alerted, one more can be added, and at the end
# nothing is left running.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use CT::Daemon;
use CT::World qw(slurp spew run);
use HTTP::Tiny;
use JSON::PP ();
use Test::More;

my $w = CT::World->new;
my $dir = $w->path('demo');
my $output = $w->path('output');
my $env = { CT_DEMO_DIR => $dir, DEMO_SECONDS => 300 };
my $command = "$FindBin::Bin/demo";
my $http = HTTP::Tiny->new(timeout => 10, proxy => undef,
    http_proxy => undef);

my $demo = bless { owner => $$ }, 'CT::Daemon';
END { $demo->term(15) if $demo && $demo->{pid} }

my ($rc, $out) = run({ env => $env }, $command, 'add', 'a.example.test');
is($rc, 1, 'nothing can be added before the demo runs');
like($out, qr/^demo: no demo is running, make demo starts one$/m,
    'and it says why');

spew($output, '');
$demo->spawn($output, $env, $command);
ok(wait_output(qr/Ctrl-C ends the demo/), 'the demo comes up')
    or BAIL_OUT(slurp($output));
my ($page) = slurp($output) =~ m{page +(http://127\.0\.0\.1:\d+/ct/)};
ok($page, 'it tells the address of the page');

like(slurp($output), qr/ALERT certificate\.unfamiliar: shop\.example\.test/,
    'the alert is printed');
like(slurp($output), qr/^    make demo-add NAME=/m,
    'and how to add a certificate');

like(slurp($output), qr/TEST of webhook "[^"]+": taken \(204\) in \d+ ms/,
    'a test is sent, and what the receiver answered is printed');
like(slurp($output), qr/TEST of event log "[^"]+": taken/,
    'that of the other channel, too');
ok(wait_output(qr/EVENT test: a test, wanted by 127\.0\.0\.1/),
    'and it has arrived');
like(slurp("$dir/nginx/logs/events.json"), qr/"type":"test"/, 'at both');

my $answer = $http->get($page);
is($answer->{status}, 200, 'the page is there');
like($answer->{content}, qr{<span>1 certificate needs you</span>},
    'one certificate needs somebody');
like($answer->{content}, qr{<p class="verdict unfamiliar">}, 'a stranger');
like($answer->{content}, qr{<p class="verdict served">}, 'and ours');
like($answer->{content}, qr{issued by &quot;Other CA Ltd&quot;}, 'and why');
is_deeply(verdicts(), { 'shop.example.test' => 'served unfamiliar' },
    'nothing else was found');

($rc, $out) = run({ env => $env }, $command, 'add', 'pay.example.test',
    'other');
is($rc, 0, 'a certificate is added') or diag($out);
ok(wait_output(qr/ALERT certificate\.unfamiliar: pay\.example\.test/),
    'it is found and alerted') or diag(slurp($output));
is(verdicts()->{'pay.example.test'}, 'unfamiliar', 'and on the page');

run({ env => $env }, $command, 'add', 'shop.example.test', 'usual');
ok(wait_for(sub { verdicts()->{'shop.example.test'} =~ /expected/ }),
    'one from the usual CA is found');
ok(wait_for(sub {
    my $status = get('status');
    return !$status->{counts}{unverified} && !$status->{alerts}{waiting};
}), 'it is verified');
is(() = slurp($output) =~ /ALERT/g, 2, 'without an alert');

($rc, $out) = run({ env => $env }, $command, 'add', 'x.test', 'third');
is($rc, 1, 'there is no third CA');
like($out, qr/"third" is no CA of the demo, usual or other is wanted/,
    'as it says');
($rc, $out) = run({ env => $env }, $command, 'add', '../x');
is($rc, 1, 'a path is no name');

($rc, $out) = run({ env => $env }, $command);
is($rc, 1, 'a second demo does not start');
like($out, qr/^demo: one is running/m, 'and says why');

ok(defined $demo->term(15), 'it ends when told to');
is($demo->{status}, 0, 'with success');
is_deeply([ grep { CT::Daemon::title($_->{pid}) =~ /\Q$dir\E/ }
    CT::Daemon::processes() ], [], 'nothing is left running');
is($http->get($page)->{status}, 599, 'nobody answers any more');
is(slurp("$dir/nginx/logs/error.log") =~ /^.*\[(?:alert|emerg)\].*$/m
    ? $& : '', '', 'no alert in the error log');

done_testing();

# What is found: names => verdicts, sorted.
sub verdicts {
    my %verdict;

    push @{ $verdict{ $_->{names}[0] } }, $_->{verdict}
        for @{ get('findings')->{findings} };

    return { map { $_ => join ' ', sort @{ $verdict{$_} } } keys %verdict };
}

sub get {
    my ($what) = @_;

    return JSON::PP::decode_json($http->get("${page}api/$what")->{content});
}

sub wait_output {
    my ($regex) = @_;

    return wait_for(sub { $demo->alive && slurp($output) =~ $regex });
}

sub wait_for { return CT::Daemon->wait_for($_[0], 60) }
