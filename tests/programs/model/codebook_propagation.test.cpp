// SPDX-License-Identifier: Apache-2.0
#include "support/model/codebook_propagation.hpp"

#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "support/tables.hpp"

#include <pleach/interop/openmp.hpp>

#include <algorithm>

namespace codebook_propagation_test {

namespace {

using numbers = std::vector<std::vector<double>>;

constexpr std::size_t users = 30, items = 40, entities = users + items, codes = 9, fine_codes = 5, dim = 37;

support::csr random_pairs() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    const pleach::random_stream die(4);
    for (std::uint32_t u = 0; u < users; ++u)
        for (std::uint32_t i = 0; i < items; ++i)
            if (u % 5 != 4 && i % 7 != 6 && die.uniform(u, i) < 0.2) pairs.emplace_back(u, i);
    return support::make_csr(users, pairs);
}

numbers zeros(std::size_t rows, std::size_t cols) { return numbers(rows, std::vector<double>(cols, 0)); }

numbers product(const numbers& a, const numbers& b) {
    numbers result = zeros(a.size(), b[0].size());
    for (std::size_t r = 0; r < a.size(); ++r)
        for (std::size_t k = 0; k < b.size(); ++k)
            for (std::size_t c = 0; c < b[0].size(); ++c) result[r][c] += a[r][k] * b[k][c];
    return result;
}

numbers transposed(const numbers& a) {
    numbers result = zeros(a[0].size(), a.size());
    for (std::size_t r = 0; r < a.size(); ++r)
        for (std::size_t c = 0; c < a[0].size(); ++c) result[c][r] = a[r][c];
    return result;
}

numbers with_unit_sums(numbers a) {
    std::vector<double> sums;
    for (const auto& row : a) {
        double sum = 0;
        for (const double x : row) sum += x;
        sums.push_back(sum > 0 ? sum : 1);
    }
    for (std::size_t r = 0; r < a.size(); ++r)
        for (std::size_t c = 0; c < a.size(); ++c) a[r][c] /= std::sqrt(sums[r] * sums[c]);
    return a;
}

struct stage {
    std::size_t layers;
    float share = 0;
    bool has_fine = false;
    pleach::assignment<float> s1 = tests::random_assignment<float>(entities, codes, 2);
    pleach::assignment<float> s2 = tests::random_assignment<float>(codes, fine_codes, 3);
    support::csr train = random_pairs();
    support::bipartite_graph graph{train, items};

    [[nodiscard]] std::size_t nodes() const { return entities + codes + (has_fine ? fine_codes : 0); }

    // G^ with all nodes, written out: A^ is normalized before codes join it, and the whole again.
    [[nodiscard]] numbers adjacency() const {
        numbers a = zeros(entities, entities);
        for (std::size_t u = 0; u < users; ++u)
            for (const std::uint32_t i : train.row(u)) a[u][users + i] = a[users + i][u] = 1;
        a = with_unit_sums(a);
        numbers g = zeros(nodes(), nodes());
        for (std::size_t r = 0; r < entities; ++r)
            for (std::size_t c = 0; c < entities; ++c) g[r][c] = a[r][c];
        for (std::size_t x = 0; x < entities; ++x)
            for (std::size_t k = 0; k < s1.terms(); ++k) {
                const std::size_t j = entities + s1.id(x, k);
                g[x][j] = g[j][x] = static_cast<double>(s1.weight(x, k));
            }
        for (std::size_t j = 0; has_fine && j < codes; ++j)
            for (std::size_t k = 0; k < s2.terms(); ++k) {
                const std::size_t f = entities + codes + s2.id(j, k);
                g[entities + j][f] = g[f][entities + j] = static_cast<double>(s2.weight(j, k));
            }
        return with_unit_sums(g);
    }

