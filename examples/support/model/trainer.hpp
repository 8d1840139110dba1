// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The training loop over one table: draw a batch, encode its rows, compute the loss, pass the gradient back, step. The loop
/// belongs to the example; the library provides the table, its gradient and the optimizer.

#include "support/data/interactions.hpp"
#include "support/model/diverged.hpp"
#include "support/model/dropout.hpp"
#include "support/model/encoders.hpp"
#include "support/model/losses.hpp"
#include "support/model/metrics.hpp"
#include "support/model/model_parameters.hpp"
#include "support/model/sampler.hpp"
#include "support/model/swaps.hpp"

#include <pleach/compose/quantized.hpp>
#include <pleach/sparse/packed.hpp>
#include <pleach/table/footprint.hpp>

#include <optional>
#include <stdexcept>

namespace support {

/// The options used by the training loop.
struct training_options {
    loss_kind loss = loss_kind::bpr;
    softmax_loss softmax_options = {};
    ccl_loss ccl_options = {};
    std::size_t batch = 2048;
    std::size_t negatives = 1;  ///< for each sample (bpr) or shared by a batch (softmax, ccl)
    double learning_rate = 1e-3;
    rate_schedule schedule = rate_schedule::constant;
    double decay = 1e-4;        ///< of the layer-0 rows of a batch, over its samples
    double decay_exponent = 0;  ///< of a row's fraction of nonzero values, which multiplies its decay
    double threshold_rate = 1e-3;
    double tanh_penalty = 0;  ///< weight of the penalty on zeros in those rows, over the samples as well
    double dropout = 0;       ///< fraction of the entries of a batch's rows set to zero for the step; the others are scaled up
    sampling sampler = sampling::interactions;
    bool spares_known = false;  ///< softmax: known items of the user are not used as negatives
    bool holds_table = false;   ///< only biases train
};

/// Whether each entity has a stored row of its own.
template <class Table>
inline constexpr bool has_own_rows = pleach::row_table<Table>;
template <class T, class Id>
inline constexpr bool has_own_rows<pleach::packed<T, Id>> = true;
template <class Base, class Code>
inline constexpr bool has_own_rows<pleach::quantized<Base, Code>> = pleach::row_table<Base>;

template <class Table, class Encoder>
class trainer {
public:
    using model_type = model_parameters<Table>;
    using optimizer_type = model_optimizer<Table>;
    /// Whether live values can be swapped for dead ones.
    static constexpr bool can_swap = std::is_same_v<Table, pleach::packed<float>>;

    /// Users and items share the table of `model`. *Precondition:* data and encoder outlive the trainer; biases, if the model
    /// has any, are as many as items.
    trainer(const interactions& data, model_type model, Encoder& encoder, training_options options,
            pleach::random_stream stream, pleach::openmp exec)
        : data_(&data), model_(std::move(model)), encoder_(&encoder), options_(options), exec_(exec),
          stream_(stream.fork("dropout")), sampler_(data.train, data.items, options.sampler, stream),
          builder_(data.users + data.items), gradient_(model_.table.make_gradient()),
          bias_gradient_(model_.biases.table().make_gradient()), optimizer_(make_optimizer()), popularity_(item_shares(data)) {}

    [[nodiscard]] const model_type& model() const noexcept { return model_; }
    [[nodiscard]] const Table& table() const noexcept { return model_.table; }
    [[nodiscard]] optimizer_type& optimizer() noexcept { return optimizer_; }
    [[nodiscard]] std::size_t batches_per_epoch() const noexcept {
        return (sampler_.size() + options_.batch - 1) / options_.batch;
    }

    /// Changes the model by `change(model)` (prune, rewind, restore) and resets the optimizer.
    template <class Change>
    void replace(Change&& change) {
        catch_up();
        change(model_);
        gradient_ = model_.table.make_gradient();
        optimizer_ = make_optimizer();
        held_rows_.reset();
    }

    /// As above, but keeps the optimizer's state.
    template <class Change>
    void restore(Change&& change) {
        change(model_, optimizer_);
        gradient_ = model_.table.make_gradient();
        held_rows_.reset();
    }

    /// The learning rate of the following steps, set by schedules. Deferred rows are brought up to date first.
    void set_learning_rate(double rate) {
        auto rules = optimizer_.rules();
        rules.weights.learning_rate = rate;
        set_rules(rules);
    }
    /// The same for thresholds, and for the penalty on zeros.
    void set_threshold_rate(double rate) {
        auto rules = optimizer_.rules();
        rules.thresholds.learning_rate = rate;
        set_rules(rules);
    }
    void set_tanh_penalty(double weight) noexcept { options_.tanh_penalty = weight; }

