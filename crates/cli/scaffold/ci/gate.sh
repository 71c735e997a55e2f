#!/bin/sh
# Registers the versions in these folders, or in all folders of models/, and asks the gate of each.
# Ends with 0 where every gate is open, 1 where one is shut, 2 where it could not ask. With ASSENT_STRICT=yes it ends with 1 also
# where advice is not followed, or a policy passes only by an exception (`assent check --strict`).
set -u
cd "$(dirname "$0")/.." || exit 2
assent=${ASSENT:-assent}
stage=${ASSENT_STAGE:-STAGING}
[ "$#" -gt 0 ] || set -- models/*/
worst=0
for folder in "$@"; do
    registered=$("$assent" version register --from-layout "$folder") || exit 2
    version=$(printf '%s\n' "$registered" | sed -n 's/^id  *//p')
    [ -n "$version" ] || exit 2
    echo "$folder"
    if [ "${ASSENT_STRICT:-no}" = yes ]; then
        "$assent" check "$version" --to "$stage" --strict
        code=$?
        [ "$code" -le 1 ] || exit 2
        [ "$code" -le "$worst" ] || worst=$code
    fi
    "$assent" gate "$version" --to "$stage"
    code=$?
    [ "$code" -le 1 ] || exit 2
    [ "$code" -le "$worst" ] || worst=$code
done
exit "$worst"
