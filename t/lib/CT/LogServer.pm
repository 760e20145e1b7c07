# CT::LogServer: ctlogd, which serves every log of a world over RFC 6962 and
# as static-ct-api, and lies on request.
#
#   my $l = CT::LogServer->new(world => $w);
#   $w->log('init', 'log', '--origin', 'log.test', '--url', $l->url('log'));
#   $l->set('log', max => 32, align => 1);
#   $l->set('log', status => 429, retry_after => '2', count => 3);
#   $l->stats('log')->{requests}{'get-entries'}; ... $l->reset('log');
#
# What can be set: t/tools/ctlogd_lies.c. Logs are found when they are first
# asked for, and grow as ctlog adds to them. Arguments: port, dir (whose
# directories are the logs; default: the world), listen (an address; 0.0.0.0
# makes it as many hosts as there are 127.x.y.z).

package CT::LogServer;

use strict;
use warnings;

use parent qw(CT::Daemon);

use CT::World qw(free_port);
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP ();

my $made = 0;

sub new {
    my ($class, %args) = @_;
    my $world = $args{world} or die 'CT::LogServer wants a world';
    my $self = bless {
        owner => $$,
        port  => $args{port} // free_port(),
        listen => $args{listen} // '127.0.0.1',
        dir   => $args{dir} // $world->dir,
        log   => $world->path('ctlogd' . $made++ . '.log'),
    }, $class;

    return $self->start;
}

# Starts it, also again, at the same port; what was set is forgotten.
sub start {
    my ($self) = @_;

    $self->spawn($self->{log}, {}, CT::World::build_dir() . '/ctlogd',
        '--listen', "$self->{listen}:$self->{port}", '--logs', $self->{dir});
    $self->wait_for(sub { !$self->alive || $self->_listens }, 20);
    die "ctlogd did not start:\n" . CT::World::slurp($self->{log})
        if !$self->alive;

    return $self;
}

# The whole host is gone.
sub stop {
    my ($self) = @_;

    $self->kill_all if $self->{group};

    return;
}

sub port { return $_[0]{port} }

# The prefix of a log, with a slash at the end; or what is below it.
sub url {
    my ($self, $name, $path) = @_;

    return "http://127.0.0.1:$self->{port}/$name/" . ($path // '');
}

# HTTP::Tiny's answer to a path below a log.
sub get {
    my ($self, $name, $path, $headers) = @_;

    $self->{http} //= HTTP::Tiny->new(timeout => 10, max_redirect => 0,
        proxy => undef, http_proxy => undef);

    return $self->{http}->get($self->url($name, $path),
        { headers => $headers || {} });
}

# Its JSON; dies when it is none.
sub get_json {
    my ($self, $name, $path) = @_;
    my $answer = $self->get($name, $path);

    die "$path: $answer->{status} $answer->{content}"
        if $answer->{status} != 200;

    return JSON::PP::decode_json($answer->{content});
}

sub set {
    my ($self, $name, %lies) = @_;

    $self->get_json($name, '-/set?' . HTTP::Tiny->new->www_form_urlencode(
        \%lies));

    return $self;
}

sub reset {
    my ($self, $name) = @_;

    $self->get_json($name, '-/reset');

    return $self;
}

# { requests => { 'get-sth' => 1, ... }, bytes, connections, probes,
# largest_ask, agent, accept_encoding, visits => [[time in ms, what, status,
# first entry, how many], ...] }
sub stats {
    my ($self, $name) = @_;

    return $self->get_json($name, '-/stats');
}

sub forget {
    my ($self, $name) = @_;

    $self->get_json($name, '-/forget');

    return $self;
}

sub _listens {
    my ($self) = @_;

    return !!IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{port}, Timeout => 1);
}

1;
