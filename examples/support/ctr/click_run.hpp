// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A run of train_ctr over one table: the rounds of round_plan.hpp, each with evaluation, early stopping by the mean AUC of the
/// tasks on the validation part, a cut and a rewind, and checkpoints from which it continues bit for bit.

#include "support/ctr/click_context.hpp"
#include "support/program/main.hpp"
#include "support/run/interrupt.hpp"
#include "support/run/progress.hpp"
#include "support/run/stopwatch.hpp"
#include "support/train/check_state.hpp"
#include "support/train/cut.hpp"
#include "support/train/freeze_run.hpp"
#include "support/train/round_plan.hpp"

#include <pleach/core/schedule.hpp>
#include <pleach/prune/rewind.hpp>

namespace support {

template <class Table>
class click_run {
public:
    using model_type = click_parameters<Table>;

    /// The model starts as `initial`; or, after a search, each round trains one of the `tickets` that the search has drawn.
    click_run(const click_context& all, model_type initial, std::vector<model_type> tickets = {})
        : all_(all), options_(all.chosen), data_(all.data), plan_(plan_rounds(all.chosen)), seed_(all.chosen.seed),
          initial_(std::move(initial)), tickets_(std::move(tickets)), best_(initial_),
          trainer_(data_, all.model, initial_, all.training, seed_.fork("training"), all.exec), line_(options_.quiet) {}

    /// Trains all rounds. *Throws* interrupted after a checkpoint was written, diverged, filesystem_error.
    const click_state& run() {
        const run_directory& directory = all_.directory;
        if (options_.resume && std::filesystem::exists(directory.checkpoint())) load();
        if (options_.resume && at().round < plan_.size()) directory.rewind_metrics(at());
        if (options_.resume) directory.go_on(at().round >= plan_.size());
        for (; at().round < plan_.size(); ++at().round) {
            if (at().epoch == 0 && at().batch == 0) begin_round();
            train_round();
            end_round();
        }
        save_at(at().round);
        return state_;
    }

    /// The best of the last round.
    [[nodiscard]] const model_type& model() const noexcept { return best_; }
    [[nodiscard]] training_bytes held() { return trainer_.bytes(); }

    /// Writes the table in the format of --freeze as table.frozen, and measures the model with the rows that the file gives.
    void freeze() {
        const auto images = freeze_within(options_, [&](const std::string& kind) {
            return freeze_table(best_.table, {.kind = kind, .seed = options_.seed}, all_.exec);
        });
        pleach::matrix<float> rows(data_.rows(), best_.table.dim());
        const frozen_file file = save_frozen(images.front(), all_.directory.path() / "table.frozen", rows.view());
        click_trainer<dense_rows> served(data_, all_.model,
                                         {dense_rows(std::as_const(rows).view()), best_.linear, best_.weights, best_.offsets},
                                         all_.training, seed_, all_.exec);
        all_.report.frozen({file.kind, file.bytes, served.measure(data_.test)});
    }

private:
    static constexpr bool is_prunable = pleach::prunable_table<Table>;

    [[nodiscard]] run_position& at() noexcept { return state_.run.at; }
    [[nodiscard]] bool validates() const noexcept { return data_.valid.size() > 0; }

    std::vector<click_quality> measure(const click_examples& part) {
        stopwatch watch;
        std::vector<click_quality> result = trainer_.measure(part);
        at().eval_seconds += watch.seconds();
        return result;
    }

    // The cut to this round's density, and the initial values of what is left.
    void begin_round() {
        at().best_quality = -1;
        at().best_epoch = at().stale_evaluations = 0;
        at().round_seconds = 0;
        state_.best_valid.clear();
        state_.cut.clear();
        const training_round& round = plan_[at().round];
        if (round.source == mask_source::none) return;
        if (round.source == mask_source::ticket) {
            best_ = tickets_[at().round];
            trainer_.replace([&](model_type& model) { model = best_; });
            return;
        }
        if constexpr (is_prunable) {
            if (round.source == mask_source::dense_round) best_ = *dense_;
            std::size_t removed = 0;
            trainer_.replace([&](model_type& model) {
                model = round.source == mask_source::chance || round.source == mask_source::initial_rows ? initial_ : best_;
                removed = cut_to(
                    one_process(), model.table, round.density, round.source == mask_source::chance, seed_,
                    {data_.rows(), pleach::scope::table(), options_.row_floor, options_.prune_method == pruning_method::rows});
            });
            if (round.source != mask_source::chance && removed > 0) state_.cut = measure(data_.test);
            trainer_.replace([&](model_type& model) { give_first_values(model); });
            best_ = trainer_.model();
        }
    }

