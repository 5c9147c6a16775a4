#!/usr/bin/env bash
# The whole path with real processes on loopback: a relay, Anna and Bo. They find each other by the
# phone numbers in their address books. Bo is offline while Anna writes and speaks, the relay is
# killed with -9, and everything arrives all the same.
# Usage: demo.sh FOLDER_OF_PROGRAMS [FILE]; exits 0 only when Bo holds every line, in order, once,
# and hears what Anna said. What she says, espeak-ng speaks; without it nobody says anything.
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
anna_book() { "$bin/tern-contacts" --folder "$work/anna" "$@"; }
bo_book() { "$bin/tern-contacts" --folder "$work/bo" "$@"; }
anna_voice() { "$bin/tern-voice" --folder "$work/anna" "$@"; }
bo_voice() { "$bin/tern-voice" --folder "$work/bo" "$@"; }

# Prints what comes in with a name in front, the middle of a long run left out.
told_by() {
  awk -v who="$1" -v dim="$dim" -v plain="$plain" '
    { line[NR] = $0 }
    END { for (i = 1; i <= NR; i++) {
      if (NR > 12 && i == 6) { printf "          %s%4s   ... %d more ...%s\n", dim, who, NR - 10, plain; i = NR - 5 }
      printf "          %s%4s%s   %s\n", dim, who, plain, line[i] } }'
}

