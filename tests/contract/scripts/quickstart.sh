#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# quickstart.sh SOURCES COMPILER: a compiler of several words, and one with a blank in its path, are found.

set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/a blank"
ln -s "$2" "$folder/a blank/c++"
for compiler in "env $2" "$folder/a blank/c++"; do
    said=$(CXX="$compiler" sh "$1/cmake/quickstart.sh" --dry-run --no-install)
    case $said in
        *"missing: compiler"*) echo "not found: $compiler"; echo "$said"; exit 1 ;;
        *"build/quickstart-"*) ;;
        *) echo "no folder: $said"; exit 1 ;;
    esac
done
