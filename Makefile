# Every target works from a bare checkout and is quick once all is there; scripts/ has the how.
# `exec` hands the signals that make gets to the one process that does the work.
.PHONY: help run cluster test bench bench-long lint format screenshots messages lock
.DEFAULT_GOAL := help

help: ## List the targets
	@sed -n 's/^\([a-z-]*\): ## /make \1	/p' Makefile

run: ## Console with a demo world on http://127.0.0.1:8080 (STILLWATCH_DEMO=0 starts empty)
	@exec python3 scripts/bootstrap.py run

cluster: ## The distributed form: PostgreSQL, 2 web, 2 workers, one proxy on the same port
	@exec python3 scripts/bootstrap.py cluster

test: ## All suites; ARGS="tests/unit -k name" hands its words to pytest instead
	@exec python3 scripts/bootstrap.py test $(ARGS)

bench: ## What the README claims in numbers, to benchmarks/results; ARGS="engines" chooses
	@exec python3 scripts/bootstrap.py bench $(ARGS)

bench-long: ## The hour of churn, the ten million rows, and what else takes longer than bench may
	@exec python3 scripts/bootstrap.py bench-long $(ARGS)

lint: ## Only the checks that need no test: lint, format, types, layers
	@exec python3 scripts/bootstrap.py lint

format: ## Sort imports and format every file
	@exec python3 scripts/bootstrap.py format

screenshots: ## Take the pictures of the documentation again
	@exec python3 scripts/bootstrap.py screenshots $(ARGS)

messages: ## Bring the catalogues of the languages up to date; names what is left to translate
	@exec python3 scripts/bootstrap.py messages

lock: ## Compile requirements/ again from pyproject.toml, with the newest versions
	@exec python3 scripts/bootstrap.py lock
