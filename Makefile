# One command each: `make demo` shows what it does, `make test` proves that it works.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
OUT ?= demo-output

.PHONY: demo test check bench train locale fuzz system clean help

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

system: ## Debian packages that the tests and PDFs use (CJK fonts, qpdf, chromium)
	sh scripts/system-packages

demo: $(STAMP) ## a made-up life and the real samples, read, judged and reported
	sh scripts/system-packages fonts
	PATH="$(abspath $(BIN)):$$PATH" sh scripts/demo $(OUT)

test: $(STAMP) ## the whole test suite
	sh scripts/system-packages
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(STAMP) ## lint, types, layers, catalogues
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/catalogues --check

locale: $(STAMP) ## compile the message catalogues
	$(BIN)/python scripts/catalogues

train: $(STAMP) ## train the screening model from ../shared/data
	$(BIN)/python -m notmyloan.screen.train --corpora ../shared/data

bench: $(STAMP) ## every figure of the docs, beside its peer
	sh bench/run

fuzz: $(STAMP) ## coverage-guided fuzzing of the readers, one minute each
	$(BIN)/python -m pip install --quiet atheris
	for target in tests/fuzz/fuzz_*.py; do $(BIN)/python $$target -max_total_time=60 || exit 1; done

clean: ## everything that was made
	rm -rf $(VENV) $(OUT) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
