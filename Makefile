# make build   set up, make the demo ledger, build and test the warehouse, publish, print a summary
# make test    set up, lint, unit tests, dbt tests, and whole builds on small data
# make help    everything else

PYTHON    ?= python3
CUSTOMERS ?= 5000
DATA      ?= ../shared/data

VENV := .venv
BIN  := $(VENV)/bin
BI   := bi/superset
SUPERSET := SUPERSET_CONFIG_PATH=$(CURDIR)/$(BI)/superset_config.py
LOCKED := --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --quiet

.DEFAULT_GOAL := help
.PHONY: help setup demo build test lint format report example docs bi bi-serve test-bi lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/installed ## create the virtual environment and install from the lock

$(VENV)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "segmart needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12 build")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m segmart.environment
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.lock
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/installed ## make the demo ledger anew: make demo CUSTOMERS=100000
	$(BIN)/segmart demo --customers $(CUSTOMERS) --out data/demo

data/demo/demo.json: | $(VENV)/installed
	$(BIN)/segmart demo --customers $(CUSTOMERS) --out data/demo

build: $(VENV)/installed data/demo/demo.json ## build the warehouse on the demo ledger, publish the marts and the report
	$(BIN)/segmart build

test: $(VENV)/installed-dev lint ## run every test
	$(BIN)/pytest

lint: $(VENV)/installed-dev ## check the style of Python and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint models analyses tests/data tests/generic
	$(BIN)/sqlfluff lint --templater raw reports

format: $(VENV)/installed-dev ## put Python and SQL into house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix models analyses tests/data
	$(BIN)/sqlfluff fix --templater raw reports

report: $(VENV)/installed ## write the report on what is published anew, published/report.html
	$(BIN)/segmart report

example: $(VENV)/installed ## run a public case: make example CASE=house_trades DATA=../shared/data
	$(BIN)/segmart example $(CASE) --data $(DATA)

# A target of its own: dbt's records of the last build must stay as they are, or nothing of it can be published.
docs: $(VENV)/installed ## after a build, write dbt's documentation as one file, target/docs/static_index.html
	$(BIN)/dbt docs generate --static --target-path target/docs
	@echo "The documentation is target/docs/static_index.html, one file that a browser opens without a server."

bi: $(BI)/.venv/installed $(VENV)/installed ## set up Apache Superset beside the project and import the dashboard
	$(BIN)/segmart dashboard --out target/dashboard.zip
	$(SUPERSET) $(BI)/.venv/bin/python $(BI)/import_dashboard.py target/dashboard.zip

bi-serve: bi ## show the dashboard at http://127.0.0.1:8088 (user admin, password in bi/superset/home/admin_password)
	$(SUPERSET) $(BI)/.venv/bin/gunicorn --bind 127.0.0.1:8088 --threads 4 --timeout 120 "superset.app:create_app()"

test-bi: $(BI)/.venv/installed $(VENV)/installed-dev ## import the dashboard into a new Superset and ask for all its charts
	$(BIN)/pytest -n 0 tests/bi

$(BI)/.venv/installed: $(BI)/requirements.lock
	$(PYTHON) -m venv $(BI)/.venv
	$(BI)/.venv/bin/pip install --quiet --require-hashes -r $(BI)/requirements.lock
	@touch $@

lock: ## resolve the dependencies anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml $(LOCKED) --extra dev -o requirements-dev.lock
	$(BIN)/uv pip compile pyproject.toml $(LOCKED) -c requirements-dev.lock -o requirements.lock
	$(BIN)/uv pip compile $(BI)/requirements.in $(LOCKED) -o $(BI)/requirements.lock

clean: ## remove what was built; the demo ledger, the warehouse and the published marts stay
	rm -rf target logs .pytest_cache .ruff_cache
