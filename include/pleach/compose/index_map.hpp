// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Maps from an entity to its stored row. Maps are computed, not stored, so they take no memory per entity (permuted_map stores
/// only a key).
///
/// | map | row of entity x | adding entities |
/// |---|---|---|
/// | identity_map | x | needs a longer table |
/// | remainder_map | x mod b | keeps existing rows; the table need not grow |
/// | quotient_map | floor(x / r) | keeps existing rows while r is unchanged; up to b * r entities fit |
/// | digit_map | digit of x in base b | keeps existing rows |
/// | hashed_map | hash(x) mod b | keeps existing rows; accepts any 64-bit id |
/// | split_map | one map below a border, another from it on | as for the second map |
///
/// Sources: Shi et al., "Compositional Embeddings Using Complementary Partitions", KDD 2020 (quotient, remainder, digits);
/// Liang et al., "CERP", ICDM 2023 (the balanced pair of quotient and remainder).

#include <pleach/core/detail/mix.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

/// T maps an entity to a stored row less than rows().
template <class T>
concept index_map = std::copyable<T> && requires(const T& map, std::uint64_t entity) {
    { map(entity) } -> std::convertible_to<std::size_t>;
    { map.rows() } -> std::convertible_to<std::size_t>;
};

/// T accepts every 64-bit id, not only ids below a number of entities.
template <class T>
concept open_index_map = index_map<T> && T::serves_any_id;

namespace detail {
inline std::size_t checked_buckets(std::size_t buckets, const char* map) {
    if (buckets == 0)
        throw std::invalid_argument("pleach::" + std::string(map) + ": there are 0 buckets, but at least one is needed");
    return buckets;
}
}  // namespace detail

/// Every entity has its own row.
class identity_map {
public:
    static constexpr std::string_view name = "identity";

    explicit identity_map(std::size_t rows) : rows_(detail::checked_buckets(rows, "identity_map")) {}
    [[nodiscard]] std::size_t operator()(std::uint64_t entity) const noexcept { return static_cast<std::size_t>(entity); }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    /// The constructor's arguments, for frozen files.
    [[nodiscard]] std::array<std::uint64_t, 1> arguments() const noexcept { return {rows_}; }
    /// Number of rows, counted from 0, that entities 0 .. entities - 1 reach.
    [[nodiscard]] std::uint64_t reach(std::uint64_t entities) const noexcept { return entities; }

private:
    std::size_t rows_;
};

/// Entities b apart share a row.
class remainder_map {
public:
    static constexpr std::string_view name = "remainder";
    static constexpr bool serves_any_id = true;

    explicit remainder_map(std::size_t buckets) : buckets_(detail::checked_buckets(buckets, "remainder_map")) {}
    [[nodiscard]] std::size_t operator()(std::uint64_t entity) const noexcept {
        return static_cast<std::size_t>(entity % buckets_);
    }
    [[nodiscard]] std::size_t rows() const noexcept { return buckets_; }
    [[nodiscard]] std::array<std::uint64_t, 1> arguments() const noexcept { return {buckets_}; }
    [[nodiscard]] std::uint64_t reach(std::uint64_t entities) const noexcept {
        return entities < buckets_ ? entities : buckets_;
    }

private:
    std::size_t buckets_;
};

/// Blocks of consecutive entities share a row.
class quotient_map {
public:
    static constexpr std::string_view name = "quotient";

    /// *Precondition:* entities are below rows * block. *Throws* std::invalid_argument if rows or block are 0.
    quotient_map(std::size_t rows, std::size_t block)
        : rows_(detail::checked_buckets(rows, "quotient_map")), block_(detail::checked_buckets(block, "quotient_map")) {}

    /// CERP's map: blocks of r = ceil(entities / buckets) entities. It uses ceil(entities / r) <= buckets rows, so the table
    /// need not be longer.
    [[nodiscard]] static quotient_map for_entities(std::size_t entities, std::size_t buckets) {
        const std::size_t block = (entities + detail::checked_buckets(buckets, "quotient_map") - 1) / buckets;
        return {block == 0 ? 1 : (entities + block - 1) / block, block == 0 ? 1 : block};
    }

    [[nodiscard]] std::size_t operator()(std::uint64_t entity) const noexcept {
        return static_cast<std::size_t>(entity / block_);
    }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::array<std::uint64_t, 2> arguments() const noexcept { return {rows_, block_}; }
    [[nodiscard]] std::uint64_t reach(std::uint64_t entities) const noexcept {
        return entities == 0 ? 0 : (entities - 1) / block_ + 1;
    }
    [[nodiscard]] std::size_t block() const noexcept { return block_; }

private:
    std::size_t rows_;
    std::size_t block_;
};

/// The k-th digit of the entity in base b, least significant first: k tables of b rows tell b^k entities apart.
class digit_map {
public:
    static constexpr std::string_view name = "digit";
    static constexpr bool serves_any_id = true;

