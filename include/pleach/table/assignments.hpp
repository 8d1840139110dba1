// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The part of a table's state that no gradient moves: which stored rows represent an entity, and with which weights. Such
/// tables enumerate it beside their parameters, so that checkpoints and footprints include it:
/// `table.for_each_assignment(visit)` reads, `table.set_assignment(name, ids, weights)` replaces.

#include <pleach/core/matrix.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pleach {
inline namespace PLEACH_ABI {

/// An assignment as read: its stable name (part of the checkpoint format), entities x terms ids and weights, and the number of
/// rows in the codebook.
template <class T>
struct stored_assignment {
    std::string_view name;
    matrix_view<const std::uint32_t> ids;
    matrix_view<const T> weights;
    std::size_t codes;
};

namespace detail {
struct any_assignment_visitor {
    void operator()(const auto&) const {}
};
}  // namespace detail

/// T has assignments: for_each_assignment(visit) visits them, set_assignment(name, ids, weights) replaces one.
template <class T>
concept has_assignments = requires(T& table, const T& read_only, std::string_view name, matrix<std::uint32_t> ids,
                                   matrix<typename T::value_type> weights) {
    read_only.for_each_assignment(detail::any_assignment_visitor{});
    table.set_assignment(name, ids, weights);
};

/// Checks an assignment: one weight per id, ids below `codes` and distinct within a row, weights finite and not negative.
/// *Throws* std::invalid_argument that names the first offending entity. *Complexity:* O(entities * terms^2).
template <class T>
void check_assignment(matrix_view<const std::uint32_t> ids, matrix_view<const T> weights, std::size_t codes) {
    const auto refuse = [](const std::string& sentence) { throw std::invalid_argument("pleach::assignment: " + sentence); };
    const auto entity = [](std::size_t x) { return "entity " + std::to_string(x); };
    if (ids.rows() != weights.rows() || ids.cols() != weights.cols())
        refuse("there are " + std::to_string(ids.rows()) + " x " + std::to_string(ids.cols()) + " ids, but " +
               std::to_string(weights.rows()) + " x " + std::to_string(weights.cols()) + " weights; each id needs one");
    if (codes == 0) refuse("the codebook is empty; entities need rows to be made of");
    if (ids.cols() == 0 || ids.cols() > codes)
        refuse("an entity is to have " + std::to_string(ids.cols()) + " terms, but the codebook has " + std::to_string(codes) +
               " rows; give it from 1 to " + std::to_string(codes));
    for (std::size_t x = 0; x < ids.rows(); ++x) {
        const auto of_row = ids.row(x);
        for (std::size_t k = 0; k < of_row.size(); ++k) {
            if (of_row[k] >= codes)
                refuse(entity(x) + " is assigned to row " + std::to_string(of_row[k]) + ", but the codebook has " +
                       std::to_string(codes) + " rows; number them from 0");
            for (std::size_t j = 0; j < k; ++j)
                if (of_row[j] == of_row[k])
                    refuse(entity(x) + " is assigned to row " + std::to_string(of_row[k]) + " twice; add the two weights");
            const T weight = weights.row(x)[k];
            if (!(weight >= T{0} && weight - weight == T{0}))
                refuse(entity(x) + " has the weight " + std::to_string(weight) +
                       ", but weights must be finite and not negative");
        }
    }
}

}  // namespace PLEACH_ABI
}  // namespace pleach
