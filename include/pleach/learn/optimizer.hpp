// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Update rules bound to the parameters of a table. The optimizer owns the state of the rules, the table its parameters, and
/// the caller the gradients.
///
///     pleach::optimizer opt(table, pleach::adam{.learning_rate = 1e-3});
///     opt.step(table, gradient);     // moves rows, clears the gradient
///
/// Dead entries (those outside a parameter's support) keep their values: no gradient, decay or moments apply to them. Of packed
/// rows, which do not store them, there is a state for the live values only; the steps have the same bits.

#include <pleach/core/detail/scratch.hpp>
#include <pleach/core/executor.hpp>
#include <pleach/kernel/mask_rows.hpp>
#include <pleach/learn/detail/move_state.hpp>
#include <pleach/learn/update_rule.hpp>
#include <pleach/table/concepts.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

template <class Table, class Rule>
class optimizer {
    static_assert(trainable_table<Table>,
                  "pleach::optimizer needs a trainable_table: one with make_gradient(), accumulate() and "
                  "for_each_parameter(); a table that can only be read has nothing to step");

public:
    using value_type = typename Table::value_type;
    using gradient_type = typename Table::gradient_type;

    static_assert(update_rule<Rule, value_type>, "pleach::optimizer needs an update_rule, such as sgd, adagrad or adam");

    /// The same rule for every role. *Throws* std::invalid_argument if a hyper-parameter is invalid.
    optimizer(const Table& table, Rule rule) : optimizer(table, per_role<Rule>{rule, rule, rule}) {}

    /// A rule for each role. The state starts at zero and is matched to the table's parameters by order and shape. *Throws*
    /// std::invalid_argument also for a packed parameter if the rule is not one that steps_packed_rows.
    optimizer(const Table& table, per_role<Rule> rules) : rules_(rules) {
        rules_.weights.check();
        rules_.thresholds.check();
        rules_.gates.check();
        table.for_each_parameter([&](const stored_parameter<value_type>& p) {
            const bool moves = p.role != role::constants;
            if (p.values.is_packed() && !steps_packed_rows<Rule>)
                throw std::invalid_argument("pleach::optimizer: parameter \"" + std::string(p.name) +
                                            "\" is packed, and this rule does not say what its state consists of; give it "
                                            "`static constexpr pleach::state_kind keeps`");
            slots_.emplace_back(p.values, moves ? detail::resolved(rules_.of(p.role).which, p.role) : moving_rows::touched,
                                moves);
        });
    }

    [[nodiscard]] const per_role<Rule>& rules() const noexcept { return rules_; }

    /// Changes hyper-parameters between steps, as schedules do. *Throws* std::invalid_argument, with nothing changed, if
    /// `which` rows move would change, if a hyper-parameter is invalid, or if rows with moving_rows::deferred have steps to
    /// catch up.
    void set_rules(per_role<Rule> rules) {
        if (rules.weights.which != rules_.weights.which || rules.thresholds.which != rules_.thresholds.which ||
            rules.gates.which != rules_.gates.which)
            throw std::invalid_argument("pleach::optimizer: set_rules cannot change which rows move; make a new optimizer");
        rules.weights.check();
        rules.thresholds.check();
        rules.gates.check();
        require_caught_up("set_rules");
        rules_ = rules;
    }

    /// Steps taken so far.
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

    /// Applies the gradient and clears it. *Complexity:* O(touched rows * dim), or O(rows * dim) for rules with
    /// moving_rows::every. *Throws* std::invalid_argument if the gradient or the table does not have the shapes of this
    /// optimizer's table.
    template <executor Executor = sequential>
    void step(Table& table, gradient_type& gradient, const Executor& exec = {}) {
        stepped_.clear();
        bool fits = true;  // checked before anything moves; names are only made for the error
        table.for_each_parameter(gradient, [&](const parameter<value_type>& p) {
            fits &= is_known(stepped_.size(), p.values) && is_of_shape(p.gradient, p.values);
            stepped_.push_back({p.role, p.values, &p.gradient, p.support});
        });
        if (!fits) refuse(table, gradient);
        ++steps_;
        for (std::size_t index = 0; index < stepped_.size(); ++index) {
            const stepped& one = stepped_[index];
            const parameter<value_type> p{{}, one.role, one.values, *one.gradient, one.support};
            if (p.role != role::constants) step_parameter(p, slots_[index], exec);
            p.gradient.clear();
        }
    }