# What Anna says: long enough to be more than an entry holds, so that it goes as a blob.
speech() {
  cat <<'END'
Hi Bo, it is Anna. I have written you every line of the file, and while I was at it the relay fell
over. Never mind: what I say now is on my disk, sealed, and goes out as soon as there is a line again.
You see that it comes, with how long it is and what it looks like, before its sound is there. Nobody
between us can hear it, not even whoever runs the relay, and not a word of it is cut off. See you!
END
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

# sound_found SOUND FILE...: how many of its 16-byte strings, one in 64 bytes behind its headers,
# stand in the files. They are too random to occur by chance.
sound_found() {
  local sound=$1
  shift
  od -An -v -tx1 -w64 -j 192 "$sound" | head -n -1 | tr -d ' ' | cut -c 1-32 > "$work/strings"
  { cat "$@" | od -An -v -tx1 | tr -d ' \n' | grep -oF -f "$work/strings" || true; } |
    LC_ALL=C sort -u | wc -l
}

sed '$a\' "$file" > "$work/sent"
total=$(wc -l < "$work/sent")
[ "$total" -gt 0 ] || die "$file has no line to send"

anna_number=+32470123456 bo_number=+31612345678
# A card for each pair of arguments: a name, and a number as somebody wrote it.
cards() {
  while [ $# -gt 0 ]; do
    printf 'BEGIN:VCARD\nVERSION:3.0\nFN:%s\nTEL;TYPE=CELL:%s\nEND:VCARD\n' "$1" "$2"
    shift 2
  done
}
# code_for NUMBER: the relay's terminal is where it came to.
code_for() { grep -F "code for $1: " "$work/relay.out" | tail -1 | sed 's/.*: //'; }

step "a relay starts, and two people register their phone numbers"
start_relay 127.0.0.1:0
note "$address"
anna init --relay "$address" > /dev/null
bo init --relay "$address" > /dev/null
anna_book register "$anna_number" | told_by anna
anna_book confirm "$(code_for "$anna_number")" | told_by anna
bo_book register "$bo_number" > /dev/null
bo_book confirm "$(code_for "$bo_number")" | told_by bo

step "each looks who of their address book is here; the relay does not learn who is in it"
cards Bo "+31 6 1234 5678" "The dentist" "+32 2 555 12 34" "Aunt Mia" "+49 30 1234567" \
  > "$work/anna.vcf"
cards Anna "+32 470 12 34 56" "The baker" "+31 20 555 1234" > "$work/bo.vcf"
anna_book import "$work/anna.vcf" 2> /dev/null | told_by anna
bo_book import "$work/bo.vcf" 2> /dev/null | told_by bo
note "the safety number, alike for both:"
anna_book safety Bo | told_by anna
bo_book safety Anna | told_by bo
[ "$(anna_book safety Bo)" = "$(bo_book safety Anna)" ] || die "the safety numbers differ"

step "Bo is offline. Anna sends every line of ${file##*/}: $total messages"
anna send Bo --until sent --wait 60 < "$work/sent" | told_by anna
anna log Bo | tail -3 | told_by anna
note "Anna goes offline"

step "the relay is killed with -9"
kill -9 $relay_pid
wait $relay_pid 2>/dev/null || true
note "killed process $relay_pid"

voice_pid=''
if command -v espeak-ng > /dev/null; then
  step "Anna says something all the same"
  speech > "$work/said"
  espeak-ng -s 150 -w "$work/speech.wav" -f "$work/said"
  # As Ogg Opus, outside of her folder: so that its bytes can be looked for.
  (cd "$work" && "$bin/tern-voice" record speech.opus --from speech.wav) | tail -4 | told_by anna
  anna_voice send Bo "$work/speech.opus" --wait 60 > "$work/voice.out" &
  voice_pid=$!
  until grep -q voice "$work/voice.out"; do
    kill -0 $voice_pid 2>/dev/null || die "the voice message was not queued"
    sleep 0.02
  done
  told_by anna < "$work/voice.out"
fi

step "the relay is started again"
listen=${address#tern://}
start_relay "${listen%%/*}"
note "process $relay_pid has the same folder and the same key: $address"

if [ -n "$voice_pid" ]; then
  wait $voice_pid || die "the voice message was not sent"
  tail -1 "$work/voice.out" | told_by anna
  note "Anna goes offline"
fi

step "Bo comes online"
bo run --idle 2 | told_by bo

step "Bo answers"
bo send Anna "All $total lines are here. Thank you!" --until sent --wait 30 | told_by bo

step "Anna comes back"
anna run --idle 2 | told_by anna
anna log Bo | tail -3 | told_by anna

if [ -n "$voice_pid" ]; then
  step "Bo listens, and what he hears is compared with what Anna said"
  (cd "$work" && bo_voice play --message Anna --wait 30 --no-normalise --to heard.wav) | told_by bo
  "$bin/tern-voice" play "$work/speech.opus" --no-normalise --to "$work/spoken.wav" > "$work/spoken"
  cmp "$work/spoken.wav" "$work/heard.wav" || die "Bo hears something else"
  note "the same to the sample: $((($(stat -c %s "$work/heard.wav") - 44) / 2)) at 48 kHz"
fi

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
for needle in 32470123456 31612345678 "The dentist" "Aunt Mia"; do
  if grep -qaF "$needle" "$work"/relay/* "$work/relay.log" "$work"/anna/*.mdb "$work"/bo/*.mdb; then
    die "'$needle' of an address book found on a disk"
  fi
done
note "no number and no name of an address book on any of the three disks"
if [ -n "$voice_pid" ]; then
  sounds=$(sound_found "$work/speech.opus" "$work/speech.opus")
  leaked=$(sound_found "$work/speech.opus" $(find "$work/relay" "$work/anna" "$work/bo" -type f))
  note "of $sounds pieces of 16 bytes of what was said: $leaked on all three disks"
  [ "$sounds" -gt 100 ] && [ "$leaked" = 0 ] || die "sound found on a disk"
fi

step "what Bo holds, compared with the file"
bo log Anna --texts --from Anna > "$work/received"
if ! cmp -s "$work/sent" "$work/received"; then
  diff -a "$work/sent" "$work/received" | head -20 >&2 || true
  die "$(wc -l < "$work/received") messages arrived of $total, or not in order"
fi
anna log Bo --texts --from Bo | grep -qF "All $total lines" || die "Bo's answer did not arrive"
printf '%s%s  %s of %s messages, in order, once%s\n' "$green" "$(elapsed)" "$total" "$total" "$plain"
