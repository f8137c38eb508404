# Makefile - the front door.  Meson does the work; these are the words we say.
#
# `make` only builds.  `make demo`, `make check` and the rest first see to it that the Debian
# packages they need are there (tools/deps.sh).
PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 60
ALLOCATIONS ?= paths
STUDY = studies/ivc-lms
REPORT = build/report
SANITIZE = -Db_sanitize=address,undefined -Db_lundef=false
# A finding ends the program, so that it fails its test.
export UBSAN_OPTIONS = halt_on_error=1:abort_on_error=1:print_stacktrace=1

.NOTPARALLEL:
.PHONY: all demo check check-long deps install bench asan clang coverage file fuzz format clean

all: build/build.ninja
	@meson compile -C build src/cli/casebook:executable
	@ln -sf src/cli/casebook build/casebook

demo:
	@tools/deps.sh build
	@$(MAKE) --no-print-directory all
	build/casebook report $(STUDY) -o $(REPORT)
	@tools/show_report.sh $(REPORT)

check:
	@tools/deps.sh build check
	@$(MAKE) --no-print-directory all
	@meson compile -C build
	@python3 tools/run_tests.py build

# What is too slow for every change: both compilers, the sanitizers, the fuzzers, every state
# of the disk.
check-long: check clang asan file fuzz

# The casebook file at length, in about an hour: 200,000 states after a power cut and as many after a
# second one, every failing operation, allocations of whole commands by each path of calls
# (ALLOCATIONS=1: each, in many hours), 10,000 tamperings, 200 kills, full disks.
file: all
	@meson compile -C build
	@python3 tests/file/prove.py build $(ALLOCATIONS)

deps:
	@tools/deps.sh build check

install: all
	@meson compile -C build
	@tools/install.sh build '$(PREFIX)' '$(DESTDIR)'

bench: all
	@meson compile -C build bench bench_kaplan_meier bench_log_rank bench_cox bench_cox_curve bench_cuminc bench_fine_gray bench_mean_cumulative bench_casebook_file
	@mkdir -p build/bench/data
	@python3 bench/large_study.py build/bench/data/large
	@status=0; \
	build/bench/bench build/casebook $(STUDY) build/bench/data || status=1; \
	build/bench/bench_casebook_file build/bench/data build/tools/verify/casebook-verify || status=1; \
	build/bench/bench_log_rank || status=1; \
	build/bench/bench_cox || status=1; \
	build/bench/bench_cox_curve || status=1; \
	build/bench/bench_cuminc || status=1; \
	build/bench/bench_fine_gray || status=1; \
	build/bench/bench_mean_cumulative || status=1; \
	python3 bench/run.py build/bench/bench_kaplan_meier build/bench/data || status=1; \
	exit $$status

asan:
	@tools/deps.sh build check
	@[ -f build-asan/build.ninja ] || meson setup build-asan $(SANITIZE)
	@meson compile -C build-asan
	@python3 tools/run_tests.py build-asan --timeout-multiplier 5

clang:
	@tools/deps.sh build check fuzz
	@[ -f build-clang/build.ninja ] || CC=clang meson setup build-clang
	@meson compile -C build-clang
	@python3 tools/run_tests.py build-clang

coverage:
	@tools/deps.sh build check coverage
	@[ -f build-cov/build.ninja ] || meson setup build-cov -Db_coverage=true
	@meson compile -C build-cov
	@python3 tools/run_tests.py build-cov --timeout-multiplier 3
	@mkdir -p build-cov/report
	gcovr --root . --filter src/ --html-details build-cov/report/index.html \
	    --txt build-cov/report/coverage.txt build-cov
	@tail -n 3 build-cov/report/coverage.txt
	@echo 'Line by line: build-cov/report/index.html'

fuzz:
	@tools/deps.sh build fuzz
	@[ -f build-fuzz/build.ninja ] || CC=clang meson setup build-fuzz -Dfuzz=true $(SANITIZE)
	@meson compile -C build-fuzz
	@tools/fuzz.sh build-fuzz $(FUZZ_SECONDS)

format:
	@tools/deps.sh format
	clang-format -i $$(find include src tests tools bench -name '*.[ch]')

clean:
	rm -rf build build-asan build-clang build-cov build-fuzz

build/build.ninja:
	meson setup build
