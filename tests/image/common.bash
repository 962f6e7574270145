# shellcheck shell=bash
# What script/image-test and script/package-test share. Sourced, in the repository's root.

kept=$PWD/build/image  # of earlier runs: a bare system, layers of images
# The first process of a namespace heeds no signal that it has no trap for.
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '%s\n' "$*" >&2; }

# check CLAIM COMMAND...: runs the command, which prints why if it fails.
passed=0
failed=0
check() {
    local claim=$1 output code began=$SECONDS
    shift
    # Not as the condition of an if: in there, commands that fail would not end the command.
    set +e
    output=$(set -e; "$@" 2>&1 </dev/null)
    code=$?
    set -e
    if [[ $code -eq 0 ]]; then
        passed=$((passed + 1))
        printf 'ok      %s (%d s)\n' "$claim" $((SECONDS - began))
    else
        failed=$((failed + 1))
        printf 'FAILED  %s\n%s\n' "$claim" "$output"
    fi
}

finish() {
    echo "$passed passed, $failed failed"
    exit $((failed > 0))
}

# fails REASON...: for the commands of checks.
fails() { printf '%s\n' "$*"; return 1; }

# Both need namespaces and packages of Debian; where those are not to be had, nothing is tested, and that
# is said.
need_or_skip() {
    local why=
    if [[ $(id -u) -ne 0 ]]; then why="it takes root, for debootstrap and namespaces"
    elif ! script/bootstrap --image; then why="script/bootstrap --image could not install what it takes"
    elif ! unshare --mount true; then why="there may be no new namespaces here"
    else return 0; fi
    printf 'skipped everything: %s\n0 passed, 0 failed\n' "$why"
    exit 0
}

# A bare Debian 12 in $kept/base, downloaded once.
bare_system() {
    [[ -d $kept/base ]] && return
    say "debootstrap: a bare Debian 12, once"
    mkdir -p "$kept"
    rm -rf "$kept/base.part"
    debootstrap --variant=minbase bookworm "$kept/base.part" >"$kept/debootstrap.log" 2>&1 || {
        tail -n 20 "$kept/debootstrap.log" >&2
        return 1
    }
    rm -rf "$kept"/base.part/var/cache/apt/archives/*.deb
    mv "$kept/base.part" "$kept/base"
}
