# CT::NaiveReader: reads a whole log over HTTP, the slow and simple way, to
# have something to compare the module with. It knows no X.509: a name is
# found where its bytes are, in whatever case. The root is computed with
# Perl's SHA-256 from all entries and compared with the head's; signatures
# are not looked at.
#
#   my $r = CT::NaiveReader->new(url => $prefix, protocol => 'static');
#   my $log = $r->read;         # { size, root, computed, timestamp, entries }
#   my @hits = CT::NaiveReader::find($log, 'shop.test');  # entries
#
# protocol is 'static' or 'rfc6962'. An entry is { index, type, timestamp,
# leaf (bytes that are hashed, without the first), cert (what is signed),
# hash (hex), rest (not hashed) }.

package CT::NaiveReader;

use strict;
use warnings;

use Digest::SHA qw(sha256);
use HTTP::Tiny;
use IO::Uncompress::Gunzip ();
use MIME::Base64 qw(decode_base64);

sub new {
    my ($class, %args) = @_;

    my $http = HTTP::Tiny->new(timeout => 20, max_redirect => 0,
        proxy => undef, http_proxy => undef, max_size => 64 << 20);

    return bless { batch => 1000, protocol => 'static', %args,
        http => $http }, $class;
}

# Everything, up to the head as it is now; dies when something is amiss.
sub read {
    my ($self) = @_;
    my $rfc6962 = $self->{protocol} eq 'rfc6962';
    my %log = $rfc6962 ? $self->_sth : $self->_checkpoint;

    my @entries = $rfc6962 ? $self->_get_entries($log{size})
        : $self->_tiles($log{size});
    my $n = 0;
    $_->{index} = $n++ for @entries;

    $log{entries} = \@entries;
    $log{computed} = unpack 'H*',
        mth([map { pack 'H*', $_->{hash} } @entries], 0, $n);

    return \%log;
}

# ---- functions

# Entries with a name's bytes in the certificate, or the TBS.
sub find {
    my ($log, $name) = @_;

    return grep { index(lc $_->{cert}, lc $name) >= 0 }
        @{ $log->{entries} };
}

# MTH of RFC 6962, 2.1 over some of the leaf hashes.
sub mth {
    my ($hashes, $from, $len) = @_;
    my $k = 1;

    return sha256('') if $len == 0;
    return $hashes->[$from] if $len == 1;
    $k *= 2 while $k * 2 < $len;

    return sha256("\1" . mth($hashes, $from, $k)
        . mth($hashes, $from + $k, $len - $k));
}

# RFC 9162, 2.1.3.2 and 2.1.4.2, which say what RFC 6962 means. All hashes
# are bytes; true when the proof holds.
sub inclusion_holds {
    my ($hash, $index, $size, $root, @path) = @_;
    my ($fn, $sn) = ($index, $size - 1);

    return 0 if $index >= $size;

    for my $p (@path) {
        return 0 if $sn == 0;
        if ($fn & 1 || $fn == $sn) {
            $hash = sha256("\1$p$hash");
            while (!($fn & 1) && $fn) { $fn >>= 1; $sn >>= 1 }
        } else {
            $hash = sha256("\1$hash$p");
        }
        $fn >>= 1;
        $sn >>= 1;
    }

    return $sn == 0 && $hash eq $root;
}

sub consistency_holds {
    my ($first, $second, $old, $new, @path) = @_;
    my ($fn, $sn) = ($first - 1, $second - 1);

    return !@path && $old eq $new if $first == $second;
    return !@path if $first == 0;

    unshift @path, $old if !($first & ($first - 1));
    return 0 if !@path;
    while ($fn & 1) { $fn >>= 1; $sn >>= 1 }
    my $fr = my $sr = shift @path;

    for my $c (@path) {
        return 0 if $sn == 0;
        if ($fn & 1 || $fn == $sn) {
            $fr = sha256("\1$c$fr");
            $sr = sha256("\1$c$sr");
            while (!($fn & 1) && $fn) { $fn >>= 1; $sn >>= 1 }
        } else {
            $sr = sha256("\1$sr$c");
        }
        $fn >>= 1;
        $sn >>= 1;
    }

    return $sn == 0 && $fr eq $old && $sr eq $new;
}

