# A million watched names: a reload is no business of the requests that are
# answered meanwhile, and every name is watched before and behind it.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Select;
use IO::Socket::INET;
use Socket qw(AF_UNIX SOCK_STREAM);
use Test::More;
use Time::HiRes qw(sleep time);

use CT::Site;

my $NAMES = 1_000_000;
my $s = CT::Site->new(domain => 'include=%%WORLD%%/few', webhook => 0);
my $w = $s->world;
my $n = $s->nginx;

names('few', 10);
names('many', $NAMES);
$s->configure;
$n->start;
$s->issue('other', 'n9.watched.test');
$s->issue('other', 'n' . ($NAMES - 1) . '.watched.test');
ok($s->wait_verified('log', 2), 'ten names are watched');

# the same thrice: a reload beside requests, with few names and with many
my (%worst, %failed, %asked);

for my $round (1 .. 3) {
    for my $list (qw(few many)) {
        my $client = client();
        $s->configure(domain => "include=%%WORLD%%/$list");
        ok($n->reload(30), "$round: reload with $list names");
        my ($asked, $failed, $worst) = result($client);
        $asked{$list} += $asked;
        $failed{$list} += $failed;
        $worst{$list} = $worst if $worst > ($worst{$list} // 0);
    }
}

is($failed{many}, 0, "none of $asked{many} requests has failed");
is($failed{few}, 0, "and none of $asked{few} with few names");
diag(sprintf 'slowest request while %d names are loaded / while 10 are: '
    . '%.2f', $NAMES, $worst{many} / $worst{few});
ok($s->wait_for(sub { $n->get_json('/ct/api/status')->{watched} == $NAMES }),
    'they are watched');
$s->issue('other', 'a.n123456.watched.test');
ok($s->wait_finding(sub { $_[0]{matched} eq 'n123456.watched.test' }),
    'the one in the middle too');
ok($s->wait_finding(sub { $_[0]{matched} eq "n@{[$NAMES - 1]}.watched.test" }),
    'what a reload added is found');
$n->finish;


subtest 'thousands of certificates, and a quit amid the start' => sub {
    plan skip_all => 'make soak has the time for it' if !$ENV{CRASH_LONG};

    my $site = CT::Site->new(webhook => 0,
        zone => 'zone=ct:64m state=%%PREFIX%%/ct.state');
    $site->world->ca('leaf', "many$_", '--issuer', 'usual-ca', '--name',
        "n$_.many.test") for 1 .. 3000;
    $site->configure(conf => join '', map {
        "server { listen 127.0.0.1:%%PORT2%% ssl; server_name n$_.many.test;"
            . " ssl_certificate %%WORLD%%/many$_.fullchain.pem;"
            . " ssl_certificate_key %%WORLD%%/many$_.key; }\n" } 1 .. 3000);

    for my $pause (0.2, 0.6, 1.2) {
        $site->nginx->start;
        sleep $pause;
        $site->nginx->quit;
    }
    $site->nginx->start;
    ok($site->wait_for(sub {
        $site->nginx->error_log =~ /3001 certificates served/ }, 60),
        'all are known');
    $site->nginx->finish;
};

done_testing;


sub names {
    my ($file, $count) = @_;

    open my $out, '>', $w->path($file) or die $!;
    print {$out} "n$_.watched.test\n" for 0 .. $count - 1;
    close $out or die $!;
    return;
}


# Another process that asks and asks until it is told to stop; then it says
# how many requests there were, how many failed, how long the slowest took.
sub client {
    my ($pid, $fh);

    socketpair($fh, my $other, AF_UNIX, SOCK_STREAM, 0) or die $!;
    $pid = fork // die $!;

    if ($pid == 0) {
        close $fh;
        print {$other} join(' ', ask_until($other)), "\n";
        close $other;
        require POSIX;
        POSIX::_exit(0);
    }

    close $other;
    return { pid => $pid, fh => $fh };
}


sub ask_until {
    my ($other) = @_;
    my $stop = IO::Select->new($other);
    my ($asked, $failed, $worst) = (0, 0, 0);

    while (!$stop->can_read(0)) {
        my $start = time;
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $n->port, Timeout => 10);
        my $answer = '';

        if ($socket) {
            print {$socket} "GET /ct/health HTTP/1.0\r\n\r\n";
            $answer = do { local $/ = undef; <$socket> } // '';
        }

        my $took = time - $start;
        $asked++;
        $failed++ if $answer !~ m{^HTTP/1.1 (?:200|503) };
        $worst = $took if $took > $worst;
    }

    return ($asked, $failed, $worst);
}


sub result {
    my ($client) = @_;

    syswrite $client->{fh}, "stop\n";
    my $line = readline $client->{fh};
    waitpid $client->{pid}, 0;

    return split ' ', $line // '0 1 0';
}
