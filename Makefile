# Everything a contributor needs. `make help` says what there is.

PYTHON ?= python3
PORT ?= 5000
# Test processes; one more than two gains little, for the browser and PostgreSQL run beside them.
WORKERS ?= 2
# What to test: make test TESTS=tests/bookings
TESTS ?=

BIN := .venv/bin
ENVIRONMENT := .venv/.synced
PACKAGES := assets/node_modules/.installed
ASSETS := training/static/.built
ASSET_SOURCES := $(shell find assets -name node_modules -prune -o -type f -print)
SOURCES := training migrations tests bench wsgi.py

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check bench load assets format static-checks

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: $(ENVIRONMENT) $(ASSETS) ## Start the web server and the worker on PORT (5000), with demonstration data the first time
	@$(BIN)/muster serve --port $(PORT)

test: $(ENVIRONMENT) $(ASSETS) ## Run every test: both database engines, mail, and the browser
	@$(BIN)/python -m tests.e2e.browser
	@$(BIN)/pytest -n $(WORKERS) --dist loadgroup $(TESTS)

check: static-checks ## Run what CI runs: format, lint, types, import contracts, templates, then the tests
	@$(MAKE) --no-print-directory test

static-checks: $(ENVIRONMENT)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/pyright

bench: $(ENVIRONMENT) $(ASSETS) ## Measure speed, as ratios that mean the same on every machine
	@$(BIN)/python -m bench

load: $(ENVIRONMENT) $(ASSETS) ## Put 230 people, their managers and two workers on 25 places, and prove that all is right
	@$(BIN)/python -m bench.load

assets: $(ASSETS) ## Build styles, fonts and scripts into training/static/

format: $(ENVIRONMENT) ## Format the code and put right what the linter can
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

# The locked environment. UV_* is cleared so that nobody's own index reaches the lock file; where only pip knows
# the way to an index (pip.conf, PIP_INDEX_URL), pip installs the same locked versions and checks the same hashes.
$(ENVIRONMENT): pyproject.toml uv.lock $(BIN)/uv
	@set -e; \
	for name in $$(env | sed -n 's/^\(UV_[A-Z0-9_]*\)=.*/\1/p'); do unset "$$name"; done; \
	$(BIN)/uv sync --locked --all-groups --quiet || { \
		echo "uv could not install the environment; trying with pip and its settings."; \
		$(BIN)/uv export --quiet --frozen --all-groups --no-emit-project --output-file .venv/locked.txt; \
		$(BIN)/python -m pip install --quiet --requirement .venv/locked.txt; \
		$(BIN)/python -m pip install --quiet --no-deps --editable .; \
	}
	@touch $@

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Muster needs Python 3.11 or newer; say which with: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .venv >/dev/null \
		|| { $(PYTHON) -m venv --without-pip .venv && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; } \
		|| { echo "This Python cannot make environments. On Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@touch $@

$(PACKAGES): assets/package.json assets/package-lock.json assets/.npmrc | $(ENVIRONMENT)
	@scripts/npm --prefix assets ci --ignore-scripts --include=dev --no-audit --no-fund --loglevel=error
	@touch $@

$(ASSETS): $(PACKAGES) $(ASSET_SOURCES)
	@scripts/npm --prefix assets run --silent build
	@mkdir -p $(@D) && touch $@
