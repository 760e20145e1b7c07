# CT::Ledger: what was planted in the logs of a site, and what has come of
# it: in the state file at the moment of a crash, and in findings and alerts
# at the end.
#
#   my $l = CT::Ledger->new($site, $state_path);
#   $l->plant(log => 'log', ca => 'other');   # returns its name
#   $l->ahead;                # sentences: what a position has passed, and is
#                             # no finding in that same file
#   $l->settle; $l->row('kill -9');           # Test::More says what is wrong
#
# CT::Lanes takes the rows, CT::Ledger::table() prints them.

package CT::Ledger;

use strict;
use warnings;

use CT::Lanes;
use CT::World qw(slurp);
use Digest::SHA qw(sha256_hex);
use JSON::PP ();
use Test::More;
use Time::HiRes qw(time);

my $serial = 0;

sub new {
    my ($class, $site, $state) = @_;

    return bless {
        site  => $site,
        state => $state // $site->nginx->prefix . '/ct.state',
        planted => [],
        ahead => 0,
        files => 0,
        told  => 0,
    }, $class;
}

# A certificate in a log. Options: log, ca (other: an alert is due), domain
# (shop.test), unwatched (nothing is due until `watched`), gap (position is
# allowed to pass it while a gap says so).
sub plant {
    my ($self, %opt) = @_;
    my $s = $self->{site};
    my $log = $opt{log} // 'log';
    my $ca = $opt{ca} // 'other';
    my $name = 'n' . $serial++ . '.' . ($opt{domain} // 'shop.test');

    my $index = $s->world->log_info($log)->{size};
    $s->issue($ca, $name, log => $log);
    push @{ $self->{planted} }, { name => $name, log => $log,
        index => $index, due => $ca eq 'other', lost => $opt{unwatched} };

    return $name;
}

# Many entries of nobody's.
sub fill {
    my ($self, $log, $entries) = @_;

    $self->{site}->world->log('fill', $log, '--entries', $entries, '--seed',
        ++$serial);

    return;
}

# The domain's certificates are due from now on.
sub watched {
    my ($self, $domain) = @_;

    for my $p (@{ $self->{planted} }) {
        $p->{lost} = 0 if $p->{name} =~ /\.\Q$domain\E\z/;
    }

    return;
}

# ---- the state file, as it lies on disk

# Its lines by kind: { log => [...], finding => [...] }; dies when it is not
# whole. undef when there is none yet.
sub read_state {
    my ($self, $path) = @_;

    $path //= $self->{state};
    return undef if !-e $path;
    my $text = slurp($path);
    my ($body, $end) = $text =~ /\A(.*\n)([^\n]+)\n\z/s
        or die "$path: no end\n";
    my $seal = JSON::PP::decode_json($end)->{end}
        or die "$path: not sealed\n";
    die "$path: checksum\n" if $seal->{sha256} ne sha256_hex($body);
    my %of = map { $_ => [] } qw(log finding alert event channel);

    for my $line (split /\n/, $body) {
        my $json = JSON::PP::decode_json($line);
        for my $kind (grep { ref $json->{$_} } keys %of) {
            push @{ $of{$kind} }, $json->{$kind};
        }
        $of{header} = $json if defined $json->{ct_state};
    }

    return \%of;
}

# Until the state file has everything that was planted, and no alert waits.
sub saved {
    my ($self) = @_;
    my $wanted = $self->_wanted;

    return $self->{site}->wait_for(sub {
        my $state = eval { $self->read_state } or return 0;
        return @{ $state->{finding} } >= $wanted && !@{ $state->{alert} };
    });
}

# What is wrong with the file: a sentence for each planted entry below a
# saved position, and in no gap or look-back to come, that no finding of the
# same file has. Counted for the table.
sub ahead {
    my ($self, $path) = @_;
    my $s = $self->{site};
    my $state = eval { $self->read_state($path) };
    my (%place, @wrong);

    return $self->_wrong("the state file is not whole: $@") if $@;
    return if !$state;
    $self->{files}++;

    for my $f (@{ $state->{finding} }) {
        $place{"$_->{log} $_->{index}"}++ for @{ $f->{places} };
    }

    for my $n (0 .. $#{ $state->{log} }) {
        my $log = $state->{log}[$n];
        my ($name) = $log->{description} =~ /^Log (.+)/ or next;
        my $back = $log->{lookback};

        for my $p (grep { $_->{log} eq $name && !$_->{lost} }
            @{ $self->{planted} })
        {
            my $at = $p->{index};
            next if $at >= $log->{cursor}{downloaded}{size}
                || $log->{cursor}{phase} ne 'walk'
                || $place{"$n $at"}
                || grep { $_->{from} <= $at && $at < $_->{to} }
                    @{ $log->{gaps} };
            next if $back && $at < $back->{to}
                && ($at >= $back->{at} || $back->{again});
            push @wrong, "entry $at of $name, $p->{name}, is passed and no "
                . 'finding';
        }
    }

    return $self->_wrong(@wrong);
}

sub _wrong {
    my ($self, @wrong) = @_;

    diag $_ for @wrong;
    $self->{ahead} += @wrong;

    return @wrong;
}

# ---- what came of it

sub _wanted { return grep { !$_->{lost} } @{ $_[0]{planted} } }

# Names alerted, how often each, and how often each id.
sub _alerts {
    my ($self) = @_;
    my (%name, %id);

    for my $alert ($self->{site}->receiver->alerts) {
        next if !$alert->{finding};
        $name{ $alert->{finding}{names}[0] }{ $alert->{id} }++;
        $id{ $alert->{id} }++;
    }

    return (\%name, \%id);
}

# Until everything planted is found, verified and told. False when that takes
# too long.
sub settle {
    my ($self, $seconds) = @_;
    my $s = $self->{site};

    return $s->wait_for(sub {
        my %found = map { ($_->{names}[0] => $_) } $s->findings;
        return 0 if grep {
            !$found{ $_->{name} } || $found{ $_->{name} }{unverified}
        } $self->_wanted;
        my ($alerted) = $self->_alerts;
        return !grep { $_->{due} && !$alerted->{ $_->{name} } }
            $self->_wanted;
    }, $seconds // 20);
}

# A line of the table, of what was planted since the last one; and judged.
sub row {
    my ($self, $case) = @_;
    my $s = $self->{site};
    my %mine = map { ($_->{name} => $_) } $self->_wanted;
    my (%found, @twice);

    for my $f ($s->findings) {
        next if !$mine{ $f->{names}[0] };
        push @{ $found{ $f->{names}[0] } }, $f;
        push @twice, $f->{names}[0] if @{ $f->{logs} } != 1;
    }
    push @twice, grep { @{ $found{$_} } > 1 } sort keys %found;

    my ($alerts, $ids) = $self->_alerts;
    my @due = grep { $mine{$_}{due} } sort keys %mine;
    my @missing = grep { !$found{$_} } sort keys %mine;
    my @untold = grep { !$alerts->{$_} } @due;
    my @ids = grep { keys %{ $alerts->{$_} } > 1 } sort keys %$alerts;
    my @again = grep { $ids->{$_} > 1 } sort keys %$ids;

    is("@missing", '', "$case: every certificate is found");
    is("@twice", '', "$case: none twice");
    is("@untold", '', "$case: every alert is told");
    is("@ids", '', "$case: of each under one id");
    is(join(' ', grep { !$mine{$_} } sort keys %$alerts), '',
        "$case: and no other");
    is($self->{ahead}, 0, "$case: no position is ahead of the findings");

    CT::Lanes::score($case, scalar keys %mine, scalar keys %found,
        scalar @twice, scalar @due, @due - @untold, scalar @again,
        $self->{files}, $self->{ahead});

    return;
}

sub table {
    my @rows = @_;

    diag sprintf '%-34s %7s %5s %7s %4s %4s %10s %11s %5s', 'case',
        'planted', 'found', 'doubled', 'due', 'told', 'same again',
        'state files', 'ahead';
    diag sprintf '%-34s %7d %5d %7d %4d %4d %10d %11d %5d', @$_ for @rows;

    return;
}

1;
