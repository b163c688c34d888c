# The targets of the project; `make` alone lists them. Each sets up what it needs: a virtual environment in the checkout
# with exactly the locked packages. Nothing is installed outside the checkout.

PYTHON ?= python3
UV ?= uv
# half of the tests' time is waiting for daemons, so three processes fill two cores
WORKERS ?= 3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
TOOLS := $(VENV)/ready-for-tests
SMEARS := workloads/smear_reader
CATALOGUE := src/madang/locale/ko/LC_MESSAGES/django.mo
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-fresh test check format lock bench soak smears slurm-up slurm-down clean
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) $(CATALOGUE) ## set up the virtual environment and the Korean catalogue only

demo: $(READY) ## build the demonstration centre (once), run its jobs and serve it on http://127.0.0.1:8000
	MADANG_HOME="$(CURDIR)/.madang" $(BIN)/madang demo

demo-fresh: $(READY) ## the same, from the beginning
	MADANG_HOME="$(CURDIR)/.madang" $(BIN)/madang demo --fresh

# after `make check test` the tests of the repository itself have run already
test: $(TOOLS) ## run the tests, but for those that take long
	$(BIN)/python -m pytest -n $(WORKERS) -m "not soak" $(if $(filter check,$(MAKECMDGOALS)),--ignore=tests/house)
ifdef MADANG_TEST_POSTGRESQL_URL
	MADANG_TEST_DATABASE_URL="$$MADANG_TEST_POSTGRESQL_URL" $(BIN)/python -m pytest -n $(WORKERS) -m "not soak and not browser and not one_engine" tests/portal
else
	@test "$$CI" != true || { echo "PostgreSQL is missing: set MADANG_TEST_POSTGRESQL_URL (apt-get install postgresql)"; exit 1; }
	@echo "The portal's tests did not run on PostgreSQL: apt-get install postgresql, and set MADANG_TEST_POSTGRESQL_URL"
endif

check: $(TOOLS) ## lint, formatting, types, imports, and the tests of the repository itself
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/house

format: $(TOOLS) ## format the code and mend what the linter can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11
lock: ## write both lock files anew from pyproject.toml (needs uv): what runs, and with it what tests
	$(COMPILE) --extra demo --extra postgresql pyproject.toml -o requirements.lock
	$(COMPILE) --all-extras --constraint requirements.lock pyproject.toml -o requirements-dev.lock
	cd $(SMEARS) && $(COMPILE) --extra serve --extra dev pyproject.toml -o requirements.lock

bench: $(TOOLS) ## measure what we promise in numbers; builds a large centre in build/ once (minutes, 1 GB)
	@set -e; for found in $$(grep -l '__name__ == "__main__"' benchmarks/*/*.py | grep -v /generate.py); do \
	  echo "== $$found"; $(BIN)/python "$$found"; done

soak: $(TOOLS) ## run the long tests: kills, races, outages, a full disk, many more examples (half an hour)
	$(BIN)/python -m pytest -s -m soak
	$(BIN)/python -m pytest -q --hypothesis-profile=soak tests/accounting tests/allocation tests/compute tests/review tests/disclosure

slurm-up: ## start a throw-away Slurm cluster in .slurm, without touching one that the machine has
	@$(PYTHON) tests/slurm/cluster.py up .slurm

slurm-down: ## end that cluster and remove it
	@$(PYTHON) tests/slurm/cluster.py down .slurm

smears: $(SMEARS)/.venv/ready ## lint, type-check and test the smear reader, a package of its own with a virtual environment of its own
	cd $(SMEARS) && .venv/bin/ruff check && .venv/bin/ruff format --check && .venv/bin/mypy && .venv/bin/python -m pytest -q

$(SMEARS)/.venv/ready: $(SMEARS)/requirements.lock Makefile
	@$(PYTHON) -m venv $(SMEARS)/.venv
	@$(SMEARS)/.venv/bin/python -m pip install --quiet --no-compile --require-hashes -r $(SMEARS)/requirements.lock
	@touch $@

clean: ## remove the virtual environment and all caches; the demonstration's data in .madang stay
	rm -rf $(VENV) $(SMEARS)/.venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# The project itself needs no building: a .pth file puts src on the path, and the command is four lines.
$(READY): requirements.lock Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Madang needs Python 3.11 or later; name one with: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv is missing; install it with: apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) with the locked packages"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements.lock
	@echo "$(CURDIR)/src" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/madang.pth"
	@printf '#!%s\nimport sys\n\nfrom madang.cli.main import main\n\nsys.exit(main())\n' "$(CURDIR)/$(BIN)/python" > $(BIN)/madang
	@chmod 755 $(BIN)/madang
	@touch $(READY)

$(TOOLS): requirements-dev.lock $(READY)
	@echo "Adding the tools for tests"
	@$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements-dev.lock
	@touch $(TOOLS)

$(CATALOGUE): $(wildcard src/madang/locale/ko/*.po) $(READY)
	@$(BIN)/python -c 'from madang.catalogues import compile_catalogues; compile_catalogues()'
	@touch $(CATALOGUE)
