#!/bin/sh
# Registers the versions in these folders, or in all folders of models/, and asks the gate of each.
# Ends with 0 where every gate is open, 1 where one is shut, 2 where it could not ask. With ASSENT_STRICT=yes it ends with 1 also
# where advice is not followed, or a policy passes only by an exception (`assent check --strict`). With ASSENT_REPORTS=DIR every
# answer is written there as well: as a JUnit report, as SARIF, and as Markdown.
set -u
cd "$(dirname "$0")/.." || exit 2
assent=${ASSENT:-assent}
stage=${ASSENT_STAGE:-STAGING}
reports=${ASSENT_REPORTS:-}
[ -z "$reports" ] || mkdir -p "$reports" || exit 2
[ "$#" -gt 0 ] || set -- models/*/

# ask COMMAND FOLDER ARGUMENTS: asks, and writes the reports if they are wanted.
ask() {
    command=$1
    place=${2%/}
    shift 2
    if [ -n "$reports" ]; then
        file=$reports/$(printf '%s' "$place" | tr / -)-$command
        set -- "$@" --junit "$file.xml" --sarif "$file.sarif" --markdown "$file.md"
        case $place in
            /* | ./* | ..* | */..*) ;;
            *) set -- "$@" --sarif-location "$place/metadata.json" ;;
        esac
    fi
    "$assent" "$command" "$@"
}

worst=0
for folder in "$@"; do
    registered=$("$assent" version register --from-layout "$folder") || exit 2
    version=$(printf '%s\n' "$registered" | sed -n 's/^id  *//p')
    [ -n "$version" ] || exit 2
    echo "$folder"
    if [ "${ASSENT_STRICT:-no}" = yes ]; then
        ask check "$folder" "$version" --to "$stage" --strict
        code=$?
        [ "$code" -le 1 ] || exit 2
        [ "$code" -le "$worst" ] || worst=$code
    fi
    ask gate "$folder" "$version" --to "$stage"
    code=$?
    [ "$code" -le 1 ] || exit 2
    [ "$code" -le "$worst" ] || worst=$code
done
exit "$worst"
