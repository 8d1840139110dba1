// SPDX-License-Identifier: Apache-2.0

#include <pleach/learn/adagrad.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/clip.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/sgd.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/prune/random.hpp>
#include <pleach/prune/rewind.hpp>
#include <pleach/prune/row_magnitude.hpp>
#include <pleach/prune/ticket.hpp>
#include <pleach/sparse/packed.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/table/state.hpp>
#include <pleach/testing/conformance.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

#include <map>

namespace packed_test {

using pleach::bit_mask;
using pleach::masked;
using pleach::packed;

using masked_rows = masked<pleach::dense_table<double>>;

namespace {

// Some rows are full, some empty.
masked_rows ticket(std::size_t rows, std::size_t dim, std::uint64_t seed = 1) {
    bit_mask mask = tests::random_mask(rows, dim, 0.4, seed);
    for (std::size_t c = 0; c < dim; ++c) {
        mask.set(1, c);
        mask.reset(rows - 2, c);
    }
    return {tests::normal_table<double>(rows, dim, seed), mask};
}

template <class A, class B>
void require_same_rows(const A& a, const B& b) {
    REQUIRE(a.mask() == b.mask());
    const auto of_a = tests::rows_of(a), of_b = tests::rows_of(b);
    for (std::size_t r = 0; r < of_a.size(); ++r) REQUIRE(tests::same_bits(of_a[r], of_b[r]));
}

// Trains both for some steps on batches that repeat rows and leave others out, every third on all rows at once.
template <class A, class B, class Rule>
void train(A& a, B& b, const Rule& rule) {
    pleach::optimizer of_a(a, rule);
    pleach::optimizer of_b(b, rule);
    auto gradient_a = a.make_gradient();
    auto gradient_b = b.make_gradient();
    for (std::uint64_t step = 0; step < 40; ++step) {
        if (step % 3 == 2) {
            const auto all = tests::normal_table<double>(a.size(), a.dim(), 100 + step);
            pleach::accumulate_all(a, all.rows(), gradient_a);
            pleach::accumulate_all(b, all.rows(), gradient_b);
        } else {
            for (const std::uint64_t id : {step % a.size(), (5 * step + 1) % a.size(), step % a.size()}) {
                const std::vector<double> upstream = tests::random_row<double>(a.dim(), 17 * step + id);
                a.accumulate(static_cast<std::uint32_t>(id), upstream, gradient_a);
                b.accumulate(static_cast<std::uint32_t>(id), upstream, gradient_b);
            }
        }
        of_a.step(a, gradient_a);
        of_b.step(b, gradient_b);
    }
    of_a.catch_up(a);
    of_b.catch_up(b);
}

}  // namespace

TEST_CASE("a packed table reads as its ticket, and turns back into it") {
    const std::size_t dim = GENERATE(as<std::size_t>{}, 1, 20, 63, 64, 65, 130);
    const masked_rows from = ticket(20, dim);
    const packed<double> table = pleach::pack(from);
    require_same_rows(table, from);
    REQUIRE(table.values().size() == from.mask().count());
    REQUIRE(pleach::unpack(table) == from);
    std::vector<double> sum(dim, 1), expected(dim, 1);
    for (const std::uint32_t id : {0U, 1U, 18U, 19U, 0U}) {
        table.add_to(sum, id, 0.3);
        from.add_to(expected, id, 0.3);
    }
    REQUIRE(tests::same_bits(sum, expected));
}

TEST_CASE("a packed table keeps the contract of tables") {
    const auto report = pleach::testing::check(pleach::pack(ticket(12, 70)));
    INFO(report.text());
    REQUIRE(report.passed());
}

TEMPLATE_TEST_CASE("training a packed ticket gives the bits of training the masked one", "", pleach::sgd, pleach::adagrad,
                   pleach::row_wise_adagrad, pleach::adam) {
    using enum pleach::moving_rows;
    const auto which = GENERATE(touched, every, deferred);
    const masked_rows from = ticket(11, 67);
    masked_rows reference = from;
    packed<double> table = pleach::pack(from);
    train(reference, table, TestType{.learning_rate = 0.05, .weight_decay = 0.1, .which = which});
    REQUIRE(reference != from);
    require_same_rows(table, reference);
}

TEST_CASE("packed rows are pruned and rewound as masked ones") {
    const masked_rows from = ticket(20, 9);
    masked_rows reference(tests::normal_table<double>(20, 9, 7), from.mask());
    packed<double> table = pleach::pack(reference);
    const auto both = [&](const auto& rule) { REQUIRE(pleach::prune(table, rule) == pleach::prune(reference, rule)); };
    both(pleach::magnitude{.fraction = 0.3, .row_floor = 1});
    both(pleach::random_entries{.fraction = 0.2, .where = pleach::scope::row_groups({7})});
    both(pleach::row_magnitude{.fraction = 0.1});
    require_same_rows(table, reference);
    REQUIRE(table.values().size() == reference.mask().count());
    pleach::rewind(reference, from);
    pleach::rewind(table, pleach::pack(from));
    require_same_rows(table, reference);
}

TEST_CASE("tickets of packed tables are packed") {
    const packed<double> first = pleach::pack(ticket(20, 9));
    packed<double> trained = first;
    static_assert(std::same_as<pleach::ticket_of<packed<double>>, packed<double>>);
    pleach::prune(trained, pleach::magnitude{.fraction = 0.5});
    const packed<double> drawn = pleach::draw_ticket(trained, pleach::snapshot(first));
    require_same_rows(drawn, trained);
}

TEST_CASE("set_support keeps what is in both masks and starts the rest at zero") {
    const masked_rows from = ticket(20, 70);
    masked_rows reference = from;
    packed<double> table = pleach::pack(from);
    const bit_mask next = tests::random_mask(20, 70, 0.5, 2);
    reference.set_support("weights", next);
    table.set_support("weights", next);
    require_same_rows(table, reference);
}

TEST_CASE("shapes that do not fit are refused") {
    packed<double> table = pleach::pack(ticket(4, 6));
    const packed<double> before = table;
    REQUIRE_THROWS_WITH_SENTENCE(table.keep(bit_mask::zeros(6, 4)), std::invalid_argument, "4 x 6 with one of 6 x 4");
    REQUIRE_THROWS_WITH_SENTENCE(table.set_support("weights", bit_mask::zeros(6, 4)), std::invalid_argument, "6 x 4");
    REQUIRE_THROWS_WITH_SENTENCE(table.assign(tests::normal_table<double>(4, 5)), std::invalid_argument,
                                 "pleach::packed: cannot take rows of a 4 x 5 table into one of 4 x 6");
    REQUIRE(table == before);
}

TEST_CASE("an optimizer refuses a packed table whose mask was replaced") {
    packed<double> table = pleach::pack(ticket(4, 6));
    pleach::optimizer optimizer(table, pleach::adam{});
    pleach::prune(table, pleach::magnitude{.fraction = 0.5});
    auto gradient = table.make_gradient();
    REQUIRE_THROWS_WITH_SENTENCE(optimizer.step(table, gradient), std::invalid_argument, "had another shape when");
}

TEST_CASE("a packed table counts its live values, their bits and the starts of rows") {
    const masked_rows from = ticket(20, 64);
    const std::size_t live = from.mask().count();
    const pleach::footprint_counts counts = pleach::footprint(pleach::pack(from)), of_masked = pleach::footprint(from);
    REQUIRE(counts.stored == live);
    REQUIRE(counts.bytes_now == 8 * live + 20 * 8 + 21 * 4);
    REQUIRE(counts.auxiliary == 20 * 64);
    REQUIRE(counts.density() == of_masked.density());
    REQUIRE(counts.bytes_dense == of_masked.bytes_dense);
    REQUIRE(counts.bytes_bitmap == of_masked.bytes_bitmap);
    REQUIRE(counts.bytes_csr == of_masked.bytes_csr);
}

TEST_CASE("gradient and moments of a packed table hold live values only") {
    const packed<double> table = pleach::pack(ticket(20, 64));
    const std::size_t live = table.values().size();
    auto gradient = table.make_gradient();
    static_cast<void>(gradient.dense());
    REQUIRE(gradient.bytes() < 8 * live + 20 * 16);
    pleach::optimizer optimizer(table, pleach::adam{});
    std::map<std::string, std::size_t> sizes;
    optimizer.for_each_array(
        table, [&](std::string_view, std::string_view name, auto values) { sizes[std::string(name)] = values.size(); });
    REQUIRE(sizes == std::map<std::string, std::size_t>{{"steps", 1}, {"first_moments", live}, {"second_moments", live}});
}

TEST_CASE("the state of a packed table is loaded into one of another mask") {
    const packed<double> saved = pleach::pack(ticket(9, 70, 3));
    std::map<std::string, std::vector<double>> values;
    std::map<std::string, std::vector<std::uint64_t>> masks;
    std::vector<std::string> order;
    pleach::visit_state(saved, [&]<class T>(std::string_view name, pleach::matrix_view<const T> array) {
        order.emplace_back(name);
        auto& into = [&]() -> auto& {
            if constexpr (std::same_as<T, double>)
                return values[order.back()];
            else
                return masks[order.back()];
        }();
        into.assign(array.data(), array.data() + array.rows() * array.cols());
    });
    REQUIRE(order == std::vector<std::string>{"weights.mask", "weights"});
    packed<double> loaded = pleach::pack(ticket(9, 70, 4));
    pleach::load_state(loaded, [&]<class T>(std::string_view name, pleach::matrix_view<T> array) {
        REQUIRE(name == order[0]);
        order.erase(order.begin());
        if constexpr (std::same_as<T, double>)
            std::ranges::copy(values.at(std::string(name)), array.data());
        else
            std::ranges::copy(masks.at(std::string(name)), array.data());
    });
    REQUIRE(loaded == saved);
}

TEST_CASE("clipping a packed gradient clips what clipping the masked one does") {
    masked_rows reference = ticket(11, 20);
    packed<double> table = pleach::pack(reference);
    auto of_masked = reference.make_gradient();
    auto of_packed = table.make_gradient();
    for (const std::uint32_t id : {3U, 0U, 1U}) {
        reference.accumulate(id, tests::random_row<double>(20, id), of_masked);
        table.accumulate(id, tests::random_row<double>(20, id), of_packed);
    }
    REQUIRE(pleach::clip_by_norm(table, of_packed, 0.1) == pleach::clip_by_norm(reference, of_masked, 0.1));
    REQUIRE(pleach::gradient_norm(table, of_packed) == pleach::gradient_norm(reference, of_masked));
}

TEST_CASE("gradients of packed rows add up in any form") {
    const packed<double> table = pleach::pack(ticket(11, 20));
    const auto filled = [&](std::uint64_t seed) {
        auto gradient = table.make_gradient();
        for (const std::uint32_t id : {3U, 0U, 1U, 9U})
            table.accumulate(id, tests::random_row<double>(20, seed + id), gradient);
        return gradient;
    };
    auto one = filled(1), other = filled(50), sum = filled(1), dense = filled(1);
    sum.merge(other);
    static_cast<void>(other.dense());
    static_cast<void>(dense.dense());
    dense.merge(other);
    for (std::size_t r = 0; r < 11; ++r) {
        const auto expected = [&] {
            std::vector<double> row(one.find(r).begin(), one.find(r).end());
            for (std::size_t i = 0; i < row.size(); ++i) row[i] += other.find(r)[i];
            return row;
        }();
        REQUIRE(tests::same_bits(sum.find(r), expected));
        if (!expected.empty()) REQUIRE(tests::same_bits(dense.find(r), expected));
    }
    auto unlike = pleach::pack(ticket(11, 20, 2)).make_gradient();
    REQUIRE_THROWS_WITH_SENTENCE(unlike.merge(one), std::invalid_argument, "both must come from the same table");
    one.clear();
    REQUIRE(one.is_empty());
    REQUIRE(one.find(0).empty());
}

}  // namespace packed_test
