# make run | make test | make lint | make labs | make cheats. See README.md for the plain pip lines behind them.
PYTHON ?= python3
VENV   ?= .venv
# What pip installs for the measured labs; TORCH= (empty) goes without, TORCH="torch --index-url ..." takes another build.
TORCH  ?= torch

BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check install --quiet
TORCHED := $(VENV)/.torch-$(shell printf '%s' '$(TORCH)' | cksum | cut -d' ' -f1)

.PHONY: run test lint labs cheats bench clean
run: $(VENV)/.app $(TORCHED)
	$(BIN)/studyctl

test: $(VENV)/.dev $(TORCHED)
	$(BIN)/python -m pytest

lint: $(VENV)/.dev $(TORCHED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

labs: $(VENV)/.dev $(TORCHED)
	$(BIN)/studyctl dev check

cheats: $(VENV)/.dev $(TORCHED)
	$(BIN)/python -m tests.cheats

bench: $(VENV)/.dev
	$(BIN)/python tests/bench/startup.py

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "studyctl needs Python 3.11 or newer; try: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.app: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -c constraints.txt -e .
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -c constraints.txt -e '.[dev]'
	touch $@ $(VENV)/.app

$(TORCHED): constraints.txt | $(BIN)/python
	$(if $(strip $(TORCH)),$(PIP) -c constraints.txt $(TORCH) numpy)
	touch $@

clean:
	rm -rf $(VENV)
