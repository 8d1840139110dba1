#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# recommend.sh PROGRAMS: a run directory is all that recommend needs, and it says what it does not know.

set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
fail() { echo "$*"; cat out errors; exit 1; }
expect() { grep -q -- "$1" "$2" || fail "expected in $2: $1"; }
refuse() { ! grep -q -- "$1" "$2" || fail "not expected in $2: $1"; }
recommend() { "$programs/recommend" "$@" >out 2>errors; }

programs=$1
i=0
while [ $i -lt 200 ]; do
    echo "u$((i % 20)),i$((i * 7 % 23))"
    i=$((i + 1))
done >pairs.csv
"$programs/train_mf" --dataset pairs.csv --dim 4 --epochs 1 --out run --freeze auto --quiet

recommend --run run --user u3 --k 23
[ ! -s errors ] || fail "notes where everything is known"
expect '^u3	1	i' out
known=$(grep -c '^u3,' pairs.csv)
[ "$(wc -l <out)" -eq $((1 + 23 - known)) ] || fail "not all items but the $known known ones"
recommend --run run --user u3 --k 23 --keep-seen
[ "$(wc -l <out)" -eq 24 ] || fail "not all items"
[ ! -s errors ] || fail "notes where everything is as asked for"

printf 'u1\nnobody\r\n\nu2\n' | recommend --run run --batch - --k 1
[ "$(cut -f 1 out | tr '\n' ' ')" = "user u1 u2 " ] || fail "not the users of the batch"
expect 'note: 1 of 3 ids in --batch are those of no user and left out, the first one nobody' errors

mkdir named apart
cp run/users.frozen run/items.frozen named
recommend --users named/users.frozen --items named/items.frozen --user u3 --k 23
[ "$(grep -c note errors)" -eq 1 ] || fail "notes of more than seen items where the files have ids"
expect '^u3	1	i' out
"$programs/train_mf" --dataset pairs.csv --dim 4 --epochs 1 --out plain --freeze auto --freeze-without-ids --quiet
cp plain/users.frozen plain/items.frozen apart
"$programs/train_mf" --dataset pairs.csv --dim 4 --epochs 1 --table hash --buckets 9 --out shared --freeze auto --quiet
recommend --table shared/table.frozen --user u3
expect '^u3	1	i' out
"$programs/train_lightgcn" --dataset pairs.csv --dim 4 --epochs 1 --out graph --freeze auto --quiet
if recommend --table graph/table.frozen --user u3; then fail "rows were served before they were propagated"; fi
expect 'propagated over 3 layers of a graph: give --run DIR' errors
recommend --table graph/table.frozen --run graph --user u3
recommend --users apart/users.frozen --items apart/items.frozen --user 3
expect 'note: ids of users are the numbers of rows' errors
expect 'note: ids of items are the numbers of rows' errors
expect 'note: items that users have seen are not left out' errors
recommend --users plain/users.frozen --items plain/items.frozen --user u3
expect '^u3	1	i' out
expect 'note: ids of users are those of plain/users.tsv' errors
recommend --users run/users.frozen --items run/items.frozen --dataset pairs.csv --user u3
refuse 'note:' errors

mv pairs.csv elsewhere.csv
recommend --run run --user u3
expect 'note: items that users have seen are not left out: give --dataset PATH (pairs.csv: found no such file' errors
recommend --run run --dataset elsewhere.csv --user u3
refuse 'note:' errors
if recommend --run . --user u3; then fail "a folder without tables was served"; fi
expect 'has no frozen tables' errors

recommend --run run --similar i3 --k 4
[ "$(cut -f 1,2 out | sed -n 2,5p | tr '\n' ' ')" = "i3	1 i3	2 i3	3 i3	4 " ] || fail "not four similar items"
refuse '	i3	' out
[ ! -s errors ] || fail "notes where everything is known"
recommend --items apart/items.frozen --similar 3 --similarity dot
expect 'note: ids of items are the numbers of rows' errors
refuse 'users' errors
printf 'id,title\ni1,"One, or another"\n' >titles.csv
recommend --run run --user u3 --dataset elsewhere.csv --keep-seen --k 23 --titles titles.csv
expect '	i1	.*	One, or another$' out
recommend --run run --user u3 --dataset elsewhere.csv --k 2 --json
expect '^{"user":"u3","items":\[{"item":"i[0-9]*","score":' out
[ "$(wc -l <out)" -eq 1 ] || fail "not one object"
if recommend --run run --similar i3 --user u3; then fail "similar items for a user were given"; fi
expect '--user excludes --similar' errors
if recommend --run run --similar i300; then fail "an unknown item was served"; fi
expect 'there is no item i300' errors

# Ids in the file itself: from word vectors, and from a list.
printf 'one 1 0 0\nother 0.9 0.1 0\nlast 0 0 1\n' >words.txt
"$programs/shrink" words.txt --density 1 --out words.frozen >out 2>errors || fail "word vectors were not read"
recommend --items words.frozen --similar one --k 1
expect '^one	1	other	' out
[ ! -s errors ] || fail "notes where the file has ids"
"$programs/inspect" words.frozen >out 2>errors || fail "a file was not inspected"
expect 'ids       3 of words, such as one, other, last' out
expect 'source    shrink of words.txt, GloVe text, 3 x 3' out
if recommend --users words.frozen --items run/items.frozen --user one; then fail "tables of different width were served"; fi
if "$programs/shrink" words.txt --ids pairs.csv --density 1 --out out.frozen >out 2>errors; then fail "names were given twice"; fi
expect 'have names already' errors