    // C2F's four assignments after the product with G^, one after the other, as one matrix.
    [[nodiscard]] numbers bridge() const {
        numbers x = zeros(nodes(), nodes());
        for (std::size_t n = 0; n < nodes(); ++n) x[n][n] = 1;
        if (!has_fine) return x;
        const auto add_codes = [&](double sign) {
            for (std::size_t e = 0; e < entities; ++e)
                for (std::size_t k = 0; k < s1.terms(); ++k)
                    for (std::size_t c = 0; c < nodes(); ++c)
                        x[e][c] += sign * static_cast<double>(s1.weight(e, k)) * x[entities + s1.id(e, k)][c];
        };
        const auto fine_sum = [&](std::size_t j, std::size_t c) {
            double sum = 0;
            for (std::size_t k = 0; k < s2.terms(); ++k)
                sum += static_cast<double>(s2.weight(j, k)) * x[entities + codes + s2.id(j, k)][c];
            return sum;
        };
        const auto g = static_cast<double>(share);
        add_codes(-1);
        for (std::size_t j = 0; j < codes; ++j)
            for (std::size_t c = 0; c < nodes(); ++c) x[entities + j][c] -= fine_sum(j, c);
        for (std::size_t j = 0; j < codes; ++j)
            for (std::size_t c = 0; c < nodes(); ++c) x[entities + j][c] = g * fine_sum(j, c) + (1 - g) * x[entities + j][c];
        add_codes(1);
        return x;
    }

    [[nodiscard]] numbers layer() const { return product(bridge(), adjacency()); }

    [[nodiscard]] support::codebook_propagation made() const {
        support::codebook_propagation result(graph, dim, layers);
        result.connect(s1, has_fine ? &s2 : nullptr, share);
        return result;
    }
};

numbers mean_of_layers(const numbers& layer, numbers now, std::size_t layers) {
    numbers sum = now;
    for (std::size_t l = 0; l < layers; ++l) {
        now = product(layer, now);
        for (std::size_t r = 0; r < sum.size(); ++r)
            for (std::size_t c = 0; c < dim; ++c) sum[r][c] += now[r][c];
    }
    for (auto& row : sum)
        for (double& x : row) x /= static_cast<double>(layers + 1);
    return sum;
}

struct subset {
    std::vector<std::uint32_t> nodes;
    [[nodiscard]] bool has(std::size_t n) const { return std::ranges::find(nodes, n) != nodes.end(); }
};

subset every(std::size_t step, std::size_t first) {
    subset result;
    for (std::size_t n = first; n < entities; n += step) result.nodes.push_back(static_cast<std::uint32_t>(n));
    std::ranges::reverse(result.nodes);
    return result;
}

struct results {
    pleach::matrix<float> h{entities, dim}, m{codes, dim}, f{fine_codes, dim};
};

const pleach::dense_table<float> rows = tests::normal_table<float>(entities + codes + fine_codes, dim, 8);

results run(const stage& s, bool back, const subset* nonzero, const subset* wanted, bool with_codes, int threads = 2) {
    results out;
    auto propagation = s.made();
    const auto in = [&](std::size_t n) -> const float* {
        return nonzero == nullptr || nonzero->has(n) ? rows.row(static_cast<std::uint32_t>(n)).data() : nullptr;
    };
    const auto to = [&](std::size_t n) { return out.h.row(n).data(); };
    const auto m = rows.rows().rows_from(entities, with_codes ? codes : 0);
    const auto f = rows.rows().rows_from(entities + codes, with_codes && s.has_fine ? fine_codes : 0);
    const support::codebook_propagation::input<decltype(in)> from{
        in, nonzero ? support::some_nodes(nonzero->nodes) : std::nullopt, m, f};
    const support::codebook_propagation::output<decltype(to)> into{
        to, wanted ? support::some_nodes(wanted->nodes) : std::nullopt, out.m.view().rows_from(0, with_codes ? codes : 0),
        out.f.view().rows_from(0, with_codes && s.has_fine ? fine_codes : 0)};
    if (back)
        propagation.pull_back(from, into, pleach::openmp{threads});
    else
        propagation.run(from, into, pleach::openmp{threads});
    return out;
}

// Largest difference from the dense product.
double worst(const stage& s, bool back, const subset* nonzero, const subset* wanted, bool with_codes) {
    numbers x = zeros(s.nodes(), dim);
    for (std::size_t n = 0; n < s.nodes(); ++n)
        for (std::size_t c = 0; c < dim; ++c)
            if (n < entities ? nonzero == nullptr || nonzero->has(n) : with_codes)
                x[n][c] = static_cast<double>(rows.row(static_cast<std::uint32_t>(n))[c]);
    const numbers slow = mean_of_layers(back ? transposed(s.layer()) : s.layer(), x, s.layers);
    const results fast = run(s, back, nonzero, wanted, with_codes);
    double difference = 0;
    for (std::size_t n = 0; n < s.nodes(); ++n)
        for (std::size_t c = 0; c < dim; ++c) {
            const bool is_wanted = n < entities ? wanted == nullptr || wanted->has(n) : with_codes;
            const float found = n < entities           ? fast.h.row(n)[c]
                                : n < entities + codes ? fast.m.row(n - entities)[c]
                                                       : fast.f.row(n - entities - codes)[c];
            difference = std::max(difference, std::abs(static_cast<double>(found) - (is_wanted ? slow[n][c] : 0)));
        }
    return difference;
}

}  // namespace

