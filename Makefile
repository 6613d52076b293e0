# Every target installs what it needs. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8080
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test fuzz invariant kill-runs faults check fmt bench accuracy cost lock clean schemas release-dump

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.demo-installed ## run everything on embedded parts and show the map (PORT=8080, RESET=1 starts anew)
	@exec $(BIN)/vinterkoll demo --port $(PORT) $(if $(filter-out 0,$(RESET)),--reset)

test: $(VENV)/.dev-installed ## install the Debian packages the tests need, then run all tests
	@sh tests/debian-packages.sh
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

fuzz: $(VENV)/.dev-installed ## fuzz every decoder for long and print totals (EXAMPLES=10000 of each test)
	@VINTERKOLL_FUZZ_EXAMPLES=$(or $(EXAMPLES),10000) $(BIN)/python -m pytest -q -p no:cacheprovider \
	  tests/ingest/test_formats_never_fail.py tests/ingest/mapping/test_profile.py $(PYTEST_ARGS)

invariant: $(VENV)/.dev-installed ## play many random histories and print what they held (EXAMPLES=5000)
	@VINTERKOLL_FUZZ_EXAMPLES=$(or $(EXAMPLES),5000) $(BIN)/python -m pytest -q -p no:cacheprovider \
	  -o faulthandler_timeout=0 -m invariant tests/app/test_invariant.py $(PYTEST_ARGS)

kill-runs: $(VENV)/.dev-installed ## kill workers under load over whole simulated days and print the totals (EXAMPLES=10)
	@sh tests/debian-packages.sh
	@VINTERKOLL_FUZZ_EXAMPLES=$(or $(EXAMPLES),10) $(BIN)/python -m pytest -q -p no:cacheprovider \
	  -o faulthandler_timeout=0 -m fault tests/app/test_killed_workers.py $(PYTEST_ARGS)

faults: $(VENV)/.dev-installed ## let every part fail under load, the database for a minute, and write the table of docs/faults.md
	@sh tests/debian-packages.sh
	@VINTERKOLL_FAULTS_WRITE=1 $(BIN)/python -m pytest -q -p no:cacheprovider -m fault tests/app/test_faults.py $(PYTEST_ARGS)

check: $(VENV)/.dev-installed ## lint and types, nothing is changed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy -p vinterkoll
	$(BIN)/mypy tests bench

fmt: $(VENV)/.dev-installed ## format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev-installed ## measure decode rates, the write path, network import and the worker beside their yardsticks
	@sh tests/debian-packages.sh
	@for file in bench/*.py; do echo "== $$file"; PYTHONPATH=tests/support $(BIN)/python $$file || exit 1; done

schemas: $(VENV)/.dev-installed ## write docs/schemas/ anew from the types that the decoders read with
	$(BIN)/python tests/support/format_schemas.py

release-dump: $(VENV)/.dev-installed ## dump a small database of this version into tests/data/releases/, when a release is cut
	@PYTHONPATH=tests/support $(BIN)/python tests/support/release_dump.py

accuracy: $(VENV)/.accuracy-installed ## measure the matcher beside Valhalla's and write docs/accuracy.md anew
	@PYTHONPATH=bench $(BIN)/python -m accuracy

cost: $(VENV)/.dev-installed ## measure what a position costs over days of history and sizes of the fleet, and write docs/cost.md anew
	@PYTHONPATH=bench $(BIN)/python -m cost

lock: $(VENV)/.dev-installed ## resolve the dependencies anew into requirements/*.txt
	sh requirements/lock.sh $(BIN)/uv

clean: ## remove the environment, caches and the demo's data
	@test ! -x $(BIN)/vinterkoll || $(BIN)/vinterkoll demo --remove
	rm -rf $(VENV) .demo .cache build *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache

# One environment; a stamp per requirements file, so that `make test` after `make demo` only adds what is missing.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'vinterkoll needs Python 3.11 or newer; name one with make PYTHON=python3.12 …' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo 'no venv: apt install python3-venv' >&2; rm -rf $(VENV); exit 1; }

$(VENV)/.%-installed: requirements/%.txt pyproject.toml | $(BIN)/python
	@echo 'installing $* requirements into $(VENV) …'
	@$(BIN)/pip install --quiet --require-hashes --requirement requirements/$*.txt
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
