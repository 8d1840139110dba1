// SPDX-License-Identifier: Apache-2.0

#include <pleach/core/contract.hpp>

#include "support/catch.hpp"
#include "support/contract.hpp"

namespace contract_test {

namespace {
int evaluations = 0;
[[maybe_unused]] bool counted(bool result) {
    ++evaluations;
    return result;
}
}  // namespace

#if PLEACH_HARDENED
TEST_CASE("a failed contract hands its sentence to the handler") {
    const tests::throwing_contracts contracts;
    REQUIRE_THROWS_WITH_SENTENCE(PLEACH_EXPECTS(1 > 2, "one is more than two"), tests::contract_failed, "one is more than two");
    evaluations = 0;
    REQUIRE_NOTHROW(PLEACH_EXPECTS(counted(true), "true is true"));
    REQUIRE(evaluations == 1);
}
#else
TEST_CASE("contracts cost nothing where they are off") {
    const tests::throwing_contracts contracts;
    evaluations = 0;
    REQUIRE_NOTHROW(PLEACH_EXPECTS(counted(false), "false is true"));
    REQUIRE(evaluations == 0);
}
#endif

TEST_CASE("the handler before comes back") {
    const pleach::contract_handler before = pleach::set_contract_handler(nullptr);
    const pleach::contract_handler mine = [](const char*, const char*, int) {};
    REQUIRE(pleach::set_contract_handler(mine) == nullptr);
    REQUIRE(pleach::set_contract_handler(before) == mine);
}

}  // namespace contract_test
