// SPDX-License-Identifier: Apache-2.0
#include <pleach/core/id_policy.hpp>
#include <pleach/table/checked_ids.hpp>

#include "support/catch.hpp"

#include <array>

namespace checked_ids_test {

namespace {

// A table of no rows to read, as only its size matters.
struct counted {
    using value_type = float;
    using id_type = std::uint32_t;
    std::size_t rows;
    [[nodiscard]] std::size_t size() const { return rows; }
    [[nodiscard]] static std::size_t dim() { return 1; }
    static void lookup(id_type, std::span<float>) {}
};

constexpr std::array<std::uint32_t, 4> some{0, 7, 2, 3};

auto applied(std::size_t rows, pleach::id_policy policy) {
    return pleach::detail::apply_policy(counted{rows}, std::span<const std::uint32_t>(some), policy, "verb");
}

}  // namespace

TEST_CASE("ids that are all in the table are used where they lie, whatever the policy") {
    for (const auto policy :
         {pleach::id_policy::refuse, pleach::id_policy::zero, pleach::id_policy::clamp, pleach::id_policy::trust}) {
        const auto checked = applied(8, policy);
        REQUIRE(checked.ids.data() == some.data());
        REQUIRE(checked.bad.empty());
    }
}

TEST_CASE("ids beyond the table are refused by position, made zero rows, or moved to the last row") {
    REQUIRE_THROWS_WITH_SENTENCE(applied(3, pleach::id_policy::refuse), std::out_of_range,
                                 "verb: id 7 at position 1 is not in the table, whose ids are 0 to 3 - 1");
    const auto zero = applied(3, pleach::id_policy::zero);
    REQUIRE(zero.bad == std::vector<std::size_t>{1, 3});
    const auto clamped = applied(3, pleach::id_policy::clamp);
    REQUIRE(clamped.bad.empty());
    REQUIRE(std::vector<std::uint32_t>(clamped.ids.begin(), clamped.ids.end()) == std::vector<std::uint32_t>{0, 2, 2, 2});
    REQUIRE(applied(3, pleach::id_policy::trust).ids.data() == some.data());
    REQUIRE_THROWS_AS(applied(0, pleach::id_policy::clamp), std::out_of_range);  // there is no last row
}

}  // namespace checked_ids_test
