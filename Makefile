# Two commands matter: make demo, make test. Everything runs in .venv, made on first use.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8501
CORES := $(shell $(PYTHON) -c 'import os; print(os.cpu_count())')
# A file of tests at a time: what it sets up is set up once; in their order, so that the long ones of
# the browser come first.
PYTEST = $(BIN)/python -m pytest -q --dist loadfile --no-loadscope-reorder
DEMO_STORE := data/store/demo.db

.DEFAULT_GOAL := help
PACKAGE ?= linux-x64
PYTHON_ARCHIVE ?= $(shell $(PYTHON) -c 'import sys; print(sys.base_prefix)')
.PHONY: help demo run package test on-sqlite on-postgresql explore lint bench

help: ## List the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

export PYTHON VENV
# Compiled once and kept: the tests start some thousand processes.
unexport PYTHONDONTWRITEBYTECODE
$(VENV)/run.done: requirements.txt
	@.ci/setup libraries requirements.txt
	@touch $@

$(VENV)/test.done: $(VENV)/run.done tests/requirements.txt
	@.ci/setup libraries tests/requirements.txt
	@touch $@

demo: $(VENV)/run.done ## Load the made-up city, print its ranking, serve the dashboard
	WENMING_STORE=$(DEMO_STORE) $(BIN)/python -m wenming_metrics demo
	WENMING_STORE=$(DEMO_STORE) $(BIN)/python -m wenming_metrics serve --port $(PORT)

run: $(VENV)/run.done ## Serve the dashboard on the office's own store
	$(BIN)/python -m wenming_metrics serve --port $(PORT)

package: $(VENV)/run.done ## Build a folder for an office PC: PACKAGE=linux-x64|linux-aarch64|windows-x64 PYTHON_ARCHIVE=file
	$(BIN)/python .ci/package/build.py $(PACKAGE) --python $(PYTHON_ARCHIVE)

test: $(VENV)/test.done ## Lint and run every test, those of the store on PostgreSQL as well
	@.ci/setup programs
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	@$(MAKE) --no-print-directory -j 2 on-sqlite on-postgresql

# Side by side, so that no core waits for the last file of the other; the second speaks when it is done.
on-sqlite: $(VENV)/test.done
	$(PYTEST) -n $(CORES) tests

on-postgresql: $(VENV)/test.done
	@mkdir -p out
	$(PYTEST) -n $$(( ($(CORES) + 2) / 3 )) --engine postgresql tests >out/postgresql.txt 2>&1; \
	code=$$?; cat out/postgresql.txt; exit $$code

explore: $(VENV)/test.done ## Search the properties for counterexamples at random, other ones each time
	$(BIN)/python -m pytest -q --explore -x tests/scoring tests/queries tests/reading tests/store tests/intake tests/pages tests/browser

lint: $(VENV)/test.done ## Mend what can be mended, report the rest
	$(BIN)/python -m ruff format .
	$(BIN)/python -m ruff check --fix .

bench: $(VENV)/test.done ## Measure; every figure is a ratio within one run
	$(BIN)/python -m tests.benchmarks
