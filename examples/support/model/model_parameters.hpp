// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a run trains: a table of users and items and, with --item-biases, a bias for each item; and the optimizer of both.

#include "support/model/item_biases.hpp"
#include "support/model/training_bytes.hpp"

#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>

#include <string_view>
#include <utility>

namespace support {

template <class Table>
struct model_parameters {
    Table table;
    item_biases biases;

    // A table is a model without biases.
    model_parameters(Table rows, item_biases of_items = {}) : table(std::move(rows)), biases(std::move(of_items)) {}

    /// Of a scored row.
    [[nodiscard]] std::size_t columns() const noexcept { return table.dim() + biases.columns(); }
};

/// Adam over both, at one learning rate. Biases have no decay, and each of them moves in every step. A table that is held has no
/// state, and takes no steps.
template <class Table>
class model_optimizer {
public:
    model_optimizer(const model_parameters<Table>& model, const pleach::per_role<pleach::adam>& rules, bool holds_table)
        : holds_table_(holds_table), of_table_(model.table, rules), of_biases_(model.biases.table(), of_biases(rules)) {}

    [[nodiscard]] pleach::optimizer<Table, pleach::adam>& of_table() noexcept { return of_table_; }
    [[nodiscard]] pleach::optimizer<pleach::dense_table<float>, pleach::adam>& of_biases() noexcept { return of_biases_; }

    [[nodiscard]] const pleach::per_role<pleach::adam>& rules() const noexcept { return of_table_.rules(); }
    /// *Precondition:* no row of the table has steps to catch up on.
    void set_rules(const pleach::per_role<pleach::adam>& rules) {
        of_table_.set_rules(rules);
        of_biases_.set_rules({.weights = of_biases(rules)});
    }

    /// All state, for checkpoints, as pleach::optimizer enumerates it.
    template <class Visit>
    void for_each_array(const model_parameters<Table>& model, Visit&& visit) {
        if (!holds_table_) of_table_.for_each_array(model.table, visit);
        if (model.biases.is_empty()) return;
        of_biases_.for_each_array(model.biases.table(), [&](std::string_view, std::string_view name, auto values) {
            visit(std::string_view("item_biases"), name, values);
        });
    }

private:
    [[nodiscard]] static pleach::adam of_biases(const pleach::per_role<pleach::adam>& rules) {
        return {.learning_rate = rules.weights.learning_rate};
    }

    bool holds_table_;
    pleach::optimizer<Table, pleach::adam> of_table_;
    pleach::optimizer<pleach::dense_table<float>, pleach::adam> of_biases_;
};

}  // namespace support