    digit_map(std::size_t base, std::size_t digit) : base_(detail::checked_buckets(base, "digit_map")), digit_(digit) {
        for (std::size_t i = 0; i < digit; ++i) {
            if (digit > 64 || divisor_ > UINT64_MAX / base_)
                throw std::invalid_argument("pleach::digit_map: digit " + std::to_string(digit) + " of numbers in base " +
                                            std::to_string(base) + " is beyond 64 bits; leave it out");
            divisor_ *= base_;
        }
    }
    [[nodiscard]] std::size_t operator()(std::uint64_t entity) const noexcept {
        return static_cast<std::size_t>(entity / divisor_ % base_);
    }
    [[nodiscard]] std::size_t rows() const noexcept { return static_cast<std::size_t>(base_); }
    [[nodiscard]] std::size_t digit() const noexcept { return digit_; }
    [[nodiscard]] std::array<std::uint64_t, 2> arguments() const noexcept { return {base_, digit_}; }

private:
    std::uint64_t base_;
    std::size_t digit_;
    std::uint64_t divisor_ = 1;
};

/// A pseudo-random row, the same on every machine for the same seed. The hash is reduced to the range by multiplication, with a
/// bias below buckets / 2^64.
class hashed_map {
public:
    static constexpr std::string_view name = "hashed";
    static constexpr bool serves_any_id = true;

    explicit hashed_map(std::size_t buckets, std::uint64_t seed = 0)
        : buckets_(detail::checked_buckets(buckets, "hashed_map")), seed_(seed), key_(detail::mix(seed + 1)) {}
    [[nodiscard]] std::size_t operator()(std::uint64_t entity) const noexcept {
        return static_cast<std::size_t>(detail::high_product(detail::mix(entity ^ key_), buckets_));
    }
    [[nodiscard]] std::size_t rows() const noexcept { return buckets_; }
    [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
    [[nodiscard]] std::array<std::uint64_t, 2> arguments() const noexcept { return {buckets_, seed_}; }

private:
    std::size_t buckets_;
    std::uint64_t seed_;
    std::uint64_t key_;
};

/// Entities below a border use one map; the others, counted from the border, use another, whose rows follow those of the first.
/// For users and items that are numbered together but share no row.
template <index_map Map>
class split_map {
public:
    static constexpr std::string_view name = "split";
    static constexpr bool serves_any_id = open_index_map<Map>;

    /// Without a border: equal to `all`.
    explicit split_map(Map all) : first_(all), second_(std::move(all)) {}
    /// *Precondition:* first(x) < first.rows() for every entity x below the border. *Throws* std::invalid_argument if the
    /// border is 0.
    split_map(std::uint64_t border, Map first, Map second)
        : border_(border), offset_(first.rows()), first_(std::move(first)), second_(std::move(second)) {
        if (border == 0)
            throw std::invalid_argument(
                "pleach::split_map: the border is 0, but the first map needs entities below it; give one map for all");
    }

    [[nodiscard]] std::size_t operator()(std::uint64_t entity) const noexcept {
        return entity < border_ ? first_(entity) : offset_ + second_(entity - border_);
    }
    [[nodiscard]] std::size_t rows() const noexcept { return offset_ + second_.rows(); }
    /// 0 for a map without a border.
    [[nodiscard]] std::uint64_t border() const noexcept { return border_; }
    [[nodiscard]] const Map& first() const noexcept { return first_; }
    [[nodiscard]] const Map& second() const noexcept { return second_; }

private:
    std::uint64_t border_ = 0;
    std::size_t offset_ = 0;
    Map first_;
    Map second_;
};

/// Applies another map after a seeded permutation of 0 .. entities - 1, so that results do not depend on the order in which ids
/// were assigned. The permutation is a four-round Feistel network over the next power of four, repeated until the result is in
/// range (cycle walking): nothing is stored.
template <index_map Map>
class permuted_map {
public:
    static constexpr std::string_view name = "permuted";

    permuted_map(Map map, std::size_t entities, std::uint64_t seed)
        : map_(std::move(map)), entities_(detail::checked_buckets(entities, "permuted_map")), seed_(seed) {
        while (half_bits_ < 32 && (std::uint64_t{1} << (2 * half_bits_)) < entities_) ++half_bits_;
    }

    /// *Precondition:* entity is below the number of entities.
    [[nodiscard]] std::size_t operator()(std::uint64_t entity) const noexcept { return map_(permuted(entity)); }
    [[nodiscard]] std::size_t rows() const noexcept { return map_.rows(); }
    [[nodiscard]] const Map& map() const noexcept { return map_; }
    [[nodiscard]] std::size_t entities() const noexcept { return static_cast<std::size_t>(entities_); }
    [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }

    [[nodiscard]] std::uint64_t permuted(std::uint64_t entity) const noexcept {
        do entity = shuffled(entity);
        while (entity >= entities_);
        return entity;
    }

private:
    [[nodiscard]] std::uint64_t shuffled(std::uint64_t x) const noexcept {
        const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
        std::uint64_t left = x >> half_bits_, right = x & mask;
        for (std::uint64_t round = 0; round < 4; ++round) {
            const std::uint64_t next = left ^ (detail::mix(right ^ detail::mix(seed_ + round)) & mask);
            left = right;
            right = next;
        }
        return (left << half_bits_) | right;
    }

    Map map_;
    std::uint64_t entities_;
    std::uint64_t seed_;
    unsigned half_bits_ = 1;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
