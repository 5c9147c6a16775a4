#!/usr/bin/env bash
# tern-voice's commands without a sound card. Usage: commands_test.sh FOLDER_OF_PROGRAMS
. "$(dirname "${BASH_SOURCE[0]}")/../commands_test_kit.sh"

voice() { "$bin/tern-voice" "$@"; }
anna() { "$bin/tern-voice" --folder anna "$@"; }
bo() { "$bin/tern-voice" --folder bo "$@"; }
anna_chat() { "$bin/tern-chat" --folder anna "$@"; }
bo_chat() { "$bin/tern-chat" --folder bo "$@"; }
# await WHAT FILE PID: until a program has printed it.
await() {
  until grep -q "$1" "$2"; do
    kill -0 "$3" 2>/dev/null || grep -q "$1" "$2" || die "it ended, and said '$(cat "$2")'"
    sleep 0.02
  done
}
# make_wav SECONDS: 8 kHz, 16 bits, mono: a tone of 220 Hz, three syllables a second.
make_wav() {
  printf '%b' "$(awk -v seconds="$1" '
    function number(n, bytes) { for (; bytes > 0; bytes--) { printf "\\0%03o", n % 256; n = int(n / 256) } }
    BEGIN {
      count = seconds * 8000
      printf "RIFF"; number(36 + 2 * count, 4); printf "WAVEfmt "; number(16, 4); number(1, 2)
      number(1, 2); number(8000, 4); number(16000, 4); number(2, 2); number(16, 2)
      printf "data"; number(2 * count, 4)
      for (i = 0; i < count; i++) {
        s = int(9000 * sin(i * 0.1728) * sin(i * 0.001178) ^ 2)
        number(s < 0 ? s + 65536 : s, 2)
      }
    }')"
}
make_wav 2.5 > short.wav
make_wav 30 > long.wav
[ "$(stat -c %s short.wav)" = 40044 ]

# A recording, and what is known of it. 2.5 s are 120,000 samples at 48 kHz.
expect "recorded short.opus: 0:03, 120000 samples" voice record short.opus --from short.wav
expect "0:03, 120000 samples at 48 kHz, -" voice show short.opus
[[ $said == *█* && $said == *▁* && $said == *LUFS*dBFS* ]] || die "show said '$said'"
expect "120000 samples" voice show short.wav
expect "24000 samples" voice record half.opus --from short.wav --seconds 0.5 --saver
expect "120000 samples" voice play short.opus --to played.wav
[ "$(stat -c %s played.wav)" = 240044 ] || die "played.wav has $(stat -c %s played.wav) bytes"
expect "60000 samples" voice play short.opus --to late.wav --from 0:01.25 --no-normalise
expect "120000 samples" voice play short.wav --to played.wav
expect "wrote fast.wav: 0:02, " voice play short.opus --to fast.wav --speed 1.5
expect "120000 samples" voice record again.opus --from short.opus
# Ctrl-C ends a recording, which is kept.
"$bin/tern-voice" record stopped.opus --from long.wav --realtime > stopped.out &
await "recorded 0:01" stopped.out $!
kill -INT $!
wait $! || die "it was not kept"
expect "0:0" voice show stopped.opus

# kill -9 leaves FILE.part: no other recording writes over it, and one goes on with it.
"$bin/tern-voice" record cut.opus --from long.wav --realtime > cut.out 2>&1 &
await "recorded 0:01" cut.out $!
kill -9 $!
wait $! 2> /dev/null || true
refuse "cut.opus.part is what" voice record cut.opus --from short.wav
expect "recorded cut.opus: 0:0" voice record cut.opus --resume --from short.wav
[ ! -e cut.opus.part ] || die "the part is still there"
refuse "there is no cut.opus.part" voice record cut.opus --resume --from short.wav
rm cut.opus

