#!/usr/bin/env bash
# From a fresh clone to a trained demo model: sets up, builds, runs the demo recipe. Arguments go to `r1 recipe`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh
cmake --preset release >.deps/configure.log || { tail -20 .deps/configure.log >&2; exit 1; }
cmake --build --preset release --target r1 -j2
exec build/release/r1 recipe scripts/recipes/char_count.json "$@"
