#!/bin/sh
# Pins what pyproject.toml asks for, with hashes and without any index address.
set -eu
pin() {
    out="$1"
    shift
    uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@" -o "requirements/$out.txt"
}
pin base
pin replay --extra replay -c requirements/base.txt
pin dev --extra dev -c requirements/base.txt
pin spark --extra dev --extra spark -c requirements/dev.txt
pin bench --extra dev --extra bench --extra als -c requirements/dev.txt
