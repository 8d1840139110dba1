// SPDX-License-Identifier: Apache-2.0
#include "support/model/kept_propagation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

namespace support {

std::vector<std::uint32_t> choose_rows(const bipartite_graph& graph, double of_users, double of_items) {
    std::vector<std::uint32_t> chosen;
    const auto choose = [&](std::size_t first, std::size_t last, double share) {
        std::vector<std::uint32_t> side(last - first);
        std::iota(side.begin(), side.end(), static_cast<std::uint32_t>(first));
        std::ranges::stable_sort(side, std::greater(), [&](std::uint32_t n) { return graph.neighbors(n).size(); });
        side.resize(static_cast<std::size_t>(share * static_cast<double>(side.size())));
        chosen.insert(chosen.end(), side.begin(), side.end());
    };
    choose(0, graph.users(), of_users);
    choose(graph.users(), graph.nodes(), of_items);
    std::ranges::sort(chosen);
    return chosen;
}

pleach::matrix<float> selected_rows(pleach::matrix_view<const float> table, std::span<const std::uint32_t> numbers) {
    pleach::matrix<float> rows(numbers.size(), table.cols());
    for (std::size_t k = 0; k < numbers.size(); ++k) std::ranges::copy(table.row(numbers[k]), rows.row(k).begin());
    return rows;
}

void detail::check_kept(const char* verb, const bipartite_graph& graph, pleach::matrix_view<const float> trained,
                        std::span<const std::uint32_t> kept) {
    const auto refuse = [verb](const std::string& sentence) { throw std::invalid_argument(verb + (": " + sentence)); };
    if (trained.rows() != graph.nodes())
        refuse("the table has " + std::to_string(trained.rows()) + " rows, but the graph " + std::to_string(graph.users()) +
               " users and " + std::to_string(graph.nodes() - graph.users()) +
               " items: give the table and the graph of the same model");
    if (kept.empty()) refuse("no row is kept, so nothing can stand for the others; keep for example the rows of the items");
    for (std::size_t k = 0; k < kept.size(); ++k) {
        if (kept[k] >= trained.rows())
            refuse("row " + std::to_string(kept[k]) + " should be kept, but the table has only " +
                   std::to_string(trained.rows()));
        if (k > 0 && kept[k] <= kept[k - 1])
            refuse("row " + std::to_string(kept[k]) + " follows row " + std::to_string(kept[k - 1]) +
                   " among those to keep: give each once, in ascending order");
    }
    for (std::size_t r = 0; r < trained.rows(); ++r)
        for (std::size_t c = 0; c < trained.cols(); ++c)
            if (!std::isfinite(trained.row(r)[c]))
                refuse("row " + std::to_string(r) + ", column " + std::to_string(c) + " is " +
                       std::to_string(trained.row(r)[c]) + ", so there is no solution; training has diverged");
}

}  // namespace support
