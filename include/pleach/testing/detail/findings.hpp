// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the conformance checks share: the list of violations, the ids they try, and equality of bits.

#include <pleach/core/random_stream.hpp>
#include <pleach/table/concepts.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <exception>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace testing {

/// The axioms that a table violates, as sentences. If there are none, the table conforms, as far as the ids and values tried
/// can tell.
struct conformance_report {
    std::vector<std::string> violations;

    [[nodiscard]] bool passed() const noexcept { return violations.empty(); }

    /// The sentences, one per line.
    [[nodiscard]] std::string text() const {
        std::string lines;
        for (const std::string& sentence : violations) lines += sentence + "\n";
        return lines;
    }
};

namespace detail {

template <class Id>
[[nodiscard]] std::string name_of(Id id) {
    return "id " + std::to_string(to_index(id));
}

// Tests an axiom: holds() returns an empty string, or what is wrong. Adds a sentence if it returns one or throws.
template <class Holds>
void require_axiom(conformance_report& report, const char* axiom, Holds&& holds) {
    std::string finding;
    try {
        finding = holds();
        if (finding.empty()) return;
    } catch (const std::exception& thrown) {
        finding = std::string("it threw: ") + thrown.what();
    }
    report.violations.push_back(std::string(axiom) + ", but " + finding);
}

template <class Id>
[[nodiscard]] constexpr std::uint64_t largest_id() {
    if constexpr (std::is_enum_v<Id>)
        return (std::numeric_limits<std::underlying_type_t<Id>>::max)();
    else
        return (std::numeric_limits<Id>::max)();
}

// All ids of a small table; both ends and random ids of a large one; random ids of an open domain.
template <class Table>
[[nodiscard]] std::vector<typename Table::id_type> ids_to_try(const Table& table) {
    using Id = typename Table::id_type;
    constexpr std::size_t many = 48;
    const random_stream stream = random_stream(1).fork("conformance ids");
    std::vector<Id> ids;
    if constexpr (enumerable_table<Table>) {
        const std::size_t size = table.size();
        for (std::size_t i = 0; i < (std::min)(size, many); ++i) {
            const std::size_t middle = i < 8 ? i : i < 16 ? size - 1 - (i - 8) : stream.below(size, i);
            ids.push_back(static_cast<Id>(size <= many ? i : middle));
        }
    } else {
        ids = {static_cast<Id>(0), static_cast<Id>(largest_id<Id>())};
        for (std::size_t i = 2; i < many; ++i) ids.push_back(static_cast<Id>(stream.bits(i)));
    }
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

template <class T>
[[nodiscard]] bool same_bits(T a, T b) {
    if constexpr (sizeof(T) == 4)
        return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
    else if constexpr (sizeof(T) == 8)
        return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
    else
        return a == b || (a != a && b != b);
}

template <class Some, class Others>
[[nodiscard]] bool same_bits_all(const Some& some, const Others& others) {
    return std::ranges::equal(some, others, [](auto a, auto b) { return same_bits(a, b); });
}

// Equal up to a few rounding errors.
[[nodiscard]] inline bool is_near(double a, double b, double epsilon) {
    return a == b || std::abs(a - b) <= 64 * epsilon * (std::max)({1.0, std::abs(a), std::abs(b)});
}

template <class Table>
[[nodiscard]] std::vector<typename Table::value_type> looked_up(const Table& table, typename Table::id_type id) {
    std::vector<typename Table::value_type> out(table.dim());
    table.lookup(id, out);
    return out;
}

template <class Table>
[[nodiscard]] std::vector<std::vector<typename Table::value_type>> looked_up(const Table& table,
                                                                             const std::vector<typename Table::id_type>& ids) {
    std::vector<std::vector<typename Table::value_type>> rows;
    for (const auto id : ids) rows.push_back(looked_up(table, id));
    return rows;
}

}  // namespace detail
}  // namespace testing
}  // namespace PLEACH_ABI
}  // namespace pleach
