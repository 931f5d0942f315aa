# SPDX-License-Identifier: EUPL-1.2
# One graph, no recursion but for variants, which are build folders.
BUILD    ?= build/release
PREFIX   ?= /usr/local
DESTDIR  ?=
CC       ?= gcc
WERROR   ?= -Werror
OPT      ?= -O2 -g
V        ?= 0

PACKAGES := build-essential pkg-config libsodium-dev libssl-dev libcurl4-openssl-dev \
            libjansson-dev liblmdb-dev libevent-dev libcmocka-dev openssl python3 faketime strace \
            procps systemd groff-base sslscan xfsprogs
PKGS     := libsodium jansson openssl lmdb libcurl libevent libevent_openssl libevent_pthreads
# pkg-config runs after `deps` has installed it, hence lazily.
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   = $(shell pkg-config --libs $(PKGS) 2>/dev/null)

WARN     := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wvla -Wundef \
            -Wwrite-strings -Wcast-qual -Wpointer-arith -Wswitch-enum -Wstrict-prototypes \
            -Wmissing-prototypes -Wimplicit-fallthrough
HARDEN   ?= -fstack-protector-strong -fstack-clash-protection -fPIE -fno-strict-aliasing \
            -ftrivial-auto-var-init=zero
FORTIFY  ?= -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
VARIANT  ?=
CPPFLAGS += -I. -D_GNU_SOURCE -MMD -MP $(FORTIFY)
CFLAGS   += -std=gnu11 $(OPT) $(WARN) $(WERROR) $(HARDEN) $(VARIANT) -pthread
LDFLAGS  += -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(VARIANT) -pthread
LDLIBS    = $(PKG_LIBS)

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@echo "  $(1)	$(2)")

