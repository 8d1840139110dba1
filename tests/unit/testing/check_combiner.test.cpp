// SPDX-License-Identifier: Apache-2.0
#include <pleach/testing/check_combiner.hpp>

#include "support/catch.hpp"

namespace check_combiner_test {

namespace {

using pleach::testing::check_combiner;

// A combiner of a user: the mean.
struct mean {
    static std::size_t dim(std::span<const std::size_t> widths) { return widths[0]; }
    template <class T, std::size_t K>
    static void combine(const std::array<std::span<const T>, K>& rows, std::span<T> out) {
        pleach::sum::combine(rows, out);
        for (T& x : out) x /= T(K);
    }
    template <class T, std::size_t K>
    static std::span<const T> pull_back(const std::array<std::span<const T>, K>&, std::size_t, std::span<const T> upstream,
                                        std::span<T> scratch) {
        for (std::size_t c = 0; c < scratch.size(); ++c) scratch[c] = upstream[c] / T(K);
        return scratch;
    }
};

struct forgets_to_divide : mean {
    template <class T, std::size_t K>
    static std::span<const T> pull_back(const std::array<std::span<const T>, K>&, std::size_t, std::span<const T> upstream,
                                        std::span<T>) {
        return upstream;
    }
};
struct leaves_a_column : mean {
    template <class T, std::size_t K>
    static void combine(const std::array<std::span<const T>, K>& rows, std::span<T> out) {
        mean::combine(rows, out.first(out.size() - 1));
    }
};
struct writes_beyond : mean {
    template <class T, std::size_t K>
    static void combine(const std::array<std::span<const T>, K>& rows, std::span<T> out) {
        mean::combine(rows, out);
        out.data()[out.size()] = 0;
    }
};
struct says_it_needs_no_rows : pleach::hadamard {
    [[maybe_unused]] static constexpr bool needs_rows = false;
};
struct of_another_query : mean {
    template <class T>
    static std::span<const T> query_part(std::span<const T> query, std::size_t, std::size_t) {
        return query;
    }
};
struct of_four : mean {
    static std::size_t dim(std::span<const std::size_t> widths) {
        if (widths.size() != 4) throw std::invalid_argument("four");
        return widths[0];
    }
};

}  // namespace

TEST_CASE("the combiners of the library conform, and a user's") {
    for (const auto& report : {check_combiner<pleach::sum>(), check_combiner<pleach::concat>(),
                               check_combiner<pleach::hadamard>(), check_combiner<mean>()}) {
        CAPTURE(report.text());
        REQUIRE(report.passed());
    }
}

TEST_CASE("planted faults of combiners are found") {
    REQUIRE(tests::contains(check_combiner<forgets_to_divide>().text(), "pull_back is the derivative of combine"));
    REQUIRE(tests::contains(check_combiner<leaves_a_column>().text(), "a column was not written (of 2 parts)"));
    REQUIRE(tests::contains(check_combiner<writes_beyond>().text(), "it wrote beyond the last column (of 1 parts)"));
    REQUIRE(tests::contains(check_combiner<says_it_needs_no_rows>().text(), "part 0 depends on them (of 2 parts)"));
    REQUIRE(tests::contains(check_combiner<of_another_query>().text(), "a query's product is the sum"));
    REQUIRE(tests::contains(check_combiner<of_four>().text(), "dim refuses one, two and three"));
}

}  // namespace check_combiner_test
