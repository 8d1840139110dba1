// SPDX-License-Identifier: Apache-2.0

// Frozen compositions that are wrong in every way: sums, concatenations and products of parts, rows of codes, kept rows, and
// these within each other. What is refused is fine; what is accepted must be safe to use.

#include <pleach/compose/recipes.hpp>
#include <pleach/frozen/nested_rows.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/quantize/product_codes.hpp>
#include <pleach/quantize/residual_codes.hpp>

#include "files/hostile/frozen_files.hpp"
#include "files/hostile/mutations.hpp"
#include "support/assignments.hpp"
#include "support/catch.hpp"

namespace frozen_compositions_test {

using namespace tests;
namespace frozen = pleach::frozen;

namespace {

template <class Table>
std::string file_of(const Table& table) {
    return file_of_image(pleach::freeze_parts(table, [](const auto& rows) {
        return rows.size() < 8 ? pleach::freeze<frozen::csr_rows<>>(rows) : pleach::freeze<frozen::bitmap_records<>>(rows);
    }));
}

/// One small file of each kind of composition.
std::vector<std::string> small_files() {
    const pleach::random_stream stream(3);
    const pleach::normal first;
    const auto coarse =
        pleach::make_legcf<float>(random_assignment<float>(20, 9, 2), 4, pleach::normal{.deviation = 1}, stream);
    const auto fine = pleach::make_c2f<float>(coarse, pleach::dense_table<float>(5, 4, first, stream),
                                              random_assignment<float>(9, 5, 3), {.threshold = 1.0F, .share = 0.2F});
    const auto inner =
        pleach::compose<pleach::concat>(20, pleach::part{"A", sparse_table(10, 3, 0.5), pleach::remainder_map(10)},
                                        pleach::part{"B", sparse_table(7, 1, 1), pleach::hashed_map(7, 9)});
    const auto nested = pleach::compose<pleach::hadamard>(
        30, pleach::part{"in", inner, pleach::split_map(10, pleach::remainder_map(10), pleach::remainder_map(10))},
        pleach::part{"own", sparse_table(30, 4, 0.5), pleach::permuted_map(pleach::identity_map(30), 30, 7)});
    const auto kept = file_of_image(pleach::freeze_kept(
        sparse_table(40, 4, 0.1), [](const auto& rows) { return pleach::freeze<frozen::bitmap_records<>>(rows); }));
    const auto rows = sparse_table(30, 4, 1);
    return {kept,
            file_of(pleach::make_qr<float>({.entities = 30, .buckets = 9, .dim = 4}, first, stream)),
            file_of(coarse),
            file_of(fine),
            file_of(nested),
            file_of(pleach::fit_residual_codes(rows.rows(), {}, {.terms = 2, .bits = 4, .rounds = 2, .sweeps = 1}, stream)),
            file_of(pleach::fit_product_codes(rows.rows(), {}, {.terms = 3, .bits = 4, .rounds = 2}, stream))};
}

bool opens_nested(const std::string& file) { return opens<frozen::nested_rows>(file); }

}  // namespace

TEST_CASE("the file of a composition cut at any length, or longer, is refused") {
    for (const std::string& file : small_files()) {
        REQUIRE(opens_nested(file));
        for (std::size_t size = 0; size < file.size(); ++size) REQUIRE(!opens_nested(file.substr(0, size)));
        REQUIRE(!opens_nested(file + '\0'));
    }
}

TEST_CASE("the file of a composition with any byte replaced is refused") {
    for (std::string file : small_files())
        for (char& byte : file) {
            const char before = byte;
            for (const int change : {1, 0x80, 0xff}) {
                byte = static_cast<char>(before ^ change);
                REQUIRE(!opens_nested(file));
            }
            byte = before;
        }
}

TEST_CASE("whatever byte of a composition's parts is replaced, what opens can be used") {
    for (const std::string& file : small_files()) {
        std::size_t opened = 0, tried = 0;
        for (const std::string& other : data_mutations(file)) {
            opened += opens_nested(other) ? 1U : 0U;
            ++tried;
        }
        REQUIRE(opened > 0);
        REQUIRE(opened < tried);
    }
}

TEST_CASE("every number of a composition's header set to what tends to go wrong is refused or harmless") {
    for (const std::string& file : small_files()) {
        const auto wrong = field_mutations(file);
        std::size_t refused = 0;
        for (const std::string& other : wrong) refused += opens_nested(other) ? 0U : 1U;
        REQUIRE(wrong.size() > 100);
        REQUIRE(refused > wrong.size() * 9 / 10);
    }
}

}  // namespace frozen_compositions_test
