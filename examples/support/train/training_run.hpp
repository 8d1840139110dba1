// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A whole run over one table: rounds of training (round_plan.hpp), each with evaluation, early stopping, a cut and a rewind,
/// and checkpoints from which it continues bit for bit.

#include "support/data/csr_union.hpp"
#include "support/program/main.hpp"
#include "support/run/interrupt.hpp"
#include "support/run/progress.hpp"
#include "support/run/stopwatch.hpp"
#include "support/train/check_state.hpp"
#include "support/train/cut.hpp"
#include "support/train/freeze_run.hpp"
#include "support/train/make_table.hpp"
#include "support/train/one_process.hpp"
#include "support/train/round_plan.hpp"
#include "support/train/run_context.hpp"

#include <pleach/core/schedule.hpp>
#include <pleach/prune/rewind.hpp>
#include <pleach/table/footprint.hpp>

#include <optional>

namespace support {

/// The rounds of the plan that this training_run executes, if a run consists of several, over different tables.
struct run_part {
    training_state begin;                                          ///< where the previous part ended
    std::size_t rounds = std::numeric_limits<std::size_t>::max();  ///< number of rounds of the plan after which it ends
    std::filesystem::path checkpoint;                              ///< empty: the directory's own
    std::string stream = "training";
};

template <class Table, class Encoder, class Trainer = trainer<Table, Encoder>>
class training_run {
public:
    using model_type = model_parameters<Table>;

    /// The model starts as `initial`; or, after a search, each round trains one of the `tickets` that the search has drawn.
    training_run(const run_context& all, Encoder& encoder, model_type initial, std::vector<model_type> tickets = {},
                 run_part part = {})
        : options_(all.chosen), training_(all.training), data_(all.data), directory_(all.directory), report_(all.report),
          exec_(all.exec), encoder_(encoder), plan_(plan_rounds(all.chosen)), seed_(all.chosen.seed),
          initial_(std::move(initial)), tickets_(std::move(tickets)),
          trainer_(data_, model_type(initial_), encoder, all.training, seed_.fork(part.stream), exec_), best_(initial_),
          known_(options_.valid_from == validation_source::test ? data_.train : union_of(data_.train, data_.valid)),
          encoded_(data_.users + data_.items, initial_.columns()), line_(options_.quiet), state_(std::move(part.begin)),
          checkpoint_(part.checkpoint.empty() ? directory_.checkpoint() : std::move(part.checkpoint)),
          saves_(place().largest(directory_.exists() ? 1 : 0) == 1) {
        rounds_in_all_ = plan_.size();
        if (part.rounds < plan_.size()) plan_.resize(part.rounds);
    }

    /// Trains all rounds. *Throws* interrupted after a checkpoint was written, diverged, filesystem_error.
    const training_state& run() {
        // A run that was stopped before its first checkpoint, in its search or in an earlier part has none yet: it begins here.
        if (options_.resume && std::filesystem::exists(checkpoint_)) load();
        if (options_.resume && state_.at.round < plan_.size()) directory_.rewind_metrics(state_.at);
        if (options_.resume) directory_.go_on(state_.at.round >= rounds_in_all_);
        for (; state_.at.round < plan_.size(); ++state_.at.round) {
            const bool is_new = state_.at.epoch == 0 && state_.at.batch == 0;
            if (is_new) begin_round();
            train_round();
            end_round();
        }
        save();
        return state_;
    }

    [[nodiscard]] const model_type& model() const noexcept { return best_; }
    /// What the last round held while it trained; no gradient if this call trained none.
    [[nodiscard]] training_bytes held() {
        training_bytes held = trainer_.bytes();
        held.gradient = gradient_bytes_;
        held.swaps = swap_bytes_;
        return held;
    }
    [[nodiscard]] const Table& table() const noexcept { return best_.table; }
    /// Items that are left out when the test part is ranked.
    [[nodiscard]] const csr& known() const noexcept { return known_; }

private:
    static constexpr bool is_prunable = pleach::prunable_table<Table>;

    [[nodiscard]] bool validates() const noexcept { return data_.valid.size() > 0; }

