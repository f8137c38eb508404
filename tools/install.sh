#!/bin/sh
# install.sh BUILD PREFIX DESTDIR - installs what a build folder holds.
set -eu
build=$1
prefix=$2
destdir=$3
configured=$(meson introspect --buildoptions "$build" | python3 -c '
import json, sys
print(next(option["value"] for option in json.load(sys.stdin) if option["name"] == "prefix"))')
# Only another prefix is a reason to touch the build, which may belong to another user.
if [ "$configured" != "$prefix" ]; then
    meson configure "$build" "-Dprefix=$prefix"
    meson compile -C "$build"
fi
DESTDIR=$destdir meson install -C "$build" --no-rebuild
if [ -z "$destdir" ] && [ "$(id -u)" = 0 ]; then
    ldconfig
fi
