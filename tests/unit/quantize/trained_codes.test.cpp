// SPDX-License-Identifier: Apache-2.0
#include <pleach/quantize/trained_codes.hpp>

#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/table/state.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace trained_codes_test {

using namespace tests;
using pleach::concat;
using pleach::sum;

namespace {

const pleach::random_stream stream(1);

auto product(const pleach::dense_table<float>& rows, std::size_t rounds = 3) {
    return pleach::fit_product_codes(rows.rows(), {}, {.terms = 3, .bits = 4, .rounds = rounds}, stream);
}
auto residual(const pleach::dense_table<float>& rows) {
    return pleach::fit_residual_codes(rows.rows(), {}, {.terms = 2, .bits = 4, .rounds = 3, .sweeps = 0}, stream);
}

template <class Table>
double error_of(const Table& table) {
    double squares = 0;
    std::vector<float> row(table.dim());
    for (std::uint32_t x = 0; x < table.size(); ++x) {
        table.lookup(x, row);
        for (std::size_t c = 0; c < row.size(); ++c)
            squares += std::pow(static_cast<double>(row[c]) - static_cast<double>(table.rows().row(x)[c]), 2);
    }
    return squares;
}

template <class Table>
void step(Table& table, pleach::optimizer<Table, pleach::adam>& optimizer, float pull, float toward) {
    auto gradient = table.make_gradient();
    std::vector<float> row(table.dim());
    for (std::uint32_t x = 0; x < table.size(); ++x) {
        table.lookup(x, row);
        for (float& v : row) v -= toward;
        table.accumulate(x, row, gradient);
        table.accumulate_pull(x, pull, gradient);
    }
    optimizer.step(table, gradient);
}

}  // namespace

TEST_CASE("the gradient of a looked-up row passes straight through to the row of floats") {
    const auto rows = normal_table<float>(40, 8);
    pleach::trained_codes<concat> table(rows, product(rows));
    auto gradient = table.make_gradient();
    const std::vector<float> upstream{1, -2, 3, 0, 0, 5, 0, 7};
    table.accumulate(6, upstream, gradient);
    CHECK(std::ranges::equal(gradient.rows.find(6), upstream));
    CHECK(gradient.books.touched().empty());
    pleach::trained_codes<concat> taking(rows, product(rows), {.books_take_loss = true});
    auto of_both = taking.make_gradient();
    taking.accumulate(6, upstream, of_both);
    CHECK(of_both.books.touched().size() == 3);
}

TEST_CASE("the pull is the gradient of the two squared distances, each with the other side held") {
    const auto rows = normal_table<float>(40, 8);
    const auto check = [&](const auto& table) {
        auto gradient = table.make_gradient();
        table.accumulate_pull(5, 0.5F, gradient);
        std::vector<float> looked_up(8);
        table.lookup(5, looked_up);
        for (std::size_t c = 0; c < 8; ++c) {
            const float difference = looked_up[c] - table.rows().row(5)[c];
            CHECK(std::abs(gradient.rows.find(5)[c] + 0.25F * 0.5F * 2 * difference / 8) < 1e-6F);
            const auto& codes = table.coded().codes();
            for (std::size_t k = 0; k < codes.terms(); ++k) {
                const auto group = table.coded().group(k);
                if (c < group.first || c >= group.first + group.count) continue;
                CHECK(std::abs(gradient.books.find(codes.row(5, k))[c - group.first] - 0.5F * 2 * difference / 8) < 1e-6F);
            }
        }
    };
    check(pleach::trained_codes<concat>(rows, product(rows)));
    check(pleach::trained_codes<sum>(rows, residual(rows)));
}

TEST_CASE("refreshed codes are the nearest, and limited ones the nearest of the first of each book") {
    const auto rows = normal_table<float>(60, 8), others = normal_table<float>(60, 8, 2);
    pleach::trained_codes<concat> table(others, product(rows));
    const double before = error_of(table);
    CHECK(table.refresh() > 50);
    CHECK(error_of(table) < before);
    CHECK(table.refresh() == 0);
    std::vector<std::uint16_t> allowed(60, 16);
    std::fill(allowed.begin() + 20, allowed.end(), std::uint16_t{4});
    CHECK(table.refresh(allowed) > 0);
    const auto& coded = table.coded();
    for (std::size_t x = 0; x < 60; ++x)
        for (std::size_t k = 0; k < 3; ++k) {
            const auto group = coded.group(k);
            const auto distance = [&](std::size_t j) {
                float squares = 0;
                for (std::size_t c = 0; c < group.count; ++c) {
                    const float difference = coded.base().rows().row(k * 16 + j)[c] - others.rows().row(x)[group.first + c];
                    squares += difference * difference;
                }
                return squares;
            };
            REQUIRE(coded.codes().id(x, k) < allowed[x]);
            for (std::size_t j = 0; j < allowed[x]; ++j) REQUIRE(distance(coded.codes().id(x, k)) <= distance(j) + 1e-5F);
        }
    pleach::trained_codes<sum> sums(others, residual(rows));
    const double of_sums = error_of(sums);
    CHECK(sums.refresh() > 30);
    CHECK(error_of(sums) < of_sums);
}

