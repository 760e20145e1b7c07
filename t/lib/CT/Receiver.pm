# CT::Receiver: a small HTTP/1.1 server in a process of its own that writes
# down what it is sent and answers as told; a webhook's other side, or a log
# that hangs.
#
#   my $r = CT::Receiver->new(world => $w, answers => [500, 500, 204]);
#   ... $r->url ... $r->requests ... $r->answer('hang') ... $r->stop;
#
# An answer is a status; 'hang' (take the request, never answer), 'close'
# (close at once), 'drip' (a byte per second); or a hash with status,
# headers, body, delay, or with raw (bytes as they are), which then ends
# (then): 'hang', or 'flood' (and so on without end). Each request takes the
# next one, the last repeats. One process per connection, so that hanging
# ones hold up nobody.

package CT::Receiver;

use strict;
use warnings;

use CT::World qw(slurp spew free_port);
use Fcntl qw(:flock);
use IO::Select;
use IO::Socket::INET;
use JSON::PP ();
use POSIX ();
use Time::HiRes qw(sleep time);

my $made = 0;
my $json = JSON::PP->new->canonical->latin1;

sub new {
    my ($class, %args) = @_;

    my $base = $args{world}->path('receiver' . $made++);
    my $self = bless {
        records => "$base.jsonl",
        script  => "$base.json",
        lock    => "$base.lock",
        owner   => $$,
    }, $class;

    spew($self->{lock}, '');
    spew($self->{records}, '');
    $self->answer(@{ $args{answers} || [204] });

    # listening before the fork: nobody can come too early
    my $socket = IO::Socket::INET->new(
        Listen => 128, ReuseAddr => 1, LocalAddr => '127.0.0.1',
        LocalPort => $args{port} // free_port()
    ) or die "receiver: $!";
    $self->{port} = $socket->sockport;

    $self->{pid} = fork // die "fork: $!";
    if ($self->{pid} == 0) {
        setpgrp(0, 0);
        eval { $self->_serve($socket, $self->{owner}) };
        print STDERR "# receiver: $@" if $@;
        POSIX::_exit(0);
    }

    return $self;
}

sub port { return $_[0]{port} }
sub pid  { return $_[0]{pid} }

sub url {
    my ($self, $path) = @_;

    return "http://127.0.0.1:$self->{port}" . ($path // '/');
}

# New answers, from the next request on.
sub answer {
    my ($self, @answers) = @_;

    my $guard = $self->_locked;
    spew($self->{script}, $json->encode({ answers => \@answers, used => 0 }));

    return;
}

# What came so far: { method, path, headers, body, time, answer }. Header
# names are in lower case.
sub requests { return map { $json->decode($_) } $_[0]->lines }

# The same as it was written down, a line of JSON each, members in order.
sub lines {
    my ($self) = @_;

    my $guard = $self->_locked;

    return split /\n/, slurp($self->{records});
}

# Their bodies, decoded; undef for what is not JSON.
sub bodies {
    my ($self) = @_;

    return map {
        my $body = $_->{body};
        scalar eval { JSON::PP::decode_json($body) }
    } $self->requests;
}

# The alerts in them, those of groups one by one.
sub alerts {
    my ($self) = @_;

    return map { $_->{alerts} ? @{ $_->{alerts} } : $_ }
        grep { ref eq 'HASH' } $self->bodies;
}

sub stop {
    my ($self) = @_;

    return if !$self->{pid};

    kill 'KILL', -$self->{pid}, $self->{pid};
    waitpid $self->{pid}, 0;
    $self->{pid} = undef;

    return;
}

sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$;

    local ($?, $!, $@);
    $self->stop;

    return;
}

# ---- in the server

# Accepts until the test is gone.
sub _serve {
    my ($self, $socket, $test) = @_;

    local $SIG{CHLD} = 'IGNORE';
    local $SIG{TERM} = 'DEFAULT';
    my $select = IO::Select->new($socket);

    while (getppid == $test) {
        next if !$select->can_read(1);
        my $client = $socket->accept or next;
        my $pid = fork // die "fork: $!";
        if ($pid == 0) {
            close $socket;
            eval { $self->_handle($client) };
            POSIX::_exit(0);
        }
        close $client;
    }

    kill 'KILL', -$$;

    return;
}

