// SPDX-License-Identifier: Apache-2.0
#include "programs/options/parsed.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

namespace combinations_test {

using tests::contains, tests::parse_rest, tests::refused;

TEST_CASE("Combinations that make no sense are refused by both names") {
    CHECK(contains(refused({"--resume", "--force", "--out", "x"}), "--resume and --force exclude each other"));
    CHECK(contains(refused({"--resume"}), "--resume needs --out"));
    CHECK(contains(refused({"--force"}), "--force needs --out"));
    CHECK(contains(refused({"--table", "dense", "--density", "0.5"}), "--table dense and --density 0.5 exclude each other"));
    CHECK(contains(refused({"--prune-rounds", "3", "--table=dense"}), "--table dense and --prune-rounds 3 exclude each other"));
    CHECK(contains(refused({"--table", "qr"}), "--table qr needs one of --buckets, --bytes and --density"));
    CHECK(contains(refused({"--table", "hash", "--buckets", "9", "--prune-rounds", "1"}),
                   "--table hash and --prune-rounds exclude"));
    CHECK(contains(refused({"--buckets", "9"}), "--buckets and --table dense exclude each other"));
    CHECK(contains(refused({"--table", "auto"}), "--table auto needs --bytes"));
    CHECK(contains(refused({"--sides", "apart"}), "--sides apart and --table dense exclude each other"));
    CHECK(contains(refused({"--table", "pep"}), "--table pep needs one of --bytes, --density and --densities"));
    CHECK(contains(refused({"--table", "cerp", "--density", "0.1", "--prune-method", "random"}),
                   "--table cerp and --prune-method random exclude each other"));
    CHECK(parse_rest({"--table", "cerp", "--density", "0.1", "--buckets", "9"}).buckets == 9);
    CHECK(contains(refused({"--table", "legcf", "--densities", "0.5,0.1"}), "--table legcf excludes --densities"));
    CHECK(
        contains(refused({"--table", "legcf", "--density", "0.5", "--codes", "9"}), "--codes excludes --bytes and --density"));
    CHECK(parse_rest({"--table", "legcf", "--density", "0.5"}).table == support::table_kind::legcf);
    CHECK(
        contains(refused({"--table", "legcf", "--terms", "5", "--codes", "4"}), "--terms 5 and --codes 4 exclude each other"));
    CHECK(contains(refused({"--table", "c2f", "--fine-codes", "3"}), "--fine-terms 4 and --fine-codes 3 exclude each other"));
    for (const char* const table : {"coded", "quantized"})
        CHECK(contains(refused({"--table", table, "--density", "0.5"}, "train_mf"),
                       "--table " + std::string(table) + " excludes --density, --densities and --prune-rounds"));
    CHECK(contains(refused({"--table", "coded"}), "--table coded belongs to train_mf"));
    CHECK(contains(refused({"--table", "coded", "--codewords", "4x8"}, "train_mf"), "needs --init rows or --init svd"));
    const auto coded = [](std::vector<std::string> more) {
        more.insert(more.begin(), {"--table", "coded", "--init", "svd"});
        return more;
    };
    CHECK(contains(refused(coded({}), "train_mf"), "--table coded needs one of --codewords and --bytes"));
    CHECK(
        contains(refused(coded({"--codewords", "4x8", "--bytes", "1MB"}), "train_mf"), "needs one of --codewords and --bytes"));
    CHECK(contains(refused(coded({"--codewords", "4x8", "--optimizer", "sgd"}), "train_mf"),
                   "--optimizer sgd and --table coded"));
    CHECK(parse_rest({"--code", "n3b", "--codewords", "4x8"}).notes ==
          std::vector<std::string>{"--codewords 4x8 has no effect: it belongs to --table coded",
                                   "--code n3b has no effect: it belongs to --table quantized"});
    CHECK(parse_rest({"--table", "quantized", "--code", "n3b", "--bytes", "1MB"}).table == support::table_kind::quantized);
    CHECK(contains(refused({"--negatives", "0"}), "--negatives 0 and --loss bpr exclude each other"));
    CHECK(parse_rest({"--negatives", "0", "--loss", "softmax"}).negatives == 0);
}

TEST_CASE("Codewords are a number and its bits, for both sides or for users and items") {
    const auto text = [](const std::string& codewords) {
        const auto chosen = parse_rest({"--table", "coded", "--init", "svd", "--codewords", codewords}, "train_mf");
        const std::string all = support::to_config_text(chosen);
        const std::size_t at = all.find("codewords = ") + 12;
        return all.substr(at, all.find('\n', at) - at);
    };
    CHECK(text("6x8") == "6x8");
    CHECK(text("4x8/5x8") == "4x8/5x8");
    CHECK(text("3x12/3x12") == "3x12");
    CHECK(contains(support::to_config_text(parse_rest({})), "codewords = auto"));
    for (const char* const bad : {"6", "x8", "6x", "0x8", "6x3", "6x13", "4x8/", "4x8/5x8/6x8", "65537x8", "-1x8", "6X8"}) {
        CAPTURE(bad);
        CHECK(contains(refused({"--codewords", bad}, "train_mf"), "expected codewords and bits of each, 4 to 12"));
    }
}

TEST_CASE("Biases are added to dot products, and stepped by adam") {
    CHECK_FALSE(parse_rest({}).item_biases);
    CHECK(parse_rest({"--item-biases"}).item_biases);
    CHECK(contains(support::to_config_text(parse_rest({"--item-biases"})), "item-biases = true"));
    CHECK(refused({"--item-biases", "--loss", "softmax", "--similarity", "cosine"}) ==
          "--item-biases and --similarity cosine exclude each other: a bias is added to a dot product, not to a cosine");
    CHECK(refused({"--item-biases", "--loss", "ccl"}) ==
          "--item-biases and --loss ccl exclude each other: a bias is added to a dot product, not to a cosine");
    CHECK(refused({"--item-biases", "--table", "quantized"}, "train_mf") ==
          "--item-biases and --table quantized exclude each other: its files have no floats to keep biases in");
    CHECK(refused({"--item-biases", "--optimizer", "sgd"}, "train_mf") ==
          "--item-biases and --optimizer sgd exclude each other: sgd moves only the rows of users and items");
}

TEST_CASE("Rows are left out, or pruned whole, only where whole rows can be zero") {
    const support::options items = parse_rest({"--train-rows", "items:0.5"}, "train_lightgcn");
    CHECK((items.table == support::table_kind::masked && items.train_users == 0 && items.train_items == 0.5));
    CHECK(contains(items.notes.front(), "--train-rows: the table will be masked"));
    CHECK(contains(refused({"--train-rows", "items", "--table", "dense"}, "train_lightgcn"),
                   "--table dense and --train-rows exclude each other"));
    CHECK(contains(refused({"--train-rows", "items", "--table", "quantized"}, "train_lightgcn"),
                   "--train-rows and --table quantized exclude each other: rows are left out of tables that are dense, masked "
                   "or dsl"));
    CHECK(parse_rest({"--prune-method", "rows", "--density", "0.5"}).prune_method == support::pruning_method::rows);
    CHECK(contains(refused({"--prune-method", "rows", "--bytes", "9000"}),
                   "--prune-method rows and --bytes exclude each other: say how many rows stay"));
    CHECK(contains(refused({"--prune-method", "rows", "--density", "0.5", "--prune-scope", "row"}),
                   "--prune-method rows and --prune-scope row exclude each other: whole rows are removed"));
    CHECK(contains(refused({"--prune-method", "rows", "--density", "0.5", "--row-floor", "1"}),
                   "--prune-method rows and --row-floor exclude each other"));
    CHECK(contains(refused({"--prune-method", "rows", "--density", "0.5", "--sharded"}, "train_mf"),
                   "--sharded and --prune-method rows exclude each other"));
}

TEST_CASE("Swaps need a budget, dead values to swap for, and steps over batches") {
    CHECK(parse_rest({"--table", "dsl", "--density", "0.25", "--grow", "last-batch"}).grow == support::growth_rule::last_batch);
    CHECK(contains(refused({"--table", "dsl"}), "--table dsl needs one of --bytes, --density and --densities"));
    CHECK(contains(refused({"--table", "dsl", "--density", "0.5", "--prune-rounds", "2"}), "and no --prune-rounds"));
    CHECK(contains(refused({"--table", "dsl", "--density", "0.5", "--prune-method", "random"}),
                   "--table dsl takes neither --prune-method rows or random nor --prune-schedule one-shot"));
    CHECK(contains(refused({"--table", "dsl", "--density", "0.75"}),
                   "--swap-share 0.5: at density 0.75 the first swap would exchange 37.5 % of all values, but only 25 % are "
                   "dead; give a smaller share or density"));
    CHECK(contains(refused({"--table", "dsl", "--density", "0.25", "--optimizer", "sgd"}, "train_mf"),
                   "--optimizer sgd and --table dsl exclude each other"));
}

TEST_CASE("Only tables with dead values are packed") {
    CHECK(parse_rest({"--packed", "--density", "0.5"}).packed);
    CHECK(parse_rest({"--packed", "--table", "pep", "--density", "0.5"}).packed);
    CHECK(contains(refused({"--packed"}),
                   "--packed and --table dense exclude each other: only tables that are pruned have dead values to leave out"));
    CHECK(contains(refused({"--packed", "--density", "0.5", "--optimizer", "sgd"}, "train_mf"),
                   "--packed and --optimizer sgd exclude"));
}

TEST_CASE("Processes share out only rows that are stored whole") {
    CHECK(parse_rest({"--sharded"}, "train_mf").sharded);
    CHECK(
        refused({"--sharded", "--table", "qr", "--buckets", "9"}, "train_mf").starts_with("--sharded and --table qr exclude"));
    CHECK(
        contains(refused({"--sharded", "--density", "0.5", "--packed"}, "train_mf"),
                 "--sharded and --packed exclude each other: processes step the rows of a batch, as they are stored, by adam"));
}

}  // namespace combinations_test
