# CT::Forge: certificates and log entries that nobody would make, put
# together from DER, for a log to hold all the same.
#
#   my $der = certificate(serial => "\2\1\x81",
#       extensions => [san(dns("a.test\0.b.test"))]);
#   spew($path, pem($der));
#
# What certificate() is given stands where it belongs as it is, right or
# wrong; the rest is something ordinary. The signature is noise.

package CT::Forge;

use strict;
use warnings;

use Exporter qw(import);
use MIME::Base64 qw(encode_base64);
use POSIX qw(strftime);

our @EXPORT_OK = qw(
    tlv san dns mail uri ip other extension rdn attribute cn tbs certificate
    pem tile_leaf
);

my $SAN = "\x55\x1d\x11";
my $CN = "\x55\x04\x03";
my $ECDSA = "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
my $P256 = "\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
    . "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";

sub tlv {
    my ($tag, @parts) = @_;
    my $value = join '', @parts;
    my $len = length $value;
    my $octets = pack('N', $len) =~ s/^\0+//r;

    return chr($tag)
        . ($len < 0x80 ? chr $len : chr(0x80 | length $octets) . $octets)
        . $value;
}

# ---- names: RFC 5280, 4.2.1.6 and 4.1.2.4

sub dns  { return tlv(0x82, @_) }
sub mail { return tlv(0x81, @_) }
sub uri  { return tlv(0x86, @_) }
sub ip   { return tlv(0x87, @_) }

sub other {
    my ($oid, $tag, $value) = @_;

    return tlv(0xa0, tlv(0x06, $oid), tlv(0xa0, tlv($tag, $value)));
}

sub san { return extension($SAN, tlv(0x30, @_)) }
sub rdn { return tlv(0x31, @_) }

sub attribute {
    my ($oid, $tag, $value) = @_;

    return tlv(0x30, tlv(0x06, $oid), tlv($tag, $value));
}

# UTF8String unless another tag is given.
sub cn {
    my ($value, $tag) = @_;

    return attribute($CN, $tag // 0x0c, $value);
}

# ---- certificates: RFC 5280, 4.1

sub extension {
    my ($oid, $value, $critical) = @_;

    return tlv(0x30, tlv(0x06, $oid), $critical ? "\x01\x01\xff" : '',
        tlv(0x04, $value));
}

# version, serial, algorithm, issuer, validity, spki: whole elements; subject
# and extensions: lists; tail: what is behind the extensions.
sub tbs {
    my (%part) = @_;
    my $extensions = $part{extensions}
        ? tlv(0xa3, tlv(0x30, @{ $part{extensions} })) : '';

    return tlv(0x30,
        $part{version} // "\xa0\x03\x02\x01\x02",
        $part{serial} // "\x02\x02\x01\x02",
        $part{algorithm} // $ECDSA,
        $part{issuer} // tlv(0x30, rdn(cn('Forged Issuing CA'))),
        $part{validity} // tlv(0x30, map { utc_time($_) } -30, 60),
        tlv(0x30, @{ $part{subject} || [] }),
        $part{spki} // tlv(0x30, $P256, tlv(0x03, "\0\x04", 'k' x 64)),
        $extensions,
        $part{tail} // '');
}

# Also signature, and behind: what follows the certificate.
sub certificate {
    my (%part) = @_;

    return tlv(0x30, tbs(%part), $part{algorithm} // $ECDSA,
        $part{signature} // tlv(0x03, "\0" . tlv(0x30, "\2\1\1", "\2\1\1")))
        . ($part{behind} // '');
}

sub utc_time {
    my ($days) = @_;

    return tlv(0x17, strftime('%y%m%d%H%M%SZ', gmtime(time + $days * 86400)));
}

sub pem {
    my ($der) = @_;

    return "-----BEGIN CERTIFICATE-----\n" . encode_base64($der)
        . "-----END CERTIFICATE-----\n";
}

# A TileLeaf of static-ct-api: cert, index; timestamp, extensions (behind
# leaf_index), and for a pre-certificate pre_certificate (cert is its TBS).
sub tile_leaf {
    my (%part) = @_;
    my $precert = defined $part{pre_certificate};
    my $extensions = pack('CnCN', 0, 5, 0, $part{index})
        . ($part{extensions} // '');

    return pack('Q>n', $part{timestamp} // time * 1000, $precert)
        . ($precert ? "\0" x 32 : '')
        . vector($part{cert})
        . pack('n/a*', $extensions)
        . ($precert ? vector($part{pre_certificate}) : '')
        . pack('n', 0);
}

sub vector {
    my ($data) = @_;

    return substr(pack('N', length $data), 1) . $data;
}

1;
