// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The best items for users, from two tables of any format: scores are dot products, and items that a user has seen are left
/// out.

#include "support/data/csr.hpp"
#include "support/data/id_table.hpp"
#include "support/data/interactions.hpp"
#include "support/text/error.hpp"

#include <pleach/core/matrix.hpp>
#include <pleach/table/top_k.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace support {

/// Which items each user has seen, by the rows of the tables. The data set may number users and items differently from the
/// tables, so they are matched by name. Pairs with users or items that are not in the tables are left out.
inline csr seen_items(const interactions& data, const id_table& users, const id_table& items) {
    static constexpr std::uint32_t nowhere = 0xffffffffU;
    const auto rows_of = [](const std::vector<std::string>& names, const id_table& ids) {
        std::vector<std::uint32_t> rows(names.size());
        for (std::size_t i = 0; i < names.size(); ++i) rows[i] = ids.find(names[i]).value_or(nowhere);
        return rows;
    };
    const auto user_rows = rows_of(data.user_tokens, users), item_rows = rows_of(data.item_tokens, items);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (const csr* part : {&data.train, &data.valid})
        for (std::size_t u = 0; u < part->rows(); ++u)
            for (const std::uint32_t item : part->row(u))
                if (user_rows[u] != nowhere && item_rows[item] != nowhere) pairs.emplace_back(user_rows[u], item_rows[item]);
    return make_csr(users.size(), pairs);
}

/// For each of `ids`, rows of `users`, in their order: calls `visit(id, best)` with the min(k, items not seen) best items, best
/// first. `seen` has one row per user, or no rows. *Throws:* std::invalid_argument if the tables' rows differ in width, or k is
/// 0. *Complexity:* one dot product per user and item; users are processed `batch` at a time, so that memory does not grow with
///    their number.
template <class Users, class Items, class Visit, class Executor>
void recommend(const Users& users, const Items& items, std::span<const std::uint32_t> ids, const csr& seen, std::size_t k,
               Visit&& visit, const Executor& exec, std::size_t batch = 4096) {
    if (users.dim() != items.dim())
        throw std::invalid_argument("recommend: users have " + std::to_string(users.dim()) + " columns and items " +
                                    std::to_string(items.dim()) + "; give two tables of the same model");
    for (std::size_t first = 0; first < ids.size(); first += batch) {
        const auto some = ids.subspan(first, std::min(batch, ids.size() - first));
        pleach::matrix<float> queries(some.size(), users.dim());
        for (std::size_t i = 0; i < some.size(); ++i)
            users.lookup(static_cast<typename Users::id_type>(some[i]), queries.row(i));
        pleach::top_k(items, std::as_const(queries).view(), k,
                      [&](std::size_t q, std::span<const pleach::scored<float>> best) { visit(some[q], best); },
                      {.exec = exec, .excluded = [&](std::size_t q) {
                           return seen.rows() == 0 ? std::span<const std::uint32_t>() : seen.row(some[q]);
                       }});
    }
}

}  // namespace support
