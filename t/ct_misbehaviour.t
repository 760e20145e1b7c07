# Everything that logs have ever done wrong, at once: some eighty logs are
# followed by one nginx and are well; then each begins to lie or to fail in
# its own way; then each comes to its senses. What was expected of the module
# and what was seen is a table at the end (prove -v). The numbers are those
# of a catalogue: 17-18 entries, 19 absence, 20 caches, 21-23 heads, 24
# get-entries, 25 tiles, 27 shards.
#
# Each log has INITIAL entries, and GROWN once it misbehaves; a certificate
# for our name is planted in either half. What takes many polls is done by
# engines outside nginx meanwhile, which may poll more often.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;

use CT::Site;
use CT::World qw(build_dir run slurp spew);
use JSON::PP ();
use MIME::Base64 qw(decode_base64 encode_base64);
use POSIX qw(strftime);
use Time::HiRes qw(sleep time);

use constant { INITIAL => 300, GROWN => 600 };

my $json = JSON::PP->new->canonical;
my $s = CT::Site->new(since => 'all',
    zone => 'zone=ct:8m state=%%PREFIX%%/ct.state');
my $n = $s->nginx;
$s->{logserver} = CT::LogServer->new(world => $s->world,
    listen => '0.0.0.0');

# A case: number, what, protocols (s, r), lie, and what is expected.
#   told     what state or error says; without it nothing must be amiss
#   accused  the kind of evidence that is kept, and an event, once
#   also     another one that there may be
#   gap      the kind of gap that is shown; without one nothing is verified
#            while it lies, or up to `limit`
#   after    done to the log when it begins to lie, instead of growing
#   hold     seconds that it goes on lying
#   heals    0: it never comes to its senses
#   listed   changes its entry in the list; `ends`: its interval does then
#   apart    by which engine outside nginx it is followed
#   check    more to look at in the end
my %entries = (path => 'entries');
my %root = (told => qr/misbehaving/, accused => 'root',
    gap => 'contradicted 300-600');
my $count = qr/fewer or more/;
my $reads = qr/malformed|ends inside|fewer or more|goes on|unknown/;
my $slow = qr/slow|time|cut|no answer/i;
my $bits = qr/malformed|ends inside|unknown|larger|goes on/;