    evaluation evaluate_on(const csr& relevant, const csr& known) {
        stopwatch watch;
        trainer_.encode_all(encoded_.view());
        require_scores(encoded_.view(), data_.users);
        const evaluation result = evaluate(encoded_.view(), relevant, known, options_.topk, exec_);
        state_.at.eval_seconds += watch.seconds();
        return result;
    }

    // The cut to this round's density, and the initial values of the remaining entries.
    void begin_round() {
        run_position& at = state_.at;
        at.best_quality = -1;
        at.best_epoch = at.stale_evaluations = 0;
        at.round_seconds = 0;
        at.best_valid = {};
        prepare_swaps();
        const training_round& round = plan_[at.round];
        if (round.source == mask_source::none || round.source == mask_source::assignments) return;
        if (round.source == mask_source::ticket) {
            best_ = tickets_[at.round];
            trainer_.replace([&](model_type& model) { model = best_; });
            return;
        }
        if constexpr (is_prunable) {
            if (round.source == mask_source::dense_round) best_ = *dense_;
            std::size_t removed = 0;
            trainer_.replace([&](model_type& model) {
                model = round.source == mask_source::chance || round.source == mask_source::initial_rows ? initial_ : best_;
                removed =
                    cut_to(place(), model.table, round.density, round.source == mask_source::chance, seed_,
                           {encoded_.rows(), pruned_rows(), options_.row_floor, options_.prune_method == pruning_method::rows});
            });
            // Nothing to remove: a run that was stopped after the cut and resumed has this number already.
            if (round.source != mask_source::chance && removed > 0) at.pruned_test = evaluate_on(data_.test, known_).at.front();
            trainer_.replace([&](model_type& model) { give_first_values(model); });
            best_ = trainer_.model();
            forget_first_values();
        }
    }

    [[nodiscard]] pleach::scope pruned_rows() const {
        return options_.prune_scope == pruning_scope::groups ? pleach::scope::row_groups({data_.users})
               : options_.prune_scope == pruning_scope::row  ? pleach::scope::row()
                                                             : pleach::scope::table();
    }

    // No round after the last one begins with them; packed, they take more memory than all else.
    void forget_first_values() {
        if (state_.at.round + 1 >= plan_.size()) initial_ = best_;
    }

    void give_first_values(model_type& model) {
        if (options_.rewind == rewind_point::none) return;
        model.biases = initial_.biases;
        if (options_.rewind == rewind_point::initial) pleach::rewind(model.table, initial_.table);
        if (options_.rewind == rewind_point::reinit)
            pleach::rewind(model.table, place().own(table_maker<Table>::make(options_, {data_.users, data_.items},
                                                                             seed_.fork("reinit").fork(state_.at.round))));
    }

    void train_round() {
        run_position& at = state_.at;
        const std::size_t epochs = plan_[at.round].epochs;
        while (at.epoch < epochs && !is_stale()) {
            line_.start("epoch " + std::to_string(at.epoch + 1) + "/" + std::to_string(epochs), trainer_.batches_per_epoch());
            set_learning_rate();
            trainer_.begin_epoch(at.epoch);
            refresh_codes();
            stopwatch watch;
            for (; at.batch < trainer_.batches_per_epoch(); ++at.batch) {
                stop_or_save();
                reassign_when_due();
                swap_when_due();
                at.loss_sum += trainer_.train_batch(at.batch);
                line_.update(at.batch + 1);
                add_seconds(watch);
            }
            ++at.epoch;
            ++at.all_epochs;
            at.batch = 0;
            const double loss = at.loss_sum / static_cast<double>(data_.train.size());
            at.loss_sum = 0;
            line_.clear();
            if (validates() && (at.epoch % options_.eval_every == 0 || at.epoch == epochs))
                validate(loss);
            else if (at.epoch % options_.eval_every == 0)
                report_.epoch(at, loss, nullptr);
        }
    }

    // Before a batch; what one process wants, all do.
    void stop_or_save() {
        constexpr std::size_t saves = 1, stops = 2;
        const std::size_t wanted = interrupt_requested() ? stops : since_save_.seconds() > options_.save_every ? saves : 0;
        const std::size_t agreed = place().largest(wanted);
        if (agreed == stops) stop_here();
        if (agreed == saves) save();
    }

