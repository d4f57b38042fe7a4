# Everything sets itself up: a virtual environment in .venv, fonts in fonts/vendor, npm packages in
# node_modules, and for the tests Debian's Chromium. Nothing is done twice.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install -q --disable-pip-version-check
# The one switch of the development defaults: unsigned URLs, a known purge token, gallery, explain, reload.
DEV := EMBLAZON_DEV=$${EMBLAZON_DEV-1}
# Runs a command in silence; prints what it said where it failed.
define quietly
out=$$($(1) 2>&1) || { printf '%s\n' "$$out" | tail -n 30 >&2; echo "$(2)" >&2; exit 1; }
endef

# The tests start hundreds of Python processes, which would each compile what they import in a shell that keeps no bytecode.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -q

# What the example sites are built with.
GENERATORS := .venv/.generators examples/eleventy/node_modules/.all examples/astro/node_modules/.all

.DEFAULT_GOAL := help
.PHONY: site image-test help run dev test test-fast check format bench fidelity fuzz lock docs clean deploy-check release release-check audit sbom

help: ## Show the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.run fonts/vendor/.done ## Serve the whole product here, without an account
	@$(DEV) $(BIN)/emblazon serve

dev: .venv/.run fonts/vendor/.done node_modules/.all ## The same through wrangler dev (RUNTIME=current for the newest)
	@$(DEV) $(BIN)/emblazon dev

test: .venv/.dev fonts/vendor/.done node_modules/.all .venv/.chromium .venv/.image-tools .venv/.nginx $(GENERATORS) ## Run every test
	@$(PYTEST) -m "not e2e" --reruns 1 -raR -n auto --dist worksteal
	@$(PYTEST) -m e2e --reruns 1 -raR -n auto --dist loadscope

image-test: .venv/.dev fonts/vendor/.done .venv/.image-tools ## Build the image and serve a card from it
	@$(PYTEST) tests/e2e/test_image.py

test-fast: .venv/.dev fonts/vendor/.done ## The quick tests: no workerd, Chromium or Valkey, no broad sweeps
	@$(PYTEST) -m "not e2e and not slow" -n auto --dist worksteal

check: .venv/.dev ## Format, lint, types, the walls between the stages, dead code
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted: run make format."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(call quietly,$(BIN)/lint-imports --no-logo,A stage imports what is not before it: docs/architecture.md says who may import whom.)
	@$(BIN)/vulture || { echo "Nobody calls this: remove it, or name it in [tool.vulture] with its kind." >&2; exit 1; }
	@echo "Format, lint, types, walls and dead code are fine."

format: .venv/.dev ## Format the code and fix what the linter can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: .venv/.dev fonts/vendor/.done node_modules/.all ## Benchmarks side by side with peers
	@$(BIN)/python -m bench

fuzz: .venv/.dev fonts/vendor/.done ## Fuzz the renderer (MINUTES=30 SEED=1)
	@cd tests && ../$(BIN)/python -m fuzz --minutes $(or $(MINUTES),1) $(if $(SEED),--seed $(SEED))

fidelity: .venv/.dev fonts/vendor/.done node_modules/.all .venv/.chromium ## Closeness to Chromium, beside satori and takumi
	@PYTHONPATH=tests $(BIN)/python -m fidelity

docs: .venv/.run fonts/vendor/.done ## Write the generated pages and the README's pictures again
	@$(BIN)/python -m emblazon_origin.style.docs
	@$(BIN)/python -m emblazon_origin.text.fonts.coverage_page
	@$(BIN)/python -m emblazon_origin.cli.reference
	@$(BIN)/python docs/gallery.py
	@$(BIN)/python docs/pictures.py

site: .venv/.dev fonts/vendor/.done ## The documentation as a site, with its own cards, into site/
	@cd deploy/docs && ../../$(BIN)/mkdocs build --strict --quiet

