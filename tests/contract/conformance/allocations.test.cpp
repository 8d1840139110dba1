// SPDX-License-Identifier: Apache-2.0

#include <pleach/sparse/mask_overlay.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/borrowed_table.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) {
    ++allocations;
    const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    if (void* memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded)) return memory;
    throw std::bad_alloc();
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
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return std::malloc(bytes == 0 ? 1 : bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return std::malloc(bytes == 0 ? 1 : bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

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
