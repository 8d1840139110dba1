// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Cache-line-aligned memory, and a zero-initialized array of fixed size in it. Arrays of two huge pages or more ask for huge
/// pages, which make the first touch much cheaper and random row reads somewhat cheaper.

#include <pleach/config.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

inline constexpr std::size_t cache_line = 64;

inline constexpr std::size_t huge_page = std::size_t{1} << 21;

[[nodiscard]] constexpr std::align_val_t alignment_of(std::size_t bytes) noexcept {
    return std::align_val_t{bytes >= 2 * huge_page ? huge_page : cache_line};
}

/// Allocates `bytes` uninitialized bytes; nullptr for 0. *Throws* std::bad_alloc.
[[nodiscard]] inline void* allocate_aligned(std::size_t bytes) {
    if (bytes == 0) return nullptr;
    void* memory = ::operator new(bytes, alignment_of(bytes));
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    // Only a hint: if the kernel refuses, the memory has ordinary pages.
    if (bytes >= 2 * huge_page) static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));
#endif
    return memory;
}

/// Frees memory that allocate_aligned(bytes) returned.
inline void release_aligned(void* memory, std::size_t bytes) noexcept { ::operator delete(memory, alignment_of(bytes)); }

template <class T>
class aligned_array {
    static_assert(std::is_trivially_copyable_v<T>, "pleach keeps numbers in its arrays: T must be trivially copyable");

public:
    aligned_array() noexcept = default;
    explicit aligned_array(std::size_t size) : data_(allocate(size)), size_(size) {
        if (size_ != 0) std::memset(static_cast<void*>(data_), 0, size_ * sizeof(T));
    }
    aligned_array(const aligned_array& other) : data_(allocate(other.size_)), size_(other.size_) {
        if (size_ != 0) std::memcpy(static_cast<void*>(data_), other.data_, size_ * sizeof(T));
    }
    aligned_array(aligned_array&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    aligned_array& operator=(aligned_array other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~aligned_array() { release_aligned(data_, size_ * sizeof(T)); }

    [[nodiscard]] T* data() noexcept { return data_; }
    [[nodiscard]] const T* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    static T* allocate(std::size_t size) {
        if (size > PTRDIFF_MAX / sizeof(T)) throw std::bad_alloc();
        return static_cast<T*>(allocate_aligned(size * sizeof(T)));
    }

    T* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
