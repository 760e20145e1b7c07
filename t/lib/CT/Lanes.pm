# CT::Lanes: parts of a test that need time more than a processor: most of it
# they wait, so several run at once, each in a process of its own. What they
# have counted becomes one table.
#
#   part('kill -9' => sub { ... score('kill -9', 3, 3); });
#   run(sub { diag sprintf '%-20s %d %d', @$_ for @_ });   # the table
#
# CRASH_ONLY=pattern runs only some, CRASH_LANES=n so many at once,
# CRASH_TIMES=1 says how long each takes.
package CT::Lanes;

use strict;
use warnings;

use Exporter qw(import);
use POSIX ();
use Test::More;
use Time::HiRes qw(time);

use CT::World qw(slurp);

our @EXPORT_OK = qw(part run score);

my $lanes = $ENV{CRASH_LANES} // 4;
my $only = $ENV{CRASH_ONLY} // '';
my (@parts, @rows);

sub part {
    my ($what, $do) = @_;

    push @parts, { what => $what, do => $do } if $what =~ /$only/;

    return;
}

# A row of the table.
sub score { push @rows, [@_]; return }

# Each in a process of its own, which is the test again with the number of one
# part; then the table.
sub run {
    my ($table) = @_;
    my $mine = $ENV{CRASH_PART};

    if (defined $mine) {
        subtest $parts[$mine]{what} => $parts[$mine]{do};
        print '# row: ', join(' | ', @$_), "\n" for @rows;
        done_testing;
        return;
    }

    my $w = CT::World->new;
    my @waiting = 0 .. $#parts;
    my %running;

    while (@waiting || %running) {
        while (@waiting && keys %running < $lanes) {
            my $i = shift @waiting;
            $parts[$i]{start} = time;
            $running{ _begin($i, $w->path($i)) } = $i;
        }
        my $pid = waitpid -1, 0;
        my $part = $parts[ delete $running{$pid} // next ];
        my $said = slurp($w->path($part->{number}));
        is($?, 0, $part->{what}) or diag $said;
        diag sprintf '%5.1f s  %s', time - $part->{start}, $part->{what}
            if $ENV{CRASH_TIMES};
        score(split ' *\| *', $_) for $said =~ /^# row: (.*)$/mg;
    }

    $table->(@rows) if @rows;
    done_testing;

    return;
}

sub _begin {
    my ($i, $output) = @_;

    $parts[$i]{number} = $i;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;

    open(STDOUT, '>', $output);
    open(STDERR, '>&', \*STDOUT);
    $ENV{CRASH_PART} = $i;
    { exec $^X, $0 }
    POSIX::_exit(127);
}

1;
