#!/bin/sh
# fuzz.sh BUILD SECONDS - runs each libFuzzer target of a build folder for so many seconds.
set -eu
build=$1
seconds=$2
n_targets=0
for target in "$build"/tests/fuzz/fuzz_*; do
    if [ ! -f "$target" ] || [ ! -x "$target" ]; then
        continue
    fi
    name=$(basename "$target")
    subject=${name#fuzz_}
    grown="$build/corpus/$subject"
    mkdir -p "$grown" "$build/findings"
    printf '%s: %s s\n' "$name" "$seconds"
    # What is found new grows in the build folder; the seeds are only read.
    set -- "$grown"
    [ "$subject" != csv_columns ] || subject=csv # the same files
    [ ! -d "tests/fuzz/corpus/$subject" ] || set -- "$@" "tests/fuzz/corpus/$subject"
    "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -verbosity=0 -artifact_prefix="$build/findings/$name-" "$@"
    n_targets=$((n_targets + 1))
done
if [ "$n_targets" = 0 ]; then
    echo "fuzz: no targets in $build/tests/fuzz" >&2
    exit 1
fi
printf 'fuzz: nothing found; targets: %s\n' "$n_targets"
