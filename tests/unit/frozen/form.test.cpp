// SPDX-License-Identifier: Apache-2.0
#include <pleach/frozen/form.hpp>

#include <pleach/frozen/forms/dense.hpp>

#include "support/catch.hpp"

#include <vector>

namespace form_test {

using pleach::value_code;
namespace frozen = pleach::frozen;

namespace {

using floats = frozen::dense_form<value_code::f32>;

/// A form without the optional members.
struct plain : floats {
    static constexpr double error() noexcept { return 0.25; }
};

}  // namespace

TEST_CASE("a form without a look at defects has the one of too few bytes") {
    alignas(64) std::array<std::byte, 128> bytes{};
    const auto row = std::span<const std::byte>(bytes).subspan(64);
    REQUIRE(frozen::defect_of<plain>(row.first(16), 4) == nullptr);
    REQUIRE(std::string(frozen::defect_of<plain>(row.first(15), 4)) == "it is too short for its values");
    REQUIRE(frozen::checked_square<plain>(row.first(16), 4) == 0);
    REQUIRE(std::isnan(frozen::checked_square<plain>(row.first(15), 4)));
}

TEST_CASE("a form without an error for a range has the one that it promises") {
    REQUIRE(frozen::error_of<plain>({1e-30F, 1}) == 0.25);
    REQUIRE(frozen::error_of<frozen::dense_form<value_code::f16>>({1e-7F, 1}) > frozen::dense_form<value_code::f16>::error());
}

TEST_CASE("coded forms keep of a row what their value code keeps") {
    std::vector<float> row = {1.0F / 3, -2, 0, 1e-3F};
    const std::uint16_t scale = frozen::coded_values<value_code::i8>::code_row(row);
    REQUIRE(scale != 0);
    REQUIRE(std::abs(row[1] + 2) <= frozen::coded_values<value_code::i8>::error() * 2);
    REQUIRE(frozen::coded_values<value_code::f16>::code_name() == "f16");
}

}  // namespace form_test
