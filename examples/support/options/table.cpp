// SPDX-License-Identifier: Apache-2.0
#include "support/options/table.hpp"

#include "support/options/value.hpp"
#include "support/text/cursor.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace support {

namespace {

constexpr std::string_view data = "Data", model = "Model", loss = "Loss", training = "Training", pruning = "Pruning",
                           search = "Search", codebooks = "Codebooks", evaluation = "Evaluation", run = "Run";
constexpr std::uint64_t million = 1'000'000, unlimited = std::numeric_limits<std::uint64_t>::max();

/// Numbers separated by commas.
option_value densities() {
    return {"NUMBER[,NUMBER...]", "in [0, 1], falling",
            [](options& into, std::string_view text) {
                const std::string expected = "falling numbers in [0, 1], with commas between";
                std::vector<double> numbers;
                for (std::size_t comma = 0; comma != std::string_view::npos;) {
                    comma = text.find(',');
                    const auto number = parse_number<double>(trimmed(text.substr(0, comma)), expected);
                    if (!between(0, 1).has(number) || (!numbers.empty() && number >= numbers.back()))
                        throw refused_value{expected, "write the largest first"};
                    numbers.push_back(number);
                    if (comma != std::string_view::npos) text.remove_prefix(comma + 1);
                }
                into.densities = numbers;
            },
            [](const options& from) {
                std::string text;
                for (const double density : from.densities) text += (text.empty() ? "" : ",") + shortest(density);
                return text;
            }};
}

option_value cutoffs() {
    return {"COUNT[,COUNT...]", "each from 1 to 4294967295",
            [](options& into, std::string_view text) {
                const std::string expected = "whole numbers from 1, with commas between, at most 16";
                std::vector<std::size_t> numbers;
                for (std::size_t comma = 0; comma != std::string_view::npos;) {
                    comma = text.find(',');
                    const auto number = parse_number<std::uint64_t>(trimmed(text.substr(0, comma)), expected);
                    if (number == 0 || number > 0xffffffff) throw refused_value{expected, "a list of 0 items has no recall"};
                    numbers.push_back(static_cast<std::size_t>(number));
                    if (comma != std::string_view::npos) text.remove_prefix(comma + 1);
                }
                if (numbers.size() > 16) throw refused_value{expected, "leave some out"};
                std::sort(numbers.begin(), numbers.end());
                numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
                into.topk = numbers;
            },
            [](const options& from) {
                std::string text;
                for (const std::size_t k : from.topk) text += (text.empty() ? "" : ",") + std::to_string(k);
                return text;
            }};
}

/// A number or, by default, no bound.
option_value lower_bound() {
    option_value value = real(&options::min_rating, {});
    value.range = "finite, or any";
    value.set = [set = value.set](options& into, std::string_view text) {
        if (text == "any") {
            into.min_rating = -std::numeric_limits<double>::infinity();
        } else {
            set(into, text);
        }
    };
    value.get = [](const options& from) { return std::isfinite(from.min_rating) ? shortest(from.min_rating) : "any"; };
    return value;
}

/// A number from 0 or, by default, that of --decay.
option_value own_decay() {
    option_value value = real(&options::ticket_decay, {});
    value.range = "at least 0, or same";
    value.set = [set = real(&options::ticket_decay, at_least(0)).set](options& into, std::string_view text) {
        if (text == "same") {
            into.ticket_decay = -1;
        } else {
            set(into, text);
        }
    };
    value.get = [](const options& from) { return from.ticket_decay < 0 ? "same" : shortest(from.ticket_decay); };
    return value;
}

std::vector<option_row> rows() {
    using enum option_use;
    return {
        {"dataset", data, "folder or file to train on, or `generated`", words(&options::dataset, "PATH"), free},
        {"format", data, "form of the data", choice(&options::format)},
        {"separator", data, "what separates the columns of a table", choice(&options::separator)},
        {"header", data, "whether the first line names the columns", choice(&options::header)},
        {"min-rating", data, "skip pairs that are rated lower", lower_bound()},
        {"row-limit", data, "most users and most items to make room for; 0: a hundred million, and a thousand for each pair",
         count(&options::row_limit, 0, 0xfffffffe)},
        {"test-fraction", data, "of each user's pairs, where the data has no test part",
         real(&options::test_fraction, up_to_below(0, 1))},
        {"valid", data, "of each user's train items, to validate on; 0: train on all",
         real(&options::valid, up_to_below(0, 1))},
        {"valid-from", data, "test: a third of each user's test items is the validation part instead, as LEGCF and C2F have it",
         choice(&options::valid_from)},

        {"dim", model, "values in a row", count(&options::dim, 1, 65536), fixed, "recdim"},
        {"layers", model, "rounds of propagation", count(&options::layers, 0, 32), fixed, "", "train_lightgcn"},
        {"table", model, "how the rows are stored; auto: as suits --bytes", choice(&options::table)},
        {"sides", model, "users and items share rows with each other (joint), or have rows of their own, in proportion (apart)",
         choice(&options::sides)},
        {"buckets", model, "rows of a table that entities share (qr, hash, double-hash, cerp); 0: from --bytes or --density",
         count(&options::buckets, 0, 0xffffffff)},
        {"init", model,
         "how rows begin: normal, of deviation .1; svd, as singular vectors of the train pairs; rows, as --init-rows; "
         "sparse-pca, as either, turned and cut to --init-density",
         choice(&options::init)},
        {"init-rows", model,
         "npy or safetensors file of rows, of users and then of items in the order of users.tsv and items.tsv",
         words(&options::init_rows, "FILE")},
        {"init-array", model, "the array's name in a safetensors file, such as best.weights in a checkpoint.safetensors",
         words(&options::init_array, "NAME")},
        {"init-density", model, "sparse-pca: share of the values that are not 0", real(&options::init_density, inside(0, 1))},

        {"search-epochs", search, "epochs in which thresholds (pep, cerp) rise until the budgets are met",
         count(&options::search_epochs, 1, million)},
        {"threshold-start", search, "s of the thresholds, gain * sigmoid(s), before the first step",
         real(&options::threshold_start, between(-1000, 1000))},
        {"threshold-gain", search,
         "decay brings s to 0 at most, so that half of it must exceed the values that are to go, which grow to escape it",
         real(&options::threshold_gain, more_than(0))},
        {"threshold-lr", search,
         "their learning rate until values are to go, from where it is steered; 0: so that they can come from "
         "--threshold-start "
         "to 0 in half of the search",
         real(&options::threshold_lr, at_least(0))},
        {"threshold-rise", search,
         "how many times --threshold-lr that may become; more meets budgets that are hard to meet, and costs values of use",
         real(&options::threshold_rise, at_least(1))},
        {"tanh-penalty", search, "cerp: weight of the penalty on zeros of composed rows in the first epoch; it halves in each",
         real(&options::tanh_penalty, at_least(0))},

        {"codes", codebooks, "rows that entities are made of (legcf, c2f); 0: as many as --bytes or --density allow, else 300",
         count(&options::codes, 0, 0xffffffff)},
        {"terms", codebooks, "codes of an entity", count(&options::terms, 1, 65536)},
        {"own-weight", codebooks, "weight of an entity's own part of the graph at first; the others share the rest",
         real(&options::own_weight, between(0, 1))},
        {"partition", codebooks, "what makes these parts; auto: metis where it was found, else streaming",
         choice(&options::partition)},
        {"reassign", codebooks, "how assignments are solved anew, once validation stalls: as published, or by a sparse fit",
         choice(&options::reassign), fixed, "", "train_lightgcn"},
        {"reassign-epochs", codebooks, "most epochs of that stage; 0: there is none",
         count(&options::reassign_epochs, 0, million), fixed, "", "train_lightgcn"},
        {"reassign-every", codebooks, "epochs between two such solutions", count(&options::reassign_every, 1, million), fixed,
         "", "train_lightgcn"},
        {"fine-codes", codebooks, "c2f: rows that codes are bridged to; 0: none, the coarse ones go on as a control",
         count(&options::fine_codes, 0, 0xffffffff)},
        {"fine-terms", codebooks, "c2f: fine codes of a code", count(&options::fine_terms, 1, 65536)},
        {"fine-start", codebooks,
         "c2f: fine codes begin as scores of coarse ones under a sparse PCA, as its components, as drawn coarse "
         "codes, or at random",
         choice(&options::fine_start)},
        {"fine-threshold", codebooks, "c2f: what fine values are shrunk by", real(&options::fine_threshold, at_least(0))},
        {"bridge", codebooks, "c2f: share of the fine codes in the bridged ones", real(&options::bridge, between(0, 1))},
        {"fine-lr", codebooks, "c2f: learning rate of the fine stage", real(&options::fine_lr, more_than(0))},
        {"fine-batch", codebooks, "c2f: pairs in its steps", count(&options::fine_batch, 1, 0xffffffff)},
        {"fine-epochs", codebooks, "c2f: most epochs of it, before assignments are solved anew",
         count(&options::fine_epochs, 0, million)},

        {"loss", loss, "what to minimize", choice(&options::loss)},
        {"similarity", loss, "how two rows are compared while training", choice(&options::similarity)},
        {"negatives", loss, "sampled items for a positive one, for softmax for a batch",
         count(&options::negatives, 0, 1u << 20)},
        {"temperature", loss, "softmax: scores are divided by it", real(&options::temperature, more_than(0))},
        {"correction", loss, "softmax: exponent of an item's chance to be sampled, by which its score is corrected",
         real(&options::correction, at_least(0))},
        {"spare-known", loss, "softmax: items that the user took in train are no negatives", flag(&options::spare_known)},
        {"margin", loss, "ccl: similarity up to which a negative is left alone", real(&options::margin, between(-1, 1))},
        {"negative-weight", loss, "ccl: weight of the negatives against the positive",
         real(&options::negative_weight, at_least(0))},

        {"optimizer", training,
         "adam over batches, or sgd after each sample of bpr, on one core (--lr 0.05 --decay 0.005 unless said)",
         choice(&options::optimizer), fixed, "", "train_mf"},
        {"lr", training, "learning rate", real(&options::lr, more_than(0))},
        {"lr-schedule", training, "how the learning rate goes over --epochs: stays, or falls to 0 along a cosine",
         choice(&options::lr_schedule)},
        {"decay", training, "weight of the squared norms in the loss", real(&options::decay, at_least(0))},
        {"ticket-decay", training, "as --decay, while a ticket (pep, cerp) trains; fewer values a row want less", own_decay()},
        {"decay-exponent", training,
         "decay of a row is multiplied by (its share of values that are not 0)^NUMBER, so that short rows have less",
         real(&options::decay_exponent, at_least(0))},
        {"dropout", training, "share of the entries dropped while training", real(&options::dropout, up_to_below(0, 1))},
        {"batch", training, "pairs in a step", count(&options::batch, 1, 0xffffffff)},
        {"epochs", training, "passes over the data; 0: evaluate the initial table", count(&options::epochs, 0, million), free},
        {"sampler", training, "draw pairs at random, or a user and then one of its items", choice(&options::sampler)},
        {"seed", training, "of everything random", count(&options::seed, 0, unlimited)},
        {"threads", training,
         "0: one for each processor that this process may use, for tiny steps one; results do not depend on it",
         count(&options::threads, 0, 1024), free},

        {"density", pruning, "share of the values to keep", real(&options::density, between(0, 1))},
        {"bytes", pruning, "of the table, with what says where its values stand: --density follows, of a dense table --dim",
         byte_count(&options::bytes)},
        {"prune-method", pruning, "which values go", choice(&options::prune_method)},
        {"prune-rounds", pruning, "times to prune and train again", count(&options::prune_rounds, 0, 1000)},
        {"prune-rate", pruning, "share of the values left that goes in a round", real(&options::prune_rate, inside(0, 1))},
        {"densities", pruning, "densities to train at, one a round, instead of --prune-rounds", densities()},
        {"prune-schedule", pruning,
         "cut each round from the one before, or all from the dense one, or from the rows that it begins with",
         choice(&options::prune_schedule)},
        {"prune-scope", pruning, "where values compete: in the whole table, users and items apart, or in each row",
         choice(&options::prune_scope)},
        {"row-floor", pruning, "values that every row keeps, its largest", count(&options::row_floor, 0, 65536)},
        {"rewind", pruning, "where the values left start from after a round", choice(&options::rewind)},

        {"topk", evaluation, "lengths of the lists to measure", cutoffs()},
        {"eval-every", evaluation, "epochs between evaluations", count(&options::eval_every, 1, million)},
        {"patience", evaluation, "evaluations without a better one before stopping; 0: never stop early",
         count(&options::patience, 0, million), free},

        {"freeze", run, "also write frozen tables, in a format such as bitmap_records<f32>, or auto [none]",
         words(&options::freeze, "KIND"), free},
        {"freeze-density", run, "share of the values of the scored rows that they keep, the largest",
         real(&options::freeze_density, between(0, 1)), free},
        {"freeze-rows", run,
         "rows that table.frozen keeps, those with the most train pairs: items, say, or items:0.55; they are solved for, so "
         "that "
         "they propagate to what all rows do",
         side_share(&options::freeze_users, &options::freeze_items), free, "", "train_lightgcn"},
        {"out", run, "directory for the results", words(&options::out, "DIR"), this_call},
        {"config", run, "file of `key = value` lines, under the flags", words(&options::config, "FILE"), this_call},
        {"resume", run, "go on from the checkpoint in --out", flag(&options::resume), this_call},
        {"force", run, "write over a run that is in --out", flag(&options::force), this_call},
        {"json", run, "one JSON object a line on standard output", flag(&options::json), this_call},
        {"quiet", run, "no progress line, no notes", flag(&options::quiet), this_call},
    };
}

/// Edit distance (Levenshtein) by rows.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j)
            diagonal = std::exchange(row[j + 1], std::min({row[j] + 1, row[j + 1] + 1, diagonal + (a[i] == b[j] ? 0u : 1u)}));
    }
    return row[b.size()];
}

}  // namespace

