# Messages before validators that others have published: signatures, events,
# cards and mails, everyday ones and hostile ones; and the chat services'
# limits, counted here once more.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Encode qw(decode encode);
use JSON::PP qw(decode_json);
use Test::More;

use CT::World qw(build_dir repo_dir run slurp spew);


use constant SAMPLES => qw(finding resolved log recovered test burst names
    hostile long digest);

my $w = CT::World->new;
my $npm = $ENV{CT_NPM} || repo_dir() . '/build/npm';
my $missing = !(grep {-x "$_/node"} split /:/, $ENV{PATH})
    ? 'node is not installed'
    : !-d "$npm/node_modules/standardwebhooks"
    ? 'npm packages are not installed, "make validators" does it' : '';


subtest 'signatures: the package standardwebhooks' => sub {
    plan(skip_all => $missing) if $missing;

    my $old = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    my $new = 'a secret that somebody has made up himself';

    for my $sample (qw(finding burst hostile)) {
        my $file = message('json', $sample);
        my $now = time;
        my $id = decode_json(slurp($file))->{id};
        my $signed = signed($file, $id, $now, $old, $new);

        for my $secret ($old, $new) {
            checked('signature', $file, $id, $now, $signed, $secret);
        }
        next if $sample ne 'finding';

        my ($rc) = check('signature', $file, "${id}x", $now, $signed, $old);
        isnt($rc, 0, 'another id is refused');
        ($rc) = check('signature', $file, $id, $now, $signed, 'whsec_AAEC');
        isnt($rc, 0, 'so is another secret');
        spew("$file.other", slurp($file) . ' ');
        ($rc) = check('signature', "$file.other", $id, $now, $signed, $old);
        isnt($rc, 0, 'and another body');
    }
};


