// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Adam with bias correction and both kinds of weight decay, which are different methods:
///
///     g <- g + weight_decay * w                             (coupled: as in the code of the sparse-embedding papers)
///     m <- beta1 m + (1 - beta1) g;   v <- beta2 v + (1 - beta2) g^2
///     w <- (1 - learning_rate * decoupled_weight_decay) w
///          - learning_rate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
///
/// Dense Adam moves every row in every step, because momentum continues without a gradient: `moving_rows::every`.
/// `moving_rows::deferred` gives the same bits by replaying missed steps when a row is next needed. `moving_rows::touched` is
/// "sparse Adam", a different method.
/// Source: Kingma and Ba, ICLR 2015; Loshchilov and Hutter, ICLR 2019.

#include <pleach/kernel/mask_rows.hpp>
#include <pleach/kernel/step_rows.hpp>
#include <pleach/learn/update_rule.hpp>

#include <cmath>

namespace pleach {
inline namespace PLEACH_ABI {

struct adam {
    double learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0;            ///< coupled: added to the gradient
    double decoupled_weight_decay = 0;  ///< shrinks the weights directly, scaled by the learning rate
    moving_rows which = moving_rows::by_role;
    static constexpr state_kind keeps = state_kind::per_value;

    /// *Throws* std::invalid_argument naming the first invalid hyper-parameter.
    void check() const {
        detail::check_rate_and_decay("adam", learning_rate, weight_decay);
        detail::check_hyper_parameter(beta1 >= 0 && beta1 < 1, "adam", "beta1", beta1, "in [0, 1)");
        detail::check_hyper_parameter(beta2 >= 0 && beta2 < 1, "adam", "beta2", beta2, "in [0, 1)");
        detail::check_hyper_parameter(epsilon > 0, "adam", "epsilon", epsilon, "above 0");
        detail::check_hyper_parameter(decoupled_weight_decay >= 0 && decoupled_weight_decay < 1e30, "adam",
                                      "decoupled_weight_decay", decoupled_weight_decay, "finite and at least 0");
    }

    /// *Complexity:* two powers; optimizers compute it once per step, not once per row. Subnormal moments are cleared in every 16th
    /// step only: in each one it would cost a sixth of the step, and a moment fades through that range for longer than 16 steps.
    template <class T>
    [[nodiscard]] adam_step<T> at_step(std::uint64_t t) const noexcept {
        const double correction1 = 1 - std::pow(beta1, static_cast<double>(t));
        const double correction2 = 1 - std::pow(beta2, static_cast<double>(t));
        return {.rate = static_cast<T>(learning_rate / correction1),
                .coupled = static_cast<T>(weight_decay),
                .shrink = static_cast<T>(1 - learning_rate * decoupled_weight_decay),
                .beta1 = static_cast<T>(beta1),
                .one_minus_beta1 = static_cast<T>(1 - beta1),
                .beta2 = static_cast<T>(beta2),
                .one_minus_beta2 = static_cast<T>(1 - beta2),
                .inverse_root = static_cast<T>(1 / std::sqrt(correction2)),
                .epsilon = static_cast<T>(epsilon),
                .clears_subnormals = t % 16 == 0};
    }

    template <class T>
    class state {
    public:
        state(std::size_t rows, std::size_t cols) : first_(rows, cols), second_(rows, cols) {}
        void step(const adam_step<T>& s, std::size_t r, const T* g, std::span<T> w) noexcept {
            step_row(s, g, w.size(), w.data(), first_.row(r).data(), second_.row(r).data());
            if (!s.clears_subnormals) return;
            clear_subnormals(w.size(), first_.row(r).data());
            clear_subnormals(w.size(), second_.row(r).data());
        }
        void mask(std::size_t r, const std::uint64_t* words) noexcept {
            mask_row(words, first_.row(r).data(), first_.cols());
            mask_row(words, second_.row(r).data(), second_.cols());
        }
        template <class Visit>
        void for_each_array(Visit&& visit) {
            visit("first_moments", first_.elements());
            visit("second_moments", second_.elements());
        }

    private:
        matrix<T> first_;
        matrix<T> second_;
    };
};

}  // namespace PLEACH_ABI
}  // namespace pleach
