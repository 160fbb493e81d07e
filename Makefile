# Every target sets itself up in .venv; a fresh machine needs Python (3.11 to 3.13) and make, nothing else.
PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(if $(shell $(name) -c 'import sys; sys.exit(not (3,11) <= sys.version_info < (3,14))' 2>/dev/null && echo yes),$(name))))
BIN := .venv/bin
READY := .venv/ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test lint types bench mutants fuzz table clean

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "mockservers needs Python 3.11, 3.12 or 3.13; none was found. Name one: make PYTHON=/path/to/python test" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "python -m venv failed; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 2; }
	@echo "Setting up .venv with $$($(BIN)/python --version) ..."
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

demo: $(READY)  ## emulators, two clients to a verdict, two wrong clients to a caught and replayed failure
	@$(BIN)/python tests/demo.py

test: lint types $(READY)  ## everything CI runs
	$(BIN)/python -m pytest -n auto -q

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

types: $(READY)
	@$(BIN)/mypy

bench: $(READY)  ## the figures of the README
	@$(BIN)/python tests/benchmarks/run.py

mutants: $(READY)  ## every client with a seeded bug and every correct one against its contract; every bent rule against its tests
	@$(BIN)/python -m tests.mutation.emulators
	@$(BIN)/python -m tests.mutation.clients

fuzz: $(READY)  ## long runs of every property and fuzz test
	@MOCKSERVERS_EXAMPLES=2000 $(BIN)/python -m pytest -n auto -q tests/server/test_fuzz.py tests/vendors

table: $(READY)  ## regenerate fixtures/<vendor>/coverage.md and the schema of scenario files
	@$(BIN)/python tests/coverage_table.py
	@$(BIN)/mockservers scenarios schema > scenarios/scenario.schema.json

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