bool reassigns(const options& chosen) { return chosen.reassign_epochs > 0 && chosen.program != "train_mf"; }

const std::vector<option_row>& option_table() {
    static const std::vector<option_row> table = rows();
    return table;
}

const option_row* find_option(std::string_view name) {
    for (const option_row& row : option_table())
        if (row.name == name || (!row.alias.empty() && row.alias == name)) return &row;
    return nullptr;
}

std::string nearest_option(std::string_view name, std::string_view program) {
    name = name.substr(0, 64);
    std::string_view best;
    std::size_t least = name.size() / 3 + 2;  // names that are less similar would only confuse
    const auto consider = [&](std::string_view candidate, std::string_view meant) {
        const std::size_t steps = distance(name, candidate);
        if (candidate.empty() || steps >= least) return;
        least = steps;
        best = meant;
    };
    for (const option_row& row : option_table()) {
        if (!row.in(program)) continue;
        consider(row.name, row.name);
        consider(row.alias, row.name);
    }
    return best.empty() ? "see --help" : "did you mean --" + std::string(best) + "?";
}

options default_options(std::string_view program) {
    options result;
    result.program = program;
    if (!find_option("layers")->in(program)) result.layers = 0;
    return result;
}

std::vector<std::string> differences_on_resume(const options& saved, const options& now) {
    std::vector<std::string> result;
    for (const option_row& row : option_table()) {
        const std::string before = row.value.get(saved), after = row.value.get(now);
        if (row.use == option_use::fixed && row.in(now.program) && before != after)
            result.push_back("--" + std::string(row.name) + " was " + before + " and is now " + after);
    }
    return result;
}

}  // namespace support
