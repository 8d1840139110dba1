// SPDX-License-Identifier: Apache-2.0
#pragma once

/// bpr_sgd.hpp over a table, with the interface of trainer.hpp: a "batch" is a piece of pairs, and each pair is a step of its
/// own. There is no optimizer state, and rows are always up to date.

#include "support/model/bpr_sgd.hpp"
#include "support/model/trainer.hpp"

namespace support {

/// An optimizer without state adds nothing to a checkpoint.
struct no_memory {
    template <class Model, class Visit>
    void for_each_array(const Model&, Visit&&) const noexcept {}
};

/// *Precondition:* the table has one parameter, with a row for each entity, and the model has no biases.
template <class Table>
class sgd_trainer {
public:
    using model_type = model_parameters<Table>;

    template <class Encoder>
    sgd_trainer(const interactions& data, model_type model, Encoder&, const training_options& options,
                pleach::random_stream stream, pleach::openmp exec)
        : model_(std::move(model)), gradient_(model_.table.make_gradient()), exec_(exec),
          loop_(data.train, data.items, {.learning_rate = options.learning_rate, .decay = options.decay}, stream) {}

    [[nodiscard]] const model_type& model() const noexcept { return model_; }
    [[nodiscard]] const Table& table() const noexcept { return model_.table; }
    [[nodiscard]] no_memory& optimizer() noexcept { return memory_; }
    [[nodiscard]] std::size_t batches_per_epoch() const noexcept { return loop_.pieces(); }

    template <class Change>
    void replace(Change&& change) {
        change(model_);
    }
    template <class Change>
    void restore(Change&& change) {
        change(model_, memory_);
    }

    void set_learning_rate(double rate) noexcept { loop_.set_learning_rate(rate); }

    void begin_epoch(std::uint64_t epoch) { loop_.begin_epoch(epoch); }

    /// Trains on piece p of the epoch and returns the sum of its samples' losses. *Throws* diverged if it is not finite.
    double train_batch(std::size_t p) {
        double loss = 0;
        model_.table.for_each_parameter(gradient_, [&](const pleach::parameter<float>& parameter) {
            loss = loop_.train_piece(p, parameter.values.matrix(), parameter.support);
        });
        if (!std::isfinite(loss))
            throw diverged("the loss of part " + std::to_string(p) +
                           " is not finite: training has diverged; a smaller --lr "
                           "usually helps");
        return loss;
    }

    void catch_up() const noexcept {}

    [[nodiscard]] training_bytes bytes() const { return {.table = pleach::footprint(table()).bytes_now}; }

    void encode_all(matrix_view<float> out) const { pleach::gather_all(model_.table, out, exec_); }

private:
    model_type model_;
    typename Table::gradient_type gradient_;  // never filled: parameters are enumerated together with a gradient
    pleach::openmp exec_;
    no_memory memory_;
    bpr_sgd loop_;
};

}  // namespace support
