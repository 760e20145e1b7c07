# Certificates with hostile names, one for each way there is to write a name
# so that a monitor overlooks it, in a log that one nginx follows: which name
# is expected, which was found. Strangers are among them, written the same
# ways: what is not ours must stay quiet.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;

use CT::Forge qw(
    tlv san dns mail uri ip other extension rdn attribute cn tbs certificate
    pem tile_leaf
);
use CT::Scenario;
use CT::Site;
use CT::World qw(spew);

my $POISON = "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03";
my $SCTS = "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02";
my $IDN = 'xn--bcher-kva.test';
my $ANY = '(any)'; # something is watched there, no matter which
my $V4 = "\xc0\x00\x02\x07";
my $V6 = "\x20\x01\x0d\xb8" . "\0" x 11 . "\x07";

my @rows;

# ---- 1: NUL

ours('1', 'NUL behind', 'shop.test', san => [dns("shop.test\0.evil.org")]);
ours('1', 'NUL before', 'shop.test', san => [dns("evil.org\0.shop.test")]);
ours('1', 'NUL inside a label', $ANY, san => [dns("evil.org\0shop.test")]);
ours('1', 'NUL at the end', 'shop.test', san => [dns("shop.test\0")]);
ours('1', 'NUL in a CN', 'shop.test', cn => [cn("shop.test\0.evil.org")]);
ours('1', 'NUL in a URI', 'shop.test',
    san => [uri("https://shop.test\0\@evil.org/")]);
ours('1', 'NUL in a mail address', 'shop.test',
    san => [mail("a\@shop.test\0\@evil.org")]);
strange('1', 'NUL', san => [dns("evil.org\0.example.org")]);
strange('1', 'NUL behind another', san => [dns("notshop.test\0.evil.org")]);

# ---- 2: SAN extensions, 3: what is in them

ours('2', 'two SANs', 'shop.test',
    extensions => [san(dns('example.org')), san(dns('shop.test'))]);
ours('2', 'two SANs, ours first', 'shop.test',
    extensions => [san(dns('shop.test')), san(dns('example.org'))]);
ours('2', 'a broken SAN, then ours', 'shop.test',
    extensions => [extension("\x55\x1d\x11", 'x'), san(dns('shop.test'))]);
ours('2', 'an empty SAN, then ours', 'shop.test',
    extensions => [san(), san(dns('shop.test'))]);
strange('2', 'two SANs',
    extensions => [san(dns('example.org')), san(dns('example.net'))]);

ours('3', 'an element of no kind, then ours', 'shop.test',
    san => [tlv(0x89, 'x'), dns('shop.test')]);
ours('3', 'an IA5String, then ours', 'shop.test',
    san => [tlv(0x16, 'x'), dns('shop.test')]);
ours('3', 'ours in an IA5String', 'shop.test', unparsable => 1,
    san => [tlv(0x16, 'shop.test')]);
ours('3', 'ours constructed', 'shop.test', unparsable => 1,
    san => [tlv(0xa2, tlv(0x16, 'shop.test'))]);
ours('3', 'a name longer than its SAN', 'shop.test', unparsable => 1,
    san => ["\x82\x20shop.test"]);
ours('3', 'ours behind such a one', 'shop.test', unparsable => 1,
    san => ["\x82\x40" . 'x' x 40, dns('shop.test')]);
ours('3', 'a SET instead of a SEQUENCE', 'shop.test', unparsable => 1,
    extensions => [extension("\x55\x1d\x11", tlv(0x31, dns('shop.test')))]);
ours('3', 'a broken extension before', 'shop.test',
    extensions => ["\x30\x02\x05\x00", san(dns('shop.test'))]);
strange('3', 'an element of no kind',
    san => [tlv(0x89, 'notshop.test'), dns('example.org')]);
strange('3', 'a name longer than its SAN', san => ["\x82\x20example.org"]);

# ---- 4: the CN, 5: its string types

ours('4', 'CN without SAN', 'shop.test', cn => [cn('shop.test')]);
ours('4', 'CN that no SAN has', 'shop.test', san => [dns('example.org')],
    cn => [cn('shop.test')]);
ours('4', 'several CNs in one RDN', 'shop.test',
    cn => [cn('example.org'), cn('shop.test')]);
ours('4', 'several RDNs', 'shop.test',
    subject => [rdn(cn('example.org')), rdn(cn('www.shop.test')),
        rdn(cn('example.net'))]);
