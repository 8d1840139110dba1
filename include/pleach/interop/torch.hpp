// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Embedding bags over tables of this library in models of PyTorch (libtorch), with the conventions of torch::nn::EmbeddingBag:
///
///     pleach::torch_bag bag{pleach::masked(first)};                // any trainable table; part of autograd
///     pleach::optimizer sparse(bag.table(), pleach::adam{});
///     auto loss = loss_of(top->forward(bag(ids, offsets)), labels);
///     loss.backward();                                             // adds to bag.gradient()
///     dense.step(), bag.step(sparse);                              // the rest by torch's optimizer
///
///     const pleach::frozen_torch_bag served(pleach::open_any("table.frozen"));  // inference
///
/// Ids are int64 or int32: one dimension, cut into bags by offsets, or two, a bag per row. All are checked. Tensors are on the
/// CPU. Work is split over torch's threads (torch::set_num_threads), with the same bits for any number of them.

#include <pleach/frozen/any_frozen_table.hpp>
#include <pleach/interop/detail/torch_bags.hpp>
#include <pleach/kernel/dot.hpp>
#include <pleach/table/concepts.hpp>

#include <torch/autograd.h>

#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

/// What a bag and the graphs that were recorded of it share; it lives as long as any of them.
template <class Table>
struct torch_bag_state : torch::CustomClassHolder {
    explicit torch_bag_state(Table given) : table(std::move(given)), gradient(table.make_gradient()) {}

    Table table;
    typename Table::gradient_type gradient;
    std::uint64_t changes = 0;  ///< of the table
    /// Autograd calls backward of what depends on a tensor that requires it, and the table is none.
    torch::Tensor anchor = torch::empty({0}, torch::requires_grad());
};

/// One forward pass.
template <class Table>
struct torch_bag_call : torch::CustomClassHolder {
    c10::intrusive_ptr<torch_bag_state<Table>> state;
    torch_bags<Table> bags;
    bag_mode mode;
    std::uint64_t changes;  ///< of the table before this pass

    torch_bag_call(c10::intrusive_ptr<torch_bag_state<Table>> of, torch_bags<Table> given, bag_mode how)
        : state(std::move(of)), bags(std::move(given)), mode(how), changes(state->changes) {}

    /// Adds to the gradient of the table; returns that of the weights, undefined unless it is asked for.
    torch::Tensor accumulate(const torch::Tensor& upstream, bool with_weights) {
        using T = typename Table::value_type;
        const torch::Tensor plain = upstream.contiguous();
        const T* const weights = bags.weights.defined() ? bags.weights.template data_ptr<T>() : nullptr;
        torch::Tensor of_weights;
        if (with_weights) of_weights = torch::empty_like(bags.weights);
        std::vector<T> scaled(state->table.dim()), row(with_weights ? state->table.dim() : 0);
        for (std::size_t b = 0; b < bags.count(); ++b) {
            const std::span<const T> above(plain.template data_ptr<T>() + b * scaled.size(), scaled.size());
            const std::size_t first = bags.offsets[b], last = bags.offsets[b + 1];
            const auto scale = [&](T factor) {
                fill_values(std::span<T>(scaled), T{0});
                add_scaled(factor, above.data(), scaled.data(), scaled.size());
                return std::span<const T>(scaled);
            };
            const std::span<const T> mean =
                mode == bag_mode::mean && last > first ? scale(T{1} / static_cast<T>(last - first)) : above;
            for (std::size_t j = first; j < last; ++j) {
                state->table.accumulate(bags.ids[j], weights == nullptr ? mean : scale(weights[j]), state->gradient);
                if (!with_weights) continue;
                state->table.lookup(bags.ids[j], row);
                of_weights.template data_ptr<T>()[j] = dot(above.data(), row.data(), row.size());
            }
        }
        return of_weights;
    }
};

