# CT::Lint: the house rules that a text can break. Every rule is a function
# that is given a path and a text (or a list) and returns complaints, so that
# t/lint.t can show it a planted violation before it trusts its silence.
#
# C is not parsed: comments, strings and preprocessor lines are blanked out,
# and the rest follows from the layout, which is a rule itself (a function's
# braces stand in the first column).

package CT::Lint;

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(functions median);

# What src/core may include besides its own headers; then what single files
# may besides that.
my %CORE_LIBC = map { $_ => 1 } qw(assert.h inttypes.h limits.h stdalign.h
    stdbool.h stddef.h stdint.h string.h arpa/inet.h);
my %CORE_MORE = (
    'ct_answer.c'  => { 'jansson.h' => 1 },
    'ct_arena.c'   => { 'stdlib.h' => 1, 'sanitizer/asan_interface.h' => 1 },
    'ct_base64.c'  => { 'immintrin.h' => 1 },
    'ct_loglist_part.h' => { 'jansson.h' => 1 },
    'ct_reader_slow.c' => { 'jansson.h' => 1 },
    'ct_watch_mark.c' => { 'stdlib.h' => 1 }, # qsort
);
my $CORE_OPENSSL = qr{^openssl/(?!ssl|rand|engine|http|ocsp|conf)\w+\.h$};

# The engine's actors, and whom of the others each may know. What is not an
# actor (lines, issuers, context ...) may be included by all.
my %ACTOR = (
    engine   => { logs => 1, lists => 1, calists => 1, notify => 1,
                  state => 1, owner => 1, learned => 1, known => 1,
                  history => 1 },
    logs     => { follow => 1 },
    follow   => { backfill => 1 },
    backfill => { fetch => 1 },
    fetch    => { judge => 1 },
    lists    => {},
    calists  => {},
    notify   => {},
    state    => { snapshot => 1 },
    judge    => {},
    learned  => {},
    known    => {},
    history  => {},
    owner    => {},
    snapshot => {},
    http     => {},
);

# http is used by whoever has the context; engine's own header is the
# contract, without a function of another actor in it.
my %OPEN_HEADER = map { $_ => 1 } qw(ct_http.h ct_engine.h);

# All of the engine that src/nginx knows.
my %ENGINE_API = map { $_ => 1 } qw(ct_engine.h ct_owner.h);

# Calls that are banned everywhere, and in core.
my @BANNED = qw(sprintf vsprintf strcpy strcat atoi gets strtok system);
my @BANNED_CORE = qw(malloc free calloc realloc strdup time clock_gettime
    printf fprintf snprintf vsnprintf);

# What the objects of core may want from outside.
my %LIBC = map { $_ => 1 } qw(memcpy memmove memset memcmp memchr strlen
    strcmp strncmp strstr inet_pton inet_ntop);
my %LIBC_MORE = (
    'ct_answer.o'  => qr/^json_/,
    'ct_arena.o'   => qr/^(?:malloc|free|aligned_alloc)$/,
    'ct_base64.o'  => qr/^__cpu_(?:model|features2|indicator_init)$/,
    'ct_loglist.o' => qr/^json_/,
    'ct_loglist_log.o' => qr/^json_/,
    'ct_reader_slow.o' => qr/^json_/,
    'ct_watch_mark.o'  => qr/^qsort$/,
);
my $COMPILER = qr/^(?:_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__mem\w+_chk
    |__(?:asan|ubsan|tsan)_\w+)$/x;
my $LIBCRYPTO = qr/^(?:EVP|X509V?3?|ASN1|BN|OBJ|OPENSSL|CRYPTO|ERR|OSSL)_\w+$
    |^(?:d2i|i2d)_\w+$ |^PEM_read_bio$ |^EXTENDED_KEY_USAGE_free$
    |^BIO_(?:new_mem_buf|free|ctrl)$/x;
my $LIBCRYPTO_IO = qr/_(?:load_file|load_locations|fp|default_paths)$|_file/;

my %EXPORTS = map { $_ => 1 } qw(ngx_modules ngx_module_names
    ngx_module_order);

