// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An update rule is an aggregate of hyper-parameters with a nested `state<T>`, its state for one parameter. Rules do not
/// know tables; optimizer.hpp binds one rule per role to a table's parameters.

#include <pleach/core/matrix.hpp>
#include <pleach/table/parameter.hpp>

#include <concepts>
#include <cstdint>

namespace pleach {
inline namespace PLEACH_ABI {

/// Which rows a step moves. This changes the method, not only its speed: decay and momentum act only on rows that move.
enum class moving_rows : std::uint8_t {
    by_role,   ///< `touched` for weights; `every` for thresholds and gates, which decay is meant to move
    touched,   ///< rows with a gradient
    every,     ///< all rows; those without a gradient as if it were zero (dense semantics)
    deferred,  ///< as `every`, but a row without a gradient is moved only by catch_up or its next gradient: the same bits, and
               ///< a batch costs only the steps that its own rows missed
};

/// What the state of a rule consists of: nothing or numbers for each value, or for each row.
enum class state_kind : std::uint8_t { per_value, per_row };

namespace detail {
struct any_array_visitor {
    void operator()(std::string_view, auto&&) const {}
};
}  // namespace detail

/// An update rule for parameters of value type V.
/// - `state<V>(rows, cols)` starts at zero; `for_each_array(visit)` enumerates its arrays, for checkpoints.
/// - `at_step(t)` returns the arithmetic of step t (from 1); `state.step(arithmetic, r, g, w)` applies it to row r, where a
///   null g is a zero gradient; `state.mask(r, words)` clears the state of dead entries.
/// - optional: `static constexpr state_kind keeps` in the rule, which lets it train packed tables (parameter_rows.hpp). A rule
///   that keeps numbers for each value is then given all of them as state<V>(values, 1), and as r the number of a row's first
///   value: its matrices must be unpadded, and w.size() the number of values to step, of one row or of several.
template <class T, class V>
concept update_rule =
    requires(const T& rule, typename T::template state<V>& state, std::span<V> w, const V* g, const std::uint64_t* words) {
        { rule.which } -> std::convertible_to<moving_rows>;
        rule.check();
        requires std::constructible_from<typename T::template state<V>, std::size_t, std::size_t>;
        state.step(rule.template at_step<V>(std::uint64_t{1}), std::size_t{0}, g, w);
        state.mask(std::size_t{0}, words);
        state.for_each_array(detail::any_array_visitor{});
    };

/// The rule can step packed rows.
template <class T>
concept steps_packed_rows = requires {
    { T::keeps } -> std::convertible_to<state_kind>;
};

/// One rule for each role of a table's parameters.
template <class Rule>
struct per_role {
    Rule weights{};
    Rule thresholds{};
    Rule gates{};

    [[nodiscard]] const Rule& of(role kind) const noexcept {
        return kind == role::weights ? weights : kind == role::thresholds ? thresholds : gates;
    }
};

namespace detail {

[[nodiscard]] constexpr moving_rows resolved(moving_rows which, role kind) noexcept {
    if (which != moving_rows::by_role) return which;
    return kind == role::weights ? moving_rows::touched : moving_rows::every;
}

inline void check_hyper_parameter(bool good, std::string_view rule, std::string_view name, double value,
                                  std::string_view needed) {
    if (!good)
        throw std::invalid_argument("pleach::" + std::string(rule) + ": " + std::string(name) + " is " + std::to_string(value) +
                                    ", but must be " + std::string(needed));
}

inline void check_rate_and_decay(std::string_view rule, double learning_rate, double weight_decay) {
    check_hyper_parameter(learning_rate >= 0 && learning_rate < 1e30, rule, "learning_rate", learning_rate,
                          "finite and at least 0");
    check_hyper_parameter(weight_decay >= 0 && weight_decay < 1e30, rule, "weight_decay", weight_decay,
                          "finite and at least 0");
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