my @cases = (
    [17, 'a bit of an entry is another', 'sr', { flip => 400 },
        %root, check => \&read_twice],
    [18, 'a timestamp is another', 'sr', { wrong_time => 400 }, %root],
    [19, 'a tile is gone', 's', { drop => '400..410' }, told => qr/404/,
        gap => 'absent 300-512', apart => 'tile'],
    [19, 'entries are gone', 'r', { drop => '400..401' }, told => qr/404/,
        gap => 'absent 400-402', apart => 'gone'],
    [20, 'a cached consistency proof', 'r',
        { shrink => 100, cached_proof => 1 }, after => \&cached, hold => 4,
        limit => INITIAL, told => qr/consistency proof/],

    [21, 'the tree is late', 'sr', { freeze_time => 'old' },
        after => \&nothing, told => qr/lagging/, event => 'log.lagging',
        listed => { mmd => 10 }, check => sub { event_is($_[0],
            'log.recovered', 1) }],
    [23, 'a read-only log is still', 'sr', { freeze_time => 'old' },
        after => \&nothing, hold => 5, listed => { mmd => 10,
            state => { readonly => { timestamp => '2026-01-01T00:00:00Z' } }
        }],
    [23, 'a read-only log grows', 'sr', {}, told => qr/misbehaving/,
        accused => 'grown', limit => GROWN, heals => 0, apart => 'final'],

    [22, 'a fork, for good', 'sr', { fork => 1 },
        told => qr/misbehaving/, accused => 'fork', check => \&two_heads],
    [22, 'a fork, now and then', 'sr', { fork => 2 }, hold => 6,
        told => qr/misbehaving/, accused => 'fork', limit => GROWN,
        check => \&two_heads],
    [22, 'a smaller head', 'sr', { shrink => 100 }, hold => 5,
        after => \&nothing, check => \&explained],
    [22, 'a smaller head, then larger ones again', 'sr', { shrink => 100 },
        hold => 2],
    [22, 'an older head of a larger tree', 'sr',
        { freeze_time => 'older' }, limit => GROWN, hold => 3],
    [22, 'another origin', 's', { fresh => 0 }, after => \&another_origin,
        told => qr/another log/],
    [22, 'the right key id, a wrong signature', 'sr',
        { wrong_signature => 1 }, told => qr/signature does not verify/],
    [22, 'a root of no tree, signed', 'sr', { wrong_root => 1 },
        told => qr/misbehaving/, accused => 'root', again => 1,
        also => 'fork'], # when it is asked before it has grown
    [22, 'a history rewritten', 'sr', {}, after => \&rewritten,
        told => qr/misbehaving/, accused => 'root',
        gap => 'contradicted 300-600', heals => 0],

    # get-entries, and data tiles where they have the thing
    [24, 'no entries', 'rs', { body => 'empty', %entries }, told => $count],
    [24, 'one entry', 'r', { body => 'one', %entries }, limit => GROWN],
    [25, 'one leaf of 256', 's', { body => 'one', %entries },
        told => $count],
    [24, '32 for 300', 'r', { max => 32 }, limit => GROWN],
    [24, '100 for 300, not aligned', 'r', { max => 100 }, limit => GROWN],
    [24, '64, aligned', 'r', { max => 64, align => 1 }, limit => GROWN],
    [24, '299 for 300, and so on', 'r', { body => 'fewer', %entries },
        told => $count, gap => 'absent 599-600', apart => 'last'],
    [25, '255 leaves', 's', { body => 'fewer', %entries }, told => $count],
    [24, '301 for 300', 'r', { body => 'toomany', %entries },
        told => $reads],
    [25, '257 leaves', 's', { body => 'toomany', %entries },
        told => $reads],
    [24, 'entries backwards', 'rs', { body => 'shuffled', %entries },
        told => qr/index/],
    [24, 'a page', 'rs', { body => 'html', %entries }, told => $reads],
    [24, 'half of it', 'rs', { body => 'truncated', %entries },
        told => $reads],
    [24, 'a connection that breaks', 'rs', { close_after => 5000, %entries },
        told => qr/entries: /],
    [24, 'a tail', 'rs', { body => 'tail', %entries }, told => $reads],
    [24, 'bytes behind a leaf', 'r', { body => 'trailing', %entries },
        %root],
    [25, 'bytes behind a leaf', 's', { body => 'trailing', %entries },
        told => $reads],
    [24, 'no base64', 'r', { body => 'badbase64', %entries },
        told => $reads],
    [24, 'no leaf_input', 'r', { body => 'nokeys', %entries },
        told => $reads],
    (map { [24, "JSON: $_", 'r', { body => $_, %entries }, limit => GROWN] }
        qw(extra_members escaped spaced swapped)),
    [24, 'gzip, unasked or not', 'rs', { gzip_unasked => 1, %entries },
        limit => GROWN],
    [24, 'gzip of gzip', 'rs', { double_gzip => 1, %entries },
        told => $bits],
    [24, 'says gzip, is not', 'rs', { false_gzip => 1, %entries },
        limit => GROWN],
    [24, 'a bomb', 'rs', { bomb => 1, %entries }, told => $bits],
    [24, '429', 'rs', { status => 429 }, told => qr/rate-limited/,
        event => 'log.unreachable'],
    [24, '429, Retry-After: 5', 'rs',
        { status => 429, retry_after => 5, count => 1 }, hold => 7,
        limit => GROWN, check => \&silent],
    [24, '429, Retry-After: a date', 'rs', { status => 429, count => 1 },
        date => 'GMT', hold => 8, limit => GROWN,
        check => \&silent],
    [24, '503, Retry-After: a UTC date', 'rs',
        { status => 503, count => 1 }, date => 'UTC', hold => 8,
        limit => GROWN, check => \&silent],
    [24, '503', 'rs', { status => 503, %entries },
        told => qr/rate-limited: .*503/],
    [24, '500', 'rs', { status => 500, %entries },
        told => qr/unreachable: .*500/, event => 'log.unreachable'],
    [24, 'a redirect', 'rs', { redirect => '%%ELSEWHERE%%' },
        told => qr/302/, check => \&nobody_went],
    [24, 'byte by byte', 'rs', { drip => 50, %entries }, told => $slow],
    [24, 'no answer', 'rs', { hang => 1, %entries }, told => $slow],
    [24, 'no end', 'rs', { endless => 1, %entries },
        told => qr/goes on|larger|malformed/],

    # heads
    (map { [24, "a head: $_", 'rs', { body => $_, path => 'sth' },
        told => qr/tree head: /] } qw(html truncated empty)),
    [24, 'a head without size', 'r', { body => 'nokeys', path => 'sth' },
        told => qr/tree head: /],
    [24, 'a head: a bomb', 'rs', { bomb => 1, path => 'sth' },
        told => qr/tree head: /],
    [24, 'a head without end', 'rs', { endless => 1, path => 'sth' },
        told => qr/tree head: /],

    # tiles
    [25, 'a hash tile with a tail', 's', { body => 'tail', path => 'hash' },
        told => qr/hash tile: .*(?:fewer or more|larger)/, limit => GROWN],
    [25, 'half a hash tile', 's', { body => 'truncated', path => 'hash' },
        told => qr/hash tile: .*fewer or more/, limit => GROWN],
    [25, 'no partial tile, the full one', 's', { no_partial => 1 },
        after => \&beyond, limit => GROWN],
    [25, 'no partial tile, nor a full one', 's', { no_partial => 1 },
        told => qr/404/],
    [25, 'a partial tile of other content', 's', { other_partial => 1 },
        told => qr/misbehaving/, accused => 'root'],
    [25, 'no data tile', 's', { status => 404, %entries },
        told => qr/404/],

    [27, 'a shard ends and is gone', 'sr', { hang => 1 },
        told => qr/^skipped: /, heals => 0, after => \&nothing,
        ends => 25],
    [0, 'nothing at all', 'sr', {}, limit => GROWN, hold => 20],
);