# In pieces, so that this file does not name what it looks for.
my $MACHINE = join '|', map {"/$_->[0]$_->[1]/"} ['wor', 'k'], ['roo', 't'];
my $REGISTRY = join '|', map { quotemeta join '', @$_ } ['npm', 'js.'],
    ['py', 'pi.'], ['python', 'hosted.'], ['crates', '.io'], ['ruby', 'gems.'],
    ['deb.', 'debian'], ['ftp.', 'debian'], ['proxy.', 'golang'],
    ['meta', 'cpan'], ['cpan', '.org'], ['arti', 'factory'], ['nex', 'us/'];

my %TOP = map { $_ => 1 } qw(config README.md LICENSE Makefile src html t);

# ---- lines

sub columns {
    my ($path, $text) = @_;

    utf8::decode($text);

    return each_line($path, $text, sub { length > 79 && 'over 79 columns' });
}

sub tabs {
    my ($path, $text) = @_;

    return each_line($path, $text, sub { /\t/ && 'a tab' });
}

sub blanks {
    my ($path, $text) = @_;

    return (each_line($path, $text, sub { /\s$/ && 'trailing blank' }),
        $text =~ /\n\n\z/ ? "$path: blank line at the end" : (),
        $text =~ /[^\n]\z/ ? "$path: no newline at the end" : ());
}

