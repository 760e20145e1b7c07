# CT::Nginx: one nginx with its own prefix and unprivileged ports, driven
# from outside as an operator would, and examined when it is over.
#
#   my $n = CT::Nginx->new(world => $w, http => <<'EOF');
#       server { listen 127.0.0.1:%%PORT%%; location /log/ { ... } }
#   EOF
#   $n->start; $n->get('/'); $n->reload; $n->finish;
#
# In the configuration %%PORT%% and %%PORT1%%, %%PORT2%% ... become free
# ports, %%PREFIX%% the prefix, %%WORLD%% the world. Without `http` there is
# no http{} at all. More arguments: main, events, tail (text; it comes last),
# workers (1), module (path; 0: none), prefix (name), env (hash), ports (name
# => number), user (of the workers, when root starts it).
# Environment: CT_NGINX (binary), CT_MODULE (default: build/), and
# CT_NGINX_PRELOAD, put into LD_PRELOAD for a module built with ASan. How it
# is started, signalled and found: CT::Daemon.

package CT::Nginx;

use strict;
use warnings;

use parent qw(CT::Daemon);

use CT::World qw(slurp spew free_port);
use Exporter qw(import);
use File::Path qw(make_path);
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP ();
use Test::More ();

our @EXPORT_OK = qw(log_location export_location);

my $made = 0;

