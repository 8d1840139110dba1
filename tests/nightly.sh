#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sh tests/nightly.sh [HOURS] [FOLDER]: what takes too long for every change. Runs each part for its share of the hours (8 by
# default), one after the other, and appends a row for each to FOLDER/nightly.md (build/nightly by default): when, which part,
# how long, how it ended and what it said last. A part that has passed at this commit is not repeated, so a night that was cut
# short continues where it stopped; remove FOLDER/done to begin again. A part whose program is missing says so in its row.

set -u
cd "$(dirname "$0")/.."

# build PRESET COMPILER TARGET...: configures and builds in FOLDER/PRESET.
build() {
    preset=$1 compiler=$2
    shift 2
    if [ ! -f "$folder/$preset/build.ninja" ]; then
        CXX=$compiler cmake --preset "$preset" -B "$folder/$preset" -G Ninja || return
    fi
    cmake --build "$folder/$preset" -j "${JOBS:-$(getconf _NPROCESSORS_ONLN)}" --target "$@"
}

# What the parts run, as `sh tests/nightly.sh --step NAME ...`, so that `timeout` can stop it as a whole.
if [ "${1:-}" = --step ]; then
    folder=$3
    case $2 in
        test) # FOLDER PRESET COMPILER
            TSAN_OPTIONS=ignore_noninstrumented_modules=1 OMP_TOOL_LIBRARIES=libarcher.so
            export TSAN_OPTIONS OMP_TOOL_LIBRARIES
            build "$4" "$5" all && ctest --test-dir "$folder/$4" -j "${JOBS:-$(getconf _NPROCESSORS_ONLN)}" \
                --output-on-failure --timeout 1800 ;;
        kills) # FOLDER NUMBER
            build test g++ kills train_mf train_lightgcn && "$folder/test/tests/kills/kills" "$folder/test/examples" --kills "$4" ;;
        allocations) # FOLDER
            build test g++ allocations && "$folder/test/tests/allocations/allocations" ;;
        perturbations) # FOLDER
            build test g++ train_mf train_lightgcn && sh tests/perturbations.sh "$folder/test/examples" ;;
        faults) # FOLDER
            build test g++ shrink recommend && sh tests/faults.sh "$folder/test/examples" ;;
        torch) # FOLDER: libtorch's headers take too long to compile for every change
            CXX=g++ cmake --preset test -B "$folder/torch" -G Ninja -DPLEACH_TORCH=ON || exit
            if grep -q '^Torch_DIR:PATH=.*NOTFOUND' "$folder/torch/CMakeCache.txt"; then
                echo "libtorch is missing: apt-get install libtorch-dev"
                exit 0
            fi
            build torch g++ test_torch docs_pytorch bench_torch_bag &&
                ctest --test-dir "$folder/torch" --output-on-failure -R '^(torch/|docs/pytorch|benchmarks: torch_bag)' ;;
        umbrella) # FOLDER COMPILER FLAG...: every public header, with another compiler, standard or library
            shift 3
            compiler=$1
            shift
            for header in pleach io/all interop/openmp testing/all; do
                echo "#include <pleach/$header.hpp>" | "$compiler" "$@" -fsyntax-only -Wall -Wextra -Wconversion -Wshadow \
                    -Werror -Iinclude -x c++ - || exit
            done
            echo "pleach, io, interop/openmp and testing compile: $compiler $*" ;;
        properties) # FOLDER CASES: of a seed that no night had before
            build test g++ test_properties && PLEACH_SEED=$(date +%Y%m%d) PLEACH_CASES=$4 "$folder/test/tests/test_properties" ;;
        reference) # FOLDER
            cmake -S . -B "$folder/reference" -DPLEACH_BUILD_TESTS=OFF -DPLEACH_BUILD_EXAMPLES=OFF -DPLEACH_BUILD_BENCHMARKS=OFF &&
                cmake --build "$folder/reference" --target reference ;;
        fuzz) # FOLDER TARGET SECONDS
            if [ ! -f "$folder/fuzz/build.ninja" ]; then
                CXX=clang++-14 cmake -S . -B "$folder/fuzz" -G Ninja -DPLEACH_FUZZ=ON -DPLEACH_BUILD_EXAMPLES=OFF \
                    -DPLEACH_BUILD_BENCHMARKS=OFF || exit
            fi
            cmake --build "$folder/fuzz" --target "fuzz_$4" || exit
            mkdir -p "$folder/corpus/$4"
            "$folder/fuzz/tests/files/fuzz/fuzz_$4" -max_total_time="$5" -timeout=25 -artifact_prefix="$folder/" \
                -print_final_stats=1 "$folder/corpus/$4" "tests/files/fuzz/corpus/$4" ;;
        *) echo "no step $2"; exit 1 ;;
    esac
    exit
