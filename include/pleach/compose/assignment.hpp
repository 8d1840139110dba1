// SPDX-License-Identifier: Apache-2.0
#pragma once

/// t weighted rows of a codebook for every entity: a sparse matrix S of entities x codes with exactly t entries per row, stored
/// as two flat arrays, 4 bytes per id and sizeof(T) per weight. It is a plain value, not trained by gradients: solvers make a
/// new one (assign/reassign.hpp, assign/partition.hpp). Weights are finite and not negative, so that the entries of S can serve
/// as edges of a graph. Source: Liang et al., "LEGCF", SIGIR 2024, section 3.

#include <pleach/core/executor.hpp>
#include <pleach/kernel/add_scaled.hpp>
#include <pleach/table/assignments.hpp>

#include <span>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

template <std::floating_point T>
class assignment {
public:
    using value_type = T;

    /// Row x of `ids` and `weights` belongs to entity x. *Throws* std::invalid_argument unless ids are below `codes` and
    /// distinct within a row, weights finite and not negative, and the number of terms is from 1 to `codes`.
    assignment(std::size_t codes, matrix<std::uint32_t> ids, matrix<T> weights)
        : codes_(codes), ids_(std::move(ids)), weights_(std::move(weights)) {
        check_assignment<T>(std::as_const(ids_).view(), std::as_const(weights_).view(), codes_);
    }

    /// Number of entities (rows of S).
    [[nodiscard]] std::size_t size() const noexcept { return ids_.rows(); }
    /// Number of rows of the codebook (columns of S).
    [[nodiscard]] std::size_t codes() const noexcept { return codes_; }
    /// Number of entries per row of S.
    [[nodiscard]] std::size_t terms() const noexcept { return ids_.cols(); }

    [[nodiscard]] matrix_view<const std::uint32_t> ids() const noexcept { return ids_.view(); }
    [[nodiscard]] matrix_view<const T> weights() const noexcept { return weights_.view(); }
    /// The k-th code of entity x, and its weight. *Precondition:* x < size(), k < terms().
    [[nodiscard]] std::size_t id(std::size_t x, std::size_t k) const noexcept { return ids_.data()[x * terms() + k]; }
    [[nodiscard]] T weight(std::size_t x, std::size_t k) const noexcept { return weights_.data()[x * terms() + k]; }

    [[nodiscard]] std::size_t bytes() const noexcept { return ids_.elements().size_bytes() + weights_.elements().size_bytes(); }

    friend bool operator==(const assignment&, const assignment&) = default;

private:
    std::size_t codes_;
    matrix<std::uint32_t> ids_;
    matrix<T> weights_;
};

/// out += S^T Y, where `rows(x)` is a pointer to row x of Y: adds the rows of entities to those of their codes, weighted.
/// Partial sums merge in the order of the entities, so the bits do not depend on the executor. *Throws* std::invalid_argument
/// unless out has one row per code. *Complexity:* size * terms * out.cols() multiply-adds.
template <class Assignment, class Rows, executor Executor = sequential>
void add_transposed(const Assignment& assigned, Rows&& rows, matrix_view<typename Assignment::value_type> out,
                    const Executor& exec = {}) {
    using T = typename Assignment::value_type;
    constexpr std::size_t entities_per_task = 8192;
    if (out.rows() != assigned.codes())
        throw std::invalid_argument("pleach::add_transposed: there are " + std::to_string(out.rows()) +
                                    " rows to add to, but " + std::to_string(assigned.codes()) + " codes; give a row for each");
    std::vector<matrix<T>> sums((assigned.size() + entities_per_task - 1) / entities_per_task);
    for_each_chunk(exec, assigned.size(), entities_per_task, [&](std::size_t first, std::size_t last) {
        matrix<T>& sum = sums[first / entities_per_task] = matrix<T>(out.rows(), out.cols());
        for (std::size_t x = first; x < last; ++x) {
            const T* row = rows(x);
            for (std::size_t k = 0; k < assigned.terms(); ++k)
                add_scaled(assigned.weight(x, k), row, sum.row(assigned.id(x, k)).data(), out.cols());
        }
    });
    for (const matrix<T>& sum : sums)
        for (std::size_t j = 0; j < out.rows(); ++j) add_scaled(T{1}, sum.row(j).data(), out.row(j).data(), out.cols());
}

}  // namespace PLEACH_ABI
}  // namespace pleach
