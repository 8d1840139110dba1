// SPDX-License-Identifier: Apache-2.0

#include "contract/properties/draws.hpp"

#include <pleach/frozen/add_ids.hpp>
#include <pleach/frozen/coded_rows.hpp>
#include <pleach/frozen/freeze.hpp>
#include <pleach/frozen/kept_rows.hpp>
#include <pleach/io/open.hpp>
#include <pleach/quantize/product_codes.hpp>
#include <pleach/table/top_k.hpp>

#include "files/hostile/frozen_files.hpp"

#include <cctype>
#include <set>

namespace frozen_properties {

using namespace properties;
namespace frozen = pleach::frozen;
using pleach::value_code;

namespace {

pleach::dense_table<float> drawn_table(draws& drawn) {
    auto made = drawn.table(drawn.number(1, 12), drawn.number(1, 70));
    for (std::uint32_t r = 0; r < made.size(); ++r)
        if (drawn.chance(0.3)) std::ranges::fill(made.row(r), 0.0F);
    return made;
}

/// The table that is read from the bytes of a file of the rows.
template <class Format, class Table>
auto reopened(const Table& table) {
    const tests::aligned_bytes file(tests::file_of_image(pleach::freeze<Format>(table)));
    std::error_code error;
    auto opened = pleach::open_bytes<Format>(file.bytes.bytes(), error);
    REQUIRE(!error);
    pleach::dense_table<float> rows(opened->size(), opened->dim());
    for (std::uint32_t r = 0; r < rows.size(); ++r) opened->lookup(r, rows.row(r));
    return rows;
}

float largest_of(const std::vector<float>& row) {
    float largest = 0;
    for (const float x : row) largest = std::max(largest, std::abs(x));
    return largest;
}

/// Whether no value is off by more than `error` times the largest of its row.
template <class Format>
bool stays_within(const pleach::dense_table<float>& table, double error) {
    const auto read = reopened<Format>(table);
    for (std::size_t r = 0; r < table.size(); ++r) {
        const std::vector<float> before = looked_up(table, r), after = looked_up(read, r);
        for (std::size_t c = 0; c < before.size(); ++c)
            if (std::abs(static_cast<double>(before[c]) - static_cast<double>(after[c])) >
                error * static_cast<double>(largest_of(before)))
                return false;
    }
    return true;
}

}  // namespace

TEST_CASE("property: files of floats give the rows back, in every form") {
    for_all([](draws& drawn) {
        const auto table = drawn_table(drawn);
        const auto check = [&]<class Format>(std::type_identity<Format>) {
            REQUIRE(same_rows(reopened<Format>(table), table));
        };
        switch (drawn.number(0, 4)) {
            case 0:
                return check(std::type_identity<frozen::dense_rows<>>());
            case 1:
                return check(std::type_identity<frozen::csr_rows<>>());
            case 2:
                return check(std::type_identity<frozen::bitmap_records<>>());
            case 3:
                return check(std::type_identity<frozen::bitmap_rows<>>());
            default:
                return check(std::type_identity<frozen::kept_rows<frozen::dense_rows<>>>());
        }
    });
}

TEST_CASE("property: bytes, halves and bfloats are off by what they say at most") {
    for_all([](draws& drawn) {
        const auto table = drawn_table(drawn);
        REQUIRE(stays_within<frozen::dense_rows<value_code::i8>>(table, 1.001 / 252));
        REQUIRE(stays_within<frozen::bitmap_rows<value_code::bf16>>(table, 1.0 / 256));
        // Halves below 2^-14 have fewer bits.
        float least = 1;
        for (std::size_t r = 0; r < table.size(); ++r)
            if (const float largest = largest_of(looked_up(table, r)); largest > 0) least = std::min(least, largest);
        REQUIRE(stays_within<frozen::dense_rows<value_code::f16>>(table,
                                                                  std::max(1.0 / 2048, 0x1p-25 / static_cast<double>(least))));
    });
}

TEST_CASE("property: what few bits can store is stored exactly, so that freezing twice is freezing once") {
    const auto check = []<class Format>(std::type_identity<Format>, const auto& table) {
        const auto once = reopened<Format>(table);
        REQUIRE(same_rows(reopened<Format>(once), once));
    };
    for_all([&](draws& drawn) {
        const auto table = drawn_table(drawn);
        switch (drawn.number(0, 3)) {
            case 0:
                return check(std::type_identity<frozen::level_rows<1>>(), table);
            case 1:
                return check(std::type_identity<frozen::level_rows<2>>(), table);
            case 2:
                return check(std::type_identity<frozen::level_rows<3>>(), table);
            default:
                return check(std::type_identity<frozen::level_rows<4, frozen::two_byte_scale>>(), table);
        }
    });
}

TEST_CASE("property: fewer bits never have a smaller error") {
    for_all([](draws& drawn) {
        const auto table = drawn.table(1, drawn.number(1, 70));
        const auto error = [&]<class Format>(std::type_identity<Format>) {
            const std::vector<float> before = looked_up(table, 0), after = looked_up(reopened<Format>(table), 0);
            double sum = 0;
            for (std::size_t c = 0; c < before.size(); ++c)
                sum += std::pow(static_cast<double>(before[c]) - static_cast<double>(after[c]), 2);
            return sum;
        };
        double square = 0;
        for (const float x : looked_up(table, 0)) square += static_cast<double>(x) * static_cast<double>(x);
        REQUIRE(error(std::type_identity<frozen::level_rows<1>>()) <= square * (1 + 1e-6));
        REQUIRE(error(std::type_identity<frozen::level_rows<4>>()) <= square * (1 + 1e-6));
    });
}

TEST_CASE("property: a file that is cut short or has one bit turned is refused") {
    for_all([](draws& drawn) {
        std::string file = tests::file_of_image(pleach::freeze<frozen::bitmap_rows<>>(drawn_table(drawn)));
        if (drawn.chance(0.5)) {
            file.resize(drawn.number(0, file.size() - 1));
        } else {
            char& byte = file[drawn.number(0, file.size() - 1)];
            byte = static_cast<char>(byte ^ (1 << drawn.number(0, 7)));
        }
        const tests::aligned_bytes bytes(file);
        std::error_code error;
        REQUIRE(!pleach::open_bytes<frozen::bitmap_rows<>>(bytes.bytes.bytes(), error));
    });
}

TEST_CASE("property: sparse frozen rows rank as the same rows in a dense table, bit for bit") {
    for_all([](draws& drawn) {
        const auto table = drawn_table(drawn);
        const tests::aligned_bytes file(tests::file_of_image(pleach::freeze<frozen::bitmap_records<>>(table)));
        std::error_code error;
        const auto rows = pleach::open_bytes<frozen::bitmap_records<>>(file.bytes.bytes(), error);
        pleach::matrix<float> query(1, table.dim());
        std::ranges::copy(drawn.row(table.dim()), query.row(0).begin());
        const auto best_of = [&](const auto& ranked) {
            std::vector<std::pair<std::size_t, float>> found;
            pleach::top_k(ranked, std::as_const(query).view(), 5, [&](std::size_t, auto best) {
                for (const auto& one : best) found.emplace_back(one.id, one.score);
            });
            return found;
        };
        REQUIRE(best_of(*rows) == best_of(table));
    });
}

TEST_CASE("property: ids of any bytes are found again by their rows and by themselves") {
    for_all([](draws& drawn) {
        std::set<std::string> different;
        const std::size_t rows = drawn.number(1, 20);
        while (different.size() < rows) different.insert(drawn.text(drawn.number(1, 12)));
        const std::vector<std::string> ids(different.begin(), different.end());
        auto image = pleach::freeze<frozen::dense_rows<>>(drawn.table(rows, 3));
        frozen::add_ids(image, {{"items", rows}}, ids);
        frozen::defect wrong;
        const auto read = frozen::row_ids::view(image.content(), rows, true, wrong);
        REQUIRE(!wrong);
        for (std::size_t r = 0; r < rows; ++r) {
            REQUIRE(read[r] == ids[r]);
            REQUIRE(read.find(ids[r]) == r);
        }
    });
}

TEST_CASE("property: codes of any number of bits are read as they were packed") {
    for_all([](draws& drawn) {
        const std::size_t bits = drawn.number(4, 12);
        pleach::matrix<std::uint16_t> ids(drawn.number(1, 20), drawn.number(1, 9));
        for (std::size_t x = 0; x < ids.rows(); ++x)
            for (std::uint16_t& id : ids.row(x)) id = static_cast<std::uint16_t>(drawn.number(0, (std::size_t{1} << bits) - 1));
        const pleach::packed_codes<> codes(std::as_const(ids).view(), bits);
        for (std::size_t x = 0; x < ids.rows(); ++x)
            for (std::size_t k = 0; k < ids.cols(); ++k) REQUIRE(codes.id(x, k) == ids.row(x)[k]);
    });
}

TEST_CASE("property: codewords side by side are, in each group, the nearest of their book") {
    for_all([](draws& drawn) {
        if (drawn.number(0, 19) != 0) return;  // fitting takes a while
        const std::size_t rows = drawn.number(20, 60), columns = drawn.number(2, 9);
        const auto table = drawn.table(rows, columns);
        const pleach::product_options options{.terms = drawn.number(1, columns), .bits = 4, .rounds = 3};
        const auto coded = pleach::fit_product_codes(table.rows(), {}, options, drawn.stream());
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t k = 0; k < options.terms; ++k) {
                const auto group = coded.group(k);
                const auto distance = [&](std::size_t j) {
                    double sum = 0;
                    for (std::size_t c = 0; c < group.count; ++c)
                        sum += std::pow(static_cast<double>(looked_up(table, r)[group.first + c]) -
                                            static_cast<double>(looked_up(coded.base(), k * 16 + j)[c]),
                                        2);
                    return sum;
                };
                const double taken = distance(coded.codes().id(r, k));
                for (std::size_t j = 0; j < 16; ++j) REQUIRE(taken <= distance(j) * (1 + 1e-4) + 1e-9);
            }
    });
}

}  // namespace frozen_properties
