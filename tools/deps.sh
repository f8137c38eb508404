#!/bin/sh
# deps.sh SET... - installs the Debian packages of the named sets that are missing.
#
# Sets: build check fuzz coverage format.  Where nothing is missing it asks dpkg and does
# nothing else: no network, no sudo.
set -eu

packages_of() {
    case "$1" in
    build)
        # The compiler, the build, and the libraries the program is made of.
        echo make gcc libc6-dev meson ninja-build pkgconf python3 \
            libsqlite3-dev libyaml-dev libcsv-dev libsodium-dev libminizip-dev libexpat1-dev r-mathlib \
            libpango1.0-dev libxlsxwriter-dev zlib1g-dev fonts-liberation ;;
    check)
        # Headers in C++; the manual through groff; the report in a browser; PDF read back.
        echo g++ groff-base chromium chromium-driver python3-selenium poppler-utils ;;
    fuzz) echo clang libclang-rt-dev ;;
    coverage) echo gcovr ;;
    format) echo clang-format ;;
    *) stop "There is no set of packages called '$1'; there are build, check, fuzz, coverage and format." ;;
    esac
}

stop() {
    printf 'deps: %s\n' "$1" >&2
    exit 1
}

is_installed() {
    [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" = 'install ok installed' ]
}

wanted=''
for set in "$@"; do
    names=$(packages_of "$set") || exit 1
    wanted="$wanted $names"
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    stop "This system has no apt-get. Install what these Debian packages hold, then run 'make':$wanted"
fi

missing=''
for package in $wanted; do
    is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

printf 'Installing what is missing:%s\n' "$missing"
if [ "$(id -u)" = 0 ]; then
    as_root=''
elif command -v sudo >/dev/null && sudo env true; then
    as_root='sudo'
else
    stop "Only root may install packages, and there is no sudo here that allows it. Ask an administrator for: apt-get install$missing"
fi

# $as_root and $missing are lists of words, meant to be split.
apt_get() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}
install() {
    # shellcheck disable=SC2086
    apt_get install -y --no-install-recommends $missing
}
is_known() {
    # shellcheck disable=SC2086
    apt-get -qq --simulate --no-install-recommends install $missing >/dev/null 2>&1
}

# The package lists are fetched only where they do not know the packages, or are so old
# that the files they name are gone.
is_known || apt_get update || true
install || { apt_get update && install; } ||
    stop "These packages could not be installed:$missing. Is this machine online?"
