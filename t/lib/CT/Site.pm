# CT::Site: the world most tests live in - two CAs, a log served by the very
# nginx that watches it, a TLS server with one certificate, a webhook.
#
#   my $s = CT::Site->new;                  # everything but nginx started
#   $s->issue('other', 'b.test');           # a name, logged as precert
#   my $f = $s->wait_finding(sub { $_[0]{verdict} eq 'unfamiliar' });
#
# Arguments: conf (more directives in http{}), since, log (arguments for
# ctlog init), workers, main, tail (behind http{}), zone (its parameters),
# names of the certificate served, webhook (0: none), server (more in the TLS
# server), protocol (of the first log), list (the directive ct_log_list),
# status (parameters of ct_status), test_logs (which are for tests).
#
# A log with a protocol, 'static' or 'rfc6962', is served by ctlogd, so that
# it can lie (CT::LogServer): $s->lie(log => { flip => 7 }). Without one it
# is static, and nginx serves its files.
package CT::Site;

use strict;
use warnings;

use CT::LogServer;
use CT::Nginx qw(log_location);
use CT::Receiver;
use CT::World qw(slurp spew);
use JSON::PP ();


sub new {
    my ($class, %args) = @_;
    my $w = CT::World->new;
    my $self = bless { %args, world => $w, serial => 0 }, $class;

    $w->make_ca('usual', 'Usual CA Ltd');
    $w->make_ca('other', 'Other CA Ltd');
    spew($w->path('roots.pem'),
        slurp($w->path('usual.crt')) . slurp($w->path('other.crt')));

    $w->ca('leaf', 'site', '--issuer', 'usual-ca',
        map { ('--name', $_) } @{ $args{names} || ['shop.test'] });

    $self->{receiver} = CT::Receiver->new(world => $w)
        if $args{webhook} // 1;

    return $self if $args{no_nginx};

    $self->{nginx} = CT::Nginx->new(
        world => $w, http => '', workers => $args{workers} // 2,
        main => $args{main} // '',
    );
    $self->add_log('log',
        ($args{protocol} ? (protocol => $args{protocol}) : ()),
        @{ $args{log} || [] });
    $self->configure;

    return $self;
}


sub world    { return $_[0]{world} }
sub nginx    { return $_[0]{nginx} }
sub receiver { return $_[0]{receiver} }


# ctlogd, started when it is first wanted.
sub logserver {
    my ($self) = @_;

    return $self->{logserver}
        //= CT::LogServer->new(world => $self->{world});
}


# Another log, at /<name>/ of the same nginx, or with (protocol => ...) of
# ctlogd; the rest is for ctlog init.
sub add_log {
    my ($self, $name, @init) = @_;
    my $protocol = @init && $init[0] eq 'protocol'
        ? (splice @init, 0, 2)[1] : undef;
    my $url = $protocol ? $self->logserver->url($name)
        : $self->nginx->url("/$name/");

    $self->{protocol_of}{$name} = $protocol;
    $self->world->log('init', $name, '--origin', "log.test/$name",
        '--url', $url, '--operator', "Operator $name",
        '--description', "Log $name", @init);
    push @{ $self->{logs} }, $name;
    $self->{gzip}{$name} = "@init" =~ /gzip/ ? 1 : 0;

    return $name;
}


# What a log of ctlogd does from now on, each by its name.
sub lie {
    my ($self, %lies) = @_;

    $self->logserver->set($_, %{ $lies{$_} }) for sort keys %lies;

    return $self;
}


