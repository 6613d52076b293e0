#!/bin/sh
# Pins every dependency with its hashes, for all Pythons from 3.11 on. No index address is written.
# usage: requirements/lock.sh path/to/uv
set -eu
cd "$(dirname "$0")/.."
lock() {
    out=requirements/$1.txt
    shift
    "$uv" pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --custom-compile-command 'make lock' --output-file "$out" "$@" pyproject.toml
}
uv=$1
lock runtime --group build --extra osm
lock demo --group build --extra demo --extra osm
lock dev --group build --extra demo --extra osm --group test --group lint
lock accuracy --group build --group accuracy
