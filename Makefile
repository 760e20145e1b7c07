# ngx_http_ct_module. "make" builds the module, "make help" lists the rest.

BUILD_DIR    ?= build
NGINX_SRC    ?= /usr/share/nginx/src
NGINX_FLAGS  ?=
NGINX        ?= /usr/sbin/nginx
SANITIZE     ?=
FUZZ_SECONDS ?= 30
PROVE_FLAGS  ?= -j3

build := $(abspath $(BUILD_DIR))
here  := $(CURDIR)
npm   := $(here)/build/npm
unpacked := $(here)/build/unpacked

# Debian packages: to build and for the demo, to test, to look for mistakes,
# and for the picture in README.
PACKAGES = gcc make dpkg-dev pkg-config nginx nginx-dev libcurl4-openssl-dev \
    libjansson-dev libssl-dev zlib1g-dev libpcre2-dev ca-certificates \
    openssl perl curl
TESTERS  = chromium fonts-dejavu-core libnginx-mod-mail libnginx-mod-stream \
    python3 python3-aiosmtpd $(if $(shell command -v npm),,nodejs npm)
CHECKERS = clang clang-tidy clang-format cppcheck libclang-rt-14-dev valgrind \
    wrk
PAINTERS = pngquant

# The lists of sources are config's.
list = $(shell sed -n '/^ct_$(1)_srcs="/,/^"/s/^ *\(.*\.c\)$$/\1/p' config)

core_srcs   := $(addprefix src/core/,$(call list,core))
engine_srcs := $(addprefix src/engine/,$(call list,engine))
nginx_srcs  := $(addprefix src/nginx/,$(call list,nginx))
unit_srcs   := $(wildcard t/unit/*.c)
fuzz_srcs   := $(filter-out t/fuzz/replay.c,$(wildcard t/fuzz/*.c))
bench_srcs  := $(wildcard t/bench/*.c)
html        := $(wildcard html/*)
headers     := $(wildcard src/*/*.h)

core_lib    := $(build)/core.a
engine_lib  := $(build)/engine.a
units       := $(unit_srcs:t/unit/%.c=$(build)/unit/%)
replays     := $(fuzz_srcs:t/fuzz/%.c=$(build)/replay/%)
fuzzers     := $(fuzz_srcs:t/fuzz/%.c=$(build)/fuzzer/%)
benches     := $(bench_srcs:t/bench/%.c=$(build)/bench/%)

WARN     = -Wall -Wextra -Wshadow -Werror
INCLUDES = -Isrc/core -Isrc/engine -I$(build)
OPTIMIZE = -O2
LIBS     = -lcurl -ljansson -lssl -lcrypto -lz -lpthread

# A sanitizer finds more without optimization and fortification.
ifneq ($(SANITIZE),)
OPTIMIZE    = -O1 -fno-omit-frame-pointer
sanitize    = -fsanitize=$(SANITIZE) -fno-sanitize-recover=undefined
# What the store copies are atomic words; its fences may go unnoticed.
ifeq ($(SANITIZE),thread)
sanitize   += -Wno-tsan
endif
nginx_cc    = $(OPTIMIZE) -g -fPIC $(sanitize)
nginx_ld    = $(sanitize)
else
flags       = $(shell dpkg-buildflags --get $(1) 2>/dev/null || echo $(2))
nginx_cc   := $(call flags,CFLAGS,-g -O2) -fPIC $(call flags,CPPFLAGS)
nginx_ld   := $(call flags,LDFLAGS) -fPIC
endif

# nginx says -Werror itself; its handlers have arguments they do not use.
nginx_warn  = -Wextra -Wshadow -Wno-unused-parameter

COMPILE = $(CC) -std=gnu11 -g $(OPTIMIZE) $(WARN) -fPIC -pthread $(sanitize) \
    $(INCLUDES) -MMD -MP

export CT_BUILD := $(build)
export CT_NGINX := $(NGINX)
export CT_NPM := $(npm)
export CT_UNPACKED := $(unpacked)


.PHONY: all
all: module

.PHONY: help
help: ## Lists the targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile \
	    | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'
	@echo "Variables: NGINX_SRC=dir (any nginx source tree), NGINX=binary"
	@echo "(for the tests), BUILD_DIR=dir, CC=compiler, FUZZ_SECONDS=n"


# The module.

.PHONY: module
module: ## Builds build/ngx_http_ct_module.so.
module: $(build)/nginx/Makefile $(build)/nginx/ct_html.h
	@$(MAKE) -s --no-print-directory -C $(NGINX_SRC) \
	    -f $(build)/nginx/Makefile modules
	@cmp -s $(build)/nginx/ngx_http_ct_module.so \
	    $(build)/ngx_http_ct_module.so \
	    || cp --remove-destination \
	        $(build)/nginx/ngx_http_ct_module.so $(build)/

