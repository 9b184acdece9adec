# Two commands matter: `make run` and `make test`. Both bring along what they need, on a fresh Debian 12.
MAKEFLAGS += --no-print-directory
BIN = .venv/bin
OUT = build
# Three for each core: much of what a test does is waiting for other processes.
PYTEST_WORKERS = 6
# Tests and linters need no display, whatever this desktop has. Byte code is kept: without it every worker and every
# process that a test starts would compile anew what it imports.
OFFSCREEN = QT_QPA_PLATFORM=offscreen QT_QUICK_BACKEND=software PYTHONDONTWRITEBYTECODE=

.PHONY: run hub test setup compiler pinyin postgres lint matrix search chaos chaos-hub power fuzz soak browser peers bench bench-hub bench-hub-scale gallery tour docs lock clean

run: setup
	@$(BIN)/kiosk demo

# The server that terminals send their journals to, at http://127.0.0.1:8600; docs/hub.md.
hub: setup
	@$(BIN)/menkou-hub serve

test: setup compiler pinyin postgres
	@$(OFFSCREEN) $(BIN)/pytest -n $(PYTEST_WORKERS) --dist worksteal

setup:
	@scripts/setup

# It makes the disk that forgets what was not synced (kiosk/rehearsal/power). No terminal needs it.
compiler: setup
	@scripts/packages gcc libc6-dev

# The hub's tests run on a private one, too. No terminal needs it.
postgres: setup
	@scripts/packages postgresql util-linux

# What the pinyin table is made from; a test makes it anew. No terminal needs it.
pinyin: setup
	@scripts/packages rime-data-pinyin-simp unicode-data

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@$(OFFSCREEN) scripts/lint-qml

# Every button of the workbench at every moment of both payments; `make test` walks each at one moment.
matrix: setup
	@$(OFFSCREEN) EVERY_MOMENT=1 $(BIN)/pytest -n $(PYTEST_WORKERS) tests/journey/test_matrix.py

# The money path in every state of its small worlds; `make test` looks at the smaller half.
search: setup
	@$(OFFSCREEN) EVERY_STATE=1 $(BIN)/pytest -n 2 tests/orders/test_search.py

# Power cuts at every boundary of every order, among faulty peers. `make chaos KILLS=100` samples.
chaos: setup compiler
	@$(BIN)/kiosk chaos $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES))

# Root: terminals and a hub in networks of their own; all of them are killed, and every row is counted at both ends.
chaos-hub: setup postgres
	@scripts/packages iproute2 nftables
	@$(BIN)/kiosk chaos --hub --kills $(or $(KILLS),60) $(if $(SEED),--seed $(SEED))

# Root: the power fails at the first byte of a request, on a real file system; ledgers that sync too little are found.
power: setup compiler
	@scripts/packages e2fsprogs mount
	@$(BIN)/python -m tests.power $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED))

# Hostile bytes for every reader of outside bytes. `make fuzz INPUTS=10000 SEED=7 ONLY=escpos`.
fuzz: setup
	@$(BIN)/python -m tests.fuzz $(if $(INPUTS),--inputs $(INPUTS)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

# Residents and random faults at the real terminal for MINUTES (30): memory, threads, files, ledger and latency over time.
soak: setup
	@$(OFFSCREEN) $(BIN)/kiosk soak --minutes $(or $(MINUTES),30) $(if $(SEED),--seed $(SEED)) --out $(OUT)/soak

# Two days of a hall with a hub, two terminals and its staff in a real Chromium; pictures in build/browser.
browser: setup
	@scripts/packages chromium
	@$(BIN)/python -m tests.browser --out $(OUT)/browser

bench: setup
	@scripts/packages chromium xvfb
	@$(BIN)/python -m benchmarks

# How fast a hub on PostgreSQL takes journals in, beside a bare COPY of the same rows.
bench-hub: setup postgres
	@$(BIN)/python -m benchmarks.hub

# The database grows to ROWS, 10,000 terminals come back at once, and the staff's pages are asked: about eight minutes and 6 GB.
bench-hub-scale: setup postgres
	@$(BIN)/python -m benchmarks.hub_scale $(if $(ROWS),--rows $(ROWS)) $(if $(TERMINALS),--terminals $(TERMINALS))

gallery: setup
	@$(OFFSCREEN) $(BIN)/kiosk gallery --out $(OUT)/gallery

tour: setup
	@$(OFFSCREEN) $(BIN)/kiosk tour gas_bill --out $(OUT)/tour

# Other people's implementations against our simulators; installs them (and Node) into build/peers.
peers: setup
	@$(BIN)/python -m tests.peers

# The tables of docs/configuration.md and docs/events.md, and the hub's interface, from what is in the code.
docs: setup
	@$(BIN)/python -m tests.config.reference
	@$(BIN)/python -m tests.docs.events
	@$(BIN)/python -m tests.docs.quality
	@$(BIN)/python -m hub.openapi >docs/hub-openapi.json

# Take newer dependencies within the limits of pyproject.toml; needs uv.
lock:
	uv pip compile pyproject.toml --extra dev --extra hub --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-emit-index-url --no-annotate --no-header -q -o requirements.lock

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache assets/i18n/*.mo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