my @all = make();
my @logs = grep { !$_->{apart} } @all;
my %by = map { $_->{name} => $_ } @all;
my $elsewhere = CT::Receiver->new(world => $s->world);
my @engines = map { apart($_) } qw(tile last gone final);

start();
$s->{heard} = -s $n->prefix . '/logs/error.log';
lie($_) for @logs;
watch(120);
rejoin(@$_) for @engines;
my %found = map { $_->{names}[0] => $_ } $s->findings;
my @events = events();
my @hooks;
$s->wait_for(sub {
    sleep 0.5;
    return $s->receiver->alerts >= keys(%found) + @events;
}, 10);
@hooks = $s->receiver->alerts;

for my $log (@all) {
    subtest "$log->{no}, $log->{kind}: $log->{what}" => sub { judge($log) };
}

SKIP: {
    skip 'a sanitizer needs memory itself', 1 if $ENV{CT_NGINX_PRELOAD};
    cmp_ok($s->{rss}, '<', 160 * 1024,
        "memory has its bound: $s->{rss} KiB");
}
like(join(' ', map { $_->{type} =~ /^coverage\.(\w+)/ ? $1 : () }
    reverse @events), qr/^lost(?: restored lost)*(?: restored)?$/,
    'the coverage was lost, which is said when it changes');
table();
$n->finish;
done_testing;


# ---- the logs

sub make {
    my @made;

    for my $case (@cases) {
        my ($no, $what, $protocols, $lie, %want) = @$case;
        for my $p (split //, $protocols) {
            push @made, { no => $no, what => $what, lie => $lie, %want,
                kind => $p eq 's' ? 'static' : 'RFC 6962',
                protocol => $p eq 's' ? 'static' : 'rfc6962',
                name => sprintf('l%02d%s', scalar @made, $p) };
        }
    }

    my $w = $s->world;
    $w->ca('leaf', 'all', '--issuer', 'other-ca', '--count', 3 * @made,
        '--name-format', 'c%05d.shop.test');
    $s->{certificates} = [slurp($w->path('all.pem'))
        =~ /(-----BEGIN.*?-----END CERTIFICATE-----\n)/gs];
    $s->{logs} = [];
    for my $log (@made) {
        $s->add_log($log->{name}, protocol => $log->{protocol}, '--url',
            host($log->{name}));
        grow($log, INITIAL);
        $s->lie($log->{name} => { fresh => 1 });
    }

    return @made;
}


# Each log is a host: connections to one are few.
sub host {
    my ($name) = @_;

    return $s->logserver->url($name) =~ s/127\.0\.0\.1/'127.0.1.'
        . (1 + ++$s->{hosts})/er;
}


