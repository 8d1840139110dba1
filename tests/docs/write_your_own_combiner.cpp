// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/composed.hpp>
#include <pleach/frozen/nested_rows.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/table/dense_table.hpp>
#include <pleach/testing/conformance.hpp>

#include <cstdio>

// A first try: it combines rows, but passes no gradient back.
struct first_try {
    static std::size_t dim(std::span<const std::size_t> widths) { return widths[0]; }
    template <class T, std::size_t K>
    static void combine(const std::array<std::span<const T>, K>& rows, std::span<T> out) {
        for (std::size_t c = 0; c < out.size(); ++c) out[c] = rows[0][c] * (1 + rows[1][c]);
    }
};
static_assert(!pleach::combiner<first_try>);

// e = p (1 + q): each entity's own row p, scaled column by column by a row q that many entities share.
struct modulated {
    // Two parts of equal width.
    static std::size_t dim(std::span<const std::size_t> widths) {
        if (widths.size() != 2 || widths[0] != widths[1])
            throw std::invalid_argument("modulated: needs two parts of one width; there are " + std::to_string(widths.size()));
        return widths[0];
    }
    template <class T, std::size_t K>
    static void combine(const std::array<std::span<const T>, K>& rows, std::span<T> out) {
        for (std::size_t c = 0; c < out.size(); ++c) out[c] = rows[0][c] * (1 + rows[1][c]);
    }
    // dL/dp = g (1 + q), dL/dq = g p, for the gradient g of the row.
    template <class T, std::size_t K>
    static std::span<const T> pull_back(const std::array<std::span<const T>, K>& rows, std::size_t k,
                                        std::span<const T> upstream, std::span<T> scratch) {
        for (std::size_t c = 0; c < upstream.size(); ++c) scratch[c] = upstream[c] * (k == 0 ? 1 + rows[1][c] : rows[0][c]);
        return scratch;
    }
    // Its name in a frozen file.
    static constexpr std::string_view name = "modulated";
};
static_assert(pleach::combiner<modulated>);

template <class T>
auto items(std::size_t count) {
    const pleach::random_stream stream(7);
    const pleach::normal first{.deviation = 0.5};
    return pleach::compose<modulated>(
        count, pleach::part{"own", pleach::dense_table<T>(count, 8, first, stream.fork("own")), pleach::identity_map(count)},
        pleach::part{"group", pleach::dense_table<T>(count / 10, 8, first, stream.fork("group")),
                     pleach::quotient_map(count / 10, 10)});
}

int main() {
    // The axioms, and pull_back against finite differences.
    const auto report = pleach::testing::check(items<double>(40));
    std::printf("%s\n", report.passed() ? "conforms" : report.text().c_str());

    // Frozen part by part, and read by its type.
    const auto table = items<float>(1000);
    using frozen_items = pleach::frozen::form_of<pleach::frozen::dense_rows<>, decltype(items<float>(0))>;
    const auto image = std::make_shared<const pleach::frozen::image>(pleach::freeze<frozen_items>(table));
    const auto frozen = pleach::frozen::view<frozen_items>(image);
    std::printf("%s: %zu bytes\n", std::string(image->content().value("kind")).c_str(), image->bytes());
    std::vector<float> a(8), b(8);
    table.lookup(123, a);
    frozen.lookup(123, b);
    std::printf("the same row: %s\n", a == b ? "yes" : "no");
    return report.passed() && a == b ? 0 : 1;
}
