# unipact. Bare `make` lists the targets. Needs Python 3.11 to 3.14 and make; nothing else.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
UV := $(BIN)/uv
UV_VERSION := 0.13.9
PYTEST := $(PY) -m pytest

# One thread for the arithmetic libraries: the same bytes every time, and no fight over two cores.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1

.PHONY: help setup dev system demo test test-all test-postgres test-browser check \
	lint types imports migrations messages messages-check vendor vendor-check audit fonts format bench \
	bench-long doctor lock lock-check docs pictures clean

help: ## List these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- to start ------------------------------------------------------------------------------------

setup: $(VENV)/.run ## Make .venv with unipact in it
	@echo "unipact is in $(VENV): $(BIN)/unipact --help"

demo: setup ## Serve the console with the example on http://127.0.0.1:8000
	@$(BIN)/unipact demo

doctor: ## Say what is here and what is missing
	@tools/system doctor
	@if [ -x $(PY) ]; then $(PY) tools/doctor.py; else echo "no $(VENV) yet: make setup"; fi

system: ## Install what the tests need from Debian (as root or with sudo), or name it
	@tools/system install

# --- to be sure ----------------------------------------------------------------------------------

test: dev system check ## Everything: checks, then the tests on SQLite, on PostgreSQL and in Chromium
	@$(PY) tools/suite.py

test-all: dev system check ## The same and the long tests
	@$(PY) tools/suite.py --long

test-postgres: dev system ## What uses the database, on a throw-away PostgreSQL
	$(PY) tools/postgres.py -- $(PYTEST) -m "(db or postgres) and not long"

test-browser: dev system ## What drives Chromium
	$(PYTEST) -m "browser and not long"

check: lint types imports migrations messages-check vendor-check lock-check audit ## Format, lint, types, imports, migrations, messages, vendored files, locks, audit

lint: dev ## ruff format --check and ruff check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: dev ## mypy, strict
	$(BIN)/mypy

imports: dev ## Who may import whom
	$(BIN)/lint-imports

migrations: dev
	$(PY) -m django makemigrations --check --dry-run --settings unipact.settings.test

messages-check: dev
	$(PY) tools/messages.py --check

vendor-check: dev
	$(PY) tools/vendor.py --check

lock-check: dev
	$(PY) tools/lock.py --check

audit: dev ## Licences and known weaknesses of what is locked
	$(PY) tools/audit.py

format: dev ## Format and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: dev ## Each engine beside its peer: benchmarks/results.json
	$(PY) -m benchmarks

bench-long: dev ## The same at full size
	$(PY) -m benchmarks --long

# --- to refresh what is committed ----------------------------------------------------------------

messages: dev ## Collect the texts of the console and compile the catalogues (needs gettext)
	$(PY) tools/messages.py

docs: dev ## Write the generated pages of docs/reference
	$(PY) tools/reference.py
	$(PY) tools/reference_api.py

pictures: dev system ## Take the pictures of the console in docs/pictures
	UNIPACT_PICTURES=1 $(PYTEST) -m browser tests/browser/test_every_page.py

fonts: dev ## Cut the web fonts out of Noto Sans CJK (needs fonts-noto-cjk)
	$(PY) tools/fonts.py
	$(PY) tools/vendor.py

vendor: dev ## Copy the front end that package-lock.json pins (needs npm)
	folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	cp package.json package-lock.json "$$folder"; \
	(cd "$$folder" && npm ci --ignore-scripts --no-audit --no-fund); \
	$(PY) tools/vendor.py --node-modules "$$folder/node_modules"

lock: dev ## Resolve the dependencies again and write both hashed lock files
	$(PY) tools/lock.py

clean: ## Remove what was made here (not .venv, not var)
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests benchmarks tools -name __pycache__ -prune -exec rm -rf {} +

# --- the environment -----------------------------------------------------------------------------

dev: $(VENV)/.dev

$(PY):
	@tools/system python $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) \
		|| echo "uv $(UV_VERSION) could not be had; pip does its work, more slowly"

# uv is quick, but does not read pip's configuration: where only that knows the way out, pip goes.
define install
	@{ [ -x $(UV) ] && $(UV) pip install --quiet --require-hashes --python $(PY) -r $(1); } \
		|| $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
endef

$(VENV)/.run: requirements-run.lock pyproject.toml | $(PY)
	$(call install,requirements-run.lock)
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--editable .
	@touch $@

$(VENV)/.dev: requirements.lock $(VENV)/.run
	$(call install,requirements.lock)
	@touch $@
