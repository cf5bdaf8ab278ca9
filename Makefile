# Every command of the course; `make` alone lists them. Works with GNU make 3.81 and newer.
# Another Python: make book PYTHON=/path/to/python3.12    Fewer processes: make test JOBS=1

.PHONY: help book test lab pdf serve check format bench growth power lighthouse mutants figures
.PHONY: lesson versions lock clean clean-cache environment pages notebooks site
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
PORT ?= 8000
JOBS ?= auto
RUN := .venv/bin/python
PAGES := lessons solutions book
# A cell stands in a narrow column of the page, so its lines are shorter than those of a module.
MODULES := --config 'include=["*.py"]' $(PAGES) tests conftest.py noxfile.py
CELLS := --config 'include=["*.ipynb"]' --config 'line-length=100' $(PAGES)
# Both are needed, before TensorFlow is imported, to keep its C++ log lines out of the pages.
export TF_CPP_MIN_LOG_LEVEL := 2
export TF_ENABLE_ONEDNN_OPTS := 0
# A kernel of the same name in the home folder must not run the notebooks with another Python.
export JUPYTER_PREFER_ENV_PATH := 1

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s%s\n", $$1, $$2 }' Makefile

book: notebooks site  ## run the notebooks that changed and build the site
	@echo 'The book is ready: open _build/html/index.html, or: make serve'
test: check pages notebooks site  ## everything: style, notebooks, site, tests; last, the audit
	@$(RUN) -m pytest -n $(JOBS) -q -rs tests --ignore=tests/test_hostile.py
	@$(RUN) -m pytest -n $(JOBS) -q tests/test_hostile.py
	@$(RUN) book/workshop/audit_report.py
lab: environment  ## open the lessons in JupyterLab
	@$(RUN) -m jupyterlab --config=book/workshop/lab/config.py
pdf: book  ## print the book as one PDF, which the site then offers
	@$(RUN) book/workshop/pdf.py
serve:  ## show the built site on http://localhost:8000 (another port: PORT=9000)
	@test -e _build/html/index.html || (echo 'There is no site yet: make book'; false)
	@$(RUN) book/workshop/serve.py $(PORT)
check: environment  ## check the style of code and cells, and the spelling
	@$(RUN) -m ruff check -q $(MODULES)
	@$(RUN) -m ruff check -q $(CELLS)
	@$(RUN) -m ruff format -q --check $(MODULES) || (echo 'To mend it: make format'; false)
	@$(RUN) -m ruff format -q --check $(CELLS) || (echo 'To mend it: make format'; false)
	@$(RUN) -m codespell_lib || (echo 'A word that is right as it is: add it in pyproject.toml'; false)
format: environment  ## format code and cells
	@$(RUN) -m ruff check -q --fix-only $(MODULES)
	@$(RUN) -m ruff check -q --fix-only $(CELLS)
	@$(RUN) -m ruff format -q $(MODULES)
	@$(RUN) -m ruff format -q $(CELLS)
versions: environment  ## run everything with TensorFlow 2.16 to 2.21, with the Keras of its time
	@$(RUN) -m nox $(if $(PRE),-s prerelease)
lock: environment  ## write requirements.lock anew: all packages, exact, with their hashes
	@$(RUN) -m nox -s lock
bench: environment  ## time this pipeline against the default one, and what each part costs
	@$(RUN) book/workshop/bench.py
growth: environment  ## measure time and memory of 4 to 64 notebooks, and draw them
	@$(RUN) book/workshop/growth.py
power: environment  ## print the smallest wrong factor that verify_gradient finds
	@$(RUN) book/workshop/power.py
lighthouse: environment  ## print Lighthouse's scores of three pages of the built site
	@$(RUN) book/workshop/lighthouse.py
mutants: environment  ## change every solution a little and count what the checks notice
	@$(RUN) book/workshop/mutants.py
figures: environment  ## draw the figures of the book again
	@$(RUN) book/workshop/draw_figures.py
lesson: environment  ## begin a lesson: make lesson NAME=06_slices
	@$(RUN) book/workshop/new_lesson.py "$$NAME"
clean-cache:  ## remove what was built, and keep the environment
	rm -rf _build .pytest_cache .ruff_cache
	@find $(PAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +
clean: clean-cache  ## remove all that these commands made, never a notebook
	rm -rf .venv

# What is wrong with a page is seen here within seconds, before anything long begins.
pages: environment
	@$(RUN) -m pytest -q tests/test_pages.py tests/test_claims.py -k 'not what_a_text_page'
notebooks: environment
	@$(RUN) book/workshop/notebook_store.py || \
	  { echo 'Running the notebooks ...'; $(RUN) -m pytest --nbmake -n $(JOBS) -q $(PAGES); }
# From nothing each time: Sphinx would keep old static files and repeat no warning of an old page.
# Each build has a folder of its own and puts its site in place at the end, so two can run at once:
# mv takes the old site away; mv into _build fails while there is another one, and is tried again.
site: environment
	@echo 'Building the site (a warning counts as an error) ...'
	@rm -rf _build/.doctrees && mkdir -p _build && new=$$(mktemp -d _build/site.XXXXXX) || exit 1; \
	trap "rm -rf $$new" EXIT INT TERM; \
	.venv/bin/jupyter-book build . --path-output $$new -W -n --keep-going -q > /dev/null || \
	  { rm -rf _build/html; exit 1; }; \
	for try in 1 2 3 4 5; do \
	  mv _build/html $$new/$$try 2> /dev/null; mv $$new/_build/html _build 2> /dev/null && exit; \
	done; echo 'The new site could not be moved to _build/html: is a file there open?'; exit 1
# Any Python from 3.6 on (it knows f"") can run the script, which then looks for one that suits.
PYTHONS := python3 python3.13 python3.12 python3.11 python $(RUN)
FIND = for p in $(PYTHONS); do $$p -c 'f""' 2> /dev/null && echo $$p && break; done
ANY = $(or $(shell $(FIND)),$(error No Python runs here. The course needs 3.11, 3.12 or 3.13))
environment:
	@$(ANY) book/workshop/make_env.py --quiet --python="$$PYTHON"