    /// Replays, for rules with moving_rows::deferred, the steps that these rows missed: call it before reading them.
    /// *Precondition:* with a parallel executor, ids are distinct. *Complexity:* O(missed steps * dim) per row. *Throws*
    /// std::invalid_argument if the table's parameters do not have one row per entity, std::out_of_range for an id beyond the
    /// table.
    template <entity_id Id, executor Executor = sequential>
    void catch_up(Table& table, std::span<const Id> ids, const Executor& exec = {}) {
        check_shapes(table);
        for (const Id id : ids)
            if (to_index(id) >= table.size())
                throw std::out_of_range("pleach::optimizer: catch_up was given id " + std::to_string(to_index(id)) +
                                        ", but the table's ids are 0 to " + std::to_string(table.size()) + " - 1");
        with_stepped_parameters(table, [&](const parameter<value_type>& p, slot& s) {
            if (s.which != moving_rows::deferred) return;
            if (p.values.rows() != table.size())
                throw std::invalid_argument(
                    "pleach::optimizer: catch_up by id needs parameters with one row for each entity; "
                    "call catch_up(table) for \"" +
                    std::string(p.name) + "\"");
            for_each_chunk(exec, ids.size(), rows_per_task, [&](std::size_t first, std::size_t last) {
                arithmetic_cache cache(rules_.of(p.role));
                for (std::size_t i = first; i < last; ++i) replay(p, s, to_index(ids[i]), steps_, cache);
            });
        });
    }

    /// As above, for all rows: call it before evaluating, pruning, copying or saving. The result has the same bits as dense
    /// steps.
    template <executor Executor = sequential>
    void catch_up(Table& table, const Executor& exec = {}) {
        check_shapes(table);
        with_stepped_parameters(table, [&](const parameter<value_type>& p, slot& s) {
            if (s.which != moving_rows::deferred) return;
            for_each_chunk(exec, p.values.rows(), rows_per_task, [&](std::size_t first, std::size_t last) {
                arithmetic_cache cache(rules_.of(p.role));
                for (std::size_t r = first; r < last; ++r) replay(p, s, r, steps_, cache);
            });
        });
    }

    /// Changes which entries are live by `change(table)` and takes the state along: what stays live keeps its own, what becomes
    /// live begins with none. Make a new gradient afterwards. *Throws* std::invalid_argument, with nothing changed, if rows with
    /// moving_rows::deferred have steps to catch up. *Complexity:* O(entries).
    template <class Change>
    void keep_state_through(Table& table, Change&& change) {
        check_shapes(table);
        require_caught_up("keep_state_through");
        std::vector<bit_mask> before;
        std::as_const(table).for_each_parameter(
            [&](const stored_parameter<value_type>& p) { before.push_back(p.support == nullptr ? bit_mask() : *p.support); });
        change(table);
        unused_gradient_.reset();
        std::size_t index = 0;
        std::as_const(table).for_each_parameter([&](const stored_parameter<value_type>& p) {
            const bit_mask& old = before[index];
            slot& s = slots_[index++];
            if (p.support == nullptr || p.role == role::constants || *p.support == old) return;
            if (!p.values.is_packed()) return detail::clear_state_outside(s.state, old, *p.support);
            s.value_count = p.values.count();
            if constexpr (!has_row_state) {
                auto state = slot::make_state(p.values, true);
                detail::move_packed_state(s.state, old, state, *p.support);
                s.state = std::move(state);
            }
        });
    }

    /// Enumerates all state for checkpoints, by `visit(parameter name, array name, span)`. The elements of spans are
    /// value_type or std::uint64_t.
    template <class Visit>
    void for_each_array(const Table& table, Visit&& visit) {
        check_shapes(table);
        visit(std::string_view("optimizer"), std::string_view("steps"), std::span<std::uint64_t>(&steps_, 1));
        std::size_t index = 0;
        table.for_each_parameter([&](const stored_parameter<value_type>& p) {
            slot& s = slots_[index++];
            if (p.role == role::constants) return;
            s.state.for_each_array([&](std::string_view name, auto&& values) { visit(p.name, name, std::span(values)); });
            if (s.which == moving_rows::deferred)
                visit(p.name, std::string_view("last_step"), std::span<std::uint64_t>(s.last_step));
        });
    }

private:
    static constexpr std::size_t rows_per_task = 1024;

