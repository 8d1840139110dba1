// SPDX-License-Identifier: Apache-2.0
#include <pleach/frozen/frozen_error.hpp>

#include "support/catch.hpp"

#include <set>
#include <string>

TEST_CASE("each code of a frozen table has a sentence of its own, and others have one that says so") {
    std::set<std::string> sentences;
    const std::string unknown = pleach::frozen_category().message(0);
    int code = 1;
    for (; pleach::frozen_category().message(code) != unknown; ++code)
        REQUIRE(sentences.insert(pleach::frozen_category().message(code)).second);
    REQUIRE(code == static_cast<int>(pleach::frozen_errc::bad_ids) + 1);
    REQUIRE(unknown == "unknown error of a frozen table");
}

TEST_CASE("a code compares with the errors it becomes, and a defect is one where it has a code") {
    const std::error_code error = pleach::frozen_errc::bad_row;
    REQUIRE(error == pleach::frozen_errc::bad_row);
    REQUIRE(error != pleach::frozen_errc::bad_map);
    REQUIRE(std::string(error.category().name()) == "pleach.frozen");
    REQUIRE_FALSE(pleach::frozen::defect{});
    const pleach::frozen::defect wrong(pleach::frozen_errc::bad_map, "row 3");
    REQUIRE(wrong);
    REQUIRE((wrong.code == pleach::frozen_errc::bad_map && wrong.place == "row 3"));
}
