#!/bin/sh
# uv installs everything else; pip installs uv where it is missing.
set -eu
command -v uv >/dev/null 2>&1 && exit 0
python3 -m pip install --quiet --user uv 2>/dev/null \
    || python3 -m pip install --quiet --break-system-packages --user uv
command -v uv >/dev/null 2>&1 || {
    echo "uv could not be installed: install it by hand, then run this again." >&2
    exit 1
}
