# The same verbs for people and for CI. Windows without make: README.md gives the lines.
PYTHON ?= python3
DATA ?= ../shared/data/scene-letters
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt
TORCH_CPU := https://download.pytorch.org/whl/cpu

.PHONY: demo test test-full coverage check torture bench docs fuzz clean help

help:
	@echo "make demo       install the small package and run the main job on rendered letters"
	@echo "make test       install everything and run the tests"
	@echo "make test-full  run the heavy tests as well"
	@echo "make coverage   run the tests, and say which lines none of them reaches"
	@echo "make check      format, lint, types (of the page too, with node), import arrows"
	@echo "make torture    kill trainings at every operation on files, and 200 times at random: minutes"
	@echo "make fuzz       look for inputs that break the readers, a minute each"
	@echo "make bench      how fast, beside other programs: DATA=folder with lists and images"
	@echo "make docs       write the pages that are made from the code"
	@echo "make clean      remove the environment and what the demo made"

.venv/small: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	@echo "into .venv: NumPy, Numba, Pillow, Matplotlib and 48 font families, 120 MB to download, 400 MB on disk"
	$(PIP) -e .
	@touch $@

.venv/full: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	@echo "into .venv: PyTorch, scikit-learn, what the tests need, and the demo's packages"
# Linux without a GPU: PyPI's PyTorch would bring gigabytes of CUDA libraries. It is taken where this one is out of reach.
	[ "$$(uname)" != Linux ] || command -v nvidia-smi || $(PIP) --retries 1 --timeout 15 torch --index-url $(TORCH_CPU) || true
	$(PIP) -e '.[all,test,check]'
	@touch .venv/small $@

demo: .venv/small
	$(BIN)/charmlp train --data synth:all --out demo/run --overwrite
	$(BIN)/charmlp test --data synth:all --model demo/run
	$(BIN)/charmlp synth --out demo/new --count 9 --style all --seed 7 --overwrite
	$(BIN)/charmlp predict demo/new/images --model demo/run
	@echo
	@echo "The name of each image says which letter was drawn, the line behind it which one was read."
	@echo "What the model reads and misreads: demo/run/figures/test_letters.png"
	@echo "At last letters of both kinds, in fonts and hands that it has never seen:"
	@echo
	$(BIN)/python docs/both_kinds.py demo/run demo/both_kinds.png

test: .venv/full
	$(BIN)/python -m pytest -n auto --dist worksteal

test-full: .venv/full
	$(PIP) -e '.[full]'
	$(BIN)/python -m pytest -m full

coverage: .venv/full
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered --cov-report=html

check: .venv/full
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -m 'not full' tests/test_import_map.py tests/exporting/test_page_types.py

torture: .venv/full
	$(BIN)/python -m pytest -m full tests/torture -s

bench: .venv/full
	$(PIP) -e '.[bench]'
	$(BIN)/python benchmarks/speed.py $(DATA) --write docs/performance.md docs/performance.zh-CN.md

fuzz: .venv/full
	$(PIP) -e '.[fuzz]'
	for target in images models lists; do $(BIN)/python -m tests.fuzz.fuzz_$$target -max_total_time=60 || exit 1; done

docs: .venv/full
	$(BIN)/python docs/reference.py
	$(BIN)/python docs/gradcheck.py
	$(BIN)/python docs/derivation_figures.py

clean:
	rm -rf .venv demo
