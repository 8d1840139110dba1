// SPDX-License-Identifier: Apache-2.0

#include "contract/properties/draws.hpp"

#include "support/data/csr.hpp"
#include "support/data/interactions.hpp"
#include "support/data/split.hpp"
#include "support/model/metrics.hpp"
#include "support/temporary_directory.hpp"
#include "support/text/error.hpp"
#include "support/text/number.hpp"

#include <charconv>
#include <map>
#include <set>

namespace programs_properties {

using namespace properties;

namespace {

using pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

pairs drawn_pairs(draws& drawn, std::size_t rows, std::size_t columns) {
    pairs made(drawn.number(0, 60));
    for (auto& [row, column] : made) {
        row = static_cast<std::uint32_t>(drawn.number(0, rows - 1));
        column = static_cast<std::uint32_t>(drawn.number(0, columns - 1));
    }
    return made;
}

}  // namespace

TEST_CASE("property: the shortest text of a number reads back as the number") {
    for_all([](draws& drawn) {
        const double x = std::ldexp(drawn.real(-1, 1), static_cast<int>(drawn.number(0, 600)) - 300);
        const std::string text = support::shortest(x);
        double read = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
        REQUIRE((error == std::errc() && end == text.data() + text.size() && read == x));
    });
}

TEST_CASE("property: any text is printable once it is escaped, and can be had back") {
    for_all([](draws& drawn) {
        const std::string text = drawn.text(drawn.number(0, 30)), shown = support::printable(text, 4096);
        for (const char c : shown) REQUIRE((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
        if (text.find('\\') == std::string::npos) REQUIRE(support::unprintable(shown) == text);
    });
}

TEST_CASE("property: pairs are stored once each, in the order of rows and columns") {
    for_all([](draws& drawn) {
        const std::size_t rows = drawn.number(1, 9);
        const pairs given = drawn_pairs(drawn, rows, 20);
        const support::csr stored = support::make_csr(rows, given);
        const std::set<std::pair<std::uint32_t, std::uint32_t>> expected(given.begin(), given.end());
        pairs found;
        for (std::uint32_t r = 0; r < rows; ++r)
            for (const std::uint32_t c : stored.row(r)) found.emplace_back(r, c);
        REQUIRE(std::ranges::equal(found, expected));
    });
}

TEST_CASE("property: a split loses no pair, doubles none, and leaves every row one") {
    for_all([](draws& drawn) {
        const std::size_t rows = drawn.number(1, 9);
        const support::csr all = support::make_csr(rows, drawn_pairs(drawn, rows, 20));
        const double fraction = drawn.real(0, 0.99);
        const auto [kept, taken] = support::split_rows(all, fraction, drawn.stream());
        for (std::size_t r = 0; r < rows; ++r) {
            std::vector<std::uint32_t> both(kept.row(r).begin(), kept.row(r).end());
            both.insert(both.end(), taken.row(r).begin(), taken.row(r).end());
            std::ranges::sort(both);
            REQUIRE(std::ranges::equal(both, all.row(r)));
            REQUIRE(kept.row(r).empty() == all.row(r).empty());
        }
    });
}

TEST_CASE("property: recall and NDCG lie between 0 and 1, and the best list has them all") {
    for_all([](draws& drawn) {
        const std::size_t k = drawn.number(1, 20), relevant = drawn.number(1, 20);
        std::vector<bool> hits(drawn.number(0, k)), best(std::min(k, relevant), true);
        std::size_t left = relevant;
        for (std::size_t r = 0; r < hits.size(); ++r)
            if (left > 0 && drawn.chance(0.3)) {
                hits[r] = true;
                --left;
            }
        const auto quality = support::quality_of_list(hits, relevant, k), ideal = support::quality_of_list(best, relevant, k);
        REQUIRE((quality.recall >= 0 && quality.recall <= ideal.recall));
        REQUIRE((quality.ndcg >= 0 && quality.ndcg <= 1 + 1e-12));
        REQUIRE(quality.hit == (left < relevant ? 1 : 0));
        REQUIRE(ideal.ndcg == tests::approx(1));
    });
}

TEST_CASE("property: a table of pairs is read as it was written, whatever separates its columns") {
    const tests::temporary_directory folder;
    for_all([&](draws& drawn) {
        if (drawn.number(0, 9) != 0) return;  // files take a while
        const std::size_t users = drawn.number(1, 9);
        const pairs given = drawn_pairs(drawn, users, 20);
        if (given.empty()) return;
        const std::string separator = drawn.chance(0.5) ? "," : "\t", end = drawn.chance(0.5) ? "\n" : "\r\n";
        std::string text = "user" + separator + "item" + end;
        std::map<std::string, std::set<std::string>> expected;
        for (const auto& [user, item] : given) {
            text += "u" + std::to_string(user) + separator + "i" + std::to_string(item) + end;
            expected["u" + std::to_string(user)].insert("i" + std::to_string(item));
        }
        const support::interactions read = support::read_interactions(folder.write("pairs.txt", text));
        std::map<std::string, std::set<std::string>> found;
        for (const support::csr* part : {&read.train, &read.valid, &read.test})
            for (std::size_t u = 0; u < part->rows(); ++u)
                for (const std::uint32_t i : part->row(u))
                    REQUIRE(found[read.user_tokens[u]].insert(read.item_tokens[i]).second);
        REQUIRE(found == expected);
    });
}

}  // namespace programs_properties