sub slashes {
    my ($path, $text) = @_;

    return each_line($path, blank($text),
        sub { m{//} && 'a comment by slashes' });
}

sub calls {
    my ($path, $text) = @_;

    my @banned = @BANNED;
    push @banned, @BANNED_CORE if $path =~ m{^src/core/};
    my $banned = join '|', @banned;
    $banned = join '|', grep { !/alloc|free/ } @banned
        if $path eq 'src/core/ct_arena.c';

    return each_line($path, blank($text),
        sub { /(?<![\w.>])($banned)\s*\(/ && "calls $1()" });
}

sub machine {
    my ($path, $text) = @_;

    return each_line($path, $text, sub {
        m{$MACHINE} ? 'a path of somebody\'s machine'
            : /$REGISTRY/i ? 'a host of a package registry' : '';
    });
}

sub each_line {
    my ($path, $text, $judge) = @_;

    my @complaints;
    my $number = 0;
    for (split /\n/, $text) {
        $number++;
        my $what = $judge->();
        push @complaints, "$path:$number: $what" if $what;
    }

    return @complaints;
}

# ---- shape

sub file_length {
    my ($path, $text) = @_;

    my $lines = $text =~ tr/\n//;

    return $lines > 600 ? "$path: $lines lines" : ();
}

sub function_length {
    my ($path, $text) = @_;

    return map {"$path:$_->{line}: $_->{name}() has $_->{length} lines"}
        grep { $_->{length} > 80 } functions($text);
}

sub nesting {
    my ($path, $text) = @_;

    return map {"$path:$_->{line}: $_->{name}() nests $_->{depth} deep"}
        grep { $_->{depth} > 3 } functions($text);
}

# Two blank lines above and below a function; a preprocessor line may stand
# nearer.
sub spacing {
    my ($path, $text) = @_;

    my @line = split /\n/, $text;
    my @complaints;

    for my $function (functions($text)) {
        my $above = $function->{line} - 2;
        $above-- while $above >= 0 && $line[$above] =~ /\S/;
        my $gap = gap(\@line, $above, -1);
        if ($gap == 1 && $line[ $above - 1 ] =~ m{\*/$}) {
            $above--; # a comment that stands by itself, as in nginx
            $above-- while $above >= 0 && $line[$above] =~ /\S/;
            $gap = gap(\@line, $above, -1);
        }
        push @complaints, "$path:$function->{line}: $gap blank lines above "
            . $function->{name}
            if $gap != 2;

        $gap = gap(\@line, $function->{end}, 1);
        push @complaints, "$path:$function->{end}: $gap blank lines below "
            . $function->{name}
            if $gap != 2;
    }

    return @complaints;
}

# Blank lines from `at` on; 2 where it does not matter.
sub gap {
    my ($line, $at, $step) = @_;

    my $gap = 0;
    while ($at >= 0 && $at < @$line && $line->[$at] !~ /\S/) {
        $at += $step;
        $gap++;
    }

    return 2 if $at < 0 || $at >= @$line || $line->[$at] =~ /^#/;

    return $gap;
}

# Every function as { name, line, end, length, depth }: line is that of the
# return type, length excludes constant tables.
sub functions {
    my ($text) = @_;

    my @line = split /\n/, blank($text);
    my (@functions, $start);

    for my $at (0 .. $#line) {
        if ($line[$at] =~ /^\{/ && $at > 0 && $line[ $at - 1 ] =~ /\)\s*$/) {
            $start = $at;
        }
        next if !defined $start || $line[$at] !~ /^\}/;

        my $head = $start;
        $head-- while $head > 0 && $line[ $head - 1 ] =~ /\S/;
        my ($name) = join("\n", @line[ $head .. $start ]) =~ /(\w+)\s*\(/;
        my $body = join "\n", @line[ $start .. $at ];
        my $tables = 0;
        $tables += 1 + ($1 =~ tr/\n//)
            while $body =~ /^( +static const [^;]*?= *\{.*?^ *\};)/gms;

        push @functions, {
            name   => $name,
            line   => $head + 1,
            end    => $at + 1,
            length => $at + 1 - $head - $tables,
            depth  => depth($body),
        };
        undef $start;
    }

    return @functions;
}

# Deepest nesting of control flow; an `else if` is as deep as its `if`.
sub depth {
    my ($body) = @_;

    my ($control, $depth, $deepest, @open) = (0, 0, 0);
    my $parens = qr/(\((?:[^()]++|(?-1))*\))/;

    while ($body =~ /\G.*?(?:\b(if|for|while|switch)\b\s*$parens
        |\b(else|do)\b|([{};]))/gcsx)
    {
        my $mark = $4 // '';
        if ($mark eq '') {
            $control = 1;
        } elsif ($mark eq '{') {
            push @open, $control;
            $depth += $control;
            $deepest = $depth if $depth > $deepest;
            $control = 0;
        } elsif ($mark eq '}') {
            $depth -= pop @open;
        } else {
            $control = 0;
        }
    }

    return $deepest;
}

# Comments, strings and preprocessor lines as blanks; the lines stay.
sub blank {
    my ($text) = @_;

    my $spaces = sub { (my $s = $_[0]) =~ s/[^\n]/ /g; $s };
    $text =~ s{(/\*.*?\*/)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')}
        {$spaces->($1 // $2)}gse;
    $text =~ s{^(\#(?:[^\n]*\\\n)*[^\n]*)}{$spaces->($1)}gme;

    return $text;
}

sub median {
    my @sorted = sort { $a <=> $b } @_;

    return @sorted ? $sorted[ @sorted / 2 ] : 0;
}

# ---- floors

# Arrows only go down: nginx, engine, core. `own` holds the names of all
# headers by floor.
sub includes {
    my ($path, $text, $own) = @_;

    my ($floor, $name) = $path =~ m{^src/(\w+)/([^/]+)$} or return;
    $text =~ s{/\*.*?\*/}{}gs;
    my @complaints;

    while ($text =~ /^\s*#\s*include\s*([<"])([^>"]+)[>"]/gm) {
        my ($angle, $header) = ($1 eq '<', $2);
        my $why = $floor eq 'core' ? core_include($name, $angle, $header, $own)
            : $floor eq 'engine' ? engine_include($name, $angle, $header, $own)
            : nginx_include($angle, $header, $own);
        push @complaints, "$path: includes $header: $why" if $why;
    }

    return @complaints;
}

sub core_include {
    my ($name, $angle, $header, $own) = @_;

    return '' if $CORE_MORE{$name} && $CORE_MORE{$name}{$header};
    return $own->{core}{$header} || $header eq 'ct_html.h'
        ? '' : 'not of the core'
        if !$angle;
    return '' if $CORE_LIBC{$header} || $header =~ $CORE_OPENSSL;

    return 'the core is pure';
}

sub engine_include {
    my ($name, $angle, $header, $own) = @_;

    return 'the engine does not know nginx'
        if $header =~ /ngx_|nginx/ || $own->{nginx}{$header};
    return '' if $angle || $own->{core}{$header};
    return 'not of the floors below' if !$own->{engine}{$header};

    my ($me) = $name =~ /^ct_([a-z]+)/;
    my ($other) = $header =~ /^ct_(\w+)\.h$/;
    return '' if $OPEN_HEADER{$header} || !$ACTOR{$other} || $me eq $other;
    return '' if !$ACTOR{$me} ? $other eq 'http' : $ACTOR{$me}{$other};

    return 'an actor does not know another';
}

sub nginx_include {
    my ($angle, $header, $own) = @_;

    return $header =~ m{^(?:curl/|pthread)} ? 'that is for the engine' : ''
        if $angle;
    return '' if $own->{nginx}{$header} || $own->{core}{$header};
    return '' if $ENGINE_API{$header};

    return $own->{engine}{$header} ? 'inside the engine' : 'unknown';
}

# `nm -A -u` of the objects of core, without what core itself defines.
sub undefined {
    my ($path, $text) = @_;

    return grep { defined } map {
        my ($object, $symbol) = m{([^/:]+\.o):\s+[UwW]\s+(\w+)};
        my $more = defined $object && $LIBC_MORE{$object};
        !defined $symbol || $symbol =~ $COMPILER || $LIBC{$symbol}
            || ($symbol =~ $LIBCRYPTO && $symbol !~ $LIBCRYPTO_IO)
            || ($more && $symbol =~ $more)
            ? undef : "$object wants $symbol";
    } split /\n/, $text;
}

# `nm -D --defined-only` of the module.
sub exports {
    my ($path, $text) = @_;

    my %seen = map { $_ => 1 } $text =~ /^\S+ \w (\w+)$/gm;

    return (map({"$path exports $_"} grep { !$EXPORTS{$_} } sort keys %seen),
        map({"$path lacks $_"} grep { !$seen{$_} } sort keys %EXPORTS));
}

# ---- the whole

sub directives {
    my ($path, $readme, $table) = @_;

    my %have = map { $_ => 1 } $table =~ /\bngx_string\("(ct_\w+)"\)/g;
    my %told = map { $_ => 1 } $readme =~ /^#{2,6}\s+`?(ct_\w+)`?\s*$/gm;

    return (map({"$path has no heading $_"}
            grep { !$told{$_} } sort keys %have),
        map({"$path: no directive $_"} grep { !$have{$_} } sort keys %told));
}

# The sources that config names, by the floor's directory.
sub configured {
    my ($text) = @_;

    my @all;
    while ($text =~ /^ct_(\w+)_srcs="(.*?)^"/gms) {
        my ($floor, $list) = ($1, $2);
        push @all, map {"src/$floor/$_"} split ' ', $list;
    }

    return @all;
}

sub sources {
    my ($path, $text, @files) = @_;

    my @named = configured($text);
    my %named = map { $_ => 1 } @named;
    my %there = map { $_ => 1 } grep { m{^src/\w+/\w+\.c$} } @files;

    return (map({"$path does not name $_"}
            grep { !$named{$_} } sort keys %there),
        map({"$path names $_, which is not there"}
            grep { !$there{$_} } sort keys %named),
        join(' ', @named) eq join(' ', sort_floors(@named))
            ? () : "$path: not in order");
}

# By name within each floor.
sub sort_floors {
    my %floor;
    my @order;

    for (@_) {
        my ($floor, $name) = m{^src/(\w+)/(.*)\.c$} or next;
        push @order, $floor if !$floor{$floor};
        push @{ $floor{$floor} }, $name;
    }

    return map {
        my $floor = $_;
        map {"src/$floor/$_.c"} sort @{ $floor{$floor} };
    } @order;
}

sub top_level {
    my ($path, $text) = @_;

    my %top = map { m{^([^/\n]+)} ? ($1 => 1) : () } split /\n/, $text;

    return map {"$_ does not belong at the top"}
        grep { !$TOP{$_} && !/^\./ } sort keys %top;
}

# Lines of "size path".
sub sizes {
    my ($path, $text) = @_;

    return map { /^(\d+) (.*)/ && $1 > 400_000 ? "$2 has $1 bytes" : () }
        split /\n/, $text;
}

1;
