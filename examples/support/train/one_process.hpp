// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where the rows of a run are. In most runs one process has them all, and what is asked for is what is there; several processes
/// share them out (train_sharded.cpp), and their encoder then has a `place()` with the same members.

#include <pleach/prune/prune.hpp>

#include <cstddef>

namespace support {

struct one_process {
    /// The model with the rows of all processes.
    template <class Model>
    [[nodiscard]] const Model& whole(const Model& model) const noexcept {
        return model;
    }
    /// The optimizer with the state of all rows, those of a whole model.
    template <class Optimizer, class Model>
    [[nodiscard]] Optimizer& whole(Optimizer& optimizer, const Model&, const Model&) const noexcept {
        return optimizer;
    }
    /// The rows of a whole table that this process has.
    template <class Table>
    [[nodiscard]] const Table& own(const Table& table) const noexcept {
        return table;
    }
    /// Fills a model by `fill(whole model)`, and an optimizer by `fill(whole optimizer, whole model)`.
    template <class Model, class Fill>
    void load(Model& model, Fill&& fill) const {
        fill(model);
    }
    template <class Optimizer, class Model, class Fill>
    void load(Optimizer& optimizer, const Model& model, Fill&& fill) const {
        fill(optimizer, model);
    }

    template <class Table, class Rule>
    std::size_t prune(Table& table, const Rule& rule) const {
        return pleach::prune(table, rule);
    }
    /// The sum and the largest of a number over all processes.
    [[nodiscard]] std::size_t sum(std::size_t n) const noexcept { return n; }
    [[nodiscard]] std::size_t largest(std::size_t n) const noexcept { return n; }
};

/// The place that an encoder names; otherwise one process.
template <class Encoder>
[[nodiscard]] decltype(auto) place_of(const Encoder& encoder) {
    if constexpr (requires { encoder.place(); })
        return encoder.place();
    else
        return one_process{};
}

}  // namespace support
