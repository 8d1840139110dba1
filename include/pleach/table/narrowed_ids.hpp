// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ids in an integer type that is not the table's, such as the std::int64_t of NumPy, pandas and torch: the batch verbs take
/// them, check each while it narrows, and treat those that the table does not have by the id policy, negative ones included.
/// Tables whose ids are of an enumeration take no others.

#include <pleach/core/id_policy.hpp>
#include <pleach/table/concepts.hpp>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

/// Ids is a span or vector of integers of another type than Id, which is an integer as well.
template <class Ids, class Id>
concept ids_of_other_type = detail::unsigned_number<Id> && requires(const Ids& ids) {
    requires std::integral<std::remove_cvref_t<decltype(*ids.data())>>;
    requires !std::same_as<std::remove_cvref_t<decltype(*ids.data())>, Id>;
    requires !std::same_as<std::remove_cvref_t<decltype(*ids.data())>, bool>;
    ids.size();
};

/// The ids as the table's own type. Under a policy that does not refuse, one that the table does not have becomes the largest id
/// of that type, for the verb to treat. *Throws* std::out_of_range naming the id, its position and the valid range, as the verb
/// `verb` would. *Complexity:* one pass, and 4 bytes per id of an id_type of 32 bits.
template <embedding_table Table, ids_of_other_type<typename Table::id_type> Ids>
[[nodiscard]] std::vector<typename Table::id_type> narrowed_ids(const Table& table, const Ids& ids, id_policy policy,
                                                                const char* verb) {
    using id_type = typename Table::id_type;
    constexpr auto none = std::numeric_limits<id_type>::max();
    std::vector<id_type> result(ids.size());
    const auto refuse = [&](std::size_t j, const std::string& range) {
        throw std::out_of_range("pleach::" + std::string(verb) + ": id " + std::to_string(ids.data()[j]) + " at position " +
                                std::to_string(j) + " is not in the table, whose ids are 0 to " + range);
    };
    // All ids are usually valid: this loop has no branch, so that it runs on vectors. What is negative is large without its sign.
    std::uint64_t beyond = most_entities<id_type>;
    if constexpr (enumerable_table<Table>)
        if (table.size() < beyond) beyond = table.size();
    bool is_good = true;
    for (std::size_t j = 0; j < result.size(); ++j) {
        is_good &= static_cast<std::uint64_t>(ids.data()[j]) < beyond;
        result[j] = static_cast<id_type>(ids.data()[j]);
    }
    if (is_good || policy == id_policy::trust) return result;
    for (std::size_t j = 0; j < result.size(); ++j) {
        const auto id = ids.data()[j];
        if constexpr (enumerable_table<Table>) {
            if (std::cmp_greater_equal(id, 0) && std::cmp_less(id, table.size())) continue;
            if (policy == id_policy::refuse || std::cmp_less(none, table.size()))
                refuse(j, std::to_string(table.size()) + " - 1");
            result[j] = none;
        } else if (!std::in_range<id_type>(id)) {
            refuse(j, std::to_string(none));
        }
    }
    return result;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
