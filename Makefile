# Every command of the course; `make` alone lists them. Works with GNU make 3.81 and newer, and any POSIX shell.
# Another Python: make book PYTHON=/path/to/python3.12      Another port: make serve PORT=9000      Fewer processes: make test JOBS=1

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

PYTHON ?=
PYTHONS := python3 python3.13 python3.12 python3.11 python
PORT ?= 8000
JOBS ?= auto

VENV := .venv
READY := $(VENV)/.ready
RUN := $(VENV)/bin/python
BUILT := _build/.site
PAGES := lessons solutions book

# Both are needed, before TensorFlow is imported, to keep its C++ log lines out of the pages.
export TF_CPP_MIN_LOG_LEVEL := 2
export TF_ENABLE_ONEDNN_OPTS := 0
# A kernel of the same name in the home folder must not run the notebooks with another Python.
export JUPYTER_PREFER_ENV_PATH := 1

.PHONY: help book test lab serve check format bench mutants figures clean notebooks site

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

book: notebooks site  ## run the notebooks that changed and build the site
	@$(RUN) -c 'import pathlib; print("The book is ready. Open it: ", pathlib.Path("_build/html/index.html").resolve().as_uri())'
	@echo 'or serve it on this machine: make serve'

test: check notebooks site  ## everything: style, notebooks, site, tests, and the audit as the last line
	@$(RUN) -m pytest -n $(JOBS) -q tests
	@$(RUN) book/workshop/audit_report.py

lab: $(READY)  ## open the lessons in JupyterLab
	@$(RUN) -m jupyterlab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/lessons  # not root_dir=lessons: pages show pictures from book/

serve:  ## show the built site on http://localhost:8000 (another port: PORT=9000)
	@test -e _build/html/index.html || { echo 'There is no site yet: make book'; exit 1; }
	@echo 'Serving http://localhost:$(PORT)/ until Ctrl-C'
	@$(RUN) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

# Notebook cells stand in a narrow column of the page, so their lines are shorter than those of a module.
MODULES := --config 'include=["*.py"]' $(PAGES) tests conftest.py
CELLS := --config 'include=["*.ipynb"]' --config 'line-length=100' $(PAGES)

check: $(READY)  ## check the style of the code and of the notebook cells
	@$(RUN) -m ruff check -q $(MODULES) && $(RUN) -m ruff check -q $(CELLS)
	@$(RUN) -m ruff format -q --check $(MODULES) && $(RUN) -m ruff format -q --check $(CELLS) || { echo 'To format it: make format'; exit 1; }

format: $(READY)  ## format the code and the notebook cells
	@$(RUN) -m ruff check -q --fix-only $(MODULES) && $(RUN) -m ruff check -q --fix-only $(CELLS)
	@$(RUN) -m ruff format -q $(MODULES) && $(RUN) -m ruff format -q $(CELLS)

bench: $(READY)  ## time this pipeline against the default one, and what each part costs
	@$(RUN) book/workshop/bench.py

mutants: $(READY)  ## change every solution a little and count what the checks notice
	@$(RUN) book/workshop/mutants.py

figures: $(READY)  ## draw the figures of the book again
	@$(RUN) book/workshop/draw_figures.py

clean:  ## remove what the commands above made, never a notebook
	rm -rf _build $(VENV) .pytest_cache .ruff_cache
	@find $(PAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- steps shared by `book` and `test` ---

notebooks: $(READY)
	@echo 'Running the notebooks ...'
	@$(RUN) -m pytest --nbmake -n $(JOBS) -q $(PAGES)

# A rebuild starts from nothing: Sphinx would keep old static files, and would not repeat the warnings of pages it does not build again.
# The stamp is as old as the start of the build, so that an edit made meanwhile counts as newer. Folders count too, for a deleted file changes
# only them; global.db does not, for it changes whenever the executed notebooks are read.
CHANGED = find $(PAGES) book/workshop _config.yml _toc.yml $(READY) \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune \
    -o -newer $(BUILT) -print; find _build/executed -type f ! -name 'global.db*' -newer $(BUILT)

site: $(READY)
	@if [ -e _build/html/index.html ] && [ -e $(BUILT) ] && [ -z "$$($(CHANGED))" ]; then echo 'The site is up to date.'; exit 0; fi; \
	    echo 'Building the site ...'; \
	    rm -rf _build/html _build/.doctrees $(BUILT) && mkdir -p _build && touch $(BUILT).started && \
	    $(VENV)/bin/jupyter-book build . -W -n --keep-going -q >/dev/null && mv $(BUILT).started $(BUILT) || \
	    { echo 'The site was not built; the lines above say why. A warning counts as an error.'; exit 1; }

# --- the environment ---

# It is made anew when its Python is gone, when this folder was moved (its scripts name the old one), or when PYTHON names another version.
SOUND := $(shell { [ -z '$(PYTHON)' ] || [ "$$('$(PYTHON)' -V 2>&1)" = "$$($(RUN) -V 2>&1)" ]; } && $(RUN) -c 'import pip' 2>/dev/null && \
    grep -qF '$(CURDIR)/$(VENV)' $(VENV)/pyvenv.cfg && echo yes)
ifneq ($(SOUND),yes)
.PHONY: $(VENV)
$(READY): $(VENV)
endif

$(READY): requirements.txt pyproject.toml
	@echo 'Installing the pinned packages into $(VENV): some minutes and 2 GB the first time ...'
	@$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt || { printf '%s\n' \
	    'Installing did not finish; the lines above say why.' \
	    'Check the network and the free space on the disk, then run the same command again: what was downloaded is kept.'; exit 1; }
	@touch $@

# Asking for the version runs the Python: a pyenv shim can be on the PATH and still not run.
$(VENV):
	@seen=; for python in $(if $(PYTHON),'$(PYTHON)',$(PYTHONS)); do \
	    version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); \
	    case $$version in 3.11|3.12|3.13) break;; '') ;; *) seen="$$seen $$python is $$version.";; esac; \
	    version=; \
	done; \
	if [ -z "$$version" ]; then printf '%s\n' \
	    'The course needs Python 3.11, 3.12 or 3.13.' \
	    "Looked for: $(if $(PYTHON),$(PYTHON),$(PYTHONS)). Found:$${seen:- none that runs.}" \
	    'Install one from https://www.python.org/downloads/ or, if you have one, name it: make book PYTHON=/path/to/python3.12'; exit 1; fi; \
	"$$python" -c 'import venv, ensurepip' 2>/dev/null || { printf '%s\n' "$$python $$version has no venv module." \
	    "On Debian and Ubuntu: sudo apt install python$$version-venv. Or name another Python: make book PYTHON=/path/to/python3.12"; exit 1; }; \
	echo "Making $(VENV) with $$python $$version"; "$$python" -m venv --clear $(VENV)
