# Nothing is lost: power cuts that leave half a file, a full disk, a directory
# that cannot be written any more, clocks that jump. How to run parts of it:
# CT::Crash.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);

use CT::Crash qw(part run site events done @logs);
use CT::World qw(slurp spew);


# What a power cut may leave of a file: its end is missing, is zeros, or
# comes from somewhere else.
my @cuts = (
    ['cut short', sub { substr $_[0], 0, length($_[0]) - 200 }],
    ['ends in zeros', sub { substr($_[0], 0, -200) . "\0" x 200 }],
    ['its end twice', sub { $_[0] . substr $_[0], -200 }],
    ['nothing in it', sub {''}],
);

for my $cut (@cuts) {
    my ($what, $how) = @$cut;

    part("power cut, $what" => sub {
        my ($s, $l) = site(since => 'all',
            list => 'ct_log_list http://127.0.0.1:%%PORT%%/list.json;');
        my $n = $s->nginx;
        my $list = slurp($s->world->path('list.json'));

        spew($n->prefix . '/html/list.json', $list);
        $l->plant(log => $_, ca => $_ eq 'rfc' ? 'usual' : 'other')
            for @logs, @logs;
        $n->start;
        ok($l->settle, 'all is well');
        $s->logserver->set('static', fork => 2);
        ok($s->wait_for(sub { -s "$l->{state}.evidence" }), 'evidence');
        $s->logserver->set('static', fork => 0);
        $l->plant(log => 'static');
        sleep 1.1;
        $n->kill_all;
        is(scalar $l->ahead, 0, 'positions are not ahead of findings');

        my %bad;
        for my $file ('', '.list', '.evidence') {
            my $path = $l->{state} . $file;
            $bad{$file} = $how->(slurp($path));
            spew($path, $bad{$file});
        }
        spew("$l->{state}.tmp", substr $bad{''}, 0, 1000);
        my $mark = length $n->error_log;
        $n->start;
        ok($l->settle, 'all is found and told');
        my $said = substr $n->error_log, $mark;
        like($said, qr/ct\.state" was damaged/, 'the damage is told');
        is(slurp("$l->{state}.damaged"), $bad{''}, 'and set aside');
        like($said, qr/list" of the log list is ignored/,
            'that of the list, too');
        ok($s->wait_for(sub { slurp("$l->{state}.list") eq $list }),
            'which is fetched anew');

        $s->logserver->set('rfc', fork => 2);
        ok($s->wait_for(sub {
            my @lines = split /\n/, slurp("$l->{state}.evidence");
            my $json = eval { JSON::PP::decode_json($lines[-1]) };
            $json && $json->{log}{description} eq 'Log rfc';
        }), 'evidence stands by itself, behind what is torn');
        $s->logserver->set('rfc', fork => 0);
        $l->plant(log => 'rfc');
        ok($l->settle, 'all is found and told');
        $l->row("power cut, $what");
        done($n);
    });
}


part('a .tmp that somebody else left' => sub {
    my ($s, $l) = site(since => 'all');
    my $n = $s->nginx;

    $l->plant(log => $_) for @logs;
    $n->start;
    ok($l->settle && $l->saved, 'all is well');
    $n->kill_all;
    my $told = grep { $_->{finding} } $s->receiver->alerts;
    spew("$l->{state}.tmp", "\0" x 100_000);
    $n->start;
    $l->plant(log => $_) for @logs;
    ok($l->settle, 'all is found and told');
    is(scalar(grep { $_->{finding} } $s->receiver->alerts), $told + 2,
        'and nothing told again');
    ok($s->wait_for(sub { !-e "$l->{state}.tmp" }), 'it is gone');
    $l->row('a .tmp left behind');
    done($n);
});


# All is in memory, and on disk as soon as there is room.
part('disk full' => sub {
    plan skip_all => 'only root may mount' if $> != 0;
    my ($s, $l) = site(since => 'all',
        list => 'ct_log_list http://127.0.0.1:%%PORT%%/list.json;',
        zone => 'zone=ct:2m state=%%PREFIX%%/disk/ct.state');
    my $disk = $s->nginx->prefix . '/disk';

    mkdir $disk;
    system('mount', '-t', 'tmpfs', '-o', 'size=256k', 'none', $disk) == 0
        or plan skip_all => 'nothing can be mounted';
    my $mounted = CT::Mounted->new($disk);
    $l->{state} = "$disk/ct.state";
    outage($s, $l, 'No space left',
        sub { stuff($disk) }, sub { unlink "$disk/stuff" });
    $l->row('disk full');
    done($s->nginx);
});


# The worker is somebody else: nothing would keep root out.
part('a directory that becomes read-only' => sub {
    plan skip_all => 'only root may change users' if $> != 0;
    my ($s, $l) = site(since => 'all',
        list => 'ct_log_list http://127.0.0.1:%%PORT%%/list.json;',
        zone => 'zone=ct:2m state=%%PREFIX%%/dir/ct.state');
    my $n = $s->nginx;
    my $dir = $n->prefix . '/dir';
    my $nobody = getpwnam('nobody');

    chmod 0755, $s->world->dir;
    mkdir $dir;
    chown $nobody, -1, $dir;
    spew($n->prefix . '/conf/nginx.conf',
        slurp($n->prefix . '/conf/nginx.conf') =~ s/user root;/user nobody nogroup;/r);
    $l->{state} = "$dir/ct.state";
    outage($s, $l, 'Permission denied',
        sub { chown 0, 0, $dir }, sub { chown $nobody, -1, $dir });
    $l->row('read-only directory');
    done($n);
});


# An hour, back, and a month: of this machine alone, and of the logs with it.
for my $whose ('ours', 'everybody') {
    part("the clock jumps, $whose" => sub {
        plan skip_all => 'LD_PRELOAD is taken by a sanitizer'
            if $ENV{CT_NGINX_PRELOAD};
        my $w = CT::World->new;
        my $file = spew($w->path('jump'), ' ' x 32);
        my %env = (LD_PRELOAD => CT::World::build_dir() . '/clockjump.so',
            CLOCKJUMP => $file);
        local %ENV = (%ENV, $whose eq 'ours' ? () : %env);
        my ($s, $l) = site(since => 'all', env => \%env);
        my $n = $s->nginx;

        $s->logserver->set($_, fresh => 1) for @logs;
        $l->plant(log => $_) for @logs;
        $n->start;
        ok($l->settle, 'all is well');

        for my $seconds (3600, 0, -3600, 30 * 24 * 3600, 0) {
            # of our clock alone we cannot know what it is worth
            next if $whose eq 'ours' && $seconds > 3600;
            my $polls = polls($s);
            jump($file, $seconds);
            $l->plant(log => $_) for @logs;
            ok($l->settle(8), "by $seconds s: all is found and told");
            ok($s->wait_for(sub { polls($s) >= $polls + 4 }, 8),
                'polls go on');
            my @ill = grep { $_->{type} eq 'rfc6962' || $whose ne 'ours' }
                grep { $_->{state} !~ /^(following|catching-up)$/ } $s->logs;
            is(join(', ', map {"$_->{description}: $_->{state}"} @ill), '',
                'logs are as well as before');
        }
        my @alarms = grep {
            $whose ne 'ours' || $_->{type} eq 'log.unreachable'
        } events($s);
        is_deeply(\@alarms, [], 'nobody is alarmed');
        $l->row("clock jumps, $whose");
        done($n);
    });
}


run();


# Something that cannot be written, from the first findings on until it can:
# findings and alerts are there all the same, and afterwards the files.
sub outage {
    my ($s, $l, $errno, $begin, $end) = @_;
    my $n = $s->nginx;
    my $published = $n->prefix . '/html/list.json';

    spew($published, slurp($s->world->path('list.json')));
    $l->plant(log => $_) for @logs;
    $n->start;
    ok($l->settle, 'all is well');
    sleep 1.1;
    $begin->();
    $l->plant(log => $_) for @logs;
    ok($l->settle, 'all is found and told');
    ok($s->wait_for(sub { ($n->get_json('/ct/api/status')->{engine}{error}
        // '') =~ /cannot be written: $errno/ }), 'and so is the trouble');
    is(scalar $l->ahead, 0, 'positions are not ahead of findings');

    # a list that cannot be kept, evidence that cannot
    $s->add_log('third', protocol => 'static');
    $s->list;
    spew($published, slurp($s->world->path('list.json')));
    utime 1, 1, "$l->{state}.list";
    kill 'HUP', $n->pid;
    ok($s->wait_for(sub { defined $s->the_log('third')->{state} }),
        'a newer list is in force');
    $s->logserver->set('static', fork => 2);
    ok($s->wait_for(sub { events($s, 'log.misbehaving') }), 'a log lies');
    ok(!-s "$l->{state}.evidence", 'no evidence can be kept');
    $s->logserver->set('static', fork => 0);

    $end->();
    ok($s->wait_for(sub {
        ($n->get_json('/ct/api/status')->{engine}{error} // '') eq '' }),
        'it is over');
    ok($s->wait_for(sub {
        slurp("$l->{state}.list") eq slurp($published) }), 'the list is kept');
    ok($s->wait_for(sub { -s "$l->{state}.evidence" }), 'so is evidence');
    ok($l->saved, 'and all else');
    $n->kill_all;
    is(scalar $l->ahead, 0, 'positions are not ahead of findings');
    $n->start;
    $l->plant(log => $_) for @logs;
    ok($l->settle, 'all is found and told');
    is(scalar(grep { $_->{finding} } $s->receiver->alerts), 6,
        'and nothing told again');

    return;
}

# Fills a file system to its last byte.
sub stuff {
    my ($disk) = @_;

    open(my $file, '>', "$disk/stuff") or die $!;
    for my $n (4096, 1) {
        while ((syswrite($file, 'x' x $n) // 0) == $n) { }
    }

    return;
}

sub jump {
    my ($file, $seconds) = @_;

    open(my $out, '+<', $file) or die $!;
    syswrite $out, sprintf '%-32s', $seconds;

    return;
}

# How often heads were asked for.
sub polls {
    my ($s) = @_;
    my $sum = 0;

    for my $log (@logs) {
        my $asked = $s->logserver->stats($log)->{requests};
        $sum += ($asked->{'get-sth'} // 0) + ($asked->{checkpoint} // 0);
    }

    return $sum;
}


package CT::Mounted;

sub new {
    my ($class, $dir) = @_;

    return bless { dir => $dir, owner => $$ }, $class;
}

sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$;
    local ($?, $!);
    system('umount', '-l', $self->{dir});

    return;
}
