#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sh tests/faults.sh PROGRAMS: shrinks a table over an old file and then ranks with it, again and again, with one system call
# failing each time (strace injects the error), or the process killed there: every call from the first that opens the input on,
# with every error that it may give. The old file must stay or the new one be whole, no temporary file may stay unless the process
# was killed, and what fails must end with a sentence and an exit code from 1 to 3. Ends with the number of runs, and with 1 if
# anything was wrong.

set -u
programs=$(cd "$1" && pwd) || exit 1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export OMP_WAIT_POLICY=passive  # or the programs would start themselves again
python3 - <<'END'
import random, struct
random.seed(1)
header = "{'descr': '<f4', 'fortran_order': False, 'shape': (200, 16), }"
header += " " * (63 - (10 + len(header)) % 64) + "\n"
values = b"".join(struct.pack("<f", random.random() - 0.5) for _ in range(3200))
open("rows.npy", "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + values)
END
shrink="$programs/shrink rows.npy --density 0.3 --threads 1 --out new.frozen"
rank="$programs/recommend --users rows.npy --items old.frozen --user 7 --threads 1"
$shrink >/dev/null 2>&1 || exit 1
cp new.frozen good.frozen
"$programs/shrink" rows.npy --density 0.5 --threads 1 --out old.frozen >/dev/null 2>&1 || exit 1
$rank >good.list 2>/dev/null || exit 1
runs=0 noticed=0 bad=0

wrong() {
    bad=$((bad + 1))
    echo "$1"
}

# calls COMMAND...: name and number of each system call from the one that opens the input on; numbers count calls of one name.
calls() {
    strace -o trace "$@" >/dev/null 2>&1
    awk '{ name = $1; sub(/\(.*/, "", name); ++count[name] }
        /openat\(.*"rows.npy"|openat\(.*"old.frozen"/ { begun = 1 }
        begun && name ~ /^(openat|newfstatat|fstat|stat|mmap|read|pread64|write|fsync|fdatasync|close|rename|unlink|lseek|fchmod|fchown|flock|getdents64)$/ {
            print name, count[name] }' trace
}

calls $shrink >calls.txt
while read -r name number; do
    for fault in EIO ENOSPC EACCES EINTR ENOMEM EMFILE signal=KILL; do
        rm -f new.frozen .*.pleach-tmp
        cp old.frozen new.frozen
        case $fault in signal*) inject="inject=$name:$fault:when=$number" ;; *) inject="inject=$name:error=$fault:when=$number" ;; esac
        runs=$((runs + 1))
        strace -o /dev/null -e trace="$name" -e "$inject" $shrink >said 2>&1
        code=$?
        [ $code -eq 0 ] || noticed=$((noticed + 1))
        what="shrink, $name $number, $fault: exit $code"
        left=$(find . -name '*.pleach-tmp' | wc -l)
        if cmp -s new.frozen good.frozen; then state=new; elif cmp -s new.frozen old.frozen; then state=old; else state=neither; fi
        [ $state != neither ] || wrong "$what: the file is neither the old nor the new one"
        [ $code -ne 0 ] || [ $state = new ] || wrong "$what: the file is the old one"
        case $fault in
            signal*) ;;
            *)
                [ "$left" -eq 0 ] || wrong "$what: a temporary file stays"
                [ $code -le 3 ] || wrong "$what: $(tail -n 1 said)" ;;
        esac
    done
    # And what a killed process left is cleaned up by the next.
    $shrink >/dev/null 2>&1 && cmp -s new.frozen good.frozen && [ "$(find . -name '*.pleach-tmp' | wc -l)" -eq 0 ] ||
        wrong "shrink after $name $number: not as if nothing had happened"
done <calls.txt

calls $rank >calls.txt
while read -r name number; do
    for fault in EIO EACCES EINTR ENOMEM EMFILE; do
        runs=$((runs + 1))
        strace -o /dev/null -e trace="$name" -e "inject=$name:error=$fault:when=$number" $rank >list 2>said
        code=$?
        [ $code -eq 0 ] || noticed=$((noticed + 1))
        what="recommend, $name $number, $fault: exit $code"
        [ $code -ne 0 ] || cmp -s list good.list || wrong "$what: another list"
        [ $code -le 3 ] || wrong "$what: $(tail -n 1 said)"
    done
done <calls.txt
echo "$runs system calls failed, $noticed of them ended the program, $bad went wrong"
[ "$bad" -eq 0 ] && [ "$noticed" -gt 0 ]