subtest 'events: the SDK of CloudEvents' => sub {
    plan(skip_all => $missing) if $missing;

    for my $sample (SAMPLES) {
        my $file = message('cloudevents', $sample);
        my $out = checked('cloudevents', $file,
            'application/cloudevents+json');
        my ($read) = grep {/^\{/} split /\n/, $out;
        is_deeply($read ? decode_json($read)->{data} : undef,
            decode_json(slurp($file))->{data}, "$sample: its data");
    }

    my $file = message('cloudevents', 'finding');
    spew($file, slurp($file) =~ s/"source":"[^"]*",//r);
    my ($rc) = check('cloudevents', $file, 'application/cloudevents+json');
    isnt($rc, 0, 'one without a source is refused');
};


subtest 'cards: the library of Adaptive Cards' => sub {
    plan(skip_all => $missing) if $missing;

    checked('card', message('teams', $_)) for SAMPLES;

    my $file = message('teams', 'finding');
    spew($file, slurp($file) =~ s/RichTextBlock/RichTextBlok/r);
    my ($rc) = check('card', $file);
    isnt($rc, 0, 'an unknown element is refused');
};


subtest 'mails: Python reads them' => sub {
    my ($rc) = run('python3', '-c', 'import email.policy');
    plan(skip_all => 'python3 is not installed') if $rc != 0;

    for my $sample (SAMPLES) {
        my $file = message('mail', $sample);
        my ($failed, $out) = run('python3',
            repo_dir() . '/t/lib/message/readmail.py', $file);
        is($failed, 0, "$sample: can be read") or diag($out);
        next if $failed;

        my $mail = decode_json($out);
        is_deeply($mail->{defects}, [], "$sample: without defects");
        is_deeply($mail->{types},
            [qw(multipart/alternative text/plain text/html)], 'its parts');
        is_deeply($mail->{to}, [qw(ops@example.com sec@example.com)],
            'goes to those who were meant');
        is_deeply($mail->{from}, ['ct@example.com'], 'from whom it is');
        is($mail->{date}, '2026-11-22T16:49:00+00:00', 'date');
        is(scalar(grep { $_->[0] =~ /^(?:B?cc|X)/i } @{ $mail->{headers} }),
            0, 'no header of a stranger');
        unlike($mail->{text} . $mail->{html}, qr{evil\.example|https?://evil},
            'nothing of a stranger is a link');
        like($mail->{html}, qr{href="https://www\.example\.com/ct/},
            'the page is one');
        unlike($mail->{html}, qr/<script/, 'no script');
    }

    my (undef, $out) = run('python3', repo_dir()
        . '/t/lib/message/readmail.py', message('mail', 'names'));
    like(decode_json($out)->{text}, qr/ and 9,\d\d\d more\n/,
        'of 10,000 names some are told, the others are counted');
};


subtest 'limits of Slack' => sub {
    for my $sample (SAMPLES) {
        my $body = decode_json(slurp(message('slack', $sample)));
        my @blocks = @{ $body->{blocks} };
        my $total = 0;

        cmp_ok(scalar @blocks, '<=', 50, "$sample: blocks");
        for my $block (@blocks) {
            my $text = $block->{elements} ? $block->{elements}[0]
                : $block->{text};
            my $most = $block->{type} eq 'header' ? 150 : 3000;
            cmp_ok(units($text->{text}), '<=', $most, $block->{type});
            $total += units($text->{text});
            next if $block->{type} eq 'header';
            my @markup = $text->{text} =~ /<([^>]*)>/g;
            is(scalar(grep { !m{^https://www\.example\.com/ct/} } @markup),
                0, 'no mention, no link but ours');
        }
        cmp_ok($total, '<=', 13_000, 'all together');
    }

    like(slurp(message('slack', 'names')), qr/ and 9,\d\d\d more/, 'names');
};


subtest 'limits of Discord' => sub {
    for my $sample (SAMPLES) {
        my $body = decode_json(slurp(message('discord', $sample)));
        my $total = 0;

        is_deeply($body->{allowed_mentions}, { parse => [] },
            "$sample: mentions nobody");
        cmp_ok(units($body->{content} // ''), '<=', 2000, 'content');
        cmp_ok(scalar @{ $body->{embeds} }, '<=', 10, 'embeds');
        for my $embed (@{ $body->{embeds} }) {
            cmp_ok(units($embed->{title}), '<=', 256, 'title');
            cmp_ok(units($embed->{description}), '<=', 4096, 'description');
            $total += units($_ // '') for $embed->{title},
                $embed->{description}, $embed->{footer}{text};
        }
        cmp_ok($total, '<=', 6000, 'all together');
    }

    like(slurp(message('discord', 'names')), qr/ and 9,\d\d\d more/, 'names');
};


subtest 'limits of Teams and PagerDuty' => sub {
    for my $sample (SAMPLES) {
        cmp_ok(-s message('teams', $sample), '<', 28 * 1024,
            "$sample: a card");

        my $event = decode_json(slurp(message('pagerduty', $sample)));
        cmp_ok(units($event->{dedup_key}), '<=', 255, 'dedup_key');
        cmp_ok(units($event->{payload}{summary} // ''), '<=', 1024,
            'summary');
        cmp_ok(-s message('pagerduty', $sample), '<', 512 * 1024, 'size');
    }
};


done_testing();


# A sample in a format, as a file.
sub message {
    my ($format, $sample) = @_;

    my $file = $w->path("$format.$sample");
    my ($rc, $out) = run(build_dir() . '/ctmessage', $format, $sample);
    is($rc, 0, "$format: $sample") if $rc != 0;
    spew($file, $out);

    return $file;
}

sub signed {
    my ($file, @words) = @_;

    open(my $pipe, '-|', 'sh', '-c', '"$0" sign "$@" < "$FILE"' =~
        s/\$FILE/$file/r, build_dir() . '/ctmessage', @words)
        or die "ctmessage: $!";
    chomp(my $line = <$pipe> // '');
    close $pipe;

    return $line;
}

sub check {
    my ($kind, @words) = @_;

    return run('node', repo_dir() . '/t/lib/message/check.js', $npm, $kind,
        @words);
}

sub checked {
    my ($kind, $file, @words) = @_;

    my ($rc, $out) = check($kind, $file, @words);
    is($rc, 0, "$file" =~ s{.*/}{}r . " is a good $kind") or diag($out);

    return $out;
}

# UTF-16 units, of which no service counts more.
sub units {
    my ($text) = @_;

    return length(encode('UTF-16BE', $text)) / 2;
}
