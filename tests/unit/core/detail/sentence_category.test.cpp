// SPDX-License-Identifier: Apache-2.0
#include <pleach/core/detail/sentence_category.hpp>

#include "support/catch.hpp"

namespace sentence_category_test {

namespace {

enum class errc { too_cold = 1, too_hot };

std::string_view sentence_of(errc code) noexcept {
    return code == errc::too_cold ? "it is too cold; heat it" : code == errc::too_hot ? "it is too hot; wait" : "unknown";
}

}  // namespace

TEST_CASE("a code's message is its sentence") {
    static const pleach::detail::sentence_category<errc> category("soup", sentence_of);
    REQUIRE(std::string(category.name()) == "soup");
    REQUIRE(std::error_code(2, category).message() == "it is too hot; wait");
    REQUIRE(std::error_code(7, category).message() == "unknown");
}

}  // namespace sentence_category_test
