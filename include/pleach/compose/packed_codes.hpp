// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The codewords of each entity: one of 2^bits in each of `terms` books. Codes of 4 to 12 bits are packed without gaps, lowest
/// bits first, so that n entities take ceil(n * terms * bits / 8) bytes. A packed code is always a valid codeword. Four zero
/// bytes follow, so that every code can be read as one 32-bit word.

#include <pleach/core/contract.hpp>
#include <pleach/core/matrix_view.hpp>
#include <pleach/kernel/prefetch.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

/// Neighboring columns.
struct column_group {
    std::size_t first;
    std::size_t count;
};

/// The k-th of `groups` groups of `dim` columns, whose widths differ by at most one. The last group is never a narrower one.
[[nodiscard]] constexpr column_group column_group_of(std::size_t dim, std::size_t groups, std::size_t k) noexcept {
    const std::size_t first = k * dim / groups;
    return {first, (k + 1) * dim / groups - first};
}

inline constexpr std::size_t fewest_code_bits = 4;
inline constexpr std::size_t most_code_bits = 12;
/// Zeros after the last code.
inline constexpr std::size_t code_guard_bytes = 4;

namespace detail {

/// *Throws* std::invalid_argument if terms is 0 or bits is not from 4 to 12.
inline void check_code_shape(const char* verb, std::size_t terms, std::size_t bits) {
    if (terms == 0)
        throw std::invalid_argument(std::string("pleach::") + verb +
                                    ": there are 0 terms, but a row needs at least one codeword");
    if (bits < fewest_code_bits || bits > most_code_bits)
        throw std::invalid_argument(std::string("pleach::") + verb + ": codes have " + std::to_string(bits) +
                                    " bits, but may have 4 to 12; use more terms of fewer bits");
}

}  // namespace detail

/// `Bytes` owns the packed codes or is a span of those in a file.
template <class Bytes = std::vector<std::byte>>
class packed_codes {
public:
    static constexpr bool is_owner = !std::is_same_v<Bytes, std::span<const std::byte>>;

    packed_codes() = default;

    /// Row x of `ids` has the codewords of entity x. *Throws* std::invalid_argument if there are no terms, bits is not from 4
    /// to 12, or an id is 2^bits or more.
    packed_codes(matrix_view<const std::uint16_t> ids, std::size_t bits)
        requires is_owner
        : size_(ids.rows()), terms_(ids.cols()), bits_(bits) {
        detail::check_code_shape("packed_codes", terms_, bits);
        bytes_.resize(bytes_of(size_, terms_, bits_));
        std::size_t bit = 0;
        for (std::size_t x = 0; x < size_; ++x)
            for (const std::uint16_t id : ids.row(x)) {
                if (id >> bits != 0)
                    throw std::invalid_argument("pleach::packed_codes: entity " + std::to_string(x) + " has the codeword " +
                                                std::to_string(id) + ", but books of " + std::to_string(bits) +
                                                " bits end at " + std::to_string((std::size_t{1} << bits) - 1));
                for (std::uint32_t word = std::uint32_t{id} << (bit % 8), at = 0; word != 0; word >>= 8, ++at)
                    bytes_[bit / 8 + at] |= static_cast<std::byte>(word & 255);
                bit += bits;
            }
    }
    /// Codes that are packed already. *Precondition:* bytes_of(size, terms, bits) bytes, the last four zero.
    packed_codes(Bytes bytes, std::size_t size, std::size_t terms, std::size_t bits) noexcept
        : bytes_(std::move(bytes)), size_(size), terms_(terms), bits_(bits) {}

    /// Bytes of all codes and the zeros after them. *Precondition:* size * terms * bits does not overflow.
    [[nodiscard]] static constexpr std::size_t bytes_of(std::size_t size, std::size_t terms, std::size_t bits) noexcept {
        return (size * terms * bits + 7) / 8 + code_guard_bytes;
    }

    /// Number of entities.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// Number of books, and of codewords per entity.
    [[nodiscard]] std::size_t terms() const noexcept { return terms_; }
    [[nodiscard]] std::size_t bits() const noexcept { return bits_; }
    /// Number of codewords per book.
    [[nodiscard]] std::size_t codewords() const noexcept { return std::size_t{1} << bits_; }

    /// The codeword of entity x in book k. *Precondition:* x < size(), k < terms().
    [[nodiscard]] std::size_t id(std::size_t x, std::size_t k) const noexcept(!hardened) {
        PLEACH_EXPECTS(x < size_ && k < terms_, "packed_codes::id was asked for a code beyond the last one");
        const std::size_t bit = (x * terms_ + k) * bits_;
        std::uint32_t word;
        std::memcpy(&word, bytes_.data() + bit / 8, sizeof word);
        return word >> (bit % 8) & (codewords() - 1);
    }
    /// The same codeword as a row of the stacked books.
    [[nodiscard]] std::size_t row(std::size_t x, std::size_t k) const noexcept(!hardened) { return (k << bits_) + id(x, k); }

    /// Prefetches the first and the last code of entity x.
    [[gnu::always_inline]] void prefetch(std::size_t x) const noexcept {
        const std::size_t bits = terms_ * bits_, bit = x * bits;
        detail::prefetch_bytes(bytes_.data() + bit / 8, 1);
        detail::prefetch_bytes(bytes_.data() + (bit + bits - 1) / 8, 1);
    }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

private:
    Bytes bytes_{};
    std::size_t size_ = 0, terms_ = 0, bits_ = fewest_code_bits;
};

/// Codes in bytes that somebody else owns.
using borrowed_codes = packed_codes<std::span<const std::byte>>;

}  // namespace PLEACH_ABI
}  // namespace pleach
