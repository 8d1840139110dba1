// SPDX-License-Identifier: Apache-2.0
#include "support/options/table.hpp"
#include "support/text/error.hpp"

namespace support {
namespace {

/// A choice that some flags belong to: without it they change nothing.
struct owner {
    std::string_view choice;
    bool (*is_chosen)(const options&);
    std::vector<std::string_view> flags;
};

bool may_be(const options& chosen, bool (*has)(table_kind)) {
    return chosen.table == table_kind::automatic || has(chosen.table);  // auto is decided when the data are known
}

const std::vector<owner>& owners() {
    static const std::vector<owner> all{
        {"--loss softmax",
         [](const options& o) { return o.loss == loss_kind::softmax; },
         {"similarity", "temperature", "correction", "spare-known"}},
        {"--loss ccl", [](const options& o) { return o.loss == loss_kind::ccl; }, {"margin", "negative-weight"}},
        {"--optimizer adam", [](const options& o) { return o.optimizer == optimizer_kind::adam; }, {"batch", "decay-exponent"}},
        {"--init sparse-pca", [](const options& o) { return o.init == row_start::sparse_pca; }, {"init-density"}},
        {"--table pep or cerp",
         [](const options& o) { return may_be(o, is_searched); },
         {"search-epochs", "threshold-start", "threshold-gain", "threshold-lr", "threshold-rise", "ticket-decay"}},
        {"--table cerp",
         [](const options& o) { return may_be(o, [](table_kind t) { return t == table_kind::cerp; }); },
         {"tanh-penalty"}},
        {"--table dsl", [](const options& o) { return o.table == table_kind::dsl; }, {"grow", "swap-share", "swap-every"}},
        {"--table coded", [](const options& o) { return o.table == table_kind::coded; }, {"codewords", "refresh-codes"}},
        {"--table quantized", [](const options& o) { return o.table == table_kind::quantized; }, {"code"}},
        {"--table legcf or c2f",
         [](const options& o) { return may_be(o, uses_codes); },
         {"codes", "terms", "own-weight", "partition", "reassign", "reassign-epochs", "reassign-every", "reassign-steps"}},
        {"--table c2f",
         [](const options& o) { return may_be(o, [](table_kind t) { return t == table_kind::c2f; }); },
         {"fine-codes", "fine-terms", "fine-start", "fine-threshold", "bridge", "fine-lr", "fine-lr-schedule", "fine-batch",
          "fine-epochs"}},
        {"--table c2f with --fine-codes",
         [](const options& o) { return o.table != table_kind::c2f || o.fine_codes > 0; },
         {"fine-terms", "fine-start", "fine-threshold", "bridge"}},
        {"--reassign-epochs",
         [](const options& o) { return o.reassign_epochs > 0; },
         {"reassign", "reassign-every", "reassign-steps"}},
        {"a masked table with --density, --densities, --bytes or --prune-rounds",
         [](const options& o) {
             const bool prunes = o.density < 1 || o.bytes > 0 || !o.densities.empty() || o.prune_rounds > 0;
             return prunes && may_be(o, [](table_kind t) { return t == table_kind::masked; });
         },
         {"prune-method", "row-floor"}},
        {"a masked table with --density, --densities, --bytes or --prune-rounds, or --table dsl",
         [](const options& o) {
             const bool prunes = o.density < 1 || o.bytes > 0 || !o.densities.empty() || o.prune_rounds > 0;
             return prunes && may_be(o, [](table_kind t) { return t == table_kind::masked || t == table_kind::dsl; });
         },
         {"prune-schedule", "prune-scope"}},
        {"--prune-rounds, without --density",
         [](const options& o) { return o.prune_rounds > 0 && o.density == 1 && o.bytes == 0; },
         {"prune-rate"}},
        {"a table that is pruned",
         [](const options& o) {
             const bool prunes = o.density < 1 || o.bytes > 0 || !o.densities.empty() || o.prune_rounds > 0;
             return prunes && may_be(o, [](table_kind t) { return t == table_kind::masked || is_searched(t); });
         },
         {"rewind"}},
        {"--freeze", [](const options& o) { return !o.freeze.empty(); }, {"freeze-density", "freeze-without-ids"}},
        {"--freeze coded<...>", [](const options& o) { return o.freeze.starts_with("coded"); }, {"freeze-sweeps"}},
        {"--dataset generated",
         [](const options& o) { return o.program != option_row::only_clicks || o.dataset == "generated"; },
         {"examples", "features"}},
        {"--model deepfm or dlrm",
         [](const options& o) { return o.program != option_row::only_clicks || o.model != click_model_kind::fm; },
         {"hidden"}},
        {"--model dlrm",
         [](const options& o) { return o.program != option_row::only_clicks || o.model == click_model_kind::dlrm; },
         {"bottom"}},
        {"--out", [](const options& o) { return !o.out.empty(); }, {"save-every"}},
    };
    return all;
}

}  // namespace

void note_without_effect(options& chosen) {
    const options defaults = default_options(chosen.program);
    for (const owner& one : owners()) {
        if (one.is_chosen(chosen)) continue;
        for (const std::string_view name : one.flags) {
            const option_row* const row = find_option(name, chosen.program);
            const std::string value = row->value.get(chosen);
            if (!row->in(chosen.program) || value == row->value.get(defaults)) continue;
            chosen.notes.push_back("--" + std::string(name) + (row->value.kind.empty() ? "" : " " + printable(value)) +
                                   " has no effect: it belongs to " + std::string(one.choice));
        }
    }
}

}  // namespace support
