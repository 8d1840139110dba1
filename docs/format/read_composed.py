# SPDX-License-Identifier: Apache-2.0
"""The rows of compositions, tables of codes and kept rows, for read_frozen.py. Written from docs/format/README.md alone, without the library."""
import functools
import math
import struct

from read_frozen import number, row as row_of, single

def mix(x):
    x = (x + 0x9E3779B97F4A7C15) % 2**64
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    x = (x ^ x >> 27) * 0x94D049BB133111EB % 2**64
    return x ^ x >> 31

def permuted(x, n, seed):
    half = next(h for h in range(1, 33) if 4**h >= n)
    left, right = x >> half, x % 2**half
    for k in range(4):
        left, right = right, left ^ mix(right ^ mix(seed + k)) % 2**half
    return left << half | right if left << half | right < n else permuted(left << half | right, n, seed)

def mapped(words, x):  # the row of x under the map at the front of `words`, and the number of rows of that map
    name = next(words)
    a = int(next(words)) if name != "all" else 0
    if name == "all":
        return mapped(words, x)
    if name == "permuted":
        return mapped(words, permuted(x, a, int(next(words))))
    if name == "split":
        (first, rows), (second, more) = mapped(words, min(x, a - 1)), mapped(words, max(x - a, 0))
        return first if x < a else rows + second, rows + more
    if name in ("identity", "remainder"):
        return x % a, a
    b = int(next(words))
    return {"quotient": lambda: x // b, "digit": lambda: x // a**b % a, "hashed": lambda: mix(x ^ mix(b + 1)) * a >> 64}[name](), a

def row(words, arrays, p, x):  # row x of the table whose names begin with p
    kind, _, function = words[p + "kind"].rstrip(">").partition("<")
    below = lambda name, i=x: row_of(words, arrays, p + name + ".", i)
    float_at = lambda name, i: struct.unpack_from("<f", arrays[p + name], 4 * i)[0]
    if kind == "composed":
        rows = [below(part, mapped(iter(words[p + part + ".map"].split()), x)[0]) for part in words[p + "parts"].split(",")]
        join = lambda a, b: [single(u + v if function == "sum" else u * v) for u, v in zip(a, b)]
        return sum(rows, []) if function == "concat" else functools.reduce(join, rows)
    if kind == "kept":
        bits = number(arrays[p + "kept"])
        return below("rows", bin(bits % 2**x).count("1")) if bits >> x & 1 else [0.0] * int(words[p + "dim"])
    if kind == "activated":
        return [single(math.tanh(v)) for v in below("base")]
    if kind == "rotated":
        base, out = below("base"), []
        for r in range(len(base)):
            out.append(functools.reduce(lambda total, c: single(total + single(float_at("rotation", r * len(base) + c) * base[c])), range(len(base)), 0.0))
        return out
    if kind == "blended":
        share = float_at("share", 0)
        return [single(share * a + (1 - share) * b) for a, b in zip(below("first"), below("second"))]
    if kind == "coded":
        terms, bits, dim = (int(words[p + name]) for name in ("terms", "bits", "dim"))
        codes = number(arrays[p + "ids"]) >> bits * terms * x
        rows = [below("books", (k << bits) + (codes >> bits * k) % 2**bits) for k in range(terms)]
        if function == "sum":
            return functools.reduce(lambda a, b: [single(u + v) for u, v in zip(a, b)], rows)
        return sum([row[:(k + 1) * dim // terms - k * dim // terms] for k, row in enumerate(rows)], [])
    terms, size, out = int(words[p + "terms"]), 4 * len(arrays[p + "ids"]) // len(arrays[p + "weights"]), [0.0] * int(words[p + "dim"])
    for k in range(x * terms, (x + 1) * terms):
        of_code = below("codes", number(arrays[p + "ids"][size * k:size * (k + 1)]))
        out = [single(a + float_at("weights", k) * b) for a, b in zip(out, of_code)]
    return out
