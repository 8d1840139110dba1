// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Trains a click-through model whose rows come from any of our tables: take a batch, look its rows up, pass the gradient of the
/// log loss back, step. Adam moves all parameters; rows and first-order weights as dense Adam would, by replay.

#include "support/ctr/click_metrics.hpp"
#include "support/ctr/click_model.hpp"
#include "support/model/diverged.hpp"
#include "support/model/training_bytes.hpp"

#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/dense_table.hpp>
#include <pleach/table/footprint.hpp>

#include <numeric>

namespace support {

/// What a run trains: a table of the rows of values, and beside it first-order weights, one column for each task, and the
/// network, each of whose arrays is a table of one row.
template <class Table>
struct click_parameters {
    Table table;
    pleach::dense_table<float> linear, weights, offsets;

    /// Calls visit(name, table) for each.
    template <class Self, class Visit>
    static void for_each(Self& self, Visit&& visit) {
        visit("table", self.table);
        visit("linear", self.linear);
        visit("weights", self.weights);
        visit("offsets", self.offsets);
    }
};

/// Tables of one row at least, so that a network without weights needs no case of its own.
inline pleach::dense_table<float> network_array(std::size_t values) { return {1, std::max<std::size_t>(1, values)}; }

struct click_training {
    std::size_t batch = 1024;
    double learning_rate = 1e-3;
    double threshold_rate = 1e-3;
    double decay = 0;  ///< of an example's rows
};

template <class Table>
class click_trainer {
public:
    using model_type = click_parameters<Table>;

    /// *Precondition:* data and model outlive the trainer.
    click_trainer(const click_data& data, click_model& model, model_type first, click_training options,
                  pleach::random_stream stream, pleach::openmp exec)
        : data_(&data), model_(&model), values_(std::move(first)), options_(options), stream_(stream), exec_(exec),
          batches_(data), gradients_(values_), optimizers_(values_, rules()), order_(data.train.size()) {}

    [[nodiscard]] const model_type& model() const noexcept { return values_; }
    [[nodiscard]] const Table& table() const noexcept { return values_.table; }
    [[nodiscard]] std::size_t batches_per_epoch() const noexcept {
        return (data_->train.size() + options_.batch - 1) / options_.batch;
    }

    /// Changes the model by `change(model)` and resets the optimizers.
    template <class Change>
    void replace(Change&& change) {
        catch_up();
        change(values_);
        gradients_ = gradients(values_);
        optimizers_ = optimizers(values_, rules());
    }
    /// As above, but the optimizers keep their state: `change(model, optimizers)`.
    template <class Change>
    void restore(Change&& change) {
        change(values_, optimizers_);
        gradients_ = gradients(values_);
    }

    void set_learning_rate(double rate) {
        if (rate == options_.learning_rate) return;
        catch_up();
        options_.learning_rate = rate;
        optimizers_.set_rules(rules());
    }
    void set_threshold_rate(double rate) {
        if (rate == options_.threshold_rate) return;
        catch_up();
        options_.threshold_rate = rate;
        optimizers_.set_rules(rules());
    }

    /// The order of the examples in an epoch.
    void begin_epoch(std::uint64_t epoch) {
        epoch_ = epoch;
        const pleach::random_stream draws = stream_.fork("order").fork(epoch);
        std::iota(order_.begin(), order_.end(), std::uint32_t{0});
        for (std::size_t i = order_.size(); i > 1; --i) std::swap(order_[i - 1], order_[draws.below(i, i)]);
    }

    /// Trains on batch b of the epoch and returns the sum of its examples' losses. *Throws* diverged if the loss is not finite;
    /// the model is then as before the batch.
    double train_batch(std::size_t b) {
        const std::size_t first = b * options_.batch, count = std::min(order_.size() - first, options_.batch);
        const click_batch& batch = batches_.take(data_->train, std::span(order_).subspan(first, count));
        const std::size_t n = batch.ids.size();
        const std::span<const std::uint32_t> ids(batch.ids);
        optimizers_.table.catch_up(values_.table, ids, exec_);
        optimizers_.linear.catch_up(values_.linear, ids, exec_);
        gather(batch);
        const click_values<float> gradient{of_rows_.view().rows_from(0, n), of_linear_.view().rows_from(0, n),
                                           gradients_.weights.row(0), gradients_.offsets.row(0)};
        const double loss =
            model_->pull_back(batch, read(n), gradient, {}, stream_.fork("dropout").fork(epoch_).fork(b), exec_);
        if (!std::isfinite(loss))
            throw diverged("the loss of batch " + std::to_string(b) +
                           " is not finite: training has diverged; a smaller --lr usually helps");
        const double decay = options_.decay / static_cast<double>(batch.size());
        if (decay > 0)
            for (std::size_t r = 0; r < n; ++r)
                pleach::add_scaled(static_cast<float>(decay * batch.counts[r]), rows_.row(r).data(), of_rows_.row(r).data(),
                                   rows_.cols());
        pleach::accumulate(values_.table, ids, of_rows_.view().rows_from(0, n), gradients_.table);
        pleach::accumulate(values_.linear, ids, of_linear_.view().rows_from(0, n), gradients_.linear);
        optimizers_.table.step(values_.table, gradients_.table, exec_);
        optimizers_.linear.step(values_.linear, gradients_.linear, exec_);
        optimizers_.weights.step(values_.weights, gradients_.weights);
        optimizers_.offsets.step(values_.offsets, gradients_.offsets);
        return loss * static_cast<double>(count);
    }

