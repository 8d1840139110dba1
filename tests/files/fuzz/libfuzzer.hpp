// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The entry points of libFuzzer. A fuzzer of files with checksums repairs them after each mutation, or it would test
/// nothing but the checksums; now and then it leaves them wrong.

#include "files/fuzz/targets.hpp"
#include "files/hostile/mutations.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace fuzz {

/// Bytes or, half of the time, single numbers of the header change; the header's length then fits again.
inline std::size_t mutate_safetensors(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    std::string file(reinterpret_cast<const char*>(data), size);
    const std::size_t end = tests::header_end(file);
    if (seed % 4 < 2 && end > 8 && end < most) {
        std::string header = file.substr(8, end - 8);
        header.resize(most - file.size() + header.size());
        header.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(header.data()), end - 8, header.size()));
        file = tests::with_header(file, header);
    } else {
        file.resize(most);
        file.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(file.data()), size, most));
    }
    if (seed % 16 != 15) {
        tests::repair_checksums(file);
    }
    size = std::min(file.size(), most);
    std::copy_n(file.begin(), size, data);
    return size;
}

}  // namespace fuzz

#define FUZZ(target)                                                                    \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
        target({reinterpret_cast<const std::byte*>(data), size});                       \
        return 0;                                                                       \
    }

#define FUZZ_SAFETENSORS(target)                                                                                            \
    FUZZ(target)                                                                                                            \
    extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) { \
        return fuzz::mutate_safetensors(data, size, most, seed);                                                            \
    }