fi

hours=${1:-8}
folder=${2:-build/nightly}
seconds=$(awk "BEGIN { print int($hours * 3600) }")
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
table=$folder/nightly.md
mkdir -p "$folder/logs" "$folder/done"
[ -s "$table" ] || printf '| date | commit | part | seconds | result | last line |\n|---|---|---|---:|---|---|\n' >"$table"
failures=0

has() { command -v "$1" >/dev/null 2>&1; }

# row PART SECONDS RESULT TEXT
row() {
    text=$(printf '%s' "$4" | tr -d '|\r' | cut -c 1-120)
    printf '| %s | %s | %s | %s | %s | %s |\n' "$(date -u '+%Y-%m-%d %H:%M')" "$commit" "$1" "$2" "$3" "$text" >>"$table"
}

# part NAME PERCENT NEEDED-PROGRAM COMMAND...: runs the command for at most that part of the night. One that was stopped by the
# time, such as a build, goes on the next time.
part() {
    name=$1 share=$2 needed=$3
    shift 3
    mark=$folder/done/$commit-$(printf '%s' "$name" | tr -c 'A-Za-z0-9' '_')
    [ -e "$mark" ] && return
    if ! has "$needed"; then row "$name" 0 'not run' "$needed is missing"; return; fi
    limit=$((seconds * share / 100))
    [ "$limit" -ge 1 ] || limit=1
    log=$folder/logs/$(basename "$mark").log
    begin=$(date +%s)
    # -k: what does not end when it is asked to, such as a hung program, is killed.
    timeout -k 60 "$limit" "$@" >"$log" 2>&1
    code=$?
    took=$(($(date +%s) - begin))
    case $code in
        0) result=passed ;;
        124 | 137) result="stopped after $limit s" ;;
        *) result="FAILED ($code)" failures=$((failures + 1)) ;;
    esac
    row "$name" "$took" "$result" "$(grep -v '^[[:space:]]*$' "$log" | tail -n 1)"
    [ "$code" -ne 0 ] || : >"$mark"
}

part 'kills, 500' 12 g++ sh tests/nightly.sh --step kills "$folder" 500
part 'tests, tsan' 9 clang++-14 sh tests/nightly.sh --step test "$folder" tsan clang++-14
for preset in scalar avx2; do
    part "tests, $preset" 9 g++ sh tests/nightly.sh --step test "$folder" $preset g++
done
part 'allocations that fail' 2 g++ sh tests/nightly.sh --step allocations "$folder"
part 'properties, 100,000 cases' 3 g++ sh tests/nightly.sh --step properties "$folder" 100000
part 'perturbations' 3 g++ sh tests/nightly.sh --step perturbations "$folder"
part 'system calls that fail' 1 strace sh tests/nightly.sh --step faults "$folder"
part 'PyTorch' 3 g++ sh tests/nightly.sh --step torch "$folder"
part 'g++, C++23' 1 g++ sh tests/nightly.sh --step umbrella "$folder" g++ -std=c++23
part 'clang 19, libc++' 1 clang++-19 sh tests/nightly.sh --step umbrella "$folder" clang++-19 -std=c++20 -stdlib=libc++
part 'reference' 1 doxygen sh tests/nightly.sh --step reference "$folder"
part 'aarch64 under qemu' 2 aarch64-linux-gnu-g++ sh tests/cross.sh aarch64 "$folder/cross"
part 's390x under qemu' 1 s390x-linux-gnu-g++ sh tests/cross.sh s390x "$folder/cross"
part 'mutations' 8 python3 tests/mutations/mutations.py --folder "$folder/mutations" --sample 400 --seconds $((seconds * 7 / 100))
part 'coverage' 6 llvm-cov-14 sh tests/coverage.sh "$folder/coverage"
for source in tests/files/fuzz/fuzz_*.cpp; do
    target=${source##*/fuzz_} target=${target%.cpp}
    part "fuzzing, $target" 2 clang++-14 sh tests/nightly.sh --step fuzz "$folder" "$target" $((seconds * 17 / 1000))
done

tail -n 40 "$table"
[ "$failures" -eq 0 ]
