# CT::Mailbox: a mail server, aiosmtpd, that keeps what it is sent; Python's
# parser reads it back.
#
#   plan(skip_all => CT::Mailbox::missing()) if CT::Mailbox::missing();
#   my $m = CT::Mailbox->new(world => $w, cert => 'mail', login => ['ct',
#       'word']);
#   ... $m->server ... $m->mails ... $m->hang(1) ... $m->kill_all;
#
# A mail is a hash: raw; envelope (from, to, tls, authenticated); headers
# ([name, value]), subject, from, to, types, defects, text, html. Arguments:
# cert (of t/tools/ctca; without it there is no STARTTLS), login, port.
package CT::Mailbox;

use strict;
use warnings;

use parent qw(CT::Daemon);

use CT::World qw(free_port repo_dir run slurp spew);
use File::Path qw(make_path);
use IO::Socket::INET;
use JSON::PP qw(decode_json encode_json);

my $made = 0;
my $python;

sub new {
    my ($class, %args) = @_;
    my $w = $args{world};
    my $self = bless {
        dir   => $w->path('mailbox' . $made++),
        owner => $$,
        ports => { '' => $args{port} // free_port() },
    }, $class;

    make_path($self->{dir});
    $self->spawn("$self->{dir}/output", {}, python(),
        repo_dir() . '/t/lib/smtpd.py', $self->port, $self->{dir},
        ($args{cert} ? map { $w->path("$args{cert}.$_") }
            qw(fullchain.pem key) : ('-', '-')),
        @{ $args{login} || [] });
    $self->wait_for(sub { !$self->alive || $self->_listens }, 20);
    die 'no mail server: ' . slurp("$self->{dir}/output")
        if !$self->alive || !$self->_listens;

    return $self;
}

sub port { return $_[0]{ports}{''} }

sub server { return 'smtp://127.0.0.1:' . $_[0]->port }

# Mails get no answer from now on, or do again.
sub hang {
    my ($self, $on) = @_;

    $on ? spew("$self->{dir}/hang", '') : unlink "$self->{dir}/hang";

    return;
}

# What some recipients are answered with from now on, (address => reply).
sub refuse {
    my ($self, %replies) = @_;

    spew("$self->{dir}/refuse", encode_json(\%replies));

    return;
}

# Who wanted to log in, "PLAIN user password".
sub logins {
    my ($self) = @_;
    my $file = "$self->{dir}/logins";

    my @lines = -e $file ? split /\n/, slurp($file) : ();

    return @lines;
}

sub count { return scalar $_[0]->_files }

sub mails {
    my ($self) = @_;

    return map { $self->_read($_) } $self->_files;
}

sub _files {
    my ($self) = @_;
    my @files = glob "$self->{dir}/*.eml";

    return @files;
}

sub _read {
    my ($self, $file) = @_;
    my ($rc, $out) = run(python(), repo_dir()
        . '/t/lib/message/readmail.py', $file);
    die "$file: $out" if $rc != 0;

    return { %{ decode_json($out) }, raw => slurp($file),
        envelope => decode_json(slurp($file =~ s/eml\z/json/r)) };
}

sub _listens {
    my ($self) = @_;

    return !!IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->port, Timeout => 1);
}

# ---- functions

# Debian's package is for Debian's Python, which need not be the first one.
sub python {
    return $python if defined $python;

    ($python) = grep {
        (run($_, '-c', 'import aiosmtpd.smtp'))[0] == 0
    } qw(python3 /usr/bin/python3);

    return $python //= '';
}

# Why there can be none, or nothing.
sub missing {
    return python() eq '' ? 'python3-aiosmtpd is not installed' : undef;
}

1;