    // For the epoch that begins or continues.
    void set_learning_rate() {
        if (training_.schedule == rate_schedule::constant) return;
        const pleach::cosine_schedule schedule{
            .initial = training_.learning_rate, .final = 0, .steps = plan_[state_.at.round].epochs};
        trainer_.set_learning_rate(schedule.at(state_.at.epoch));
    }

    // Before an epoch. A run that is stopped here and resumed does it twice, which changes nothing.
    void refresh_codes() {
        const run_position& at = state_.at;
        if (options_.refresh_codes == 0 || at.batch > 0 || at.epoch == 0 || at.epoch % options_.refresh_codes != 0) return;
        trainer_.catch_up();
        trainer_.restore([&](model_type& model, auto&) {
            pleach::for_each_part(model.table, [&](std::string_view, auto& side) {
                if constexpr (requires { side.refresh(std::span<const std::uint16_t>(), exec_); })
                    static_cast<void>(side.refresh({}, exec_));
            });
        });
    }

    // Before a batch, if the stage asks for it: the optimizer keeps its state.
    void reassign_when_due() {
        const run_position& at = state_.at;
        if (plan_[at.round].source != mask_source::assignments) return;
        const std::size_t batches = trainer_.batches_per_epoch(), steps = at.epoch * batches + at.batch;
        const std::size_t apart = options_.reassign_steps > 0 ? options_.reassign_steps : options_.reassign_every * batches;
        if (steps % apart != 0) return;
        if constexpr (requires(Table& table) { encoder_.reassign(table, options_, exec_); })
            trainer_.restore([&](model_type& model, auto&) { encoder_.reassign(model.table, options_, exec_); });
    }

    // For the round that begins or continues.
    void prepare_swaps() {
        if (options_.table != table_kind::dsl) return;
        const run_position& at = state_.at;
        if constexpr (requires { trainer_.show_gradients(nullptr); }) {
            swaps_.emplace(options_, encoded_.rows(), trainer_.batches_per_epoch(), seed_.fork("swaps").fork(at.round));
            trainer_.show_gradients(&*swaps_);
        }
    }

    // Before a batch: values that live on keep their moments.
    void swap_when_due() {
        const std::uint64_t step = state_.at.epoch * trainer_.batches_per_epoch() + state_.at.batch;
        if (!swaps_ || !swaps_->are_due(step)) return;
        if constexpr (requires { trainer_.show_gradients(nullptr); }) {
            trainer_.catch_up();
            trainer_.restore([&](model_type& model, auto& optimizer) {
                swaps_->swap(model.table, optimizer.of_table(), step, pruned_rows());
            });
        }
    }

    void add_seconds(stopwatch& watch) {
        const double seconds = watch.lap();
        state_.at.train_seconds += seconds;
        state_.at.round_seconds += seconds;
    }

    [[nodiscard]] bool is_stale() const noexcept {
        return validates() && options_.patience > 0 && state_.at.stale_evaluations >= options_.patience;
    }

    void validate(double loss) {
        run_position& at = state_.at;
        const evaluation valid = evaluate_on(data_.valid, data_.train);
        const double quality = valid.at.front().recall;
        ++at.stale_evaluations;
        if (quality > at.best_quality) {
            at.best_quality = quality;
            at.best_epoch = at.epoch;
            at.best_valid = valid.at.front();
            at.stale_evaluations = 0;
            best_ = trainer_.model();
        }
        report_.epoch(at, loss, &valid);
    }

    // The round's result on the test part, from the best rows by validation, or the last ones.
    void end_round() {
        run_position& at = state_.at;
        trainer_.catch_up();
        if (!validates() || at.best_quality < 0) {
            best_ = trainer_.model();
            at.best_epoch = at.epoch;
        }
        gradient_bytes_ = trainer_.bytes().gradient;
        if (swaps_) swap_bytes_ = swaps_->bytes();
        trainer_.replace([&](model_type& model) { model = best_; });
        const evaluation test = evaluate_on(data_.test, known_);
        const bool is_cut_again =
            std::ranges::any_of(plan_, [](const training_round& r) { return r.source == mask_source::dense_round; });
        if (plan_[at.round].source == mask_source::none && is_cut_again) dense_ = best_;
        const auto& whole = place().whole(best_);
        const auto& stored = stored_part(whole);
        const pleach::footprint_counts counts = pleach::footprint(stored.table);
        round_result result{
            .density = plan_[at.round].density,
            .stored_values = (counts.auxiliary > 0 ? counts.nonzero : counts.stored) + best_.biases.values().size(),
            .bytes = bytes_of_files(freeze_model(stored, {.kind = "smallest"}, exec_)),
            .epochs_run = at.epoch,
            .best_epoch = at.best_epoch,
            .seconds = at.round_seconds,
            .pruned_test = at.pruned_test,
            .valid = at.best_valid,
            .test = test.at.front()};
        state_.results.push_back(result);
        report_.round(state_, test);
        at.pruned_test = {};
        at.epoch = 0;
        save_at(at.round + 1);
    }

