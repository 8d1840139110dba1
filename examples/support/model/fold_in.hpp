// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Matrix factorization without rows of users: a user's row is folded in from the rows of the items that the user took. With x_u,
/// the mean of those rows, and t_u, the trained row of the user,
///
///     e_u = x_u W,      W = argmin_W sum_u |x_u W - t_u|^2      (dim x dim)
///
/// The items of a user are known where users are served anyway, since they are left out of the lists; so only the items and W
/// are stored. Source: Paterek, "Improving regularized singular value decomposition for collaborative filtering", KDD Cup 2007
/// (users as sums over their items); there the sums train, here W is fitted to a trained model.

#include "support/data/csr.hpp"

#include <pleach/core/executor.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/kernel/add_scaled.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace support {

/// x_u, the mean of the rows of these items; zero without any.
inline void mean_of_items(pleach::matrix_view<const float> items, std::span<const std::uint32_t> taken, std::span<float> out) {
    std::ranges::fill(out, 0.0F);
    for (const std::uint32_t i : taken)
        pleach::add_scaled(1 / static_cast<float>(taken.size()), items.row(i).data(), out.data(), out.size());
}

/// W. If users do not determine it, the solution of smallest norm. *Precondition:* taken.rows() == users.rows(), and its columns
/// are rows of items. *Throws* std::invalid_argument if no user took an item. *Complexity:* pairs * dim + users * dim^2.
[[nodiscard]] pleach::matrix<float> fit_fold_in(pleach::matrix_view<const float> users, pleach::matrix_view<const float> items,
                                                const csr& taken);

/// out = x_u W for each user; rows of users who took nothing are zero. The bits do not depend on the executor.
template <pleach::executor Executor>
void fold_in(pleach::matrix_view<const float> items, const csr& taken, pleach::matrix_view<const float> fold,
             pleach::matrix_view<float> out, const Executor& exec) {
    pleach::for_each_chunk(exec, taken.rows(), std::size_t{256}, [&](std::size_t first, std::size_t last) {
        std::vector<float> mean(items.cols());
        for (std::size_t u = first; u < last; ++u) {
            mean_of_items(items, taken.row(u), mean);
            std::ranges::fill(out.row(u), 0.0F);
            for (std::size_t c = 0; c < mean.size(); ++c)
                pleach::add_scaled(mean[c], fold.row(c).data(), out.row(u).data(), out.cols());
        }
    });
}

}  // namespace support
