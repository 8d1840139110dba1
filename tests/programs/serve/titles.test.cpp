// SPDX-License-Identifier: Apache-2.0

#include "support/serve/titles.hpp"

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/text/error.hpp"

#include <fstream>

namespace titles_test {

TEST_CASE("titles are read from the tables in which data sets come") {
    const tests::temporary_directory folder;
    const auto path = folder / "titles";
    const auto read = [&](const std::string& text) {
        std::ofstream(path, std::ios::binary) << text;
        return support::read_titles(path);
    };
    using titles = std::unordered_map<std::string, std::string>;
    REQUIRE(read("movieId,title,genres\n1,Toy Story (1995),Animation\n11,\"American President, The (1995)\",Drama\n") ==
            titles{{"1", "Toy Story (1995)"}, {"11", "American President, The (1995)"}});
    REQUIRE(read("1|Toy Story (1995)|01-Jan-1995||http://x\r\n2|GoldenEye \"Bond\"|x\r\n") ==
            titles{{"1", "Toy Story (1995)"}, {"2", "GoldenEye \"Bond\""}});
    REQUIRE(read("1::Toy Story (1995)::Animation|Children's\n") == titles{{"1", "Toy Story (1995)"}});
    REQUIRE(read("id\turl\tName\n51\thttp://x\tDuran Duran\n\n") == titles{{"51", "Duran Duran"}});
    REQUIRE(read("a\tfirst\na\tsecond\n") == titles{{"a", "first"}});
    REQUIRE(read("id,title\n").empty());
    REQUIRE_THROWS_WITH_SENTENCE(read(""), support::input_error, "an empty file, expected an id and a title per line");
    REQUIRE_THROWS_WITH_SENTENCE(read("1,one\n2\n"), support::input_error,
                                 "titles:2:1: found a line of 1 column, expected an id, and a title in column 2");
    REQUIRE_THROWS_AS(support::read_titles(folder / "nothing"), support::input_error);
}

}  // namespace titles_test
