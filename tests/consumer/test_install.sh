#!/bin/sh
# test_install.sh BUILD SOURCE - installs into a folder and uses what is there as a stranger
# would.  Prints TAP.
set -u
build=$1
source=$2
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
n=0
n_failed=0

# test_that NAME COMMAND...: one test; what the command says is shown where it fails.
test_that() {
    name=$1
    shift
    n=$((n + 1))
    if said=$("$@" 2>&1); then
        echo "ok $n - $name"
    else
        n_failed=$((n_failed + 1))
        echo "not ok $n - $name"
        printf '%s\n' "$said" | sed 's/^/# /'
    fi
}
# needing PROGRAM NAME COMMAND...: the same, skipped where a program is not installed.
needing() {
    program=$1
    shift
    if command -v "$program" >/dev/null; then
        test_that "$@"
    else
        n=$((n + 1))
        echo "ok $n - $1 # SKIP no $program here"
    fi
}

install_all() {
    meson install -C "$build" --no-rebuild --destdir "$here"
}
# The tree below the prefix, wherever the build puts it.
tree() {
    dirname "$(dirname "$(find "$here" -path '*/bin/casebook')")"
}
has_files() {
    for file in "$source"/include/casebook/*.h; do
        name=$(basename "$file")
        [ -f "$(tree)/include/casebook/$name" ] || { echo "no $name"; return 1; }
    done
    for pattern in '*/lib*/libcasebook.so' '*/pkgconfig/casebook.pc' '*/man/man1/casebook.1*' \
        '*/bash-completion/completions/casebook' '*/zsh/site-functions/_casebook' \
        '*/fish/vendor_completions.d/casebook.fish'; do
        [ -n "$(find "$here" -path "$pattern")" ] || { echo "no $pattern"; return 1; }
    done
}
pkg_config() {
    PKG_CONFIG_SYSROOT_DIR=$here pkg-config --with-path="$(dirname "$(pc_file)")" "$@"
}
pc_file() {
    find "$here" -name casebook.pc
}
compiles() {
    # shellcheck disable=SC2046
    "${CC:-cc}" -std=c17 -Wall -Wextra -pedantic -Werror "$source/tests/consumer/consumer.c" \
        -o "$here/consumer" $(pkg_config --cflags --libs casebook)
}
computes() {
    library=$(dirname "$(find "$here" -name libcasebook.so)")
    printed=$(LD_LIBRARY_PATH=$library "$here/consumer")
    echo "$printed"
    [ "$printed" = 0.375 ]
}
exports_only_its_prefix() {
    others=$(nm -D --defined-only "$(find "$here" -name libcasebook.so)" |
        awk '$3 !~ /^cbk_/ {print $3}')
    echo "$others"
    [ -z "$others" ]
}
says_version() {
    said=$("$(tree)/bin/casebook" --version)
    echo "$said"
    [ "$said" = "casebook $(pkg_config --modversion casebook)" ]
}
manual() {
    find "$here" -path '*/man/man1/casebook.1'
}
manual_is_clean() {
    warnings=$(groff -man -ww -Tutf8 -k -z "$(manual)" 2>&1)
    echo "$warnings"
    [ -z "$warnings" ]
}
completes() {
    # shellcheck disable=SC2016
    said=$(bash -c 'source "$1"; COMP_WORDS=(casebook repo) COMP_CWORD=1; _casebook
        echo "${COMPREPLY[@]}"' - "$(find "$here" -path '*/completions/casebook')")
    echo "$said"
    [ "$said" = report ]
}
draws_pdf() {
    "$(tree)/bin/casebook" figure "$source/studies/ivc-lms" 3 -o "$here/figure.pdf" &&
        head -c 5 "$here/figure.pdf" | grep -q '%PDF-'
}

echo 1..11
test_that 'installs into a folder' install_all
test_that 'installs every header, the library, the manual, the completions' has_files
test_that 'a program compiles with pkg-config' compiles
test_that 'that program computes' computes
test_that 'the library shows no names but ours' exports_only_its_prefix
test_that 'the program says the version of the library' says_version
test_that 'the installed program finds its press and draws a PDF' draws_pdf
needing groff 'the manual renders without a warning' manual_is_clean
needing bash 'bash completes a command' completes
needing zsh 'the zsh completion is well-formed' zsh -n "$(find "$here" -name _casebook)"
needing fish 'the fish completion is well-formed' fish -n "$(find "$here" -name casebook.fish)"
[ "$n_failed" = 0 ]
