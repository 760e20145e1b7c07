# A real mail server, chasquid: STARTTLS, a password that it keeps hashed, a
# queue, and a delivery agent that it runs; what that was given is read back
# by Python's parser. Who is not there is refused by it.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use File::Path qw(make_path);
use IO::Socket::INET;
use JSON::PP qw(decode_json);
use Test::More;

use CT::Daemon;
use CT::Mailbox;
use CT::Site;
use CT::World qw(free_port repo_dir run slurp spew unpacked);

my $binary = unpacked('chasquid') or plan(skip_all => 'chasquid is not there');
my $util = unpacked('chasquid-util')
    or plan(skip_all => 'chasquid-util is not there');

my $s = CT::Site->new;
my $w = $s->world;
my $n = $s->nginx;
my $port = free_port();
my $etc = $w->path('chasquid');
my $box = $w->path('box');
my $server = bless { owner => $$ }, 'CT::Daemon';

$w->ca('leaf', 'mail', '--issuer', 'usual-ca', '--ip', '127.0.0.1', '--name',
    'mail.test');
make_path($box, $w->path('data'), map {"$etc/$_"} qw(certs/mail.test
    domains/example.test));
spew("$etc/certs/mail.test/fullchain.pem", slurp($w->path(
    'mail.fullchain.pem')));
spew("$etc/certs/mail.test/privkey.pem", slurp($w->path('mail.key')));

# the agent writes beside and renames, as all do
spew("$etc/chasquid.conf", <<"EOT");
hostname: "mail.test"
smtp_address: "127.0.0.1:@{[ free_port() ]}"
submission_address: "127.0.0.1:$port"
data_dir: "@{[ $w->path('data') ]}"
mail_log_path: "@{[ $w->path('mail.log') ]}"
mail_delivery_agent_bin: "/bin/sh"
mail_delivery_agent_args: "-c"
mail_delivery_agent_args: "cat > $box/\$1.tmp && mv $box/\$1.tmp $box/\$1.eml"
mail_delivery_agent_args: "agent"
mail_delivery_agent_args: "%to_user%"
EOT
for my $user (qw(ct ops sec)) {
    my ($rc, $out) = run($util, "-C=$etc", 'user-add', "$user\@example.test",
        '--password=a word, with blanks');
    is($rc, 0, "a user, $user") or diag $out;
}

$server->spawn($w->path('server.log'), {}, $binary, '-config_dir', $etc);
ok($server->wait_for(sub { IO::Socket::INET->new(Timeout => 1,
    PeerAddr => '127.0.0.1', PeerPort => $port) }, 20), 'a mail server')
    or BAIL_OUT(slurp($w->path('server.log')));

my $file = spew($w->path('password'), "a word, with blanks\n");
chmod 0600, $file;
$s->append('site');
$s->configure(conf => 'ct_mail ' . join(' ', map {"to=$_\@example.test"}
    qw(ops nobody sec)) . " from=ct\@example.test user=ct\@example.test "
    . "server=smtp://127.0.0.1:$port password_file=$file tls=required "
    . 'name=box;');
$n->start;
$s->issue('other', 'shop.test');
ok($s->wait_for(sub { -e "$box/ops.eml" && -e "$box/sec.eml" }),
    'both who are there have a mail') or diag explain channel(),
    slurp($w->path('server.log'));

for my $user (qw(ops sec)) {
    my ($rc, $out) = run(CT::Mailbox::python() || 'python3',
        repo_dir() . '/t/lib/message/readmail.py', "$box/$user.eml");
    is($rc, 0, "$user: it can be read") or diag $out;
    my $mail = decode_json($out);
    my ($received) = grep { lc $_->[0] eq 'received' }
        @{ $mail->{headers} };
    is_deeply($mail->{defects}, [], "$user: no defects");
    like($mail->{subject}, qr/shop\.test/, "$user: $mail->{subject}");
    like($mail->{text}, qr/Other CA Ltd/, "$user: says who");
    like($received->[1], qr/TLS|ESMTPSA/i, "$user: it came by TLS")
        or diag explain $received;
}

ok($s->wait_for(sub { (channel()->{sent} // 0) == 1 }), 'taken');
like(channel()->{error}, qr/nobody\@example\.test.*5\d\d/,
    'who is not there is named');
is(channel()->{given_up}, 1, 'and counted');
is(channel()->{failed}, 0, 'and nothing comes again');

# with a wrong word it is asked again, not given up
spew($file, "another\n");
chmod 0600, $file;
unlink glob "$box/*";
ok($n->reload, 'another password');
$s->issue('other', 'b.shop.test');
ok($s->wait_for(sub { (channel()->{error} // '') =~ /denied|535/i }),
    'is refused') or diag explain channel();
is(channel()->{given_up}, 1, 'nothing is given up');
spew($file, "a word, with blanks\n");
chmod 0600, $file;
ok($n->reload, 'the right one');
ok($s->wait_for(sub { -e "$box/ops.eml" && -e "$box/sec.eml" }),
    'it arrives');
$n->finish;
ok(defined $server->term(10), 'the mail server ends');

done_testing;


sub channel {
    my $all = $n->get_json('/ct/api/channels') || { channels => [] };
    my ($channel) = grep { $_->{name} eq 'box' } @{ $all->{channels} };

    return $channel || {};
}
