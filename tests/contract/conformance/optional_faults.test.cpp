// SPDX-License-Identifier: Apache-2.0

#include <pleach/sparse/masked.hpp>
#include <pleach/testing/conformance.hpp>
#include <pleach/testing/detail/check_optional.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace optional_faults_test {

namespace {

enum class fault {
    none,
    prefetch_changes_a_row,
    prefetch_start_changes_a_row,
    rows_of_another_order,
    borrowed_rows_of_another_order,
    sum_leaves_out_weights,
    dot_of_the_next_row,
    score_of_half,
    rank_ignores_excluded,
    rank_leaves_out_the_first,
};

// A table that has every optional member there is, and one of them wrong.
class faulty {
public:
    using value_type = double;
    using id_type = std::uint32_t;

    explicit faulty(fault wrong) : wrong_(wrong), rows_(tests::normal_table<double>(12, 4)), shown_(rows_.rows()) {
        for (std::uint32_t r = 0; r < 12; ++r) pleach::detail::copy_values(rows_.row((r + 1) % 12), shown_.row(r));
    }

    std::size_t size() const { return 12; }
    std::size_t dim() const { return 4; }
    void lookup(id_type id, std::span<double> out) const { rows_.lookup(id, out); }
    std::span<const double> row(id_type id) const { return rows_.row(id); }

    void prefetch(id_type id) const {
        if (is(fault::prefetch_changes_a_row)) rows_.row(id)[0] += 1;
    }
    void prefetch_start(id_type id) const {
        if (is(fault::prefetch_start_changes_a_row)) rows_.row(id)[0] += 1;
    }
    pleach::matrix_view<const double> rows() const { return view(fault::rows_of_another_order); }
    pleach::matrix_view<const double> borrowed_rows() const { return view(fault::borrowed_rows_of_another_order); }
    template <class Weights>
    void sum(const id_type* ids, std::size_t count, std::size_t, std::span<double> out, Weights weights) const {
        std::ranges::fill(out, 0.0);
        for (std::size_t j = 0; j < count; ++j)
            rows_.add_to(out, ids[j], is(fault::sum_leaves_out_weights) ? 1.0 : weights.template at<double>(j));
    }
    double dot(id_type id, std::span<const double> query) const {
        return product(is(fault::dot_of_the_next_row) ? (id + 1) % 12 : id, query);
    }
    void score(std::span<const double> query, std::span<double> out, pleach::executor_ref) const {
        for (std::uint32_t x = 0; x < 12; ++x) out[x] = product(x, query) * (is(fault::score_of_half) ? 0.5 : 1.0);
    }
    void rank(pleach::matrix_view<const double> queries, std::span<pleach::best_list<double>> lists,
              const pleach::excluded_ids& excluded, pleach::executor_ref) const {
        for (std::size_t q = 0; q < queries.rows(); ++q) {
            std::vector<pleach::scored<double>> all;
            for (std::uint32_t x = 0; x < 12; ++x)
                if (is(fault::rank_ignores_excluded) || !excluded(q).contains(x))
                    all.push_back({x, product(x, queries.row(q))});
            std::ranges::sort(all, [](const auto& a, const auto& b) { return a.before(b); });
            if (is(fault::rank_leaves_out_the_first)) all.erase(all.begin());
            for (const auto& one : all) lists[q].offer(one);
        }
    }

private:
    bool is(fault f) const { return wrong_ == f; }
    pleach::matrix_view<const double> view(fault wrong) const {
        return is(wrong) ? shown_.view() : std::as_const(rows_).rows();
    }
    double product(id_type id, std::span<const double> query) const {
        return pleach::dot(rows_.row(id).data(), query.data(), query.size());
    }

    fault wrong_;
    mutable pleach::dense_table<double> rows_;
    pleach::matrix<double> shown_;
};

// A masked table whose keep forgets which entries were dead before.
class reviving {
public:
    using value_type = double;
    using id_type = std::uint32_t;

    reviving() : rows_(tests::normal_table<double>(5, 3)), mask_(pleach::bit_mask::ones(5, 3)) {
        mask_.reset(1, 0);
        rows_.row(1)[0] = 0;
    }
    std::size_t size() const { return 5; }
    std::size_t dim() const { return 3; }
    void lookup(id_type id, std::span<double> out) const { rows_.lookup(id, out); }
    std::span<const double> row(id_type id) const { return rows_.row(id); }
    const pleach::bit_mask& mask() const { return mask_; }
    void keep(const pleach::bit_mask& mask) {
        mask_ = mask;
        for (std::uint32_t r = 0; r < 5; ++r)
            for (std::size_t c = 0; c < 3; ++c)
                if (!mask.test(r, c)) rows_.row(r)[c] = 0;
    }

private:
    pleach::dense_table<double> rows_;
    pleach::bit_mask mask_;
};

void require_found(const std::string& sentences, const char* axiom) {
    CAPTURE(sentences);
    REQUIRE(sentences.find(axiom) != std::string::npos);
}

}  // namespace

TEST_CASE("optional members that are right pass") {
    REQUIRE(pleach::testing::check(faulty(fault::none)).text() == "");
    REQUIRE(pleach::testing::check(pleach::masked(tests::normal_table<double>(12, 4))).text() == "");
}

TEST_CASE("an optional member that is wrong is found") {
    const std::pair<fault, const char*> faults[] = {
        {fault::prefetch_changes_a_row, "prefetch changes nothing"},
        {fault::prefetch_start_changes_a_row, "prefetch_start changes nothing"},
        {fault::rows_of_another_order, "rows() shows what lookup copies"},
        {fault::borrowed_rows_of_another_order, "borrowed_rows() shows what lookup copies"},
        {fault::sum_leaves_out_weights, "sums of rows are those of the lookups"},
        {fault::dot_of_the_next_row, "dot is the product of the lookup and the query"},
        {fault::score_of_half, "score gives the product of every row and the query"},
        {fault::rank_ignores_excluded, "rank offers the best rows that are not excluded"},
        {fault::rank_leaves_out_the_first, "rank offers the best rows that are not excluded"},
    };
    for (const auto& [wrong, axiom] : faults) require_found(pleach::testing::check(faulty(wrong)).text(), axiom);
    require_found(pleach::testing::check(reviving()).text(), "revives none");
}

}  // namespace optional_faults_test
