// SPDX-License-Identifier: Apache-2.0
#include <pleach/core/detail/quoted.hpp>

#include "support/catch.hpp"

namespace quoted_test {

using pleach::detail::in_quotes;
using pleach::detail::printable;

TEST_CASE("text from files shows as what it is, whatever it contains") {
    CHECK(printable("bitmap_rows<f16> 3.5 %") == "bitmap_rows<f16> 3.5 %");
    CHECK(printable("\x1b]0;title\x07\r\n\t") == "\\x1b]0;title\\x07\\x0d\\x0a\\x09");
    CHECK(printable("caf\xc3\xa9 \xff\x7f") == "caf\\xc3\\xa9 \\xff\\x7f");
    CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
    CHECK(printable(printable("\x1b\\")) == printable("\x1b\\"));
}

TEST_CASE("long text from files is cut") {
    CHECK(in_quotes("") == "\"\"");
    CHECK(in_quotes(std::string(80, 'x')) == "\"" + std::string(80, 'x') + "\"");
    CHECK(in_quotes(std::string(81, 'x')) == "\"" + std::string(80, 'x') + "\"...");
    CHECK(in_quotes("\n") == "\"\\x0a\"");
}

}  // namespace quoted_test
