// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The ids of a batch after an id policy was applied: valid ids, and the positions of those that were not. Used by the verbs of
/// batch.hpp and bags.hpp.

#include <pleach/core/id_policy.hpp>
#include <pleach/table/concepts.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

template <class Table>
void check_ids(const Table& table, std::span<const typename Table::id_type> ids, const char* verb) {
    if constexpr (enumerable_table<Table>) {
        const std::size_t size = table.size();
        bool good = true;
        for (const auto id : ids) good &= to_index(id) < size;
        if (good) return;
        for (std::size_t j = 0; j < ids.size(); ++j)
            if (to_index(ids[j]) >= size)
                throw std::out_of_range("pleach::" + std::string(verb) + ": id " + std::to_string(to_index(ids[j])) +
                                        " at position " + std::to_string(j) + " is not in the table, whose ids are 0 to " +
                                        std::to_string(size) + " - 1");
    }
}

/// Valid ids: the given ones, or a corrected copy if any of them is invalid.
template <class Id>
struct checked_ids {
    std::span<const Id> ids;
    std::vector<std::size_t> bad{};  ///< positions of the ids whose rows are zero, ascending
    std::vector<Id> copy{};
};

template <class Table>
[[nodiscard]] checked_ids<typename Table::id_type> apply_policy(const Table& table,
                                                                std::span<const typename Table::id_type> ids, id_policy policy,
                                                                const char* verb) {
    using id_type = typename Table::id_type;
    checked_ids<id_type> result{.ids = ids};
    if (policy == id_policy::refuse) {
        check_ids(table, ids, verb);
    } else if constexpr (enumerable_table<Table>) {
        if (policy == id_policy::trust) return result;
        const std::size_t size = table.size();
        bool good = true;
        for (const auto id : ids) good &= to_index(id) < size;
        if (good) return result;
        if (size == 0 && policy == id_policy::clamp) check_ids(table, ids, verb);
        result.copy.assign(ids.begin(), ids.end());
        for (std::size_t j = 0; j < ids.size(); ++j) {
            if (to_index(ids[j]) < size) continue;
            if (policy == id_policy::zero) result.bad.push_back(j);
            result.copy[j] = static_cast<id_type>(policy == id_policy::zero ? 0 : size - 1);
        }
        result.ids = result.copy;
    }
    return result;
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
