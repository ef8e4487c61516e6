#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs are stopped and killed at random moments and continued on other numbers of ranks, in other groups, until they are
# complete: every one ends in the bits of a run that nothing disturbed, and what a checkpoint held is never done again.
# After every third interruption a bit of a random file that it left is changed: the continued run names the file and
# computes again what stood on it, or did not need it, and ends in the same bits.
# LTR_INTERRUPTIONS, LTR_SEED: how many moments, and which.
. "$(dirname "$0")/common.sh"
prepare 8
interruptions=${LTR_INTERRUPTIONS:-3}
RANDOM=${LTR_SEED:-7}
grid() {
  local ranks=$1 per_cell=$2 name=$3
  launch "$ranks" "$bin/ltr_grid" --config "$work/grid.toml" --set 'grid.sampling=["class_balanced", "square_root"]' \
    --set stage_1.epochs=6 --set stage_2.crt.epochs=4 --set stage_2.lws.epochs=3 --set checkpoint.every_s=0.1 \
    --set parallel.ranks_per_cell="$per_cell" --set "run.output=$work/$name.h5"
}
ranks_of() { pgrep -f "^$bin/ltr_grid .*run.output=$work/cut.h5" || true; }
# How far each node is: "node 5.000017", epoch and step, of its newest sound checkpoint; a finished one with its file's time.
progress() {
  python3 - "$work/cut.h5.parts" <<'PYTHON'
import json, pathlib, struct, sys
nodes = {}
folder = pathlib.Path(sys.argv[1])
for file in folder.glob("seed_*.h5"):
    nodes[file.stem] = f"finished {file.stat().st_mtime_ns}"
for file in folder.glob("*.checkpoint*"):
    node = file.name.split(".checkpoint")[0]
    try:
        data = file.read_bytes()
        size, = struct.unpack_from("<Q", data)
        begin, _ = json.loads(data[8:8 + size])["loop"]["data_offsets"]
        epoch, step = struct.unpack_from("<2d", data, 8 + size + begin)
    except (OSError, ValueError, KeyError, struct.error):
        continue
    place = f"{int(epoch)}.{int(step):06d}"
    if not nodes.get(node, "").startswith("finished"):
        nodes[node] = max(nodes.get(node, ""), place)
for node, place in sorted(nodes.items()):
    print(node, place)
PYTHON
}
# Of two such lists: a node that the second has lost or that stands further back there.
lost_work() {
  join -a 1 -e none -o 0,1.2,1.3,2.2,2.3 <(awk '{print $1, $2, $3}' "$1") <(awk '{print $1, $2, $3}' "$2") |
    awk '$2 == "finished" && ($4 != "finished" || $5 != $3) || $2 != "finished" && ($4 == "none" || $4 != "finished" && $4 < $2)'
}

# Changes a random bit of a random file; claims and leases are no results, and go with the next start.
flip_a_bit() {
  python3 - "$work/cut.h5.parts" "$RANDOM" <<'PYTHON'
import pathlib, random, sys
random.seed(int(sys.argv[2]))
files = sorted(f for f in pathlib.Path(sys.argv[1]).iterdir()
               if f.is_file() and f.stat().st_size and f.name != "lease" and not f.name.startswith("lease.")
               and f.suffix not in (".claim", ".damaged") and f.name != "stop")
if files:
    file = random.choice(files)
    data = bytearray(file.read_bytes())
    at = random.randrange(len(data))
    data[at] ^= 1 << random.randrange(8)
    file.write_bytes(data)
    print(file.name, "byte", at)
PYTHON
}

SECONDS=0
grid 2 0 whole >"$work/whole.log" 2>&1 || { cat "$work/whole.log"; fail "the undisturbed run"; }
digest whole >"$work/whole.digest"
lasts_ms=$((1000 * (SECONDS + 1)))

placements=('1 0' '2 0' '2 1' '4 0' '4 2' '4 1' '8 0' '8 4')
declare -A tally
complete=0
flips=0
named=0
flipped=
last=
for ((done = 0; done < interruptions;)); do
  while :; do
    placement=${placements[RANDOM % ${#placements[@]}]}
    [ "${placement% *}" != "$last" ] && break
  done
  read -r ranks per_cell <<<"$placement"
  last=$ranks
  [ -d "$work/cut.h5.parts" ] && progress >"$work/before" || : >"$work/before"
  grid "$ranks" "$per_cell" cut >"$work/cut.log" 2>&1 &
  launcher=$!
  # Once it has begun: before that there is nothing to interrupt.
  until grep -qs 'self-check' "$work/cut.log" || ! kill -0 "$launcher" 2>/dev/null; do sleep 0.05; done
  wait_ms=$((RANDOM % lasts_ms))
  sleep "$((wait_ms / 1000)).$(printf %03d $((wait_ms % 1000)))"
  kinds=(USR1 TERM KILL KILL_all)
  kind=${kinds[RANDOM % 4]}
  mapfile -t processes < <(ranks_of)
  if [ ${#processes[@]} -gt 0 ]; then
    case "$kind" in
      KILL_all) kill -KILL "${processes[@]}" 2>/dev/null || true ;;
      *) kill "-$kind" "${processes[RANDOM % ${#processes[@]}]}" 2>/dev/null || true ;;
    esac
  fi
  status=0
  wait "$launcher" || status=$?
  if [ -e "$work/cut.h5" ]; then
    # Whole before it was disturbed, or just then.
    digest cut >"$work/cut.digest"
    diff "$work/whole.digest" "$work/cut.digest" || { cat "$work/cut.log"; fail "other bits after $done interruptions"; }
    complete=$((complete + 1))
    rm -rf "$work"/cut.h5*
    [ "$status" -eq 0 ] && continue
  else
    case "$kind:$status" in
      USR1:75 | TERM:75) ;;
      KILL*:0 | USR1:* | TERM:*) cat "$work/cut.log"; fail "$kind on $ranks ranks ended with status $status" ;;
    esac
    progress >"$work/after"
    lost=$(lost_work "$work/before" "$work/after")
    # What a changed bit has taken is done twice, and that is said.
    if [ -n "$flipped" ] && grep -q 'is computed again\|is taken\|begins anew\|and taken' "$work/cut.log"; then
      named=$((named + 1))
      lost=
    fi
    [ -z "$lost" ] || { cat "$work/cut.log"; fail "work was lost or done twice ($kind, $ranks ranks): $lost"; }
  fi
  flipped=
  if [ -d "$work/cut.h5.parts" ] && ((done % 3 == 0)); then
    flipped=$(flip_a_bit)
    [ -n "$flipped" ] && flips=$((flips + 1)) && echo "changed: $flipped"
  fi
  done=$((done + 1))
  tally[$kind]=$((${tally[$kind]:-0} + 1))
done
grid 2 0 cut >"$work/cut.log" 2>&1 || { cat "$work/cut.log"; fail "the last continuation"; }
digest cut >"$work/cut.digest"
diff "$work/whole.digest" "$work/cut.digest" || { cat "$work/cut.log"; fail "other bits after the last continuation"; }

grid 2 0 cut >"$work/again.log" 2>&1 || fail "the second run of a finished grid"
grep -q 'nothing to do' "$work/again.log" || fail "a finished grid was not recognised"
for kind in "${!tally[@]}"; do echo "$kind: ${tally[$kind]}"; done
echo "$done interruptions at random moments, $((complete + 1)) runs completed with equal digests, no work lost;" \
  "$flips bits changed, $named of them named before a further interruption"
