#!/bin/sh
# Looks whether every version in models/ is what its metadata say: form, files and digests. Needs no server.
set -eu
cd "$(dirname "$0")/.."
for folder in models/*/; do
    "${ASSENT:-assent}" version register --from-layout "$folder" --dry-run
done
