#!/usr/bin/env bash
# tern-chat's commands as a person types them. Usage: commands_test.sh FOLDER_OF_PROGRAMS
. "$(dirname "${BASH_SOURCE[0]}")/../commands_test_kit.sh"

anna() { "$bin/tern-chat" --folder anna "$@"; }
bo() { "$bin/tern-chat" --folder bo "$@"; }

refuse "run tern-chat init first" anna id
refuse "" "$bin/tern-chat" --folder anna init --relay not-an-address
anna_id=$(anna init --relay "$address")
bo_id=$(bo init --relay "$address")
expect "$anna_id" anna id
refuse "initialised already" anna init --relay "$address"
[ "$(stat -c %a anna/storage.key)" = 600 ]

refuse "neither an id" anna send nobody "hello"
refuse "no chat with" anna log "$bo_id"
refuse "one word" anna name "$bo_id" "two words"
anna name "$bo_id" bo
bo name "$anna_id" anna

# What is sent without the network waits, and goes out later.
expect "kept 2" anna send bo --wait 0 < <(printf 'één\n\n')
expect "⧖" anna pending
expect "me  één  ⧖" anna log bo
expect "2 waiting" anna chats
expect "sent 1 of 1" anna send bo "twee" --wait 30
[ -z "$(anna pending)" ]
expect "anna  twee" bo run --idle 2
[ "$(bo log anna --texts --from anna)" = $'één\n\ntwee' ]
expect '"text":"twee"' bo log anna --json
expect "sent 1 of 1" bo send anna "drie" --wait 30
expect "drie" anna run --idle 2

# A group, by the id that was printed.
group=$(anna group "Sunday walk" bo)
expect "sent 1 of 1" anna send "$group" "wie gaat er mee?" --wait 30
expect "wie gaat er mee?" bo run --idle 2
expect "Sunday walk" bo chats

refuse "needs a terminal" anna chat bo
refuse "" anna send bo $'\xff\xfe'

# Files.
head -c 200000 /dev/urandom > picture
refuse "there is no file" anna send-file bo nothing
expect "sent 1 of 1" anna send-file bo picture --type image/png --wait 30
expect "[file picture, 200000 bytes]" anna log bo
bo run --idle 2 > run.out
grep -q "\[file picture, 200000 bytes" run.out
refuse "" bo save anna 2 nowhere
expect "[file picture, 200000 bytes]" bo fetch anna --wait 30
bo save anna 1 picture.copy
cmp picture picture.copy
