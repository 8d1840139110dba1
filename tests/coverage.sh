#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sh tests/coverage.sh [FOLDER] [TARGET...]: builds test programs with clang's coverage, runs them, and prints for each layer of
# include/pleach how many of its lines and branches they reached, and for examples/support. All programs by default; a target is
# a folder of tests: io for test_io. Templates count where one of their instances reached a line, so code that no test
# instantiates does not show. A report with the lines that were not reached is left in FOLDER/lines.txt.

set -eu
cd "$(dirname "$0")/.."
folder=${1:-build/coverage}
[ $# -eq 0 ] || shift
mkdir -p "$folder"
if [ ! -f "$folder/build.ninja" ]; then
    CXX=clang++-14 cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG="-O0 -g1" \
        -DCMAKE_CXX_FLAGS="-fprofile-instr-generate -fcoverage-mapping" -DPLEACH_BUILD_BENCHMARKS=OFF -DPLEACH_BUILD_EXAMPLES=ON \
        -DPLEACH_TEST_SOURCES=OFF -DPLEACH_UNITY_BUILDS=ON
fi
if [ $# -eq 0 ]; then
    set -- $(sed -n 's/^build \(test_[a-z]*\): phony.*/\1/p' "$folder/build.ninja" | sed 's/^test_//')
fi
programs=
for target in "$@"; do
    cmake --build "$folder" -j "${JOBS:-$(getconf _NPROCESSORS_ONLN)}" --target "test_$target"
    # What a failing test reached counts as well; the tests themselves are run elsewhere.
    LLVM_PROFILE_FILE="$folder/$target.profraw" "$folder/tests/test_$target" >"$folder/$target.log" 2>&1 || echo "test_$target failed"
    programs="$programs -object $folder/tests/test_$target"
done
# The programs of this call, of which the first has no option before its name.
programs=${programs# -object }
profiles=
for target in "$@"; do profiles="$profiles $folder/$target.profraw"; done
# shellcheck disable=SC2086
llvm-profdata-14 merge -sparse $profiles -o "$folder/all.profdata"
# shellcheck disable=SC2086
llvm-cov-14 report $programs -instr-profile="$folder/all.profdata" include/pleach examples/support >"$folder/files.txt" 2>/dev/null
# shellcheck disable=SC2086
llvm-cov-14 show $programs -instr-profile="$folder/all.profdata" --region-coverage-lt=100 include/pleach examples/support \
    >"$folder/lines.txt" 2>/dev/null
# Columns of the report: file, regions, missed, cover, functions, missed, executed, lines, missed, cover, branches, missed, cover.
awk -v programs="$*" '
    NF == 13 && $1 ~ /\.(hpp|cpp)$/ {
        layer = $1  # from the folder that all files have in common
        sub(/^include\/pleach\//, "", layer)
        if (sub(/^examples\/support\/.*/, "", layer)) layer = "examples/support"
        sub(/\/.*/, "", layer)
        lines[layer] += $8; missed[layer] += $9; branches[layer] += $11; untaken[layer] += $12
        lines["all"] += $8; missed["all"] += $9; branches["all"] += $11; untaken["all"] += $12
    }
    function share(n, without) { return n == 0 ? "" : sprintf("%.1f %%", 100 * (n - without) / n) }
    END {
        print "tests: " programs
        print "| files | lines | reached | branches | taken |\n|---|---:|---:|---:|---:|"
        for (layer in lines) if (layer != "all")
            print "| " layer " | " lines[layer] " | " share(lines[layer], missed[layer]) " | " branches[layer] " | " \
                share(branches[layer], untaken[layer]) " |"
        print "| all | " lines["all"] " | " share(lines["all"], missed["all"]) " | " branches["all"] " | " \
            share(branches["all"], untaken["all"]) " |"
    }' "$folder/files.txt"
