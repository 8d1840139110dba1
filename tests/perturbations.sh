#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sh tests/perturbations.sh PROGRAMS [SEED]: trains small runs with the programs in that folder, again and again with something
# changed that must not matter (threads, locale, time zone, umask, folders, environment, memory), and compares every byte of the
# tables, and every number of the metrics but seconds. Then with limits that must be refused by a sentence, or not matter.
# The data is generated with the seed, which is printed. Ends with the number of runs, and with 1 if any of them differed.

set -u
programs=$(cd "$1" && pwd) || exit 1
seed=${2:-$(date +%s)}
echo "seed $seed"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
runs=0 bad=0

# Pairs by a linear congruence, with names of letters beyond ASCII and of digits.
awk -v seed="$seed" 'BEGIN {
    x = seed % 65536
    print "userId,movieId,rating"
    for (i = 0; i < 1500; ++i) {
        x = (x * 25173 + 13849) % 65536; u = x % 60
        x = (x * 25173 + 13849) % 65536; m = int(x / 7) % 80
        printf "%s%d,%d,%d.5\n", u % 3 ? "usér" : "", u, m, x % 5
    }
}' >data.csv

# contents DIRECTORY: what must not depend on anything.
contents() {
    for file in "$1"/*.frozen "$1"/*.safetensors "$1"/*.tsv; do
        # Checkpoints have seconds in them; what they restore is in the other files.
        case $file in */checkpoint.safetensors | */search.safetensors) continue ;; esac
        [ -f "$file" ] && printf '%s %s\n' "${file##*/}" "$(cksum <"$file")"
    done
    sed 's/"[a-z_]*seconds[a-z_]*":[^,}]*//g' "$1/metrics.jsonl"
}

# run NAME COMMAND...: a training into the folder `out`, under the command; compared with the first of the same name.
run() {
    name=$1
    shift
    rm -rf out
    runs=$((runs + 1))
    "$@" sh -c "$words --out out" >said 2>&1
    code=$?
    if [ $code -ne 0 ]; then
        bad=$((bad + 1))
        echo "$name: exit $code: $(tail -n 1 said)"
        return
    fi
    contents out >now
    [ -f first ] || cp now first
    if ! cmp -s first now; then
        bad=$((bad + 1))
        echo "$name: differs: $(diff first now | head -n 2 | tail -n 1 | cut -c 1-100)"
    fi
}

# refused NAME COMMAND...: one that may fail, but only with exit 3 and one line, and leaves no temporary file.
refused() {
    name=$1
    shift
    rm -rf out
    runs=$((runs + 1))
    "$@" sh -c "$words --out out" >said 2>&1
    code=$?
    left=$(find . -name '*.pleach-tmp' | wc -l)
    if [ "$code" -ne 0 ] && [ "$code" -ne 3 ] || [ "$left" -ne 0 ]; then
        bad=$((bad + 1))
        echo "$name: exit $code, $left temporary files: $(tail -n 1 said)"
    fi
}

for flags in 'train_mf --table dense --item-biases' 'train_mf --table masked --densities 0.5,0.2' \
    'train_mf --table pep --density 0.8 --search-epochs 40 --threshold-rise 64' \
    'train_mf --table qr --buckets 20' 'train_mf --table legcf --codes 14 --partition streaming' \
    'train_lightgcn --table dense --layers 2' 'train_lightgcn --table hash --buckets 30'; do
    program=${flags%% *}
    [ -x "$programs/$program" ] || continue
    rm -f first
    words="'$programs/$program' ${flags#* } --loss bpr --dataset data.csv --dim 16 --epochs 3 --eval-every 1 --freeze auto --quiet --threads \${THREADS:-2}"
    case $flags in *pep* | *cerp* | *masked*) words="$words --patience 0" ;; esac
    run "$flags, first" env
    for threads in 1 2 3 4 7 8 16; do run "$flags, $threads threads" env THREADS=$threads; done
    run "$flags, LC_ALL=C" env LC_ALL=C
    for locale in C.UTF-8 de_DE.UTF-8 tr_TR.UTF-8; do run "$flags, $locale" env LC_ALL=$locale LANG=$locale; done
    run "$flags, another time zone" env TZ=Pacific/Kiritimati
    run "$flags, OMP_NUM_THREADS=5" env THREADS=0 OMP_NUM_THREADS=5 OMP_DYNAMIC=true
    run "$flags, spinning threads" env OMP_WAIT_POLICY=active
    run "$flags, memory that is not zero" env MALLOC_PERTURB_=165
    run "$flags, a large environment" env LARGE="$(head -c 60000 /dev/zero | tr '\0' x)"
    run "$flags, no environment" env -i PATH=/usr/bin:/bin THREADS=3
    run "$flags, no folder for temporary files" env TMPDIR=/nowhere
    for mask in 000 077 027; do run "$flags, umask $mask" sh -c "umask $mask; exec \"\$@\"" sh; done
    run "$flags, no standard input" sh -c 'exec <&-; exec "$@"' sh
    if command -v setarch >/dev/null; then run "$flags, fixed addresses" setarch -R; fi
    if command -v taskset >/dev/null; then run "$flags, one processor" taskset -c 0; fi
    for files in 4 6 8 12 32; do refused "$flags, $files open files" sh -c "ulimit -n $files; exec \"\$@\"" sh; done
    for blocks in 1 8 64; do refused "$flags, files of $blocks blocks" sh -c "ulimit -f $blocks; exec \"\$@\"" sh; done
    for memory in 60000 100000 200000; do refused "$flags, $memory kB of memory" sh -c "ulimit -v $memory; exec \"\$@\"" sh; done
done
echo "seed $seed: $runs runs, $bad of them differed or failed"
[ "$bad" -eq 0 ]