    /// Examples x tasks.
    [[nodiscard]] pleach::matrix<float> logits(const click_examples& part) {
        catch_up();
        pleach::matrix<float> result(part.size(), data_->tasks.size());
        std::vector<std::uint32_t> some;
        for (std::size_t first = 0; first < part.size(); first += some.size()) {
            some.resize(std::min(examples_at_once, part.size() - first));
            std::iota(some.begin(), some.end(), static_cast<std::uint32_t>(first));
            const click_batch& batch = batches_.take(part, some);
            gather(batch);
            model_->logits(batch, read(batch.ids.size()), result.view().rows_from(first, some.size()), exec_);
        }
        return result;
    }

    /// The quality of each task.
    [[nodiscard]] std::vector<click_quality> measure(const click_examples& part) {
        const pleach::matrix<float> scores = logits(part);
        std::vector<click_quality> result;
        std::vector<float> of_task(part.size());
        std::vector<std::uint8_t> labels(part.size());
        for (std::size_t t = 0; t < scores.cols(); ++t) {
            for (std::size_t i = 0; i < part.size(); ++i) {
                of_task[i] = scores.row(i)[t];
                labels[i] = part.labels[i * scores.cols() + t];
            }
            result.push_back(measure_clicks(of_task, labels));
        }
        return result;
    }

    /// What is held for the table now.
    [[nodiscard]] training_bytes bytes() {
        training_bytes held{.table = pleach::footprint(values_.table).bytes_now};
        values_.table.for_each_parameter(gradients_.table,
                                         [&](const pleach::parameter<float>& p) { held.gradient += p.gradient.bytes(); });
        optimizers_.table.for_each_array(
            values_.table, [&](std::string_view, std::string_view, auto values) { held.optimizer += values.size_bytes(); });
        return held;
    }

    /// Brings rows with deferred steps up to date.
    void catch_up() {
        optimizers_.table.catch_up(values_.table, exec_);
        optimizers_.linear.catch_up(values_.linear, exec_);
    }

    /// One optimizer for each table of click_parameters.
    struct optimizers {
        using rows_rules = pleach::per_role<pleach::adam>;
        optimizers(const model_type& of, const rows_rules& rules)
            : table(of.table, rules), linear(of.linear, rules.weights), weights(of.weights, network(rules)),
              offsets(of.offsets, network(rules)) {}

        void set_rules(const rows_rules& rules) {
            table.set_rules(rules);
            linear.set_rules({rules.weights, rules.weights, rules.weights});
            for (auto* one : {&weights, &offsets}) one->set_rules({network(rules), network(rules), network(rules)});
        }
        static pleach::adam network(const rows_rules& rules) { return {.learning_rate = rules.weights.learning_rate}; }

        pleach::optimizer<Table, pleach::adam> table;
        pleach::optimizer<pleach::dense_table<float>, pleach::adam> linear, weights, offsets;
    };

private:
    static constexpr std::size_t examples_at_once = 4096;
    static constexpr double published_threshold_decay = 1e-5;  // as in PEP

    struct gradients {
        explicit gradients(const model_type& of)
            : table(of.table.make_gradient()), linear(of.linear.make_gradient()), weights(of.weights.make_gradient()),
              offsets(of.offsets.make_gradient()) {}
        typename Table::gradient_type table;
        pleach::row_gradient<float> linear, weights, offsets;
    };

    [[nodiscard]] pleach::per_role<pleach::adam> rules() const {
        // Shared rows are few, and most batches use each of them: deferring their steps gains nothing.
        constexpr pleach::moving_rows moving = pleach::row_table<Table> || requires(const Table& t) {
            t.base();
        } ? pleach::moving_rows::deferred : pleach::moving_rows::every;
        return {.weights = {.learning_rate = options_.learning_rate, .which = moving},
                .thresholds = {.learning_rate = options_.threshold_rate, .weight_decay = published_threshold_decay}};
    }

    // Into memory that grows as needed.
    void gather(const click_batch& batch) {
        const std::size_t n = batch.ids.size();
        if (rows_.rows() < n) {
            for (auto* m : {&rows_, &of_rows_}) *m = pleach::matrix<float>(n + n / 4, values_.table.dim());
            for (auto* m : {&linear_, &of_linear_}) *m = pleach::matrix<float>(n + n / 4, values_.linear.dim());
        }
        pleach::gather(values_.table, batch.ids, rows_.view().rows_from(0, n), {.exec = exec_});
        pleach::gather(values_.linear, batch.ids, linear_.view().rows_from(0, n), {.exec = exec_});
    }
    [[nodiscard]] click_values<const float> read(std::size_t n) const {
        return {rows_.view().rows_from(0, n), linear_.view().rows_from(0, n), values_.weights.row(0), values_.offsets.row(0)};
    }

    const click_data* data_;
    click_model* model_;
    model_type values_;
    click_training options_;
    pleach::random_stream stream_;
    pleach::openmp exec_;
    std::uint64_t epoch_ = 0;
    click_batches batches_;
    gradients gradients_;
    optimizers optimizers_;
    std::vector<std::uint32_t> order_;
    pleach::matrix<float> rows_, linear_, of_rows_, of_linear_;
};

}  // namespace support
