// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The search of `train_ctr --table pep`, as that of the other trainers (train/search_run.hpp): thresholds rise at a steered rate
/// until the table holds no more values than the smallest budget allows, and a ticket is drawn for each budget on the way.

#include "support/ctr/click_context.hpp"
#include "support/program/main.hpp"
#include "support/run/interrupt.hpp"
#include "support/run/progress.hpp"
#include "support/run/stopwatch.hpp"
#include "support/train/checkpoint.hpp"
#include "support/train/search_plan.hpp"

#include <pleach/prune/ticket.hpp>

namespace support {

template <class Search>
class click_search {
public:
    using ticket_type = pleach::ticket_of<Search>;
    using model_type = click_parameters<ticket_type>;

    click_search(const click_context& all, click_parameters<Search> first)
        : all_(all), options_(all.chosen), at_start_(first), sizes_(ticket_sizes(options_, at_start_.table)),
          trainer_(all.data, all.model, std::move(first), all.training, pleach::random_stream(options_.seed).fork("search"),
                   all.exec),
          steered_({.values = pleach::footprint(at_start_.table).stored,
                    .budget = std::min<std::size_t>(with_trimmed(sizes_.back(), trimmed_at_most / 2),
                                                    pleach::footprint(at_start_.table).stored),
                    .steps = all_steps(),
                    .initial = all.training.threshold_rate,
                    .largest = options_.threshold_rise}),
          line_(options_.quiet) {}

    /// A model for each density. *Throws* interrupted, diverged, missed_budget. A search that is stopped begins again when it is
    /// resumed, and takes the same steps.
    std::vector<model_type> run() {
        if (options_.resume) all_.directory.rewind_search(0);
        const std::size_t batches = trainer_.batches_per_epoch();
        for (; at_.epoch < options_.search_epochs && tickets_.size() < sizes_.size(); ++at_.epoch) {
            line_.start("search " + std::to_string(at_.epoch + 1) + "/" + std::to_string(options_.search_epochs), batches);
            trainer_.begin_epoch(at_.epoch);
            for (at_.batch = 0; at_.batch < batches && tickets_.size() < sizes_.size(); ++at_.batch) train_batch();
            line_.clear();
            const std::size_t seen = std::min<std::size_t>(all_.data.train.size(), at_.batch * options_.batch);
            all_.report.search_epoch(at_.epoch + 1, at_.loss_sum / static_cast<double>(seen), at_.live, at_.seconds);
            at_.loss_sum = 0;
        }
        at_.live = pleach::footprint(trainer_.table()).nonzero;
        while (tickets_.size() < sizes_.size()) draw(sizes_[tickets_.size()]);
        all_.report.search(at_.epoch, at_.seconds);
        return std::move(tickets_);
    }

private:
    [[nodiscard]] std::size_t all_steps() const { return options_.search_epochs * trainer_.batches_per_epoch(); }

    void train_batch() {
        if (interrupt_requested()) {
            line_.clear();
            throw_interrupted(all_.directory.path());
        }
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

    // All values start from where the search started, from new random ones, or from where it ended.
    void draw(std::size_t size) {
        require_met(at_.live, size);
        trainer_.catch_up();
        const click_parameters<Search>& trained = trainer_.model();
        const bool goes_on = options_.rewind == rewind_point::none;
        const click_parameters<Search>& from = goes_on ? trained : at_start_;
        const Search rows = options_.rewind == rewind_point::reinit
                                ? first_click_table<Search>(all_, "reinit" + std::to_string(tickets_.size()))
                                : from.table;
        tickets_.push_back({pleach::draw_ticket(trained.table, rows, size), from.linear, from.weights, from.offsets});
    }

    const click_context& all_;
    const options& options_;
    click_parameters<Search> at_start_;
    std::vector<std::size_t> sizes_;
    click_trainer<Search> trainer_;
    pleach::steered_rate steered_;
    std::vector<model_type> tickets_;
    search_position at_;
    progress line_;
};

}  // namespace support
