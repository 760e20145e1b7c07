# CT::Crash: parts of a test that need time more than a processor: most of it
# they wait, so several run at once, each in a process of its own. A part has
# a site with a log of each kind that lie on request, and a ledger of what is
# due; its rows become one table.
#
#   part('kill -9' => sub { my ($s, $l) = site(since => 'all'); ... });
#   run();
#
# CRASH_LONG=1 (make soak) does it longer, CRASH_ONLY=pattern only some,
# CRASH_LANES=n so many at once, CRASH_TIMES=1 says how long each takes,
# CRASH_SEED=n repeats random moments.
package CT::Crash;

use strict;
use warnings;

use Exporter qw(import);
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

use CT::Ledger;
use CT::Nginx;
use CT::Receiver;
use CT::Site;
use CT::World qw(slurp spew);

our @EXPORT_OK = qw(part run site release since events done @logs);
our @logs = qw(static rfc);

my $lanes = $ENV{CRASH_LANES} // 4;
my $only = $ENV{CRASH_ONLY} // '';
my @parts;

srand($ENV{CRASH_SEED} // time ^ $$);


sub part {
    my ($what, $do) = @_;

    push @parts, { what => $what, do => $do } if $what =~ /$only/;

    return;
}

# Each in a process of its own, which is the test again with the number of one
# part; then the table.
sub run {
    my $mine = $ENV{CRASH_PART};

    if (defined $mine) {
        subtest $parts[$mine]{what} => $parts[$mine]{do};
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
            $running{ begin($i, $w->path($i)) } = $i;
        }
        my $pid = waitpid -1, 0;
        my $part = $parts[ delete $running{$pid} // next ];
        my $said = slurp($w->path($part->{number}));
        is($?, 0, $part->{what}) or diag $said;
        diag sprintf '%5.1f s  %s', time - $part->{start}, $part->{what}
            if $ENV{CRASH_TIMES};
        CT::Ledger::add(split ' *\| *', $_) for $said =~ /^# row: (.*)$/mg;
    }

    CT::Ledger::table();
    done_testing;

    return;
}

sub begin {
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

# A site with a log of each kind that lie on request, and its ledger.
sub site {
    my (%args) = @_;
    my $s = CT::Site->new(no_nginx => 1, %args);

    $s->{nginx} = CT::Nginx->new(world => $s->world, http => '',
        workers => 2, env => $args{env} || {});
    $s->add_log('static', protocol => 'static');
    $s->add_log('rfc', protocol => 'rfc6962');
    $s->configure;
    spew($s->nginx->prefix . '/html/file', 'x');

    return ($s, CT::Ledger->new($s));
}

sub release {
    my ($s) = @_;

    $s->logserver->reset($_) for @logs;
    $s->receiver->answer(204);

    return;
}

# A date so many days ago.
sub since {
    my ($days) = @_;
    my @t = gmtime(time - $days * 24 * 3600);

    return sprintf '%04d-%02d-%02d', $t[5] + 1900, $t[4] + 1, $t[3];
}

sub events {
    my ($s, $kind) = @_;
    my $all = $s->nginx->get_json('/ct/api/events') || { events => [] };

    return grep { !defined $kind || $_->{type} eq $kind }
        @{ $all->{events} };
}

sub done { return $_[0]->finish(qr/exited on signal 9|bind\(\) to/) }

1;