ours('4', 'CN as a URL', 'shop.test', cn => [cn('https://shop.test/path')]);
ours('4', 'CN as a URL with user and port', 'shop.test',
    cn => [cn('https://user@shop.test:8443/')]);
ours('4', 'CN with a port', 'shop.test', cn => [cn('shop.test:8443')]);
ours('4', 'CN with blanks around', 'shop.test', cn => [cn(" shop.test\t ")]);
ours('4', 'CN as a wildcard', 'shop.test', cn => [cn('*.shop.test')]);
ours('4', 'IPv4 address as CN', '192.0.2.7', cn => [cn('192.0.2.7')]);
ours('4', 'IPv6 address as CN', '2001:db8::7', cn => [cn('2001:DB8::7')]);
ours('4', 'address as dNSName', '192.0.2.7', san => [dns('192.0.2.7')]);
strange('4', 'CN as text', cn => [cn('The shop.test shop')]);
strange('4', 'CN as a word', cn => [cn('shop')]);
strange('4', 'CN as a URL', cn => [cn('https://example.org/')]);
strange('4', 'address as CN', cn => [cn('192.0.2.8')]);
strange('4', 'ours as an organization',
    cn => [attribute("\x55\x04\x0a", 0x0c, 'shop.test')]);

ours('5', 'UTF8String with other bytes', 'shop.test',
    cn => [cn("\xff.shop.test")]);
ours('5', 'TeletexString as Latin-1', $IDN,
    cn => [cn("b\xfccher.test", 0x14)]);
ours('5', 'BMPString', 'shop.test', cn => [cn(wide(2, 'shop.test'), 0x1e)]);
ours('5', 'BMPString of odd length', 'shop.test',
    cn => [cn(wide(2, 'shop.test') . 'x', 0x1e)]);
ours('5', 'BMPString that is none', 'shop.test',
    cn => [cn('shop.test', 0x1e)]);
ours('5', 'BMPString with an umlaut', $IDN,
    cn => [cn(wide(2, "b\xfccher.test"), 0x1e)]);
ours('5', 'UniversalString', 'shop.test',
    cn => [cn(wide(4, 'www.shop.test'), 0x1c)]);
ours('5', 'UniversalString cut off', 'shop.test',
    cn => [cn(wide(4, 'shop.test') . "\0\0", 0x1c)]);
ours('5', 'VisibleString', 'shop.test', cn => [cn('shop.test', 0x1a)]);
ours('5', 'NumericString', 'shop.test', cn => [cn('shop.test', 0x12)]);
ours('5', 'PrintableString with 8 bits', $IDN,
    cn => [cn("b\xfccher.test", 0x13)]);
ours('5', 'BIT STRING', 'shop.test', unparsable => 1,
    cn => [cn("\0shop.test", 0x03)]);
ours('5', 'constructed UTF8String', 'shop.test', unparsable => 1,
    cn => [cn(tlv(0x0c, 'shop.test'), 0x2c)]);
ours('5', 'no string, in wide characters', 'shop.test', unparsable => 1,
    cn => [cn(wide(2, 'shop.test'), 0x03)]);
strange('5', 'BMPString', cn => [cn(wide(2, 'example.org'), 0x1e)]);
strange('5', 'TeletexString', cn => [cn("b\xe4cher.test", 0x14)]);
strange('5', 'BIT STRING', cn => [cn("\0www.example.org", 0x03)]);

# ---- 6: bytes that are not ASCII

ours('6', 'UTF-8', $IDN, san => [dns("b\xc3\xbccher.test")]);
ours('6', 'UTF-8 in upper case', $IDN, san => [dns("B\xc3\x9cCHER.test")]);
ours('6', 'Latin-1', $IDN, san => [dns("b\xfccher.test")]);
ours('6', 'A-label in upper case', $IDN, san => [dns('XN--BCHER-KVA.TEST')]);
ours('6', 'A-label that stands for nothing', $ANY,
    san => [dns('xN--12311613412431243.test')]);
ours('6', 'decomposed umlaut', $ANY, san => [dns("bu\xcc\x88cher.test")]);
ours('6', 'full-width letters', 'shop.test',
    san => [dns("\xef\xbd\x93\xef\xbd\x88\xef\xbd\x8f\xef\xbd\x90.test")]);
