#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the original ids of the rows of a frozen table: read_ids.py FILE. Written from docs/format/README.md alone."""
import json
import struct
import sys

content = open(sys.argv[1], "rb").read()
begin = 8 + int.from_bytes(content[:8], "little")
header = json.loads(content[8:begin])
words = header.pop("__metadata__")
array = lambda name: content[begin:][slice(*header[name]["data_offsets"])]
numbers = lambda name: [x for x, in struct.iter_unpack("<I", array(name))]

if "pleach.ids" not in words:
    sys.exit("the file has no ids")
text, ends, order, first = array("pleach.ids"), numbers("pleach.id_ends"), numbers("pleach.id_order"), 0
ids = [text[a:b] for a, b in zip([0] + ends, ends)]
for group in words["pleach.ids"].split(","):
    name, rows = group.split(" ")
    last = first + int(rows)
    assert order[first:last] == sorted(range(first, last), key=ids.__getitem__), "the order is not that of the ids"
    for row in range(first, last):
        print(row, name, json.dumps(ids[row].decode("utf-8", "backslashreplace")))
    first = last
