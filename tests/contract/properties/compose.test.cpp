// SPDX-License-Identifier: Apache-2.0

#include "contract/properties/draws.hpp"

#include <pleach/compose/composed.hpp>
#include <pleach/compose/index_map.hpp>
#include <pleach/quantize/k_means.hpp>

#include <numeric>
#include <set>

namespace compose_properties {

using namespace properties;

namespace {

/// Two drawn tables, and the maps of quotients and remainders into them.
struct drawn_parts {
    std::size_t entities;
    pleach::quotient_map quotients;
    pleach::remainder_map remainders;
    pleach::dense_table<float> q, p;

    explicit drawn_parts(draws& drawn)
        : entities(drawn.number(1, 60)), quotients(pleach::quotient_map::for_entities(entities, drawn.number(1, 12))),
          remainders(quotients.rows()), q(drawn.table(quotients.rows(), drawn.number(1, 20))),
          p(drawn.table(remainders.rows(), q.dim())) {}

    template <class Combiner>
    [[nodiscard]] auto composed() const {
        return pleach::compose<Combiner>(entities, pleach::part{"Q", q, quotients}, pleach::part{"P", p, remainders});
    }
};

template <class Combiner, class Combine>
void check_rows(Combine&& combine) {
    for_all([&](draws& drawn) {
        const drawn_parts parts(drawn);
        const auto table = parts.composed<Combiner>();
        for (std::size_t x = 0; x < table.size(); ++x) {
            const auto a = looked_up(parts.q, parts.quotients(x)), b = looked_up(parts.p, parts.remainders(x));
            REQUIRE(looked_up(table, x) == combine(a, b));
        }
    });
}

}  // namespace

TEST_CASE("property: rows of sums are sums of rows, and of products products") {
    check_rows<pleach::sum>([](auto a, const auto& b) {
        for (std::size_t c = 0; c < a.size(); ++c) a[c] += b[c];
        return a;
    });
    check_rows<pleach::hadamard>([](auto a, const auto& b) {
        for (std::size_t c = 0; c < a.size(); ++c) a[c] *= b[c];
        return a;
    });
}

TEST_CASE("property: a quotient and its remainder tell all entities apart") {
    for_all([](draws& drawn) {
        const std::size_t entities = drawn.number(1, 300), buckets = drawn.number(1, 40);
        const auto quotients = pleach::quotient_map::for_entities(entities, buckets);
        const pleach::remainder_map remainders((entities + quotients.rows() - 1) / quotients.rows());
        std::set<std::pair<std::size_t, std::size_t>> seen;
        for (std::uint32_t x = 0; x < entities; ++x) {
            REQUIRE(quotients(x) < quotients.rows());
            REQUIRE(remainders(x) < remainders.rows());
            seen.emplace(quotients(x), remainders(x));
        }
        REQUIRE(seen.size() == entities);
    });
}

TEST_CASE("property: hashes lie within their buckets, and permutations take every number once") {
    for_all([](draws& drawn) {
        const std::size_t entities = drawn.number(1, 200), buckets = drawn.number(1, 50), seed = drawn.number(0, 1000);
        const pleach::hashed_map hashed(buckets, seed);
        const pleach::permuted_map permuted(pleach::identity_map(entities), entities, seed);
        std::set<std::size_t> seen;
        for (std::uint32_t x = 0; x < entities; ++x) {
            REQUIRE(hashed(x) < buckets);
            seen.insert(permuted(x));
        }
        REQUIRE((seen.size() == entities && *seen.rbegin() < entities));
    });
}

TEST_CASE("property: the gradient of a composed table is the derivative of its rows") {
    for_all([](draws& drawn) {
        auto table = drawn_parts(drawn).composed<pleach::sum>();
        auto gradient = table.make_gradient();
        const auto id = static_cast<std::uint32_t>(drawn.number(0, table.size() - 1));
        const std::vector<float> upstream = drawn.row(table.dim());
        table.accumulate(id, upstream, gradient);
        // Sums are linear: each part has the upstream gradient in the row of the entity, and nothing elsewhere.
        std::size_t rows = 0;
        table.for_each_parameter(gradient, [&](const auto& parameter) {
            for (std::size_t r = 0; r < parameter.values.rows(); ++r) {
                const auto row = parameter.gradient.find(r);
                if (row.empty()) continue;
                ++rows;
                REQUIRE(std::ranges::equal(row, upstream));
            }
        });
        REQUIRE(rows == 2);
    });
}

TEST_CASE("property: the nearest codeword is no farther than any other") {
    for_all([](draws& drawn) {
        const auto rows = drawn.table(drawn.number(1, 20), drawn.number(1, 12)),
                   book = drawn.table(drawn.number(1, 12), rows.dim());
        std::vector<std::uint16_t> ids(rows.size());
        pleach::find_nearest(rows.rows(), book.rows(), ids);
        for (std::size_t r = 0; r < rows.size(); ++r) {
            const auto distance = [&](std::size_t j) {
                double sum = 0, size = 0;
                for (std::size_t c = 0; c < rows.dim(); ++c) {
                    const auto x = static_cast<double>(looked_up(rows, r)[c]), y = static_cast<double>(looked_up(book, j)[c]);
                    sum += (x - y) * (x - y);
                    size += x * x + y * y;
                }
                return std::pair(sum, size);
            };
            const auto [taken, size] = distance(ids[r]);
            for (std::size_t j = 0; j < book.size(); ++j)
                REQUIRE(taken <= distance(j).first + 1e-5 * (size + distance(j).second));
        }
    });
}

}  // namespace compose_properties