# The log list anew.
sub list {
    my ($self) = @_;
    my %rfc6962 = map { $_ => ($self->{protocol_of}{$_} // '') eq 'rfc6962' }
        @{ $self->{logs} };

    my $file = $self->world->log_list('list.json',
        (grep { !$rfc6962{$_} } @{ $self->{logs} }),
        map { ('--rfc6962', $_) } grep { $rfc6962{$_} } @{ $self->{logs} });

    $self->mark_tests($file) if $self->{test_logs};

    return $file;
}


# In the list these are logs for tests, as its publishers have them.
sub mark_tests {
    my ($self, $file) = @_;
    my $list = JSON::PP::decode_json(slurp($file));

    for my $log (map { (@{ $_->{logs} }, @{ $_->{tiled_logs} }) }
        @{ $list->{operators} })
    {
        next if !grep { $log->{description} eq "Log $_" }
            @{ $self->{test_logs} };
        delete $log->{state};
        $log->{log_type} = 'test';
    }

    return spew($file, JSON::PP::encode_json($list));
}


# The configuration as it is now; `reload` follows by hand.
sub configure {
    my ($self, %change) = @_;
    my $w = $self->world;

    $self->{$_} = $change{$_} for keys %change;
    $self->list;

    my $locations = join '', map {
        log_location("/$_/", $w->path("$_/www"), gzip => $self->{gzip}{$_})
    } grep { !$self->{protocol_of}{$_} } @{ $self->{logs} };

    my $zone = $self->{zone} // 'zone=ct:2m state=%%PREFIX%%/ct.state';
    my $list = $self->{list} // 'ct_log_list %%WORLD%%/list.json;';
    my $since = $self->{since} // 'all';
    my $interval = $self->{interval} // '1s';
    my $domain = $self->{domain} // 'auto';
    my $cert = $self->{certificate} // 'site';
    my $hook = $self->{receiver}
        ? 'ct_webhook ' . $self->{receiver}->url('/hook') . ';' : '';
    my $more = $self->{conf} // '';
    my $server = $self->{server} // '';
    my $status = $self->{status} // '';

    $self->nginx->write_conf(workers => $self->{workers} // 2,
        main => $self->{main} // '', tail => $self->{tail} // '',
        http => <<"EOF");
    ct_zone $zone;
    ct_domain $domain;
    $list
    ct_trusted_certificate %%WORLD%%/roots.pem;
    ct_since $since;
    ct_interval $interval;
    $hook
    $more

    server {
        listen 127.0.0.1:%%PORT%%;
        server_name localhost;
$locations
        location /ct { ct_status $status; }
        location / { root html; }
    }

    server {
        listen 127.0.0.1:%%PORT1%% ssl;
        server_name shop.test;
        ssl_certificate %%WORLD%%/$cert.fullchain.pem;
        ssl_certificate_key %%WORLD%%/$cert.key;
        $server
    }
EOF
    return $self;
}


# A certificate of one of the CAs, logged at once. Options: log, final (log
# the final certificate, not the pre-certificate), leaf (words for ctca).
# Returns its file's base name.
sub issue {
    my ($self, $ca, $name, %opt) = @_;
    my $base = 'leaf' . $self->{serial}++;

    $self->world->ca('leaf', $base, '--issuer', "$ca-ca", '--name', $name,
        @{ $opt{leaf} || [] });
    $self->append($base, %opt);

    return $base;
}


# Logs a certificate that there is already.
sub append {
    my ($self, $base, %opt) = @_;

    $self->world->log('add', $opt{log} // 'log', '--chain',
        "$base.chain.pem", $opt{final} ? "$base.crt" : "$base.pre.crt");
    return;
}


# ---- what the module says

sub findings {
    my ($self) = @_;
    my (@all, $next);

    do {
        my $page = $self->nginx->get_json(
            '/ct/api/findings' . (defined $next ? "?after=$next" : ''));
        return @all if !$page;
        push @all, @{ $page->{findings} };
        $next = $page->{next};
    } while (defined $next);

    return @all;
}


sub logs {
    my ($self) = @_;
    my $answer = $self->nginx->get_json('/ct/api/logs') || { logs => [] };

    return @{ $answer->{logs} };
}


sub the_log {
    my ($self, $name) = @_;
    my ($log) = grep { $_->{description} eq "Log $name" } $self->logs;

    return $log || {};
}


sub wait_for {
    my ($self, $what, $seconds) = @_;

    return $self->nginx->wait_for($what, $seconds // 30);
}


sub wait_finding {
    my ($self, $which, $seconds) = @_;
    my $found;

    $self->wait_for(sub { ($found) = grep { $which->($_) } $self->findings },
        $seconds);
    return $found;
}


# Until the log is verified up to this size.
sub wait_verified {
    my ($self, $name, $size, $seconds) = @_;

    return $self->wait_for(
        sub { ($self->the_log($name)->{verified} // -1) >= $size }, $seconds);
}


1;
