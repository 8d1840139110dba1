// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A run over a table of codes, as one plan of stages (round_plan.hpp): codes train under the initial assignment until
/// validation stalls; then assignments are solved again every few epochs, until it stalls again. For c2f the best coarse table
/// is then held fixed, and fine codes go through both stages with their own learning rate, schedule and batch size. Biases of
/// items train in every stage. Without fine codes the fine stages are a control: coarse codes go through them or, in a model with
/// biases, biases alone train in the first of them, so that what fine codes add can be told from what biases add. Each part has
/// a checkpoint and is resumed bit for bit.

#include "support/train/first_codes.hpp"
#include "support/train/freeze_run.hpp"
#include "support/train/training_run.hpp"

namespace support {

template <class Encoder>
class codebook_run {
public:
    /// *Precondition:* all and encoder outlive it; the table is legcf or c2f.
    codebook_run(const run_context& all, Encoder& encoder)
        : all_(all), encoder_(encoder), fine_training_(all.training), seed_(all.chosen.seed) {
        fine_training_.learning_rate = all.chosen.fine_lr;
        fine_training_.schedule = all.chosen.fine_lr_schedule;
        fine_training_.batch = all.chosen.fine_batch;
        fine_training_.holds_table = trains_biases_alone(all.chosen);
    }

    /// `finish(state)` is called at the end. *Throws* interrupted after a checkpoint was written, diverged, filesystem_error.
    template <class Finish>
    void run(Finish&& finish) {
        model_parameters<legcf_rows> coarse{first_coarse_table(all_.chosen, all_.data, seed_.fork("table")),
                                            first_biases(all_)};
        if (all_.chosen.table == table_kind::legcf) return train(all_, std::move(coarse), {}, finish);
        training_state state;
        {
            training_run<legcf_rows, Encoder> first(
                all_, encoder_, std::move(coarse), {},
                {.begin = {}, .rounds = plan_stages(all_.chosen, 0).size(), .checkpoint = all_.directory.coarse_checkpoint()});
            state = first.run();
            coarse = first.model();
        }
        const run_context fine{all_.chosen, fine_training_, all_.data, all_.directory, all_.report, all_.exec};
        const run_part part{.begin = std::move(state), .checkpoint = {}, .stream = "fine training"};
        if (all_.chosen.fine_codes == 0) return train(fine, std::move(coarse), part, finish);
        train(fine,
              model_parameters<c2f_rows>(first_fine_table(all_.chosen, all_.data, coarse.table, seed_.fork("fine table")),
                                         coarse.biases),
              part, finish);
    }

private:
    template <class Table, class Finish>
    void train(const run_context& all, model_parameters<Table> initial, const run_part& part, Finish&& finish) {
        training_run<Table, Encoder> run(all, encoder_, std::move(initial), {}, part);
        const training_state& state = run.run();
        if (!all.chosen.freeze.empty()) freeze_run(all, encoder_, run.model(), run.known());
        finish(state);
    }

    const run_context& all_;
    Encoder& encoder_;
    training_options fine_training_;
    pleach::random_stream seed_;
};

}  // namespace support
