# CT::Scenario: a table of situations - what is in the logs, how many alerts
# that is worth - and in the end how many were seen.
#
#   my $t = CT::Scenario->new(site => $s);
#   $t->row('another CA', 1, $s->issue('other', 'a.shop.test'));
#   $t->settle; $t->report;
#
# A row is known by its certificates, so every one of them has a key, and
# alerts that belong to no row are false.

package CT::Scenario;

use strict;
use warnings;

use CT::World;
use Test::More ();
use Time::HiRes qw(sleep);

sub new {
    my ($class, %args) = @_;

    return bless { site => $args{site}, rows => [] }, $class;
}

# `want` alerts for the certificates of these base names together.
sub row {
    my ($self, $what, $want, @bases) = @_;

    push @{ $self->{rows} },
        { what => $what, want => $want, bases => \@bases };

    return $bases[0];
}

# The alarms that were delivered, by themselves or in a group.
sub alarms {
    my ($self) = @_;

    return grep { ($_->{type} // '')
        =~ /^certificate\.(?:unfamiliar|unserved|unparsable)$/ }
        $self->{site}->receiver->alerts;
}

# Until there are as many as wanted, and then a while for those that are not.
sub settle {
    my ($self, $more) = @_;
    my $want = 0;

    $want += $_->{want} for @{ $self->{rows} };
    $self->{site}->wait_for(sub { $self->alarms >= $want }, 40);
    sleep($more // 2);

    return;
}

# The table; (missed, false alarms).
sub report {
    my ($self) = @_;
    my ($missed, $false) = (0, 0);
    my @alarms = $self->alarms;

    for my $row (@{ $self->{rows} }) {
        my %mine = map { $_ => 1 } map { $self->hashes($_) }
            @{ $row->{bases} };
        my $seen = grep { $mine{ $_->{finding}{cert_sha256} // '' } } @alarms;
        @alarms = grep { !$mine{ $_->{finding}{cert_sha256} // '' } }
            @alarms;
        Test::More::is($seen, $row->{want}, sprintf '%s: %d expected, %d '
            . 'seen', $row->{what}, $row->{want}, $seen);
        $missed += $row->{want} - $seen if $seen < $row->{want};
        $false += $seen - $row->{want} if $seen > $row->{want};
    }

    Test::More::is(join(' ', map { @{ $_->{finding}{names} } } @alarms), '',
        'no alert is about anything else');
    $false += @alarms;
    verdict('situations', scalar @{ $self->{rows} }, $missed, $false);

    return ($missed, $false);
}

# The last line of a table.
sub verdict {
    my ($what, $rows, $missed, $false) = @_;
    my $line = "missed $missed, false alarms $false";

    Test::More::is($line, 'missed 0, false alarms 0', $line);
    Test::More::diag("$rows $what: $line");

    return;
}

# Of the certificate and of its pre-certificate.
sub hashes {
    my ($self, $base) = @_;

    return @{ $self->{hashes}{$base} //= [map { $self->sha256("$base.$_") }
        grep { -e $self->{site}->world->path("$base.$_") }
        qw(crt pre.crt)] };
}

sub sha256 {
    my ($self, $file) = @_;
    my (undef, $out) = CT::World::run('openssl', 'x509', '-in',
        $self->{site}->world->path($file), '-noout', '-fingerprint',
        '-sha256');

    $out =~ s/.*=|:|\s//g;

    return lc $out;
}

# What the module has found of it.
sub finding {
    my ($self, $base) = @_;
    my %mine = map { $_ => 1 } $self->hashes($base);
    my ($found) = grep { $mine{ $_->{cert_sha256} // '' } }
        $self->{site}->findings;

    return $found || {};
}

1;
