// SPDX-License-Identifier: Apache-2.0
#include "support/train/planned_table.hpp"

#include "support/catch.hpp"

namespace planned_table_test {

namespace {

support::options planned(std::uint64_t bytes, support::table_kind table = support::table_kind::automatic) {
    support::options chosen;
    chosen.table = table;
    chosen.bytes = bytes;
    return support::with_planned_table(chosen, {400, 600});
}

}  // namespace

TEST_CASE("A table is planned by what its bytes are enough for, with the reason") {
    // Values, the zeros after them, a bound for each 256 rows, and what files take beside.
    CHECK(planned(257'792).table == support::table_kind::dense);
    CHECK(planned(257'792).notes.back() == "--table auto: dense, because all values fit: they take 257,792 bytes");
    CHECK(planned(257'791).table == support::table_kind::pep);
    CHECK(planned(25'600 + 1'600).notes.back() ==
          "--table auto: pep, because 27,200 bytes hold 4.29 values per row, and a search finds those that matter");
    // A value, its column and a row start for each row, one start more, and what lies between arrays.
    CHECK(planned(9'160 + 1'600).table == support::table_kind::pep);
    CHECK(planned(9'159 + 1'600).table == support::table_kind::cerp);
    CHECK(tests::contains(planned(5'000).notes.back(), "one value for each of 1,000 rows would take 10,760 bytes"));
}

TEST_CASE("A plan counts biases, in the rows or as a file of their own") {
    const auto planned_with_biases = [](const char* program, std::uint64_t bytes) {
        support::options chosen;
        chosen.program = program;
        chosen.item_biases = true;
        chosen.table = support::table_kind::automatic;
        chosen.bytes = bytes;
        return support::with_planned_table(chosen, {400, 600});
    };
    CHECK(planned_with_biases("train_mf", 257'792 + 4'000).table == support::table_kind::dense);
    CHECK(planned_with_biases("train_mf", 257'792 + 3'999).table == support::table_kind::pep);
    CHECK(planned_with_biases("train_lightgcn", 257'792 + 3'296).table == support::table_kind::dense);
    CHECK(planned_with_biases("train_lightgcn", 257'792 + 3'295).table == support::table_kind::pep);
    CHECK(planned_with_biases("train_lightgcn", 25'600 + 1'600 + 3'296).notes.back() ==
          "--table auto: pep, because 30,496 bytes hold 4.29 values per row, and a search finds those that matter");
    // A value in each row takes a value and its column, and so does a bias.
    CHECK(planned_with_biases("train_mf", 9'160 + 1'600 + 5'000).table == support::table_kind::pep);
    CHECK(planned_with_biases("train_mf", 9'160 + 1'600 + 4'999).table == support::table_kind::cerp);
}

TEST_CASE("A table that was named stays") {
    CHECK(planned(5'000, support::table_kind::masked).table == support::table_kind::masked);
    CHECK(planned(5'000, support::table_kind::masked).notes.empty());
}

}  // namespace planned_table_test
