# Sets up by itself whatever a target needs. `make help` lists the targets.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# The first Python of these that is new enough and can make a virtual environment is taken; PYTHON=... comes before them.
PYTHONS := $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11
SUITABLE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 15))

SEED := 1
COUNT := 10000

.DEFAULT_GOAL := help
.PHONY: help demo test lint fuzz bench lock wheel clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8

demo: $(READY)  ## lint the shipped estate, which has mistakes to find
	@$(BIN)/pamlint lint fixtures/demo; \
	code=$$?; test $$code -eq 1 || exit $$code; \
	printf '\n%s\n' 'Exit code 1 says that there are findings, and this estate was made to have them.'

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(READY)  ## check style, types and the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

fuzz: $(READY)  ## draw other examples than the tests do; random estates against the packet judge, and expressions against terraform: SEED=1 COUNT=10000
	$(BIN)/python -m pytest -n auto --hypothesis-profile=default --hypothesis-seed=$(SEED) \
	    $$(grep -rl --include='test_*.py' 'from hypothesis' tests)
	$(BIN)/python -m tests.oracle.run --seed $(SEED) --count $(COUNT)
	@if command -v terraform >/dev/null; then $(BIN)/python -m tests.terraform.fuzz --seed $(SEED) --expressions $(COUNT); fi

bench: $(READY)  ## measure against a bare interpreter and Checkov, which it installs under ~/.cache
	$(BIN)/python -m benchmarks.speed

wheel: $(READY)  ## build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

lock: $(READY)  ## renew requirements.lock after a change of dependencies in pyproject.toml
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")' | \
	$(BIN)/pip-compile --upgrade $(foreach extra,generate aws azure dask postgresql,--extra $(extra)) --strip-extras --allow-unsafe --no-emit-options --no-header --quiet \
	    --output-file requirements.lock pyproject.toml -

clean:  ## remove the environment and everything that was built
	rm -rf $(VENV) build dist

$(READY): pyproject.toml requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/python:
	@for python in $(PYTHONS); do \
	    if $$python -c '$(SUITABLE)' 2>/dev/null; then exec $$python -m venv --clear $(VENV); fi; \
	done; \
	echo 'No Python 3.11 to 3.14 that can make virtual environments was found.' \
	    'On Debian and Ubuntu: apt-get install python3 python3-venv. Elsewhere: make PYTHON=/path/to/python3.' >&2; \
	exit 1
