// SPDX-License-Identifier: Apache-2.0
#include "other.hpp"

#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/sgd.hpp>

#include <vector>

void train(pleach::masked<pleach::dense_table<float>>& table) {
    pleach::optimizer step(table, pleach::sgd{.learning_rate = 0.1});
    auto gradient = table.make_gradient();
    const std::vector<float> ones(table.dim(), 1.0f);
    for (std::uint32_t id = 0; id < table.size(); ++id) table.accumulate(id, ones, gradient);
    step.step(table, gradient);
}
