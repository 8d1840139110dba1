// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The search of --table pep and cerp: a table with thresholds is trained until it holds no more values than the smallest
/// budget allows. For each budget a ticket is drawn, which training_run.hpp trains from its initial values.
///
/// The decay of thresholds is the published one; their learning rate is steered (learn/steered_rate.hpp), so that the number of
/// values reaches the smallest budget. A ticket is drawn as soon as trimming the smallest 2 % suffices, so that it has exactly
/// as many values as its budget allows; a search that misses a budget by more than a tenth is an error.

#include "support/program/main.hpp"
#include "support/run/interrupt.hpp"
#include "support/run/progress.hpp"
#include "support/run/stopwatch.hpp"
#include "support/train/checkpoint.hpp"
#include "support/train/run_context.hpp"
#include "support/train/search_plan.hpp"

#include <pleach/learn/steered_rate.hpp>
#include <pleach/prune/ticket.hpp>
#include <pleach/table/footprint.hpp>

namespace support {

template <class Search, class Encoder>
class search_run {
public:
    using ticket_type = pleach::ticket_of<Search>;
    using model_type = model_parameters<ticket_type>;

    search_run(const run_context& all, Encoder& encoder, Search first)
        : options_(all.chosen), data_(all.data), directory_(all.directory), report_(all.report), seed_(all.chosen.seed),
          at_start_(std::move(first)), first_biases_(first_biases(all)), sizes_(ticket_sizes(options_, at_start_)),
          trainer_(data_, {at_start_, first_biases_}, encoder, all.training, seed_.fork("search"), all.exec),
          steered_({.values = pleach::footprint(at_start_).stored,
                    .budget = std::min<std::size_t>(with_trimmed(sizes_.back(), trimmed_at_most / 2),
                                                    pleach::footprint(at_start_).stored),
                    .steps = all_steps(),
                    .initial = all.training.threshold_rate,
                    .largest = options_.threshold_rise}),
          line_(options_.quiet) {}

    /// A ticket for each density. *Throws* interrupted after a checkpoint was written, diverged, filesystem_error.
    std::vector<model_type> run() {
        if (options_.resume && std::filesystem::exists(directory_.search_checkpoint())) load();
        if (options_.resume) directory_.rewind_search(at_.epoch);
        const std::size_t batches = trainer_.batches_per_epoch();
        for (; at_.epoch < options_.search_epochs && tickets_.size() < sizes_.size(); ++at_.epoch, at_.batch = 0) {
            line_.start("search " + std::to_string(at_.epoch + 1) + "/" + std::to_string(options_.search_epochs), batches);
            trainer_.begin_epoch(at_.epoch);
            trainer_.set_tanh_penalty(pleach::halved_weight(options_.tanh_penalty, static_cast<std::size_t>(at_.epoch)));
            for (; at_.batch < batches && tickets_.size() < sizes_.size(); ++at_.batch) train_batch();
            line_.clear();
            const std::size_t samples = std::min<std::size_t>(data_.train.size(), at_.batch * options_.batch);
            report_.search_epoch(at_.epoch + 1, at_.loss_sum / static_cast<double>(samples), at_.live, at_.seconds);
            at_.loss_sum = 0;
        }
        at_.live = pleach::footprint(trainer_.table()).nonzero;
        while (tickets_.size() < sizes_.size()) draw(sizes_[tickets_.size()]);
        save_at(at_.epoch, 0);
        report_.search(at_.epoch, at_.seconds);
        return std::move(tickets_);
    }

private:
    [[nodiscard]] std::size_t all_steps() const { return options_.search_epochs * trainer_.batches_per_epoch(); }

    void train_batch() {
        if (interrupt_requested()) stop_here();
        if (since_save_.seconds() > options_.save_every) save_at(at_.epoch, at_.batch);
        stopwatch watch;
        at_.loss_sum += trainer_.train_batch(at_.batch);
        line_.update(at_.batch + 1);
        if (++at_.steps % (all_steps() / counts_per_search + 1) == 0) steer();
        at_.seconds += watch.seconds();
    }

    void steer() {
        at_.live = pleach::footprint(trainer_.table()).nonzero;
        while (tickets_.size() < sizes_.size() && at_.live <= with_trimmed(sizes_[tickets_.size()], trimmed_at_most))
            draw(sizes_[tickets_.size()]);
        trainer_.set_threshold_rate(steered_.next(at_.steps, at_.live));
    }