ours('6', 'ideographic full stop', 'shop.test',
    san => [dns("shop\xe3\x80\x82test")]);
ours('6', 'soft hyphen', 'shop.test', san => [dns("sh\xc2\xadop.test")]);
ours('6', 'bytes below ours', 'shop.test', san => [dns("\xfe\xff.shop.test")]);
ours('6', 'U-label in a URI', $IDN,
    san => [uri("https://b\xc3\xbccher.test/")]);
strange('6', 'UTF-8', san => [dns("k\xc3\xa4se.test")]);
strange('6', 'A-label', san => [dns('xn--kse-qla.test')]);
strange('6', 'other bytes elsewhere', san => [dns("\xfe\xff.example.org")]);
strange('6', 'A-label that is none elsewhere',
    san => [dns('xn--12311613412431243.example')]);

# ---- 7: dots, blanks, lengths

ours('7', 'dot behind', 'shop.test', san => [dns('shop.test.')]);
ours('7', 'dots behind', 'shop.test', san => [dns('shop.test...')]);
ours('7', 'dot before', 'shop.test', san => [dns('.shop.test')]);
ours('7', 'blank before', 'shop.test', san => [dns(' shop.test')]);
ours('7', 'blanks behind, and a dot', 'shop.test',
    san => [dns("shop.test. \t")]);
ours('7', 'line break behind', 'shop.test', san => [dns("shop.test\r\n")]);
ours('7', 'mixed case', 'shop.test', san => [dns('SHop.TesT')]);
ours('7', 'empty label below', 'shop.test', san => [dns('a..shop.test')]);
ours('7', 'empty label inside', $ANY, san => [dns('shop..test')]);
ours('7', 'underscore', 'shop.test', san => [dns('_dmarc.shop.test')]);
ours('7', 'redacted below', 'shop.test', san => [dns('?.?.shop.test')]);
ours('7', 'redacted itself', $ANY, san => [dns('?.test')]);
ours('7', 'label of 70', 'shop.test', san => [dns('a' x 70 . '.shop.test')]);
ours('7', 'name of 400', 'shop.test', san => [dns('a.' x 200 . 'shop.test')]);
ours('7', 'two names in one', 'shop.test',
    san => [dns('example.org,shop.test')]);
strange('7', 'ours before', san => [dns('shop.test.example.org')]);
strange('7', 'ours as an end of a label', san => [dns('notshop.test')]);
strange('7', 'ours as a beginning', san => [dns('shop.testing')]);
strange('7', 'hyphen for a dot', san => [dns('www-shop.test')]);
strange('7', 'underscore', san => [dns('_shop.test')]);
strange('7', 'cut off', san => [dns('hop.test')]);
strange('7', 'redacted elsewhere', san => [dns('?.example.org')]);
strange('7', 'nothing but dots', san => [dns('..')]);
strange('7', 'an empty name', san => [dns('')]);
strange('7', 'label of 70', san => [dns('a' x 70 . '.example.org')]);

# ---- 8: wildcards, 9: labels that cannot be read

ours('8', 'wildcard below', 'shop.test', san => [dns('*.shop.test')]);
ours('8', 'wildcard far below', 'shop.test', san => [dns('*.a.b.shop.test')]);
ours('8', 'wildcard in our place', 'sub.wild.test',
    san => [dns('*.wild.test')]);
ours('8', 'two of them', 'sub.wild.test', san => [dns('*.*.wild.test')]);
ours('8', 'wildcard below a top level', $ANY, san => [dns('*.test')]);
ours('8', 'nothing else', $ANY, san => [dns('*')]);
ours('8', 'wildcard as top level', $ANY, san => [dns('shop.*')]);
ours('8', 'part of a label', $ANY, san => [dns('s*p.test')]);
ours('8', 'part of a label below', 'shop.test', san => [dns('f*o.shop.test')]);
ours('8', 'not the first label', 'shop.test', san => [dns('a.*.shop.test')]);
ours('8', 'not the first, in our place', $ANY, san => [dns('a.*.test')]);
strange('8', 'wildcard', san => [dns('*.example.org')]);
strange('8', 'wildcard beside', san => [dns('*.other.test')]);
strange('8', 'part of a label', san => [dns('f*o.example.org')]);

ours('9', 'control characters below', 'shop.test',
    san => [dns("a\x07b.shop.test")]);
