// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Puts the original ids of the rows into a frozen table: `frozen::add_ids(image, {{"items", names.size()}}, names)`; see
/// row_ids.hpp.

#include <pleach/frozen/row_ids.hpp>

#include <algorithm>
#include <stdexcept>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// Adds the original ids of the rows to the image of a table. *Throws* std::invalid_argument if there is not one id per row, a
/// group has no usable name, an id occurs twice in a group, the ids take 4 GiB or more, or the image has ids already.
/// *Complexity:* O(n log n); 8 bytes per row, and those of the ids.
inline void add_ids(image& table, const std::vector<id_group>& groups, std::span<const std::string> ids) {
    const auto refuse = [](const std::string& why) { throw std::invalid_argument("pleach::frozen::add_ids: " + why); };
    const std::string rows(table.content().value("entities"));
    if (std::to_string(ids.size()) != rows)
        refuse("there are " + std::to_string(ids.size()) + " ids, but the table has " + (rows.empty() ? "no" : rows) +
               " rows; give one for each");
    if (!table.content().value("pleach.ids").empty()) refuse("the table has ids already");
    std::uint64_t bytes = 0;
    for (const std::string& id : ids) bytes += id.size();
    if (bytes > 0xffffffffU || ids.size() > 0xffffffffU)
        refuse("the ids take " + std::to_string(bytes) + " bytes, but they must take less than 4 GiB; use shorter ones");
    std::string described;
    std::size_t sum = 0;
    for (const id_group& one : groups) {
        if (!is_group_name(one.name)) refuse("\"" + one.name + "\" cannot name a group; use letters, digits, '_' and '-'");
        if (std::ranges::count(groups, one.name, &id_group::name) != 1) refuse("two groups are named \"" + one.name + "\"");
        described += (described.empty() ? "" : ",") + one.name + " " + std::to_string(one.rows);
        sum += one.rows;
    }
    if (sum != ids.size() || groups.empty())
        refuse("the groups have " + std::to_string(sum) + " rows, but there are " + std::to_string(ids.size()) + " ids");
    std::vector<std::uint32_t> order(ids.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
    auto first = order.begin();
    for (const id_group& one : groups) {
        const auto last = first + static_cast<std::ptrdiff_t>(one.rows);
        const auto id_of = [&](std::uint32_t row) -> const std::string& { return ids[row]; };
        std::ranges::sort(first, last, {}, id_of);
        const auto twice = std::ranges::adjacent_find(first, last, {}, id_of);
        if (twice != last)
            refuse("the id " + pleach::detail::in_quotes(ids[*twice]) + " occurs twice in the group \"" + one.name + "\"");
        first = last;
    }
    const auto text = table.add<std::byte>("pleach.ids", static_cast<std::size_t>(bytes));
    const auto ends = table.add<std::uint32_t>("pleach.id_ends", ids.size());
    std::size_t end = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        std::ranges::copy(std::as_bytes(std::span(ids[i])), text.begin() + static_cast<std::ptrdiff_t>(end));
        ends[i] = static_cast<std::uint32_t>(end += ids[i].size());
    }
    std::ranges::copy(order, table.add<std::uint32_t>("pleach.id_order", order.size()).begin());
    table.describe("pleach.ids", described);
}

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
