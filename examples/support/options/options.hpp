// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The trainers' command line: every flag of both programs as a member of one aggregate, read first from `--config FILE` and
/// then from the command line, which overrides it. Each member, with its flag, its range and its help, is one row in
/// options/table.cpp.

#include "support/options/kinds.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// How a row is coded: by one of 2^bits codewords in each of `terms` books.
struct codewords_per_row {
    std::size_t terms = 0;  ///< 0: as many as --bytes allow
    std::size_t bits = 8;
};

struct options {
    std::string program;  ///< to which they belong; empty: any

    // Data
    std::string dataset;
    data_format format = data_format::automatic;
    column_separator separator = column_separator::automatic;
    header_line header = header_line::automatic;
    std::size_t skip_bad = 0;   ///< lines that may be unreadable
    std::size_t row_limit = 0;  ///< 0: a hundred million, and a thousand times the pairs
    double min_rating = -std::numeric_limits<double>::infinity();
    double test_fraction = 0.2;
    double valid = 0.1;
    validation_source valid_from = validation_source::train;
    // Data of train_ctr
    click_format click_files = click_format::automatic;
    std::size_t examples = 100'000;    ///< generated
    std::size_t features = 100'000;    ///< generated
    std::vector<std::string> tasks;    ///< columns of labels
    std::vector<std::string> numeric;  ///< columns of numbers
    std::vector<std::string> ignore;   ///< columns that are not read
    std::size_t bins = 32;             ///< of each numeric column; 0: none
    std::size_t min_count = 2;         ///< of a value that has a row of its own
    std::size_t hash_rows = 0;         ///< of a field with more values; 0: values are not hashed
    click_model_kind model = click_model_kind::deepfm;
    std::vector<std::size_t> hidden{64, 32};  ///< widths of the layers after the fields
    std::vector<std::size_t> bottom{32};      ///< widths of the layers after the numbers (dlrm)
    // Model
    std::size_t dim = 64;
    std::size_t layers = 3;  ///< 0 in train_mf
    table_kind table = table_kind::dense;
    side_sharing sides = side_sharing::joint;
    std::size_t buckets = 0;  ///< 0: as many as --bytes or --density allow
    codewords_per_row user_codewords;
    codewords_per_row item_codewords;
    std::size_t refresh_codes = 0;  ///< epochs; 0: codes stay
    few_bits code = few_bits::n4b;
    bool item_biases = false;
    row_start init = row_start::normal;
    std::string init_rows;
    std::string init_array;
    double init_density = 0.1;
    // Search of a table with thresholds
    std::size_t search_epochs = 20;
    double threshold_start = -12;
    double threshold_gain = 8;
    double threshold_lr = 0;  ///< 0: computed from threshold_start and the steps of the search
    double threshold_rise = 8;
    double tanh_penalty = 0;
    // Tables of codes
    std::size_t codes = 0;  ///< 0: as many as --bytes or --density allow, else 300
    std::size_t terms = 2;
    double own_weight = 0.5;
    partition_method partition = partition_method::automatic;
    reassign_method reassign = reassign_method::pseudo_inverse;
    std::size_t reassign_epochs = 100;
    std::size_t reassign_every = 1;
    std::size_t reassign_steps = 0;  ///< 0: by reassign_every
    std::size_t fine_codes = 100;
    std::size_t fine_terms = 4;
    fine_code_start fine_start = fine_code_start::scores;
    double fine_threshold = 1;
    double bridge = 0.2;
    double fine_lr = 3e-3;
    rate_schedule fine_lr_schedule = rate_schedule::constant;
    std::size_t fine_batch = 32768;
    std::size_t fine_epochs = 100;
    // Loss
    loss_kind loss = loss_kind::bpr;
    support::similarity similarity = support::similarity::dot;
    std::size_t negatives = 1;
    double temperature = 0.1;
    double correction = 1;
    bool spare_known = false;
    double margin = 0.9;
    double negative_weight = 150;
    // Training
    optimizer_kind optimizer = optimizer_kind::adam;  ///< train_mf
    double lr = 1e-3;
    rate_schedule lr_schedule = rate_schedule::constant;
    double decay = 1e-4;
    double ticket_decay = -1;  ///< below 0: as decay
    double decay_exponent = 0;
    double dropout = 0;
    std::size_t batch = 2048;
    std::size_t epochs = 100;
    sampling sampler = sampling::interactions;
    std::uint64_t seed = 2024;
    std::size_t threads = 0;  ///< 0: one per processor that this process may use
    // Pruning
    double density = 1.0;
    std::uint64_t bytes = 0;  ///< 0: no budget
    pruning_method prune_method = pruning_method::magnitude;
    std::size_t prune_rounds = 0;
    double prune_rate = 0.3;
    std::vector<double> densities;  ///< one per round, instead of prune_rounds and prune_rate
    pruning_schedule prune_schedule = pruning_schedule::iterative;
    pruning_scope prune_scope = pruning_scope::table;
    std::size_t row_floor = 0;
    double train_users = 1;  ///< fraction of the users' rows that train; the others stay zero
    double train_items = 1;
    bool packed = false;
    bool sharded = false;  ///< over the processes of mpirun
    // Dynamic sparse training
    growth_rule grow = growth_rule::gradient;
    double swap_share = 0.5;
    std::size_t swap_every = 0;  ///< steps; 0: an epoch
    rewind_point rewind = rewind_point::initial;
    std::string freeze;
    double freeze_density = 1;
    double freeze_users = 1;  ///< fraction of the users' rows in a frozen table
    double freeze_items = 1;
    bool freeze_without_ids = false;
    std::size_t freeze_sweeps = 3;  ///< rounds of shaping of codewords that are frozen; 0: books are not solved for either
    // Evaluation
    std::vector<std::size_t> topk{20};
    std::size_t eval_every = 5;
    std::size_t patience = 10;  ///< evaluations; 0: never stop early
    // Run
    std::string out;
    std::string config;
    double save_every = 120;  ///< seconds between checkpoints
    bool resume = false;
    bool force = false;
    bool json = false;
    bool quiet = false;

