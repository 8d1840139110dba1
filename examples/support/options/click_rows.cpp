// SPDX-License-Identifier: Apache-2.0
#include "support/options/table.hpp"
#include "support/text/cursor.hpp"

#include <algorithm>

namespace support {
namespace {

/// Names separated by commas.
option_value name_list(std::vector<std::string> options::* member) {
    return {"NAME[,NAME...]", "",
            [=](options& into, std::string_view text) {
                std::vector<std::string> names;
                for (std::size_t comma = 0; comma != std::string_view::npos;) {
                    comma = text.find(',');
                    names.emplace_back(trimmed(text.substr(0, comma)));
                    if (names.back().empty()) throw refused_value{"names separated by commas", "leave out the empty one"};
                    if (std::find(names.begin(), names.end() - 1, names.back()) != names.end() - 1)
                        throw refused_value{"distinct names", "name each once"};
                    if (comma != std::string_view::npos) text.remove_prefix(comma + 1);
                }
                into.*member = names;
            },
            [=](const options& from) {
                std::string text;
                for (const std::string& name : from.*member) text += (text.empty() ? "" : ",") + name;
                return text;
            }};
}

/// Widths of layers, separated by commas, or none.
option_value widths(std::vector<std::size_t> options::* member) {
    return {"COUNT[,COUNT...]", "each from 1 to 65536, or none",
            [=](options& into, std::string_view text) {
                const std::string expected = "at most 16 widths from 1 to 65536, separated by commas, or none";
                std::vector<std::size_t> numbers;
                for (std::size_t comma = 0; comma != std::string_view::npos && text != "none";) {
                    comma = text.find(',');
                    numbers.push_back(parse_number<std::size_t>(trimmed(text.substr(0, comma)), expected));
                    if (numbers.back() == 0 || numbers.back() > 65536 || numbers.size() > 16)
                        throw refused_value{expected, "choose from this range"};
                    if (comma != std::string_view::npos) text.remove_prefix(comma + 1);
                }
                into.*member = numbers;
            },
            [=](const options& from) {
                std::string text;
                for (const std::size_t width : from.*member) text += (text.empty() ? "" : ",") + std::to_string(width);
                return text.empty() ? "none" : text;
            }};
}

/// The flags of all programs; the others without a program of their own belong to those that train on pairs.
constexpr std::string_view of_all[] = {"search-epochs",
                                       "threshold-start",
                                       "threshold-gain",
                                       "threshold-lr",
                                       "threshold-rise",
                                       "dim",
                                       "table",
                                       "separator",
                                       "lr",
                                       "lr-schedule",
                                       "dropout",
                                       "epochs",
                                       "seed",
                                       "threads",
                                       "density",
                                       "bytes",
                                       "prune-method",
                                       "prune-rounds",
                                       "prune-rate",
                                       "densities",
                                       "prune-schedule",
                                       "row-floor",
                                       "rewind",
                                       "eval-every",
                                       "patience",
                                       "freeze",
                                       "out",
                                       "config",
                                       "save-every",
                                       "resume",
                                       "force",
                                       "json",
                                       "quiet"};

}  // namespace

bool clicks_have_option(std::string_view name) { return std::ranges::find(of_all, name) != std::end(of_all); }

std::vector<option_row> click_option_rows() {
    using enum option_use;
    constexpr std::string_view clicks = option_row::only_clicks, data = "Data", model = "Model", training = "Training";
    return {
        {"dataset", data, "folder or file of labelled examples, or `generated`", words(&options::dataset, "PATH"), free, "",
         clicks},
        {"format", data, "file format of the data", choice(&options::click_files), fixed, "", clicks},
        {"examples", data, "generated: number of examples", count(&options::examples, 2, 0xffffffff), fixed, "", clicks},
        {"features", data, "generated: number of rows of the table", count(&options::features, 16, 0xfffffffe), fixed, "",
         clicks},
        {"tasks", data, "columns of labels, 0 or 1", name_list(&options::tasks), fixed, "", clicks},
        {"numeric", data, "columns of numbers; all others are fields of names", name_list(&options::numeric), fixed, "",
         clicks},
        {"ignore", data, "columns that are not read", name_list(&options::ignore), fixed, "", clicks},
        {"bins", data, "intervals of each numeric column that have rows, as if they were names; 0: none",
         count(&options::bins, 0, 65536), fixed, "", clicks},
        {"min-count", data, "train examples of a value that has a row of its own; the others of a field share one",
         count(&options::min_count, 1, 0xffffffff), fixed, "", clicks},
        {"row-limit", data, "the most rows of a table; 0: as many as 32 bits can number",
         count(&options::row_limit, 0, 0xfffffffe), fixed, "", clicks},
        {"hash-rows", data, "fields with more values are hashed to so many rows; 0: none are",
         count(&options::hash_rows, 0, 0xffffffff), fixed, "", clicks},
        {"test-fraction", data, "fraction of the examples to test on, if the data has no test part",
         real(&options::test_fraction, up_to_below(0, 1)), fixed, "", clicks},
        {"valid", data, "fraction of the train examples to validate on, if the data has no such part",
         real(&options::valid, up_to_below(0, 1)), fixed, "", clicks},
        {"model", model, "factorization machine, DeepFM or DLRM", choice(&options::model), fixed, "", clicks},
        {"hidden", model, "deepfm, dlrm: widths of the layers over the fields", widths(&options::hidden), fixed, "", clicks},
        {"bottom", model, "dlrm: widths of the layers over the numbers, before the last of --dim", widths(&options::bottom),
         fixed, "", clicks},
        {"decay", training, "L2 regularization: weight of half the squared norms of an example's rows in its loss",
         real(&options::decay, at_least(0)), fixed, "", clicks},
        {"batch", training, "examples per step", count(&options::batch, 1, 0xffffffff), fixed, "", clicks},

    };
}

}  // namespace support
