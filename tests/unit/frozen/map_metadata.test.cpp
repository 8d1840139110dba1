// SPDX-License-Identifier: Apache-2.0
#include <pleach/frozen/map_metadata.hpp>

#include "support/catch.hpp"

namespace frozen = pleach::frozen;

TEST_CASE("words that are no map of the type are refused") {
    using frozen::from_metadata;
    REQUIRE(from_metadata<pleach::remainder_map>("remainder 5")->rows() == 5);
    REQUIRE(from_metadata<pleach::hashed_map>(frozen::to_metadata(pleach::hashed_map(9, 77)))->operator()(1234) ==
            pleach::hashed_map(9, 77)(1234));
    REQUIRE(from_metadata<pleach::digit_map>("digit 10 2")->operator()(987) == 9);
    for (const char* words : {"", "remainder", "remainder 0", "remainder -1", "remainder 5 5", "remainder 99999999999999999999",
                              "remainder5", "quotient 5", "identity 5"})
        REQUIRE(!from_metadata<pleach::remainder_map>(words));
    REQUIRE(!from_metadata<pleach::digit_map>("digit 10 65"));
    REQUIRE(!from_metadata<pleach::permuted_map<pleach::identity_map>>("permuted 0 1 identity 5"));
    REQUIRE(!from_metadata<pleach::split_map<pleach::identity_map>>("split 5 identity 5"));
    // Its rows would follow those of a map without entities, beyond the rows that are checked.
    REQUIRE(!from_metadata<pleach::split_map<pleach::identity_map>>("split 0 identity 1 identity 2"));
}
