# One way to run things, the same for a person and for CI.
PYTHON ?= python3
BIN := .venv/bin
# The passwords of the tests are invented, and told from real ones by looking like words.
INVENTED := --disable-plugin KeywordDetector --disable-plugin BasicAuthDetector

PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --durations=10 --durations-min=1

.PHONY: setup run demo deploy test cov test-all test-ui chaos cluster check lock audit bench bench-large load

setup: .venv/ready

# Each step says itself: the second takes a minute or more, and pip would show a line for each of its packages.
.venv/ready: requirements.lock requirements-others.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Perlu Python 3.11 atau lebih baru: make setup PYTHON=python3.11")'
	@echo 'Menyiapkan .venv, hanya kali ini: sekitar 900 MB, satu sampai beberapa menit.'
	@echo '1/4 Lingkungan Python di .venv …'
	@$(PYTHON) -m venv .venv
	@echo "2/4 Mengunduh dan memasang $$(grep -c == requirements.lock) pustaka: Prefect, pandas dan lainnya (yang paling lama) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@echo "3/4 Memasang $$(grep -c == requirements-others.lock) pustaka pembanding untuk tes …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target .venv/others --upgrade -r requirements-others.lock
	@echo '4/4 Perintah bpjs …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@
	@echo 'Siap: .venv/bin/bpjs --help'

run: setup
	@$(BIN)/python -m deployments.run

demo: setup
	@$(BIN)/python -m deployments.run --demo

deploy: setup
	@$(BIN)/python -m deployments.deploy --wait 60

# What each change is held against: every rule, the processes in small.
test: setup
	$(PYTEST) -m "not long"

# How much of the rooms those tests run through; nearly as long again.
cov: setup
	$(PYTEST) -m "not long" --cov --cov-report=term --cov-fail-under=92

# With each start of everything, the browser, the storms, and PostgreSQL wherever SQLite was tried: before a release.
test-all: setup
	$(PYTEST)

# Also makes the pictures of the guide.
test-ui: setup
	TEST_UI=1 TEST_UI_PICTURES=docs/gambar $(BIN)/python -m pytest tests/ui

chaos: setup
	@$(BIN)/python -m tests.chaos

# Two Prefect servers with Redis between them, each part killed in turn; smaller: make cluster CLUSTER="--jobs 800"
cluster: setup
	@$(BIN)/python -m tests.cluster $(CLUSTER)

# deptry's second run: tests and benchmarks may import what is for development, but it is named.
check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/deptry . --exclude '\.venv' --ignore DEP002,DEP004
	git ls-files -z -- ':!tests' ':!*.lock' ':!*.png' | xargs -0 $(BIN)/detect-secrets-hook --exclude-secrets '^(PASSWORD|password)$$'
	git ls-files -z -- tests ':!tests/vectors' | xargs -0 $(BIN)/detect-secrets-hook $(INVENTED)

# The locks from pyproject.toml, for every Python and machine; what is pinned stays: make lock LOCK="--upgrade-package httpx"
UV := .venv/lock/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-header
lock:
	$(PYTHON) -m venv .venv/lock
	.venv/lock/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(UV) $(LOCK) --group dev --output-file requirements.lock pyproject.toml >/dev/null
	$(UV) $(LOCK) --group others --output-file requirements-others.lock >/dev/null

# Known weaknesses of what the locks pin; asks pypi.org about each package, so it needs the network.
audit: setup
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	.venv/audit/bin/pip-audit --disable-pip --strict -r requirements.lock -r requirements-others.lock

bench: setup
	@$(BIN)/python -m benchmarks

# A million jobs beside ten million; smaller: make bench-large LARGE="--few 100000 --many 1000000 --per-day 2500"
bench-large: setup
	@$(BIN)/python -m benchmarks.large $(LARGE)

# A day of 500 clinics in 15 minutes; smaller: make load LOAD="--jobs 8000 --minutes 5"
load: setup
	@$(BIN)/python -m benchmarks.load_day $(LOAD)
