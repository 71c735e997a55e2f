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
case $reports in -*) reports=./$reports ;; esac
if [ -n "$reports" ]; then
    mkdir -p "$reports" || exit 2
    # None of an earlier run stays: nobody is to take it for an answer of this one.
    rm -f "$reports"/*-gate.xml "$reports"/*-gate.sarif "$reports"/*-gate.md || exit 2
    rm -f "$reports"/*-check.xml "$reports"/*-check.sarif "$reports"/*-check.md || exit 2
fi
[ "$#" -gt 0 ] || set -- models/*/

wrong() {
    printf 'error: %s\n' "$1" >&2
    exit 2
}

# ask COMMAND FOLDER ARGUMENTS: asks, and writes the reports if they are wanted.
ask() {
    command=$1
    place=$2
    shift 2
    if [ -n "$reports" ]; then
        name=$(printf '%s' "$place" | sed 's|/|__|g')
        # Not hidden, or the next run would not find it.
        case $name in .*) name=_$name ;; esac
        file=$reports/$name-$command
        [ ! -e "$file.xml" ] || wrong "two folders have reports of the name $name-$command: give each once, or rename one"
        set -- "$@" --junit "$file.xml" --sarif "$file.sarif" --markdown "$file.md"
        case $place in
            . | /* | ../* | .. | */../* | */..) ;;
            *) set -- "$@" --sarif-location "$place/metadata.json" ;;
        esac
    fi
    "$assent" "$command" "$@"
}

worst=0
for folder in "$@"; do
    # What stands in a log may be a command to the build server.
    case $folder in
        *[[:cntrl:]]* | *'##'*) wrong 'the name of a folder has a control character in it, or ##: rename it' ;;
    esac
    while :; do
        case $folder in
            .//*) folder=./${folder#.//} ;;
            ./?*) folder=${folder#./} ;;
            ?*/) folder=${folder%/} ;;
            *) break ;;
        esac
    done
    registered=$("$assent" version register --from-layout "$folder") || exit 2
    version=$(printf '%s\n' "$registered" | sed -n 's/^id  *//p')
    [ -n "$version" ] || exit 2
    printf 'folder %s\n' "$folder"
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