    /// The flags that are set when the data are known, because --loss auto chooses them and they were not given.
    std::vector<std::string_view> chosen_by_data;

    /// Notes to print about how these options were derived; one line each.
    std::vector<std::string> notes;
};

/// A usage error: a sentence for the user.
class usage_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Not an error: the user asked for `--help` or `--version`, and this is the answer.
class help_requested : public std::exception {
public:
    explicit help_requested(std::string text) : text_(std::move(text)) {}
    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

private:
    std::string text_;
};

/// Whether these options have a stage in which assignments are solved again, which needs rows propagated over a graph.
bool reassigns(const options& chosen);

/// Whether rows are left out from the first step on.
[[nodiscard]] inline bool leaves_rows_out(const options& chosen) noexcept {
    return chosen.train_users < 1 || chosen.train_items < 1;
}
/// Whether whole rows may be zero after training.
[[nodiscard]] inline bool has_zero_rows(const options& chosen) noexcept {
    return leaves_rows_out(chosen) || chosen.prune_method == pruning_method::rows;
}

/// *Throws* usage_error if entries are to be swapped and more of them than are dead.
void refuse_large_swaps(const options& chosen);
/// *Throws* usage_error if processes cannot share out the rows of such a table.
void refuse_unsharded(table_kind table);

/// Whether the fine stage of a c2f table is the control that trains nothing but biases.
bool trains_biases_alone(const options& chosen);

/// The options of `program` (train_mf, train_lightgcn or train_ctr; a path before the name does not matter).
/// *Throws:* usage_error, help_requested, and input_error for a configuration file that cannot be used.
options parse_options(std::string_view program, int argc, const char* const* argv);

/// The options as a configuration file that repeats the run: `key = value` lines, without --config, --resume and other flags
/// that concern only this call.
std::string to_config_text(const options& chosen);

/// The defaults of a program: the members' initial values, but 0 layers for a program without layers, and for train_ctr what
/// suits examples that are seen a few times.
options default_options(std::string_view program);

/// The defaults, overridden by a configuration file. *Throws:* input_error.
options read_config(const std::string& path, std::string_view program);

/// The settings that must not but do differ when a run is resumed, as sentences; empty if the run can be resumed. More epochs,
/// another number of threads or another location are allowed.
std::vector<std::string> differences_on_resume(const options& saved, const options& now);

}  // namespace support