    void begin_epoch(std::uint64_t epoch) {
        epoch_ = epoch;
        sampler_.begin_epoch(epoch);
    }

    /// Trains on batch b of the epoch and returns the sum of its samples' losses.
    /// *Throws* diverged if the loss is not finite; the model is then as before the batch.
    double train_batch(std::size_t b) {
        const std::size_t first = b * options_.batch, last = std::min(sampler_.size(), first + options_.batch);
        draw(b, first, last);
        const training_batch& batch = builder_.batch();
        const matrix_view<float> scored = rows_in(scored_, batch.nodes.size());
        const matrix_view<float> gradients = rows_in(gradients_, batch.nodes.size());
        const matrix_view<float> rows = first_columns(scored, table().dim());
        const matrix_view<float> row_gradients = first_columns(gradients, table().dim());
        encode(batch, rows);
        drop(b, rows);
        model_.biases.write(batch.nodes, data_->users, scored);
        std::fill_n(gradients.data(), gradients.rows() * gradients.cols(), 0.0F);
        const double loss = take_loss(batch, scored, gradients);
        if (!std::isfinite(loss))
            throw diverged("the loss of batch " + std::to_string(b) +
                           " is not finite: training has diverged; a smaller "
                           "--lr or a larger --temperature usually helps");
        model_.biases.pull_back(batch.nodes, data_->users, gradients, bias_gradient_);
        optimizer_.of_biases().step(model_.biases.table(), bias_gradient_, exec_);
        if (options_.holds_table) return loss * static_cast<double>(batch.samples());
        drop(b, row_gradients);
        const auto samples = static_cast<double>(batch.samples());
        const row_regularizer regularizer{static_cast<float>(options_.decay / samples),
                                          static_cast<float>(options_.decay_exponent),
                                          {options_.tanh_penalty / samples}};
        encoder_->pull_back(model_.table, batch, rows, row_gradients, regularizer, gradient_, exec_);
        if constexpr (can_swap)
            if (swaps_ != nullptr) {
                swaps_->begin_batch();
                encoder_->for_each_gradient(
                    batch, row_gradients, swaps_->sees_whole_gradient(),
                    [&](std::size_t row, std::span<const float> gradient) { swaps_->add(row, gradient); });
            }
        optimizer_.of_table().step(model_.table, gradient_, exec_);
        return loss * static_cast<double>(batch.samples());
    }

    /// Shows it the gradients of each batch from now on; none if null. *Precondition:* it outlives its use.
    void show_gradients(swaps* watching) noexcept
        requires can_swap
    {
        swaps_ = watching;
        if constexpr (requires { encoder_->keep_all_gradients(); })
            if (watching != nullptr && watching->sees_whole_gradient()) encoder_->keep_all_gradients();
    }

    /// What is held for the table now.
    [[nodiscard]] training_bytes bytes() {
        training_bytes held{.table = pleach::footprint(table()).bytes_now};
        model_.table.for_each_parameter(gradient_,
                                        [&](const pleach::parameter<float>& p) { held.gradient += p.gradient.bytes(); });
        optimizer_.of_table().for_each_array(
            table(), [&](std::string_view, std::string_view, auto values) { held.optimizer += values.size_bytes(); });
        return held;
    }

    /// Brings rows with deferred steps up to date.
    void catch_up() { optimizer_.of_table().catch_up(model_.table, exec_); }

    /// All rows as they are scored: users, then items; items have unit length if training uses cosines. *Precondition:* out has
    /// model().columns() columns.
    void encode_all(matrix_view<float> out) {
        catch_up();
        encoder_->encode_all(model_.table, first_columns(out, table().dim()), exec_);
        model_.biases.write_all(data_->users, out);
        if (!compares_cosines()) return;
        for (std::size_t n = data_->users; n < out.rows(); ++n) {
            const auto row = out.row(n);
            const float norm = std::sqrt(pleach::dot(row.data(), row.data(), row.size()));
            if (norm > 0)
                for (float& x : row) x /= norm;
        }
    }

private:
    [[nodiscard]] bool compares_cosines() const noexcept {
        return options_.loss == loss_kind::ccl ||
               (options_.loss == loss_kind::softmax && options_.softmax_options.kind == similarity::cosine);
    }

    // As in PEP and CERP; learn/steered_rate.hpp says why it must be small.
    static constexpr double published_threshold_decay = 1e-5;

    [[nodiscard]] optimizer_type make_optimizer() const {
        // Shared rows are few, and most batches use each of them: deferring their steps gains nothing.
        constexpr pleach::moving_rows moving = has_own_rows<Table> ? Encoder::moving_rows : pleach::moving_rows::every;
        return optimizer_type(
            model_,
            pleach::per_role<pleach::adam>{
                .weights = {.learning_rate = options_.learning_rate, .which = moving},
                .thresholds = {.learning_rate = options_.threshold_rate, .weight_decay = published_threshold_decay}},
            options_.holds_table);
    }

