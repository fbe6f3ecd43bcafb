# `make` lists the targets. Every target first installs what it needs; a second run is fast.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# scripts/setup.sh chooses the toolchain. Server, page, lints and tests share it, its profile and the selection of
# crates, so that nothing is compiled twice.
-include target/toolchain.mk
ifneq ($(strip $(TOOLCHAIN_PATH)),)
export PATH := $(strip $(TOOLCHAIN_PATH)):$(PATH)
unexport RUSTUP_TOOLCHAIN
endif

NATIVE := --release --workspace --exclude latchkey-frontend
# The crates that run: all but the benchmark. Its dependencies have the same features, so it causes no second
# compilation.
PRODUCT := $(NATIVE) --exclude latchkey-bench
XTASK := target/release/xtask
LATCHKEY := target/release/latchkey
CLIENTS_VENV := $(CURDIR)/target/clients-venv
say = @printf '\033[1m==>\033[0m %s\n'

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: run
run: ## Build the optimised binary and start it on the demonstration network at http://localhost:3000
	@scripts/setup.sh build
	@$(MAKE) --no-print-directory build-all
	@exec $(LATCHKEY) serve --demo --data-dir data-demo

.PHONY: build
build: ## Build the optimised binary: target/release/latchkey
	@scripts/setup.sh build
	@$(MAKE) --no-print-directory build-all

.PHONY: dev
dev: ## Build quickly, with a larger page, and start the demonstration network with a talkative log
	@scripts/setup.sh build
	@$(MAKE) --no-print-directory site-fast
	@cargo build $(PRODUCT) --quiet
	@RUST_LOG=debug exec $(LATCHKEY) serve --demo --data-dir data-demo

.PHONY: test
test: ## Run everything: format, lints, dependencies, unit, integration, browser and client tests, the page's weight
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory check-format check-dependencies build-all budget check-lints check-units check-browser check-clients check-package

.PHONY: fmt
fmt: ## Format the code
	@scripts/setup.sh build
	@$(MAKE) --no-print-directory format

.PHONY: lint
lint: ## Run only the format and lint checks
	@scripts/setup.sh build
	@$(MAKE) --no-print-directory check-format check-lints

.PHONY: unit
unit: ## Run only the unit and integration tests
	@scripts/setup.sh unit
	@$(MAKE) --no-print-directory check-units

.PHONY: e2e
e2e: ## Run only the browser tests; ARGS='tests/list.spec.ts' for some of them
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory build-all check-browser

.PHONY: clients
clients: ## Run only the client libraries' tests, the programs of "Use it" and the integrator's guide
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory build-all check-clients

.PHONY: programs
programs: ## Run Matrix Synapse, JupyterHub, pgAdmin and Next.js as relying parties (1.4 GB of packages)
	@scripts/setup.sh programs
	@$(MAKE) --no-print-directory build-all check-programs

.PHONY: providers
providers: ## Start providers for trying sign-in with them by hand; ARGS='http://localhost:3000' is the network
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory build-all
	@cd end2end/providers && exec node by-hand.mjs $(ARGS)

.PHONY: bench
bench: ## Measure speed and memory beside a bare axum endpoint; ARGS=--quick for a short round, ARGS=--help for more
	@scripts/setup.sh build
	@$(MAKE) --no-print-directory build-all
	@cargo build $(NATIVE) --quiet
	@target/release/latchkey-bench $(ARGS)

.PHONY: felt
felt: ## Measure in Chromium what people feel: the first load over a slow line, how soon an action shows
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory build-all
	@cd end2end && npm run --silent felt

.PHONY: advisories
advisories: ## Compare the dependencies with the newest security advisories, which it downloads
	@scripts/setup.sh test
	@scripts/supply-chain.sh advisories

.PHONY: package
package: ## Make the release archive in target/package from the optimised binary, and test it
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory build-all check-package

.PHONY: clean
clean: ## Delete what was built
	rm -rf target end2end/node_modules end2end/clients/node/node_modules end2end/clients/python/programs/proxy/node_modules \
	  end2end/providers/node_modules end2end/test-results end2end/screenshots

# The steps. The targets above run them when the machine is ready and the toolchain is known.
.PHONY: xtask site site-fast build-all budget format check-format check-dependencies check-lints check-units check-browser check-clients check-programs check-package
xtask:
	@cargo build $(PRODUCT) --bin xtask --quiet

site: xtask
	$(say) 'Building the page (WebAssembly, script, styles)'
	@$(XTASK) site

site-fast: xtask
	@$(XTASK) site --fast

# Page and server at the same time, because each keeps one core busy for a while. Then the binary, which embeds the
# page.
build-all: xtask
	$(say) 'Building the page and the server'
	@$(XTASK) site & page=$$!; cargo build $(PRODUCT) --lib; built=$$?; wait $$page && exit $$built
	@cargo build $(PRODUCT) --quiet

budget: xtask
	$(say) 'Weighing the page'
	@$(XTASK) budget

format:
	@cargo fmt --all

check-format:
	$(say) 'Checking the format'
	@cargo fmt --all -- --check

check-dependencies:
	$(say) 'Checking the dependencies'
	@scripts/supply-chain.sh check

check-lints:
	$(say) 'Checking lints'
	@cargo clippy $(NATIVE) --all-targets --quiet -- -D warnings
	@cargo clippy --release --package latchkey-frontend --target wasm32-unknown-unknown --quiet -- -D warnings

check-units:
	$(say) 'Running unit and integration tests'
	@cargo test $(NATIVE)

check-browser:
	$(say) 'Running the browser tests'
	@cd end2end && npm test --silent -- $(ARGS)

# The oauth2 crate is a client too; its tests are among the server's. The examples are the Rust programs of the page
# "Use it". They run here with its other programs and with the commands of docs/integrating.md.
check-clients:
	$(say) 'Running the client libraries, the programs of "Use it" and the guide'
	@cargo build $(NATIVE) --bins --examples --quiet
	@cd end2end/clients/node && npm test --silent
	@cd end2end/clients/python && PYTHONDONTWRITEBYTECODE=1 $(CLIENTS_VENV)/bin/python -m pytest

# Not part of check-clients, because their packages are large.
check-programs:
	$(say) 'Running Matrix Synapse, JupyterHub, pgAdmin and Next.js'
	@cd end2end/clients/python && PYTHONDONTWRITEBYTECODE=1 $(CLIENTS_VENV)/bin/python -m pytest programs

# Nothing is compiled here: the binary that the other tests ran is packed.
check-package:
	$(say) 'Packing the release archive, and testing it'
	@if [ "$$(uname -sm)" = 'Linux x86_64' ]; then scripts/package.sh && cd packaging/tests && \
	  PYTHONDONTWRITEBYTECODE=1 $(CLIENTS_VENV)/bin/python -m pytest; \
	else echo 'Packages are made on Linux on x86_64: nothing done here.'; fi
