# The house rules. Each rule is first shown a violation that was planted for
# it (t/lint/bad) and has to find all of it; then the tree, where it has to
# find nothing. The rules themselves: CT::Lint.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use CT::Lint qw(functions median);
use CT::World qw(build_dir repo_dir run slurp);
use File::Find qw(find);
use Test::More;

chdir repo_dir() or die $!;

my $build = build_dir();
my $config = slurp('config');
my $module = 'src/nginx/ngx_http_ct_module.c';
my $table = slurp($module);
my $library = "$build/ngx_http_ct_module.so";

my @all = files();
my @files = grep { !m{^t/lint/bad/} } @all;
my @c = grep { m{^(?:src|t)/.*\.[ch]$} } @files;
my @src = grep { m{^src/} } @c;
my @lines = grep { m{^(?:src/|t/|config$|Makefile$|\.c)} && !m{^t/data/} }
    grep { !m{^t/fuzz/corpus/} } @files;

my %own;
for (@src) {
    $own{$1}{$2} = 1 if m{^src/(\w+)/([^/]+\.h)$};
}

# ---- rules over texts: name, what it says, the planted file, how many
# complaints that must give, the path it pretends to have, the files

text('columns', 'no line is over 79 columns', 'columns.txt', 2, 'src/core/x.c',
    grep { m{^src/|\.(?:c|h|pm)$|^config$|^Makefile$} } @lines);
text('tabs', 'no tabs', 'tabs.txt', 1, 'src/core/x.c',
    grep { $_ ne 'Makefile' } @lines);
text('blanks', 'no trailing blanks', 'blanks.txt', 3, 'src/core/x.c', @lines);
text('slashes', 'no comments by slashes', 'slashes.c', 2, 'src/core/x.c', @c);
text('spacing', 'two blank lines around functions', 'spacing.c', 4,
    'src/core/x.c', @c);
text('file_length', 'files have at most 600 lines', \("\n" x 601), 1,
    'src/core/x.c', @c);
text('function_length', 'functions have at most 80 lines', 'length.c', 1,
    'src/core/x.c', @c);
text('nesting', 'nesting is at most 3 deep', 'nesting.c', 1, 'src/core/x.c',
    @c);
text('calls', 'no banned calls', 'calls.c', 7, 'src/engine/x.c', @c);
text('calls', 'nor those that core must not make', 'calls_core.c', 6,
    'src/core/x.c', grep { m{^src/core/} } @c);
text('includes', 'core includes only what is pure', 'include_core.c', 9,
    'src/core/ct_head.c', grep { m{^src/core/} } @c);
text('includes', 'engine knows no nginx, actors not each other',
    'include_engine.c', 5, 'src/engine/ct_notify.c',
    grep { m{^src/engine/} } @c);
text('includes', 'nginx knows only the face of the engine',
    'include_nginx.c', 4, 'src/nginx/ngx_http_ct_x.c',
    grep { m{^src/nginx/} } @c);
text('machine', 'no path of a machine, no registry', 'machine.txt', 3,
    't/x.txt', @all);

# ---- rules over the whole


# of all sources the planted config lacks all but two, names one too many
# and has them out of order
whole('sources', 'config names every source, in order', 'config.txt',
    scalar(grep {/\.c$/} @src), 'config', $config, @src);
whole('top_level', 'the top level holds what it may', 'top.txt', 2, '',
    join("\n", @all));
whole('sizes', 'no file is over 400,000 bytes', 'sizes.txt', 1, '',
    join("\n", map { (-s $_) . " $_" } @all));
whole('directives', 'README has a heading for every directive, no other',
    'readme.txt', 1 + (() = $table =~ /ngx_string\("ct_/g), 'README.md',
    -e 'README.md' ? slurp('README.md') : '', $table);

SKIP: {
    skip 'nm is not installed', 2 if (run('nm', '--version'))[0] != 0;

    whole('undefined', 'core wants nothing but what is pure', 'undefined.txt',
        4, '', undefined_symbols());
    whole('exports', 'the module exports what nginx wants, no more',
        'exports.txt', 2, $library, (run('nm', '-D', '--defined-only',
        $library))[1]);
}

report();

done_testing();

# ---- inside

sub text {
    my ($rule, $says, $planted, $want, $as, @paths) = @_;

    my $check = CT::Lint->can($rule) or die "no rule $rule";

    subtest "$rule: $says" => sub {
        my @found = $check->($as, planted($planted), \%own);
        is(scalar @found, $want, 'finds what was planted')
            or diag join "\n", @found;

        cmp_ok(scalar @paths, '>', 1, 'has files to look at');
        my @bad = map { $check->($_, slurp($_), \%own) } @paths;
        is(join("\n", @bad), '', 'finds nothing in the tree');
    };
}

sub whole {
    my ($rule, $says, $planted, $want, $as, $text, @more) = @_;

    my $check = CT::Lint->can($rule) or die "no rule $rule";

    subtest "$rule: $says" => sub {
        my @found = $check->($as, planted($planted), @more);
        is(scalar @found, $want, 'finds what was planted')
            or diag join "\n", @found;

        isnt($text, '', 'has something to look at');
        is(join("\n", $check->($as, $text, @more)), '',
            'finds nothing in the tree');
    };
}

# %% keeps a planted text from being what it shows.
sub planted {
    my ($name) = @_;

    return $$name if ref $name;

    my $text = slurp("t/lint/bad/$name");
    $text =~ s/%%//g;

    return $text;
}

# Every file that is, or would be, tracked; without git all but build/.
sub files {
    my ($rc, $out) = run(qw(git ls-files -co --exclude-standard));
    my @all = split /\n/, $out;

    if ($rc != 0) {
        @all = ();
        find({ no_chdir => 1, wanted => sub {
            $File::Find::prune = 1 if m{^\./(?:\.git|build)$};
            push @all, s{^\./}{}r if -f;
        } }, '.');
    }

    return sort grep {-f} @all;
}

sub undefined_symbols {
    my @objects = map { s/\.c$/.o/r } map {"$build/obj/$_"}
        grep { m{^src/core/} } CT::Lint::configured($config);
    my @missing = grep { !-e } @objects;
    return "$missing[0]: U it_is_not_built" if @missing;

    my ($rc, $defined) = run('nm', '--defined-only', @objects);
    my %defined = map { $_ => 1 } $defined =~ /^\w+ \w (\w+)$/gm;
    my ($failed, $out) = run('nm', '-A', '-u', @objects);

    return join "\n", grep { !(/(\w+)$/ && $defined{$1}) } split /\n/, $out;
}

# Not a rule, but an aim.
sub report {
    for my $floor (qw(core engine nginx)) {
        my @lengths = map { $_->{length} } map { functions(slurp($_)) }
            grep { m{^src/$floor/} } @src;
        my $median = median(@lengths);
        note "$floor: ", scalar @lengths, " functions, median $median lines";
        cmp_ok($median, '<=', 25, 'the median function of core is short')
            if $floor eq 'core';
    }

    return;
}
