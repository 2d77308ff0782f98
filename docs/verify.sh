#!/bin/sh
# Verifies a Redress state folder without Redress: sh verify.sh STATE ALLOWED_SIGNERS
# Needs a POSIX shell, sha256sum, jq and ssh-keygen. Exit 0: all of it is vouched for; 15: it is not.
state=${1:?state folder} signers=${2:?allowed_signers} bad=0
say() { echo "$1"; bad=15; }
hash() { sha256sum | cut -d ' ' -f 1; }
field() { sed -n "s/^$1 //p" "$2"; }

checkpoints() { # LOG FOLDER "run ID" or "ledger ID": every checkpoint in turn, then what lies after the last
  n=0 previous=$(printf '%064d' 0) bytes=0 size=$(wc -c < "$1")
  while n=$((n + 1)) c=$(printf '%s/%04d' "$2" "$n") && [ -f "$c.txt" ]; do
    who=$(ssh-keygen -Y find-principals -s "$c.sig" -f "$signers" 2> /dev/null | head -n 1)
    ssh-keygen -Y verify -q -f "$signers" -I "$who" -n checkpoint@redress -s "$c.sig" < "$c.txt" > /dev/null 2>&1 ||
      say "$c.txt: no trusted signature"
    [ "$(sed -n 2p "$c.txt")" = "$3" ] || say "$c.txt: of another log"
    [ "$(field previous "$c.txt")" = "$previous" ] || say "$c.txt: does not follow the checkpoint before it"
    previous=$(hash < "$c.txt") bytes=$(field bytes "$c.txt")
    if [ "$size" -lt "$bytes" ]; then say "$1: tail cut off, $size of $bytes bytes are there"
    elif [ "$(head -c "$bytes" "$1" | hash)" != "$(field sha256 "$c.txt")" ]; then say "$1: edited before byte $bytes"; fi
  done
  [ "$(find "$2" -name '[0-9]*.txt' | wc -l)" -eq $((n - 1)) ] || say "$2: checkpoint $n is gone"
  [ "$size" -le "$bytes" ] || say "$1: $((size - bytes)) bytes are under no checkpoint"
}

ledger=$state/ledger.jsonl
checkpoints "$ledger" "$state/ledger/checkpoints" "ledger $(head -n 1 "$ledger" | jq -r .ledger)"
for run in $(jq -r 'select(.type == "plan.used").run' "$ledger" | sort -u); do
  [ -s "$state/runs/$run/audit.jsonl" ] || say "$state/runs/$run: the log is gone"
done
for folder in "$state"/runs/*/; do
  run=$(basename "$folder") log=${folder}audit.jsonl
  [ -s "$log" ] || continue
  checkpoints "$log" "${folder}checkpoints" "run $run"
  for left in $(jq -r --arg run "$run" 'select(.type == "run.left" and .run == $run) | "\(.bytes):\(.sha256)"' "$ledger"); do
    [ "$(head -c "${left%:*}" "$log" | hash)" = "${left#*:}" ] || say "$log: not the ${left%:*} bytes that the ledger saw"
  done
done
exit $bad
