// SPDX-License-Identifier: Apache-2.0
#include "support/options/table.hpp"

#include <algorithm>
#include <string>

namespace support {

namespace {

/// Resolves --loss auto: softmax or, where that cannot be trained, bpr with its defaults. What depends on the data is chosen
/// when they are known (train/chosen_settings.hpp).
template <class Given>
void choose_loss(options& chosen, const Given& was_given) {
    if (chosen.optimizer == optimizer_kind::sgd || uses_codes(chosen.table)) {
        chosen.loss = loss_kind::bpr;
        return;
    }
    chosen.loss = loss_kind::softmax;
    if (!was_given("temperature")) chosen.temperature = 1;
    if (!was_given("spare-known")) chosen.spare_known = true;
    if (!was_given("lr")) chosen.lr = 0.005;
    if (!was_given("lr-schedule")) chosen.lr_schedule = rate_schedule::cosine;
    for (const std::string_view name : {"decay", "ticket-decay", "batch", "negatives", "epochs"})
        if (!was_given(name)) chosen.chosen_by_data.push_back(name);
}

/// What holds for train_ctr alone.
void check_clicks(const options& chosen) {
    using enum table_kind;
    const table_kind table = chosen.table;
    if (table != dense && table != masked && table != pep)
        throw usage_error("--table " + name_of(table) + " belongs to train_mf and train_lightgcn: choose dense, masked or pep");
    const bool has_columns = chosen.click_files != click_format::libsvm && chosen.click_files != click_format::libffm;
    if (!has_columns && (chosen.tasks.size() > 1 || !chosen.numeric.empty() || !chosen.ignore.empty()))
        throw usage_error("--format " + name_of(chosen.click_files) +
                          " has one label and no columns: leave out --numeric and --ignore, and give --tasks one name at most");
    if (chosen.model == click_model_kind::fm && chosen.bins == 0 && !chosen.numeric.empty())
        throw usage_error(
            "--bins 0, --numeric and --model fm exclude each other: without intervals a factorization machine does not read "
            "numbers");
}

}  // namespace

void refuse_large_swaps(const options& chosen) {
    if (chosen.table != table_kind::dsl) return;
    const double density = chosen.densities.empty() ? chosen.density : chosen.densities.front();
    if (chosen.swap_share * density > 1 - density)
        throw usage_error("--swap-share " + shortest(chosen.swap_share) + ": at density " + rounded(density, 4) +
                          " the first swap would exchange " + rounded(100 * chosen.swap_share * density, 3) +
                          " % of all values, but only " + rounded(100 * (1 - density), 3) +
                          " % are dead; give a smaller share or density");
}

void refuse_unsharded(table_kind table) {
    if (table != table_kind::dense && table != table_kind::masked)
        throw usage_error("--sharded and --table " + name_of(table) +
                          " exclude each other: processes share out stored rows, one for each entity, which only dense and "
                          "masked tables have");
}

void check_together(options& chosen, const std::vector<std::string_view>& given) {
    const auto was_given = [&](std::string_view name) { return std::find(given.begin(), given.end(), name) != given.end(); };
    const auto refuse = [](const std::string& sentence) { throw usage_error(sentence); };
    if (chosen.loss == loss_kind::automatic) {
        if (chosen.program == "train_lightgcn") refuse("--loss auto belongs to train_mf: choose bpr, softmax or ccl");
        choose_loss(chosen, was_given);
    }
    if (chosen.program == option_row::only_clicks) check_clicks(chosen);
    if (chosen.dataset.empty()) refuse("no --dataset: name a folder or file to train on, or use --dataset generated");
    if (chosen.resume && chosen.force)
        refuse("--resume and --force exclude each other: one continues the run in --out, the other overwrites it");
    if (chosen.resume && chosen.out.empty()) refuse("--resume needs --out: name the directory of the run to continue");
    if (chosen.force && chosen.out.empty()) refuse("--force needs --out: without a directory there is nothing to overwrite");
    if (chosen.freeze_users < 1 || chosen.freeze_items < 1) {
        if (chosen.freeze.empty()) refuse("--freeze-rows needs --freeze: name the format of the rows that are kept");
        if (uses_codes(chosen.table))
            refuse("--freeze-rows and --table " + name_of(chosen.table) +
                   " exclude each other: its entities have no rows of their own");
        const bool folds_in = chosen.program == "train_mf";
        if (folds_in && (chosen.freeze_users > 0 || chosen.freeze_items < 1))
            refuse("--freeze-rows takes only items in train_mf: without a graph nothing stands for an item that is left out");
        if (chosen.freeze_density < 1 && !folds_in)
            refuse("--freeze-rows and --freeze-density exclude each other: kept rows are propagated after they are frozen");
    }
    if ((chosen.freeze.starts_with("coded") || chosen.freeze.starts_with("rotated")) && chosen.freeze_density < 1)
        refuse("--freeze " + chosen.freeze +
               " and --freeze-density exclude each other: codewords stand for whole rows; for fewer bytes take fewer terms or "
               "bits");
    const bool names_densities = !chosen.densities.empty();
    if (chosen.bytes > 0 && (names_densities || chosen.density < 1.0))
        refuse("--bytes excludes --density and --densities: the density follows from the bytes");
    if (chosen.table == table_kind::automatic && chosen.bytes == 0)
        refuse("--table auto needs --bytes: the table is chosen by that budget");
    const bool searches = is_searched(chosen.table), shares = is_shared(chosen.table) && !searches;
    const bool is_coded = chosen.table == table_kind::coded;
    const bool is_bounded = names_densities || chosen.bytes > 0 || chosen.density < 1.0;
    if (searches && (!is_bounded || chosen.prune_rounds > 0))
        refuse("--table " + name_of(chosen.table) +
               " needs one of --bytes, --density and --densities, and no --prune-rounds: thresholds "
               "rise until the table is that small");
    if (searches && chosen.prune_method != pruning_method::magnitude)
        refuse("--table " + name_of(chosen.table) + " and --prune-method " + name_of(chosen.prune_method) +
               " exclude each other: thresholds choose which values are removed");
    if (shares && (names_densities || chosen.prune_rounds > 0))
        refuse("--table " + name_of(chosen.table) + " and " + (names_densities ? "--densities" : "--prune-rounds") +
               " exclude each other: its rows are shared, not pruned; give --bytes, --density or --buckets");
    if (shares && (chosen.buckets > 0) + (chosen.bytes > 0) + (chosen.density < 1.0) != 1)
        refuse("--table " + name_of(chosen.table) +
               " needs one of --buckets, --bytes and --density, to set the number of shared rows");
    if (chosen.table == table_kind::dsl) {
        if (!is_bounded || chosen.prune_rounds > 0)
            refuse(
                "--table dsl needs one of --bytes, --density and --densities, and no --prune-rounds: it trains so many live "
                "values from its first step on");
        if (chosen.prune_method != pruning_method::magnitude || chosen.prune_schedule == pruning_schedule::one_shot)
            refuse(
                "--table dsl takes neither --prune-method rows or random nor --prune-schedule one-shot: values are swapped "
                "while it trains, from a random mask or, with --prune-schedule at-start, from the largest initial values");
        refuse_large_swaps(chosen);
    }
    const bool has_codes = uses_codes(chosen.table);
    if (has_codes && (names_densities || chosen.prune_rounds > 0))
        refuse("--table " + name_of(chosen.table) +
               " excludes --densities and --prune-rounds: codes are not pruned; set their number with --codes, --bytes or "
               "--density");
    if (has_codes && is_bounded && chosen.codes > 0)
        refuse("--codes excludes --bytes and --density: these determine the number of codes");
    if (has_codes && chosen.codes > 0 && chosen.terms > chosen.codes)
        refuse("--terms " + std::to_string(chosen.terms) + " and --codes " + std::to_string(chosen.codes) +
               " exclude each other: the codes of an entity are distinct");
    if (chosen.table == table_kind::c2f && chosen.fine_codes > 0 && chosen.fine_terms > chosen.fine_codes)
        refuse("--fine-terms " + std::to_string(chosen.fine_terms) + " and --fine-codes " + std::to_string(chosen.fine_codes) +
               " exclude each other: the fine codes of a code are distinct");
    if (chosen.init != row_start::normal && (is_shared(chosen.table) || has_codes))
        refuse("--init " + name_of(chosen.init) + " and --table " + name_of(chosen.table) +
               " exclude each other: its entities have no rows of their own to initialize");
    if (is_quantized(chosen.table) && (names_densities || chosen.density < 1.0 || chosen.prune_rounds > 0))
        refuse("--table " + name_of(chosen.table) +
               " excludes --density, --densities and --prune-rounds: its values take few bits and are not pruned");
    if (is_coded && chosen.program == "train_lightgcn")
        refuse("--table coded belongs to train_mf; under a graph, `shrink` codes the rows of a finished run");
    if (is_coded && chosen.init == row_start::normal)
        refuse("--table coded needs --init rows or --init svd: codewords are fitted to these rows before they train");
    if (is_coded && (chosen.user_codewords.terms > 0) == (chosen.bytes > 0))
        refuse("--table coded needs one of --codewords and --bytes, to set the number of codewords per row");
    if (chosen.init == row_start::rows && chosen.init_rows.empty())
        refuse("--init rows needs --init-rows: name the file of the rows");
    if (!chosen.init_rows.empty() && chosen.init != row_start::rows && chosen.init != row_start::sparse_pca)
        refuse("--init-rows and --init " + name_of(chosen.init) + " exclude each other: use --init rows or --init sparse-pca");
    if (!chosen.init_array.empty() && chosen.init_rows.empty())
        refuse("--init-array needs --init-rows: name the file that has the array");
    if (!is_shared(chosen.table) && chosen.sides != side_sharing::joint)
        refuse("--sides " + name_of(chosen.sides) + " and --table " + name_of(chosen.table) +
               " exclude each other: its entities have rows of their own, or codes shared by both sides; to cut users and "
               "items separately, use --prune-scope groups");
    if (!is_shared(chosen.table) && chosen.buckets > 0)
        refuse("--buckets and --table " + name_of(chosen.table) + " exclude each other: its entities have rows of their own");
    if ((shares || searches || has_codes || is_quantized(chosen.table) || chosen.table == table_kind::dsl) &&
        chosen.optimizer == optimizer_kind::sgd)
        refuse("--optimizer sgd and --table " + name_of(chosen.table) +
               " exclude each other: sgd needs a stored row per entity");
    const bool leaves_out = leaves_rows_out(chosen);
    if (leaves_out && (shares || searches || has_codes || is_quantized(chosen.table)))
        refuse("--train-rows and --table " + name_of(chosen.table) +
               " exclude each other: rows are left out of tables that are dense, masked or dsl");
    if (chosen.prune_method == pruning_method::rows) {
        if (chosen.bytes > 0)
            refuse("--prune-method rows and --bytes exclude each other: say how many rows stay, with --density or --densities");
        if (chosen.prune_scope == pruning_scope::row || chosen.row_floor > 0)
            refuse(std::string("--prune-method rows and ") + (chosen.row_floor > 0 ? "--row-floor" : "--prune-scope row") +
                   " exclude each other: whole rows are removed, the shortest");
    }
    const bool narrows = chosen.bytes > 0 && chosen.table == table_kind::dense && was_given("table");
    const bool prunes = !shares && !searches && !has_codes && !is_quantized(chosen.table) && chosen.table != table_kind::dsl &&
                        (names_densities || chosen.density < 1.0 || chosen.prune_rounds > 0 || (chosen.bytes > 0 && !narrows));
    if (names_densities && (chosen.density < 1.0 || chosen.prune_rounds > 0))
        refuse("--densities excludes --density and --prune-rounds: it already gives the density of each round");
    const std::string pruner = names_densities        ? "--densities"
                               : chosen.bytes > 0     ? "--bytes"
                               : chosen.density < 1.0 ? "--density " + shortest(chosen.density)
                               : leaves_out           ? "--train-rows"
                                                      : "--prune-rounds " + std::to_string(chosen.prune_rounds);
    if ((prunes || leaves_out) && chosen.table == table_kind::dense) {
        if (was_given("table"))
            refuse("--table dense and " + pruner + " exclude each other: a dense table keeps every value; use --table masked");
        chosen.table = table_kind::masked;
        chosen.notes.push_back(pruner + ": the table will be masked");
    }
    const bool may_pack = chosen.table == table_kind::masked || chosen.table == table_kind::dsl ||
                          chosen.table == table_kind::automatic || searches;
    if (chosen.packed && !may_pack)
        refuse("--packed and --table " + name_of(chosen.table) +
               " exclude each other: only tables that are pruned have dead values to leave out; give a budget or --density, or "
               "leave out --packed");
    if (chosen.packed && chosen.optimizer == optimizer_kind::sgd)
        refuse("--packed and --optimizer sgd exclude each other: sgd steps stored rows, and packed ones are not stored whole");
    if (chosen.sharded && chosen.table != table_kind::automatic) refuse_unsharded(chosen.table);
    if (chosen.sharded && (chosen.packed || chosen.optimizer == optimizer_kind::sgd))
        refuse(std::string("--sharded and ") + (chosen.packed ? "--packed" : "--optimizer sgd") +
               " exclude each other: processes step the rows of a batch, as they are stored, by adam");
    if (chosen.sharded && chosen.prune_method == pruning_method::rows)
        refuse("--sharded and --prune-method rows exclude each other: lengths of rows are not compared between processes");
    if (chosen.reassign_steps > 0 && chosen.reassign_every > 1)
        refuse("--reassign-every and --reassign-steps exclude each other: one counts epochs, the other steps");
    if (chosen.item_biases && (chosen.similarity == similarity::cosine || chosen.loss == loss_kind::ccl))
        refuse(std::string("--item-biases and ") + (chosen.loss == loss_kind::ccl ? "--loss ccl" : "--similarity cosine") +
               " exclude each other: a bias is added to a dot product, not to a cosine");
    if (chosen.item_biases && (chosen.table == table_kind::quantized || chosen.table == table_kind::coded))
        refuse("--item-biases and --table " + name_of(chosen.table) +
               " exclude each other: its files have no floats to keep biases in");
    if (chosen.item_biases && chosen.optimizer == optimizer_kind::sgd)
        refuse("--item-biases and --optimizer sgd exclude each other: sgd moves only the rows of users and items");
    if (chosen.negatives == 0 && chosen.loss != loss_kind::softmax)
        refuse("--negatives 0 and --loss " + name_of(chosen.loss) +
               " exclude each other: only softmax can use the other positives of the batch instead");
    if (chosen.optimizer == optimizer_kind::sgd) {
        if (chosen.loss != loss_kind::bpr)
            refuse("--optimizer sgd and --loss " + name_of(chosen.loss) +
                   " exclude each other: it steps after each sample of bpr");
        if (chosen.negatives != 1 || chosen.dropout > 0 || chosen.sampler != sampling::interactions)
            refuse(
                "--optimizer sgd takes each pair once per epoch with one negative: leave out --negatives, --dropout and "
                "--sampler");
        if (!was_given("lr")) chosen.lr = 0.05;
        if (!was_given("decay")) chosen.decay = 0.005;
    }
}

}  // namespace support
