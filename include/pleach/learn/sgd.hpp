// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Stochastic gradient descent: w -= learning_rate * (g + weight_decay * w).

#include <pleach/kernel/step_rows.hpp>
#include <pleach/learn/update_rule.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

struct sgd {
    double learning_rate = 1e-2;
    double weight_decay = 0;  ///< coupled: added to the gradient
    moving_rows which = moving_rows::by_role;
    static constexpr state_kind keeps = state_kind::per_value;

    /// *Throws* std::invalid_argument naming the first invalid hyper-parameter.
    void check() const { detail::check_rate_and_decay("sgd", learning_rate, weight_decay); }

    template <class T>
    [[nodiscard]] sgd_step<T> at_step(std::uint64_t) const noexcept {
        return {static_cast<T>(learning_rate), static_cast<T>(weight_decay)};
    }

    template <class T>
    class state {
    public:
        state(std::size_t, std::size_t) noexcept {}
        void step(const sgd_step<T>& s, std::size_t, const T* g, std::span<T> w) noexcept {
            step_row(s, g, w.size(), w.data());
        }
        void mask(std::size_t, const std::uint64_t*) noexcept {}
        template <class Visit>
        void for_each_array(Visit&&) const noexcept {}
    };
};

}  // namespace PLEACH_ABI
}  // namespace pleach
