#!/bin/sh
# Installs one set of pinned, hashed requirements into .venv: base, replay, dev or bench.
set -eu
install() { uv pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes -r "requirements/$1.txt"; }
case "$1" in
base)
    echo "Installing what Okaeri needs to run ..."
    install base
    uv pip install --quiet --python .venv/bin/python --no-deps --editable .
    ;;
replay) install replay ;;
bench) install bench ;;
dev)
    echo "Installing what the tests need ..."
    # Spark is large; without it its lane is skipped by name.
    install spark || install dev
    sh scripts/get_chromium.sh
    ;;
*)
    echo "install.sh: base, replay, dev or bench" >&2
    exit 2
    ;;
esac
