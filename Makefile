# Two commands do everything: `make demo` and `make test`. Each sets up what is missing.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8040
STATE ?= .foredeck/demo

.PHONY: help demo test check format crash simulate bench clean

help: ## Show this.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.run ## Start a workspace, the bot and something to deploy; prints one address.
	@exec $(BIN)/foredeck demo --port $(PORT) --state $(STATE)

test: $(VENV)/.dev ## Run all tests.
	@tests/support/system_packages.sh
	@tests/support/node_packages.sh
	@# A file at a time for each processor, in order: the browser's come last.
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.dev ## Check format, lint, types and layers.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.dev ## Format, and mend what lint can mend.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

crash: $(VENV)/.dev ## Kill a real bot at every transition and at 100 random moments; takes minutes.
	$(BIN)/pytest tests/scenarios -m crash -o addopts="--import-mode=importlib -ra" --crash=full

simulate: $(VENV)/.dev ## Play 1,000,000 random deployments against what must always be true; takes half an hour.
	$(BIN)/python -m tests.support.simulation 1000000

bench: $(VENV)/.dev .venv-peers/.done ## Measure; wants an idle machine.
	$(BIN)/python -m benchmarks

clean: ## Remove the environment and the caches.
	rm -rf $(VENV) .venv-peers .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

.venv-peers/.done: benchmarks/peers.txt
	@echo "Setting up .venv-peers with what Foredeck is measured against …"
	@$(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers.txt
	@touch $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Foredeck needs Python 3.11 or newer; set PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing (Debian: apt-get install python3-venv)." >&2; exit 1; }

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Setting up $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Setting up $(VENV) for development …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.run