ours('9', 'control characters in our place', $ANY, san => [dns("\1\2.test")]);
ours('9', 'DEL', $ANY, san => [dns("sho\x7fp.test")]);
strange('9', 'control characters', san => [dns("\1\2.example.org")]);

# ---- 10: other places, addresses

ours('10', 'URI', 'shop.test', san => [uri('https://www.shop.test/x?y#z')]);
ours('10', 'URI with user and port', 'shop.test',
    san => [uri('ftp://me:secret@shop.test:2121/')]);
ours('10', 'URI with an address', '192.0.2.7',
    san => [uri('https://192.0.2.7/')]);
ours('10', 'URI with an IPv6 address', '2001:db8::7',
    san => [uri('https://[2001:db8::7]:8443/')]);
ours('10', 'sip', 'shop.test', san => [uri('sip:alice@shop.test;a=b')]);
ours('10', 'mail address', 'shop.test', san => [mail('you@shop.test')]);
ours('10', 'mail host', 'shop.test', san => [mail('shop.test')]);
ours('10', 'SmtpUTF8Mailbox', $IDN, san => [other(
    "\x2b\x06\x01\x05\x05\x07\x08\x09", 0x0c, "a\@b\xc3\xbccher.test")]);
ours('10', 'XmppAddr', 'shop.test', san => [other(
    "\x2b\x06\x01\x05\x05\x07\x08\x05", 0x0c, 'a@shop.test/phone')]);
ours('10', 'SRVName', 'shop.test', san => [other(
    "\x2b\x06\x01\x05\x05\x07\x08\x07", 0x16, '_imaps.shop.test')]);
ours('10', 'principal name', 'shop.test', san => [other(
    "\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03", 0x0c, 'a@shop.test')]);
ours('10', 'IPv4 address', '192.0.2.7', san => [ip($V4)]);
ours('10', 'IPv6 address', '2001:db8::7', san => [ip($V6)]);
ours('10', 'IPv4 in IPv6', '192.0.2.7',
    san => [ip("\0" x 10 . "\xff\xff" . $V4)]);
ours('10', 'address of 5 bytes, then ours', 'shop.test',
    san => [ip('abcde'), dns('shop.test')]);
ours('10', 'onion name beside ours', 'shop.test',
    san => [dns('a' x 56 . '.onion'), dns('shop.test')]);
strange('10', 'URI', san => [uri('https://example.org/shop.test')]);
strange('10', 'URI with ours as a user',
    san => [uri('https://shop.test@example.org/')]);
strange('10', 'mail address', san => [mail('shop.test@example.org')]);
strange('10', 'otherName of no host', san => [other(
    "\x2b\x06\x01\x05\x05\x07\x08\x04", 0x0c, 'shop.test')]);
strange('10', 'directoryName', san => [tlv(0xa4, tlv(0x30,
    rdn(cn('shop.test'))))]);
strange('10', 'address with a mask', san => [ip($V4 . "\xff" x 4)]);
strange('10', 'address beside', san => [ip("\xc0\x00\x02\x08")]);
strange('10', 'onion name', san => [dns('a' x 56 . '.onion')]);

# ---- 11: sizes

ours('11', 'the last of 2,000', 'shop.test', san => [many(1999),
    dns('shop.test')]);
ours('11', 'the last of 10,000', 'shop.test', san => [many(9999),
    dns('shop.test')]);
ours('11', 'attribute of 32 KiB before', 'shop.test', cn => [
    attribute("\x55\x04\x04", 0x0c, 'song ' x 6600), cn('shop.test')]);
ours('11', 'name of 40,000 bytes', 'shop.test',
    san => [dns('a.' x 20_000 . 'shop.test')]);
ours('11', 'CN of 32 KiB as a URL', 'shop.test',
    cn => [cn('https://shop.test/' . 'x' x 32_768)]);
ours('11', 'BMPString of 32 KiB', 'shop.test',
    cn => [cn(wide(2, 'a.' x 8000 . 'shop.test'), 0x1e)]);
ours('11', 'certificate of 512 KiB', 'shop.test',
    extensions => [extension("\x2a\x03\x04", 'x' x 520_000),
        san(dns('shop.test'))]);
ours('11', 'unparsable, 128 KiB', 'shop.test', unparsable => 1,
    der => "\x30\x80" . 'x' x 130_000 . dns('shop.test')
        . tlv(0x30, 'x' x 1000));
