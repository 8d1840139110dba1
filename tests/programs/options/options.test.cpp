// SPDX-License-Identifier: Apache-2.0
#include "programs/options/parsed.hpp"

#include "support/catch.hpp"

#include <initializer_list>
#include <string>
#include <vector>

namespace options_test {

using tests::contains, tests::parse, tests::parse_rest, tests::refused;

TEST_CASE("Without flags the options have their defaults") {
    const auto chosen = parse_rest({});
    const support::options expected;
    CHECK(chosen.dataset == "generated");
    CHECK(chosen.dim == expected.dim);
    CHECK(chosen.layers == 3);
    CHECK(chosen.lr == expected.lr);
    CHECK(chosen.topk == std::vector<std::size_t>{20});
    CHECK(chosen.notes.empty());
    CHECK(parse_rest({"--loss", "bpr"}, "train_mf").layers == 0);
    CHECK(parse_rest({}, "/usr/bin/train_mf").program == "train_mf");
}

TEST_CASE("Flags take their value after a space or an equals sign") {
    const auto chosen = parse_rest({"--dim", "32", "--lr=0.05", "--topk", "50,10,20,10", "--json", "--min-rating", "-1.5",
                                    "--out", "a b", "--seed=18446744073709551615"});
    CHECK(chosen.dim == 32);
    CHECK(chosen.lr == 0.05);
    CHECK(chosen.topk == std::vector<std::size_t>{50, 10, 20});
    CHECK(chosen.json);
    CHECK_FALSE(chosen.quiet);
    CHECK(chosen.min_rating == -1.5);
    CHECK(chosen.out == "a b");
    CHECK(chosen.seed == 18446744073709551615u);
}

TEST_CASE("Unless a loss is given, train_mf takes softmax, and what was not given is chosen for it") {
    const auto chosen = parse_rest({"--lr", "0.01", "--batch", "64"}, "train_mf");
    CHECK(chosen.loss == support::loss_kind::softmax);
    CHECK(chosen.temperature == 1);
    CHECK(chosen.spare_known);
    CHECK(chosen.lr == 0.01);
    CHECK(chosen.lr_schedule == support::rate_schedule::cosine);
    CHECK(chosen.chosen_by_data == std::vector<std::string_view>{"decay", "ticket-decay", "negatives", "epochs"});
    CHECK(chosen.notes.empty());
    // Where softmax cannot be trained, bpr with its own defaults.
    const std::vector<std::vector<std::string>> without = {{"--optimizer", "sgd"}, {"--table", "legcf"}, {"--loss", "bpr"}};
    for (const auto& words : without) {
        const auto other = parse_rest(words, "train_mf");
        CHECK(other.loss == support::loss_kind::bpr);
        CHECK(other.lr_schedule == support::rate_schedule::constant);
        CHECK(other.chosen_by_data.empty());
    }
    CHECK(parse_rest({}).loss == support::loss_kind::bpr);
    CHECK(refused({"--loss", "auto"}) == "--loss auto belongs to train_mf: choose bpr, softmax or ccl");
}

TEST_CASE("recdim is another name of dim") { CHECK(parse_rest({"--recdim", "128"}).dim == 128); }

TEST_CASE("Unknown flags are refused with the nearest name") {
    CHECK(refused({"--lrr", "0.1"}) == "unknown flag --lrr: did you mean --lr?");
    CHECK(refused({"--epoch=3"}) == "unknown flag --epoch: did you mean --epochs?");
    CHECK(refused({"-dim", "3"}) == "unknown flag -dim: did you mean --dim?");
    CHECK(refused({"--prune-round", "3"}) == "unknown flag --prune-round: did you mean --prune-rounds?");
    CHECK(refused({"--completely-different"}) == "unknown flag --completely-different: see --help");
    CHECK(contains(refused({"gowalla"}), "'gowalla' does not belong to a flag"));
    CHECK(refused({"--layers", "3"}, "train_mf") == "--layers belongs to train_lightgcn, train_mf does not have it");
}

TEST_CASE("Of a flag given twice the last counts, and that is said") {
    const auto chosen = parse_rest({"--lr", "0.1", "--dim", "8", "--lr", "0.2", "--recdim", "16"});
    CHECK(chosen.lr == 0.2);
    CHECK(chosen.dim == 16);
    REQUIRE(chosen.notes.size() == 2);
    CHECK(chosen.notes[0] == "--dim was given 2 times: the last value, 16, counts");
    CHECK(chosen.notes[1] == "--lr was given 2 times: the last value, 0.2, counts");
}

TEST_CASE("A flag without its value is refused") {
    CHECK(contains(refused({"--lr="}), "--lr= has no value"));
    CHECK(contains(refused({"--lr"}), "--lr has no value"));
    CHECK(contains(refused({"--out", "--json"}), "--out has no value: the next word is the flag --json"));
}

TEST_CASE("Learning rates must be finite and more than 0") {
    for (const char* const bad :
         {"0", "-1", "nan", "-nan", "inf", "infinity", "1e309", "1e-400", "0.1x", "0,1", "+1", "0x1p3", ""}) {
        CAPTURE(bad);
        CHECK(contains(refused({"--lr", bad}), ": expected a number more than 0"));
    }
    CHECK(contains(refused({"--lr", "0,1"}), "write a decimal point"));
    CHECK(parse_rest({"--lr", "1e-300"}).lr == 1e-300);
}

TEST_CASE("Every number is held to its range") {
    struct range {
        const char* flag;
        std::vector<const char*> good, bad;
    };
    const std::vector<range> ranges = {
        {"--dim", {"1", "65536"}, {"0", "65537", "-1", "1.5", "1e3"}},
        {"--layers", {"0", "32"}, {"33", "-1"}},
        {"--density", {"0", "1", "0.5"}, {"-0.1", "1.1", "nan"}},
        {"--batch", {"1", "4294967295"}, {"0", "4294967296"}},
        {"--epochs", {"0", "1"}, {"-1", "1000001"}},
        {"--threads", {"0", "1", "1024"}, {"-1", "1000000000"}},
        {"--seed", {"0", "18446744073709551615"}, {"-1", "18446744073709551616"}},
        {"--topk",
         {"1", "4294967295", "5,10"},
         {"0", "10,0", "10,,20", ",", "4294967296", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"}},
        {"--valid", {"0", "0.999"}, {"1", "-0.1"}},
        {"--test-fraction", {"0", "0.5"}, {"1"}},
        {"--temperature", {"0.01"}, {"0", "-1"}},
        {"--decay", {"0", "1"}, {"-1e-9"}},
        {"--dropout", {"0", "0.9"}, {"1"}},
        {"--prune-rate", {"0.3"}, {"0", "1"}},
        {"--margin", {"-1", "1"}, {"1.01"}},
        {"--eval-every", {"1"}, {"0"}},
        {"--row-limit", {"0", "1", "4294967294"}, {"-1", "4294967295"}},
        {"--loss", {"bpr", "softmax", "ccl"}, {"BPR", ""}},
        {"--rewind", {"initial", "none", "reinit"}, {"init"}},
        {"--header", {"auto", "yes", "no"}, {"true"}},
        {"--min-rating", {"any", "0"}, {"none", "inf"}},
    };
    for (const range& r : ranges) {
        for (const char* const text : r.good) {
            CAPTURE(r.flag, text);
            CHECK_NOTHROW(parse_rest({r.flag, text}));
        }
        for (const char* const text : r.bad) {
            CAPTURE(r.flag, text);
            CHECK(contains(refused({r.flag, text}), std::string(r.flag) + " " + (*text ? text : "''") + ": expected "));
        }
    }
}

TEST_CASE("Solutions are so many epochs or so many steps apart, and the fine stage has its own schedule") {
    const auto chosen = parse_rest({"--table", "c2f", "--reassign-steps", "33", "--lr-schedule", "cosine"});
    CHECK(chosen.reassign_steps == 33);
    CHECK(chosen.fine_lr_schedule == support::rate_schedule::constant);
    CHECK(parse_rest({"--fine-lr-schedule", "cosine"}).fine_lr_schedule == support::rate_schedule::cosine);
    CHECK(refused({"--reassign-every", "2", "--reassign-steps", "33"}) ==
          "--reassign-every and --reassign-steps exclude each other: one counts epochs, the other steps");
    CHECK(contains(refused({"--reassign-steps", "33"}, "train_mf"), "belongs to train_lightgcn"));
}

TEST_CASE("Rows to keep are a side and a share, in train_lightgcn, and need a format") {
    const auto chosen = parse_rest({"--freeze", "dense_rows<n4>", "--freeze-rows", "items:0.55"});
    CHECK(chosen.freeze_users == 0);
    CHECK(chosen.freeze_items == 0.55);
    CHECK(contains(support::to_config_text(chosen), "freeze-rows = items:0.55"));
    CHECK(contains(support::to_config_text(parse_rest({})), "freeze-rows = all"));
    const auto both = parse_rest({"--freeze", "auto", "--freeze-rows", "all:0.5"});
    CHECK((both.freeze_users == 0.5 && both.freeze_items == 0.5));
    CHECK(contains(refused({"--freeze", "auto", "--freeze-rows", "songs"}), "write items, or items:0.7"));
    CHECK(contains(refused({"--freeze", "auto", "--freeze-rows", "items:0"}), "choose one in this range"));
    CHECK(contains(refused({"--freeze-rows", "items"}), "name the format of the rows that are kept"));
    CHECK(contains(refused({"--freeze", "auto", "--freeze-rows", "items", "--table", "legcf"}), "no rows of their own"));
    CHECK(contains(refused({"--freeze", "auto", "--freeze-rows", "items", "--freeze-density", "0.5"}), "exclude each other"));
    CHECK(parse_rest({"--freeze", "auto", "--freeze-rows", "items"}, "train_mf").freeze_users == 0);
    for (const char* rows : {"items:0.55", "users", "all:0.5"})
        CHECK(contains(refused({"--freeze", "auto", "--freeze-rows", rows}, "train_mf"), "--freeze-rows takes only items"));
}

TEST_CASE("Codewords that are frozen are shaped a few times in train_lightgcn, and stand for whole rows") {
    CHECK(parse_rest({"--freeze", "coded<sum,6x8>"}).freeze_sweeps == 3);
    const auto chosen = parse_rest({"--freeze", "coded<sum,6x8>", "--freeze-sweeps", "0"});
    CHECK(chosen.freeze_sweeps == 0);
    CHECK(chosen.notes.empty());
    CHECK(parse_rest({"--freeze", "dense_rows<n4>", "--freeze-sweeps", "0"}).notes ==
          std::vector<std::string>{"--freeze-sweeps 0 has no effect: it belongs to --freeze coded<...>"});
    CHECK(contains(support::to_config_text(chosen), "freeze-sweeps = 0"));
    CHECK(contains(refused({"--freeze", "coded<sum,6x8>", "--freeze-sweeps", "1001"}), "choose one in this range"));
    CHECK(contains(refused({"--freeze", "coded<sum,6x8>", "--freeze-sweeps", "1"}, "train_mf"), "--freeze-sweeps"));
    CHECK(contains(refused({"--freeze", "coded<sum,6x8>", "--freeze-density", "0.5"}),
                   "--freeze coded<sum,6x8> and --freeze-density exclude each other: codewords stand for whole rows; for fewer "
                   "bytes take fewer terms or bits"));
}

TEST_CASE("Pruning implies a masked table, and says so") {
    const auto chosen = parse_rest({"--density", "0.5"});
    CHECK(chosen.table == support::table_kind::masked);
    CHECK(chosen.notes == std::vector<std::string>{"--density 0.5: the table will be masked"});
    CHECK(parse_rest({"--table", "masked"}).notes.empty());
}

TEST_CASE("A flag that belongs to a choice that was not made is noted, by both names") {
    struct example {
        std::vector<std::string> flag;
        std::string owner;
        std::vector<std::string> choice;  // with which it has an effect
    };
    const std::vector<std::string> pep{"--table", "pep", "--density", "0.1"}, cerp{"--table", "cerp", "--density", "0.1"};
    const std::vector<std::string> legcf{"--table", "legcf"}, c2f{"--table", "c2f"}, masked{"--density", "0.1"};
    const std::string prunes = "a masked table with --density, --densities, --bytes or --prune-rounds";
    const std::vector<example> examples{
        {{"--temperature", "1"}, "--loss softmax", {"--loss", "softmax"}},
        {{"--similarity", "cosine"}, "--loss softmax", {"--loss", "softmax"}},
        {{"--correction", "0"}, "--loss softmax", {"--loss", "softmax"}},
        {{"--spare-known"}, "--loss softmax", {"--loss", "softmax"}},
        {{"--margin", "0.5"}, "--loss ccl", {"--loss", "ccl"}},
        {{"--negative-weight", "2"}, "--loss ccl", {"--loss", "ccl"}},
        {{"--init-density", "0.5"}, "--init sparse-pca", {"--init", "sparse-pca"}},
        {{"--search-epochs", "7"}, "--table pep or cerp", pep},
        {{"--threshold-gain", "2"}, "--table pep or cerp", cerp},
        {{"--ticket-decay", "0"}, "--table pep or cerp", pep},
        {{"--tanh-penalty", "1"}, "--table cerp", cerp},
        {{"--codes", "30"}, "--table legcf or c2f", legcf},
        {{"--reassign", "pursuit"}, "--table legcf or c2f", c2f},
        {{"--fine-lr", "0.1"}, "--table c2f", c2f},
        {{"--prune-scope", "row"}, prunes + ", or --table dsl", masked},
        {{"--prune-scope", "groups"}, prunes + ", or --table dsl", {"--table", "dsl", "--density", "0.1"}},
        {{"--swap-every", "7"}, "--table dsl", {"--table", "dsl", "--density", "0.1"}},
        {{"--row-floor", "1"}, prunes, {"--prune-rounds", "2"}},
        {{"--prune-rate", "0.5"}, "--prune-rounds, without --density", {"--prune-rounds", "2"}},
        {{"--rewind", "none"}, "a table that is pruned", pep},
        {{"--freeze-density", "0.5"}, "--freeze", {"--freeze", "auto"}},
        {{"--save-every", "5"}, "--out", {"--out", "run"}},
    };
    for (const example& one : examples) {
        std::string flag = one.flag[0];
        if (one.flag.size() > 1) flag += " " + one.flag[1];
        const auto notes = parse_rest(one.flag).notes;
        CAPTURE(flag, notes);
        REQUIRE_FALSE(notes.empty());
        CHECK(notes[0] == flag + " has no effect: it belongs to " + one.owner);
        auto words = one.flag;
        words.insert(words.end(), one.choice.begin(), one.choice.end());
        for (const std::string& note : parse_rest(words).notes) CHECK_FALSE(contains(note, "has no effect"));
    }
    CHECK(parse_rest({"--optimizer", "sgd", "--batch", "7"}, "train_mf").notes ==
          std::vector<std::string>{"--batch 7 has no effect: it belongs to --optimizer adam"});
    CHECK(parse_rest({"--table", "auto", "--bytes", "1MB", "--codes", "30"}).notes.empty());
    CHECK(parse_rest({"--temperature", "0.1"}).notes.empty());  // the default
    CHECK(parse_rest({"--table", "c2f", "--reassign-epochs", "0", "--reassign", "pursuit"}).notes.size() == 1);
    CHECK(parse_rest({"--table", "c2f", "--fine-codes", "0", "--bridge", "0.5"}).notes.size() == 1);
}

TEST_CASE("A run needs a data set") {
    CHECK(contains(tests::sentence_of<support::usage_error>([] { parse({"--lr", "0.1"}); }), "no --dataset"));
}

TEST_CASE("Help is given whatever else is wrong") {
    const auto help = [](std::vector<std::string> words, const char* program) {
        return tests::sentence_of<support::help_requested>([&] { parse(words, program); });
    };
    const std::string text = help({"--lr", "nan", "--nonsense", "--help"}, "train_lightgcn");
    for (const char* const part : {"--dataset PATH", "--layers COUNT", "more than 0 [0.001]", "bpr, softmax, ccl or auto [bpr]",
                                   "Usage: train_lightgcn", "Exit codes: 0 success"}) {
        CAPTURE(part, text);
        CHECK(contains(text, part));
    }
    CHECK_FALSE(contains(help({"-h"}, "train_mf"), "--layers"));
    CHECK(contains(help({"--version"}, "train_mf"), "train_mf of pleach "));
}

TEST_CASE("Arguments that are not UTF-8 or very long are refused") {
    CHECK(contains(refused({"--out", "a\xff"}), "argument 'a\\xff' is not UTF-8"));
    CHECK(
        contains(refused({"--out", std::string(1 << 20, 'a')}), "an argument of 1048576 bytes, but at most 4096 are allowed"));
    CHECK(parse_rest({"--out", std::string(4096, 'a')}).out.size() == 4096);
}

TEST_CASE("Brackets and percent signs in a value stay as they are") {
    CHECK(parse_rest({"--out", "[a,b]"}).out == "[a,b]");
    CHECK(parse_rest({"--out", "%%x;{y}"}).out == "%%x;{y}");
}

}  // namespace options_test