    void set_rules(const pleach::per_role<pleach::adam>& rules) {
        const auto& now = optimizer_.rules();
        if (rules.weights.learning_rate == now.weights.learning_rate &&
            rules.thresholds.learning_rate == now.thresholds.learning_rate)
            return;
        catch_up();
        optimizer_.set_rules(rules);
    }

    static std::vector<double> item_shares(const interactions& data) {
        std::vector<double> shares(data.items, 0);
        for (const std::uint32_t item : data.train.columns) shares[item] += 1 / static_cast<double>(data.train.size());
        return shares;
    }

    void draw(std::size_t b, std::size_t first, std::size_t last) {
        builder_.clear();
        const auto node_of = [&](std::uint32_t item) { return static_cast<std::uint32_t>(data_->users + item); };
        for (std::size_t i = first; i < last; ++i) {
            const auto [user, item] = sampler_.pair(i);
            builder_.add_sample(user, node_of(item));
            if (options_.loss == loss_kind::bpr)
                for (std::size_t j = 0; j < options_.negatives; ++j)
                    builder_.add_negative(node_of(sampler_.negative(user, i, j)), options_.negatives);
        }
        if (options_.loss != loss_kind::bpr)
            for (std::size_t j = 0; j < options_.negatives; ++j)
                builder_.add_shared_negative(node_of(sampler_.shared_negative(b, j)));
        if (options_.spares_known)
            for (std::size_t i = first; i < last; ++i)
                builder_.add_known(sampler_.pair(i).first, [&](auto&& visit) {
                    for (const std::uint32_t item : data_->train.row(sampler_.pair(i).first)) visit(node_of(item));
                });
    }

    double take_loss(const training_batch& batch, matrix_view<const float> rows, matrix_view<float> gradients) {
        if (options_.loss == loss_kind::bpr) return bpr(batch, rows, gradients, exec_);
        if (options_.loss == loss_kind::ccl) return ccl(options_.ccl_options, batch, rows, gradients, exec_);
        // The probability that an item is among the batch's items or the uniform negatives.
        inclusion_.assign(batch.nodes.size(), 1.0F);
        const double uniform = static_cast<double>(options_.negatives) / static_cast<double>(data_->items);
        for (std::size_t r = 0; r < batch.nodes.size(); ++r)
            if (batch.nodes[r] >= data_->users)
                inclusion_[r] = static_cast<float>(-std::expm1(
                    -(uniform + static_cast<double>(batch.samples()) * popularity_[batch.nodes[r] - data_->users])));
        return softmax(options_.softmax_options, batch, inclusion_, rows, gradients, exec_);
    }

    // The batch's rows; a table that is held is encoded only once.
    void encode(const training_batch& batch, matrix_view<float> rows) {
        if (!options_.holds_table) return encoder_->encode(model_.table, optimizer_.of_table(), batch, rows, exec_);
        if (!held_rows_) {
            held_rows_.emplace(table().size(), table().dim());
            encoder_->encode_all(model_.table, held_rows_->view(), exec_);
        }
        for (std::size_t r = 0; r < batch.nodes.size(); ++r)
            std::ranges::copy(held_rows_->row(batch.nodes[r]), rows.row(r).begin());
    }

    // Drops the same values of the batch's rows at every call.
    void drop(std::size_t b, matrix_view<float> rows) const {
        drop_values(rows, options_.dropout, stream_.fork(epoch_).fork(b), exec_);
    }

    // The first rows of a matrix, which grows as needed.
    matrix_view<float> rows_in(matrix<float>& memory, std::size_t rows) const {
        if (memory.rows() < rows) memory = matrix<float>(rows + rows / 4, model_.columns());
        return memory.view().rows_from(0, rows);
    }

    const interactions* data_;
    model_type model_;
    Encoder* encoder_;
    training_options options_;
    pleach::openmp exec_;
    pleach::random_stream stream_;
    std::uint64_t epoch_ = 0;
    epoch_sampler sampler_;
    batch_builder builder_;
    typename Table::gradient_type gradient_;
    pleach::row_gradient<float> bias_gradient_;
    optimizer_type optimizer_;
    swaps* swaps_ = nullptr;
    std::vector<double> popularity_;  // each item's fraction of the train pairs
    std::vector<float> inclusion_;
    matrix<float> scored_;
    matrix<float> gradients_;
    std::optional<matrix<float>> held_rows_;
};

}  // namespace support
