#!/usr/bin/env bash
# The whole path with real processes on loopback: a relay, Anna and Bo. Bo is offline while Anna
# writes, the relay is killed with -9, and everything arrives all the same.
# Usage: demo.sh FOLDER_OF_PROGRAMS [FILE]; exits 0 only when Bo holds every line, in order, once.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=$(cd "$1" && pwd)
file=$(realpath "${2:-$top/LICENSE}")
export LC_ALL=C.UTF-8

work=$(mktemp -d)
relay_pid=''
finish() {
  [ -z "$relay_pid" ] || kill "$relay_pid" 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap finish EXIT

bold='' dim='' green='' red='' plain=''
if [ -t 1 ]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
fi
started=$(date +%s%N)
elapsed() { awk -v from="$started" -v to="$(date +%s%N)" 'BEGIN { printf "%6.2f s", (to - from) / 1e9 }'; }
step() { printf '\n%s%s  %s%s\n' "$bold" "$(elapsed)" "$*" "$plain"; }
note() { printf '          %s\n' "$*"; }
die() { printf '%s%s  %s%s\n' "$red" "$(elapsed)" "$*" "$plain" >&2; exit 1; }

anna() { "$bin/tern-chat" --folder "$work/anna" "$@"; }
bo() { "$bin/tern-chat" --folder "$work/bo" "$@"; }

# Prints what comes in with a name in front, the middle of a long run left out.
told_by() {
  awk -v who="$1" -v dim="$dim" -v plain="$plain" '
    { line[NR] = $0 }
    END { for (i = 1; i <= NR; i++) {
      if (NR > 12 && i == 6) { printf "          %s%4s   ... %d more ...%s\n", dim, who, NR - 10, plain; i = NR - 5 }
      printf "          %s%4s%s   %s\n", dim, who, plain, line[i] } }'
}

# start_relay HOST:PORT: sets relay_pid and address.
start_relay() {
  : > "$work/relay.out"
  "$bin/tern-relay" --data "$work/relay" --listen "$1" > "$work/relay.out" 2>> "$work/relay.log" &
  relay_pid=$!
  for _ in $(seq 200); do
    address=$(grep -o 'tern://[^ ]*' "$work/relay.out" || true)
    [ -z "$address" ] || return 0
    kill -0 $relay_pid 2>/dev/null || die "the relay did not start: $(tail -1 "$work/relay.log")"
    sleep 0.05
  done
  die "the relay printed no address"
}

# Every distinct line of the file that is long enough not to occur by chance.
grep -aE '.{12,}' "$file" | LC_ALL=C sort -u > "$work/lines" || true
# found FILE...: how many of those lines stand in there in clear.
found() {
  { cat "$@" | LC_ALL=C grep -aoF -f "$work/lines" || true; } | LC_ALL=C sort -u | wc -l
}

sed '$a\' "$file" > "$work/sent"
total=$(wc -l < "$work/sent")
[ "$total" -gt 0 ] || die "$file has no line to send"

step "a relay starts, and two people get to know each other"
start_relay 127.0.0.1:0
note "$address"
anna_id=$(anna init --relay "$address")
bo_id=$(bo init --relay "$address")
anna name "$bo_id" bo
bo name "$anna_id" anna
note "Anna is $anna_id, Bo is $bo_id"

step "Bo is offline. Anna sends every line of ${file##*/}: $total messages"
anna send bo --until sent --wait 60 < "$work/sent" | told_by anna
anna log bo | tail -3 | told_by anna
note "Anna goes offline"

step "the relay is killed with -9, and started again"
kill -9 $relay_pid
wait $relay_pid 2>/dev/null || true
note "killed process $relay_pid"
listen=${address#tern://}
start_relay "${listen%%/*}"
note "process $relay_pid has the same folder and the same key: $address"

step "Bo comes online"
bo run --idle 2 | told_by bo

step "Bo answers"
bo send anna "All $total lines are here. Thank you!" --until sent --wait 30 | told_by bo

step "Anna comes back"
anna run --idle 2 | told_by anna
anna log bo | tail -3 | told_by anna

step "what the relay's disk holds"
kill -TERM $relay_pid
wait $relay_pid || die "the relay did not stop cleanly"
relay_pid=''
(cd "$work" && du -b relay/* relay.log) | while read -r bytes name; do note "$bytes bytes  $name"; done
distinct=$(found "$work/sent")
leaked=$(found "$work"/relay/* "$work/relay.log" "$work/relay.out")
kept=$(found "$(find "$work/anna" -name data.mdb)" "$(find "$work/bo" -name data.mdb)")
note "of the $distinct distinct lines of 12 characters or more: $leaked on the relay's disk and in its log,"
note "$kept in what Anna and Bo keep on theirs"
[ "$leaked" = 0 ] && [ "$kept" = 0 ] || die "plaintext found on a disk"

step "what Bo holds, compared with the file"
bo log anna --texts --from anna > "$work/received"
if ! cmp -s "$work/sent" "$work/received"; then
  diff -a "$work/sent" "$work/received" | head -20 >&2 || true
  die "$(wc -l < "$work/received") messages arrived of $total, or not in order"
fi
anna log bo --texts --from bo | grep -qF "All $total lines" || die "Bo's answer did not arrive"
printf '%s%s  %s of %s messages, in order, once%s\n' "$green" "$(elapsed)" "$total" "$total" "$plain"
