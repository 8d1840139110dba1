// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An operation with each of its allocations failing in turn. Replaces the functions that allocate: for one source of a program.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iterator>
#include <limits>
#include <new>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
std::atomic<std::size_t> failing_from{never}, failing_to{never};  // numbers of the allocations that fail
std::atomic<std::size_t> allocations{0};
std::atomic<long> living{0};

void* allocate(std::size_t bytes, std::size_t alignment) {
    const std::size_t number = ++allocations;
    if (number >= failing_from && number < failing_to) throw std::bad_alloc();
    void* memory = std::aligned_alloc(alignment, (bytes + alignment) / alignment * alignment);
    if (memory == nullptr) throw std::bad_alloc();
    ++living;
    return memory;
}
void release(void* memory) noexcept {
    if (memory != nullptr) --living;
    std::free(memory);
}

}  // namespace

// All forms below end in aligned_alloc and free; GCC inlines some of them and then believes that they do not match.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif
void* operator new(std::size_t bytes) { return allocate(bytes, alignof(std::max_align_t)); }
void* operator new[](std::size_t bytes) { return allocate(bytes, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) { return allocate(bytes, std::size_t(alignment)); }
void* operator new[](std::size_t bytes, std::align_val_t alignment) { return allocate(bytes, std::size_t(alignment)); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept try {
    return allocate(bytes, alignof(std::max_align_t));
} catch (const std::bad_alloc&) {
    return nullptr;
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }

namespace {

std::string only;      // the operations asked for
const char* now = "";  // the operation, for those that end the process
std::size_t wrong = 0, all_points = 0;

long open_descriptors() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

/// Counts what is wrong, with a sentence for the first of each operation, and allocates nothing.
class findings {
public:
    std::size_t allocation = 0;
    bool for_ever = false;

    void require(bool good, const char* what) {
        if (good || count_++ != 0) return;
        std::snprintf(first_, sizeof first_, "allocation %zu%s: %s", allocation, for_ever ? " and all after it" : "", what);
    }
    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] const char* first() const { return first_; }

private:
    std::size_t count_ = 0;
    char first_[200] = "";
};

/// Calls prepare() for a state, then act(state), with the first allocation of act() failing, then the second, and so on until
/// none is left; after each, check(state, failed, findings). Returns how many were wrong.
template <class Prepare, class Act, class Check>
std::size_t sweep(const char* name, Prepare&& prepare, Act&& act, Check&& check) {
    if (std::string_view(name).find(only) == std::string_view::npos) return 0;
    now = name;
    findings found;
    std::size_t points = 0;
    for (const bool for_ever : {false, true}) {
        found.for_ever = for_ever;
        for (bool reached = true; reached; points += reached ? 1U : 0U) {
            found.allocation = reached ? found.allocation + 1 : 1;
            const long before = living;
            {
                auto state = prepare();
                const long descriptors = open_descriptors();
                const std::size_t first = allocations + found.allocation;
                bool failed = false;
                failing_to = for_ever ? never : first + 1;
                failing_from = first;
                try {
                    act(state);
                    reached = allocations >= first;
                    failing_from = never;
                } catch (const std::bad_alloc&) {
                    failing_from = never;
                    failed = true;
                } catch (const std::exception& other) {
                    failing_from = never;
                    found.require(false, other.what());
                }
                found.require(open_descriptors() == descriptors, "a descriptor stays open");
                check(state, failed, [&](bool good, const char* what) { found.require(good, what); });
            }
            found.require(living == before, "memory is lost");
        }
        found.allocation = 0;
    }
    all_points += points;
    std::printf("| %s | %zu | %zu | %s |\n", name, points, found.count(), found.first());
    wrong += found.count();
    return found.count();
}

constexpr auto nothing_more = [](auto&, bool, auto&&) {};

}  // namespace
