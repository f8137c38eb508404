#!/bin/sh
# show_report.sh DIR - says where the report in DIR is and how to open it.
set -eu
page=$(find "$1" -maxdepth 1 -name '*.html' | head -n 1)
if [ -z "$page" ]; then
    echo "There is no report in $1." >&2
    exit 1
fi
printf '\nThe report: %s\nOpen it in any browser: file://%s\n' "$page" "$(realpath "$page")"
