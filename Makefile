# Needs only python3 (3.11 or newer) and make. Each target makes .venv if it is missing.
PYTHON ?= python3
VENV := .venv
# Tests run in so many processes; each loads the encoder once.
WORKERS ?= 2
BIN := $(VENV)/bin
UI_SOURCES := $(shell find web/ui -type f -not -path '*/node_modules/*' 2>/dev/null) web/build_ui.py
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: help setup demo serve test check lint types fmt bench peers fuzz evals web clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/bin/python:
	@echo "Making the virtual environment in $(VENV) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Deskwise needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): pyproject.toml web/build_ui.py | $(VENV)/bin/python
	@echo "Installing Deskwise and what it needs (a few minutes the first time) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP)
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

web/static/index.html: $(UI_SOURCES) | $(RUN_STAMP)
	@echo "Building the page …"
	@$(BIN)/python web/build_ui.py

setup: $(DEV_STAMP) web/static/index.html ## the environment, with everything the tests need

web: web/static/index.html ## build the page

demo: $(RUN_STAMP) web/static/index.html ## the demo company, answered on a page
	@$(BIN)/deskwise demo

serve: $(RUN_STAMP) web/static/index.html ## serve what is in the home directory
	@$(BIN)/deskwise serve

test: setup ## all tests
	@HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

lint: setup ## ruff, import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: setup ## mypy strict
	@$(BIN)/mypy

fmt: setup ## format and fix
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

check: lint types test ## everything that CI runs

bench: setup ## benchmarks against a peer in the same run; JSON under docs/bench
	@HF_HUB_OFFLINE=1 $(BIN)/python -m tests.benchmarks

peers: setup ## finding beside txtai and Haystack in the same run; installs both
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,peers]'
	@HF_HUB_OFFLINE=1 $(BIN)/python -m tests.benchmarks.peers

fuzz: setup ## made-up and hostile requests by everybody at every route; EXAMPLES=30 of each kind
	@HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1 $(BIN)/python -m tests.evals.fuzz $(EXAMPLES)

evals: setup ## quality on the public question sets
	@HF_HUB_OFFLINE=1 $(BIN)/python -m tests.evals

clean: ## forget the environment and what was built
	rm -rf $(VENV) web/static web/ui/node_modules
