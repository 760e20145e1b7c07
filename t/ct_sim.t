#!/usr/bin/perl

# A day of two dozen logs, simulated: they grow, come and go, and fall ill in
# all the ways that logs do, while the engine is stopped and started. What is
# planted in them has to be found, and what is said has to have a cause. make
# sim does the same for a week of seventy.

use strict;
use warnings;

use FindBin;
use Test::More;

my $build = $ENV{CT_BUILD} || "$FindBin::Bin/../build";
my $week = "$build/sim/week";

plan skip_all => "$week is not built, \"make tools\" builds it" if !-x $week;

exec $week, '--days', 1, '--logs', 24 or die "$week: $!";
