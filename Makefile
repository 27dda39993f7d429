# `make book` and `make test` each set up all they need; PYTHON chooses the interpreter (3.11 or newer).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help book test try-install lint format study notebooks bench bench-quick clean distclean

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 18

book: $(READY) ## execute the notebooks and build the book into _build/html
	@$(BIN)/python book/build.py

# In two halves at once, each on one thread: tests are small, and waiting threads slow them down.
test: lint ## everything that CI checks: lint, types, tests
	@export OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1}; \
	$(BIN)/python -m pytest tests/book tests/study/pages & half=$$!; \
	$(BIN)/python -m pytest tests/library tests/benchmarks tests/study --ignore=tests/study/pages; other=$$?; \
	wait $$half && exit $$other

try-install: $(READY) ## a new user's path: wheel, empty environment, real cells, network: some 15 minutes
	@$(BIN)/python tests/install/run.py

lint: $(READY) ## formatting, lint and types
	@$(BIN)/ruff format --quiet --check --diff .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary

format: $(READY) ## format the code and mend what the linter can mend
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

study: $(READY) ## compute what the ledger lacks of every study, on all cores: hours from nothing; resumes
	@$(BIN)/infosem-study run all

notebooks: $(READY) ## after an edit of notebooks/*.py: regenerate and re-execute the .ipynb halves
	@$(BIN)/python book/refresh.py

bench: $(READY) ## speed and memory beside other programs and the literal model: hours; resumes
	@$(BIN)/python benchmarks/bench.py

bench-quick: $(READY) ## the same on one data set, in parts: minutes
	@$(BIN)/python benchmarks/bench.py --quick

clean: ## remove the built book and the caches of tools
	@rm -rf _build .hypothesis .mypy_cache .pytest_cache .ruff_cache

distclean: clean ## also remove the virtual environment
	@rm -rf $(VENV) infosem.egg-info

# pip's own warnings are hidden (-qq), its errors are not.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("infosem needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	@echo "Setting up $(VENV): a few minutes, once."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable '.[book,test]'
	@touch $@
