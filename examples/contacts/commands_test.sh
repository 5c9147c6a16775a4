#!/usr/bin/env bash
# tern-contacts' commands as a person types them. Usage: commands_test.sh FOLDER_OF_PROGRAMS
. "$(dirname "${BASH_SOURCE[0]}")/../commands_test_kit.sh"

person() { local who=$1; shift; "$bin/tern-contacts" --folder "$who" "$@"; }
writes() { local who=$1; shift; "$bin/tern-chat" --folder "$who" "$@"; }
# code_for NUMBER: the last one that the relay printed.
code_for() { grep -F "code for $1: " relay.out | tail -1 | sed 's/.*: //'; }

for who in anna bo cem; do writes $who init --relay "$address" > /dev/null; done
refuse "" person anna confirm 123456
expect "a code is on its way to +32470000001" person anna register "+32 470 00 00 01"
refuse "not the code" person anna confirm 000000
expect "+32470000001 is this person's" person anna confirm "$(code_for +32470000001)"
person bo register +32470000002 > /dev/null
person bo confirm "$(code_for +32470000002)" > /dev/null

cat > book.vcf <<'END'
BEGIN:VCARD
VERSION:3.0
FN:Bo Peeters
TEL;TYPE=CELL:+32 470 00 00 02
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Cem
TEL;VALUE=uri:tel:+32-470-00-00-03
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:The baker
TEL:no number
END:VCARD
END
expect "1 here, 1 not here" person anna import book.vcf
expect "The baker" person anna import book.vcf
expect "+32470000002  Bo Peeters  (here)" person anna list
expect "+32470000003  Cem  (not here)" person anna list
expect '"name":"Bo Peeters"' person anna list --json
refuse "there is no file" person anna import nothing.vcf
printf 'name,number\nEva,+32470000004\n' > book.csv
expect "0 here, 1 not here" person anna import book.csv

# Written to by name or number, and read by whoever has it.
expect "sent 1 of 1" writes anna send "Bo Peeters" "is this Bo?" --wait 30
expect "is this Bo?" writes bo run --idle 2
expect "sent 1 of 1" writes anna send +32470000002 "yes?" --wait 30
[ "$(person anna safety "Bo Peeters" | wc -w)" = 12 ]

# Cem joins; then somebody else has Bo's number.
person cem register +32470000003 > /dev/null
person cem confirm "$(code_for +32470000003)" > /dev/null
expect "joined   +32470000003  Cem" person anna watch --idle 2
person cem pin 1379 > /dev/null
writes eva init --relay "$address" > /dev/null
person eva register +32470000002 > /dev/null
person eva confirm "$(code_for +32470000002)" > /dev/null
expect "new key  +32470000002  Bo Peeters" person anna watch --idle 2
expect "kept 1" writes anna send "Bo Peeters" "to the new phone" --wait 0
expect "what waited is sent" person anna accept "Bo Peeters"
writes anna run --idle 2 > /dev/null
expect "to the new phone" writes eva run --idle 2
person eva register +32470000003 > /dev/null
refuse "PIN" person eva confirm "$(code_for +32470000003)"

person anna block Cem
expect "(blocked)" person anna list
person anna unblock Cem
person anna remove Cem
refuse "no contact" person anna remove Cem
expect "has forgotten this account" person cem delete-account
! grep -aE '32470000|470 00 00' relay.log
