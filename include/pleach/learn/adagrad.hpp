// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Adagrad, with one sum of squares per element or one per row. The state of the row-wise form is one number per row instead
/// of dim.
///
///     a += g^2;              w -= learning_rate * g / (sqrt(a) + epsilon)      (element)
///     a += mean over the row of g^2;   the same step with one a for the row    (row)
///
/// Source: Duchi, Hazan, Singer, JMLR 2011; the row-wise form is that of large recommenders (Naumov et al., "Deep Learning
/// Recommendation Model", 2019).

#include <pleach/kernel/dot.hpp>
#include <pleach/kernel/mask_rows.hpp>
#include <pleach/kernel/step_rows.hpp>
#include <pleach/learn/update_rule.hpp>

#include <cmath>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {
template <class T>
[[nodiscard]] adagrad_step<T> adagrad_arithmetic(double learning_rate, double weight_decay, double epsilon) noexcept {
    return {static_cast<T>(learning_rate), static_cast<T>(weight_decay), static_cast<T>(epsilon)};
}
}  // namespace detail

struct adagrad {
    double learning_rate = 1e-2;
    double weight_decay = 0;  ///< coupled: added to the gradient
    double epsilon = 1e-10;
    moving_rows which = moving_rows::by_role;
    static constexpr state_kind keeps = state_kind::per_value;

    /// *Throws* std::invalid_argument naming the first invalid hyper-parameter.
    void check() const {
        detail::check_rate_and_decay("adagrad", learning_rate, weight_decay);
        detail::check_hyper_parameter(epsilon > 0, "adagrad", "epsilon", epsilon, "above 0");
    }

    template <class T>
    [[nodiscard]] adagrad_step<T> at_step(std::uint64_t) const noexcept {
        return detail::adagrad_arithmetic<T>(learning_rate, weight_decay, epsilon);
    }

    template <class T>
    class state {
    public:
        state(std::size_t rows, std::size_t cols) : squares_(rows, cols) {}
        void step(const adagrad_step<T>& s, std::size_t r, const T* g, std::span<T> w) noexcept {
            step_row(s, g, w.size(), w.data(), squares_.row(r).data());
        }
        void mask(std::size_t r, const std::uint64_t* words) noexcept {
            mask_row(words, squares_.row(r).data(), squares_.cols());
        }
        template <class Visit>
        void for_each_array(Visit&& visit) {
            visit("squares", squares_.elements());
        }

    private:
        matrix<T> squares_;
    };
};

struct row_wise_adagrad {
    double learning_rate = 1e-2;
    double weight_decay = 0;  ///< coupled: added to the gradient
    double epsilon = 1e-10;
    moving_rows which = moving_rows::by_role;
    static constexpr state_kind keeps = state_kind::per_row;

    /// *Throws* std::invalid_argument naming the first invalid hyper-parameter.
    void check() const { adagrad{learning_rate, weight_decay, epsilon, which}.check(); }

    template <class T>
    [[nodiscard]] adagrad_step<T> at_step(std::uint64_t) const noexcept {
        return detail::adagrad_arithmetic<T>(learning_rate, weight_decay, epsilon);
    }

    template <class T>
    class state {
    public:
        state(std::size_t rows, std::size_t cols) : squares_(rows, 1), cols_(cols) {}
        void step(const adagrad_step<T>& s, std::size_t r, const T* g, std::span<T> w) noexcept {
            T& sum = squares_.row(r)[0];
            T square{0};
            for (std::size_t c = 0; c < w.size(); ++c) {
                const T gradient = (g == nullptr ? T{0} : g[c]) + s.coupled * w[c];
                square += gradient * gradient;
            }
            sum += square / static_cast<T>(cols_);
            const T rate = s.rate / (std::sqrt(sum) + s.epsilon);
            step_row(sgd_step<T>{rate, s.coupled}, g, w.size(), w.data());
        }
        void mask(std::size_t, const std::uint64_t*) noexcept {}
        template <class Visit>
        void for_each_array(Visit&& visit) {
            visit("squares", squares_.elements());
        }

    private:
        matrix<T> squares_;
        std::size_t cols_;  // of the row, of which w may hold only the live values
    };
};

}  // namespace PLEACH_ABI
}  // namespace pleach
