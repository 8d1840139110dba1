// SPDX-License-Identifier: Apache-2.0
#include "support/options/table.hpp"

#include "support/options/value.hpp"

#include <algorithm>

namespace support {

namespace {

constexpr std::string_view data = "Data", model = "Model", loss = "Loss", training = "Training", pruning = "Pruning",
                           search = "Search", codebooks = "Codebooks", evaluation = "Evaluation", run = "Run";
constexpr std::uint64_t million = 1'000'000, unlimited = std::numeric_limits<std::uint64_t>::max();

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

/// Terms and bits of the codewords of a user and of an item.
option_value codewords() {
    const auto text_of = [](codewords_per_row codes) { return std::to_string(codes.terms) + "x" + std::to_string(codes.bits); };
    return {"TERMSxBITS[/TERMSxBITS]", "for example 6x8, or 4x8/5x8 for users and items, or auto",
            [](options& into, std::string_view text) {
                const std::string expected = "codewords and bits of each, 4 to 12, such as 6x8, or 4x8/5x8, or auto";
                const auto parsed = [&](std::string_view side) {
                    const std::size_t cross = side.find('x');
                    if (cross == std::string_view::npos) throw refused_value{expected, "write x between the two numbers"};
                    const codewords_per_row codes{parse_number<std::size_t>(side.substr(0, cross), expected),
                                                  parse_number<std::size_t>(side.substr(cross + 1), expected)};
                    if (codes.terms == 0 || codes.terms > 65536 || codes.bits < 4 || codes.bits > 12)
                        throw refused_value{expected, "choose one in this range"};
                    return codes;
                };
                const std::size_t slash = text.find('/');
                into.user_codewords = text == "auto" ? codewords_per_row{} : parsed(text.substr(0, slash));
                into.item_codewords = slash == std::string_view::npos ? into.user_codewords : parsed(text.substr(slash + 1));
            },
            [=](const options& from) {
                if (from.user_codewords.terms == 0) return std::string("auto");
                const std::string users = text_of(from.user_codewords), items = text_of(from.item_codewords);
                return users == items ? users : users + "/" + items;
            }};
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

}  // namespace

std::vector<option_row> pair_option_rows() {
    using enum option_use;
    return {
        {"dataset", data, "folder or file to train on, or `generated`", words(&options::dataset, "PATH"), free},
        {"format", data, "file format of the data", choice(&options::format)},
        {"separator", data, "what separates the columns of a table", choice(&options::separator)},
        {"header", data, "whether the first line names the columns", choice(&options::header)},
        {"min-rating", data, "skip pairs with a lower rating", lower_bound()},
        {"skip-bad", data, "lines of a table that cannot be read and may be skipped; the first one is shown",
         count(&options::skip_bad, 0, unlimited)},
        {"row-limit", data,
         "the largest number of users, and of items, to allocate rows for; 0: a hundred million, and a thousand times the "
         "pairs",
         count(&options::row_limit, 0, 0xfffffffe)},
        {"test-fraction", data, "fraction of each user's pairs to test on, if the data has no test part",
         real(&options::test_fraction, up_to_below(0, 1))},
        {"valid", data, "fraction of each user's train items to validate on; 0: train on all of them",
         real(&options::valid, up_to_below(0, 1))},
        {"valid-from", data,
         "where the validation part comes from; test: a third of each user's test items, as in LEGCF and C2F",
         choice(&options::valid_from)},

        {"dim", model, "number of columns of the table", count(&options::dim, 1, 65536), fixed, "recdim"},
        {"layers", model, "rounds of propagation", count(&options::layers, 0, 32), fixed, "", "train_lightgcn"},
        {"table", model, "how rows are stored; auto: chosen by --bytes", choice(&options::table)},
        {"sides", model,
         "for shared rows: users and items share them with each other (joint), or each side has its own, in proportion (apart)",
         choice(&options::sides)},
        {"buckets", model, "rows per table of shared rows (qr, hash, double-hash, cerp); 0: from --bytes or --density",
         count(&options::buckets, 0, 0xffffffff)},
        {"codewords", model, "coded: codewords per row; auto: as many of 8 bits as --bytes allow", codewords()},
        {"refresh-codes", model,
         "coded: rows of floats train along, straight through, and every so many epochs each row gets the codewords nearest to "
         "them; 0: codes stay",
         count(&options::refresh_codes, 0, 1000000)},
        {"code", model, "quantized: how the values of a row are stored, in 4 to 1 bits, b with a scale of one byte per row",
         choice(&options::code)},
        {"item-biases", model, "add a bias to the score of each item; 4 bytes per item, no decay", flag(&options::item_biases)},
        {"init", model,
         "initial values: normal, of deviation .1; svd, the singular vectors of the train pairs; rows, those of --init-rows; "
         "sparse-pca, either of these, rotated and cut to --init-density",
         choice(&options::init)},
        {"init-rows", model,
         "npy or safetensors file of initial rows: users, then items, in the order of users.tsv and items.tsv",
         words(&options::init_rows, "FILE")},
        {"init-array", model, "name of the array in a safetensors file, such as best.weights in a checkpoint.safetensors",
         words(&options::init_array, "NAME")},
        {"init-density", model, "sparse-pca: fraction of the values that are not 0",
         real(&options::init_density, inside(0, 1))},

        {"search-epochs", search, "epochs of the search, in which thresholds (pep, cerp) rise until the budgets are met",
         count(&options::search_epochs, 1, million)},
        {"threshold-start", search, "initial s of the thresholds, which are gain * sigmoid(s)",
         real(&options::threshold_start, between(-1000, 1000))},
        {"threshold-gain", search,
         "gain of the thresholds; they can reach half of it at most, which must exceed the values to be cut",
         real(&options::threshold_gain, more_than(0))},
        {"threshold-lr", search,
         "learning rate of the thresholds until pruning begins, steered from then on; 0: so that s could go from "
         "--threshold-start to 0 in half of the search",
         real(&options::threshold_lr, at_least(0))},
        {"threshold-rise", search,
         "largest steered rate, as a multiple of --threshold-lr; a larger one reaches difficult budgets, but costs useful "
         "values",
         real(&options::threshold_rise, at_least(1))},
        {"tanh-penalty", search,
         "cerp: weight, in the first epoch, of the penalty on zeros of composed rows; it is halved every epoch",
         real(&options::tanh_penalty, at_least(0))},

        {"codes", codebooks, "rows of the codebook (legcf, c2f); 0: as many as --bytes or --density allow, otherwise 300",
         count(&options::codes, 0, 0xffffffff)},
        {"terms", codebooks, "codes per entity", count(&options::terms, 1, 65536)},
        {"own-weight", codebooks,
         "initial weight of the code of an entity's own part of the graph; its other codes share the rest",
         real(&options::own_weight, between(0, 1))},
        {"partition", codebooks, "how the graph is partitioned; auto: metis if this program has it, otherwise streaming",
         choice(&options::partition)},
        {"reassign", codebooks,
         "how assignments are solved again once validation stalls: as published, or by a sparse fit (pursuit)",
         choice(&options::reassign), fixed, "", "train_lightgcn"},
        {"reassign-epochs", codebooks, "most epochs of the stage that solves assignments again; 0: skip it",
         count(&options::reassign_epochs, 0, million), fixed, "", "train_lightgcn"},
        {"reassign-every", codebooks, "epochs from one solution to the next", count(&options::reassign_every, 1, million),
         fixed, "", "train_lightgcn"},
        {"reassign-steps", codebooks, "steps from one solution to the next, instead of --reassign-every; 0: by epochs",
         count(&options::reassign_steps, 0, unlimited), fixed, "", "train_lightgcn"},
        {"fine-codes", codebooks,
         "c2f: rows of the fine codebook; 0: none, as a control: coarse codes keep training or, with --item-biases, biases "
         "alone",
         count(&options::fine_codes, 0, 0xffffffff)},
        {"fine-terms", codebooks, "c2f: fine codes per coarse code", count(&options::fine_terms, 1, 65536)},
        {"fine-start", codebooks,
         "c2f: initial fine codes: scores of the coarse codes under a sparse PCA, its components, randomly drawn coarse codes, "
         "or random values",
         choice(&options::fine_start)},
        {"fine-threshold", codebooks, "c2f: soft threshold by which fine values are shrunk",
         real(&options::fine_threshold, at_least(0))},
        {"bridge", codebooks, "c2f: weight of the fine codes in the bridged codes", real(&options::bridge, between(0, 1))},
        {"fine-lr", codebooks, "c2f: learning rate of the fine stage", real(&options::fine_lr, more_than(0))},
        {"fine-lr-schedule", codebooks, "c2f: learning rate over the epochs of each fine stage",
         choice(&options::fine_lr_schedule)},
        {"fine-batch", codebooks, "c2f: pairs per step of the fine stage", count(&options::fine_batch, 1, 0xffffffff)},
        {"fine-epochs", codebooks, "c2f: most epochs of the fine stage before assignments are solved again",
         count(&options::fine_epochs, 0, million)},

        {"loss", loss, "what to minimize; auto (train_mf): softmax with rates, decay and batches that suit the data",
         choice(&options::loss)},
        {"similarity", loss, "how two rows are compared while training", choice(&options::similarity)},
        {"negatives", loss, "sampled negative items per positive; for softmax, per batch",
         count(&options::negatives, 0, 1u << 20)},
        {"temperature", loss, "softmax: scores are divided by it", real(&options::temperature, more_than(0))},
        {"correction", loss, "softmax: exponent of the correction for an item's probability of being sampled; 0: no correction",
         real(&options::correction, at_least(0))},
        {"spare-known", loss, "softmax: do not use a user's train items as negatives", flag(&options::spare_known)},
        {"margin", loss, "ccl: negatives of at most this similarity are not penalized", real(&options::margin, between(-1, 1))},
        {"negative-weight", loss, "ccl: weight of the negatives relative to the positive",
         real(&options::negative_weight, at_least(0))},

        {"optimizer", training,
         "adam over batches, or sgd after each sample of bpr, on one core (then --lr 0.05 --decay 0.005 by default)",
         choice(&options::optimizer), fixed, "", "train_mf"},
        {"lr", training, "learning rate", real(&options::lr, more_than(0))},
        {"lr-schedule", training, "learning rate over --epochs: constant, or falling to 0 along a cosine",
         choice(&options::lr_schedule)},
        {"decay", training, "L2 regularization: weight of half the squared norms in the loss",
         real(&options::decay, at_least(0))},
        {"ticket-decay", training, "--decay while a ticket (pep, cerp) trains; rows with fewer values need less", own_decay()},
        {"decay-exponent", training,
         "multiplies the decay of a row by (its fraction of nonzero values)^NUMBER, so that sparser rows decay less",
         real(&options::decay_exponent, at_least(0))},
        {"dropout", training, "fraction of the entries dropped while training", real(&options::dropout, up_to_below(0, 1))},
        {"batch", training, "pairs per step", count(&options::batch, 1, 0xffffffff)},
        {"epochs", training, "passes over the data; 0: evaluate the initial table", count(&options::epochs, 0, million), free},
        {"sampler", training, "draw pairs at random, or a user and then one of its items", choice(&options::sampler)},
        {"seed", training, "seed of everything random", count(&options::seed, 0, unlimited)},
        {"threads", training,
         "number of threads; 0: one per processor that this process may use, but a single one for tiny steps; results do not "
         "depend on it",
         count(&options::threads, 0, 1024), free},

        {"density", pruning, "fraction of the values to keep", real(&options::density, between(0, 1))},
        {"bytes", pruning, "size of the table's files, including their headers; sets --density, or --dim for a dense table",
         byte_count(&options::bytes)},
        {"train-rows", pruning,
         "rows that train, those with the most train pairs, for example items or items:0.55; neighbors stand in for the others",
         side_share(&options::train_users, &options::train_items), fixed, "", "train_lightgcn"},
        {"prune-method", pruning, "how values to remove are chosen; rows: whole rows, the shortest",
         choice(&options::prune_method)},
        {"prune-rounds", pruning, "rounds of pruning and retraining", count(&options::prune_rounds, 0, 1000)},
        {"prune-rate", pruning, "fraction of the remaining values removed per round", real(&options::prune_rate, inside(0, 1))},
        {"densities", pruning, "densities to train at, one per round, instead of --prune-rounds", densities()},
        {"prune-schedule", pruning,
         "cut each round from the previous one (iterative), or every round from the dense one, or the initial rows before "
         "training; dsl starts from a random mask, or with at-start from the largest initial values",
         choice(&options::prune_schedule)},
        {"prune-scope", pruning,
         "which values compete: those of the whole table, of users and of items (groups), or of each row",
         choice(&options::prune_scope)},
        {"row-floor", pruning, "number of values that every row keeps at least, its largest",
         count(&options::row_floor, 0, 65536)},
        {"packed", pruning,
         "while a pruned table trains, store only its live values, their gradients and their moments: the same results in less "
         "memory",
         flag(&options::packed)},
        {"grow", pruning,
         "dsl: which dead values grow: those with the largest gradient summed since the last swap, or in the last batch as "
         "published, or relative to its deviation (momentum), or any (random)",
         choice(&options::grow)},
        {"swap-share", pruning,
         "dsl: fraction of the live values that the first swap exchanges; it falls along a cosine to a hundredth of that",
         real(&options::swap_share, between(0, 1))},
        {"swap-every", pruning, "dsl: steps from one swap to the next; 0: one epoch",
         count(&options::swap_every, 0, unlimited)},
        {"rewind", pruning, "values of a table after a cut: initial ones, the trained ones (none), or new random ones (reinit)",
         choice(&options::rewind)},

        {"topk", evaluation,
         "list lengths K at which recall, NDCG and other metrics are computed; the first one is shown, and chooses the best "
         "epoch",
         cutoffs()},
        {"eval-every", evaluation, "epochs between evaluations", count(&options::eval_every, 1, million)},
        {"patience", evaluation, "evaluations without improvement before stopping; 0: never stop early",
         count(&options::patience, 0, million), free},

        {"freeze", run,
         "also write frozen tables, in a format such as bitmap_records<f32> or coded<sum,6x8>, or auto (cheapest lookups), or "
         "smallest [none]",
         words(&options::freeze, "KIND"), free},
        {"freeze-density", run,
         "fraction of the values of the scored rows that users.frozen and items.frozen keep, the largest",
         real(&options::freeze_density, between(0, 1)), free},
        {"freeze-rows", run,
         "rows that are kept. train_lightgcn: those with the most train pairs, for example items or items:0.55, solved for so "
         "that they propagate to about what all rows do. train_mf: items; rows of users are made of those of their items",
         side_share(&options::freeze_users, &options::freeze_items), free},
        {"freeze-without-ids", run,
         "leave the original ids of users and items out of frozen files; where they do not fit into --bytes, they are left out "
         "anyway",
         flag(&options::freeze_without_ids), free},
        {"freeze-sweeps", run,
         "rounds in which --freeze coded<...> fits codes and books to what the rows of table.frozen propagate to, before books "
         "are solved for; 0: neither, codewords are fitted to the rows alone",
         count(&options::freeze_sweeps, 0, 1000), free, "", "train_lightgcn"},
        {"sharded", run, "under mpirun: processes share the rows out", flag(&options::sharded), this_call, "", "train_mf"},
        {"out", run, "directory for the results", words(&options::out, "DIR"), this_call},
        {"config", run, "file of `key = value` lines; flags override it", words(&options::config, "FILE"), this_call},
        {"save-every", run, "seconds of training after which a checkpoint is written", real(&options::save_every, at_least(0)),
         free},
        {"resume", run, "continue from the checkpoint in --out", flag(&options::resume), this_call},
        {"force", run, "overwrite a run that is in --out", flag(&options::force), this_call},
        {"json", run, "one JSON object per line on standard output", flag(&options::json), this_call},
        {"quiet", run, "print no progress and no notes", flag(&options::quiet), this_call},
    };
}

}  // namespace support