    // Values start from where the search started, from new random values, or from where the search ended.
    void draw(std::size_t size) {
        require_met(at_.live, size);
        const Search& trained = trainer_.table();
        if (options_.rewind == rewind_point::initial)
            tickets_.emplace_back(pleach::draw_ticket(trained, at_start_, size), first_biases_);
        if (options_.rewind == rewind_point::none)
            tickets_.emplace_back(pleach::draw_ticket(trained, trained, size), trainer_.model().biases);
        if (options_.rewind == rewind_point::reinit)
            tickets_.emplace_back(pleach::draw_ticket(trained,
                                                      table_maker<Search>::make(options_, {data_.users, data_.items},
                                                                                seed_.fork("reinit").fork(tickets_.size())),
                                                      size),
                                  first_biases_);
    }

    [[noreturn]] void stop_here() {
        line_.clear();
        save_at(at_.epoch, at_.batch);
        throw_interrupted(directory_.search_checkpoint());
    }

    void save_at(std::uint64_t epoch, std::uint64_t batch) {
        if (!directory_.exists()) return;
        search_position saved = at_;
        saved.epoch = epoch;
        saved.batch = batch;
        saved.tickets = tickets_.size();
        saved.steering = steered_.state();
        checkpoint_writer writer;
        writer.add_model("search", trainer_.model());
        writer.add_optimizer(trainer_.optimizer(), trainer_.model());
        for (std::size_t i = 0; i < tickets_.size(); ++i) writer.add_model("ticket" + std::to_string(i), tickets_[i]);
        writer.add_numbers("search.position", std::span<const search_position>(&saved, 1));
        directory_.sync_metrics();
        writer.save(directory_.search_checkpoint());
        since_save_ = stopwatch();
    }

    /// Whether a search can be at this position. One that has drawn its last ticket ends within an epoch.
    void check(const checkpoint_reader& from) const {
        const auto require = [&](bool good, std::string_view name, auto found, std::string_view expected) {
            from.require(good, "search.position", name, static_cast<double>(found), expected);
        };
        const std::size_t batches = trainer_.batches_per_epoch(), values = pleach::footprint(at_start_).stored;
        require(at_.epoch <= options_.search_epochs, "epoch", at_.epoch, "at most --search-epochs");
        require(at_.batch < batches, "batch", at_.batch, "a batch of an epoch");
        require(at_.tickets <= sizes_.size(), "tickets", at_.tickets, "at most one for each density");
        const std::uint64_t steps = at_.epoch * batches + at_.batch;
        require(at_.steps == steps || (at_.steps < steps && at_.tickets == sizes_.size()), "steps", at_.steps,
                "the steps of its epochs");
        require(at_.live <= values, "live", at_.live, "at most all values");
        require(at_.steering.step <= at_.steps, "steering.step", at_.steering.step, "at most steps");
        require(at_.steering.live <= values, "steering.live", at_.steering.live, "at most all values");
        require(std::isfinite(at_.loss_sum) && (at_.batch > 0 || at_.loss_sum == 0), "loss_sum", at_.loss_sum,
                "a finite loss, 0 before the first batch");
        require(at_.seconds >= 0 && std::isfinite(at_.seconds), "seconds", at_.seconds, "a time");
        const double rate = at_.steering.rate, largest = options_.threshold_rise * steered_.rate();
        require(rate > 0 && rate <= largest, "steering.rate", rate, "a rate that --threshold-rise allows");
    }

    void load() {
        const checkpoint_reader reader(directory_.search_checkpoint());
        at_ = reader.load_number<search_position>("search.position");
        check(reader);
        steered_.restore(at_.steering);
        trainer_.set_threshold_rate(steered_.rate());  // before any row has steps to catch up on
        trainer_.restore([&](model_parameters<Search>& model, auto& optimizer) {
            reader.load_model("search", model);
            reader.load_optimizer(optimizer, model, at_.steps);
        });
        for (std::size_t i = 0; i < at_.tickets; ++i) {
            tickets_.emplace_back(pleach::draw_ticket(at_start_, at_start_), first_biases_);
            reader.load_model("ticket" + std::to_string(i), tickets_.back());
        }
    }

    const options& options_;
    const interactions& data_;
    const run_directory& directory_;
    run_report& report_;
    pleach::random_stream seed_;
    Search at_start_;
    item_biases first_biases_;
    std::vector<std::size_t> sizes_;
    trainer<Search, Encoder> trainer_;
    pleach::steered_rate steered_;
    std::vector<model_type> tickets_;
    search_position at_;
    progress line_;
    stopwatch since_save_;
};

}  // namespace support