sub new {
    my ($class, %args) = @_;

    my $world = $args{world} or die 'CT::Nginx wants a world';
    my $self = bless {
        %args,
        owner  => $$,
        prefix => $world->path($args{prefix} // 'nginx' . $made++),
        binary => $ENV{CT_NGINX} || 'nginx',
        ports  => { %{ $args{ports} || {} } },
    }, $class;
    $self->{module} //= $ENV{CT_MODULE}
        || CT::World::build_dir() . '/ngx_http_ct_module.so';

    make_path("$self->{prefix}/$_") for qw(conf logs temp html);
    $self->write_conf;

    return $self;
}

# Writes nginx.conf, with whatever is given changed; reload() follows.
sub write_conf {
    my ($self, %change) = @_;

    $self->{$_} = $change{$_} for keys %change;

    my $temp = join '', map { "    ${_}_temp_path temp;\n" }
        qw(client_body proxy fastcgi uwsgi scgi);
    my $conf = "daemon off;\n"
        . "pid logs/nginx.pid;\n"
        . "error_log logs/error.log info;\n"
        . 'worker_processes ' . ($self->{workers} // 1) . ";\n"
        . ($> == 0 ? 'user ' . ($self->{user} // 'root') . ";\n" : '')
        . ($self->{module} ? "load_module $self->{module};\n" : '')
        . ($self->{main} // '')
        . "events {\n    worker_connections 512;\n"
        . ($self->{events} // '') . "}\n";
    $conf .= "http {\n    access_log logs/access.log;\n$temp"
        . "$self->{http}}\n"
        if defined $self->{http};
    $conf .= $self->{tail} // '';

    $conf =~ s/%%PORT(\d*)%%/$self->port($1)/ge;
    $conf =~ s/%%PREFIX%%/$self->{prefix}/g;
    $conf =~ s/%%WORLD%%/$self->{world}->dir/ge;

    return spew("$self->{prefix}/conf/nginx.conf", $conf);
}

# What loads nginx's own "stream" or "mail": a directive, nothing where it is
# part of the binary, undef where there is none.
sub load_part {
    my ($self, $part) = @_;

    my (undef, $says) = CT::World::run($self->{binary}, '-V');
    return if $says !~ /--with-$part(=dynamic)?(?:\s|$)/;
    return '' if !$1;

    my ($dir) = $says =~ /--modules-path=(\S+)/;
    my ($prefix) = $says =~ /--prefix=(\S+)/;
    $dir //= ($prefix // '/usr/local/nginx') . '/modules';

    my $path = "$dir/ngx_${part}_module.so";
    return -e $path ? "load_module $path;\n" : undef;
}

# The port that %%PORT<name>%% stands for.
sub port {
    my ($self, $name) = @_;

    return $self->{ports}{ $name // '' } //= free_port();
}

sub prefix { return $_[0]{prefix} }

sub url {
    my ($self, $path) = @_;

    return 'http://127.0.0.1:' . $self->port . $path;
}

# ---- life

# `nginx -t`: (exit code, output)
sub test_config {
    my ($self) = @_;

    return CT::World::run({ env => $self->_environment },
        $self->_command('-t'));
}

# Starts nginx and waits until it listens; dies with the error log if not.
sub start {
    my ($self) = @_;

    unlink "$self->{prefix}/logs/nginx.pid"; # of one that was killed
    $self->spawn("$self->{prefix}/logs/stderr.log", $self->_environment,
        $self->_command);
    $self->wait_for(sub { !$self->alive || $self->_listens }, 20);
    if (!$self->alive || !$self->_listens) {
        $self->kill_all;
        die "nginx did not start:\n" . $self->error_log;
    }

    return $self;
}

# HUP, then waits until only new workers are left at work. False when the
# configuration was refused and the old ones stay.
sub reload {
    my ($self, $seconds) = @_;

    my %old = map { $_ => 1 } $self->worker_pids;
    kill 'HUP', $self->pid;

    return $self->wait_for(sub {
        my @now = $self->worker_pids;
        return @now && !grep { $old{$_} } @now;
    }, $seconds // 10);
}

# ---- processes

# Workers at work, in order of age; not those that are shutting down.
sub worker_pids {
    my ($self) = @_;

    my @workers = sort { $a <=> $b } grep {
        my $title = CT::Daemon::title($_);
        $title =~ /worker process/ && $title !~ /shutting down/
    } $self->leftovers;

    # master_process off: one process does it all
    push @workers, $self->pid
        if !@workers && $self->alive
        && CT::Daemon::title($self->pid) !~ /master process/;

    return @workers;
}

# Worker 0 is the one with the engine's thread; else the oldest.
sub worker0 {
    my ($self) = @_;

    my @workers = $self->worker_pids;
    my @engines = grep { keys %{ CT::Daemon::threads($_) } > 1 } @workers;

    return @engines ? $engines[0] : $workers[0];
}

# SIGKILL for worker 0; waits until it is gone. Returns its pid.
sub kill_worker0 {
    my ($self) = @_;

    my $pid = $self->worker0 // return undef;
    kill 'KILL', $pid;
    $self->wait_for(sub { !grep { $_ == $pid } $self->leftovers }, 10);

    return $pid;
}

# ---- talking to it

# HTTP::Tiny's answers: { status, headers, content, ... }
sub get  { return $_[0]->_request('GET', $_[1], $_[2]) }
sub head { return $_[0]->_request('HEAD', $_[1], $_[2]) }

sub post {
    my ($self, $path, $body, $options) = @_;

    return $self->_request('POST', $path,
        { %{ $options || {} }, content => $body // '' });
}

sub _request {
    my ($self, $method, $path, $options) = @_;

    # whatever proxy the environment names is none of ours
    my $http = HTTP::Tiny->new(timeout => 10, max_redirect => 0,
        proxy => undef, http_proxy => undef);

    return $http->request($method, $self->url($path), $options || {});
}

# The decoded JSON of a 200 answer, else undef.
sub get_json {
    my ($self, $path) = @_;

    my $answer = $self->get($path);
    return undef if $answer->{status} != 200;

    return eval { JSON::PP::decode_json($answer->{content}) };
}

# Everything nginx has said: its log, and what came before the log was open.
sub error_log {
    my ($self) = @_;

    return join '', map { -e $_ ? slurp($_) : '' }
        map {"$self->{prefix}/logs/$_.log"} qw(stderr error);
}

# ---- the end

# Stops nginx and judges it: three checks of Test::More. Alert and emerg
# lines that match one of @allowed are expected by the test.
sub finish {
    my ($self, @allowed) = @_;

    my $took = $self->quit;
    my $log = $self->error_log;

    my @bad = grep {
        my $line = $_;
        $line =~ /\[(?:alert|emerg)\]/ && !grep { $line =~ $_ } @allowed
    } split /\n/, $log;
    Test::More::is(join("\n", @bad), '', 'no alert in the error log');

    my @dirty = grep {
        /ERROR: AddressSanitizer|runtime error:|LeakSanitizer|ThreadSanitizer/
    } split /\n/, $log;
    Test::More::is(join("\n", @dirty), '', 'no word from a sanitizer');

    Test::More::ok(defined $took && !$self->{status},
        'nginx ended well and left no process behind');
}

# ---- inside

sub _command {
    my ($self, @more) = @_;

    return ($self->{binary}, '-p', "$self->{prefix}/", '-c',
        'conf/nginx.conf', '-e', 'logs/error.log', @more);
}

sub _environment {
    my ($self) = @_;

    my %env = %{ $self->{env} || {} };
    $env{LD_PRELOAD} = join ':', grep {defined} $ENV{CT_NGINX_PRELOAD},
        $env{LD_PRELOAD}
        if $ENV{CT_NGINX_PRELOAD};

    return \%env;
}

# The pid is written once everything listens; the port makes it sure.
sub _listens {
    my ($self) = @_;

    return 0 if !-s "$self->{prefix}/logs/nginx.pid";
    return 1 if !defined $self->{ports}{''};

    return !!IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->port, Timeout => 1);
}

# Locations that serve a ctlog tree at `$uri` ("/log/") from `$www`. A log
# made with --encoding gzip wants gzip => 1.
sub log_location {
    my ($uri, $www, %args) = @_;

    my $data = $args{gzip} ? "    add_header Content-Encoding gzip;\n" : '';

    return <<"EOF";
    location $uri {
        alias $www/;
        default_type application/octet-stream;
    }
    location ${uri}checkpoint {
        alias $www/checkpoint;
        default_type text/plain;
        add_header Cache-Control no-store;
    }
    location ${uri}tile/data/ {
        alias $www/tile/data/;
        default_type application/octet-stream;
$data    }
EOF
}

# Locations that serve what `ctlog export6962` wrote to `$dir` as a log of RFC
# 6962 at `$uri`, to whoever asks for whole batches. gzip => 1 sends the .gz
# files to those who accept them.
sub export_location {
    my ($uri, $dir, %args) = @_;
    my $gzip = $args{gzip} ? "        gzip_static on;\n" : '';

    return <<"EOF";
    location = ${uri}ct/v1/get-sth {
        root $dir;
        default_type application/json;
        add_header Cache-Control no-store;
        try_files /get-sth.json =404;
    }
    location = ${uri}ct/v1/get-entries {
        root $dir;
        default_type application/json;
$gzip        try_files /entries/\$arg_start.json =404;
    }
EOF
}

1;
