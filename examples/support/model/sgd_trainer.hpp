// SPDX-License-Identifier: Apache-2.0
#pragma once

/// bpr_sgd.hpp over a table, with the interface of trainer.hpp: a "batch" is a piece of pairs, and each pair is a step of its
/// own. There is no optimizer state, and rows are always up to date.

#include "support/model/bpr_sgd.hpp"
#include "support/model/trainer.hpp"

namespace support {

/// An optimizer without state adds nothing to a checkpoint.
struct no_memory {
    template <class Table, class Visit>
    void for_each_array(const Table&, Visit&&) const noexcept {}
};

/// *Precondition:* the table has one parameter, with a row for each entity.
template <class Table>
class sgd_trainer {
public:
    template <class Encoder>
    sgd_trainer(const interactions& data, Table table, Encoder&, const training_options& options, pleach::random_stream stream,
                pleach::openmp exec)
        : table_(std::move(table)), gradient_(table_.make_gradient()), exec_(exec),
          loop_(data.train, data.items, {.learning_rate = options.learning_rate, .decay = options.decay}, stream) {}

    [[nodiscard]] const Table& table() const noexcept { return table_; }
    [[nodiscard]] no_memory& optimizer() noexcept { return memory_; }
    [[nodiscard]] std::size_t batches_per_epoch() const noexcept { return loop_.pieces(); }

    template <class Change>
    void replace(Change&& change) {
        change(table_);
    }
    template <class Change>
    void restore(Change&& change) {
        change(table_, memory_);
    }

    void set_learning_rate(double rate) noexcept { loop_.set_learning_rate(rate); }

    void begin_epoch(std::uint64_t epoch) { loop_.begin_epoch(epoch); }

    /// Trains on piece p of the epoch and returns the sum of its samples' losses. *Throws* diverged if it is not finite.
    double train_batch(std::size_t p) {
        double loss = 0;
        table_.for_each_parameter(gradient_, [&](const pleach::parameter<float>& parameter) {
            loss = loop_.train_piece(p, parameter.values, parameter.support);
        });
        if (!std::isfinite(loss))
            throw diverged("the loss of part " + std::to_string(p) +
                           " is not finite: training has diverged; a smaller --lr "
                           "usually helps");
        return loss;
    }

    void catch_up() const noexcept {}

    void encode_all(matrix_view<float> out) const { pleach::gather_all(table_, out, exec_); }

private:
    Table table_;
    typename Table::gradient_type gradient_;  // never filled: parameters are enumerated together with a gradient
    pleach::openmp exec_;
    no_memory memory_;
    bpr_sgd loop_;
};

}  // namespace support
