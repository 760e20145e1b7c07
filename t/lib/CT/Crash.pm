# CT::Crash: parts of a test in which something crashes or is away, several at
# once. A part has a site with a log of each kind that lie on request, and a
# ledger of what is due; its rows become one table.
#
#   part('kill -9' => sub { my ($s, $l) = site(since => 'all'); ... });
#   run();
#
# CRASH_LONG=1 (make soak) does it longer, CRASH_SEED=n repeats random
# moments; for more see CT::Lanes.
package CT::Crash;

use strict;
use warnings;

use Exporter qw(import);
use Time::HiRes qw(time);

use CT::Lanes qw(part);
use CT::Ledger;
use CT::Nginx;
use CT::Receiver;
use CT::Site;
use CT::World qw(spew);

our @EXPORT_OK = qw(part run site release since events done @logs);
our @logs = qw(static rfc);

srand($ENV{CRASH_SEED} // time ^ $$);


sub run { return CT::Lanes::run(\&CT::Ledger::table) }

# A site with a log of each kind that lie on request, and its ledger.
sub site {
    my (%args) = @_;
    my $s = CT::Site->new(no_nginx => 1, %args);

    $s->{nginx} = CT::Nginx->new(world => $s->world, http => '',
        workers => 2, env => $args{env} || {});
    $s->add_log('static', protocol => 'static');
    $s->add_log('rfc', protocol => 'rfc6962');
    $s->configure;
    spew($s->nginx->prefix . '/html/file', 'x');

    return ($s, CT::Ledger->new($s));
}

sub release {
    my ($s) = @_;

    $s->logserver->reset($_) for @logs;
    $s->receiver->answer(204);

    return;
}

# A date so many days ago.
sub since {
    my ($days) = @_;
    my @t = gmtime(time - $days * 24 * 3600);

    return sprintf '%04d-%02d-%02d', $t[5] + 1900, $t[4] + 1, $t[3];
}

sub events {
    my ($s, $kind) = @_;
    my $all = $s->nginx->get_json('/ct/api/events') || { events => [] };

    return grep { !defined $kind || $_->{type} eq $kind }
        @{ $all->{events} };
}

sub done { return $_[0]->finish(qr/exited on signal 9|bind\(\) to/) }

1;