    static constexpr bool has_row_state = [] {
        if constexpr (steps_packed_rows<Rule>) return Rule::keeps == state_kind::per_row;
        return false;
    }();

    struct slot {
        slot(const parameter_rows<const value_type>& values, moving_rows moving, bool moves)
            : state(make_state(values, moves)), row_count(values.rows()), col_count(values.cols()), value_count(values.count()),
              which(moving), last_step(moving == moving_rows::deferred ? values.rows() : 0) {}

        // A rule with numbers for each value sees packed values as rows of one.
        static auto make_state(const parameter_rows<const value_type>& values, bool moves) {
            using state_type = typename Rule::template state<value_type>;
            if (values.is_packed() && !has_row_state) return state_type(moves ? values.count() : 0, 1);
            return state_type(moves ? values.rows() : 0, values.cols());
        }

        typename Rule::template state<value_type> state;
        std::size_t row_count;
        std::size_t col_count;
        std::size_t value_count;
        moving_rows which;
        std::vector<std::uint64_t> last_step;  // for moving_rows::deferred: the last step applied to each row
    };

    void require_caught_up(const char* verb) const {
        for (const slot& s : slots_)
            for (const std::uint64_t last : s.last_step)
                if (last != steps_)
                    throw std::invalid_argument("pleach::optimizer: " + std::string(verb) +
                                                " was called while rows are behind; call catch_up(table) first");
    }

    using arithmetic = decltype(std::declval<const Rule&>().template at_step<value_type>(std::uint64_t{1}));

    // Replaying rows needs the arithmetic of the same recent steps for every row.
    class arithmetic_cache {
    public:
        explicit arithmetic_cache(const Rule& rule) : rule_(&rule) {}
        const arithmetic& at(std::uint64_t t) {
            entry& e = entries_[t % std::size(entries_)];
            if (e.step != t) e = {t, rule_->template at_step<value_type>(t)};
            return e.value;
        }

    private:
        struct entry {
            std::uint64_t step = 0;
            arithmetic value{};
        };
        const Rule* rule_;
        entry entries_[256];
    };

    template <class Visit>
    void with_stepped_parameters(Table& table, Visit&& visit) {
        if (!unused_gradient_) unused_gradient_.emplace(table.make_gradient());
        std::size_t index = 0;
        table.for_each_parameter(*unused_gradient_, [&](const parameter<value_type>& p) { visit(p, slots_[index++]); });
    }

    template <class Rows>
    [[nodiscard]] bool is_known(std::size_t index, const Rows& values) const noexcept {
        return index < slots_.size() && slots_[index].row_count == values.rows() && slots_[index].col_count == values.cols() &&
               slots_[index].value_count == values.count();
    }
    [[nodiscard]] static bool is_of_shape(const row_gradient<value_type>& gradient,
                                          const parameter_rows<value_type>& values) noexcept {
        return gradient.rows() == values.rows() && gradient.cols() == values.cols() &&
               gradient.is_packed() == values.is_packed() && gradient.count() == values.count();
    }

    // Throws an error that names the parameter that does not fit. *Precondition:* one does not.
    void refuse(Table& table, gradient_type& gradient) const {
        check_shapes(table);
        table.for_each_parameter(gradient, [&](const parameter<value_type>& p) {
            if (!is_of_shape(p.gradient, p.values))
                throw std::invalid_argument("pleach::optimizer: the gradient was made for another table than \"" +
                                            std::string(p.name) + "\"; make it with this table's make_gradient()");
        });
    }

    void check_shapes(const Table& table) const {
        std::size_t index = 0;
        table.for_each_parameter([&](const stored_parameter<value_type>& p) {
            if (!is_known(index, p.values))
                throw std::invalid_argument(
                    "pleach::optimizer: parameter \"" + std::string(p.name) + "\" is " + std::to_string(p.values.rows()) +
                    " x " + std::to_string(p.values.cols()) +
                    (p.values.is_packed() ? " with " + std::to_string(p.values.count()) + " values" : "") +
                    ", but had another shape when this optimizer was made; make a new optimizer for this table");
            ++index;
        });
    }

