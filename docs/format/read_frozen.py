#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the rows of a frozen table: read_frozen.py FILE [ROW...]. Written from docs/format/README.md alone, without the library."""
import json
import signal
import struct
import sys

LEVELS = {"4": [.1284, .3881, .6568, .9424, 1.256, 1.618, 2.069, 2.733], "3": [.2451, .756, 1.344, 2.152], "2": [.4528, 1.51], "1": [.798]}
WIDTH, SCALE = {"f32": 4, "f16": 2, "bf16": 2}, {"i8": 2, "n4": 2, "n4b": 1, "n3b": 1, "n2b": 1, "n1b": 1}
number = lambda raw: int.from_bytes(raw, "little")
single = lambda x: struct.unpack("<f", struct.pack("<f", x))[0]  # the nearest float of 32 bits
bfloat = lambda bits: struct.unpack("<f", struct.pack("<I", bits << 16))[0]

def values(code, raw, n):  # n values, which follow their scale
    size = SCALE.get(code, 0)
    scale, raw = number(raw[:size]), raw[size:]
    scale = 32 * (scale + 348) if size == 1 and scale else scale
    factor = bfloat(scale) if size else 1
    if code[0] == "n":
        bits, levels = int(code[1]), [-x for x in reversed(LEVELS[code[1]])] + LEVELS[code[1]]
        return [single(factor * single(levels[number(raw) >> bits * i & (1 << bits) - 1])) for i in range(n)]
    if code == "bf16":
        return [bfloat(bits) for bits in struct.unpack_from(f"<{n}H", raw)]
    return [single(factor * x) for x in struct.unpack_from(f"<{n}" + {"f32": "f", "f16": "e", "i8": "b"}[code], raw)]

def row(words, arrays, p, i):  # row i of the table whose names begin with p
    kind, _, code = words[p + "kind"].rstrip(">").partition("<")
    if "_" not in kind:
        return __import__("read_composed").row(words, arrays, p, i)
    dim, stride, scale, width = int(words[p + "dim"]), int(words.get(p + "stride", 0)), SCALE.get(code, 0), WIDTH.get(code, 1)
    bits = (dim + 8 * width - 1) // (8 * width) * width
    if stride:
        raw = arrays[p + "records"][i * stride:(i + 1) * stride]
        found = bin(number(raw[:bits])).count("1")
        too_many = bits + scale + ((int(code[1]) * found + 7) // 8 if code[0] == "n" else width * found) > stride
        if kind == "bitmap_records" and too_many or kind == "columns8_records" and dim > 1 and raw[scale] == raw[scale + 1]:
            begin, size = struct.unpack_from("<2I", raw, bits if kind == "bitmap_records" else scale + 2)
            raw = arrays[p + "overflow"][begin:begin + size]
    else:
        begin, end = (x << int(words[p + "shift"]) for x in struct.unpack_from("<2I", arrays[p + "offsets"], 4 * i))
        raw = arrays[p + "rows"][begin:end]
    if kind == "dense_rows":
        return values(code, raw, dim)
    if kind.startswith("bitmap"):
        columns, rest = [c for c in range(dim) if raw[c // 8] >> c % 8 & 1], raw[bits:]
    else:
        column = 2 if kind == "columns16_rows" else 1
        n = min(dim, (len(raw) - scale) // (column + width))
        columns, rest = struct.unpack_from(f"<{n}{' BH'[column]}", raw, scale), raw[:scale] + raw[scale + column * n:]
    found = dict(zip(columns, values(code, rest, len(columns))))
    return [found.get(c, 0.0) for c in range(dim)]

if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end without a word when nobody reads on
    content = open(sys.argv[1], "rb").read()
    begin = 8 + number(content[:8])
    header = json.loads(content[8:begin])
    words = header.pop("__metadata__")
    assert words["pleach.frozen"] == "1", "another version"
    arrays = {name: content[begin:][slice(*entry["data_offsets"])] for name, entry in header.items()}
    for i in map(int, sys.argv[2:] or range(int(words["entities"]))):
        print(i, *(f"{x:.9g}" for x in row(words, arrays, "", i)))
