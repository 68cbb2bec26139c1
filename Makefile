# make demo   the main job on the embedded replica: posts in output/_posts
# make test   lint, types and all tests
# make soak   every fault at every system call, and many more kills: a quarter of an hour
# make bench  the archiver beside everything else one could use: docs/performance.md

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUTPUT ?= output
ARTICLES ?= 40

.PHONY: demo test soak bench check format clean

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

demo: $(VENV)/installed
	$(BIN)/scrapy replica --articles $(ARTICLES) -- \
	  $(BIN)/scrapy crawl category -s ARCHIVER_OUTPUT=$(OUTPUT) -s DOWNLOAD_DELAY=0 -s AUTOTHROTTLE_ENABLED=False

test: check
	$(BIN)/pytest -n auto

soak: $(VENV)/installed
	ARCHIVER_CRASH_EVERY=1 ARCHIVER_RANDOM_KILLS=40 $(BIN)/pytest -n auto tests/crash

bench: $(VENV)/installed
	$(BIN)/python -m benchmarks

check: $(VENV)/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(VENV)/installed
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache *.egg-info
