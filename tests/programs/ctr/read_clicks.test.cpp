// SPDX-License-Identifier: Apache-2.0
#include "programs/ctr/ctr.hpp"

#include "support/ctr/number_bins.hpp"

namespace read_clicks_test {

using tests::click_refusal;

namespace {
const support::click_read_options bought_with_age{.tasks = {"bought"}, .numeric = {"age"}};
}

TEST_CASE("A table of examples becomes rows of fields, standardized numbers and labels") {
    const support::click_data data = tests::read_clicks("shop.csv",
                                                        "bought,city,age,color\n"
                                                        "1,\"Bonn, west\",10,red\n"
                                                        "0,Rome,,red\n"
                                                        "0,Rome,30,blue\n",
                                                        bought_with_age);
    CHECK(data.tasks == std::vector<std::string>{"bought"});
    CHECK(data.fields == std::vector<std::string>{"city", "color", "age"});
    CHECK(data.field_starts == std::vector<std::uint32_t>{0, 3, 6, 9});
    CHECK(data.row_names == std::vector<std::string>{"city (rare or new)", "city=Bonn, west", "city=Rome",
                                                     "color (rare or new)", "color=red", "color=blue", "age (missing)",
                                                     "age<=10", "age<=30"});
    CHECK(data.train.ids == std::vector<std::uint32_t>{1, 4, 7, 2, 4, 6, 2, 5, 8});
    CHECK(data.train.labels == std::vector<std::uint8_t>{1, 0, 0});
    CHECK(data.train.numbers[0] == -1);
    CHECK(data.train.numbers[1] == 0);  // missing: the mean
    CHECK(data.train.numbers[2] == 1);
}

TEST_CASE("Rare values share a row, values that are new in the test part as well, and many values can be hashed") {
    const tests::temporary_directory folder;
    folder.write("train.csv", "y,city\n1,Bonn\n0,Bonn\n0,Oslo\n1,Rome\n0,Rome\n1,Kiel\n");
    folder.write("test.csv", "y,city\n1,Rome\n0,Paris\n");
    const support::click_read_options tasks{.tasks = {"y"}};
    const auto rows = [&](const support::row_options& options) {
        return support::rows_of_clicks(support::read_clicks(folder.path(), tasks), options);
    };
    const support::click_data kept = rows({.min_count = 2, .valid_fraction = 0});
    CHECK(kept.train.ids == std::vector<std::uint32_t>{1, 1, 0, 2, 2, 0});
    CHECK(kept.test.ids == std::vector<std::uint32_t>{2, 0});
    const support::click_data hashed = rows({.min_count = 1, .hash_rows = 2, .valid_fraction = 0});
    CHECK(hashed.rows() == 3);
    CHECK(hashed.train.ids[0] == hashed.train.ids[1]);
    CHECK(std::ranges::min(hashed.test.ids) >= 1);
}

TEST_CASE("Criteo's form needs no names: a label, 13 numbers and 26 names, any of which may be missing") {
    const std::string line = "\t1\t\t-2" + std::string(10, '\t') + std::string(26, '\t');
    const support::click_data data =
        tests::read_clicks("day.txt", "0" + line + "\n1" + line + "x\n", {.format = support::click_format::criteo});
    CHECK(data.tasks == std::vector<std::string>{"label"});
    CHECK(data.numeric.size() == 13);
    CHECK(data.fields.size() == 26 + 13);
    CHECK(data.train.labels == std::vector<std::uint8_t>{0, 1});
}

TEST_CASE("Lines of libsvm and libffm give rows with weights, in the order of fields") {
    using enum support::click_format;
    const support::click_data data = tests::read_clicks("a.ffm", "1 2:7:1 0:3:0.5 2:9:2\n0 0:4:1\n", {.format = libffm});
    CHECK(data.fields == std::vector<std::string>{"2", "0"});
    CHECK(data.field_starts == std::vector<std::uint32_t>{0, 3, 6});
    CHECK(data.train.offsets == std::vector<std::uint64_t>{0, 3, 4});
    CHECK(data.train.ids == std::vector<std::uint32_t>{1, 2, 4, 5});
    CHECK(data.train.weights == std::vector<float>{1, 2, 0.5F, 1});
    CHECK(tests::read_clicks("a.svm", "-1 7:1 9:2\n+1\n", {.format = libsvm}).train.labels == std::vector<std::uint8_t>{0, 1});
    CHECK(click_refusal("a.svm", "1 7:1\n0 7:one\n", support::click_read_options{.format = libsvm}) ==
          "a.svm:2:3: found '7:one', expected index:value, such as 17:1; check --format");
    CHECK(click_refusal("a.ffm", "1 7:1\n", support::click_read_options{.format = libffm}) ==
          "a.ffm:1:3: found '7:1', expected field:index:value, such as 3:17:1; check --format");
    CHECK(click_refusal("a.svm", "2 7:1\n", support::click_read_options{.format = libsvm}) ==
          "a.svm:1:1: found '2', expected the label 0 or 1, or -1 or +1; write it before the values");
}

TEST_CASE("Examples that cannot be read are refused with line, column and what to do") {
    const std::string start = "bought,city,age\n1,Rome,3\n";
    CHECK(click_refusal("shop.csv", start + "2,Rome,3\n", bought_with_age) ==
          "shop.csv:3:1: found '2' in column 'bought', expected the label 0 or 1; write 1 for a click and 0 for none");
    CHECK(
        click_refusal("shop.csv", start + "0,Rome,old\n", bought_with_age) ==
        "shop.csv:3:8: found 'old' in column 'age', expected a number, or nothing where it is missing; leave the column out of "
        "--numeric if it has names");
    CHECK(click_refusal("shop.csv", start + "0,Rome\n", bought_with_age) ==
          "shop.csv:3:7: found 2 columns, expected 3, as many as have names; check the separator, and values with a separator "
          "inside, which belong into quotes");
    CHECK(click_refusal("shop.csv", start, bought_with_age) ==
          "shop.csv: found only examples with bought = 1 among the 1 to train on, expected both labels in each task; leave the "
          "task out of --tasks, or give more data");
    CHECK(click_refusal("shop.csv", "bought,city,age\n0,Rome,3\n", bought_with_age) ==
          "shop.csv: found no examples with bought = 1 among the 1 to train on, expected both labels in each task; leave the "
          "task out of --tasks, or give more data");
    CHECK(click_refusal("shop.csv", start, support::click_read_options{.tasks = {"sold"}}) ==
          "shop.csv: found no column 'sold', expected one of bought, city, age; correct --tasks");
    CHECK(
        click_refusal("shop.csv", start, support::click_read_options{.tasks = {"bought"}, .numeric = {"bought"}}) ==
        "shop.csv: found column 'bought' named twice, expected one role for each column; name it in one of --tasks, --numeric "
        "and --ignore, once");
    CHECK(click_refusal("shop.csv", start, support::click_read_options{}) ==
          "shop.csv: found columns bought, city, age, expected to know which of them is the label; name it with --tasks");
    CHECK(
        click_refusal("shop.csv", start + "0,Oslo,3\n", bought_with_age,
                      support::row_options{.min_count = 1, .row_limit = 2, .test_fraction = 0, .valid_fraction = 0}) ==
        "shop.csv: found fields with 3 rows, up to city, expected at most 2 in all; raise --min-count or --row-limit, or hash "
        "values with --hash-rows");
}

TEST_CASE("A number that fills an interval has one of its own, and the others share the rest") {
    std::vector<float> numbers(90, 0.0F);
    for (int i = 1; i <= 10; ++i) numbers.push_back(static_cast<float>(i));
    const support::number_bins bins(numbers, 6);
    CHECK(std::vector<float>(bins.uppers().begin(), bins.uppers().end()) == std::vector<float>{0, 2, 4, 6, 8, 10});
    CHECK(bins.of(-5) == 0);
    CHECK(bins.of(3) == 2);
    CHECK(bins.of(99) == 5);
}

}  // namespace read_clicks_test
