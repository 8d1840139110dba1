// SPDX-License-Identifier: Apache-2.0

// These two, in this order, and no other header of the library: what ranks follows from the type.
#include <pleach/table/top_k.hpp>

#include <pleach/frozen/stored_rows.hpp>

#include "support/catch.hpp"

TEST_CASE("sparse frozen rows rank themselves, whatever was included, and dense ones as every table") {
    namespace frozen = pleach::frozen;
    STATIC_REQUIRE(pleach::ranks_itself<frozen::bitmap_records<>>);
    STATIC_REQUIRE(pleach::ranks_itself<frozen::csr_rows<pleach::value_code::i8>>);
    STATIC_REQUIRE_FALSE(pleach::ranks_itself<frozen::dense_rows<>>);
    STATIC_REQUIRE(pleach::has_dot<frozen::dense_rows<>>);
}