LAYERS   := crypto covenant adapters gateway
SOURCES  := $(foreach d,$(LAYERS),$(wildcard $(d)/*.c))
MAIN     := gateway/main.c
OBJECTS  := $(patsubst %.c,$(BUILD)/%.o,$(SOURCES))
LIBRARY  := $(BUILD)/library.a
PROGRAM  := $(BUILD)/wijkpoort

# A unit test is one file in tests/unit; it links the library and tests/support.
UNITS    := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*/test_*.c))
SUPPORT  := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/support/*.c))
# A fuzz target is one file in tests/fuzz with a folder tests/fuzz/corpus/<name>.
FUZZERS  := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAYS  := $(patsubst %,$(BUILD)/tests/fuzz/replay_%,$(FUZZERS))
BENCHES  := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/*.c))
WRAPPED  := malloc calloc realloc strdup
WRAP     := $(foreach f,$(WRAPPED),-Wl,--wrap=$(f))

.DEFAULT_GOAL := all
.PHONY: all openapi pages browser install-files uninstall deps check search mutants lint asan check-clang fuzz coverage \
        bench bench-terms demo install format help clean \
        wycheproof thorough soak

all: deps   ## the program, hardened
	$(Q)$(MAKE) --no-print-directory $(PROGRAM)

deps:   ## install the Debian packages that are missing
	$(Q)tests/support/install_packages $(PACKAGES)

$(PROGRAM): $(BUILD)/gateway/main.o $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(LIBRARY): $(filter-out $(BUILD)/$(MAIN:.c=.o),$(OBJECTS))
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -c $< -o $@

# The code lists are data in config/ that the program carries within itself.
$(BUILD)/covenant/built_in.o: $(wildcard config/codelijst-*.csv)
$(BUILD)/gateway/openapi.o: $(wildcard config/openapi-*.json)

# So is the stylesheet of the pages: from npm where there is one, by hand where not (STYLE=plain).
$(BUILD)/style/stijl.css: $(wildcard config/style/*)
	$(call say,STYLE,$@)
	$(Q)STYLE=$(STYLE) config/style/compose $(@D)
$(BUILD)/gateway/pages_style.o: $(BUILD)/style/stijl.css
$(BUILD)/gateway/pages_style.o: CPPFLAGS += -DSTYLE_CSS='"$(BUILD)/style/stijl.css"' \
    -DSTYLE_PATH='"$(BUILD)/style/stijl.path"'

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(SUPPORT) $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $(WRAP) $^ $(LDLIBS) -lcmocka -o $@

$(BUILD)/tests/fuzz/replay_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

# A tool of the stories is one file in tests/tools.
TOOLS    := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/tools/*.c))
$(BUILD)/tests/tools/%: $(BUILD)/tests/tools/%.o $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

# A library that a test preloads into a whole gateway is one file in tests/preload.
PRELOADS := $(patsubst %.c,$(BUILD)/%.so,$(wildcard tests/preload/*.c))
$(BUILD)/tests/preload/%.so: tests/preload/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -MMD -MP -std=gnu11 $(OPT) $(WARN) $(WERROR) -I. -fPIC -shared $< -ldl -o $@

.PRECIOUS: $(BUILD)/%.o

.PHONY: tests
tests: $(PROGRAM) $(UNITS) $(REPLAYS) $(BENCHES) $(TOOLS) $(PRELOADS)

check: deps   ## lint, unit tests, corpus replay, end-to-end stories
	$(Q)$(MAKE) --no-print-directory tests
	$(Q)tests/support/run_checks $(BUILD)

thorough: deps   ## the stories and sweeps that `check` samples, whole: hours
	$(Q)$(MAKE) --no-print-directory tests
	$(Q)THOROUGH=1 ONLY="$(or $(ONLY),end_to_end)" tests/support/run_checks $(BUILD)

soak: deps   ## 5 minutes at 70 % of full load with a fault in each; MINUTES=60 for the long one
	$(Q)$(MAKE) --no-print-directory tests
	$(Q)tests/soak/run $(BUILD) $(or $(MINUTES),5)

asan:   ## `check` under AddressSanitizer and UBSan (clang)
	$(Q)$(MAKE) --no-print-directory check BUILD=build/asan CC=clang HARDEN=-fPIE FORTIFY= \
	    OPT="-O1 -g" VARIANT="-fsanitize=address,undefined -fno-sanitize-recover=all"

check-clang:   ## `check` compiled by clang
	$(Q)$(MAKE) --no-print-directory check BUILD=build/clang CC=clang \
	    HARDEN="-fstack-protector-strong -fPIE -fno-strict-aliasing"

FUZZ ?= 20000000
fuzz:   ## search each fuzz target for FUZZ runs (20000000), or a time each (FUZZ=60s)
	$(Q)tests/support/run_fuzz $(FUZZ) $(FUZZERS)

coverage:   ## branch coverage of unit tests, replays and stories, held against its floors
	$(Q)tests/support/install_packages gcovr
	$(Q)$(MAKE) --no-print-directory tests BUILD=build/coverage OPT="-O0 -g" HARDEN=-fPIE FORTIFY= \
	    VARIANT="--coverage -fprofile-update=atomic"
	$(Q)COVERAGE=1 tests/support/run_checks build/coverage
	$(Q)tests/support/coverage build/coverage

N ?= 5000000
SEED ?= 20261203
search: $(BUILD)/tests/unit/covenant/test_decision_agrees   ## N (5000000) random cases through both evaluators; SEED=n for others
	$(Q)N=$(N) SEED=$(SEED) $<

mutants: deps   ## each check of the decision and of receiving taken away: a test must turn red
	$(Q)nice tests/mutants/run build/mutants

lint:   ## include direction, doors, headers alone, forbidden calls, texts in both languages
	$(Q)tests/lint/run

pages: deps   ## prints covenants and letters with headless Chromium: one A4, and a picture of each
	$(Q)$(MAKE) --no-print-directory $(PROGRAM)
	$(Q)tests/pages/run $(BUILD)

browser: deps   ## people at the pages in headless Chromium, by keyboard; axe on each page
	$(Q)$(MAKE) --no-print-directory $(PROGRAM)
	$(Q)tests/browser/run $(BUILD)

openapi:   ## both API descriptions under the NL API Design Rules (Spectral from npm)
	$(Q)tests/openapi/run build

bench: deps   ## signals/s beside this machine's own limits
	$(Q)$(MAKE) --no-print-directory $(PROGRAM) $(BENCHES)
	$(Q)tests/bench/run $(BUILD)

bench-terms: deps   ## the clock's look at a million open signals, beside this machine's commits
	$(Q)$(MAKE) --no-print-directory $(BUILD)/tests/bench/terms
	$(Q)$(BUILD)/tests/bench/terms

demo: deps   ## four gateways on loopback play one whole story; KEEP=DIR leaves them running
	$(Q)$(MAKE) --no-print-directory $(PROGRAM)
	$(Q)tests/support/demo $(BUILD) $(KEEP)

WYCHEPROOF ?= ../shared/vectors/wycheproof
wycheproof: $(BUILD)/tests/unit/crypto/test_wycheproof   ## the large published vectors, where found
	$(Q)WYCHEPROOF=$(WYCHEPROOF) $(BUILD)/tests/unit/crypto/test_wycheproof

SHARE := $(DESTDIR)$(PREFIX)/share
UNIT  := $(DESTDIR)$(PREFIX)/lib/systemd/system/wijkpoort.service
install: all   ## into $(DESTDIR)$(PREFIX)
	$(Q)$(MAKE) --no-print-directory install-files

install-files:   # what is built already
	install -D -m 0755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/wijkpoort
	install -D -m 0644 -t $(SHARE)/man/man1 docs/wijkpoort.1
	install -D -m 0644 -t $(SHARE)/wijkpoort config/*.json config/*.csv config/README.md config/*.timer config/*.voorbeeld \
	    tests/support/verify_export.py
	sed 's|/usr/local/bin/|$(PREFIX)/bin/|g' config/wijkpoort-invoermap.service >$(SHARE)/wijkpoort/wijkpoort-invoermap.service
	chmod 0644 $(SHARE)/wijkpoort/wijkpoort-invoermap.service
	install -D -m 0644 -t $(SHARE)/doc/wijkpoort docs/*.md README.md ARCHITECTURE.md LICENSE
	install -d $(dir $(UNIT))
	sed 's|/usr/local/bin/|$(PREFIX)/bin/|g' config/wijkpoort.service >$(UNIT) && chmod 0644 $(UNIT)

uninstall:   ## what `install` put there; settings, keys and data stay
	rm -f $(DESTDIR)$(PREFIX)/bin/wijkpoort $(SHARE)/man/man1/wijkpoort.1 $(UNIT)
	rm -rf $(SHARE)/wijkpoort $(SHARE)/doc/wijkpoort

format:   ## clang-format in place
	$(Q)clang-format -i $(SOURCES) $(foreach d,$(LAYERS),$(wildcard $(d)/*.h)) \
	    $(wildcard tests/*/*.[ch] tests/*/*/*.[ch])

clean:   ## remove build/
	rm -rf build

help:   ## this list
	$(Q)grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | sort

$(BUILD)/tests/bench/terms: $(BUILD)/tests/bench/terms.o $(SUPPORT) $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $(WRAP) $^ $(LDLIBS) -lcmocka -o $@

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
