# Two commands matter: make demo, make test. Everything runs in .venv, made on first use.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8501
DEMO_STORE := data/store/demo.db

# Four parts run side by side. Pages, in a browser and without one:
PAGES := browser test_pages.py test_trends_page.py test_losses_page.py test_repeats_page.py \
	test_survey_page.py test_portrait_page.py test_framework_page.py test_asking.py test_answers.py
# Files, rules, scoring and questions:
FILES := reading uploads monday demo rules scoring export ui reference queries kernels
# Tests of these and others that touch no store, or that a second engine cannot change; all others
# run on both.
NO_STORE := $(PAGES) benchmarks reading uploads monday demo rules scoring export ui reference kernels revising \
	test_docs.py test_executors.py test_hostile_names.py test_layers.py test_logs.py \
	test_periods.py test_rounding.py test_commands_rules.py test_corrections.py \
	test_commands_many.py test_retallying.py test_survey_examples.py test_survey_intake.py \
	test_commands_surveys.py \
	$(addprefix publishing/test_,calendar.py issues.py known.py late.py on_pages.py) \
	$(filter-out queries/test_sums.py queries/test_findings.py queries/test_surveys.py \
	queries/test_records.py,$(patsubst tests/%,%,$(wildcard tests/queries/test_*.py)))

.DEFAULT_GOAL := help
.PHONY: help demo run test test-pages test-files test-sqlite test-postgresql explore lint bench

help: ## List the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

$(VENV)/run.done: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/test.done: $(VENV)/run.done tests/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

demo: $(VENV)/run.done ## Load the made-up city, print its ranking, serve the dashboard
	WENMING_STORE=$(DEMO_STORE) $(BIN)/python -m wenming_metrics demo
	WENMING_STORE=$(DEMO_STORE) $(BIN)/python -m wenming_metrics serve --port $(PORT)

run: $(VENV)/run.done ## Serve the dashboard on the office's own store
	$(BIN)/python -m wenming_metrics serve --port $(PORT)

test: $(VENV)/test.done ## Lint and run every test; those of the store again on PostgreSQL, if it is here
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(MAKE) --no-print-directory -j4 --output-sync=target test-pages test-sqlite test-files test-postgresql

test-pages:
	$(BIN)/python -m pytest -q $(PAGES:%=tests/%)

test-sqlite:
	$(BIN)/python -m pytest -q wenming_metrics tests $(PAGES:%=--ignore=tests/%) $(FILES:%=--ignore=tests/%)

test-files:
	$(BIN)/python -m pytest -q $(FILES:%=tests/%)

test-postgresql:
	$(BIN)/python -m pytest -q --engine postgresql tests $(NO_STORE:%=--ignore=tests/%)

explore: $(VENV)/test.done ## Search the properties for counterexamples at random, other ones each time
	$(BIN)/python -m pytest -q --explore -x tests/scoring tests/queries tests/reading tests/store

lint: $(VENV)/test.done ## Mend what can be mended, report the rest
	$(BIN)/python -m ruff format .
	$(BIN)/python -m ruff check --fix .

bench: $(VENV)/test.done ## Measure; every figure is a ratio within one run
	$(BIN)/python -m tests.benchmarks
