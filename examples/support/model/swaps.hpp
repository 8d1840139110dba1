// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The swaps of --table dsl: which dead values grow and when, and what must be remembered of gradients from one swap to the next.
/// Everything is a function of the seed, the step and what is remembered, which checkpoints hold.

#include "support/options/options.hpp"

#include <pleach/core/schedule.hpp>
#include <pleach/prune/grow.hpp>

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace support {

class swaps {
public:
    using gradient_growth = pleach::gradient_growth<float>;
    using momentum_growth = pleach::momentum_growth<float>;

    /// Of a round of `steps` steps, `batches` in each epoch.
    swaps(const options& chosen, std::size_t rows, std::uint64_t batches, pleach::random_stream stream)
        : stream_(stream), every_(chosen.swap_every > 0 ? chosen.swap_every : batches),
          share_{.initial = chosen.swap_share, .final = chosen.swap_share / 100, .steps = chosen.epochs * batches},
          growth_(make_growth(chosen.grow, rows, chosen.dim)), sees_whole_gradient_(chosen.grow == growth_rule::last_batch) {}

    /// Whether values are swapped before the step of that number, from 0.
    [[nodiscard]] bool are_due(std::uint64_t step) const noexcept {
        return step > 0 && step % every_ == 0 && step < share_.steps;
    }
    /// The fraction of the live values that the swap before a step exchanges.
    [[nodiscard]] double share(std::uint64_t step) const noexcept { return share_.at(step); }

    /// Whether gradients of rows outside a batch count as well, where a model has them: as published.
    [[nodiscard]] bool sees_whole_gradient() const noexcept { return sees_whole_gradient_; }

    void begin_batch() {
        std::visit(
            [](auto& growth) {
                if constexpr (requires { growth.begin_batch(); }) growth.begin_batch();
            },
            growth_);
    }
    /// The gradient of a row, its dead entries included. *Precondition:* a row comes at most once in a batch.
    void add(std::size_t row, std::span<const float> gradient) {
        std::visit(
            [&](auto& growth) {
                if constexpr (requires { growth.add(row, gradient); }) growth.add(row, gradient);
            },
            growth_);
    }
    [[nodiscard]] std::size_t bytes() const {
        return std::visit(
            [](const auto& growth) -> std::size_t {
                if constexpr (requires { growth.bytes(); }) return growth.bytes();
                return 0;
            },
            growth_);
    }

    /// Swaps values of the table before a step, and forgets the gradients. *Throws* as pleach::regrow.
    template <class Table, class Optimizer>
    void swap(Table& table, Optimizer& optimizer, std::uint64_t step, const pleach::scope& where) {
        const pleach::magnitude drop{.fraction = share(step), .where = where};
        std::visit(
            [&]<class Growth>(Growth& growth) {
                if constexpr (std::is_same_v<Growth, pleach::random_growth>) growth.stream = stream_.fork(step);
                pleach::regrow(table, optimizer, drop, growth);
                if constexpr (requires { growth.clear(); }) growth.clear();
            },
            growth_);
    }

    /// Adds what is remembered to a checkpoint; it must live until the writer saves.
    template <class Writer>
    void save(Writer& writer) {
        saved_.clear();
        for_each_memory([&](const std::string& name, pleach::row_gradient<float>& memory) {
            auto& [rows, values] = saved_.emplace_back();
            rows.assign(memory.touched().begin(), memory.touched().end());
            for (const std::uint64_t row : rows) {
                const std::span<const float> of_row = memory.find(row);
                values.insert(values.end(), of_row.begin(), of_row.end());
            }
            writer.add_array(name + ".rows", std::span<const std::uint64_t>(rows));
            writer.add_array(name, std::span<const float>(values));
        });
    }
    /// Continues before the step of that number. *Throws* input_error if the checkpoint does not hold what a run remembers then.
    template <class Reader>
    void load(const Reader& reader, std::uint64_t step) {
        const std::uint64_t batches = step == 0 ? 0 : step - (step - 1) / every_ * every_;  // since the last swap
        if (auto* momentum = std::get_if<momentum_growth>(&growth_)) momentum->set_batches(batches);
        for_each_memory([&](const std::string& name, pleach::row_gradient<float>& memory) {
            const auto rows = reader.template load_array<std::uint64_t>(name + ".rows");
            const auto values = reader.template load_array<float>(name);
            const auto require = [&](bool good, const std::string& array, const char* what, auto found, const char* expected) {
                reader.require(good, array, what, static_cast<double>(found), expected);
            };
            require(values.size() == rows.size() * memory.cols(), name, "count", values.size(),
                    "as many values as its rows have");
            for (const float x : values) {
                require(!name.ends_with("second_moments") || x >= 0, name, "value", x, "squares, which are not negative");
                require(!name.ends_with("last_batch") || (x >= 1 && x <= static_cast<float>(batches)), name, "batch", x,
                        "a batch since the last swap");
            }
            for (std::size_t i = 0; i < rows.size(); ++i) {
                require(rows[i] < memory.rows() && memory.find(rows[i]).empty(), name + ".rows", "row", rows[i],
                        "distinct rows of the table");
                std::ranges::copy(std::span(values).subspan(i * memory.cols(), memory.cols()), memory.row(rows[i]).begin());
            }
        });
    }

private:
    using any_growth = std::variant<gradient_growth, momentum_growth, pleach::random_growth>;

    static any_growth make_growth(growth_rule rule, std::size_t rows, std::size_t dim) {
        if (rule == growth_rule::random) return pleach::random_growth{};
        if (rule == growth_rule::momentum) return momentum_growth(rows, dim);
        const bool is_last = rule == growth_rule::last_batch;
        return gradient_growth(rows, dim, is_last ? pleach::growth_window::last_batch : pleach::growth_window::since_swap);
    }

    template <class Visit>
    void for_each_memory(Visit&& visit) {
        std::visit(
            [&](auto& growth) {
                if constexpr (requires { growth.bytes(); })
                    growth.for_each_memory([&](std::string_view name, pleach::row_gradient<float>& memory) {
                        visit("swaps." + std::string(name), memory);
                    });
            },
            growth_);
    }

    // Arrays of a checkpoint.
    struct saved_memory {
        std::vector<std::uint64_t> rows;
        std::vector<float> values;
    };

    pleach::random_stream stream_;
    std::uint64_t every_;
    pleach::cosine_schedule share_;
    any_growth growth_;
    bool sees_whole_gradient_;
    std::deque<saved_memory> saved_;
};

}  // namespace support