release: .venv/.dev fonts/vendor/.done ## Build wheel and sdist into dist/ and check them; publishing is the workflow's
	@rm -rf dist && $(call quietly,$(BIN)/python -m build --no-isolation,The build failed.)
	@$(BIN)/twine check --strict dist/*
	@$(BIN)/check-manifest --no-build-isolation
	@ls -1 dist

release-check: ## Everything that must hold before a tag: clean tree, checks, tests, version, wheel
	@[ -z "$$(git status --porcelain)" ] || { echo "The tree is not clean: commit or stash first." >&2; exit 1; }
	@version=$$($(PYTHON) -c 'import re; print(re.search(r"__version__ = .(.*).$$", open("edge/emblazon/__init__.py").read(), re.M)[1])'); \
	grep -q "^## \[$$version\] - 20" CHANGELOG.md || { echo "CHANGELOG.md has no dated section for $$version." >&2; exit 1; }
	@$(MAKE) --no-print-directory check test release

audit: .venv/.dev ## Known advisories of the locked packages; says so where it could not look
	@$(BIN)/python deploy/audit.py

sbom: .venv/.dev ## What a release is made of, as CycloneDX, into dist/
	@mkdir -p dist
	@$(BIN)/cyclonedx-py requirements requirements/run.txt --of JSON -o dist/emblazon.cdx.json
	@npm sbom --sbom-format cyclonedx --package-lock-only > dist/emblazon-npm.cdx.json
	@ls -1 dist/*.cdx.json

deploy-check: .venv/.dev node_modules/.all ## Find what a first deploy would stumble over; uploads nothing
	@$(BIN)/python -m emblazon_origin.host.deploy_check

lock: .venv/.dev ## Resolve the requirement locks again
	@for set in run dev; do \
	  extra="--extra origin --group build"; \
	  [ $$set = run ] || extra="--all-extras --group build --group dev"; \
	  $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header $$extra pyproject.toml -o requirements/$$set.txt || exit 1; \
	done
	@$(BIN)/uv pip compile -q --universal --python-version 3.14 --generate-hashes --no-emit-index-url --no-header \
	  --group worker -o requirements/worker.txt

clean: ## Remove what the commands above made
	rm -rf .venv node_modules fonts/vendor .emblazon .mypy_cache .ruff_cache .pytest_cache

# --- set-up -------------------------------------------------------------------------------------

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$$($(PYTHON) --version) is too old: run make PYTHON=python3.11 (or newer)." >&2; exit 1; }
	@echo "Creating .venv"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Could not create .venv: install python3-venv." >&2; exit 1; }

.venv/.run: requirements/run.txt pyproject.toml | .venv/bin/python
	@[ -f .venv/.dev ] || { echo "Installing the Python packages"; \
	  $(call quietly,$(PIP) --require-hashes -r requirements/run.txt,Installing the Python packages failed: mend that and run make again.); }
	@$(call quietly,$(PIP) --no-deps --no-build-isolation -e .,Installing Emblazon itself failed: mend that and run make again.)
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	@echo "Installing the Python packages and the test tools"
	@$(call quietly,$(PIP) --require-hashes -r requirements/dev.txt,Installing the Python packages failed: mend that and run make again.)
	@$(call quietly,$(PIP) --no-deps --no-build-isolation -e .,Installing Emblazon itself failed: mend that and run make again.)
	@touch $@ .venv/.run

node_modules/.all: package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20." >&2; exit 1; }
	@echo "Installing the npm packages"
	@$(call quietly,npm ci --silent,npm ci failed: mend that and run make again.)
	@touch $@

examples/%/node_modules/.all: examples/%/package-lock.json
	@echo "Installing the npm packages of examples/$*"
	@$(call quietly,npm ci --silent --prefix examples/$*,npm ci failed in examples/$*: mend that and run make again.)
	@touch $@

fonts/vendor/.done: fonts/fonts.toml fonts/fonts.lock .venv/.run
	@$(BIN)/emblazon fonts
	@touch $@

.venv/.chromium: | .venv/bin/python
	@{ command -v chromium-headless-shell && [ -f /usr/share/unicode/BidiTest.txt ]; } >/dev/null || { \
	  echo "Installing Debian's Chromium and Unicode's tests"; \
	  sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  { $$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends \
	    chromium-headless-shell unicode-data; } >/dev/null || \
	  { echo "They could not be installed: run apt-get install chromium-headless-shell unicode-data." >&2; exit 1; }; }
	@touch $@

# The server of deploy/nginx. Without root it stays away, and its tests say so.
.venv/.nginx: | .venv/bin/python
	@command -v nginx >/dev/null || [ "$$(id -u)" != 0 ] || { \
	  echo "Installing Debian's nginx"; \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light; } >/dev/null 2>&1 || \
	  echo "It could not be installed: its recipe is not tested here." >&2; }
	@touch $@

# The generators of examples/hugo and examples/jekyll. Without root they stay away, and their tests say so.
.venv/.generators: | .venv/bin/python
	@{ command -v hugo && command -v jekyll; } >/dev/null || [ "$$(id -u)" != 0 ] || { \
	  echo "Installing Debian's Hugo and Jekyll"; \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends hugo jekyll; } >/dev/null 2>&1 || \
	  echo "They could not be installed: their examples are not tested here." >&2; }
	@touch $@

# Without root they stay away, and the test says that it was left out.
.venv/.image-tools: | .venv/bin/python
	@{ command -v buildah && command -v debootstrap && command -v bwrap; } >/dev/null || [ "$$(id -u)" != 0 ] || { \
	  echo "Installing buildah, debootstrap and bubblewrap"; \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends buildah debootstrap bubblewrap; } >/dev/null 2>&1 || \
	  echo "They could not be installed: the image is not tested here." >&2; }
	@touch $@