    [[noreturn]] void stop_here() {
        line_.clear();
        save();
        throw_interrupted(checkpoint_);
    }

    void save() { save_at(state_.at.round); }

    void save_at(std::uint64_t round) {
        if (!saves_) return;
        const auto& table = place().whole(trainer_.model());
        const auto& best = place().whole(best_);
        const auto& dense = place().whole(dense_ ? *dense_ : best_);
        auto&& optimizer = place().whole(trainer_.optimizer(), trainer_.model(), table);
        if (directory_.exists()) {  // otherwise another process saves
            training_state saved = state_;
            saved.at.round = round;
            checkpoint_writer writer;
            writer.add_model("table", table);
            writer.add_model("best", best);
            if (dense_ && is_prunable) writer.add_model("dense", dense);
            writer.add_optimizer(optimizer, table);
            if (swaps_ && (saved.at.epoch > 0 || saved.at.batch > 0)) swaps_->save(writer);
            writer.add_state(saved);
            directory_.sync_metrics();
            writer.save(checkpoint_);
        }
        since_save_ = stopwatch();
    }

    void load() {
        const checkpoint_reader reader(checkpoint_);
        const std::uint64_t first_round = state_.at.round, batches = trainer_.batches_per_epoch();
        state_ = reader.load_state();
        check_state(reader, state_, {plan_.size(), first_round, batches, options_.topk.front()});
        const auto load_model = [&](const char* name, model_type& model) {
            place().load(model, [&](model_type& whole) { reader.load_model(name, whole); });
        };
        trainer_.replace([&](model_type& model) { load_model("table", model); });
        if (state_.at.round < plan_.size()) set_learning_rate();  // before any row is deferred
        trainer_.restore([&](model_type& model, auto& optimizer) {
            place().load(optimizer, model, [&](auto& of_whole, const model_type& whole) {
                reader.load_optimizer(of_whole, whole, state_.at.epoch * batches + state_.at.batch);
            });
        });
        load_model("best", best_);
        if (state_.at.round < plan_.size()) prepare_swaps();
        const std::uint64_t step = state_.at.epoch * batches + state_.at.batch;
        if (swaps_ && step > 0) swaps_->load(reader, step);
        if (is_prunable && step > 0) forget_first_values();
        if (reader.has("dense.weights")) load_model("dense", dense_.emplace(initial_));
    }

    // Where the rows are.
    [[nodiscard]] decltype(auto) place() const { return place_of(encoder_); }

    const options& options_;
    const training_options& training_;
    const interactions& data_;
    const run_directory& directory_;
    run_report& report_;
    pleach::openmp exec_;
    Encoder& encoder_;
    std::vector<training_round> plan_;
    pleach::random_stream seed_;
    model_type initial_;
    std::vector<model_type> tickets_;  // one per round, if a search has drawn them
    Trainer trainer_;
    model_type best_;
    std::optional<model_type> dense_;  // the rows of the dense round, for one-shot cuts
    csr known_;                        // left out when the test part is ranked
    matrix<float> encoded_;
    progress line_;
    stopwatch since_save_;
    training_state state_;
    std::size_t gradient_bytes_ = 0;  // at the end of the last round
    std::size_t swap_bytes_ = 0;
    std::optional<swaps> swaps_;  // of --table dsl
    std::filesystem::path checkpoint_;
    std::size_t rounds_in_all_ = 0;  // of all parts
    bool saves_;                     // this process, or another of the same run
};

}  // namespace support
