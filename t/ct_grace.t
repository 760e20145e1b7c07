# What time decides: certificates of our CA that are never served, served in
# time, too late; a restart in between; and what was there before monitoring
# began.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);

use CT::Scenario;
use CT::Site;


subtest 'never served, in time, too late' => sub {
    my $s = CT::Site->new(
        domain => 'auto shop.test',
        conf   => 'ct_grace 8s;',
    );
    my ($w, $n) = ($s->world, $s->nginx);
    my $t = CT::Scenario->new(site => $s);

    $n->start;
    $s->append('site');
    ok($s->wait_verified('log', 1), 'it runs');

    my $from = time;
    my $hijack = $t->row('hijacked validation at the usual CA', 1,
        $s->issue('usual', 'hijack.shop.test'));
    my $shared = $t->row('shared with 90 strangers, never served', 1,
        $s->issue('usual', 'cdn.shop.test',
            leaf => [map { ('--name', "s$_.example.org") } 1 .. 90]));
    my $late = $t->row('served too late', 1,
        $s->issue('usual', 'late.shop.test'));
    my $renewed = $t->row('renewed in time', 0,
        $s->issue('usual', 'shop.test'));

    ok($s->wait_verified('log', 5), 'all are verified');
    my $f = $t->finding($hijack);
    is($f->{verdict}, 'expected', 'expected');
    ok($f->{serve_by} && !$f->{alarming}, "to be served by $f->{serve_by}");
    is(scalar @{ $f->{steps} }, 1, 'that is what to do');

    $s->configure(certificate => $renewed);
    ok($n->reload, 'the renewal is installed');
    is(scalar $t->alarms, 0, sprintf 'no alert after %.1f s', time - $from);

    ok($s->wait_for(sub { $t->alarms >= 3 }, 30), 'then they are told');
    cmp_ok(time - $from, '>=', 8, sprintf 'after %.1f s', time - $from);
    ok($s->wait_for(sub { $t->finding($hijack)->{verdict} eq 'unserved' }),
        'unserved');
    like($t->finding($hijack)->{reason},
        qr/Usual CA Ltd.*logged on .*never seen.*within 8 seconds/,
        $t->finding($hijack)->{reason});
    ok($t->finding($shared)->{foreign_names}, 'strangers are beside it');

    $s->configure(server => <<"EOF");
}
server {
    listen 127.0.0.1:%%PORT2%% ssl;
    ssl_certificate %%WORLD%%/$late.fullchain.pem;
    ssl_certificate_key %%WORLD%%/$late.key;
EOF
    ok($n->reload, 'another one is installed at last');
    ok($s->wait_for(sub { $t->finding($late)->{verdict} eq 'served' }),
        'and closes');
    ok($t->finding($late)->{resolved}, 'which is told');

    $n->quit;
    $n->start;
    ok($s->wait_for(sub { ($t->finding($hijack)->{verdict} // '')
        eq 'unserved' }),
        'a restart changes nothing');
    $t->settle(3);
    $t->report;
    $n->finish;
};


subtest 'a restart while it is pending' => sub {
    my $s = CT::Site->new(
        domain => 'auto shop.test',
        conf   => 'ct_grace 12s;',
    );
    my $n = $s->nginx;
    my $t = CT::Scenario->new(site => $s);

    $n->start;
    my $from = time;
    my $hijack = $t->row('never served, with a restart between', 1,
        $s->issue('usual', 'hijack.shop.test'));
    ok($s->wait_verified('log', 1), 'verified');
    my $by = $t->finding($hijack)->{serve_by};
    sleep 1.5; # it is saved
    $n->quit;
    $n->start;
    ok($s->wait_for(sub { $t->finding($hijack)->{verdict} }), 'back');
    is($t->finding($hijack)->{serve_by}, $by, 'its deadline is the same');
    is(scalar $t->alarms, 0, 'nothing is told yet');
    $t->settle;
    cmp_ok(time - $from, '>=', 12, 'not before its time');
    $t->report;
    $n->finish;
};


subtest 'baseline of a first start' => sub {
    my $s = CT::Site->new(
        domain => 'auto shop.test',
        since  => 'now',
        conf   => 'ct_grace 3s;',
    );
    my ($w, $n) = ($s->world, $s->nginx);
    my $t = CT::Scenario->new(site => $s);

    $t->row('logged and in the tree before', 0,
        $s->issue('other', 'old.shop.test'));
    $n->start;
    ok($s->wait_verified('log', 1), 'it runs');
    sleep 1.1;

    my @before = map {
        my ($ca, $name) = @$_;
        my $base = "before-$ca";
        $w->ca('leaf', $base, '--issuer', "$ca-ca", '--name', $name);
        $w->log('add', 'log', '--timestamp', (int(time) - 1800) * 1000,
            '--chain', "$base.chain.pem", "$base.pre.crt");
        $base;
    } ['other', 'merged.shop.test'], ['usual', 'mine.shop.test'];
    $t->row('logged before, in the tree only now', 0, @before);
    $w->ca('leaf', 'lie', '--issuer', 'other-ca', '--name', 'lie.shop.test');
    $w->log('add', 'log', '--timestamp', 1, '--chain', 'lie.chain.pem',
        'lie.pre.crt');
    $t->row('a time that cannot be true', 1, 'lie');
    $t->row('logged since', 1, $s->issue('other', 'new.shop.test'));
    ok($s->wait_verified('log', 5), 'verified');
    $t->settle(4);

    my $f = $t->finding($before[0]);
    is($f->{verdict}, 'unfamiliar', 'what is from before is listed');
    ok($f->{baseline} && !$f->{alarming}, 'and does not alarm');
    is($t->finding($before[1])->{verdict}, 'unserved',
        'nor when it is not served');
    my $counts = $n->get_json('/ct/api/status')->{counts};
    is($counts->{baseline}, 2, 'two of them');
    is($counts->{alarming}, 2, 'two others alarm');
    $t->report;
    $n->finish;
};

done_testing;
