# The CA list: whose a CA is, with a real nginx - in a file that changes, by
# URL, refused, and what becomes of the verdicts then.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX qw(strftime);
use Test::More;

use CT::Site;
use CT::World qw(slurp spew);


subtest 'whose is it' => sub {
    my $s = site();
    my $w = $s->world;

    spew($w->path('ca.csv'), listed($s,
        ['usual', 'The Group'], ['bought', 'The Group'],
        ['other', 'Other Group'], ['sold-ca', 'The Group', 'Somebody Ltd']));
    $s->configure(conf => 'ct_ca_list %%WORLD%%/ca.csv;');

    my @cases = (
        ['usual', 'a renewal', 'expected', 'The Group', qr/"The Group"/],
        ['usual2', 'another intermediate of the same CA', 'expected',
            'The Group', qr/"The Group", which also issued a certificate/],
        ['bought', 'another root of the same owner', 'expected',
            'The Group', qr/"The Group", which also issued a certificate/],
        ['sold', 'an intermediate that somebody else operates', 'unfamiliar',
            'Somebody Ltd', qr/your own CA uses, but .* by "Somebody Ltd"/],
        ['copy', q{another CA's copy of our CA's name}, 'unfamiliar',
            'Other Group', qr/your own CA uses, but .* by "Other Group"/],
        ['other', 'another CA', 'unfamiliar', 'Other Group',
            qr/"Other Group", which has not issued any certificate/],
        ['fake', q{nobody's copy of our CA's name}, 'unfamiliar', undef,
            qr/your own CA uses, but no trusted CA can be shown/],
    );

    $s->issue($_->[0], name_of($_->[0])) for @cases;
    $s->nginx->start;
    ok($s->wait_verified('log', scalar @cases), 'the log is read');
    like(said($s)->{text}, qr/^4 certificates of 3 owners, from/,
        'the list is told');
    is(said($s)->{rows}, 4, 'its rows');

    my %found = found($s);
    my $alarms = 0;
    for my $case (@cases) {
        my ($ca, $what, $verdict, $owner, $why) = @$case;
        my $f = $found{ name_of($ca) } || {};
        is($f->{verdict}, $verdict, "$what: $verdict");
        is($f->{ca}, $owner, '  owner');
        like($f->{reason}, $why, '  reason');
        $alarms += $verdict eq 'unfamiliar';
    }
    ok($s->wait_for(sub { $s->receiver->alerts >= $alarms }),
        "$alarms alerts");
    like(page($s), qr/CA list: 4 certificates of 3 owners/,
        'the page says so');

    # by either name: the owner's, and the organization of a root
    $s->configure(conf => 'ct_ca_list %%WORLD%%/ca.csv;'
            . 'ct_issuer "Somebody Ltd" "Other CA Ltd";');
    ok($s->nginx->reload, 'reload with ct_issuer');
    ok($s->wait_for(sub {
        my %now = found($s);
        return join(' ', map { $now{ name_of($_) }{verdict} }
            qw(sold other copy fake))
            eq 'expected expected expected unfamiliar';
    }), 'the owner, and what is below the root') or diag explain found($s);
    sleep 1;
    my %told = map { $_->{id} => 1 }
        grep { ($_->{type} // '') eq 'certificate.unfamiliar' }
        $s->receiver->alerts;
    is(scalar keys %told, $alarms, 'no alarm more');
    $s->nginx->finish;
};


subtest 'a file that changes' => sub {
    my $s = site();
    my $path = $s->world->path('ca.csv');
    my $apart = listed($s, ['usual', 'The Group'], ['bought', 'Bought']);
    my $one = listed($s, ['usual', 'The Group'], ['bought', 'The Group']);

    spew($path, $apart);
    $s->configure(conf => "ct_ca_list $path;");
    $s->issue('bought', 'b.shop.test');
    $s->issue('usual', 'u.shop.test');
    $s->nginx->start;
    ok($s->wait_verified('log', 2), 'the log is read');
    is_deeply([now_of($s, 'b')], ['unfamiliar', 'Bought'], 'two owners');
    is_deeply([now_of($s, 'u')], ['expected', 'The Group'], 'one is ours');

    spew($path, $one);
    ok($s->wait_for(sub {
        "@{[now_of($s, 'b')]}" eq 'expected The Group' }),
        'one owner: judged again, and named anew')
        or diag explain [now_of($s, 'b')];

    spew($path, "<html>oops</html>\n");
    ok($s->wait_for(sub { (said($s)->{error} // '')
        =~ /^a newer list was refused: the CA list has no columns/ }),
        'garbage is refused');
    is_deeply([now_of($s, 'b')], ['expected', 'The Group'],
        'and changes nothing');
    like(page($s), qr/The CA list could not be renewed: a new/,
        'the page says so');
    ok(!$s->nginx->reload(2), 'nginx refuses to reload with it');

    spew($path, $apart);
    ok($s->wait_for(sub {
        "@{[now_of($s, 'b')]}" eq 'unfamiliar Bought' }),
        'two owners again');
    ok($s->wait_for(sub { !defined said($s)->{error} }), 'no error');

    # without the list it is as the roots say
    $s->configure(conf => '');
    ok($s->nginx->reload, 'reload without the list');
    ok($s->wait_for(sub {
        "@{[now_of($s, 'u')]}" eq 'expected Usual CA Ltd'
        && "@{[now_of($s, 'b')]}" eq 'unfamiliar Bought Inc' }),
        'then the organizations of the roots count')
        or diag explain [now_of($s, 'u'), now_of($s, 'b')];
    is(said($s)->{rows}, 0, 'no list');
    $s->nginx->finish(qr/invalid CA list/);
};


subtest 'by URL' => sub {
    my $s = site();
    my $n = $s->nginx;
    my $good = listed($s, ['usual', 'The Group'], ['bought', 'The Group'],
        ['other', 'Other']);

    $s->configure(conf => 'ct_ca_list http://127.0.0.1:%%PORT%%/ca.csv;');
    publish($s, $good);
    $s->issue('bought', 'b.shop.test');
    $n->start;
    ok($s->wait_verified('log', 1), 'the log is read');
    ok($s->wait_for(sub { "@{[now_of($s, 'b')]}" eq 'expected The Group' }),
        'the list has come, whatever was judged before');
    is(said($s)->{rows}, 3, 'it is in force');
    is(slurp(copy($s)), $good, 'and kept');

    publish($s, listed($s, ['usual', 'The Group'], ['other', 'Other'],
        ['bought', 'Bought']));
    age($s);
    ok($s->wait_for(sub { "@{[now_of($s, 'b')]}" eq 'unfamiliar Bought' }),
        'a day later: another list');

    my $before = slurp(copy($s));
    publish($s, listed($s, ['usual', 'The Group']));
    age($s);
    ok($s->wait_for(sub { (said($s)->{error} // '')
        =~ /^a newer list was refused: more than half of the certificat/ }),
        'one that has shrunk is refused');
    is(slurp(copy($s)), $before, 'the copy stays');
    is_deeply([now_of($s, 'b')], ['unfamiliar', 'Bought'], 'so does all');

    unlink published($s);
    age($s);
    ok($s->wait_for(sub { (said($s)->{error} // '')
        =~ /^the list could not be had: / }), 'it is gone')
        or diag explain said($s);
    is(said($s)->{rows}, 3, 'the copy is in force');
    like($n->error_log, qr/\[warn\].*CA list "http.*": the list could not be/,
        'the log has it');
    $n->finish;
};


done_testing;


# Two roots that will be one owner's, an intermediate that was sold, another
# CA's copy of our CA's name, and nobody's.
sub site {
    my $s = CT::Site->new(workers => 1,
        zone => 'zone=ct:2m state=%%PREFIX%%/state');
    my $w = $s->world;

    $w->make_ca('bought', 'Bought Inc');
    $w->make_ca('fake', 'Usual CA Ltd');
    $w->ca('intermediate', "$_->[0]-ca", '--issuer', $_->[1], '--org',
        'Usual CA Ltd', '--cn', "Usual $_->[0]")
        for ['usual2', 'usual'], ['sold', 'usual'], ['copy', 'other'];
    spew($w->path('roots.pem'),
        join '', map { slurp($w->path("$_.crt")) } qw(usual other bought));

    return $s;
}

sub name_of { return "$_[0].shop.test" }

# Records of these: certificate, owner, subordinate owner.
sub listed {
    my ($s, @rows) = @_;
    my $text = '"CA Owner","Certificate Name","Certificate Record Type",'
        . '"Subordinate CA Owner","SHA-256 Fingerprint"' . "\n";

    for my $row (@rows) {
        my ($cert, $owner, $sub) = @$row;
        my (undef, $out) = CT::World::run('openssl', 'x509', '-in',
            $s->world->path("$cert.crt"), '-noout', '-fingerprint',
            '-sha256');
        $out =~ s/.*=|:|\s//g;
        $text .= sprintf "\"%s\",\"a \"\"%s\"\"\",\"%s Certificate\","
            . "\"%s\",\"%s\"\n", $owner, $cert,
            $cert =~ /-ca$/ ? 'Intermediate' : 'Root', $sub // '', $out;
    }

    return $text;
}

sub found { return map { $_->{names}[0] => $_ } $_[0]->findings }

sub now_of {
    my ($s, $name) = @_;
    my %found = found($s);
    my $f = $found{"$name.shop.test"} || {};

    return ($f->{verdict} // '', $f->{ca} // '');
}

sub page { return $_[0]->nginx->get("/ct/")->{content} }

sub said {
    my ($s) = @_;
    my $status = $s->nginx->get_json('/ct/api/status') || {};

    return $status->{ca_list} || { text => '' };
}

sub published { return $_[0]->nginx->prefix . '/html/ca.csv' }
sub copy      { return $_[0]->nginx->prefix . '/state.calist' }
sub publish   { return spew(published($_[0]), $_[1]) }

# As if the copy were three days old: the next engine asks for a newer one.
sub age {
    my ($s) = @_;
    my $then = time - 3 * 86400;

    utime $then, $then, copy($s) or die copy($s) . ": $!";
    $s->nginx->reload;

    return;
}
