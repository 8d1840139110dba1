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

extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void*, std::size_t),
                                                         void (*freed)(const volatile void*));
extern "C" std::size_t __sanitizer_get_allocated_size(const volatile void* memory);

namespace fuzz {

inline const int counting_allocations = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t size) {
        allocated::now += size;
        allocated::most = std::max(allocated::most, allocated::now);
    },
    [](const volatile void* memory) {
        // What was allocated before counting began may be freed after.
        allocated::now -= std::min(allocated::now, memory == nullptr ? 0 : __sanitizer_get_allocated_size(memory));
    });

/// Bytes change or, half of the time, those of the header; mostly every array then gets the place that its shape asks for, and
/// the header its length. The first `before` bytes are not part of the file.
inline std::size_t mutate_safetensors(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed,
                                      std::size_t before) {
    if (size < before || most < before + 8 || seed % 32 == 31) return LLVMFuzzerMutate(data, size, most);
    data += before;
    size -= before;
    most -= before;
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
    if (seed / 4 % 4 != 3) file = tests::with_offsets(file, most);
    if (seed / 16 % 16 != 15) tests::repair_checksums(file);
    size = std::min(file.size(), most);
    std::copy_n(file.begin(), size, data);
    return before + size;
}

}  // namespace fuzz

#define FUZZ(target)                                                                    \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
        target({reinterpret_cast<const std::byte*>(data), size});                       \
        return 0;                                                                       \
    }

#define FUZZ_SAFETENSORS(target, before)                                                                                    \
    FUZZ(target)                                                                                                            \
    extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) { \
        return fuzz::mutate_safetensors(data, size, most, seed, before);                                                    \
    }