    static void move_row(const parameter<value_type>& p, slot& s, const arithmetic& a, std::size_t r, const value_type* g) {
        const std::span<value_type> w = p.values.row(r);
        if (p.values.is_packed()) {
            if (!w.empty()) s.state.step(a, has_row_state ? r : p.values.start(r), g, w);
            return;
        }
        if (p.support == nullptr) {
            s.state.step(a, r, g, w);
            return;
        }
        // The step sees dead entries as zeros, and their values are restored: under an overlay they belong to another table.
        detail::with_scratch<value_type>(w.size(), [&](std::span<value_type> before) {
            detail::copy_values(w, before);
            const std::uint64_t* words = p.support->row_words(r).data();
            mask_row(words, w.data(), w.size());
            s.state.step(a, r, g, w);
            restore_row(words, before.data(), w.data(), w.size());
            s.state.mask(r, words);
        });
    }

    static void replay(const parameter<value_type>& p, slot& s, std::size_t r, std::uint64_t until, arithmetic_cache& cache) {
        for (std::uint64_t t = s.last_step[r] + 1; t <= until; ++t) move_row(p, s, cache.at(t), r, nullptr);
        s.last_step[r] = until;
    }

    static value_type* masked_gradient(const parameter<value_type>& p, std::size_t r, std::span<value_type> g) {
        if (const bit_mask* mask = p.mask()) mask_row(mask->row_words(r).data(), g.data(), g.size());
        return g.data();
    }

    template <executor Executor>
    void step_parameter(const parameter<value_type>& p, slot& s, const Executor& exec) {
        const Rule& rule = rules_.of(p.role);
        const arithmetic now = rule.template at_step<value_type>(steps_);
        if (p.gradient.is_dense()) {
            const value_type* const live = p.values.is_packed() ? p.gradient.dense().data() : nullptr;
            for_each_chunk(exec, p.values.rows(), rows_per_task, [&](std::size_t first, std::size_t last) {
                // Packed rows follow each other: numbers for each value are stepped all at once.
                if (live != nullptr && !has_row_state && s.which != moving_rows::deferred) {
                    const std::size_t begin = p.values.start(first), end = p.values.start(last);
                    if (begin < end) s.state.step(now, begin, live + begin, {p.values.data() + begin, end - begin});
                    return;
                }
                arithmetic_cache cache(rule);
                for (std::size_t r = first; r < last; ++r)
                    step_one(p, s, now, r, masked_gradient(p, r, p.gradient.row(r)), cache);
            });
            return;
        }
        if (s.which == moving_rows::every) {
            for_each_chunk(exec, p.values.rows(), rows_per_task, [&](std::size_t first, std::size_t last) {
                for (std::size_t r = first; r < last; ++r) {
                    const bool is_touched = !p.gradient.find(r).empty();
                    move_row(p, s, now, r, is_touched ? masked_gradient(p, r, p.gradient.row(r)) : nullptr);
                }
            });
            return;
        }
        const std::span<const std::size_t> touched = p.gradient.touched();
        for_each_chunk(exec, touched.size(), rows_per_task, [&](std::size_t first, std::size_t last) {
            arithmetic_cache cache(rule);
            for (std::size_t i = first; i < last; ++i) {
                const std::size_t r = touched[i];
                step_one(p, s, now, r, masked_gradient(p, r, p.gradient.row(r)), cache);
            }
        });
    }

    void step_one(const parameter<value_type>& p, slot& s, const arithmetic& now, std::size_t r, const value_type* g,
                  arithmetic_cache& cache) {
        if (s.which == moving_rows::deferred) {
            replay(p, s, r, steps_ - 1, cache);
            s.last_step[r] = steps_;
        }
        move_row(p, s, now, r, g);
    }

    // A parameter of the current step.
    struct stepped {
        pleach::role role;
        parameter_rows<value_type> values;
        row_gradient<value_type>* gradient;
        const bit_mask* support;
    };

    per_role<Rule> rules_;
    std::vector<slot> slots_;
    std::vector<stepped> stepped_;  // reused from step to step
    std::uint64_t steps_ = 0;
    std::optional<gradient_type> unused_gradient_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
