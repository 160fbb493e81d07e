# Every target sets itself up in .venv; a fresh machine needs Python (3.11 to 3.13) and make, nothing else.
PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(if $(shell $(name) -c 'import sys; sys.exit(not (3,11) <= sys.version_info < (3,14))' 2>/dev/null && echo yes),$(name))))
BIN := .venv/bin
RUNTIME := .venv/runtime
READY := .venv/ready
COLLECTED := .venv/collected
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Most modules of the dependencies are never imported here; what is compiles itself at its first import.
export PIP_NO_COMPILE := 1
# Tests start hundreds of programs; each would compile the package anew where the environment forbids to keep what was compiled.
export PYTHONDONTWRITEBYTECODE :=
# One worker more than there are cores: tests wait for programs and sockets a quarter of their time.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1)
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q

# make test VENDOR=name, make quick VENDOR=name: the tests of one vendor alone.
TESTS := $(if $(VENDOR),tests/vendors/$(VENDOR) tests/test_rules.py tests/test_coverage.py tests/test_emulator_mutants.py,)
ONLY := $(if $(VENDOR),-k $(VENDOR),)

.PHONY: help demo docs newcomer picture lock test quick matrix lint types coverage bench big rehearsals mutants mutation fuzz table toolkits system hooks clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

# What the product itself needs: all that the demo installs.
$(RUNTIME): pyproject.toml
	@test -n "$(PYTHON)" || { echo "mockservers needs Python 3.11, 3.12 or 3.13; none was found. Name one: make PYTHON=/path/to/python test" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "python -m venv failed; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 2; }
	@echo "Setting up .venv with $$($(BIN)/python --version) ..."
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(READY): $(RUNTIME)
	@echo "Installing the developers' tools ..."
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

demo: $(RUNTIME)  ## half a minute: an emulator, a correct client to a verdict, a wrong one caught, told and replayed
	@$(BIN)/mockservers demo

DOCS := .venv/docs

$(DOCS): pyproject.toml $(READY)
	@$(BIN)/python -m pip install --quiet --group docs
	@touch $@

docs: $(DOCS)  ## the documentation site in build/site/html, built strictly, with every link looked up
	@$(BIN)/python tests/site/build.py

newcomer: $(READY)  ## the wheel in an empty environment, outside the clone, and a tutorial's commands exactly
	@$(BIN)/python tests/site/newcomer.py

picture: $(READY)  ## the picture of the README, from a real run of the demo
	@$(BIN)/python tests/site/picture.py

lock: $(READY)  ## constraints.txt: the exact versions that developers install
	@$(BIN)/python tests/site/lock.py

# Beside mypy, which uses one core, one process collects the tests, and so compiles them; else every worker would do it anew.
test: lint $(READY)  ## everything CI runs; with VENDOR=name the tests of one vendor
	@$(BIN)/mypy & types=$$!; test -e $(COLLECTED) || $(BIN)/python -m pytest --collect-only -qq >/dev/null 2>&1; \
	  touch $(COLLECTED); wait $$types
	$(PYTEST) $(TESTS) $(ONLY)

quick: $(READY)  ## the tests of what changed since the last commit, or of VENDOR=name, without slow ones: half a minute
	@MOCKSERVERS_PROFILE=dev $(PYTEST) -m 'not slow' $$($(BIN)/python tests/affected.py $(VENDOR)) $(ONLY)

matrix:  ## the whole suite on every supported Python that is installed
	@for name in python3.11 python3.12 python3.13; do \
	  $$name --version >/dev/null 2>&1 || { echo "$$name is not installed; left out"; continue; }; \
	  test -x .matrix/$$name/bin/python || $$name -m venv .matrix/$$name || exit 1; \
	  .matrix/$$name/bin/python -m pip install --quiet --upgrade 'pip>=25.1' && \
	  .matrix/$$name/bin/python -m pip install --quiet --editable . --group dev && \
	  .matrix/$$name/bin/python -m pytest -n auto -q || exit 1; \
	done

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

types: $(READY)
	@$(BIN)/mypy

coverage: $(READY)  ## the whole suite with the share of lines that it runs
	@$(PYTEST) --cov=mockservers --cov-report=term:skip-covered

BENCH := .venv/bench

$(BENCH): pyproject.toml $(READY)
	@$(BIN)/python -m pip install --quiet --group bench && touch $@ || echo "group bench cannot be had: figures that need it say so" >&2

bench: $(BENCH)  ## the figures of docs/figures.md, each beside its goal
	@$(BIN)/python tests/benchmarks/run.py

big: $(READY)  ## worlds of a million tickets: images made and copied, polls against those of a thousand (of all vendors, or of VENDOR=name)
	@$(BIN)/python tests/benchmarks/big.py --starts $(VENDOR)

rehearsals: $(READY)  ## a month of a desk against correct clients and clients with bugs, of every vendor or of VENDOR=name: GO and NO-GO
	@$(BIN)/python tests/benchmarks/months.py $(VENDOR)

mutants: $(READY)  ## every client with a seeded bug and every correct one against its contract; every bent rule and judge against its tests
	@$(BIN)/python tests/harness/judge_mutants.py
	@$(BIN)/python -m tests.mutation.emulators
	@$(BIN)/python -m tests.mutation.clients

mutation: $(READY)  ## mutants of every correct client that an engine makes, each judged as a user's check would (hours; goes on where it stopped, and its results are committed)
	@$(BIN)/python -m tests.mutation.generated --seeds 5 --page docs/mutation.md $(if $(VENDOR),--vendor $(VENDOR))
	@$(BIN)/python -m tests.mutation.judges

fuzz: $(READY)  ## long runs of every property and fuzz test
	@MOCKSERVERS_PROFILE=deep MOCKSERVERS_EXAMPLES=2000 $(PYTEST) tests/server/test_fuzz.py tests/recording/test_places.py tests/wirekit/test_json_net.py tests/vendors tests/harness/test_*edges*.py
	@MOCKSERVERS_EXAMPLES=20000 $(BIN)/python -m pytest -q tests/recording/test_har_fuzz.py

table: $(READY)  ## regenerate fixtures/<vendor>/coverage.md, docs/administration.md and the schema of scenario files
	@$(BIN)/python tests/coverage_table.py && $(BIN)/python -m tests.kinds
	@$(BIN)/mockservers scenarios schema > scenarios/scenario.schema.json

toolkits: $(READY)  ## SOAP and OpenAPI toolkits against the emulators: installs what is missing, runs all, writes docs/toolkits.md
	@$(BIN)/python tests/toolkits/run.py --install --write

system:  ## Debian's packages that some tests need, where they are absent: Chromium, PostgreSQL, Node, PHP, Java (root)
	@bash .ci/install

hooks: $(READY)  ## run the checks of `make lint` before each commit
	@$(BIN)/pre-commit install

clean:
	rm -rf .venv .matrix build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
