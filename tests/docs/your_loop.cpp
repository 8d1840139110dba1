// SPDX-License-Identifier: Apache-2.0
#include <pleach/core/schedule.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/kernel/dot.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/clip.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/table/batch.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

// Matrix factorization by BPR: user u took item i; an item j drawn at random should score less.
int main() {
    constexpr std::uint32_t users = 40, items = 60;
    const pleach::random_stream seed(1);
    pleach::dense_table<float> table(users + items, 8, pleach::normal{}, seed.fork("table"));  // items behind users

    pleach::optimizer optimizer(table, pleach::adam{.learning_rate = 0.05, .which = pleach::moving_rows::deferred});
    auto gradient = table.make_gradient();
    pleach::matrix<float> rows(3, table.dim()), upstream(3, table.dim());

    const pleach::cosine_schedule rate{.initial = 0.05, .final = 0.005, .steps = 20};

    for (int epoch = 0; epoch < 20; ++epoch) {
        // Missed steps are of the rate that was, so rows catch up before it changes.
        optimizer.catch_up(table);
        auto rules = optimizer.rules();
        rules.weights.learning_rate = rate.at(static_cast<std::uint64_t>(epoch));
        optimizer.set_rules(rules);

        const pleach::random_stream draw = seed.fork("negatives").fork(static_cast<std::uint64_t>(epoch));
        double loss = 0;
        for (std::uint32_t u = 0; u < users; ++u)
            for (std::uint32_t i = u % 3; i < items; i += 3) {  // users like every third item, from u % 3 on
                const auto j = static_cast<std::uint32_t>(draw.below(items, u, i));
                if (j % 3 == u % 3) continue;

                const std::vector<std::uint32_t> ids{u, users + i, users + j};
                optimizer.catch_up(table, std::span(ids));
                pleach::gather(table, ids, rows.view());
                const auto user = rows.row(0), liked = rows.row(1), other = rows.row(2);
                const float x =
                    pleach::dot(user.data(), liked.data(), user.size()) - pleach::dot(user.data(), other.data(), user.size());
                loss += std::log1p(std::exp(-x));

                const float pull = 1 / (1 + std::exp(x));  // minus the derivative of the loss
                for (std::size_t c = 0; c < table.dim(); ++c) {
                    upstream.row(0)[c] = -pull * (liked[c] - other[c]);
                    upstream.row(1)[c] = -pull * user[c];
                    upstream.row(2)[c] = pull * user[c];
                }
                pleach::accumulate(table, ids, upstream.view(), gradient);
                pleach::clip_by_norm(table, gradient, 2);
                optimizer.step(table, gradient);
            }
        if (epoch == 0 || epoch == 19) std::printf("epoch %d: the loss is %s\n", epoch, loss > 10 ? "over 10" : "under 10");
    }
    optimizer.catch_up(table);  // before rows are read without a step: to evaluate, to copy, to save
}
