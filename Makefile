# `make demo` and `make test` set up everything they need in .venv first.
PYTHON ?= python3
# Every Python named with PYTHON=… has an environment of its own.
VENV := .venv$(if $(filter command line,$(origin PYTHON)),-$(notdir $(PYTHON)))
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST := -m pytest -o faulthandler_exit_on_timeout=true
BENCH_ARGS ?=
# What dependencies do, for `make check`; empty for all.
LOWEST_TESTS ?=
EXTRAS := dashboard,dask,discover,frames,mqtt,prometheus,redis,report,store,testing
TESTED_WITH := pandas polars pyarrow numpy pytest-xdist trio jsonpath-rfc9535 ruamel.yaml openpyxl \
  ipykernel ipywidgets nbclient
LOWEST_CHECKED := tests/cli/test_main.py tests/cli/test_tables.py tests/cli/test_terminal.py \
  tests/cloud/test_client.py tests/cloud/test_ledgers.py tests/cloud/test_wire.py tests/contract/test_examples.py \
  tests/core tests/export tests/gateway/test_envoy_recordings.py tests/gateway/test_tls.py \
  tests/test_errors.py tests/test_frames.py tests/test_to_frame.py tests/testing/test_cassettes.py \
  tests/testing/test_plugin.py tests/testing/test_strategies.py
NEWEST_CHECKED := tests/cli/test_completion.py tests/cli/test_help.py tests/cli/test_main.py \
  tests/cli/test_shell_words.py tests/cli/test_tables.py tests/cli/test_terminal.py

.DEFAULT_GOAL := help
.PHONY: help demo redis programs test lowest lowest-checked newest-checked proofs fuzz prism check lint types floors generate generate-check package bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

demo: $(VENV)/run ## run the main job against a simulated fleet; no account needed
	$(BIN)/enphase demo

# Debian's package $(2) for the command $(1), where it is missing and can be had.
debian = command -v $(1) >/dev/null || [ "$$(id -u)" != 0 ] || \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(2); } >/dev/null || \
	  echo "$(2) could not be installed; its tests need it in CI" >&2

redis: ## the Redis that tests start
	@[ -n "$$REDIS_URL" ] || $(call debian,redis-server,redis-server)

programs: redis ## the browser, shells, MQTT broker and Prometheus that proofs start
	@$(call debian,chromium,chromium)
	@$(call debian,pdftotext,poppler-utils)
	@$(call debian,mosquitto,mosquitto)
	@$(call debian,prometheus,prometheus)
	@$(call debian,zsh,zsh)
	@$(call debian,fish,fish)

test: $(VENV)/dev redis ## run the tests with branch coverage (PYTHON=python3.13 for another Python)
	$(BIN)/python $(PYTEST) -m "not proof" --numprocesses auto --dist worksteal --cov --cov-report=term --cov-fail-under=95

lowest: .venv-lowest/ready ## run the tests with the lowest version of every dependency and extra
	.venv-lowest/bin/python -m pytest -m "not proof" --numprocesses auto --dist worksteal $(LOWEST_TESTS)

lowest-checked: ## the part of `make lowest` that shows what dependencies do
	@$(MAKE) --no-print-directory lowest LOWEST_TESTS="$(LOWEST_CHECKED)"

newest-checked: .venv-newest/ready ## the command line with the Typer that users get; the generator wants an older one
	.venv-newest/bin/python -m pytest -m "not proof" --numprocesses auto --dist worksteal $(NEWEST_CHECKED)

proofs: $(VENV)/dev prism programs ## run the tests that take long
	$(BIN)/python $(PYTEST) -m proof --numprocesses auto --dist worksteal

prism: ## the contract's own validator, for the proofs that use it where there is Node
	@if command -v npm >/dev/null && [ ! -d tests/testing/prism/node_modules ]; then \
	  npm ci --silent --no-audit --no-fund --prefix tests/testing/prism || \
	  echo "Prism could not be installed; its tests will be skipped" >&2; fi

check: lint types floors generate-check package lowest-checked newest-checked proofs ## everything else that must hold

lint: $(VENV)/dev ## format and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/dev ## both type checkers, strict
	$(BIN)/mypy
	$(BIN)/pyright

floors: $(VENV)/dev ## imports go down, never up
	$(BIN)/lint-imports --no-cache

generate: $(VENV)/dev ## write generated/ and enphase_sdk/_sync anew
	$(BIN)/python tools/codegen/generate.py
	$(BIN)/python tools/codegen/unasync.py

generate-check: $(VENV)/dev ## what is committed is what generation gives, byte for byte
	$(BIN)/python tools/codegen/generate.py --check
	$(BIN)/python tools/codegen/unasync.py --check

package: $(VENV)/dev ## build the wheel and run the demo from it with minimal dependencies
	$(BIN)/python tools/check_wheel.py

bench: .venv-bench/ready ## print the table of ratios (BENCH_ARGS=--json for machines)
	.venv-bench/bin/python -m bench $(BENCH_ARGS)

fuzz: $(VENV)/dev ## try every parser of foreign bytes with other examples than make check, ten times as many
	HYPOTHESIS_PROFILE=search $(BIN)/python -m pytest -m proof tests/fuzz

clean: ## remove what the other targets made
	rm -rf .venv .venv-* build dist demo .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run: pyproject.toml requirements-dev.txt | $(VENV)/bin/python
	$(PIP) --constraint requirements-dev.txt hatchling
	$(PIP) --constraint requirements-dev.txt --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/run
	$(PIP) --requirement requirements-dev.txt
	@touch $@

.venv-lowest/constraints.txt: pyproject.toml tools/lowest_versions.py
	@mkdir -p $(@D)
	$(PYTHON) tools/lowest_versions.py > $@

.venv-newest/constraints.txt: requirements-dev.txt
	@mkdir -p $(@D)
	grep -v '^typer==' requirements-dev.txt > $@

.venv-lowest/ready .venv-newest/ready: %/ready: %/constraints.txt pyproject.toml requirements-dev.txt | $(VENV)/bin/python
	$(PYTHON) -m venv $*
	$*/bin/python -m pip install --quiet --disable-pip-version-check hatchling
	$*/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation \
	  --constraint $< --editable '.[$(EXTRAS)]' $(TESTED_WITH)
	@touch $@

.venv-bench/ready: requirements-bench.txt requirements-dev.txt pyproject.toml | $(VENV)/bin/python
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements-bench.txt
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --constraint requirements-dev.txt --no-build-isolation --editable .
	@touch $@
