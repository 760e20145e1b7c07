# Mail, from a real nginx to a real mail server with STARTTLS and a password,
# read back by Python's parser; and servers that are not what they should be.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(sleep time);

use CT::Ledger;
use CT::Mailbox;
use CT::Site;
use CT::World qw(free_port spew);

plan(skip_all => CT::Mailbox::missing()) if CT::Mailbox::missing();

my $page = 'https://www.example.test/ct/';
my @login = ('ct', 'a word, with blanks');
my $calm; # a quit when nobody hangs

# what goes into certificates as names
my @hostile = (
    "a\r\nBcc: x\@evil.test\r\n\r\nhi.shop.test",
    "\r\n.\r\nQUIT\r\n.shop.test",
    '=?utf-8?q?=0D=0ABcc:_x@evil.test?=.shop.test',
    '<script>alert(1)</script>.shop.test',
    '<a href=https://evil.test/>click</a>.shop.test',
    "\xe2\x80\xaemoc.shop.test",
    "\xff\xfe\x80.shop.test",
    "\x1b[2J.shop.test",
    ('y' x 600) . '.shop.test',
    '.leading.shop.test',
);


subtest 'a finding and its end are one thread' => sub {
    my ($s, $m) = site();
    my $n = $s->nginx;

    $s->append('site');
    $n->start;
    my $theirs = $s->issue('other', 'shop.test');
    ok($s->wait_for(sub { $m->count == 1 }), 'a mail');
    ok($s->wait_for(sub {
        $n->get_json('/ct/api/status')->{alerts}{sent} == 2 }), 'taken');
    $s->configure(certificate => $theirs);
    ok($n->reload, 'what was found is served now');
    ok($s->wait_for(sub { $m->count == 2 }), 'another mail');

    my ($first, $end) = $m->mails;
    for my $mail ($first, $end) {
        is_deeply($mail->{defects}, [], 'no defects');
        is_deeply($mail->{envelope}, { from => 'ct@example.test',
            to => [qw(ops@example.test sec@example.test)],
            tls => JSON::PP::true(), authenticated => JSON::PP::true() },
            'over TLS, with the password, to both');
        is_deeply($mail->{to}, $mail->{envelope}{to}, 'and so it says');
        is_deeply($mail->{types},
            [qw(multipart/alternative text/plain text/html)], 'two parts');
        like($mail->{$_}, qr/shop\[\.\]test/, "the name in $_")
            for qw(text html);
        like($mail->{html}, qr{href="\Q$page\E}, 'leads to the page');
        like($mail->{subject}, qr/shop\.test/, 'the name in the subject');
        is(scalar(header($mail, 'References')), 1, 'of one thread');
    }
    unlike($first->{subject}, qr/resolved|no longer|over/i, $first->{subject});
    isnt($end->{subject}, $first->{subject}, $end->{subject});
    is((header($first, 'References'))[0], (header($end, 'References'))[0],
        'the same one');
    is((header($first, 'In-Reply-To'))[0], (header($end, 'In-Reply-To'))[0],
        'for those who look there');
    isnt((header($first, 'Message-ID'))[0], (header($end, 'Message-ID'))[0],
        'but two mails');
    is_deeply([grep { $_ ne "PLAIN @login" && $_ ne "LOGIN @login" }
        $m->logins], [], 'the password is what the file has');
    is(scalar $s->receiver->alerts, 2, 'the webhook has both, too');

    $calm = $n->quit;
    $n->finish;
};


subtest 'hostile names' => sub {
    my ($s, $m) = site();
    my $n = $s->nginx;
    my %may = map { $_ => 1 } qw(Date From To Subject Message-ID In-Reply-To
        References Importance Auto-Submitted MIME-Version Content-Type);

    $s->append('site');
    $s->issue('other', $_, leaf => ['--cn', '']) for @hostile;
    $n->start;
    ok($s->wait_for(sub {
        $n->get_json('/ct/api/status')->{alerts}{sent} == 2 * @hostile }),
        'all of them are told');

    my @mails = $m->mails;
    for my $mail (@mails) {
        is_deeply($mail->{defects}, [], 'no defects');
        is_deeply([grep { !$may{$_} } map { $_->[0] }
            @{ $mail->{headers} }], [], 'no header of a stranger');
        is_deeply($mail->{envelope}{to},
            [qw(ops@example.test sec@example.test)], 'nor a recipient');
        is_deeply($mail->{to}, $mail->{envelope}{to}, 'nor in a header');
        unlike($mail->{raw} =~ s/\r\n//gr, qr/[^\x20-\x7e\t]/,
            'printable lines');
        is(scalar(grep { length > 998 } split /\r\n/, $mail->{raw}), 0,
            'none too long');
        unlike($mail->{html}, qr/<script|<a href=(?!"\Q$page\E)/i,
            'no script, no link but to the page');
        unlike("$mail->{text}$mail->{html}", qr{https://evil\.test},
            'nothing that becomes one');
        unlike("$mail->{subject}$mail->{text}$mail->{html}",
            qr/\x{202e}|\x1b/, 'nothing that turns or hides text');
    }
    my $text = join '', map { $_->{text} } @mails;
    like($text, qr/quit.*shop\[\.\]test/, 'what cannot end the mail is in it');
    like($text, qr/y{100}/, 'long ones, too');
    $n->finish;
};


subtest 'not to a stranger, not without TLS' => sub {
    my ($s, $m) = site(cert => 'stranger-mail');
    my $n = $s->nginx;
    my $port = $m->port;

    $s->append('site');
    $s->issue('other', 'a.shop.test');
    $n->start;
    ok($s->wait_for(sub { $s->receiver->alerts == 1 }), 'a webhook is told');
    ok($s->wait_for(sub { row($s)->{error} =~ /certificate/i }),
        'the row says what is wrong with the mail server')
        or diag explain row($s);
    is($m->count + $m->logins, 0, 'it has no mail, and no password');

    # a certificate for another name, none at all, another password
    for my $case (
        ['certificate|host ?name', cert => 'other-mail', login => \@login],
        ['TLS|SSL'],
        ['denied|535', cert => 'mail', login => ['ct', 'another']],
    ) {
        my ($says, @box) = @$case;
        $m->kill_all;
        $m = CT::Mailbox->new(world => $s->world, port => $port, @box);
        like(tested($s), qr/$says/i, 'refused');
        is($m->count, 0, 'no mail there');
        is(scalar $m->logins, 0, 'nor a password') if $says ne 'denied|535';
    }

    $m->kill_all;
    $m = CT::Mailbox->new(world => $s->world, port => $port, cert => 'mail',
        login => \@login);
    ok($n->reload, 'at last it is the right one');
    ok($s->wait_for(sub { $m->count == 1 }), 'it gets what has waited');
    like(($m->mails)[0]{text}, qr/a\[\.\]shop\[\.\]test/, 'the alert');
    ok($s->wait_for(sub { (row($s)->{error} // '') eq ''
        && row($s)->{sent} == 1 }), 'and the row is good again');
    is(scalar(grep { $_->{finding} } $s->receiver->alerts), 1,
        'the webhook was told once');
    $n->finish;
};


subtest 'servers that hang' => sub {
    my $mute = IO::Socket::INET->new(Listen => 16,
        LocalAddr => '127.0.0.1', LocalPort => free_port()) or die $!;
    my ($s, $m) = site(conf => 'ct_mail to=mute@example.test '
        . 'from=ct@example.test server=smtp://127.0.0.1:' . $mute->sockport
        . ' tls=off; ct_mail to=mute@example.test from=ct@example.test '
        . 'server=smtps://127.0.0.1:' . $mute->sockport . ';');
    my $n = $s->nginx;

    $m->hang(1);
    $s->append('site');
    $s->issue('other', 'a.shop.test');
    $n->start;
    ok($s->wait_for(sub { $s->receiver->alerts == 1 }), 'a webhook is told');
    ok($s->wait_for(sub { $m->logins == 1 }), 'a mail is on its way');
    $s->issue('other', 'b.shop.test');
    ok($s->wait_for(sub { $s->receiver->alerts == 2 }), 'nobody else waits');
    sleep 0.5;
    my $took = $n->quit;
    cmp_ok($took, '<', ($calm // 0) + 0.5,
        sprintf 'quit takes %.2f s, %.2f when nobody hangs', $took, $calm);

    $m->hang(0);
    $n->start;
    ok($s->wait_for(sub {
        join(' ', map { $_->{text} } $m->mails)
            =~ /a\[\.\]shop.*b\[\.\]shop/s }, 40), 'both came');
    $n->finish;
};


# Everybody gets it once, as soon as the server takes it for him; who is
# refused for good is not passed over in silence.
subtest 'some recipients are refused' => sub {
    my ($s, $m) = site(to => [qw(full@example.test gone@example.test)]);
    my $n = $s->nginx;
    my @to = map {"$_\@example.test"} qw(ops sec full gone);

    $m->refuse($to[2] => '452 mailbox full', $to[3] => '550 no such user');
    $s->append('site');
    $n->start;
    $s->issue('other', 'a.shop.test');
    ok($s->wait_for(sub { $m->count == 1 }), 'a mail');
    is_deeply(($m->mails)[0]{envelope}{to}, [@to[0, 1]],
        'to those who are taken');
    ok($s->wait_for(sub { row($s)->{error} =~ /full.*452/ }),
        'who is not for now is shown') or diag explain row($s);
    ok($s->wait_for(sub { row($s)->{failed} >= 3 }), 'and tried again');
    is($m->count, 1, 'without a mail to the others');
    ok($n->reload && $s->wait_for(sub { row($s)->{failed} >= 4 }),
        'a reload, and again');
    is($m->count, 1, 'without one either');
    $m->refuse($to[3] => '550 no such user');
    ok($s->wait_for(sub { $m->count == 2 }), 'when he is taken he gets it');
    is_deeply(($m->mails)[1]{envelope}{to}, [$to[2]], 'he alone');
    ok($s->wait_for(sub { row($s)->{error} =~ /gone.*550/ }),
        'who is refused for good is shown') or diag explain row($s);
    my ($box) = grep { $_->{name} eq 'box' }
        @{ $n->get_json('/ct/api/channels')->{channels} };
    is_deeply([@$box{qw(waiting sent given_up dead)}], [0, 1, 1, 0],
        'and counted') or diag explain $box;
    like(tested($s), qr/taken.*gone.*550/, 'a test says so, too');
    $n->finish;
};


done_testing;


# A site with a mailbox; `cert` is that of the mail server, `to` are more
# recipients.
sub site {
    my (%args) = @_;
    my $s = CT::Site->new;
    my $w = $s->world;

    $w->make_ca('stranger', 'Stranger CA');
    $w->ca('leaf', $_->[0], '--issuer', "$_->[1]-ca", '--name', 'mail.test',
        @$_[2 .. $#$_])
        for ['mail', 'usual', '--ip', '127.0.0.1'], ['other-mail', 'usual'],
            ['stranger-mail', 'stranger', '--ip', '127.0.0.1'];

    my $m = CT::Mailbox->new(world => $w, cert => $args{cert} // 'mail',
        login => \@login);
    my $to = join '', map {"to=$_ "} @{ $args{to} || [] };
    my $file = spew($w->path('password'), "$login[1]\n");
    chmod 0600, $file;

    $s->configure(status => 'write=on', conf => ($args{conf} // '')
        . "ct_status_url $page;"
        . 'ct_mail to=ops@example.test to=sec@example.test '
        . "$to from=ct\@example.test server=" . $m->server
        . " tls=required user=$login[0] password_file=$file name=box;");

    return ($s, $m);
}

sub header {
    my ($mail, $name) = @_;

    return map { $_->[1] } grep { lc $_->[0] eq lc $name }
        @{ $mail->{headers} };
}

# What the state file has of the mailbox.
sub row {
    my ($s) = @_;
    my $state = eval { CT::Ledger->new($s)->read_state } || {};
    my ($row) = grep { $_->{name} eq 'box' } @{ $state->{channel} || [] };

    return $row || { error => '', test_ms => 0, sent => 0 };
}

# What the mailbox's server says to a test.
sub tested {
    my ($s) = @_;
    my $before = row($s)->{test_ms};

    $s->nginx->post('/ct/api/test', '', { headers => {
        'X-CT-Action' => 1,
        'Content-Type' => 'application/x-www-form-urlencoded',
    } });
    $s->wait_for(sub { row($s)->{test_ms} != $before });

    return row($s)->{test_answer};
}