# What it was configured for; a change configures it anew.
key = $(NGINX_SRC)|$(CC)|$(nginx_cc)|$(nginx_warn)|$(nginx_ld)| \
    $(NGINX_FLAGS)|$(headers)

$(build)/nginx.key: FORCE
	@mkdir -p $(@D)
	@echo '$(key)' | cmp -s - $@ || echo '$(key)' > $@

# nginx-dev records how Debian's nginx was configured, as a bash array.
$(build)/nginx/Makefile: config html/embed $(build)/nginx.key
	@test -d $(NGINX_SRC)/auto || { echo "make: $(NGINX_SRC) is not an" \
	    "nginx source tree, NGINX_SRC=dir names one (on Debian the" \
	    "package nginx-dev installs /usr/share/nginx/src)" >&2; exit 1; }
	@mkdir -p $(build)/nginx
	@cd $(NGINX_SRC) && bash -c ' \
	    NGX_CONF_FLAGS=(--with-compat --with-threads \
	        --with-http_ssl_module --with-http_v2_module); \
	    test ! -f conf_flags || . ./conf_flags; \
	    test -f configure && configure=./configure \
	        || configure=auto/configure; \
	    bash $$configure --with-cc=$(CC) \
	        --with-cc-opt="$(nginx_cc) $(nginx_warn)" \
	        --with-ld-opt="$(nginx_ld)" \
	        "$${NGX_CONF_FLAGS[@]}" $(NGINX_FLAGS) \
	        --add-dynamic-module=$(here) --builddir=$(build)/nginx' \
	    > $(build)/configure.log 2>&1 \
	    || { rm -f $@; tail -20 $(build)/configure.log >&2; exit 1; }

$(build)/nginx/ct_html.h: $(html) | $(build)/nginx/Makefile
	@sh html/embed > $@

FORCE:


# Core and engine outside nginx: unit tests, fuzzers, benches, tools.

$(build)/ct_html.h: $(html)
	@mkdir -p $(@D)
	@sh html/embed > $@

$(build)/obj/%.o: %.c | $(build)/ct_html.h
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(COMPILE) -c -o $@ $<

$(core_lib): $(core_srcs:%.c=$(build)/obj/%.o) config
$(engine_lib): $(engine_srcs:%.c=$(build)/obj/%.o) config

$(core_lib) $(engine_lib):
	@rm -f $@
	@$(AR) rcs $@ $(filter %.o,$^)

# Only what a test calls is taken from the archives.
$(build)/unit/%: $(build)/obj/t/unit/%.o $(engine_lib) $(core_lib)
	@mkdir -p $(@D)
	@echo "  ld $(@F)"
	@$(CC) $(sanitize) -o $@ $^ $(LIBS)

$(build)/replay/%: $(build)/obj/t/fuzz/%.o $(build)/obj/t/fuzz/replay.o \
    $(core_lib)
	@mkdir -p $(@D)
	@echo "  ld $(@F)"
	@$(CC) $(sanitize) -o $@ $^ $(LIBS)

$(build)/bench/%: $(build)/obj/t/bench/%.o $(engine_lib) $(core_lib)
	@mkdir -p $(@D)
	@echo "  ld $(@F)"
	@$(CC) $(sanitize) -o $@ $^ $(LIBS)

$(build)/fuzzer/%: $(build)/obj/t/fuzz/%.o $(core_lib)
	@mkdir -p $(@D)
	@echo "  ld $(@F)"
	@$(CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBS)

tool_objs = $(patsubst %.c,$(build)/obj/%.o,$(wildcard t/tools/$(1)*.c))

$(build)/ctca: $(call tool_objs,ctca)
$(build)/ctlog: $(filter-out $(call tool_objs,ctlogd),$(call \
    tool_objs,ctlog))
$(build)/ctlogd: $(call tool_objs,ctlogd) $(addprefix \
    $(build)/obj/t/tools/ctlog_,gzip.o note.o read.o tree.o entry.o)
$(build)/ctrun: $(call tool_objs,ctrun) $(engine_lib) $(core_lib)
$(build)/planted: $(call tool_objs,planted)
$(build)/ctmessage: $(call tool_objs,ctmessage) $(core_lib)

$(build)/ctca $(build)/ctlog $(build)/ctlogd $(build)/ctrun \
$(build)/planted $(build)/ctmessage:
	@echo "  ld $(@F)"
	@$(CC) $(sanitize) -o $@ $^ $(LIBS)

