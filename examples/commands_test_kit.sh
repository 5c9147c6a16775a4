# What the tests of the terminal programs share; to be sourced with FOLDER_OF_PROGRAMS as $1. Starts a
# relay, at `address`, in a folder of its own that goes away at the end.
set -euo pipefail
bin=$1
export LC_ALL=C.UTF-8
work=$(mktemp -d)
cd "$work"
"$bin/tern-relay" --data relay --listen 127.0.0.1:0 > relay.out 2> relay.log &
relay=$!
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$work"' EXIT
until address=$(grep -o 'tern://.*' relay.out); do
  kill -0 $relay || exit 1
  sleep 0.05
done

die() { echo "$*"; exit 1; }
# expect WHAT COMMAND...: the command's output, which it leaves in `said`, has WHAT in it.
expect() {
  local want=$1
  shift
  said=$("$@" 2>&1) || die "failed: $* said '$said'"
  [[ $said == *"$want"* ]] || die "$* said '$said', not '$want'"
}
# refuse WHAT COMMAND...: the command fails, and says WHAT.
refuse() {
  local want=$1 said
  shift
  ! said=$("$@" 2>&1) || die "$* did not fail"
  [[ $said == *"$want"* ]] || die "$* said '$said', not '$want'"
}
