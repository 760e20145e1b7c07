# "That is all right", said through nginx: what is acknowledged does not alarm
# any more, nor does what comes later and is covered by it, over a restart as
# well; what is forgotten alarms again. And a test event to each receiver.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep);

use CT::Site;

my $s = CT::Site->new;
my $n = $s->nginx;
$s->configure(conf => 'server { listen 127.0.0.1:%%PORT2%%;'
    . ' location /ct/ { ct_status write=on; } }');

my $first = $s->issue('other', 'one.shop.test');
$n->start;

ok(told('certificate.unfamiliar', 'one.shop.test', 1), 'an alarm');
my $one = found('one.shop.test');
ok($one->{alarming} && !$one->{acknowledged}, 'that nobody has seen');

# by finding
is(action('acknowledge', "finding=$one->{id}&reason=ordered+by+marketing"),
    202, 'somebody says that it is all right');
ok($s->wait_for(sub { found('one.shop.test')->{acknowledged} }),
    'which is noted');
$one = found('one.shop.test');
is($one->{acknowledged}{reason}, 'ordered by marketing', 'with the reason');
is($one->{acknowledged}{scope}, 'finding', 'of it alone');
ok(!$one->{alarming}, 'it does not alarm');
my ($said) = $n->get('/ct/')->{content} =~ m{>(Acknowledged: .*), <time};
is($said, 'Acknowledged: ordered by marketing <small>127.0.0.1',
    'as the page says');
is($one->{verdict}, 'unfamiliar', 'and is what it was');
ok(told('certificate.resolved', 'one.shop.test', 1), 'who heard of it hears');

# by key, for what comes
my $two = $s->issue('other', 'two.shop.test');
ok(told('certificate.unfamiliar', 'two.shop.test', 1), 'another alarm');
$two = found('two.shop.test');
is(action('acknowledge', "key=$two->{spki_sha256}&reason=mail+server"), 202,
    'its key is all right');
ok($s->wait_for(sub { found('two.shop.test')->{acknowledged} }), 'noted');
my ($base) = map {"leaf$_"} $s->{serial} - 1;
$s->issue('other', 'three.shop.test', leaf => ['--key-file', "$base.key"]);
ok($s->wait_for(sub { found('three.shop.test')->{acknowledged} }),
    'another one of that key is all right from the start');

my $acks = $n->get_json('/ct/api/acknowledgements')->{acknowledgements};
is_deeply([sort map { $_->{scope} } @$acks], ['finding', 'key'],
    'both can be read');
my ($by_key) = grep { $_->{scope} eq 'key' } @$acks;
is($by_key->{key}, $two->{spki_sha256}, 'with what they are about');

# kept in the state file
sleep 1.5;
$n->quit;
$n->start;
ok($s->wait_for(sub { found('three.shop.test')->{acknowledged} }),
    'after a restart it still is');
$s->issue('other', 'four.shop.test', leaf => ['--key-file', "$base.key"]);
ok($s->wait_for(sub { found('four.shop.test')->{acknowledged} }),
    'and what is new as well');
sleep 3;
is(scalar(alarms('three.shop.test')) + alarms('four.shop.test'), 0,
    'nobody was alarmed by them');

# forgotten
is(action('forget', "finding=$one->{id}&reason=it+was+not"), 202, 'forget');
ok(told('certificate.unfamiliar', 'one.shop.test', 2),
    'it is told once more');
ok(found('one.shop.test')->{alarming}, 'it alarms again');

# a test of every receiver
is(action('test', ''), 202, 'a test');
ok($s->wait_for(sub {
    grep { ($_->{type} // '') eq 'test' } $s->receiver->alerts }),
    'arrives');
ok($s->wait_for(sub { (channel() || {})->{test} }), 'and is noted');
my $channel = channel();
ok($channel->{test}{ok}, 'with what the receiver answered')
    or diag explain $channel;
is($channel->{kind}, 'webhook', 'of the webhook');
is($channel->{state}, 'idle', 'which has nothing to do');
ok($channel->{sent} >= 4, 'and has taken what there was');
like($n->get('/ct/metrics')->{content},
    qr/^nginx_ct_channel_sent_total\{id="\w{16}",channel="[^"]+",kind="webhook"\} \d/m,
    'as metrics tell, too');

# a receiver that refuses it
$s->receiver->answer({ status => 403, body => 'no such channel' });
is(action('test', ''), 202, 'another test');
ok($s->wait_for(sub { my $t = channel()->{test}; $t && !$t->{ok} }),
    'is refused');
like(channel()->{test}{answer}, qr/403/, 'the page of its answer tells how');
$s->receiver->answer(204);

# as many as there is room for, and the eight that wait to be written down
my $usage = $n->get_json('/ct/api/status')->{usage};
my ($taken, $answer) = (0, 0);
while ($answer != 507 && $taken <= $usage->{max_acknowledgements} + 8) {
    $answer = action('acknowledge', sprintf 'key=%064x&reason=many',
        $taken + 1);
    $taken += $answer == 202;
    sleep 0.1 if $answer == 503;
}
is($answer, 507, "no room after $taken more");
ok($s->wait_for(sub { $n->get_json('/ct/api/status')->{usage}{acknowledgements}
    == $usage->{max_acknowledgements} }), 'because all of it is used');

$n->finish;
done_testing;


sub found {
    my ($name) = @_;
    my ($f) = grep { $_->{names}[0] eq $name } $s->findings;

    return $f || {};
}


sub action {
    my ($what, $form) = @_;
    my $http = HTTP::Tiny->new(timeout => 10, proxy => undef,
        http_proxy => undef);

    return $http->post('http://127.0.0.1:' . $n->port(2)
            . "/ct/api/$what", { content => $form, headers => {
        'Content-Type' => 'application/x-www-form-urlencoded',
        'X-CT-Action' => 1 } })->{status};
}


sub alarms {
    my ($name, $type) = @_;

    return grep {
        ($_->{type} // '') =~ ($type ? qr/^\Q$type\E$/ : qr/^certificate\./)
            && ($_->{finding}{names}[0] // '') eq $name
    } $s->receiver->alerts;
}


sub told {
    my ($type, $name, $times) = @_;

    return $s->wait_for(sub { alarms($name, $type) == $times });
}


sub channel {
    my $all = $n->get_json('/ct/api/channels') || { channels => [] };

    return $all->{channels}[0];
}
