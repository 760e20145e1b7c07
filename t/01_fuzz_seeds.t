#!/usr/bin/perl

# The seeds of each fuzz target, and whatever fuzzing once found, replayed
# as ordinary inputs.

use strict;
use warnings;

use FindBin;
use Test::More;

my $root = "$FindBin::Bin/..";
my $build = $ENV{CT_BUILD} || 'build';

chdir $root or BAIL_OUT("$root: $!");

my @targets = grep { $_ ne 'replay' } map {m{([^/]+)\.c$}}
    sort glob('t/fuzz/*.c');
cmp_ok(scalar @targets, '>', 0, 'there are fuzz targets');

for my $target (@targets) {
    my $corpus = "t/fuzz/corpus/$target";

    my @seeds = grep {-f} glob("$corpus/*");
    cmp_ok(scalar @seeds, '>', 0, "$target has seeds") or next;

    my $out = -x "$build/replay/$target"
        ? do {
            open(my $pipe, '-|', "$build/replay/$target", $corpus)
                or die "$target: $!";
            local $/;
            my $text = <$pipe>;
            close $pipe;
            $text;
        }
        : undef;

    ok(defined $out, "$target is built") or next;
    is($?, 0, "$target ends well") or diag($out);
    is(scalar(() = $out =~ /^ok \d+ - \Q$corpus\E/mg), scalar @seeds,
        "$target was given all of its seeds");
}

done_testing;