sub _handle {
    my ($self, $client) = @_;

    my $request = _read($client) or return;
    my $answer = $self->_record($request);

    return if !ref $answer && $answer eq 'close';
    return _idle($client, sub { })
        if !ref $answer && $answer eq 'hang';
    return _idle($client, sub { syswrite $client, substr($_[0], 0, 1) })
        if !ref $answer && $answer eq 'drip';

    $answer = { status => $answer } if !ref $answer;
    sleep $answer->{delay} if $answer->{delay};

    return _raw($client, $answer) if defined $answer->{raw};

    my $body = $answer->{body} // '';
    my %headers = ('Content-Type' => 'text/plain',
        %{ $answer->{headers} || {} });
    $headers{'Content-Length'} //= length $body
        if $answer->{status} !~ /^(?:1..|204|304)$/;
    my $head = "HTTP/1.1 $answer->{status} Scripted\r\n"
        . join('', map {"$_: $headers{$_}\r\n"} sort keys %headers)
        . "Connection: close\r\n\r\n";
    $body = '' if $request->{method} eq 'HEAD';
    print {$client} $head . $body;
    $client->flush;

    return;
}

sub _raw {
    my ($client, $answer) = @_;
    my $then = $answer->{then} // '';

    local $SIG{PIPE} = 'IGNORE';
    syswrite $client, $answer->{raw};
    return _idle($client, sub { }) if $then eq 'hang';
    while ($then eq 'flood') {
        syswrite($client, '.' x 65536) // return;
    }

    return;
}

# Holds a connection until the other side or the test goes away.
sub _idle {
    my ($client, $each) = @_;

    my $select = IO::Select->new($client);
    my $server = getppid;
    my $drip = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";

    while (getppid == $server) {
        $each->($drip);
        $drip = substr($drip, 1) . '.';
        next if !$select->can_read(1);
        return if !sysread $client, my $ignored, 4096;
    }

    return;
}

# One request with a Content-Length or a chunked body; undef when cut off.
sub _read {
    my ($client) = @_;

    local $/ = "\r\n";
    my $line = <$client> // return undef;
    my ($method, $path) = $line =~ m{^(\S+) (\S+) HTTP/} or return undef;

    my %headers;
    while (1) {
        my $header = <$client> // return undef;
        last if $header eq "\r\n";
        $headers{ lc $1 } = $2 if $header =~ /^([^:]+):\s*(.*?)\s*$/;
    }

    print {$client} "HTTP/1.1 100 Continue\r\n\r\n"
        if lc($headers{expect} // '') eq '100-continue';
    $client->flush;

    my $body = '';
    if (lc($headers{'transfer-encoding'} // '') eq 'chunked') {
        while (my $len = hex(<$client> // return undef)) {
            read $client, $body, $len, length $body;
            my $end = <$client>;
        }
    } elsif (my $len = $headers{'content-length'}) {
        (read $client, $body, $len) == $len or return undef;
    }

    return { method => $method, path => $path, headers => \%headers,
        body => $body, time => time };
}

# Writes a request down and takes the answer that is due.
sub _record {
    my ($self, $request) = @_;

    my $guard = $self->_locked;
    my $script = $json->decode(slurp($self->{script}));
    my @answers = @{ $script->{answers} };
    my $answer
        = $answers[$script->{used} < $#answers ? $script->{used} : -1];
    $script->{used}++;
    spew($self->{script}, $json->encode($script));

    open(my $records, '>>:raw', $self->{records})
        or die "$self->{records}: $!";
    print {$records} $json->encode({ %$request, answer => $answer }), "\n";
    close $records;

    return $answer;
}

# A lock that lasts as long as what is returned.
sub _locked {
    my ($self) = @_;

    open(my $guard, '<', $self->{lock}) or die "$self->{lock}: $!";
    flock($guard, LOCK_EX) or die "$self->{lock}: $!";

    return $guard;
}

1;
