// SPDX-License-Identifier: Apache-2.0
#include <pleach/learn/optimizer.hpp>
#include <pleach/table/dense_table.hpp>

#include <cstdio>
#include <stdexcept>

// A first try: it has no state, which would be kept between steps.
struct first_try {
    double learning_rate = 0.1;
    pleach::moving_rows which = pleach::moving_rows::by_role;
    void check() const {}
};
static_assert(!pleach::update_rule<first_try, float>);

// Heavy ball: m <- momentum m + g, w <- w - learning_rate m. Polyak, 1964.
struct heavy_ball {
    double learning_rate = 0.1;
    double momentum = 0.9;
    pleach::moving_rows which = pleach::moving_rows::by_role;

    void check() const {
        if (!(learning_rate >= 0)) throw std::invalid_argument("heavy_ball: learning_rate must be at least 0");
        if (!(momentum >= 0 && momentum < 1)) throw std::invalid_argument("heavy_ball: momentum must be in [0, 1)");
    }

    // The constants of one step, in the table's type, computed once per step.
    template <class T>
    struct arithmetic {
        T rate;
        T momentum;
    };
    template <class T>
    arithmetic<T> at_step(std::uint64_t) const {
        return {static_cast<T>(learning_rate), static_cast<T>(momentum)};
    }

    // The state of one parameter.
    template <class T>
    class state {
    public:
        state(std::size_t rows, std::size_t cols) : momentum_(rows, cols) {}

        // One row; g is null where the gradient is zero.
        void step(const arithmetic<T>& a, std::size_t r, const T* g, std::span<T> w) {
            const std::span<T> m = momentum_.row(r);
            for (std::size_t c = 0; c < w.size(); ++c) {
                m[c] = a.momentum * m[c] + (g == nullptr ? T{0} : g[c]);
                w[c] -= a.rate * m[c];
            }
        }
        // Dead entries have no momentum.
        void mask(std::size_t r, const std::uint64_t* words) {
            pleach::mask_row(words, momentum_.row(r).data(), momentum_.cols());
        }

        template <class Visit>
        void for_each_array(Visit&& visit) {
            visit("momentum", momentum_.elements());  // so that checkpoints have it
        }

    private:
        pleach::matrix<T> momentum_;
    };
};
static_assert(pleach::update_rule<heavy_ball, float> && pleach::update_rule<heavy_ball, double>);

int main() {
    // f(w) = w^2 / 2 from 1: three steps by hand are 1, 0.9, 0.72, 0.486.
    pleach::dense_table<double> table(1, 1);
    table.row(0)[0] = 1;
    pleach::optimizer optimizer(table, heavy_ball{});
    auto gradient = table.make_gradient();
    for (int step = 0; step < 3; ++step) {
        table.accumulate(0, table.row(0), gradient);
        optimizer.step(table, gradient);
        std::printf("%.3f\n", table.row(0)[0]);
    }
}