    void give_first_values(model_type& model) {
        if (options_.rewind == rewind_point::none) return;
        if (options_.rewind == rewind_point::initial)
            pleach::rewind(model.table, initial_.table);
        else
            pleach::rewind(model.table, first_click_table<Table>(all_, "reinit" + std::to_string(at().round)));
        model.linear = initial_.linear;
        model.weights = initial_.weights;
        model.offsets = initial_.offsets;
    }

    void train_round() {
        const std::size_t epochs = plan_[at().round].epochs;
        while (at().epoch < epochs && !is_stale()) {
            line_.start("epoch " + std::to_string(at().epoch + 1) + "/" + std::to_string(epochs), trainer_.batches_per_epoch());
            set_learning_rate();
            trainer_.begin_epoch(at().epoch);
            stopwatch watch;
            for (; at().batch < trainer_.batches_per_epoch(); ++at().batch) {
                if (interrupt_requested()) stop_here();
                if (since_save_.seconds() > options_.save_every) save_at(at().round);
                at().loss_sum += trainer_.train_batch(at().batch);
                line_.update(at().batch + 1);
                const double seconds = watch.lap();
                at().train_seconds += seconds;
                at().round_seconds += seconds;
            }
            ++at().epoch;
            ++at().all_epochs;
            at().batch = 0;
            const double loss = at().loss_sum / static_cast<double>(data_.train.size());
            at().loss_sum = 0;
            line_.clear();
            const bool is_due = at().epoch % options_.eval_every == 0;
            if (validates() && (is_due || at().epoch == epochs))
                validate(loss);
            else if (is_due)
                all_.report.epoch(at(), loss, {});
        }
    }

    // For the epoch that begins or continues.
    void set_learning_rate() {
        if (options_.lr_schedule == rate_schedule::constant) return;
        const pleach::cosine_schedule schedule{
            .initial = all_.training.learning_rate, .final = 0, .steps = plan_[at().round].epochs};
        trainer_.set_learning_rate(schedule.at(at().epoch));
    }

    [[nodiscard]] bool is_stale() const noexcept {
        return validates() && options_.patience > 0 && state_.run.at.stale_evaluations >= options_.patience;
    }

    void validate(double loss) {
        std::vector<click_quality> valid = measure(data_.valid);
        const double quality = mean_auc(valid);
        all_.report.epoch(at(), loss, valid);
        ++at().stale_evaluations;
        // A validation part with one label has no AUC: then the last epoch is the best.
        if (!(quality <= at().best_quality)) {
            at().best_quality = std::isnan(quality) ? -1 : quality;
            at().best_epoch = at().epoch;
            at().stale_evaluations = 0;
            state_.best_valid = std::move(valid);
            best_ = trainer_.model();
        }
    }

    // The round's result on the test part, from the best model by validation, or the last one.
    void end_round() {
        trainer_.catch_up();
        if (!validates() || at().best_epoch == 0) {
            best_ = trainer_.model();
            at().best_epoch = at().epoch;
        }
        trainer_.replace([&](model_type& model) { model = best_; });
        state_.results.push_back({state_.best_valid, state_.cut, measure(data_.test)});
        const pleach::footprint_counts counts = pleach::footprint(best_.table);
        state_.run.results.push_back(
            {.density = plan_[at().round].density,
             .stored_values = counts.auxiliary > 0 ? counts.nonzero : counts.stored,
             .bytes = bytes_of_files(freeze_table(best_.table, {.kind = std::string(smallest_format)}, all_.exec)),
             .epochs_run = at().epoch,
             .best_epoch = at().best_epoch,
             .seconds = at().round_seconds,
             .pruned_test = {},
             .valid = {},
             .test = {}});
        if (plan_[at().round].source == mask_source::none) dense_ = best_;
        all_.report.round(state_);
        at().epoch = 0;
        save_at(at().round + 1);
    }

    [[noreturn]] void stop_here() {
        line_.clear();
        save_at(at().round);
        throw_interrupted(all_.directory.checkpoint());
    }

