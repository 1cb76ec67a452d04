#!/usr/bin/env bash
# Install what the proofs on Express need, once; again only when the lock file has changed.
# Two folders name the two versions `express`: node/v4/node_modules and node/v5/node_modules.
set -euo pipefail
cd "$(dirname "$0")/node"

stamp=$(cksum package-lock.json)
if [ "$(cat node_modules/.stamp 2>/dev/null || true)" = "$stamp" ]; then
  exit 0
fi
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
for major in 4 5; do
  rm -rf "v$major"
  mkdir -p "v$major/node_modules"
  for package in "$PWD"/node_modules/*; do
    ln -s "../../node_modules/$(basename "$package")" "v$major/node_modules/"
  done
  rm -f "v$major/node_modules/express"
  ln -s "../../node_modules/express$major" "v$major/node_modules/express"
done
printf '%s' "$stamp" > node_modules/.stamp
