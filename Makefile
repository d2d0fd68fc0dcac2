# make help says what there is.

PREFIX ?= /usr/local
DESTDIR ?=
# Memories in the benchmark.
N ?= 100000
# For each target of make fuzz; of make soak.
SECONDS ?= 30
# Worlds to simulate.
SEEDS ?= 2000

SWIFT = swift
DEBUG = .build/debug
RELEASE = .build/release
PROGRAMS = $(RELEASE)/memctl $(RELEASE)/memctl-serve
STRICT = -Xswiftc -warnings-as-errors

bin = $(DESTDIR)$(PREFIX)/bin
share = $(DESTDIR)$(PREFIX)/share
INSTALLED = \
	$(bin)/memctl \
	$(bin)/memctl-serve \
	$(share)/man/man1/memctl.1 \
	$(share)/bash-completion/completions/memctl \
	$(share)/zsh/site-functions/_memctl \
	$(share)/fish/vendor_completions.d/memctl.fish \
	$(share)/man/man1/memctl-serve.1 \
	$(share)/bash-completion/completions/memctl-serve \
	$(share)/zsh/site-functions/_memctl-serve \
	$(share)/fish/vendor_completions.d/memctl-serve.fish

.DEFAULT_GOAL = build
.PHONY: build demo test check lint simulate planted soak fuzz proof bench generate format install uninstall clean help

build: ## Build the programs .build/release/memctl and memctl-serve (the default)
	@Scripts/require build
	$(SWIFT) build -c release --static-swift-stdlib --product memctl
	$(SWIFT) build -c release --static-swift-stdlib --product memctl-serve

demo: build ## Show two machines that keep the same memories, with a server of its own
	@Scripts/demo $(RELEASE)

test: ## Run all tests, with warnings as errors
	@Scripts/require test
	@echo "check: that it compiles without a warning, and all tests"
	@$(SWIFT) test $(STRICT) || { \
	echo "hint: ✘ marks what failed; swift test $(STRICT) --filter NAME repeats it" >&2; exit 1; }

check: lint test ## Check everything that a change has to pass

lint: ## Check what needs no build: format, shell scripts, spelling, modules
	@Scripts/require check
	@Scripts/lint

simulate: ## Try SEEDS=2000 simulated worlds of machines, server and faults, or replay SEED=n
	@Scripts/require build
	$(SWIFT) build -c release --product memctl-simulate
	@$(RELEASE)/memctl-simulate $(if $(SEED),--seed $(SEED),$(SEEDS))

planted: ## Check that each fault that is planted in a copy of the sources is found
	@Scripts/require test
	@nice Scripts/planted-faults

bench: build ## Compare with a plain client, on N=100000 memories
	@Scripts/require test
	@python3 Benchmarks/bench.py $(RELEASE) --memories $(N)

soak: build ## Let several memctl and a Python program share one file, for SECONDS=30
	@Scripts/require test
	@python3 -B Tests/Worlds/two_worlds.py $(RELEASE) --seconds $(SECONDS)

fuzz: ## Attack what reads foreign bytes, for SECONDS=30 each
	@Scripts/require build
	@Scripts/fuzz $(SECONDS)

proof: ## Simulate, plant, kill, misbehave, soak and fuzz, and write PROOF.md if all holds
	@Scripts/require test
	@nice Scripts/proof

generate: ## Write completions and manual pages anew from the tables of commands
	@Scripts/require build
	$(SWIFT) build $(STRICT) --product memctl
	$(SWIFT) build $(STRICT) --product memctl-serve
	@mkdir -p completions man
	$(DEBUG)/memctl completions bash > completions/memctl.bash
	$(DEBUG)/memctl completions zsh > completions/_memctl
	$(DEBUG)/memctl completions fish > completions/memctl.fish
	$(DEBUG)/memctl __man > man/memctl.1
	$(DEBUG)/memctl-serve --completions bash > completions/memctl-serve.bash
	$(DEBUG)/memctl-serve --completions zsh > completions/_memctl-serve
	$(DEBUG)/memctl-serve --completions fish > completions/memctl-serve.fish
	$(DEBUG)/memctl-serve --man > man/memctl-serve.1

format: ## Format the sources
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests Examples

# Builds only what is missing, so that after `make` root can install without a Swift toolchain.
install: $(PROGRAMS) ## Install programs, manual pages and completions below PREFIX=/usr/local
	install -d $(sort $(dir $(INSTALLED)))
	install -s -m 755 $(PROGRAMS) $(bin)
	install -m 644 man/memctl.1 man/memctl-serve.1 $(share)/man/man1
	install -m 644 completions/memctl.bash $(share)/bash-completion/completions/memctl
	install -m 644 completions/memctl-serve.bash $(share)/bash-completion/completions/memctl-serve
	install -m 644 completions/_memctl completions/_memctl-serve $(share)/zsh/site-functions
	install -m 644 completions/memctl.fish completions/memctl-serve.fish $(share)/fish/vendor_completions.d

$(PROGRAMS):
	@$(MAKE) build

uninstall: ## Remove what install put below PREFIX
	rm -f $(INSTALLED)

clean: ## Remove everything that was built
	$(SWIFT) package clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile
