#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sh benchmarks/include_cost/figures.sh [folder of headers]...
#
# What including a header costs, and what programs of three lines cost: preprocessed lines (-E -P) and seconds of processor
# time, compiled one after the other with $CXX -O2 -march=native, the least of $REPEAT times. One row per header or program,
# and a pair of columns per folder of headers (this tree's include/ unless others are given). The folders are measured in
# turn, so that two trees are compared under the same load. Compare seconds only within one run.

set -eu
cd "$(dirname "$0")/../.."
: "${CXX:=g++}" "${REPEAT:=3}"
[ $# -gt 0 ] || set -- include
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
eigen=$(for folder in /usr/include/eigen3 /usr/local/include/eigen3; do [ -d "$folder" ] && echo "-isystem $folder"; done || true)

# program: reads the program from standard input.
program() { cat >"$scratch/program.cpp"; }

# cost FOLDER: prints the lines and seconds of the program.
cost() {
    # shellcheck disable=SC2086
    flags="-std=c++20 -O2 -march=native -I$1 $eigen"
    if ! "$CXX" $flags -fsyntax-only "$scratch/program.cpp" 2>/dev/null; then
        printf ' - |'
        return
    fi
    lines=$("$CXX" $flags -E -P "$scratch/program.cpp" | wc -l)
    least=
    i=0
    while [ $i -lt "$REPEAT" ]; do
        # The last line of `times` has the user and system time of child processes, as 0m1.25s.
        seconds=$( ("$CXX" $flags -c "$scratch/program.cpp" -o "$scratch/program.o" && times) |
            awk 'END { split($1, part, /[ms]/); print part[1] * 60 + part[2] }')
        least=$(echo "$seconds ${least:-$seconds}" | awk '{ print ($1 < $2) ? $1 : $2 }')
        i=$((i + 1))
    done
    printf ' %d, %.1f s |' "$lines" "$least"
}

row() {
    printf '| %s |' "$1"
    shift
    for folder in "$@"; do cost "$folder"; done
    printf '\n'
}

for header in table/concepts compose/composed table/dense_table table/batch frozen/stored_rows frozen/nested_rows pleach io/open \
    factor/sparse_pca; do
    # Older trees have these headers in init/.
    printf '#if __has_include(<pleach/%s.hpp>)\n#include <pleach/%s.hpp>\n#else\n#include <pleach/init/sparse_pca.hpp>\n#endif\n' \
        "$header" "$header" | program
    row "\`$header.hpp\`" "$@"
done

program <<'END'
#include <pleach/io/open.hpp>
int main(int, char** argv) {
    const auto table = pleach::open<pleach::frozen::bitmap_rows<>>(argv[1]);
    float row[64];
    table.lookup(3, {row, table.dim()});
    return row[0] > 0;
}
END
row 'a program: `open<bitmap_rows<>>`, `lookup`' "$@"

any='
int main(int, char** argv) {
    float row[64];
#if __has_include(<pleach/io/open_variant.hpp>)
    const auto any = pleach::open_variant(argv[1]);
#else
    const auto any = pleach::open_any(argv[1]);
#endif
    std::visit([&](const auto& table) { table.lookup(3, {row, table.dim()}); }, any);
    return row[0] > 0;
}'
include='#if __has_include(<pleach/io/open_variant.hpp>)
#include <pleach/io/open_variant.hpp>
#elif __has_include(<pleach/io/open_any.hpp>)
#include <pleach/io/open_any.hpp>
#else
#include <pleach/io/open.hpp>
#endif'
printf '%s\n%s\n' "$include" "$any" | program
row 'a program: `open_variant`, `lookup`' "$@"

# Where there is no any_frozen_table, the variant of the compiled library.
printf '#if __has_include(<pleach/io/open_variant.hpp>)
#include <pleach/io/open_any.hpp>
int main(int, char** argv) {
    const pleach::any_frozen_table any = pleach::open_any(argv[1]);
    float row[64];
    any.lookup(3, {row, any.dim()});
    return row[0] > 0;
}
#else
#define PLEACH_COMPILED_ANY_TABLE
%s
%s
#endif\n' "$include" "$any" | program
row 'a program: `open_any`, `lookup`, linked with `pleach::any_table`' "$@"

program <<'END'
#include <pleach/frozen/freeze_best.hpp>
#include <pleach/table/dense_table.hpp>
int main() {
    const auto best = pleach::freeze_best(pleach::dense_table<float>(100, 8));
    return best.frozen.content().arrays().empty();
}
END
row 'a program: `freeze_best`' "$@"
