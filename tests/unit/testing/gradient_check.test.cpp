// SPDX-License-Identifier: Apache-2.0
#include <pleach/testing/gradient_check.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <utility>

namespace gradient_check_test {

namespace {

// A table whose gradient is `factor` times what it should be in column 1.
class skewed {
public:
    using value_type = double;
    using id_type = std::uint32_t;
    using gradient_type = pleach::row_gradient<double>;

    explicit skewed(double factor) : factor_(factor) {}

    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] std::size_t dim() const { return rows_.dim(); }
    void lookup(id_type id, std::span<double> out) const { rows_.lookup(id, out); }
    [[nodiscard]] gradient_type make_gradient() const { return rows_.make_gradient(); }
    void accumulate(id_type id, std::span<const double> upstream, gradient_type& gradient) const {
        std::vector<double> changed(upstream.begin(), upstream.end());
        changed[1] *= factor_;
        rows_.accumulate(id, changed, gradient);
    }
    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        rows_.for_each_parameter(visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        rows_.for_each_parameter(gradient, visit);
    }
    [[nodiscard]] const pleach::dense_table<double>& rows() const { return rows_; }

private:
    pleach::dense_table<double> rows_ = tests::normal_table<double>(5, 3);
    double factor_;
};

constexpr std::array<std::uint32_t, 3> ids{0, 3, 3};

}  // namespace

TEST_CASE("a right gradient passes up to rounding, and values are the same afterwards") {
    skewed table(1);
    const auto before = table.rows();
    const auto report = pleach::testing::check_gradient(table, std::span<const std::uint32_t>(ids));
    REQUIRE(report.worst < 1e-9);
    REQUIRE(report.compared == 15 + 5);  // the values, and the directions
    REQUIRE(table.rows() == before);
}

TEST_CASE("a gradient that is a hundredth off is found, with its place and both numbers") {
    skewed table(1.01);
    const auto report = pleach::testing::check_gradient(table, std::span<const std::uint32_t>(ids));
    REQUIRE(report.worst > 1e-3);
    CAPTURE(report.where);
    REQUIRE(tests::contains(report.where, "accumulate says"));
}

}  // namespace gradient_check_test