TEST_CASE("The graph with codes is symmetric, its values are in [0, 1], and entities alone have no edges to entities") {
    const stage s{.layers = 1, .has_fine = true};
    const numbers g = s.adjacency();
    for (std::size_t r = 0; r < g.size(); ++r)
        for (std::size_t c = 0; c < g.size(); ++c) {
            CHECK((g[r][c] >= 0 && g[r][c] <= 1));
            CHECK(g[r][c] == tests::approx(g[c][r]));
            if (r % 5 == 4 && r < users && c < entities) CHECK(g[r][c] == 0);
        }
}

TEST_CASE("Propagation with codes equals the product with the square matrix, in both directions and both stages") {
    const subset some = every(3, 1), others = every(4, 2), none;
    for (std::size_t layers = 0; layers <= 4; ++layers)
        for (const bool has_fine : {false, true})
            for (const float share : {0.0F, 0.2F, 0.5F, 0.9F}) {
                if (!has_fine && share > 0) continue;
                const stage s{.layers = layers, .share = share, .has_fine = has_fine};
                for (const bool back : {false, true})
                    for (const bool with_codes : {true, false}) {
                        CAPTURE(layers, has_fine, share, back, with_codes);
                        CHECK(worst(s, back, nullptr, nullptr, with_codes) < 2e-5);
                        CHECK(worst(s, back, nullptr, &some, with_codes) < 2e-5);
                        CHECK(worst(s, back, &some, &others, with_codes) < 2e-5);
                        CHECK(worst(s, back, &some, &none, with_codes) < 2e-5);
                    }
            }
}

TEST_CASE("Bridging with no fine edges and a share of 0 is the coarse propagation") {
    stage with{.layers = 3, .share = 0, .has_fine = true};
    pleach::matrix<float> no_weights(codes, 1);
    with.s2 = pleach::assignment<float>(fine_codes, pleach::matrix<std::uint32_t>(codes, 1), no_weights);
    const stage without{.layers = 3};
    const auto a = run(with, false, nullptr, nullptr, true), b = run(without, false, nullptr, nullptr, true);
    for (std::size_t i = 0; i < a.h.elements().size(); ++i)
        CHECK(a.h.elements()[i] == tests::approx(b.h.elements()[i]).margin(1e-6));
    for (std::size_t i = 0; i < a.m.elements().size(); ++i)
        CHECK(a.m.elements()[i] == tests::approx(b.m.elements()[i]).margin(1e-6));
}

TEST_CASE("Propagation with codes gives the same bits for 1 and 7 threads") {
    const subset some = every(3, 1);
    for (const bool back : {false, true}) {
        const stage s{.layers = 3, .share = 0.2F, .has_fine = true};
        const auto one = run(s, back, &some, nullptr, true, 1), seven = run(s, back, &some, nullptr, true, 7);
        CHECK(tests::same_bits(one.h.elements(), seven.h.elements()));
        CHECK(tests::same_bits(one.m.elements(), seven.m.elements()));
        CHECK(tests::same_bits(one.f.elements(), seven.f.elements()));
    }
}

}  // namespace codebook_propagation_test
