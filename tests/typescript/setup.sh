#!/usr/bin/env bash
# Install what TypeScript is compared with, once; again only when the lock file has changed.
set -euo pipefail
cd "$(dirname "$0")/node"

stamp=$(cksum package-lock.json)
if [ "$(cat node_modules/.stamp 2>/dev/null || true)" = "$stamp" ]; then
  exit 0
fi
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
printf '%s' "$stamp" > node_modules/.stamp
