// SPDX-License-Identifier: Apache-2.0

#include <pleach/io/tensor/safetensors_view.hpp>
#include <pleach/sparse/mask_overlay.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/borrowed_table.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include <malloc.h>

namespace {

std::atomic<std::size_t> allocations{0}, bytes_now{0}, bytes_at_most{0};

void* counted(std::size_t bytes, std::size_t alignment) {
    ++allocations;
    const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    void* memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
    if (memory == nullptr) throw std::bad_alloc();
    const std::size_t now = bytes_now += ::malloc_usable_size(memory);
    if (now > bytes_at_most) bytes_at_most = now;
    return memory;
}
void returned(void* memory) noexcept {
    if (memory != nullptr) bytes_now -= ::malloc_usable_size(memory);
    std::free(memory);
}

template <class Action>
std::size_t allocations_in(Action&& action) {
    const std::size_t before = allocations;
    action();
    return allocations - before;
}

template <class Table>
void require_no_allocation(const Table& table) {
    using T = typename Table::value_type;
    std::vector<T> out(table.dim());
    const std::vector<std::uint32_t> ids{0, 5, 5, 2};
    pleach::matrix<T> rows(ids.size(), table.dim());
    auto gradient = table.make_gradient();
    for (const std::uint32_t id : ids) table.accumulate(id, out, gradient);
    gradient.clear();
    REQUIRE(allocations_in([&] {
                for (std::uint32_t id = 0; id < table.size(); ++id) {
                    table.prefetch(id);
                    table.lookup(id, out);
                    table.add_to(out, id, T(2));
                }
                pleach::gather(table, std::span<const std::uint32_t>(ids), rows.view());
                for (const std::uint32_t id : ids) table.accumulate(id, out, gradient);
            }) == 0);
}

}  // namespace

// All forms below end in aligned_alloc and free; GCC inlines some of them and then believes that they do not match.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif
void* operator new(std::size_t bytes) { return counted(bytes, alignof(std::max_align_t)); }
void* operator new[](std::size_t bytes) { return counted(bytes, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return counted(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    try {
        return counted(bytes, alignof(std::max_align_t));
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept {
    try {
        return counted(bytes, alignof(std::max_align_t));
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
void operator delete(void* memory) noexcept { returned(memory); }
void operator delete[](void* memory) noexcept { returned(memory); }
void operator delete(void* memory, std::size_t) noexcept { returned(memory); }
void operator delete[](void* memory, std::size_t) noexcept { returned(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { returned(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { returned(memory); }

TEST_CASE("the counter of this file counts") {
    REQUIRE(allocations_in([] { REQUIRE(std::vector<int>(100).size() == 100); }) > 0);
}

TEST_CASE("lookups, batches and repeated gradients allocate nothing") {
    auto rows = tests::normal_table<float>(6, 70);
    const auto mask = tests::random_mask(6, 70, 0.5);
    require_no_allocation(rows);
    require_no_allocation(pleach::borrowed_table<float>(rows.rows()));
    require_no_allocation(pleach::mask_overlay(rows, mask));
    require_no_allocation(pleach::masked(rows, mask));
}

TEST_CASE("opening a file takes at most four times its bytes of memory, and a mebibyte, whatever its header has many of") {
    const auto peak_over = [](const std::string& header, bool opens = true) {
        const std::uint64_t length = header.size();
        std::string file(8, '\0');
        std::memcpy(file.data(), &length, 8);
        file += header;
        const std::size_t before = bytes_now;
        bytes_at_most = before;
        std::error_code error;
        static_cast<void>(pleach::safetensors_view::view(std::as_bytes(std::span(file)), {}, error));
        REQUIRE(!error == opens);
        return bytes_at_most - before > 4 * file.size() ? bytes_at_most - before - 4 * file.size() : 0;
    };
    std::string arrays = "{\"__metadata__\":{}", metadata = "{\"__metadata__\":{\"-\":\"\"";
    for (int i = 0; i < 32'769; ++i)
        arrays += ",\"" + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
    for (int i = 1; i < 4096; ++i) metadata += ",\"" + std::to_string(i) + "\":\"\"";
    REQUIRE(peak_over(arrays + "}") < std::size_t{1} << 20);
    REQUIRE(peak_over(metadata + "}}") < std::size_t{1} << 20);
    // A header with far more keys than arrays.
    std::string many = "{";
    for (int i = 0; i < 100'000; ++i) many += "\"dtype\"";
    REQUIRE(peak_over(many + "}", false) < std::size_t{1} << 20);
    REQUIRE(peak_over("{\"__metadata__\":{\"a\":\"" + std::string(4'000'000, 'x') + "\"}}") < std::size_t{1} << 20);
}