    void save_at(std::uint64_t round) {
        if (!all_.directory.exists()) return;
        training_state saved = state_.run;
        saved.at.round = round;
        checkpoint_writer writer;
        const auto add_model = [&](const std::string& name, const model_type& model) {
            model_type::for_each(model,
                                 [&](const char* part, const auto& table) { writer.add_table(name + "." + part, table); });
        };
        add_model("model", trainer_.model());
        add_model("best", best_);
        if (dense_ && is_prunable) add_model("dense", *dense_);
        trainer_.restore([&](model_type& model, auto& optimizers) {
            writer.add_optimizer(optimizers.table, model.table, "optimizer.table");
            writer.add_optimizer(optimizers.linear, model.linear, "optimizer.linear");
            writer.add_optimizer(optimizers.weights, model.weights, "optimizer.weights");
            writer.add_optimizer(optimizers.offsets, model.offsets, "optimizer.offsets");
        });
        writer.add_state(saved);
        std::vector<click_quality> qualities;
        for (const click_result& result : state_.results)
            for (const auto* part : {&result.valid, &result.cut, &result.test}) append(qualities, *part);
        append(qualities, state_.best_valid);
        append(qualities, state_.cut);
        writer.add_numbers("run.qualities", std::span<const click_quality>(qualities));
        all_.directory.sync_metrics();
        writer.save(all_.directory.checkpoint());
        since_save_ = stopwatch();
    }

    // As many as there are tasks, behind the number of them that are there (none or all), as the AUC of one more.
    void append(std::vector<click_quality>& all, const std::vector<click_quality>& some) const {
        all.push_back({.auc = some.empty() ? 0.0 : 1.0, .log_loss = 0, .calibration = 0});
        all.insert(all.end(), some.begin(), some.end());
        all.resize(all.size() + data_.tasks.size() - some.size());
    }

    void load() {
        const checkpoint_reader reader(all_.directory.checkpoint());
        const std::uint64_t batches = trainer_.batches_per_epoch();
        state_.run = reader.load_state();
        check_state(reader, state_.run, {plan_.size(), 0, batches, 0});
        const std::vector<click_quality> qualities = reader.load_numbers<click_quality>("run.qualities");
        const std::size_t each = data_.tasks.size() + 1, lists = 3 * state_.run.results.size() + 2;
        reader.require(qualities.size() == each * lists, "run.qualities", "number", static_cast<double>(qualities.size()),
                       "those of each round that is finished, and of this one");
        std::size_t next = 0;
        const auto take = [&] {
            const auto first = qualities.begin() + static_cast<std::ptrdiff_t>(each * next++);
            return first->auc == 0 ? std::vector<click_quality>()
                                   : std::vector<click_quality>(first + 1, first + static_cast<std::ptrdiff_t>(each));
        };
        state_.results.resize(state_.run.results.size());
        for (click_result& result : state_.results)
            for (auto* part : {&result.valid, &result.cut, &result.test}) *part = take();
        state_.best_valid = take();
        state_.cut = take();
        const auto load_model = [&](const std::string& name, model_type& model) {
            model_type::for_each(model, [&](const char* part, auto& table) { reader.load_table(name + "." + part, table); });
        };
        trainer_.replace([&](model_type& model) { load_model("model", model); });
        if (at().round < plan_.size()) set_learning_rate();  // before any row is deferred
        const std::uint64_t steps = at().epoch * batches + at().batch;
        trainer_.restore([&](model_type& model, auto& optimizers) {
            reader.load_optimizer(optimizers.table, model.table, steps, "optimizer.table");
            reader.load_optimizer(optimizers.linear, model.linear, steps, "optimizer.linear");
            reader.load_optimizer(optimizers.weights, model.weights, steps, "optimizer.weights");
            reader.load_optimizer(optimizers.offsets, model.offsets, steps, "optimizer.offsets");
        });
        load_model("best", best_);
        if (reader.has("dense.offsets.weights")) load_model("dense", dense_.emplace(initial_));
    }

    const click_context& all_;
    const options& options_;
    const click_data& data_;
    std::vector<training_round> plan_;
    pleach::random_stream seed_;
    model_type initial_;
    std::vector<model_type> tickets_;  // one per round, if a search has drawn them
    model_type best_;
    std::optional<model_type> dense_;  // of the dense round, for one-shot cuts
    click_trainer<Table> trainer_;
    progress line_;
    stopwatch since_save_;
    click_state state_;
};

}  // namespace support
