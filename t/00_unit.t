#!/usr/bin/perl

# The unit tests in C, each as one subtest. They are run from the root of
# the repository, where they look for their data.

use strict;
use warnings;

use FindBin;
use Test::More;

my $root = "$FindBin::Bin/..";
my $build = $ENV{CT_BUILD} || 'build';

chdir $root or BAIL_OUT("$root: $!");

my @units = map {m{([^/]+)\.c$}} sort glob('t/unit/*.c');
cmp_ok(scalar @units, '>', 0, 'there are unit tests');

run_tap($_, "$build/unit/$_") for @units;

done_testing;


sub run_tap {
    my ($name, @command) = @_;

    return fail("$name is not built, \"make unit\" builds it")
        if !-x $command[0];

    open(my $pipe, '-|', @command) or return fail("$name: $!");
    my @lines = <$pipe>;
    close $pipe;
    my $status = $?;

    my ($plan) = map {/^1\.\.(\d+)/} @lines;
    my $ran = grep {/^(?:not )?ok\b/} @lines;
    my @bad = grep {/^not ok\b/ && !/# TODO/} @lines;

    my ($skip) = map {/^1\.\.0\s+# SKIP\s*(.*)/i} @lines;
    if (defined $skip && $status == 0) {
        SKIP: { skip("$name: $skip", 1) }
        return 1;
    }

    my $good = $status == 0 && !@bad && $ran > 0 && ($plan // -1) == $ran;

    ok($good, "$name: $ran tests") or diag(
        "status $status, plan " . ($plan // 'missing') . ", ran $ran\n",
        @bad ? grep {/^not ok|^#/} @lines : @lines[-5 .. -1]);
    note(grep {/# SKIP/i} @lines);

    return $good;
}
