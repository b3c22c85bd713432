# `make` lists what there is to do.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
RECORD := tests/data/excerpt78.flac
CACHE  ?= $(HOME)/.cache/runout
PICTURES ?= build/report
DEBIAN ?= 12
ARCH   ?= $(shell dpkg --print-architecture)

.DEFAULT_GOAL := help
.PHONY: help run station test test-station test-ha test-training lint bench train evaluate sides baselines tune report clean install upgrade uninstall deb locks audit test-install test-arm64 test-boot test-faults soak

help:  ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

run: .venv/box  ## hear a bundled real record, or your own: make run FILE=side.flac
	@.venv/bin/python -m runout demo $(if $(FILE),"$(FILE)",--pace $(RECORD))

station: .venv/box  ## keep the listening station open: page and ear (FILE=side.flac plays a file to it)
	@exec .venv/bin/python -m runout station $(if $(FILE),"$(FILE)")

test: .venv/test  ## run every test of the box
	@tests/debian-packages
	@tests/pyaudio .venv/bin/pip
	.venv/bin/python -m pytest --ignore tests/training --ignore tests/home_assistant --ignore tests/install --ignore tests/arm64/test_emulated.py --ignore tests/arm64/boot --ignore tests/web/browser

test-station: .venv/test  ## use the listening station's page in a real browser (SHORT=1: a minute of it; PICTURES_TO=folder keeps pictures)
	@tests/debian-packages
	@.venv/bin/pip install --quiet --editable '.[web,test-station]'
	RUNOUT_PICTURES="$(abspath $(PICTURES_TO))" .venv/bin/python -m pytest tests/web/browser $(if $(SHORT),-m short)

test-ha: .venv/test  ## run Runout beside a real Home Assistant (built at the first time; needs root)
	@tests/debian-packages
	@tests/pyaudio .venv/bin/pip
	@.venv/bin/pip install --quiet --editable '.[test-ha]'
	@tests/home_assistant/tree "$(CACHE)/home-assistant"
	RUNOUT_HOME_ASSISTANT="$(CACHE)/home-assistant" .venv/bin/python -m pytest tests/home_assistant

test-training: .venv-train/ready  ## run every test of the training (with TensorFlow, 2 GB)
	.venv-train/bin/pip install --quiet --editable '.[test]'
	.venv-train/bin/python -m pytest tests/training

lint: .venv/test  ## ruff, and mypy --strict over daemon/
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy --strict daemon/runout

bench: .venv-bench/ready  ## measure the cost floors, against Essentia, as one line of JSON
	@.venv-bench/bin/python -m runout_training.bench

train: .venv-train/ready  ## fetch the music and rebuild models/ear.tflite (80 minutes on two busy cores)
	.venv-train/bin/runout-train --cache "$(CACHE)" train

evaluate: .venv-train/ready  ## score models/ear.tflite and its peers on held-out music
	.venv-train/bin/runout-train --cache "$(CACHE)" evaluate

sides: .venv-train/ready  ## grade 100 simulated sides of held-out music against their truth
	.venv-train/bin/runout-train --cache "$(CACHE)" evaluate --sides 100

baselines: .venv-train/ready  ## train the predecessors' systems and judge them beside ours
	.venv-train/bin/runout-train --cache "$(CACHE)" baselines

tune: .venv-train/ready  ## look for a better network within the box's cost
	.venv-train/bin/runout-train --cache "$(CACHE)" tune

report: .venv-train/ready  ## draw pictures of how well models/ear.tflite hears, into build/report
	.venv-train/bin/runout-train --cache "$(CACHE)" report "$(PICTURES)"

install:  ## install the box on this machine: sudo make install
	@systemd/install install

upgrade:  ## the same over an older one: settings, history and what was enabled stay
	@systemd/install install

uninstall:  ## remove it but for settings and history (PURGE=1: these too)
	@systemd/install uninstall

deb:  ## make a Debian package in build/ (DEBIAN=12 or 13, ARCH=amd64 or arm64)
	@systemd/deb/build $(DEBIAN) $(ARCH)

locks:  ## pin anew what is installed on the box, by its hashes, into systemd/locks
	@$(PYTHON) systemd/locks/refresh.py

audit:  ## look for known flaws in what is pinned for the box (needs the network)
	@$(PYTHON) -m venv build/audit
	@build/audit/bin/pip install --quiet 'pip-audit>=2.10,<3'
	@for lock in systemd/locks/*.txt; do \
		build/audit/bin/pip-audit --strict --disable-pip --require-hashes --requirement $$lock || exit 1; \
	done

test-install: .venv/test  ## install on a pristine Debian that is booted for it (DEBIAN=12 or 13; needs root)
	@tests/install/debian "$(CACHE)/install" $(DEBIAN)
	@systemd/deb/build $(DEBIAN) "$$(dpkg --print-architecture)"
	RUNOUT_INSTALL="$(CACHE)/install" RUNOUT_DEBIAN=$(DEBIAN) .venv/bin/python -m pytest -s tests/install

test-arm64: .venv/test  ## install the arm64 package on an emulated Debian, hear a record there (needs root)
	@tests/arm64/debian "$(CACHE)/arm64"
	@systemd/deb/build 12 arm64
	@systemd/deb/build 12 amd64
	RUNOUT_ARM64="$(CACHE)/arm64" .venv/bin/python -m pytest -s tests/arm64 --ignore tests/arm64/boot

test-boot: .venv/test  ## boot an emulated arm64 box, its own kernel and sound card, and live its life there (needs root)
	@tests/arm64/debian "$(CACHE)/arm64"
	@tests/arm64/boot/make_image "$(CACHE)/arm64"
	@systemd/deb/build 12 arm64
	RUNOUT_ARM64="$(CACHE)/arm64" .venv/bin/python -m pytest -s tests/arm64/boot

test-faults: .venv/test  ## kill, unplug, damage and fill what there is, in full (20 minutes)
	@tests/debian-packages
	@tests/pyaudio .venv/bin/pip
	RUNOUT_FAULTS=1 .venv/bin/python -m pytest -s tests/faults

soak: .venv/test  ## hear hours of records on end: make soak HOURS=24
	@tests/debian-packages
	RUNOUT_SOAK_HOURS=$(or $(HOURS),24) .venv/bin/python -m pytest -s tests/faults/test_soak.py

clean:  ## remove what was built here (not the music)
	rm -rf .venv .venv-bench .venv-train build dist *.egg-info

.venv/box: setup.cfg pyproject.toml
	@echo "Installing Runout in .venv ..."
	@$(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --editable '.[web]'
	@touch $@

.venv/test: .venv/box
	@echo "Installing what the tests need ..."
	@.venv/bin/pip install --quiet --editable '.[test,litert,web]'
	@touch $@

.venv-bench/ready: setup.cfg pyproject.toml
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/pip install --quiet --editable '.[bench,litert]'
	@touch $@

.venv-train/ready: setup.cfg pyproject.toml
	@echo "Installing TensorFlow in .venv-train (2 GB) ..."
	@$(PYTHON) -m venv .venv-train
	@.venv-train/bin/pip install --quiet --editable '.[train,bench,litert]'
	@touch $@