template <class Table>
struct torch_bag_function : torch::autograd::Function<torch_bag_function<Table>> {
    using call = torch_bag_call<Table>;

    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& /*anchor*/,
                                 const torch::Tensor& /*weights*/, const c10::intrusive_ptr<call>& made) {
        context->saved_data["call"] = c10::IValue::make_capsule(made);
        return made->bags.pooled(made->state->table, made->mode);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& upstream) {
        if (torch::GradMode::is_enabled())
            throw std::logic_error(
                "pleach::torch_bag: a derivative of the backward pass was asked for (create_graph), but the gradient of a "
                "table is not part of autograd; call backward() without it");
        const auto held = context->saved_data["call"].toCapsule();
        call& made = static_cast<call&>(*held);
        if (made.changes != made.state->changes)
            throw std::logic_error(
                "pleach::torch_bag: the table has changed since the forward pass; call backward() before the optimizer's step");
        return {{}, made.accumulate(upstream.front(), context->needs_input_grad(1)), {}};
    }
};

}  // namespace detail

/// An embedding bag over a table that trains. Copies share the table, and so do graphs of forward passes, which keep it alive.
/// Several backward passes before a step add up. Backward passes of one bag must not run at the same time.
template <trainable_table Table>
class torch_bag {
public:
    using gradient_type = typename Table::gradient_type;

    explicit torch_bag(Table table, torch_bag_options how = {})
        : state_(c10::make_intrusive<detail::torch_bag_state<Table>>(std::move(table))), how_(how) {}

    /// The pooled rows, bags x dim(), in autograd. `weights`, one per id, of the mode sum; they get a gradient if they require one.
    /// *Throws* std::out_of_range for an id that the table does not have, and std::invalid_argument for ids, offsets or weights of
    /// another shape, type or device; backward throws std::logic_error with create_graph, or after the table has changed.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& ids, const torch::Tensor& offsets = {},
                                        const torch::Tensor& weights = {}) const {
        detail::torch_bags<Table> bags(state_->table, ids, offsets, weights, how_);
        auto call = c10::make_intrusive<detail::torch_bag_call<Table>>(state_, std::move(bags), how_.mode);
        // Autograd takes no undefined tensor; an empty one that requires nothing stands for no weights.
        return detail::torch_bag_function<Table>::apply(state_->anchor, weights.defined() ? weights : torch::empty({0}),
                                                        std::move(call));
    }
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& ids, const torch::Tensor& offsets = {},
                                           const torch::Tensor& weights = {}) const {
        return forward(ids, offsets, weights);
    }

    [[nodiscard]] const Table& table() const noexcept { return state_->table; }
    /// The table, to prune, rewind or load it; graphs that were recorded before can no longer go backward.
    [[nodiscard]] Table& change_table() noexcept {
        ++state_->changes;
        return state_->table;
    }
    /// What backward passes have added up since the last step, for example to clip it.
    [[nodiscard]] gradient_type& gradient() noexcept { return state_->gradient; }

    /// Applies the gradient by an optimizer of the library, and clears it. *Throws* as optimizer.step().
    template <class Optimizer>
    void step(Optimizer& optimizer) {
        optimizer.step(change_table(), gradient(), torch_threads{});
    }

private:
    c10::intrusive_ptr<detail::torch_bag_state<Table>> state_;
    torch_bag_options how_;
};

/// An embedding bag over a table that does not train: a frozen one without its type, or of any type. Calls may run at the same time.
template <embedding_table Table = any_frozen_table>
class frozen_torch_bag {
public:
    explicit frozen_torch_bag(Table table, torch_bag_options how = {}) : table_(std::move(table)), how_(how) {}

    /// The pooled rows, which require no gradient. *Throws* as torch_bag.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& ids, const torch::Tensor& offsets = {},
                                        const torch::Tensor& weights = {}) const {
        return detail::torch_bags<Table>(table_, ids, offsets, weights, how_).pooled(table_, how_.mode);
    }
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& ids, const torch::Tensor& offsets = {},
                                           const torch::Tensor& weights = {}) const {
        return forward(ids, offsets, weights);
    }

    [[nodiscard]] const Table& table() const noexcept { return table_; }

private:
    Table table_;
    torch_bag_options how_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
