// SPDX-License-Identifier: Apache-2.0

// The words of frozen files: names of parts and kinds, and what messages say of them.

#include <pleach/compose/recipes.hpp>
#include <pleach/frozen/nested_rows.hpp>
#include <pleach/init/normal.hpp>

#include "files/hostile/frozen_files.hpp"
#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

namespace frozen_words_test {

using namespace tests;
namespace frozen = pleach::frozen;
using frozen::image;

namespace {

auto small_qr() {
    return pleach::make_qr<float>({.entities = 30, .buckets = 9, .dim = 4}, pleach::normal{}, pleach::random_stream(3));
}
using qr = frozen::form_of<frozen::csr_rows<>, decltype(small_qr())>;

image small_image() {
    return pleach::freeze_parts(small_qr(), [](const auto& rows) { return pleach::freeze<frozen::csr_rows<>>(rows); });
}

/// What is said of the image after this change; empty if it opens.
template <class Table, class Change>
std::string said(const Change& change) {
    image changed = small_image();
    change(changed);
    const temporary_directory folder;
    pleach::save(changed, folder / "t");
    return sentence_of<std::filesystem::filesystem_error>([&] { (void)pleach::open<Table>(folder / "t"); });
}

bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

TEMPLATE_TEST_CASE("a part that is named twice, and an array that belongs to nothing, are refused with and without the type",
                   "", qr, frozen::nested_rows) {
    REQUIRE(said<TestType>([](image&) {}).empty());
    REQUIRE(contains(said<TestType>([](image& i) { i.describe("parts", "Q,Q"); }), "\"parts\""));
    REQUIRE(contains(said<TestType>([](image& i) { i.describe("parts", "Q"); }), "pleach: cannot read"));
    REQUIRE(contains(said<TestType>([](image& i) { (void)i.add<std::byte>("more", 8); }), "arrays, needed"));
    REQUIRE(contains(said<TestType>([](image& i) { (void)i.add<std::byte>("Q.more", 8); }), "arrays, needed"));
}

TEMPLATE_TEST_CASE("no word of a file gets into a message with control characters, or at any length", "", qr,
                   frozen::nested_rows, frozen::csr_rows<>) {
    const image before = small_image();
    std::size_t refused = 0;
    for (const auto& entry : before.content().metadata())
        for (const std::string& word : {std::string("\x1b]0;title\x07\r\n"), std::string("Q,\x1b[2J"),
                                        std::string("\xc2\x9b,Q"), "a" + std::string(100'000, 'b')}) {
            const std::string sentence = said<TestType>([&](image& i) { i.describe(entry.first, word); });
            CAPTURE(entry.first, sentence.substr(0, 500));
            REQUIRE(is_plain(sentence));
            REQUIRE(sentence.size() < 1000);
            refused += sentence.empty() ? 0U : 1U;
        }
    REQUIRE(refused > 20);
}

TEST_CASE("a defect of sections in memory is named as plainly") {
    image changed = small_image();
    changed.describe("kind", "\x1b[2J");
    frozen::defect wrong;
    REQUIRE(!frozen::view<frozen::csr_rows<>>(changed.content(), wrong));
    REQUIRE(contains(wrong.place, "found \"\\x1b[2J\", needed \"" + frozen::csr_rows<>::kind() + "\""));
}

}  // namespace frozen_words_test
