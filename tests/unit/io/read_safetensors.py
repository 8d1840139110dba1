#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a safetensors file by the public description of the format, with the standard library only, and compares it with
what tests/unit/io/tensor/golden.test.cpp writes. Usage: read_safetensors.py FILE

Format: https://github.com/huggingface/safetensors (section Format). A second reader, written from the description and not
from our code, shows that both understand it the same way.
"""

import json
import math
import struct
import sys

CODES = {"F64": "d", "F32": "f", "F16": "e", "I64": "q", "I32": "i", "I16": "h", "I8": "b",
         "U64": "Q", "U32": "I", "U16": "H", "U8": "B", "BOOL": "?"}

EXPECTED = {
    "P.weights": ("F32", [2, 3], [1.5, -2.0, 0.0, 3.25, 1e-30, 1e30]),
    "P.offsets": ("U64", [3], [0, 3, 6]),
    "bits": ("U8", [5], [1, 2, 4, 8, 255]),
    "empty": ("F32", [0, 4], []),
    "halves": ("F16", [2], [1.0, -0.5]),
    "scalar": ("I32", [], [-7]),
}


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), "duplicate names"
    return dict(pairs)


def read(path):
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack_from("<Q", content)
    assert 8 + length <= len(content), "header beyond the file"
    text = content[8:8 + length].decode("utf-8")
    assert text.startswith("{") and text.rstrip(" ").endswith("}"), "header is not an object and spaces"
    header = json.loads(text, object_pairs_hook=no_duplicates)
    metadata = header.pop("__metadata__", {})
    data = content[8 + length:]
    arrays = {}
    covered = 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        assert begin == covered, f"{name} begins at {begin}, the array before it ends at {covered}"
        covered = end
        code = CODES[entry["dtype"]]
        count = math.prod(entry["shape"])
        assert end - begin == count * struct.calcsize(code), f"{name} has the wrong size"
        values = list(struct.unpack_from(f"<{count}{code}", data, begin))
        if name.startswith("__pad"):
            assert not any(values) and entry["dtype"] == "U8", f"{name} is not zero"
            continue
        assert begin == end or (8 + length + begin) % 64 == 0, f"{name} is not aligned"
        arrays[name] = (entry["dtype"], entry["shape"], values)
    assert covered == len(data), "the file goes on after its last array"
    return metadata, arrays


def main():
    metadata, arrays = read(sys.argv[1])
    expected = {name: (dtype, shape, [struct.unpack("<f", struct.pack("<f", v))[0] for v in values])
                if dtype == "F32" else (dtype, shape, values) for name, (dtype, shape, values) in EXPECTED.items()}
    assert arrays == expected, f"found {arrays}, expected {expected}"
    assert metadata.pop("kind") == "a golden file, \"quoted\" \u20ac"
    assert sorted(metadata) == ["pleach.data_xxh3", "pleach.header_xxh3"], metadata
    print(f"{sys.argv[1]}: {len(arrays)} arrays as expected")


if __name__ == "__main__":
    main()
