# Chrome's real list: the page lists exactly the logs that should be
# followed, and why each other one is not. Nothing is asked of the real logs:
# every request is sent to a proxy that is not there.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use CT::Nginx;
use CT::World qw(data_dir slurp);
use JSON::PP ();
use POSIX qw(strftime);
use Test::More;

my $data = data_dir();
plan skip_all => 'no real data, see CT_TEST_DATA' if !defined $data;

# certificates of the interval could still be valid
my $now = strftime('%Y-%m-%dT%H:%M:%SZ', gmtime);

# The private keys of these two are public.
my %mimic = map { $_ => 1 } qw(9EGV1vAOLbVUNcrdV3iS5T4VrUFwWPh44U/2uRh0FYk=
    si9+3rWvav5QPeBAgbLXTBJThJL+3yyypSZQPO9TztI=);

for my $name ('chrome-81.14-2026-01-20', 'derived-89.25-2026-08-20',
    'all-53.34-2025-05-05')
{
    subtest $name => sub { whole("$data/log-lists/$name.json") };
}

done_testing;


sub whole {
    my ($path) = @_;
    my %want = wanted(JSON::PP::decode_json(slurp($path)));
    my $w = CT::World->new;
    my $n = CT::Nginx->new(world => $w, workers => 1,
        env => { https_proxy => 'http://127.0.0.1:9',
            http_proxy => 'http://127.0.0.1:9' },
        main => 'env https_proxy; env http_proxy;', http => <<"CONF");
    ct_zone zone=ct:4m;
    ct_domain example.com;
    ct_log_list $path;

    server {
        listen 127.0.0.1:%%PORT%%;
        location /ct { ct_status; }
    }
CONF
    $n->start;

    my %got;
    ok($n->wait_for(sub {
        %got = map { ($_->{url} => $_) }
            @{ ($n->get_json('/ct/api/logs') || {})->{logs} || [] };
        my $skipped = grep { $_->{state} eq 'skipped' } values %got;
        keys %got >= keys %want
            && $skipped >= grep { $_ ne '' } values %want;
    }), 'all logs are there');

    is_deeply([sort keys %got], [sort keys %want], 'and no others');

    my (@followed, @wrong);

    for my $url (sort keys %want) {
        my $log = $got{$url};
        my $follows = $log->{state} ne 'skipped';

        push @followed, $url if $follows;
        push @wrong, "$url: $log->{state}"
            if $follows != ($want{$url} eq '');
        push @wrong, "$url: " . ($log->{skipped} // 'no reason')
            if !$follows && ($log->{skipped} // '') !~ $want{$url};
    }

    is_deeply(\@wrong, [], scalar(@followed) . ' of ' . keys(%want)
        . ' are followed, and of each other one it is said why not');

    my $page = $n->get('/ct')->{content};
    my @missing = grep { my $text = quotemeta html($_->{description});
        $page !~ /$text/ } values %got;
    is_deeply([map { $_->{description} } @missing], [],
        'the page lists them all');
    $n->finish;

    return;
}


# The reason, as a pattern, why each log of a list is not followed.
sub wanted {
    my ($list) = @_;
    my %want;

    for my $operator (@{ $list->{operators} }) {
        for my $log (@{ $operator->{logs} || [] },
            @{ $operator->{tiled_logs} || [] })
        {
            my $url = $log->{monitoring_url} // $log->{url};
            $want{$url} = why($log, $url);
        }
    }

    return %want;
}


sub why {
    my ($log, $url) = @_;
    my ($state) = keys %{ $log->{state} || { none => 1 } };
    my $end = ($log->{temporal_interval} || {})->{end_exclusive};

    return qr/is for tests/
        if ($log->{log_type} // '') eq 'test' && $state eq 'none';
    return qr/private key is public/ if $mimic{ $log->{log_id} };
    return qr/placeholder/ if $url =~ m{ct\.example\.com|/bogus/};
    return qr/not accepted yet/ if $state eq 'pending';
    return qr/was rejected/ if $state eq 'rejected';
    return qr/interval ended/ if defined $end && $end le $now;
    return qr/is retired/ if $state eq 'retired' && !defined $end;

    return '';
}


sub html {
    my ($text) = @_;

    $text =~ s/&/&amp;/g;
    $text =~ s/</&lt;/g;
    $text =~ s/>/&gt;/g;
    $text =~ s/"/&quot;/g;
    $text =~ s/'/&#39;/g;

    return $text;
}
