#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sh tests/cross.sh MACHINE [FOLDER]: compiles for another machine with Debian's cross compilers (g++-aarch64-linux-gnu,
# g++-s390x-linux-gnu) and runs under qemu-user-static. aarch64: the tests of kernels, and golden files are read as here. s390x,
# whose bytes are in the other order: everything compiles, and files are refused by the sentence that says why.

set -eu
cd "$(dirname "$0")/.."
machine=$1
folder=${2:-build/cross}/$machine
compiler=$machine-linux-gnu-g++
mkdir -p "$folder/include"
# Only headers that do not depend on the machine; /usr/include as a whole would hide those of the cross compiler.
for header in xsimd catch2 xxhash.h xxh3.h; do
    [ ! -e "/usr/include/$header" ] || ln -sfn "/usr/include/$header" "$folder/include/$header"
done

# build OUTPUT SOURCE...
build() {
    output=$1
    shift
    objects=
    for source in "$@"; do
        object=$folder/$(printf '%s' "$source" | tr / _).o
        "$compiler" -std=c++20 -O1 -Wall -Wextra -Werror -Iinclude -Itests -isystem "$folder/include" \
            "-DPLEACH_TESTS_DIR=\"$PWD/tests\"" -c "$source" -o "$object"
        objects="$objects $object"
    done
    # shellcheck disable=SC2086
    "$compiler" -static $objects -o "$output"
}

case $machine in
    aarch64)
        build "$folder/tests" tests/support/main.cpp tests/unit/kernel/*.test.cpp tests/unit/core/value_code.test.cpp \
            tests/unit/io/frozen_golden.test.cpp tests/unit/io/tensor/golden.test.cpp
        qemu-aarch64-static "$folder/tests" "~[.]" ;;
    s390x)
        build "$folder/big_endian" tests/cross/big_endian.cpp
        qemu-s390x-static "$folder/big_endian" tests/files/golden/frozen_v1/dense tests/files/golden/arrays.v1.safetensors \
            "$folder" ;;
    *) echo "no machine $machine: aarch64 or s390x"; exit 1 ;;
esac
