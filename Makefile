# One way to run things, the same for a person and for CI.
PYTHON ?= python3
BIN := .venv/bin
# The passwords of the tests are invented, and told from real ones by looking like words.
INVENTED := --disable-plugin KeywordDetector --disable-plugin BasicAuthDetector

.PHONY: setup run demo deploy test test-ui chaos check audit bench load

setup: .venv/ready

.venv/ready: requirements.lock requirements-others.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make setup PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target .venv/others --upgrade -r requirements-others.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

run: setup
	@$(BIN)/python -m deployments.run

demo: setup
	@$(BIN)/python -m deployments.run --demo

deploy: setup
	@$(BIN)/python -m deployments.deploy --wait 60

test: setup
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# Also makes the pictures of the guide.
test-ui: setup
	TEST_UI=1 TEST_UI_PICTURES=docs/gambar $(BIN)/python -m pytest tests/ui

chaos: setup
	@$(BIN)/python -m tests.chaos

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	git ls-files -z -- ':!tests' ':!*.lock' ':!*.png' | xargs -0 $(BIN)/detect-secrets-hook --exclude-secrets '^(PASSWORD|password)$$'
	git ls-files -z -- tests ':!tests/vectors' | xargs -0 $(BIN)/detect-secrets-hook $(INVENTED)

# Known weaknesses of what the locks pin; asks pypi.org about each package, so it needs the network.
audit: setup
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	.venv/audit/bin/pip-audit --disable-pip --strict -r requirements.lock -r requirements-others.lock

bench: setup
	@$(BIN)/python -m benchmarks

# A day of 500 clinics in 15 minutes; smaller: make load LOAD="--jobs 8000 --minutes 5"
load: setup
	@$(BIN)/python -m benchmarks.load_day $(LOAD)
