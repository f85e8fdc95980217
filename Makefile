# Every command of a developer. `make` alone lists them.

SHELL := bash
PYTHON := .venv/bin/python
# Handed on to the programs below when they are given on the command line.
export PORT DATABASE_URL

.PHONY: help setup setup-dev setup-node setup-browser lock demo test format assets messages docs bench-web bench-timetable bench-timetable-event bench-documents bench-assignment bench-newsletter bench-registration bench-prose bench-matching bench-matching-speed bench-pictures lighthouse pictures

help:  ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: setup  ## start Querwerk with a real programme (PORT=8000, DATABASE_URL=sqlite:///…)
	@exec .venv/bin/querwerk demo

test: setup-dev setup-node setup-browser  ## check everything: style, types, tests on two databases, browser
	@exec $(PYTHON) -m scripts.check

setup:  ## make .venv with what Querwerk runs on
	@scripts/setup runtime

setup-dev:  ## the same with the tools of the tests
	@scripts/setup dev

setup-node: setup-dev
	@scripts/setup node

setup-browser: setup-dev
	@scripts/setup browser

lock:  ## make the lock files anew
	@scripts/setup lock

format: setup-dev  ## bring code and templates into shape
	@.venv/bin/ruff check --quiet --fix-only .
	@.venv/bin/ruff format .
	@$(PYTHON) -m scripts.templates --fix

assets: setup-node  ## bundle styles and scripts
	@scripts/node scripts/assets.mjs

messages: setup-dev  ## bring the German catalogue up to date and compile it
	@$(PYTHON) -m scripts.messages

docs: setup-dev  ## make the pages of the documentation that come out of the code
	@$(PYTHON) -m scripts.docs

bench-web: setup-dev setup-browser  ## compare the pages' speed with pretalx
	@$(PYTHON) bench/web/run

bench-timetable: setup-dev  ## prove the published timetables (BENCH_DATA=folder), plan large events (QUICK=1: a few of each)
	@$(PYTHON) bench/timetable/run.py $(if $(QUICK),--quick)
	@$(PYTHON) bench/timetable/large.py $(if $(QUICK),--quick)

bench-prose: setup-dev setup-browser  ## a paper of 200 pages: opening, saving, showing it, beside Wagtail
	@$(PYTHON) bench/prose/run.py

bench-newsletter: setup-dev  ## mails per second to a mail server on this machine
	@$(PYTHON) bench/newsletter/run.py

bench-registration: setup-dev  ## 2,000 people press for 40 places, 500 come to four doors
	@$(PYTHON) bench/events/run.py

bench-matching: setup-dev  ## measure rankings and reasons on public sets (BENCH_DATA=folder)
	@$(PYTHON) bench/matching/run.py

bench-matching-speed: setup-dev  ## how fast offers are found among up to a million (BENCH_DATA=folder)
	@$(PYTHON) bench/matching/speed.py

.PHONY: bench-schedule
bench-schedule: setup-dev  ## an event with 300 agenda items beside pretalx's schedule of the same size
	@$(PYTHON) bench/web/schedule.py

.PHONY: bench-matching-desk
bench-matching-desk: setup-dev  ## a ranked page among 10,000 profiles, a saved profile, a round of 200 challenges
	@$(PYTHON) bench/matching/desk.py

.PHONY: bench-directory-load
bench-directory-load: setup-dev  ## 200 people browse, search and save at once, on SQLite and on PostgreSQL
	@$(PYTHON) bench/directory/load.py
	@$(PYTHON) -m scripts.postgres $(PYTHON) bench/directory/load.py

bench-assignment: setup-dev  ## prove fair assignments beside published ones (BENCH_DATA=folder)
	@$(PYTHON) bench/assignment/run.py

bench-timetable-event: setup-dev  ## 500 people and 2,500 wishes from the page to a published timetable, then ten no-shows
	@$(PYTHON) bench/timetable/event.py

bench-documents: setup-dev  ## compare documents in and out with pandoc and WeasyPrint
	@$(PYTHON) bench/documents/run.py

bench-pictures: setup-dev  ## measure renditions per second beside Willow and a plain script
	@$(PYTHON) bench/pictures/run.py

lighthouse: setup-node setup-browser  ## measure the public pages (mobile, median of three)
	@$(PYTHON) -m scripts.lighthouse

pictures: setup-browser  ## take the README's pictures from the demo
	@$(PYTHON) -m scripts.pictures
