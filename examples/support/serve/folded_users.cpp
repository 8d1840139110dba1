// SPDX-License-Identifier: Apache-2.0
#include "support/serve/folded_users.hpp"

#include "support/model/fold_in.hpp"
#include "support/model/item_biases.hpp"
#include "support/text/error.hpp"
#include "support/text/number.hpp"

#include <pleach/table/batch.hpp>

namespace support {

pleach::matrix<float> folded_users(const served_table& items, const std::filesystem::path& fold, const csr& taken,
                                   const pleach::openmp& exec) {
    const auto file = open_served({fold, {}});
    const std::size_t dim = file.dim();
    if (file.size() != dim || (items.dim() != dim && items.dim() != dim + 1))
        fail_input({fold.native()}, counted(file.size(), "row") + " of " + counted(dim, "column"),
                   "a square matrix for items of " + counted(items.dim(), "column"),
                   "give the items.frozen and fold.frozen of the same run");
    pleach::matrix<float> rows(items.size(), items.dim()), map(dim, dim), users(taken.rows(), items.dim());
    pleach::gather_all(items, rows.view(), exec);
    pleach::gather_all(file, map.view(), exec);
    for (std::size_t u = 0; u < users.rows(); ++u) users.row(u).back() = 1;  // overwritten where there are no biases
    fold_in(first_columns(std::as_const(rows).view(), dim), taken, std::as_const(map).view(), first_columns(users.view(), dim),
            exec);
    return users;
}

}  // namespace support
