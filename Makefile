# Everything a newcomer needs; nothing but Python 3.11, pip, venv and make is assumed.
# `make` alone tells what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= auto
# Of `make fuzz`: how long, and how many of the files of targets at a time.
MINUTES ?= 60
FUZZ_WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo chaos test fuzz accept lint type fmt docs bench lock clean

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv and install the locked dependencies (done on demand)

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version)."; \
	  echo "Install it, or name another one: make setup PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "The venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) (once)..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: $(STAMP) ## Five countries on this machine: documents cross the borders
	@$(BIN)/ncp demo

test: $(STAMP) ## Run the tests; ends with what was skipped for which missing capability
	@$(BIN)/pytest -q -n $(WORKERS)

fuzz: $(STAMP) ## Fuzz all services for an hour, or for MINUTES=10; tells the growth of memory
	@NCP_FUZZ_SECONDS=$$(($(MINUTES) * 60 * $(FUZZ_WORKERS))) \
	  $(BIN)/pytest -q -n $(FUZZ_WORKERS) tests/fuzz; \
	  status=$$?; cat reports/fuzz/*.txt; exit $$status

# How much of it: more find more.
CHAOS_HISTORIES ?= 100000
CHAOS_KILLS ?= 500
CHAOS_RECORD_KILLS ?= 100

chaos: $(STAMP) ## 100 000 histories of dispensing, 700 killed processes, every bit flipped
	@NCP_CHAOS_HISTORIES=$(CHAOS_HISTORIES) NCP_CHAOS_KILLS=$(CHAOS_KILLS) \
	  NCP_CHAOS_RECORD_KILLS=$(CHAOS_RECORD_KILLS) NCP_CHAOS_BITS=all \
	  $(BIN)/pytest -q -n $(WORKERS) --timeout=0 tests/ncp/country_a/dispensing/test_histories.py \
	  tests/ncp/country_a/dispensing/test_kill.py tests/ncp/country_b/dispensing/test_kill.py \
	  tests/ncp/store/test_durability.py tests/ncp/store/test_every_bit.py

accept: $(STAMP) ## The same, but a skipped test is a failure
	@NCP_ACCEPT=1 $(BIN)/pytest -q -n $(WORKERS)

lint: $(STAMP) ## Format check, lint and the import rules of the house
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports

type: $(STAMP) ## Check the types (strict)
	@$(BIN)/mypy

fmt: $(STAMP) ## Format the code and apply safe fixes
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

docs: $(STAMP) ## Write the reference pages from the code
	@$(BIN)/python -m tests.docs.reference_pages

bench: $(STAMP) ## Run the benchmarks: ratios against named floors and peers in one run
	@for bench in benchmarks/bench_*.py; do \
	  $(BIN)/python -m benchmarks.$$(basename $$bench .py) || exit 1; done

lock: $(STAMP) ## Resolve the dependencies again and write the lock files
	@$(BIN)/pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile --quiet pyproject.toml --group test --group lint \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --universal \
	  --python-version 3.11 -o requirements/dev.txt
	@printf 'editables\nhatchling\n' | $(BIN)/uv pip compile --quiet - \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --universal \
	  --python-version 3.11 -o requirements/build.txt

clean: ## Remove what the targets made
	@rm -rf $(VENV) demo-output reports .pytest_cache .mypy_cache .ruff_cache .hypothesis
