# make        installs what a user needs into .venv
# make demo   crawls the replicas of two sites on this machine into one archive: posts in output/_posts
# make test   linter, types and all tests
# make soak   every fault at every system call, many more kills and power cuts: twenty minutes
# make bench  compares the archiver with other programs: docs/performance.md

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUTPUT ?= output
ARTICLES ?= 40
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: install demo test soak bench check format clean

install: $(VENV)/installed

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PIP) --editable '.[dev]'
	touch $@

demo: $(VENV)/installed
	$(BIN)/finews replica --articles $(ARTICLES) -- \
	  $(BIN)/finews crawl category -s ARCHIVER_OUTPUT=$(OUTPUT) -s ARCHIVER_PACE=full
	@echo
	@echo "The archive of the old site, continued with eastmoney.com (what is known is not requested again):"
	@echo
	$(BIN)/finews replica --site eastmoney --articles $(ARTICLES) -- \
	  $(BIN)/finews crawl category -a site=eastmoney -a category=cgnjj -s ARCHIVER_OUTPUT=$(OUTPUT) -s ARCHIVER_PACE=full
	@echo
	@echo "The posts:              ls $(OUTPUT)/_posts"
	@echo "Nothing is new now:     make demo"
	@echo "As a web site:          jekyll serve --source $(OUTPUT)    (needs jekyll)"
	@echo "A live site:            . $(VENV)/bin/activate"
	@echo "                        finews crawl category -a site=eastmoney -a category=cgnjj -a limit=20 -s ARCHIVER_OUTPUT=eastmoney"

test: check
	$(BIN)/pytest -n auto

soak: $(VENV)/installed-dev
	ARCHIVER_CRASH_EVERY=1 ARCHIVER_RANDOM_KILLS=40 ARCHIVER_POWER_CUTS=100 $(BIN)/pytest -n auto tests/crash

bench: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks

check: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache *.egg-info
