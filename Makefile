# Shaodao 哨到. `make` lists the commands; each installs what it needs into .venv.

.DEFAULT_GOAL := help
.PHONY: help demo test fuzz audit lock bench chaos triage lint format clean .venv app tools

# Chinese texts in a terminal, container or cron job that names no locale.
export PYTHONUTF8 := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Every worker and every process that a test starts would compile all files anew.
unexport PYTHONDONTWRITEBYTECODE
export PORT ?= 8080
N ?= 10000

# 3.12 and 3.11 come first: the PostgreSQL that the tests bring along has no build for later ones.
PYTHONS := python3.12 python3.11 python3.13 python3.14 python3

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

demo: app ## Try it on this computer, several phones in one page (PORT=8080, BROWSER=none)
	@exec .venv/bin/shaodao demo

test: lint ## Check everything: style, types, imports, then every test
	@exec .venv/bin/pytest

fuzz: tools ## Try every parser of outside input with N inputs (N=10000, TARGET=one of them)
	@.venv/bin/python -m pip install -qq --group fuzz || echo "Atheris has no build for this machine"
	@exec .venv/bin/python -m tests.fuzz --inputs "$(N)" $(if $(TARGET),--target "$(TARGET)")

audit: tools ## Look up whether what we depend on has known holes, and whether it is locked
	@.venv/bin/python -m pip install -qq --group audit || echo "pip-audit cannot be installed here"
	@exec .venv/bin/python -m tests.audit

lock: tools ## Lock anew what Shaodao needs in operation, with the hashes of its files
	@.venv/bin/python -m pip install -qq --group audit
	@.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --output-file requirements.lock \
	  pyproject.toml

bench: tools ## Measure how many events a second the machine takes
	@exec .venv/bin/python -m benchmarks

chaos: tools ## Kill it hundreds of times and count what is lost (KILLS=500 DATABASE=sqlite JSON= SEED=)
	@exec .venv/bin/python -m tests.chaos

triage: tools ## Train anew what reads the messages, after the corpus has changed
	@OPENBLAS_NUM_THREADS=0 exec .venv/bin/python -m bot.triage.train

lint: tools ## Check style, types, and who may import whom
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo

format: tools ## Put the code into the project's style
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

clean: ## Remove .venv, the demo's data and every cache
	rm -rf .venv .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp holds the pyproject.toml that was installed, so nothing is installed twice.
app: .venv
	@cmp -s pyproject.toml .venv/app.installed || { \
	  echo "Installing Shaodao into .venv (a minute or two, once) ..." && \
	  .venv/bin/python -m pip install -qq --editable . && \
	  cp pyproject.toml .venv/app.installed; }

# Dependency groups need pip 25.1.
tools: .venv
	@cmp -s pyproject.toml .venv/tools.installed || { \
	  echo "Installing Shaodao and the tools for testing it into .venv (a few minutes, once) ..." && \
	  .venv/bin/python -m pip install -qq 'pip>=25.1' && \
	  .venv/bin/python -m pip install -qq --editable . --group test && \
	  cp pyproject.toml .venv/tools.installed; }

# Made anew when this folder was moved (scripts in .venv carry its path) or its Python is gone.
.venv:
	@[ "$$(cat .venv/home 2>/dev/null)" = "$$(pwd)" ] && .venv/bin/python -c 'import pip' \
	  2>/dev/null && exit 0; \
	for python in $(PYTHONS); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  bare="$${bare:-$$python}"; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null || continue; \
	  "$$python" -m venv --clear .venv && pwd > .venv/home; \
	  exit; \
	done; \
	if [ "$$bare" ]; \
	then echo "$$bare cannot make a virtual environment yet: apt install $$bare-venv" >&2; \
	else echo "Shaodao needs Python 3.11 or newer: apt install python3 python3-venv," \
	  "brew install python, or https://www.python.org/downloads/" >&2; \
	fi; exit 1
