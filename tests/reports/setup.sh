#!/usr/bin/env bash
# Install what reports are validated with, once; again only when the lock file has changed.
set -euo pipefail
cd "$(dirname "$0")/node"

stamp=$(cksum package-lock.json)
if [ "$(cat node_modules/.stamp 2>/dev/null || true)" = "$stamp" ]; then
  exit 0
fi
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
# The package's own script would do this.
for tool in node_modules/@microsoft/sarif-multitool-*/Sarif.Multitool; do
  if [ -f "$tool" ]; then chmod +x "$tool"; fi
done
printf '%s' "$stamp" > node_modules/.stamp
