// SPDX-License-Identifier: Apache-2.0

// An id policy means the same over every table, for every batch verb and every executor: what the verb does with the rows
// expanded, where a row of zeros, or the last one, stands for an id beyond them.

#include <pleach/compose/recipes.hpp>
#include <pleach/frozen/nested_rows.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/bags.hpp>

#include "support/catch.hpp"
#include "unit/frozen/formats.hpp"

#include <cmath>

namespace bad_ids_test {

using namespace tests;
namespace frozen = pleach::frozen;

namespace {

using pleach::id_policy;

constexpr std::size_t rows = 40, dim = 12, count = 500;
const std::vector<std::size_t> offsets{0, 0, 1, 2, 5, 200, 499, count};

/// Every fifth is not in the table, among them the first one that is not, and the largest there is.
std::vector<std::uint32_t> some_ids() {
    std::vector<std::uint32_t> ids(count);
    for (std::uint32_t j = 0; j < count; ++j) ids[j] = j % 5 != 1 ? j * 7 % rows : j % 2 == 1 ? 40 : 4'294'967'295U - j / 100;
    return ids;
}

/// The row that an id has under a policy.
std::vector<float> row_of(const pleach::dense_table<float>& expanded, std::uint32_t id, id_policy policy) {
    if (id >= rows && policy == id_policy::zero) return std::vector<float>(dim);
    const auto row = expanded.row(id < rows ? id : rows - 1);
    return {row.begin(), row.end()};
}

template <class Table>
void check_policy(const Table& table, const pleach::batch_options& how) {
    const auto whole = expanded(table);
    const auto ids = some_ids();
    const std::span<const std::uint32_t> asked(ids);
    const auto weights = random_row<float>(count, 3);
    const std::size_t bags = offsets.size() - 1;
    pleach::matrix<float> gathered(count, dim), sums(bags, dim), weighted(bags, dim), means(bags, dim);
    for (auto* out : {&gathered, &sums, &weighted, &means}) std::ranges::fill(out->elements(), 7.0F);
    pleach::gather(table, asked, gathered.view(), how);
    pleach::gather_sum(table, asked, offsets, sums.view(), how);
    pleach::gather_weighted_sum(table, asked, std::span<const float>(weights), offsets, weighted.view(), how);
    pleach::gather_mean(table, asked, offsets, means.view(), how);
    bool same = true;
    for (std::size_t j = 0; j < count; ++j) same &= std::ranges::equal(gathered.row(j), row_of(whole, ids[j], how.ids));
    REQUIRE(same);
    double worst = 0;
    for (std::size_t b = 0; b < bags; ++b) {
        std::vector<double> sum(dim), by_weight(dim);
        for (std::size_t j = offsets[b]; j < offsets[b + 1]; ++j)
            for (std::size_t c = 0; c < dim; ++c) {
                const double value = static_cast<double>(row_of(whole, ids[j], how.ids)[c]);
                sum[c] += value;
                by_weight[c] += value * static_cast<double>(weights[j]);
            }
        const auto length = static_cast<double>((std::max)(std::size_t{1}, offsets[b + 1] - offsets[b]));
        for (std::size_t c = 0; c < dim; ++c) {
            worst = (std::max)(worst, std::abs(static_cast<double>(sums.row(b)[c]) - sum[c]));
            worst = (std::max)(worst, std::abs(static_cast<double>(weighted.row(b)[c]) - by_weight[c]));
            worst = (std::max)(worst, std::abs(static_cast<double>(means.row(b)[c]) - sum[c] / length));
        }
    }
    REQUIRE(worst < 1e-3);
}

template <class Table>
void check_throws(const Table& table) {
    const auto ids = some_ids();
    const std::span<const std::uint32_t> asked(ids);
    pleach::matrix<float> out(count, dim), sums(offsets.size() - 1, dim);
    const char* const place = "id 40 at position 1 is not in the table";
    REQUIRE_THROWS_WITH_SENTENCE(pleach::gather(table, asked, out.view()), std::out_of_range, place);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::gather_sum(table, asked, offsets, sums.view()), std::out_of_range, place);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::gather_mean(table, asked, offsets, sums.view()), std::out_of_range, place);
    REQUIRE(out == pleach::matrix<float>(count, dim));
    REQUIRE(sums == pleach::matrix<float>(offsets.size() - 1, dim));
}

template <class Table>
void check_all(const Table& table) {
    check_throws(table);
    check_policy(table, {.ids = id_policy::zero});
    check_policy(table, {.exec = pleach::openmp{3}, .ids = id_policy::zero});
    check_policy(table, {.ids = id_policy::clamp});
    check_policy(table, {.exec = pleach::openmp{3}, .ids = id_policy::clamp});
}

}  // namespace

TEST_CASE("policies for ids that are not in the table mean the same for trained, shared and frozen rows") {
    const auto table = sparse_table(rows, dim, 0.3);
    check_all(table);
    check_all(pleach::masked(table));
    const auto shared =
        pleach::make_qr<float>({.entities = rows, .buckets = 8, .dim = dim}, pleach::normal{}, pleach::random_stream(3));
    check_all(shared);
    check_all(frozen_as<frozen::form_of<frozen::bitmap_records<>, std::remove_cv_t<decltype(shared)>>>(shared));
    const auto image = std::make_shared<const frozen::image>(
        pleach::freeze_parts(shared, [](const auto& part) { return pleach::freeze<frozen::dense_rows<>>(part); }));
    check_all(frozen::view<frozen::nested_rows>(image));
}

TEST_CASE("policies for ids that are not in the table mean the same for every frozen format") {
    const auto table = sparse_table(rows, dim, 0.3);
    for_each_kind([&]<class Format>(const Format*) {
        CAPTURE(Format::kind());
        check_policy(frozen_as<Format>(table), {.ids = id_policy::zero});
        check_policy(frozen_as<Format>(table), {.ids = id_policy::clamp});
        check_throws(frozen_as<Format>(table));
    });
}

}  // namespace bad_ids_test
