# VINloop: one word per chore. `make help` lists them.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && exit; \
	done; echo python3)
VENV_PYTHON := .venv/bin/python
# One file runs in one process: starting more takes longer than it saves.
PARALLEL = $(if $(findstring .py,$(ONLY)),,-n auto --dist worksteal)
PICTURED = --url http://localhost:$(or $(PORT),8000) --people $(or $(VINLOOP_VAR),var)/demo-people.json
CHECKED := inference training labeling webapp worker services scripts benchmarks tests manage.py

.DEFAULT_GOAL := help
.PHONY: help install install-test run manage test check format migrations states browser fonts bench-read \
	bench-ablation bench-detect bench-agreement bench-quality bench-finetune bench-refusals bench-barcodes \
	bench-editor bench-scale bench-freeze bench-loop pictures clean

help: ## List the chores
	@sed -n 's/^\([a-z-]*\):.*## /  \1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

install: ## Make .venv and install what `make run` needs (done by the others when needed)
	@$(PYTHON) services/install.py web training local

install-test:
	@$(PYTHON) services/install.py web training local test

run: install ## Start the whole system on this machine; PORT=8123 make run takes another port
	@exec $(VENV_PYTHON) -m services run

manage: install ## A command of manage.py against the running system: make manage DO="invite --help"
	@exec $(VENV_PYTHON) -m services manage $(DO)

test: install-test ## Run every test, in a process per core; ONLY=tests/unit runs a part
	@exec $(VENV_PYTHON) -m services exec -- $(VENV_PYTHON) -m pytest $(PARALLEL) $(ONLY)

check: install-test ## Style, types, import contracts, migrations, states, documents: what CI checks besides the tests
	$(VENV_PYTHON) -m ruff check $(CHECKED)
	$(VENV_PYTHON) -m ruff format --check $(CHECKED)
	$(VENV_PYTHON) -m services exec -- sh -ec ' \
		$(VENV_PYTHON) -m mypy; \
		.venv/bin/lint-imports; \
		$(VENV_PYTHON) manage.py makemigrations --check --dry-run; \
		$(VENV_PYTHON) -m labeling.states | diff docs/states.md -; \
		$(VENV_PYTHON) -m pytest -q tests/repository'

format: install-test ## Bring the Python files into the house's form
	$(VENV_PYTHON) -m ruff check --fix $(CHECKED)
	$(VENV_PYTHON) -m ruff format $(CHECKED)

migrations: install ## Write the migrations that the models ask for
	$(VENV_PYTHON) -m services exec -- $(VENV_PYTHON) manage.py makemigrations

states: install ## Draw docs/states.md from the transition tables
	$(VENV_PYTHON) -m labeling.states > docs/states.md

browser: install-test ## Fetch Playwright's Chromium, where the system has none
	$(VENV_PYTHON) -m playwright install chromium

fonts: install ## Fetch the open fonts that training photos are rendered with
	$(VENV_PYTHON) -m training fonts

bench-read: install ## Compare with another reader: make bench-read CSV=photos.csv PART=held_out LIMIT=100
	$(VENV_PYTHON) -m benchmarks.read $(if $(CSV),--photos $(CSV)) $(if $(PART),--part $(PART)) \
		$(if $(LIMIT),--limit $(LIMIT))

bench-ablation: install ## What each part of the engine is worth: make bench-ablation CSV=photos.csv
	$(VENV_PYTHON) -m benchmarks.ablation --photos $(CSV)

bench-detect: install ## How well VIN lines are found: make bench-detect CSV=photos.csv LIMIT=100
	$(VENV_PYTHON) -m benchmarks.detect --real $(CSV) $(if $(LIMIT),--limit $(LIMIT))

bench-agreement: install ## Which bundle reads unread photos as RapidOCR does? make bench-agreement CSV=photos.csv BUNDLES="a b" LIMIT=200
	$(VENV_PYTHON) -m benchmarks.agreement --real $(CSV) $(if $(LIMIT),--limit $(LIMIT)) $(BUNDLES)

bench-quality: install ## Are unreadable photos refused for the right reason? make bench-quality N=40
	$(VENV_PYTHON) -m benchmarks.quality $(if $(N),--count $(N))

bench-loop: install ## Does each step of the loop read better? On a running system: make bench-loop CSV=photos.csv
	$(VENV_PYTHON) -m benchmarks.loop --csv $(CSV) --people $(or $(VAR),var)/demo-people.json \
		--bundles $(or $(VAR),var)/data/bundles --out $(or $(OUT),var/loop.json)

bench-finetune: install ## How long does a fine-tuning of 100 corrections take? make bench-finetune CSV=photos.csv N=100 MEASURE=60
	$(VENV_PYTHON) -m benchmarks.finetune --photos $(CSV) --count $(or $(N),100) --measure $(or $(MEASURE),0) \
		--out $(or $(OUT),var/bench-finetune)

bench-scale: install ## How long pages and claims take with many photos: make bench-scale N=200000 ONLY=quality
	$(VENV_PYTHON) -m services exec -- sh -ec ' \
		$(VENV_PYTHON) manage.py migrate --verbosity 0; \
		$(VENV_PYTHON) manage.py create_load --photos $(or $(N),200000); \
		$(VENV_PYTHON) -m benchmarks.scale $(if $(ONLY),--only "$(ONLY)",--plans docs/reference/scale-plans.md)'

bench-freeze: install ## How long does freezing a snapshot take, and how much memory? make bench-freeze N="20000 160000"
	$(VENV_PYTHON) -m services exec -- sh -ec ' \
		$(VENV_PYTHON) manage.py migrate --verbosity 0; \
		$(VENV_PYTHON) -m benchmarks.freeze $(if $(N),--photos $(N))'

bench-refusals: install ## How many photos that a person has read are refused? make bench-refusals CSV=photos.csv PART=train
	$(VENV_PYTHON) -m benchmarks.refusals --photos $(CSV) $(if $(PART),--part $(PART))

bench-barcodes: install ## At which sizes are bar codes read, and how fast? make bench-barcodes N=20
	$(VENV_PYTHON) -m benchmarks.barcodes $(if $(N),--count $(N))

bench-editor: install-test ## From Enter to the next photo, and the keys of each action: make bench-editor N=50
	$(VENV_PYTHON) -m services exec -- $(VENV_PYTHON) -m benchmarks.editor $(if $(N),--count $(N))

pictures: install-test ## Let demo people work in a project of what `make run` runs, and take the pictures for README and docs of it
	$(VENV_PYTHON) -m services manage create_demo --name "Auto terminal"
	$(VENV_PYTHON) -m scripts.liven auto-terminal $(PICTURED)
	$(VENV_PYTHON) -m scripts.screenshots --project auto-terminal $(PICTURED)

clean: ## Remove caches; keeps .venv and var/
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
