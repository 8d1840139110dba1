#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the rows of a frozen table: read_frozen.py FILE [ROW...]. Written from docs/format/README.md, without our library."""

import json
import struct
import sys

LEVELS = {"4": [.1284, .3881, .6568, .9424, 1.256, 1.618, 2.069, 2.733], "3": [.2451, .756, 1.344, 2.152], "2": [.4528, 1.51]}
SIZES = {"f32": 4, "f16": 2, "bf16": 2, "i8": 1}


def singles(numbers):
    """The nearest floats of 32 bits."""
    return list(struct.unpack(f"<{len(numbers)}f", struct.pack(f"<{len(numbers)}f", *numbers)))


def bfloat(raw):
    return struct.unpack("<f", b"\0\0" + raw)[0]


def scale_of(raw):
    if len(raw) == 1:
        raw = struct.pack("<H", raw[0] and 32 * (raw[0] + 348))
    return bfloat(raw) if raw else 1


def values(code, raw, count, scale):
    if code[0] == "n":
        bits, whole = int(code[1]), int.from_bytes(raw, "little")
        levels = singles([-x for x in reversed(LEVELS[code[1]])] + LEVELS[code[1]])
        return singles([scale * levels[whole >> (bits * i) & ((1 << bits) - 1)] for i in range(count)])
    if code == "bf16":
        return [bfloat(raw[2 * i:2 * i + 2]) for i in range(count)]
    return singles([scale * x for x in struct.unpack_from(f"<{count}" + {"f32": "f", "f16": "e", "i8": "b"}[code], raw)])


class Table:
    def __init__(self, path):
        content = open(path, "rb").read()
        (length,) = struct.unpack_from("<Q", content)
        header = json.loads(content[8:8 + length])
        self.words = header.pop("__metadata__")
        at = {name: [8 + length + x for x in entry["data_offsets"]] for name, entry in header.items()}
        self.arrays = {name: content[begin:end] for name, (begin, end) in at.items()}
        assert self.words["pleach.frozen"] == "1", "another version"
        self.kind, self.code = self.words["kind"].rstrip(">").split("<")
        self.entities, self.dim = int(self.words["entities"]), int(self.words["dim"])
        self.scale_bytes = {"i8": 2, "n4": 2, "n4b": 1, "n3b": 1, "n2b": 1}.get(self.code, 0)
        width = SIZES.get(self.code, 1)
        self.bits_bytes = ((self.dim + 7) // 8 + width - 1) // width * width

    def place(self, i):
        """The bytes of a row, and whether they lie elsewhere than in a record."""
        if self.kind in ("bitmap_rows", "columns8_rows", "columns16_rows"):
            begin, end = (x << int(self.words["shift"]) for x in struct.unpack_from("<2I", self.arrays["offsets"], 4 * i))
            return self.arrays["rows"][begin:end]
        stride = int(self.words["stride"])
        row = self.arrays["records"][i * stride:(i + 1) * stride]
        scale, width = self.scale_bytes, SIZES.get(self.code, 1)
        prefix = scale + 2
        if self.kind == "bitmap_records":
            prefix = self.bits_bytes
            elsewhere = prefix + scale + width * bin(int.from_bytes(row[:prefix], "little")).count("1") > stride
        else:
            elsewhere = self.kind == "columns8_records" and self.dim > 1 and row[scale] == row[scale + 1]
        if not elsewhere:
            return row
        begin, size = struct.unpack_from("<2I", row, prefix)
        return self.arrays["overflow"][begin:begin + size]

    def row(self, i):
        raw, width, out = self.place(i), SIZES.get(self.code, 1), [0.0] * self.dim
        if self.kind == "dense_rows":
            return values(self.code, raw[self.scale_bytes:], self.dim, scale_of(raw[:self.scale_bytes]))
        if self.kind.startswith("bitmap"):
            columns = [c for c in range(self.dim) if raw[c // 8] >> c % 8 & 1]
            rest = raw[self.bits_bytes:]
        else:
            wide = 2 if self.kind == "columns16_rows" else 1
            count = min(self.dim, (len(raw) - self.scale_bytes) // (wide + width))
            listed = raw[self.scale_bytes:self.scale_bytes + wide * count]
            columns = [int.from_bytes(listed[wide * k:wide * (k + 1)], "little") for k in range(count)]
            rest = raw[:self.scale_bytes] + raw[self.scale_bytes + wide * count:]
        scale = scale_of(rest[:self.scale_bytes])
        for c, x in zip(columns, values(self.code, rest[self.scale_bytes:], len(columns), scale)):
            out[c] = x
        return out


if __name__ == "__main__":
    table = Table(sys.argv[1])
    for i in map(int, sys.argv[2:] or range(table.entities)):
        print(i, *(f"{x:.9g}" for x in table.row(i)))
