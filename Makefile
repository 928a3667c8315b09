# make run and make test are all you need; both install what is missing.

SHELL := /bin/bash
CARGO_BIN := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin
export PATH := $(CURDIR)/.tools/bin:$(CARGO_BIN):$(PATH)

ASSETS := $(CURDIR)/dist
WIDGET := target/widget.stamp
WIDGET_SOURCES := $(shell find index.html Trunk.toml Cargo.toml Cargo.lock widget shared -type f \
	-not -path '*/node_modules/*' -not -path '*/target/*' -not -path 'widget/npm/*' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help setup run widget check test soak bench

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install everything that building and testing need
	@scripts/setup.sh test

run: ## build and start the demo: shop, server, sandbox wallets. LAN=1 for a phone on your network
	@scripts/setup.sh run
	@$(MAKE) --no-print-directory widget
	@cargo build -p florin-server
	@FLORIN_ASSETS_DIR="$(ASSETS)" exec target/debug/florin serve $(if $(LAN),--lan)

widget: $(WIDGET) ## build the widget into dist/

# `trunk serve` writes into dist/ too; what it left there is not a release.
$(WIDGET): $(WIDGET_SOURCES) $(wildcard dist/index.html) $(if $(wildcard dist/florin.js),,missing)
	@trunk build --release
	@mkdir -p $(@D) && touch $@

.PHONY: missing
missing:

check: ## the fast part of the tests: format, lints, unit tests
	@scripts/setup.sh check
	@scripts/test.sh check

test: ## everything that CI runs
	@scripts/setup.sh test
	@scripts/test.sh all

soak: ## the hard tests for hours: ten thousand sequences, a kill at every point, hundreds of kills
	@scripts/setup.sh test
	@scripts/soak.sh

bench: ## print the figures
	@scripts/setup.sh bench
	@scripts/bench.sh