# To so many entries, with a certificate among those that are new.
sub grow {
    my ($log, $size, @words) = @_;
    my $w = $s->world;
    my $n = ++$log->{planted};
    my $base = sprintf 'c%05d', $s->{issued}++;

    spew($w->path("$base.pem"), shift @{ $s->{certificates} });
    $w->log('fill', $log->{name}, '--entries', $size - ($log->{size} // 0),
        '--seed', $n, '--chain', 'all.chain.pem', '--plant', "$base.pem",
        @words);
    $log->{size} = $size;
    push @{ $log->{names} }, "$base.shop.test";

    return;
}


sub start {
    $s->{logs} = [map { $_->{name} } @logs];
    $s->configure;
    amend('list.json');

    $n->start;
    my %late;
    $s->wait_for(sub {
        %late = map { $_->{description} => $_ } grep {
            $_->{verified} < INITIAL
            || $_->{state} !~ /^(?:following|final)$/ } $s->logs;
        return !%late && $s->logs == @logs;
    }, 20);
    is(join(' ', sort keys %late), '', 'all logs are well, in the beginning');
    $s->wait_for(sub { $s->findings >= @logs }, 5);

    return;
}


# What a list says of some logs.
sub amend {
    my $list = JSON::PP::decode_json(slurp($s->world->path($_[0])));

    for my $op (@{ $list->{operators} }) {
        for my $entry (@{ $op->{logs} }, @{ $op->{tiled_logs} }) {
            my $log = $by{ $entry->{description} =~ s/^Log //r } or next;
            %$entry = (%$entry, %{ $log->{listed} || {} });
            $entry->{temporal_interval}{end_exclusive}
                = strftime('%Y-%m-%dT%H:%M:%SZ', gmtime(time + $log->{ends}))
                if $log->{ends};
            next if ($log->{apart} // '') ne 'final';
            my $info = $s->world->log_info($log->{name});
            $entry->{state} = { readonly => {
                timestamp => '2026-01-01T00:00:00Z',
                final_tree_head => { tree_size => INITIAL, sha256_root_hash
                    => encode_base64(pack('H*', $info->{root}), '') } } };
        }
    }
    spew($s->world->path($_[0]), $json->encode($list));

    return;
}


# Another engine's logs, in a process of its own: well, lying, well again.
# Returns what rejoin() wants.
sub apart {
    my ($which) = @_;
    my $w = $s->world;
    my @mine = grep { ($_->{apart} // '') eq $which } @all;
    my ($s_logs, $r_logs) = map { my $p = $_; [map { $_->{name} } grep {
        $_->{protocol} eq $p } @mine] } qw(static rfc6962);
    my @until = $which eq 'final' ? () : ('--until', GROWN);

    $w->log_list("$which.json", @$s_logs, map { ('--rfc6962', $_) } @$r_logs);
    amend("$which.json");

    my $pid = fork // die "fork: $!";
    return [$which, $pid, @mine] if $pid != 0;

    my $ok = eval {
        my @first = engine($which, '--until', INITIAL, '--seconds', 30);
        lie($_) for @mine;
        my @second = engine($which, @until, '--seconds', @until ? 60 : 20);
        relent($_) for @mine;
        my @third = @until ? engine($which, '--seconds', 18) : @second;
        spew($w->path("$which.result"), $json->encode(
            [\@first, \@second, \@third, { map { $_->{name} =>
                { names => $_->{names}, size => $_->{size} } } @mine }]));
    };
    print STDERR $@ if !$ok;
    POSIX::_exit(0);
}


# The log list and the findings that ctrun prints.
sub engine {
    my ($which, @words) = @_;
    my ($rc, $out) = run({ dir => $s->world->dir }, build_dir() . '/ctrun',
        '--list', "$which.json", '--state', "$which.state", '--since', 'all',
        '--watch', 'shop.test', '--trusted', 'roots.pem', '--interval', 200,
        '--webhook', $s->receiver->url('/hook'), @words);

    return map { JSON::PP::decode_json($_) } grep {/^\{"(?!cpu)/}
        split /\n/, $out;
}


sub rejoin {
    my ($which, $pid, @mine) = @_;

    waitpid $pid, 0;
    my $result = JSON::PP::decode_json(slurp($s->world->path(
        "$which.result")));
    my @after = map { { map { $_->{description} => $_ } @{ $_->[0]{logs} } } }
        @$result[0 .. 2];

    for my $log (@mine) {
        my ($first, $second, $third)
            = map { $_->{"Log $log->{name}"} } @after;
        %$log = (%$log, %{ $result->[3]{ $log->{name} } });
        $log->{planted} = @{ $log->{names} };
        $log->{said} = ["$second->{state}: " . ($second->{error} // '')];
        $log->{told} = qr/./ if $log->{gap}; # its error is history by then
        $log->{gaps} = $second->{gaps};
        $log->{verified} = $second->{verified};
        $log->{is} = $third;
        $log->{done} = $first->{verified} == INITIAL && ($which eq 'final'
            || (!@{ $third->{gaps} } && $third->{state} eq 'following'));
        $log->{found} = { map { $_->{names}[0] => $_ } grep { $_->{names} }
            @{ $result->[2] } };
    }

    return;
}


sub lie {
    my ($log) = @_;
    my %lie = (fresh => 1, %{ $log->{lie} });
    my $server = $s->logserver;

    $lie{fresh} = 0 if exists $lie{freeze_time};
    $lie{freeze_time} = int(time - ($lie{freeze_time} eq 'old' ? 60 : 10))
        * 1000 if $lie{freeze_time};
    $log->{until} = int(time + 6) if $log->{date};
    $lie{retry_after} = strftime("%a, %d %b %Y %H:%M:%S $log->{date}",
        gmtime($log->{until})) if $log->{date};
    $lie{redirect} = $elsewhere->url('/') if $lie{redirect};

    $server->forget($log->{name});
    $log->{since} = time;
    $s->lie($log->{name} => \%lie);
    $log->{after} ? $log->{after}->($log, %lie) : grow($log, GROWN);

    return;
}


sub nothing { }

sub cached {
    my ($log) = @_;

    $s->logserver->get_json($log->{name},
        'ct/v1/get-sth-consistency?first=5&second=9');
    return;
}

sub another_origin {
    my ($log) = @_;

    $s->world->log('checkpoint', $log->{name}, '--origin', 'x.test');
    return;
}

# The same key, other entries.
sub rewritten {
    my ($log) = @_;
    my $w = $s->world;
    my $twin = { %$log, name => "$log->{name}x", size => 0, planted => 5,
        names => [] };

    $w->log('init', $twin->{name}, '--origin', "log.test/$log->{name}",
        '--url', 'http://x.test/');
    system('cp', '-r', $w->path("$log->{name}/private/key.pem"),
        $w->path("$twin->{name}/private/key.pem")) == 0 or die;
    grow($twin, GROWN);
    $s->lie($log->{name} => { as => $twin->{name} });
    $s->lie($twin->{name} => { fresh => 1 });
    $log->{size} = GROWN;

    return;
}

# The head ends in the middle of a tile that is full.
sub beyond {
    my ($log) = @_;

    grow($log, GROWN + 200, '--no-checkpoint');
    $s->world->log('checkpoint', $log->{name}, '--size', GROWN);
    $log->{size} = GROWN;

    return;
}


# The truth again, and what grows with it.
sub relent {
    my ($log) = @_;

    $log->{relented} = time;
    $log->{stats} = $s->logserver->stats($log->{name});
    return if defined $log->{heals} && !$log->{heals};

    $s->logserver->reset($log->{name});
    $s->lie($log->{name} => { fresh => 1 });
    grow($log, GROWN) if $log->{size} < GROWN;
    grow($log, GROWN + 1) if $log->{again};
    $s->world->log('checkpoint', $log->{name})
        if $log->{what} eq 'another origin';

    return;
}


# ---- what the module makes of them

# Until each has lied long enough and come to its senses.
sub watch {
    my ($seconds) = @_;
    my $end = time + $seconds;

    while (time < $end && grep { !$_->{done} } @logs) {
        hear();
        for my $is ($s->logs) {
            my $log = $by{ $is->{description} =~ s/^Log //r };
            look($log, $is) if !$log->{done};
        }
        my $rss = $n->rss($n->worker0) // 0;
        $s->{rss} = $rss if $rss > ($s->{rss} // 0);
        sleep 0.3;
    }

    return;
}


# What is over before it can be seen is in the error log.
sub hear {
    open(my $file, '<', $n->prefix . '/logs/error.log') or die $!;
    seek $file, $s->{heard} // 0, 0;
    while (my $line = <$file>) {
        last if $line !~ /\n\z/;
        $s->{heard} = tell $file;
        my ($name, $why) = $line =~ /log "Log (\w+)" failed, .*?: (.*?)\s*$/
            or next;
        push @{ $by{$name}{said} }, "failed: $why"
            if !$by{$name}{relented};
    }

    return;
}


sub look {
    my ($log, $is) = @_;
    my $text = "$is->{state}: " . ($is->{error} // '');
    my $now = time;

    $log->{is} = $is;
    if ($log->{relented}) {
        $log->{done} = (defined $log->{heals} && !$log->{heals})
            || ($is->{state} =~ /^(?:following|final)$/ && !$is->{error}
                && !@{ $is->{gaps} } && $is->{verified} == $log->{size});
        $log->{healed} = $now if $log->{done};
        return;
    }

    push @{ $log->{said} }, $text if !grep { $_ eq $text } @{ $log->{said} };
    $log->{gaps} = $is->{gaps} if @{ $is->{gaps} };
    $log->{verified} = $is->{verified};
    $log->{seen} //= $now if told($log) && arrived($log);
    relent($log)
        if $log->{seen} && $now - $log->{since} >= ($log->{hold} // 2);

    return;
}


sub told {
    my ($log) = @_;

    return 1 if !$log->{told};

    return !!grep { $_ =~ $log->{told} } @{ $log->{said} };
}


# As far as it can come while it lies.
sub arrived {
    my ($log) = @_;

    return $log->{gap} ? !!$log->{gaps}
        : $log->{verified} >= ($log->{limit} // INITIAL);
}


sub alerted {
    my ($log) = @_;
    $s->{alerts} //= { map { ($_->{finding}{names}[0] // '') => 1 } @hooks };

    return !grep { !$s->{alerts}{$_} } @{ $log->{names} };
}


sub events {
    my ($next, @all) = ('');

    while (defined $next) {
        my $page = $n->get_json('/ct/api/events'
            . ($next ne '' ? "?after=$next" : '')) or last;
        push @all, @{ $page->{events} };
        $next = $page->{next};
    }

    return @all;
}


# ---- the judgement

sub judge {
    my ($log) = @_;
    my $name = $log->{name};
    my $said = join ' | ', @{ $log->{said} };

    ok(told($log), 'it is told') or diag "said: $said";
    cmp_ok($log->{verified}, '<=', $log->{limit} // INITIAL,
        'what is not proven is not believed')
        if !$log->{gap};
    cmp_ok($log->{verified}, '>=', $log->{limit} // INITIAL,
        'what is proven is') if !$log->{gap};
    is(join(',', map {"$_->{kind} $_->{from}-$_->{to}"}
        @{ $log->{gaps} || [] }), $log->{gap} // '', 'the gap')
        if $log->{gap} || !$log->{accused};
    unlike($said, qr/lagging|unreachable|rate-limited|misbehaving/,
        'nothing is amiss') if !$log->{told};

    my @accused = evidence($name);
    is(join(' ', grep { $_ ne ($log->{also} // '') }
            map { $_->{kind} } @accused), $log->{accused} // '',
        'evidence');
    event_is($log, 'log.misbehaving', $log->{accused} ? 1 : 0);
    event_is($log, $log->{event}, 1) if $log->{event};
    $log->{check}->($log) if $log->{check};
    signed($log, $_) for map { @{ $_->{heads} } } @accused;

    ok($log->{done}, 'it is followed again when it is honest again')
        or diag $json->pretty->encode($log->{is});
    for my $planted (@{ $log->{names} }) {
        my $f = ($log->{found} || \%found)->{$planted};
        ok($f, "$planted is found");
        ok($f && !$f->{unverified}, 'and proven') if $log->{done}
            && ($log->{heals} // 1);
    }
    ok(alerted($log), 'and alerted');

    return;
}


sub evidence {
    my ($name) = @_;
    my @files = grep { -e } $n->prefix . '/ct.state.evidence',
        map { $s->world->path("$_.state.evidence") } qw(tile last gone final);

    return grep { $_->{log}{description} eq "Log $name" }
        map { JSON::PP::decode_json($_) } map { split /\n/, slurp($_) }
        @files;
}


sub event_is {
    my ($log, $type, $want) = @_;

    is(scalar(grep { $_->{type} eq $type && ($_->{log}{description} // '')
        eq "Log $log->{name}" } @events), $want, "$type: $want")
        if !$log->{apart};
    is(scalar(grep { ($_->{type} // '') eq $type
        && ($_->{log}{description} // '') eq "Log $log->{name}" } @hooks),
        $want, 'and as a webhook');

    return;
}


# A head of the evidence, verified with what openssl knows of the log's key.
sub signed {
    my ($log, $head) = @_;
    my $w = $s->world;
    my $key = decode_base64($w->log_info($log->{name})->{key});
    my (undef, undef, $len, $sig) = unpack 'C C n a*',
        decode_base64($head->{tree_head_signature});

    spew($w->path('head.bin'), "\0\1" . pack('Q> Q> a*', $head->{timestamp},
        $head->{tree_size}, decode_base64($head->{sha256_root_hash})));
    spew($w->path('head.sig'), $sig);
    spew($w->path('head.key'), "-----BEGIN PUBLIC KEY-----\n"
        . encode_base64($key) . "-----END PUBLIC KEY-----\n");
    my ($rc, $out) = run({ dir => $w->dir }, qw(openssl dgst -sha256 -verify
        head.key -signature head.sig head.bin));
    is($rc, 0, "the evidence of $head->{tree_size} entries verifies")
        or diag $out;

    return;
}


sub two_heads {
    my ($log) = @_;
    my ($e) = evidence($log->{name});
    my @heads = @{ $e->{heads} };

    is(scalar @heads, 2, 'two heads');
    is($heads[0]{tree_size}, $heads[1]{tree_size}, 'of one size');
    isnt($heads[0]{sha256_root_hash}, $heads[1]{sha256_root_hash},
        'with two roots');

    return;
}


# How often an entry was asked for while the log lied.
sub read_twice {
    my ($log) = @_;
    my @asks = grep { $_->[4] && $_->[3] <= 400 && $_->[3] + $_->[4] > 400 }
        @{ $log->{stats}{visits} };

    is(scalar @asks, 2, 'read once more from scratch, then no more');

    return;
}


sub explained {
    my ($log) = @_;

    is($log->{stats}{requests}{'get-sth-consistency'} // 0,
        $log->{protocol} eq 'static' ? 0 : 1,
        'the smaller head is explained, once');

    return;
}


# Nothing is asked before the time that was given with a refusal.
sub silent {
    my ($log) = @_;
    my @visits = @{ $log->{stats}{visits} };
    my ($refused) = grep { $_->[2] == 429 || $_->[2] == 503 } @visits;

    ok($refused, 'refused') or return;
    my ($next) = grep { $_->[0] > $refused->[0] + 200 } @visits;
    ok($next, 'and asked again') or return;
    my $want = $log->{until} ? $log->{until} * 1000
        : $refused->[0] + 1000 * $log->{lie}{retry_after};
    cmp_ok($next->[0], '>=', $want - 500, 'not before it is wanted');

    return;
}


sub nobody_went {
    is(scalar $elsewhere->requests, 0, 'nobody follows it');

    return;
}


sub table {
    my @rows = ['no.', 'protocol', 'what the log does', 'expected', 'seen'];

    for my $log (@all) {
        my @said = @{ $log->{said} };
        my ($said) = $log->{told} ? grep { $_ =~ $log->{told} } @said : ();
        push @rows, [$log->{no}, $log->{kind}, $log->{what},
            $log->{accused} ? "accused ($log->{accused})"
                . ($log->{gap} ? ', a gap' : '')
            : $log->{told} ? 'told, not believed' : 'read',
            join ', ', map { s/: $//r } ($said // $said[-1]),
            "verified $log->{verified}",
            (map {"gap $_->{from}-$_->{to}"} @{ $log->{gaps} || [] }),
            $log->{healed} && ($log->{heals} // 1)
                ? sprintf 'well after %.0f s',
                    $log->{healed} - $log->{relented} : ()];
    }
    note(sprintf '%-4s%-10s%-41s%-26s%s', @$_) for @rows;

    return;
}
