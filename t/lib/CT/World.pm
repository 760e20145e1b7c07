# CT::World: a temporary place for one test, and what fills it: the built
# tools ctca and ctlog, free ports, small file helpers, the real data.
#
#   my $w = CT::World->new;
#   $w->ca('root', 'usual', '--org', 'Usual CA Ltd');   # paths in the world
#   $w->log('add', 'log', '--chain', 'a.chain.pem', 'a.pre.crt');
#
# Tools run with the world as working directory, so names are relative. The
# world is removed at the end unless CT_KEEP is set or it was given a place
# (dir => path), which it shares with whoever else uses it. CT_BUILD says
# where the tools are (default: build/ of the repository), CT_TEST_DATA where
# the real data is (default: ../shared/data beside the repository).

package CT::World;

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use Fcntl qw(:flock);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Spec ();
use File::Temp ();
use IO::Socket::INET;
use JSON::PP ();
use POSIX ();

our @EXPORT_OK = qw(slurp spew free_port run repo_dir build_dir data_dir
    unpacked);

my $repo = abs_path(dirname(__FILE__) . '/../../..');
my %given_ports;

sub new {
    my ($class, %args) = @_;

    if (defined $args{dir}) {
        make_path($args{dir});
        return bless { tmp => $args{dir} }, $class;
    }

    my $tmp = File::Temp->newdir('ct-XXXXXX', TMPDIR => 1,
        CLEANUP => !$ENV{CT_KEEP});
    print STDERR "# world is kept: $tmp\n" if $ENV{CT_KEEP};

    return bless { tmp => $tmp }, $class;
}

sub dir { return '' . $_[0]{tmp} }

# A path in the world; what is absolute stays as it is.
sub path {
    my ($self, $name) = @_;

    return $name =~ m{^/} ? $name : $self->dir . "/$name";
}

# ctca with the given words; dies with its output when it fails.
sub ca {
    my ($self, @words) = @_;

    return $self->tool('ctca', @words);
}

# ctlog likewise; returns what it wrote.
sub log {
    my ($self, @words) = @_;

    return $self->tool('ctlog', @words);
}

sub log_info {
    my ($self, $dir) = @_;

    return JSON::PP::decode_json($self->log('info', $dir));
}

# A root, an intermediate below it ("name" and "name-ca") in one step.
# Returns the name to give as --issuer.
sub make_ca {
    my ($self, $name, $org) = @_;

    $self->ca('root', $name, '--org', $org, '--cn', "$org Root");
    $self->ca('intermediate', "$name-ca", '--issuer', $name, '--org', $org,
        '--cn', "$org Issuing CA");

    return "$name-ca";
}

# A log list file over these log directories.
sub log_list {
    my ($self, $file, @dirs) = @_;

    spew($self->path($file), $self->log('list', @dirs));

    return $self->path($file);
}

sub tool {
    my ($self, $name, @words) = @_;

    my ($rc, $out) = run({ dir => $self->dir }, build_dir() . "/$name",
        @words);
    die "$name @words: exit $rc\n$out" if $rc != 0;

    return $out;
}

# ---- functions

# Runs a command without a shell; returns exit code (128 + signal) and its
# output, both streams together. Options: dir, env.
sub run {
    my $opt = ref $_[0] ? shift : {};
    my @command = @_;

    my $pid = open(my $pipe, '-|') // die "fork: $!";
    if ($pid == 0) {
        open(STDERR, '>&', \*STDOUT);
        open(STDIN, '<', '/dev/null');
        %ENV = (%ENV, %{ $opt->{env} || {} });
        if (!defined $opt->{dir} || chdir $opt->{dir}) {
            no warnings 'exec';
            exec { $command[0] } @command;
        }
        syswrite STDOUT, "cannot run $command[0]: $!\n";
        POSIX::_exit(127);
    }

    binmode $pipe;
    my $out = do { local $/; <$pipe> } // '';
    close $pipe;

    return ($? & 127 ? 128 + ($? & 127) : $? >> 8, $out);
}

sub slurp {
    my ($path) = @_;

    open(my $file, '<:raw', $path) or die "$path: $!";
    local $/;

    return scalar(<$file>) // '';
}

# Writes a file in one step, with the directories above it.
sub spew {
    my ($path, $content) = @_;

    make_path(dirname($path));
    open(my $file, '>:raw', "$path.tmp$$") or die "$path: $!";
    print {$file} $content;
    close $file or die "$path: $!";
    rename "$path.tmp$$", $path or die "$path: $!";

    return $path;
}

# A TCP port that nobody listens on, never the same twice.
sub free_port {
    my $dir = File::Spec->tmpdir . "/ct-ports.$>";

    mkdir $dir, 0700;

    for (1 .. 1000) {
        my $port = 10_000 + int rand 20_000;

        # held as long as we live: a server that is killed comes back to it
        open my $lock, '>', "$dir/$port" or die "$dir/$port: $!";
        next if $given_ports{$port} || !flock $lock, LOCK_EX | LOCK_NB;

        my $socket = IO::Socket::INET->new(Listen => 1,
            LocalAddr => '127.0.0.1', LocalPort => $port) or next;
        close $socket;
        $given_ports{$port} = $lock;

        return $port;
    }

    die "no free port\n";
}

sub repo_dir { return $repo }

sub build_dir { return $ENV{CT_BUILD} || "$repo/build" }

# A program of others, installed or got by `make receivers`; else undef.
sub unpacked {
    my ($name) = @_;
    my $dir = $ENV{CT_UNPACKED} || "$repo/build/unpacked";

    return (grep {-x} map {"$_/$name"} split(/:/, $ENV{PATH} // ''),
        "$dir/usr/bin")[0];
}

# The real data, or undef: the caller skips and says so.
sub data_dir {
    my $dir = $ENV{CT_TEST_DATA} || "$repo/../shared/data";

    return -d $dir ? abs_path($dir) : undef;
}

1;