# What is no sound is refused in a sentence, and leaves no file.
head -c 30000 short.wav | tail -c 29000 > noise
head -c 900 short.opus > cut.opus
refuse "there is no file nothing.opus" voice show nothing.opus
refuse "neither" voice show noise
refuse "" voice show cut.opus
refuse "noise is no WAV file" voice record bad.opus --from noise
refuse "is no place" voice play short.opus --to bad.wav --from later
refuse "speed" voice play short.opus --to bad.wav --speed 9
refuse "say which FILE" voice play
refuse "run tern-chat init first" anna drafts
! ls bad* 2>/dev/null || die "something was left"

anna_id=$(anna_chat init --relay "$address")
bo_id=$(bo_chat init --relay "$address")
anna_chat name "$bo_id" bo
bo_chat name "$anna_id" anna
refuse "neither an id" anna send nobody short.wav
refuse "neither" anna send bo noise
refuse "no voice message number 1" bo play --message anna

# Without a line it waits; a later command that is online sends it. 30 s are more than an entry
# holds, so that its sound goes as a blob; whoever listens hears it from its first chunk on.
expect "kept 1" anna send bo long.wav --wait 0
[[ $said == *"[voice 0:30 "* ]] || die "send said '$said'"
bo play --message anna --wait 30 --to arriving.wav > arriving.out 2>&1 &
expect "sent 1 of 1" anna send bo - --wait 30 < short.opus
wait $! || die "listening at once said '$(cat arriving.out)'"
# The second newest first: that is waited for until there are two, the newest is what is here.
expect "wrote first.wav: 0:30, 1440000" bo play --message anna --number 2 --wait 30 --to first.wav
expect "wrote newest.wav: 0:03, 120000 samples" bo play --message anna --wait 30 --to newest.wav \
  --no-normalise
expect "120000 samples" voice play short.opus --to own.wav --no-normalise
cmp own.wav newest.wav || die "it sounds different"
[[ $(cat arriving.out) == *"wrote arriving.wav: 0:"* ]]
expect "0 unread" bo_chat chats
expect "[voice 0:30 " bo_chat log anna
bo_chat save anna 1 saved.opus
expect "120000 samples" voice show saved.opus

# kill -9 in the middle of a recording: what was said is a draft, to go on with or to send.
# kill_after SECONDS, one at least (the last one may be lost): leaves the draft's id in `draft`.
kill_after() {
  : > killed.out  # or what the one before said is found in it
  "$bin/tern-voice" --folder anna send bo --record --from long.wav --realtime > killed.out 2>&1 &
  await "recorded 0:0$1" killed.out $!
  kill -9 $!
  wait $! 2>/dev/null || true
  expect "to bo  cut off" anna drafts
  draft=${said%% *}
}
kill_after 2 2> /dev/null
expect "samples" anna drafts --play "$draft" --to draft.wav
[ "$(stat -c %s draft.wav)" -gt 96000 ] || die "less than a second was left"
expect "recorded" anna drafts --resume "${draft:0:8}" --from short.wav --wait 0
refuse "no draft's id" anna drafts --send "$draft"
kill_after 1 2> /dev/null
expect "sent 1 of 1" anna drafts --send "$draft" --wait 30
[ -z "$(anna drafts)" ]
kill_after 1 2> /dev/null
anna drafts --discard "$draft"
[ -z "$(anna drafts)" ]
expect "wrote resumed.wav" bo play --message anna --number 2 --wait 30 --to resumed.wav
[ "$(stat -c %s resumed.wav)" -gt 336000 ] || die "the resumed one is too short"

# Live: heard while it is spoken, and a message afterwards.
"$bin/tern-voice" --folder bo live --listen --to live.wav > live.out 2>&1 &
listener=$!
await online live.out $listener
expect "sent 1 of 1" anna live bo --from short.wav --packet 60 --wait 30
await "the message is here" live.out $listener
wait $listener
grep -q "anna speaks" live.out
# Live it ends with its last packet, not with its last sample.
bytes=$(stat -c %s live.wav)
[ "$bytes" -ge 240044 ] && [ "$bytes" -le 252000 ] || die "live.wav has $bytes bytes: $(cat live.out)"
