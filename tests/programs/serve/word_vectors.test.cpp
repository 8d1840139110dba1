// SPDX-License-Identifier: Apache-2.0

#include "support/serve/word_vectors.hpp"

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/text/error.hpp"

#include <cstring>
#include <fstream>

namespace word_vectors_test {

namespace {

class written {
public:
    explicit written(const std::string& text) { std::ofstream(path(), std::ios::binary) << text; }
    [[nodiscard]] std::filesystem::path path() const { return folder_ / "vectors"; }
    [[nodiscard]] support::word_vectors read() const { return support::read_word_vectors(path()); }

private:
    tests::temporary_directory folder_;
};

using names = std::vector<std::string>;

bool looks_like_words(std::string_view text) {
    return support::are_word_vectors(std::as_bytes(std::span(text.data(), text.size())));
}

std::string binary(std::initializer_list<float> values) {
    std::string bytes(values.size() * sizeof(float), '\0');
    std::memcpy(bytes.data(), values.begin(), bytes.size());
    return bytes;
}

}  // namespace

TEST_CASE("word2vec and fastText text, with or without blanks at the end of lines") {
    for (const char* text : {"2 3\nking 1 -2.5 3e-2\n</s> 0.5 6 7\n", "2 3\r\nking 1 -2.5 3e-2 \r\n</s> 0.5 6 7 \r\n",
                             "2 3\nking\t1\t-2.5\t3e-2\n</s> 0.5 6 7"}) {
        REQUIRE(looks_like_words(text));
        const auto words = written(text).read();
        REQUIRE(words.format == "word2vec text");
        REQUIRE(words.names == names{"king", "</s>"});
        REQUIRE(words.rows.rows() == 2);
        REQUIRE(words.rows.row(0)[1] == -2.5F);
        REQUIRE(words.rows.row(0)[2] == 0.03F);
        REQUIRE(words.rows.row(1)[0] == 0.5F);
    }
}

TEST_CASE("GloVe text, in which a name may have blanks and may be a number") {
    const std::string text = "the 0.1 0.2\n. . . 1 2\n17 3 4\nthe 5 6\n";
    REQUIRE(looks_like_words(text));
    const auto words = written(text).read();
    REQUIRE(words.format == "GloVe text");
    REQUIRE(words.names == names{"the", ". . .", "17"});
    REQUIRE(words.repeated == 1);
    REQUIRE(words.rows.row(0)[0] == 0.1F);
    REQUIRE(words.rows.row(2)[1] == 4);
}

TEST_CASE("word2vec binary, with line ends between rows and without") {
    for (const char* end : {"\n", ""}) {
        const std::string good = "3 2\nking " + binary({1, 2}) + end + "banana " + binary({3, 4}) + end + "b\xC3\xA4r " +
                                 binary({-0.5F, 1e-30F}) + end;
        REQUIRE(looks_like_words(good));
        const auto words = written(good).read();
        REQUIRE(words.format == "word2vec binary");
        REQUIRE(words.names == names{"king", "banana", "b\xC3\xA4r"});
        REQUIRE(words.rows.row(1)[0] == 3);
        REQUIRE(words.rows.row(2)[1] == 1e-30F);
        for (const std::size_t cut : {1U, 5U, 12U})
            REQUIRE_THROWS_AS(written(good.substr(0, good.size() - cut - std::string(end).size())).read(),
                              support::input_error);
    }
}

TEST_CASE("other files are no word vectors") {
    for (const char* text : {"", "word", "word\n", "1 2", "user,item\n1,2\n", "{\"a\": 1}\n", "\x93NUMPY\n", "a b c d\n"})
        REQUIRE(!looks_like_words(text));
    REQUIRE(!looks_like_words(std::string_view("a 1\0 2\n", 7)));
}

TEST_CASE("lines that are not as the first are refused, with their number") {
    REQUIRE_THROWS_WITH_SENTENCE(written("2 3\na 1 2 3\nb 1 x 3\n").read(), support::input_error,
                                 "vectors:3:1: found 'x', expected a name and 3 numbers");
    REQUIRE_THROWS_WITH_SENTENCE(written("a 1 2\nb 1\n").read(), support::input_error,
                                 "vectors:2:1: found 'b', expected a name and 2 numbers");
    REQUIRE_THROWS_WITH_SENTENCE(written("3 2\na 1 2\nb 1 2\n").read(), support::input_error,
                                 "found 2 rows, expected 3 as the first line says; the file is cut off");
    REQUIRE_THROWS_WITH_SENTENCE(written("9000000000 2\na 1 2\n").read(), support::input_error, "promises 9,000,000,000 rows");
}

}  // namespace word_vectors_test