strange('11', '10,000 names', san => [many(10_000)]);
strange('11', 'name of 40,000 bytes',
    san => [dns('shop.test.' x 4000 . 'example.org')]);

# ---- 12: broken elsewhere

my %fine = (extensions => [san(dns('shop.test'))]);
my $good = certificate(%fine);
my $other = certificate(extensions => [san(dns('example.org'))]);

ours('12', 'negative serial', 'shop.test', %fine, serial => "\2\1\x81");
ours('12', 'serial not minimal', 'shop.test', %fine,
    serial => "\2\4\0\0\0\x05");
ours('12', 'serial of 200 bytes', 'shop.test', %fine,
    serial => tlv(0x02, 's' x 200));
ours('12', 'no such dates', 'shop.test', %fine,
    validity => tlv(0x30, tlv(0x17, '991399999999Z'), tlv(0x18, 'soon')));
ours('12', 'unknown kind of key', 'shop.test', %fine,
    spki => tlv(0x30, tlv(0x30, "\6\3\x2a\3\4"), tlv(0x03, "\0key")));
ours('12', 'unknown algorithm', 'shop.test', %fine,
    algorithm => tlv(0x30, "\6\3\x2a\3\4", tlv(0x30, 'what is this')));
ours('12', 'version 10', 'shop.test', %fine, version => "\xa0\3\2\1\x09");
ours('12', 'version 1 with extensions', 'shop.test', %fine, version => '');
ours('12', 'bytes behind the certificate', 'shop.test', %fine,
    behind => 'more');
ours('12', 'a signature that is none', 'shop.test', %fine,
    signature => "\x05\x00");
ours('12', 'bytes behind the extensions', 'shop.test', unparsable => 1, %fine,
    tail => "\x05\x00");
ours('12', 'cut off', 'shop.test', unparsable => 1,
    der => substr($good, 0, -20));
ours('12', 'longer than it says', 'shop.test', unparsable => 1,
    der => "\x30\x10" . $good);
ours('12', 'lengths in BER', 'shop.test', unparsable => 1,
    der => ber($good));
ours('12', 'indefinite length', 'shop.test', unparsable => 1,
    der => "\x30\x80" . inside($good) . "\0\0");
ours('12', 'a serial that is none', 'shop.test', unparsable => 1, %fine,
    serial => "\5\0");
ours('12', 'the name and nothing else', 'shop.test', unparsable => 1,
    der => 'shop.test');
strange('12', 'bytes behind the extensions', tail => "\x05\x00",
    extensions => [san(dns('example.org'))]);
strange('12', 'cut off', der => substr($other, 0, -20));
strange('12', 'lengths in BER', der => ber($other));
strange('12', 'indefinite length',
    der => "\x30\x80" . inside($other) . "\0\0");
strange('12', 'the name in another', der => 'xnotshop.testx');

# ---- 13: pre-certificates

for my $poison (
    ['as it should be', extension($POISON, "\5\0", 1)],
    ['that is not critical', extension($POISON, "\5\0")],
    ['that is not NULL', extension($POISON, "\4\3abc", 1)],
    ['twice', (extension($POISON, "\5\0", 1)) x 2],
    ['and an SCT list', extension($POISON, "\5\0", 1),
        extension($SCTS, "\4\2\0\0")])
{
    my ($what, @poison) = @$poison;

    ours('13', "poison $what", 'shop.test',
        extensions => [san(dns('shop.test')), @poison]);
}
strange('13', 'poison twice', extensions => [san(dns('example.org')),
    (extension($POISON, "\5\0", 1)) x 2]);
ours('13', 'ours, another was submitted', 'shop.test',
    leaf => { cert => signed('shop.test', 1), pre_certificate => $other });
strange('13', 'another, ours was submitted',
    leaf => { cert => signed('example.org', 2), pre_certificate => $good });
ours('13', 'a TBS that cannot be parsed', 'shop.test', unparsable => 1,
    leaf => { cert => "\x30\x10" . signed('shop.test', 3),
        pre_certificate => $other });

# ---- 15, 16: the entry around them

ours('15', 'no chain', 'shop.test', %fine, leaf => {});
ours('16', 'an extension of another type', 'shop.test', %fine,
    leaf => { extensions => "\x07\x00\x03abc" });
ours('16', 'timestamp 0', 'shop.test', %fine, leaf => { timestamp => 0 });
ours('16', 'timestamp far ahead', 'shop.test', %fine,
    leaf => { timestamp => 4_000_000_000_000 });
