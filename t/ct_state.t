# The state file: whole or set aside, one engine at a time, written by what
# can fail.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;

use Digest::SHA qw(sha256_hex);
use JSON::PP ();
use CT::Nginx;
use CT::Site;
use CT::World qw(slurp spew);


subtest 'what is in it' => sub {
    my ($s, $n, $state) = filled();
    my @lines = split /\n/, slurp($state);
    my @json = map { JSON::PP::decode_json($_) } @lines;

    is($json[0]{ct_state}, 3, 'a header');
    is(scalar(grep { $_->{log} } @json), 1, 'a log');
    is(scalar(grep { $_->{finding} } @json), 2, 'two findings');
    my $body = join '', map {"$_\n"} @lines[0 .. $#lines - 1];
    is($json[-1]{end}{sha256}, sha256_hex($body), 'sealed');
    is($json[-1]{end}{lines}, @lines - 1, 'and counted');
    is((stat $state)[2] & 0777, 0600, 'for its owner only');
    ok(!-e "$state.tmp", 'no temporary file is left');
    $n->finish;
};


my @damage = (
    ['cut in the middle', sub { substr $_[0], 0, length($_[0]) / 2 }],
    ['cut by a byte',     sub { substr $_[0], 0, -1 }],
    ['without its end',   sub { $_[0] =~ s/[^\n]*\n\z//r }],
    ['a bit flipped', sub { my $c = $_[0]; substr($c, 300, 1) ^= "\1"; $c }],
    ['a line missing', sub { $_[0] =~ s/\n[^\n]*finding[^\n]*//r }],
    ['empty',          sub {''}],
    ['zeros',          sub { "\0" x 4096 }],
    ['not JSON',       sub {"hello\n"}],
    ['deep', sub { '[' x 100_000 . "\n" }],
);

for my $case (@damage) {
    my ($what, $how) = @$case;

    subtest "damaged: $what" => sub {
        my ($s, $n, $state) = filled();
        $n->quit;
        my $good = slurp($state);
        my $bad = $how->($good);
        isnt($bad, $good, 'damaged');
        spew($state, $bad);
        $n->start;
        ok($s->wait_for(sub { $s->findings == 2 }), 'nginx starts, all found');
        is(slurp("$state.damaged"), $bad, 'the damaged one is set aside');
        like($n->error_log, qr/\[warn\].*was damaged/, 'with a warning');
        $n->finish;
    };
}


subtest 'a file of a later version' => sub {
    my ($s, $n, $state) = filled();
    $n->quit;
    my @lines = split /\n/, slurp($state);
    splice @lines, 1, 0, '{"news":{"of":"tomorrow"}}';
    pop @lines;
    my $body = join '', map {"$_\n"} @lines;
    spew($state, $body . sprintf qq({"end":{"lines":%d,"sha256":"%s"}}\n),
        scalar @lines, sha256_hex($body));
    my $log = length $n->error_log;
    $n->start;
    ok($s->wait_for(sub { $s->findings == 2 }), 'is read');
    unlike(substr($n->error_log, $log), qr/damaged/, 'without a word');
    unlike(substr($n->error_log, $log), qr/certificate \w+ for/,
        'and nothing had to be found again');
    $n->finish;
};


subtest 'a directory that cannot be written' => sub {
    my $s = CT::Site->new(zone => 'zone=ct:2m state=/proc/ct.state');
    my $n = $s->nginx;

    $s->append('site');
    $n->start;
    ok($s->wait_verified('log', 1), 'it works all the same');
    ok($n->get_json('/ct/api/status')->{engine}{error}, 'and says so');
    like($n->error_log, qr/\[error\].*ct\.state/, 'once in the log');
    cmp_ok($n->quit, '<', 0.5, 'and ends at once');
    $n->finish;
};


subtest 'two servers, one state file' => sub {
    my ($s, $n, $state) = filled();
    my $conf = slurp($n->prefix . '/conf/nginx.conf');
    my $second = CT::Nginx->new(world => $s->world, http => <<"EOF");
    ct_zone zone=two:2m state=$state;
    ct_domain shop.test;
    ct_log_list %%WORLD%%/list.json;
    ct_since all;
    server { listen 127.0.0.1:%%PORT%%; location /ct { ct_status; } }
EOF
    $second->start;
    sleep 1;
    is(scalar @{ $second->get_json('/ct/api/findings')->{findings} }, 0,
        'the second one waits');
    isnt($second->get_json('/ct/api/status')->{engine}{running}, JSON::PP::true,
        'and does not pretend to run');
    $n->quit;
    ok($second->wait_for(sub {
        @{ $second->get_json('/ct/api/findings')->{findings} } == 2 }, 10),
        'when the first has let go, it goes on with everything');
    $second->finish;
    $n->finish;
};


done_testing;


# A site with two findings, saved.
sub filled {
    my $s = CT::Site->new(webhook => 0);
    my $n = $s->nginx;
    my $state = $n->prefix . '/ct.state';

    $s->append('site');
    $s->issue('other', 'a.shop.test');
    $n->start;
    $s->wait_for(sub { $s->findings == 2 });
    $s->wait_for(sub {
        -e $state && (() = slurp($state) =~ /\{"finding"/g) == 2
            && slurp($state) =~ /"verified":\{"size":2/ });

    return ($s, $n, $state);
}