# The entry at the start of TimestampedEntry bytes, which are taken.
sub entry {
    my ($in) = @_;
    my $start = $$in;
    my %e;

    @e{qw(timestamp type)} = unpack 'Q> n', substr $$in, 0, 10, '';
    substr $$in, 0, 32, '' if $e{type} == 1;
    $e{cert} = vector($in, 3);
    vector($in, 2); # extensions
    $e{leaf} = "\0\0" . substr $start, 0, length($start) - length $$in;
    $e{hash} = unpack 'H*', sha256("\0$e{leaf}");

    return \%e;
}

# A TLS vector with a length of `width` bytes, which is taken.
sub vector {
    my ($in, $width) = @_;

    die "short entry\n" if length $$in < $width;
    my $len = hex unpack 'H*', substr $$in, 0, $width, '';
    die "short entry\n" if $len > length $$in;

    return substr $$in, 0, $len, '';
}

# ---- inside

sub _get {
    my ($self, $path) = @_;
    my $answer = $self->{http}->get($self->{url} . $path);
    my ($body, $plain) = ($answer->{content});

    die "$path: $answer->{status}\n" if $answer->{status} != 200;
    return $body if ($answer->{headers}{'content-encoding'} // '') ne 'gzip';
    IO::Uncompress::Gunzip::gunzip(\$body, \$plain, Transparent => 0)
        or die "$path: no gzip\n";

    return $plain;
}

sub _sth {
    my ($self) = @_;
    my $text = $self->_get('ct/v1/get-sth');
    my ($size) = $text =~ /"tree_size"\s*:\s*(\d+)/;
    my ($time) = $text =~ /"timestamp"\s*:\s*(\d+)/;
    my ($root) = $text =~ /"sha256_root_hash"\s*:\s*"([^"]+)"/;

    die "no head: $text\n" if !defined $size || !defined $root;

    return (size => $size, timestamp => $time,
        root => unpack('H*', decode_base64($root)));
}

sub _checkpoint {
    my ($self) = @_;
    my $text = $self->_get('checkpoint');
    my (undef, $size, $root) = split /\n/, $text;

    die "no head: $text\n" if !defined $root || $size !~ /^\d+$/;

    return (size => $size, root => unpack('H*', decode_base64($root)));
}

# By regular expressions: a JSON parser in Perl takes minutes.
sub _get_entries {
    my ($self, $size) = @_;
    my @entries;

    while (@entries < $size) {
        my $start = @entries;
        my $end = $start + $self->{batch} - 1;
        $end = $size - 1 if $end >= $size;
        my $text = $self->_get("ct/v1/get-entries?start=$start&end=$end");
        while ($text =~ /"leaf_input"\s*:\s*"([^"]*)"\s*,
            \s*"extra_data"\s*:\s*"([^"]*)"/gx)
        {
            my ($leaf, $rest) = map { decode_base64($_) } $1, $2;
            die "no leaf\n" if "\0\0" ne substr $leaf, 0, 2, '';
            my $entry = entry(\$leaf);
            die "bytes after a leaf\n" if length $leaf;
            push @entries, { %$entry, rest => $rest };
        }
        die "no entries from $start on\n" if @entries == $start;
    }

    return @entries;
}

sub _tiles {
    my ($self, $size) = @_;
    my @entries;

    while (@entries < $size) {
        my $n = int(@entries / 256);
        my $width = $size - @entries < 256 ? $size - @entries : 256;
        my $path = sprintf '%03d', $n % 1000;
        for ($n = int($n / 1000); $n > 0; $n = int($n / 1000)) {
            $path = sprintf 'x%03d/%s', $n % 1000, $path;
        }
        $path .= ".p/$width" if $width < 256;

        my $tile = $self->_get("tile/data/$path");
        for (1 .. $width) {
            my $entry = entry(\$tile);
            my $start = $tile;
            vector(\$tile, 3) if $entry->{type} == 1;
            vector(\$tile, 2);
            $entry->{rest} = substr $start, 0,
                length($start) - length $tile;
            push @entries, $entry;
        }
        die "bytes after a tile\n" if length $tile;
    }

    return @entries;
}

1;
