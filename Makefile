# Two commands on a fresh machine (Python 3.11+ and make): `make run` and `make test`.
PYTHON ?= python3
PORT ?= 8000
STORE ?= graph
BIN := .venv/bin

.PHONY: run build test lint types imports check clean bench

run: build
	$(BIN)/kg-builder serve --store $(STORE) --port $(PORT)

build: .venv/installed
	$(BIN)/kg-builder build samples --store $(STORE) --config samples/kg.toml --sync

test: .venv/developing
	$(BIN)/python -m pytest -n auto $(TESTS)

lint: .venv/developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/developing
	$(BIN)/mypy

imports: .venv/developing
	$(BIN)/lint-imports

check: lint types imports test

bench: .venv/developing
	$(BIN)/python benchmarks/build.py

.venv/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kg-builder needs Python 3.11 or newer; say which with make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/developing: pyproject.toml .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

clean:
	rm -rf .venv $(STORE)