strange('16', 'timestamp 0', leaf => { timestamp => 0 },
    extensions => [san(dns('example.org'))]);

# ---- all of it in one log

my $s = CT::Site->new(
    webhook => 0,
    zone    => 'zone=ct:8m state=%%PREFIX%%/ct.state',
    domain  => "shop.test sub.wild.test b\xc3\xbccher.test 192.0.2.7 "
        . '2001:db8::7',
);
my $w = $s->world;
my @pem = grep { !$_->{leaf} } @rows;

@rows = (@pem, grep { $_->{leaf} } @rows);
for my $i (0 .. $#rows) {
    my ($row, $part) = ($rows[$i], $rows[$i]{part});

    $part->{serial} //= pack('CCn', 2, 2, 0x4000 + $i);
    $part->{der} //= certificate(%$part);
    spew($w->path("$i.pem"), pem($part->{der}));
    spew($w->path("$i.bin"), tile_leaf(cert => $part->{der}, index => $i,
        %{ $row->{leaf} })) if $row->{leaf};
}
$w->log('add', 'log', '--chain', 'site.chain.pem',
    map {"$_.pem"} 0 .. $#pem);
$w->log('raw', 'log', map {"$_.bin"} @pem .. $#rows);
is($w->log_info('log')->{size}, scalar @rows, scalar(@rows) . ' entries');

my $want = grep { $_->{want} } @rows;

$s->nginx->start;
ok($s->wait_verified('log', scalar @rows), 'all of them are verified');
ok($s->wait_for(sub { $s->findings >= $want }, 5), 'and found');
report();
$s->nginx->finish;

done_testing;

# ---- inside

# `want` is the watched name that has to be found.
sub ours {
    my ($case, $what, $want, %part) = @_;
    my $leaf = delete $part{leaf};

    if ($part{cn}) {
        $part{subject} = [rdn(@{ delete $part{cn} })];
    }
    if ($part{san}) {
        $part{extensions} = [san(@{ delete $part{san} })];
    }

    push @rows, { case => $case, what => $what, want => $want, leaf => $leaf,
        unparsable => delete $part{unparsable}, part => \%part };
    return;
}

sub strange {
    my ($case, $what, %part) = @_;

    return ours($case, "stranger: $what", '', %part);
}

# Latin-1 as UTF-16BE or UTF-32BE.
sub wide {
    my ($unit, $text) = @_;

    return join '', map { "\0" x ($unit - 1) . $_ } split //, $text;
}

sub many {
    my ($n) = @_;

    return map { dns("w$_.example.org") } 1 .. $n;
}

# What logs sign of a pre-certificate.
sub signed {
    my ($name, $serial) = @_;

    return tbs(serial => "\2\1" . chr $serial,
        extensions => [san(dns($name))]);
}

# Behind tag and length.
sub inside {
    my ($der) = @_;
    my $octets = ord substr($der, 1, 1);

    return substr($der, $octets < 0x80 ? 2 : 2 + ($octets & 0x7f));
}

# The same with a length of four octets where fewer would do.
sub ber {
    my ($der) = @_;

    return "\x30\x84" . pack('N/a*', inside($der));
}

sub report {
    my (%found, $missed, $false);

    for my $finding ($s->findings) {
        $found{ $_->{index} } = $finding for @{ $finding->{logs} };
    }
    $missed = $false = 0;

    for my $i (0 .. $#rows) {
        my $row = $rows[$i];
        my $finding = delete $found{$i} || {};
        my $got = $finding->{matched} // '';
        my $verdict = $finding->{verdict} // '';
        my $means = !$row->{want} ? ''
            : $row->{unparsable} ? 'unparsable' : 'unfamiliar';

        $got = $ANY if $got ne '' && $row->{want} eq $ANY;
        is("$got $verdict", "$row->{want} $means",
            sprintf '%-2s %-42s | %-18s | %-18s | %s', $row->{case},
            $row->{what}, $row->{want} || '-', $got || '-', $verdict || '-');
        $missed++ if $row->{want} && $got ne $row->{want};
        $false++ if !$row->{want} && $got;
    }

    is(scalar keys %found, 0, 'nothing else is found');
    CT::Scenario::verdict('odd names', scalar @rows, $missed, $false);
    return;
}
