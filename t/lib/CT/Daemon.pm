# CT::Daemon: a server that runs in the foreground in a process group of its
# own, so that whatever it leaves behind is found and ended; and what /proc
# tells about processes. Linux only, as the tests are. CT::Nginx is one.

package CT::Daemon;

use strict;
use warnings;

use IO::Socket::INET;

use POSIX qw(:sys_wait_h);
use Time::HiRes qw(sleep time);

# Runs a command, both streams appended to a file. The object is a hash with
# `owner`, the pid of the process that may end it.
sub spawn {
    my ($self, $output, $env, @command) = @_;

    die "$command[0] runs already" if $self->{pid};

    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        setpgrp(0, 0);
        open(STDIN, '<', '/dev/null');
        open(STDOUT, '>>', $output);
        open(STDERR, '>&', \*STDOUT);
        %ENV = (%ENV, %$env);
        { no warnings 'exec'; exec { $command[0] } @command; }
        syswrite STDERR, "[emerg] cannot run $command[0]: $!\n";
        POSIX::_exit(127);
    }

    setpgrp($pid, $pid); # both sides: whoever comes first
    $self->{pid} = $self->{group} = $pid;

    return $pid;
}

# Of the process that was started; undef when it has ended.
sub pid { return $_[0]{pid} }

# Is the process still there? Reaps it when not.
sub alive {
    my ($self) = @_;

    return 0 if !$self->{pid};
    return 1 if waitpid($self->{pid}, WNOHANG) == 0;

    $self->{status} = $?;
    $self->{pid} = undef;

    return 0;
}

# QUIT or TERM, then waits for the end. Returns the seconds it took, undef
# (and kills) when that is more than `seconds`.
sub quit { return $_[0]->_end('QUIT', $_[1]) }
sub term { return $_[0]->_end('TERM', $_[1]) }

sub _end {
    my ($self, $signal, $seconds) = @_;

    my $start = time;
    kill $signal, $self->{pid} if $self->alive;
    $self->wait_for(sub { $self->_gone }, $seconds // 20);
    my $took = time - $start;
    return $took if $self->_gone;

    $self->kill_all;

    return undef;
}

# SIGKILL for everything, the master first so that it replaces nobody.
sub kill_all {
    my ($self) = @_;

    kill 'KILL', $self->{pid} if $self->{pid};
    kill 'KILL', -$self->{group} if $self->{group};
    $self->wait_for(sub { $self->_gone }, 10);

    # a thread that still dies holds the sockets of a process that is gone
    for my $port (values %{ $self->{ports} || {} }) {
        $self->wait_for(sub {
            IO::Socket::INET->new(Listen => 1, ReuseAddr => 1,
                LocalAddr => '127.0.0.1', LocalPort => $port);
        }, 10);
    }

    $self->{status} = 0; # as the caller wanted it

    return;
}

sub _gone {
    my ($self) = @_;

    return 0 if $self->alive || $self->leftovers;
    $self->{group} = undef;

    return 1;
}

# Every living pid of the process group.
sub leftovers {
    my ($self) = @_;

    return if !$self->{group};

    return map { $_->{pid} }
        grep { $_->{pgrp} == $self->{group} } processes();
}

sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$;

    local ($?, $!, $@);
    $self->kill_all if $self->{group};

    return;
}

# ---- methods that need no server

# Calls `sub` until it returns something true, at most `seconds` long;
# returns that, or the last false value.
sub wait_for {
    my ($self, $sub, $seconds) = @_;

    my $end = time + ($seconds // 25);
    while (1) {
        my $value = $sub->();
        return $value if $value || time >= $end;
        sleep 0.02;
    }
}

# Resident memory in KiB.
sub rss {
    my ($self, $pid) = @_;

    open(my $file, '<', "/proc/$pid/status") or return undef;
    while (<$file>) {
        return $1 if /^VmRSS:\s+(\d+) kB/;
    }

    return undef;
}

# Number of open descriptors.
sub fds {
    my ($self, $pid) = @_;

    opendir(my $dir, "/proc/$pid/fd") or return undef;

    return scalar grep { /^\d+$/ } readdir $dir;
}

# ---- functions

# Every living process as { pid, ppid, pgrp, state }; zombies are dead.
sub processes {
    my @all;

    for my $file (glob '/proc/[0-9]*/stat') {
        open(my $stat, '<', $file) or next;
        my $line = <$stat> // next;
        my ($pid, $state, $ppid, $pgrp)
            = $line =~ /^(\d+) \(.*\) (\S) (\d+) (\d+)/s
            or next;
        next if $state eq 'Z' || $state eq 'X';
        push @all,
            { pid => $pid, ppid => $ppid, pgrp => $pgrp, state => $state };
    }

    return @all;
}

# "nginx: worker process" and the like.
sub title {
    my ($pid) = @_;

    open(my $file, '<', "/proc/$pid/cmdline") or return '';
    local $/;
    my $title = <$file> // '';
    $title =~ s/\0+\z//;
    $title =~ tr/\0/ /;
    $title =~ s/\s+\z//;

    return $title;
}

# Names of the threads, by thread id; the main one is the pid's.
sub threads {
    my ($pid) = @_;
    my %name;

    for my $file (glob "/proc/$pid/task/*/comm") {
        open(my $comm, '<', $file) or next;
        my ($tid) = $file =~ m{/(\d+)/comm$};
        chomp($name{$tid} = <$comm> // '');
    }

    return \%name;
}

1;
