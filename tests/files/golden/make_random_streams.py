#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes random_streams.txt and initial_fills.txt, from an implementation of Philox4x32-10 that shares nothing with ours."""

import math
import pathlib
import struct

MASK32, MASK64 = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c[0], 1 << 32)
        high1, low1 = divmod(0xCD9E8D57 * c[2], 1 << 32)
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
        k = [(k[0] + 0x9E3779B9) & MASK32, (k[1] + 0xBB67AE85) & MASK32]
    return c


def words(row, col, key, half):
    out = philox([row & MASK32, row >> 32, col & MASK32, col >> 32], [key & MASK32, key >> 32])
    return out[2 * half + 1] << 32 | out[2 * half]


def fork(key, what):
    if isinstance(what, int):
        return words(what, 0, key, 1)
    digest = 0xCBF29CE484222325
    for byte in what.encode():
        digest = (digest ^ byte) * 0x100000001B3 & MASK64
    return words(digest, len(what) + 1, key, 1)


def uniform(key, row, col):
    return (words(row, col, key, 0) >> 11) * 2.0**-53


def normal(key, row, col):
    word = words(row, col, key, 0)
    u, v = ((word >> 32) + 1.0) * 2.0**-32, (word & MASK32) * 2.0**-32
    return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)


def float32_bits(x):
    return struct.unpack("<I", struct.pack("<f", x))[0]


here = pathlib.Path(__file__).parent
places = [(0, 0), (0, 1), (1, 0), (70838, 63), (2**32, 2**32 + 1), (MASK64, MASK64)]

with open(here / "random_streams.txt", "w") as out:
    out.write("# seed fork row col bits uniform normal: decimal, but bits in hexadecimal; fork '-' is none, '#3' the number 3\n")
    for seed in [0, 1, 42, MASK64]:
        for name in ["-", "users", "items", "#0", "#3"]:
            key = seed if name == "-" else fork(seed, int(name[1:]) if name[0] == "#" else name)
            for row, col in places:
                out.write(f"{seed} {name} {row} {col} {words(row, col, key, 0):016x} "
                          f"{uniform(key, row, col)!r} {normal(key, row, col)!r}\n")

ROWS, COLS = 6, 5
with open(here / "initial_fills.txt", "w") as out:
    out.write(f"# {ROWS} x {COLS} fills of seed 7 fork 'fill', as float: bits for uniform kinds, values for normal ones\n")
    key = fork(7, "fill")
    cells = [(r, c) for r in range(ROWS) for c in range(COLS)]
    out.write("uniform " + " ".join(f"{float32_bits(-0.01 + (0.01 - -0.01) * uniform(key, r, c)):08x}" for r, c in cells) + "\n")
    doubles = [struct.unpack("<Q", struct.pack("<d", -0.3 + (0.7 - -0.3) * uniform(key, r, c)))[0] for r, c in cells]
    out.write("uniform_double " + " ".join(f"{x:016x}" for x in doubles) + "\n")
    a = math.sqrt(6.0 / (ROWS + COLS))
    out.write("xavier_uniform " + " ".join(f"{float32_bits(-a + (a - -a) * uniform(key, r, c)):08x}" for r, c in cells) + "\n")
    out.write("normal " + " ".join(repr(0.1 * normal(key, r, c)) for r, c in cells) + "\n")
    b = math.sqrt(2.0 / (ROWS + COLS))
    out.write("xavier_normal " + " ".join(repr(b * normal(key, r, c)) for r, c in cells) + "\n")
    out.write("power_law " + " ".join(repr(0.1 * (c + 1) ** -0.5 * normal(key, r, c)) for r, c in cells) + "\n")
