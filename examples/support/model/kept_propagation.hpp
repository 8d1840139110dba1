// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Propagation P (propagation.hpp) of a table of which only some rows are kept: S places the kept rows X among rows of zeros, so
/// that a model that has no others propagates to P S X. A trained table T propagates to P T, and how far X is from doing the same
/// is || P S X - P T ||^2 / || P T ||^2.

#include "support/model/least_squares.hpp"
#include "support/model/propagation.hpp"

#include <span>
#include <vector>

namespace support {

/// The rows to keep: a fraction of the users and one of the items, those with the most neighbors, ties by lower number.
/// Ascending.
[[nodiscard]] std::vector<std::uint32_t> choose_rows(const bipartite_graph& graph, double of_users, double of_items);

/// The rows of a table at these numbers.
[[nodiscard]] pleach::matrix<float> selected_rows(pleach::matrix_view<const float> table,
                                                  std::span<const std::uint32_t> numbers);

namespace detail {

/// *Throws* std::invalid_argument, which begins with the verb, unless kept is not empty and ascends within the rows of the
/// graph, the table has as many rows as the graph, and its values are finite.
void check_kept(const char* verb, const bipartite_graph& graph, pleach::matrix_view<const float> trained,
                std::span<const std::uint32_t> kept);

}  // namespace detail

/// P S, for one set of kept rows, and what remains between it and P T. Keeps references to the graph, `kept` and the executor.
template <pleach::executor Executor>
class kept_propagation {
public:
    /// *Precondition:* detail::check_kept accepts the arguments.
    kept_propagation(const bipartite_graph& graph, pleach::matrix_view<const float> trained, std::size_t layers,
                     std::span<const std::uint32_t> kept, const Executor& exec)
        : over_(graph, trained.cols(), layers), kept_(kept), exec_(exec), number_(graph.nodes(), ~std::uint32_t{0}),
          target_(graph.nodes(), trained.cols()) {
        for (std::size_t k = 0; k < kept.size(); ++k) number_[kept[k]] = static_cast<std::uint32_t>(k);
        over_.run([&](std::size_t n) { return trained.row(n).data(); }, [&](std::size_t n) { return target_.row(n).data(); },
                  {}, {}, exec_);
        whole_ = column_algebra<Executor>(exec_).square(target_);
    }

    /// out = P S x
    void spread(const pleach::matrix<float>& x, pleach::matrix<float>& out) {
        over_.run([&](std::size_t n) { return number_[n] < kept_.size() ? x.row(number_[n]).data() : nullptr; },
                  [&](std::size_t n) { return out.row(n).data(); }, kept_, {}, exec_);
    }
    /// out = S^T P r; P is symmetric
    void gather(const pleach::matrix<float>& r, pleach::matrix<float>& out) {
        over_.run([&](std::size_t n) { return r.row(n).data(); }, [&](std::size_t n) { return out.row(number_[n]).data(); }, {},
                  kept_, exec_);
    }

    /// P T - P S x
    [[nodiscard]] pleach::matrix<float> left_of(const pleach::matrix<float>& x) {
        pleach::matrix<float> left = target_, moved(target_.rows(), target_.cols());
        spread(x, moved);
        column_algebra<Executor>(exec_).add(-1, moved, left);
        return left;
    }
    /// || left ||^2 / || P T ||^2
    [[nodiscard]] double error_of(const pleach::matrix<float>& left) const {
        return whole_ > 0 ? column_algebra<Executor>(exec_).square(left) / whole_ : 0;
    }

private:
    propagation over_;
    std::span<const std::uint32_t> kept_;
    const Executor& exec_;
    std::vector<std::uint32_t> number_;  // of a kept row by node
    pleach::matrix<float> target_;       // P T
    double whole_ = 0;                   // || P T ||^2
};

}  // namespace support