TEST_CASE("codes and codewords that train follow the loss, and continue from their state bit for bit") {
    const auto rows = normal_table<float>(60, 8);
    const auto train = [](auto& table, auto& optimizer, int epochs) {
        for (int epoch = 0; epoch < epochs; ++epoch) {
            step(table, optimizer, 0.1F, 3.0F);
            table.refresh();
        }
    };
    pleach::trained_codes<concat> table(rows, product(rows)), other(rows, product(rows, 0));
    pleach::optimizer<pleach::trained_codes<concat>, pleach::adam> optimizer(table, {.weights = {.learning_rate = 0.1}}),
        of_other(other, {.weights = {.learning_rate = 0.1}});
    train(table, optimizer, 60);
    std::vector<float> row(8);
    table.lookup(7, row);
    for (const float x : row) CHECK(std::abs(x - 3) < 0.5F);

    std::map<std::string, std::vector<float>> values;
    std::map<std::string, std::vector<std::uint32_t>> ids;
    pleach::visit_state(table, [&]<class T>(std::string_view name, pleach::matrix_view<const T> array) {
        if constexpr (std::is_same_v<T, float>)
            values[std::string(name)].assign(array.data(), array.data() + array.rows() * array.cols());
        if constexpr (std::is_same_v<T, std::uint32_t>)
            ids[std::string(name)].assign(array.data(), array.data() + array.rows() * array.cols());
    });
    CHECK(ids.contains("codes.ids"));
    CHECK(values.contains("rows.weights"));
    const auto fill = [&]<class T>(std::string_view name, pleach::matrix_view<T> array) {
        if constexpr (std::is_same_v<T, float>) std::ranges::copy(values.at(std::string(name)), array.data());
        if constexpr (std::is_same_v<T, std::uint32_t>) std::ranges::copy(ids.at(std::string(name)), array.data());
    };
    pleach::load_state(other, fill);
    std::vector<float> again(8);
    for (std::uint32_t x = 0; x < 60; ++x) {
        table.lookup(x, row);
        other.lookup(x, again);
        REQUIRE(row == again);
    }
    ids.at("codes.ids")[0] = 32 + (ids.at("codes.ids")[2] + 1) % 16;  // of another book
    REQUIRE_THROWS_WITH_SENTENCE(pleach::load_state(other, fill), std::invalid_argument,
                                 "every entity needs one codeword of each of the 3 books, in their order, with weight 1");
}

TEST_CASE("what does not fit trained codes is refused") {
    const auto rows = normal_table<float>(40, 8);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::trained_codes<concat>(normal_table<float>(39, 8), product(rows)),
                                 std::invalid_argument,
                                 "there are 39 rows of 8 columns for codes of 40 rows of 8; fit the codes to these rows");
    pleach::trained_codes<concat> table(rows, product(rows));
    pleach::trained_codes<sum> sums(rows, residual(rows));
    const std::vector<std::uint16_t> few(3, 4), none(40, 0), many(40, 17);
    REQUIRE_THROWS_WITH_SENTENCE(table.refresh(few), std::invalid_argument,
                                 "there are 3 limits for 40 entities; give one for each, or none");
    REQUIRE_THROWS_WITH_SENTENCE(table.refresh(none), std::invalid_argument,
                                 "entity 0 may have 0 codewords of a book, but books have 1 to 16");
    REQUIRE_THROWS_WITH_SENTENCE(table.refresh(many), std::invalid_argument, "entity 0 may have 17 codewords of a book");
    REQUIRE_THROWS_WITH_SENTENCE(sums.refresh(many), std::invalid_argument, "take trained_codes<concat>");
}

}  // namespace trained_codes_test
