// SPDX-License-Identifier: Apache-2.0
#include "support/ctr/click_run.hpp"
#include "support/ctr/click_search.hpp"
#include "support/ctr/generated_clicks.hpp"
#include "support/ctr/read_clicks.hpp"
#include "support/data/dataset.hpp"
#include "support/program/threads.hpp"
#include "support/train/planned_table.hpp"
#include "support/train/trainers.hpp"
#include "support/train/within_budget.hpp"

namespace support {
namespace {

click_data read_click_data(const options& chosen) {
    if (chosen.dataset == "generated")
        return generate_clicks({.examples = chosen.examples,
                                .rows = chosen.features,
                                .test_fraction = chosen.test_fraction,
                                .valid_fraction = chosen.valid,
                                .seed = chosen.seed});
    raw_clicks raw = read_clicks(chosen.dataset, {.format = chosen.click_files,
                                                  .separator = separator_of(chosen.separator),
                                                  .tasks = chosen.tasks,
                                                  .numeric = chosen.numeric,
                                                  .ignore = chosen.ignore});
    return rows_of_clicks(std::move(raw), {.bins = chosen.bins,
                                           .min_count = chosen.min_count,
                                           .hash_rows = chosen.hash_rows,
                                           .row_limit = chosen.row_limit == 0 ? row_options().row_limit : chosen.row_limit,
                                           .test_fraction = chosen.test_fraction,
                                           .valid_fraction = chosen.valid,
                                           .seed = chosen.seed});
}

template <class Table>
void run_table(const click_context& all, click_parameters<Table> first, std::vector<click_parameters<Table>> tickets = {}) {
    click_run<Table> run(all, std::move(first), std::move(tickets));
    const click_state& state = run.run();
    if (!all.chosen.freeze.empty()) run.freeze();
    all.report.held(run.held(), run.model().linear.size() * run.model().linear.dim(),
                    all.model.weights() + all.model.offsets());
    all.report.finish(state, all.exec.threads);
}

}  // namespace

int train_ctr(const options& given) {
    check_freeze(given);
    const click_data data = read_click_data(given);
    const entity_counts counts{data.rows(), 0};
    const options chosen = within_budget(with_planned_table(given, counts), counts);
    const run_directory directory(given, subject_of(data));
    click_report report(chosen, data, directory);
    report.start();
    catch_interrupts();
    click_model model({.kind = chosen.model,
                       .fields = data.fields.size(),
                       .numbers = data.numeric.size(),
                       .tasks = data.tasks.size(),
                       .dim = chosen.dim,
                       .hidden = chosen.hidden,
                       .bottom = chosen.bottom,
                       .dropout = chosen.dropout});
    const click_context all{chosen,
                            data,
                            directory,
                            report,
                            model,
                            {.batch = chosen.batch,
                             .learning_rate = chosen.lr,
                             .threshold_rate = threshold_rate(chosen, data.train.size()),
                             .decay = chosen.decay},
                            executor_of(chosen.threads)};
    using pruned_rows = pleach::masked<dense_rows>;
    if (chosen.table == table_kind::pep) {
        auto tickets = click_search<pep_rows>(all, first_parameters(all, first_click_table<pep_rows>(all))).run();
        click_parameters<pruned_rows> first = tickets.front();
        run_table(all, std::move(first), std::move(tickets));
    } else if (chosen.table == table_kind::masked) {
        run_table(all, first_parameters(all, first_click_table<pruned_rows>(all)));
    } else {
        run_table(all, first_parameters(all, first_click_table<dense_rows>(all)));
    }
    return exit_good;
}

}  // namespace support