# The engine with another clock, network and dice: what t/sim defines is not
# taken from the archive.
$(build)/sim/week: $(patsubst %.c,$(build)/obj/%.o,$(wildcard t/sim/*.c)) \
    $(engine_lib) $(core_lib)
	@mkdir -p $(@D)
	@echo "  ld $(@F)"
	@$(CC) $(sanitize) -o $@ $^ \
	    -Wl,--wrap=clock_gettime,--wrap=ct_context_jitter $(LIBS)

$(build)/%.so: t/tools/%.c
	@mkdir -p $(@D)
	@echo "  ld $(@F)"
	@$(CC) -std=gnu11 -O2 $(WARN) -fPIC -shared -o $@ $< -ldl

.PHONY: unit seeds tools
unit: $(units) ## Builds the unit tests of core and engine.

seeds: $(replays)

tools: ## Builds the programs of the tests and the simulation.
tools: $(build)/ctca $(build)/ctlog $(build)/ctlogd $(build)/ctrun \
    $(build)/ctmessage $(build)/planted $(build)/slowdns.so \
    $(build)/clockjump.so $(build)/slowsync.so $(build)/sim/week

.PRECIOUS: $(build)/obj/%.o


# Installing what is missing.

.PHONY: deps
deps: ## Installs what building, testing and the demo need (Debian).
	@sh -c '$(install)' deps $(PACKAGES) $(TESTERS)
	@$(MAKE) --no-print-directory validators receivers

# Whatever BUILD_DIR is, they are there once. Without npm, or a registry,
# the tests that want them are skipped, and say so.
.PHONY: validators
validators: $(npm)/done ## Gets what others validate messages with (npm).

$(npm)/done: t/npm/package.json t/npm/package-lock.json
	@mkdir -p $(npm) && cp $^ $(npm)/
	@cd $(npm) && npm ci --silent --ignore-scripts --no-audit --no-fund \
	    && touch done || echo "validators could not be had" >&2

# Installed they would be daemons; unpacked they are programs. Without them
# the tests that want them are skipped, and say so.
.PHONY: receivers
receivers: ## Gets Alertmanager and a mail server to test with (Debian).
	@for name in prometheus-alertmanager chasquid; do \
	    command -v $$name apt-get | grep -q $$name \
	        || test -x $(unpacked)/usr/bin/$$name \
	        || ! command -v apt-get >/dev/null \
	        || { mkdir -p $(unpacked) && cd $(unpacked) \
	            && apt-get download -q $$name \
	            && dpkg -x $${name}_*.deb . && rm $${name}_*.deb; } \
	        || echo "$$name could not be had" >&2; \
	done

.PHONY: checkers
checkers: deps ## Installs what check, fuzz and bench need besides (Debian).
	@sh -c '$(install)' checkers $(CHECKERS)
	@$(MAKE) --no-print-directory peer

# Installed it would be a daemon that follows every log there is; unpacked it
# is a program. Without it the bench has nothing to compare with, no more.
.PHONY: peer
peer: ## Gets certspotter, to compare with (Debian).
	@command -v certspotter apt-get | grep -q certspotter \
	    || test -x $(build)/peer/usr/bin/certspotter \
	    || ! command -v apt-get >/dev/null \
	    || { mkdir -p $(build)/peer && cd $(build)/peer \
	        && apt-get download -q certspotter \
	        && dpkg -x certspotter_*.deb . ; } \
	    || echo "certspotter could not be had" >&2

define install
command -v dpkg-query >/dev/null || exit 0; \
missing=; \
for package in "$$@"; do \
    dpkg-query -W -f "\$${Status}" $$package 2>/dev/null \
        | grep -q "ok installed" || missing="$$missing $$package"; \
done; \
test -n "$$missing" || exit 0; \
sudo=; test "$$(id -u)" = 0 || sudo=sudo; \
echo "installing$$missing"; \
$$sudo apt-get update -q && $$sudo env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends $$missing
endef


# Testing.

.PHONY: test
test: deps ## Builds everything and runs all tests, some minutes.
	@$(MAKE) --no-print-directory -j$$(nproc) module tools unit seeds
	prove $(PROVE_FLAGS) -r t

asan_env = ASAN_OPTIONS=detect_odr_violation=0:detect_leaks=0 \
    UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
    CT_NGINX_PRELOAD="$$($(CC) -print-file-name=libasan.so):$$($(CC) \
    -print-file-name=libubsan.so)"

.PHONY: asan
asan: deps ## The tests with AddressSanitizer and UBSan.
	@$(MAKE) --no-print-directory BUILD_DIR=$(BUILD_DIR)/asan \
	    SANITIZE=address,undefined module tools unit seeds
	CT_BUILD=$(build)/asan $(asan_env) prove $(PROVE_FLAGS) -r t

.PHONY: tsan
tsan: ## The engine outside nginx with ThreadSanitizer.
	@$(MAKE) --no-print-directory BUILD_DIR=$(BUILD_DIR)/tsan CC=gcc \
	    SANITIZE=thread tools
	CT_BUILD=$(build)/tsan prove $(PROVE_FLAGS) t/ctrun.t

.PHONY: valgrind
valgrind: tools ## The engine outside nginx with valgrind.
	CT_WRAP="valgrind -q --error-exitcode=99 --leak-check=full" \
	    prove $(PROVE_FLAGS) t/ctrun.t

.PHONY: fuzz
fuzz: ## Fuzzes each parser for FUZZ_SECONDS.
	@$(MAKE) --no-print-directory BUILD_DIR=$(BUILD_DIR)/fuzz CC=clang \
	    SANITIZE=fuzzer-no-link,address,undefined fuzzers
	@for target in $(notdir $(fuzzers)); do \
	    echo "fuzz: $$target"; \
	    mkdir -p $(build)/fuzz/corpus/$$target; \
	    $(build)/fuzz/fuzzer/$$target -max_total_time=$(FUZZ_SECONDS) \
	        -max_len=65536 -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
	        -print_final_stats=1 \
	        -artifact_prefix=$(build)/fuzz/$$target- \
	        $(build)/fuzz/corpus/$$target \
	        $$(ls -d t/fuzz/corpus/$$target 2>/dev/null) || exit 1; \
	done

.PHONY: fuzzers
fuzzers: $(fuzzers)

.PHONY: bench
bench: module tools ## Measures decoding, matching and what requests notice.
	@$(MAKE) --no-print-directory benches
	t/bench/run
	t/bench/learning
	t/bench/throughput

.PHONY: bench-throughput
bench-throughput: tools ## Entries per CPU-second beside certspotter (3 GB).
	@$(MAKE) --no-print-directory $(build)/bench/ct_scan
	t/bench/throughput

.PHONY: benches
benches: $(benches)

.PHONY: sim
sim: $(build)/sim/week ## A week of 70 logs, simulated, some minutes.
	$(build)/sim/week

.PHONY: soak
soak: module tools ## Reloads and kills it under load, and sim; long.
	t/soak/run
	CRASH_LONG=1 FAULTS_MANY=10000 prove $(PROVE_FLAGS) t/ct_crash.t \
	    t/ct_outage.t t/ct_life.t t/ct_faults.t t/ct_million.t
	$(build)/sim/week

.PHONY: demo demo-add picture
demo: ## A CA, a log and an nginx on this machine, to watch it work.
	@sh -c '$(install)' demo $(PACKAGES)
	@$(MAKE) --no-print-directory module tools
	@t/demo

demo-add: ## Adds a certificate to the demo's log: NAME=name CA=other.
	@t/demo add "$(NAME)" $(CA)

picture: deps ## Paints README's picture of the demo's page.
	@sh -c '$(install)' picture $(PAINTERS)
	@$(MAKE) --no-print-directory module tools
	t/tools/picture t/data/page.png

.PHONY: check
check: ## All that has to hold: lint, analyzers, sanitizers, valgrind.
check: checkers lint analyze
	@$(MAKE) --no-print-directory asan
	@$(MAKE) --no-print-directory tsan
	@$(MAKE) --no-print-directory valgrind


# Looking at the source.

.PHONY: lint
lint: module $(core_lib) ## The house rules (t/lint.t).
	prove $(PROVE_FLAGS) t/lint.t

# clang-tidy 14 confuses itself when it is given several files at once.
# cppcheck sees no nginx headers; the one macro of theirs that matters to it
# stands for a string.
.PHONY: analyze
analyze: ## Both compilers, clang-tidy and cppcheck.
analyze: checkers $(build)/ct_html.h
	@for cc in gcc clang; do \
	    $$cc -std=gnu11 -O2 $(WARN) $(INCLUDES) -fsyntax-only \
	        $(core_srcs) $(engine_srcs) || exit 1; \
	    $(MAKE) --no-print-directory BUILD_DIR=$(BUILD_DIR)/$$cc CC=$$cc \
	        module || exit 1; \
	done
	@printf '%s\n' $(core_srcs) $(engine_srcs) \
	    | xargs -P "$$(nproc)" -I @ sh -c 'clang-tidy --quiet @ \
	        -- -std=gnu11 $(INCLUDES) 2>/dev/null'
	@cppcheck -q --std=c11 --error-exitcode=1 --inline-suppr \
	    --enable=warning,portability,performance '-Dngx_value(n)=""' \
	    $(INCLUDES) -Isrc/nginx $(core_srcs) $(engine_srcs) $(nginx_srcs)

.PHONY: format
format: ## Formats core, engine and the C of the tests.
	clang-format -i $(wildcard src/core/*.[ch] src/engine/*.[ch] \
	    t/unit/*.[ch] t/fuzz/*.c t/bench/*.[ch] t/tools/*.[ch])

.PHONY: clean
clean: ## Removes what was built.
	rm -rf $(build)

-include $(shell find $(build)/obj -name '*.d' 2>/dev/null)
