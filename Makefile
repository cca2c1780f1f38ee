# Everything a person types: `make run` to use Vitrina, `make test` to change it, `make slow` to trust it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
HELP   := dashboard/help_pages/index.html
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder --max-worker-restart 0

.PHONY: run docs screenshots setup fresh lock test quick slow lint types hunt bench browser clean help

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | sort

run: $(READY) fresh  ## start the workbench; the first time it makes the demo shop and trains a first model
	@$(MAKE) --silent $(HELP) & # at the same time: they are not needed yet
	@echo "Starting Vitrina."
	@$(BIN)/vitrina serve --welcome

docs: $(READY)  ## write the reference anew and build the pages that the workbench serves at /help
	$(BIN)/python -m docs

$(HELP): $(READY) $(shell find docs -name '*.py' -o -name '*.md' -o -path 'docs/shared/*' -type f)
	@$(BIN)/python -m docs site --quiet

screenshots: $(READY)  ## take the screenshots of the documentation anew, from a real log; takes minutes
	$(BIN)/python -m docs.screenshots

setup: $(READY)  ## make the virtual environment from the locked versions

$(READY): export UV_LINK_MODE := copy
$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV): once, and again when versions change."
	@echo "1 of 3: the virtual environment"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet uv==0.13.9
	@echo "2 of 3: $$(grep -c == requirements.lock) packages, TensorFlow the largest; minutes where none is cached"
	@$(BIN)/uv pip sync --python $(BIN)/python requirements.lock
	@echo "3 of 3: Vitrina itself"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

fresh:  # Numba's cache of a file does not notice changes of the functions that it calls elsewhere
	@find model tests -name '*.nb[ic]' ! -newer model/kernels/math.py -delete

lock: $(READY)  ## lock the versions anew after a change of dependencies
	$(BIN)/uv pip compile pyproject.toml --group dev --group docs --universal --python-version 3.11 \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --output-file requirements.lock

browser: $(READY)  ## install a Chromium for the browser tests where none is found
	$(BIN)/python -m tests.browser.chromium

test: $(READY) fresh browser  ## run what every commit passes: style, types, and the tests that are not marked slow
	$(MAKE) --no-print-directory --keep-going --jobs 2 lint types quick

slow: $(READY) fresh browser  ## run the other tests, as continuous integration does after make test; takes long
	$(PYTEST) -m slow --durations 20

# Otherwise each interpreter that a test starts compiles every library that it imports again.
quick slow hunt: export PYTHONDONTWRITEBYTECODE =

quick: $(READY) fresh
	$(PYTEST) -m "not slow"

hunt: $(READY) fresh  ## look for counterexamples that the tests do not try, other ones each time
	HYPOTHESIS_PROFILE=hunt $(PYTEST) -m property

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache >/dev/null || $(BIN)/lint-imports --no-cache
	@git ls-files '*.py' | grep -v '^tests/' | xargs wc -l \
		| awk '$$1 > 300 && $$2 != "total" { print $$2 " has " $$1 " lines: is it still one noun?" }'

types: $(READY)
	$(BIN)/mypy

bench: $(READY) fresh  ## measure speed and memory; prints tables, fails nothing
	$(BIN)/python -m tests.benchmarks

clean:  ## remove what was built, never what was imported or trained
	rm -rf $(VENV) dashboard/help_pages .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
