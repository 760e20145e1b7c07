# A log of 1,024 real entries: all decoded, the root agrees, and for any
# watched domain the findings equal what the log's names tiles list for it.
# The names tiles are the oracle and are read by this test alone. A bit
# flipped in any tile is caught and never counted as verified.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;

use Compress::Zlib ();
use JSON::PP ();
use CT::Nginx qw(log_location);
use CT::World qw(slurp spew data_dir run build_dir);

my $data = data_dir();
plan skip_all => 'no real data (CT_TEST_DATA)'
    if !$data || !-d "$data/navigli2025h2";

my $w = CT::World->new;
my $root = '10c7c61bce6e21d75e397b79ff075018fdc841dd02382aa82e0f50e82b0f2c90';

$w->log('adopt', 'real', "$data/navigli2025h2/tile", '--size', 1024,
    '--origin', 'log.test/real');
is($w->log_info('real')->{root}, $root, 'the root is the real one');

my $n = CT::Nginx->new(world => $w, http => <<"EOF", module => 0);
    server {
        listen 127.0.0.1:%%PORT%%;
@{[log_location('/real/', $w->path('real/www'))]}
    }
EOF
$n->start;

# ctlog wrote the URL before the port was known
my $list = $w->log('list', 'real');
my $url = $n->url('/real/');
$list =~ s{"monitoring_url":\s*"[^"]*"}{"monitoring_url": "$url"};
spew($w->path('list.json'), $list);

my @names = oracle();
is(scalar @names, 1024, 'the oracle knows 1,024 entries');

# a spread of domains: busy ones, single ones, deep ones, a TLD's worth
my %count;
for my $entry (@names) {
    my %seen;
    for my $name (@$entry) {
        my @labels = split /\./, $name;
        $seen{ join '.', @labels[-$_ .. -1] } = 1 for 2 .. @labels;
    }
    $count{$_}++ for grep { !/\*/ } keys %seen;
}
my @sorted = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;
my @watch = (@sorted[0 .. 9], map { $sorted[$_ * 37 % @sorted] } 10 .. 40);

my ($logs, %found) = follow(@watch);
is($logs->{verified}, 1024, 'all entries are verified');
is($logs->{entries}, 1024, 'all were decoded');
is($logs->{malformed}, 0, 'none is malformed');

my %want;
for my $i (0 .. $#names) {
    $want{$i} = 1 if grep { my $name = $_; grep { concerns($name, $_) } @watch }
        @{ $names[$i] };
}
cmp_ok(scalar keys %want, '>', 50, scalar(keys %want) . ' entries concern '
    . scalar(@watch) . ' watched domains');
is_deeply([sort { $a <=> $b } keys %found], [sort { $a <=> $b } keys %want],
    'the findings equal what the names tiles list');

my @bad = grep {
    join(' ', sort @{ $found{$_}{names} })
        ne join(' ', sort { $a cmp $b } do { my %u; grep { !$u{$_}++ } @{ $names[$_] } })
} keys %found;
is_deeply(\@bad, [], 'with all their names');

# a bit flipped anywhere in what is signed
for my $tile (0 .. 3) {
    my $path = $w->path("real/www/tile/data/00$tile");
    my $good = slurp($path);
    my @leaves = leaves($good);
    my ($from, $len) = @{ $leaves[17 + $tile * 70] };
    my $at = $from + int($len * (0.1 + $tile / 5));

    spew($path, flipped($good, $at));
    my ($log) = follow_for(8, 'example.com');
    my ($gap) = @{ $log->{gaps} };
    ok($log->{verified} == 0 || ($gap && $gap->{from} == 0
        && $gap->{to} == $log->{verified}),
        "a bit of byte $at of tile $tile flipped: not verified");
    ok($log->{state} eq 'misbehaving'
        || ($log->{error} // '') =~ /leaf_index|DER|index|out of place/,
        "and told: $log->{state}, " . ($log->{error} // ''));
    spew($path, $good);
}

# the submitted pre-certificate and the chain are not under the root: they
# change no name and cannot silence anything
my $path = $w->path('real/www/tile/data/002');
my $good = slurp($path);
my ($from, $len, $end) = @{ (leaves($good))[20] };
spew($path, flipped($good, $end - 40));
my ($log, %again) = follow(@watch);
is($log->{verified}, 1024, 'a bit flipped outside of the tree: verified');
is_deeply([sort keys %again], [sort keys %found], 'the same entries found');
spew($path, $good);

$n->finish;
done_testing;


sub oracle {
    my @all;

    for my $tile (0 .. 3) {
        my $raw = slurp(sprintf "$data/navigli2025h2/tile/names/%03d", $tile);
        my $text = Compress::Zlib::memGunzip($raw) // $raw;

        for my $line (split /\n/, $text) {
            my $entry = JSON::PP::decode_json($line);
            my @mine = map { lc } @{ $entry->{DNS} || [] };
            push @mine, @{ $entry->{IP} || [] };
            my $cn = lc($entry->{Subject}{CommonName} // '');
            push @mine, $cn if $cn =~ /\./ && $cn !~ / /;
            push @all, \@mine;
        }
    }

    return @all;
}


sub concerns {
    my ($name, $watched) = @_;

    return 1 if $name eq $watched || $name =~ /\.\Q$watched\E$/;

    # a wildcard covers one label
    return $name =~ /^\*\.(.*)$/ && $watched =~ /^[^.]+\.\Q$1\E$/;
}


sub follow {
    my @domains = @_;
    return follow_for(0, @domains);
}


# ctrun over the log; (log, index => finding)
sub follow_for {
    my ($seconds, @domains) = @_;
    my ($rc, $out) = run({}, build_dir() . '/ctrun', '--list',
        $w->path('list.json'), '--since', 'all', '--verbose', '--zone', 16 << 20,
        ($seconds ? ('--seconds', $seconds) : ('--until', 1024, '--seconds', 20)),
        map { ('--watch', $_) } @domains);
    my ($logs, @findings) = map { JSON::PP::decode_json($_) } grep {/^\{/} split /\n/, $out;
    my %index = map { my $f = $_; map { $_->{index} => $f } @{ $f->{logs} } }
        grep { $_->{logs} } @findings;

    diag($out) if $ENV{CT_VERBOSE};
    return ($logs->{logs}[0], %index);
}


sub flipped {
    my ($bytes, $at) = @_;
    substr($bytes, $at, 1) = chr(ord(substr $bytes, $at, 1) ^ 1);
    return $bytes;
}


# [offset, length, end of entry] of every entry's signed part
sub leaves {
    my ($tile) = @_;
    my ($at, @leaves) = (0);

    while ($at < length $tile) {
        my $from = $at;
        my $type = unpack 'n', substr $tile, $at + 8, 2;
        $at += 10 + ($type ? 32 : 0);
        $at += 3 + unpack 'N', "\0" . substr $tile, $at, 3;
        $at += 2 + unpack 'n', substr $tile, $at, 2;
        my $len = $at - $from;
        $at += 3 + unpack 'N', "\0" . substr $tile, $at, 3 if $type;
        $at += 2 + unpack 'n', substr $tile, $at, 2;
        push @leaves, [$from, $len, $at];
    }

    return @leaves;
}
