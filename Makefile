# Everything a newcomer types. `make run` and `make test` set up what they need first.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON := .venv/bin/python
HIYARI := .venv/bin/hiyari

.PHONY: run test check lint setup engine bench fuzz docs lock clean

run: setup engine  ## run the launch suite with scripted agents and a small local language model; print the report's path
	$(HIYARI) run launch --jobs 2

test: setup engine  ## run all tests, containers and physics included
	$(PYTHON) -m tests.images
	$(PYTHON) -m pytest -n 2 --dist loadfile

check: lint test  ## what every change must pass

lint: setup
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: setup engine  ## measure, and print ratios against a baseline of the same run
	$(PYTHON) -m bench

fuzz: setup  ## fuzz the parsers that read hostile bytes with atheris, FUZZ_SECONDS each (60)
	@setup/fuzz.sh
	.fuzz/venv/bin/python -m tests.fuzz --seconds $(or $(FUZZ_SECONDS),60)

docs: setup  ## write the generated reference pages again
	$(PYTHON) docs/generate.py

setup:
	@setup/python.sh

engine: setup
	@setup/engine.sh

lock:  ## compile the lock files: names, versions and hashes only
	setup/lock.sh

clean: setup  ## remove containers and volumes that dead runs left behind
	$(HIYARI) clean
