// SPDX-License-Identifier: Apache-2.0
#include "support/train/first_rows.hpp"

#include "support/data/csr.hpp"
#include "support/serve/dense_factors.hpp"

#include <pleach/factor/sparse_rotation.hpp>
#include <pleach/factor/truncated_svd.hpp>

#include <algorithm>
#include <cmath>

namespace support {

namespace {

constexpr double deviation = 0.1;

pleach::matrix<float> singular_rows(const options& chosen, const interactions& data, const pleach::openmp& exec) {
    std::vector<float> of_item(data.items, 0);
    for (const std::uint32_t item : data.train.columns) ++of_item[item];
    std::vector<float> values;
    values.reserve(data.train.size());
    for (std::size_t u = 0; u < data.users; ++u) {
        const auto items = data.train.row(u);
        for (const std::uint32_t item : items)
            values.push_back(1 / std::sqrt(static_cast<float>(items.size()) * of_item[item]));
    }
    const pleach::csr_operator<float> pairs({data.train.offsets, data.train.columns, data.items, values});
    const auto svd = pleach::truncated_svd<float>(pairs, {.rank = chosen.dim, .seed = chosen.seed}, exec);

    pleach::matrix<float> rows(data.users + data.items, chosen.dim);
    double squares = 0;
    for (std::size_t r = 0; r < rows.rows(); ++r)
        for (std::size_t c = 0; c < chosen.dim; ++c) {
            const float direction = r < data.users ? svd.left.row(r)[c] : svd.right.row(r - data.users)[c];
            rows.row(r)[c] = direction * static_cast<float>(std::sqrt(svd.values[c]));
            squares += static_cast<double>(rows.row(r)[c]) * static_cast<double>(rows.row(r)[c]);
        }
    const auto scale = static_cast<float>(deviation / std::sqrt(squares / static_cast<double>(rows.elements().size())));
    for (float& x : rows.elements()) x *= scale;
    return rows;
}

pleach::matrix<float> rows_of_file(const options& chosen, const interactions& data) {
    const dense_factors file = dense_factors::open(chosen.init_rows, chosen.init_array);
    if (file.size() != data.users + data.items || file.dim() != chosen.dim)
        throw usage_error("--init-rows " + chosen.init_rows + " has " + std::to_string(file.size()) + " rows of " +
                          std::to_string(file.dim()) + " values, but " + std::to_string(data.users) + " users and " +
                          std::to_string(data.items) + " items need a row of --dim " + std::to_string(chosen.dim) + " each");
    pleach::matrix<float> rows(file.size(), file.dim());
    for (std::size_t r = 0; r < rows.rows(); ++r) file.lookup(static_cast<std::uint32_t>(r), rows.row(r));
    return rows;
}

}  // namespace

pleach::matrix<float> first_rows(const options& chosen, const interactions& data, const pleach::openmp& exec) {
    pleach::matrix<float> rows = chosen.init_rows.empty() ? singular_rows(chosen, data, exec) : rows_of_file(chosen, data);
    if (chosen.init != row_start::sparse_pca) return rows;
    const auto all = static_cast<double>(rows.elements().size());
    const auto keep = static_cast<std::size_t>((std::max)(1.0, chosen.init_density * all));
    return pleach::sparse_rotation<float>(std::as_const(rows).view(), {.keep = keep, .seed = chosen.seed}, exec).codes;
}

}  // namespace support
