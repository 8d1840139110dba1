// SPDX-License-Identifier: Apache-2.0
//
// The program of docs/howto/pytorch.md.

#include <pleach/frozen/any_rows.hpp>
#include <pleach/frozen/freeze.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/interop/torch.hpp>
#include <pleach/io/open.hpp>
#include <pleach/io/open_any.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/prune/rewind.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/dense_table.hpp>
#include <pleach/table/footprint.hpp>

#include <torch/nn/functional/loss.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>
#include <torch/optim/adam.h>

#include <cstdio>
#include <filesystem>

namespace {

constexpr std::int64_t features = 5000, per_sample = 8;

struct samples {
    torch::Tensor ids;     // n x per_sample; a few features are in most samples, most of them in few
    torch::Tensor clicks;  // n
};

samples draw(const torch::Tensor& taste, std::int64_t n) {
    auto ids = (torch::rand({n, per_sample}).pow(3) * features).to(torch::kLong);
    auto clicks = torch::bernoulli(torch::sigmoid(taste.index_select(0, ids.flatten()).view({n, per_sample}).sum(1)));
    return {ids, clicks};
}

}  // namespace

int main() {
    torch::manual_seed(1);
    const auto taste = torch::randn({features});
    const pleach::bag_mode mean = pleach::bag_mode::mean;

    // The table is ours, the rest of the model torch's.
    const pleach::dense_table<float> first(features, 16, pleach::normal{.deviation = 0.1}, pleach::random_stream(2024));
    pleach::torch_bag bag{pleach::masked(first), {.mode = mean}};
    torch::nn::Sequential top(torch::nn::Linear(16, 16), torch::nn::ReLU(), torch::nn::Linear(16, 1));

    const auto loss_of = [&](const auto& rows, const torch::Tensor& clicks) {
        return torch::binary_cross_entropy_with_logits(top->forward(rows).squeeze(1), clicks);
    };
    const auto train = [&](int steps) {
        torch::optim::Adam dense(top->parameters(), 0.01);
        pleach::optimizer sparse(bag.table(), pleach::adam{.learning_rate = 0.02});
        for (int step = 0; step < steps; ++step) {
            const auto [ids, clicks] = draw(taste, 512);
            dense.zero_grad();
            loss_of(bag(ids), clicks).backward();  // what the table gets is in bag.gradient()
            dense.step();
            bag.step(sparse);
        }
    };
    const auto held_out = draw(taste, 4096);
    const auto share = held_out.clicks.mean();
    const auto base = torch::binary_cross_entropy(share.expand_as(held_out.clicks), held_out.clicks).item<double>();
    const auto report = [&](const char* name, const torch::Tensor& rows) {
        const torch::NoGradGuard plain;
        std::printf("%s: the loss is %s\n", name, loss_of(rows, held_out.clicks).item<double>() < 0.9 * base ? "good" : "poor");
    };

    train(200);
    report("dense", bag(held_out.ids));
    pleach::prune(bag.change_table(), pleach::magnitude{.fraction = 0.9});
    pleach::rewind(bag.change_table(), first);
    report("rewound", bag(held_out.ids));
    train(200);
    report("a tenth of the values", bag(held_out.ids));

    const auto path = std::filesystem::temp_directory_path() / "pleach_pytorch.frozen";
    pleach::save(pleach::freeze<pleach::frozen::bitmap_records<>>(bag.table()), path);
    const pleach::frozen_torch_bag served(pleach::open_any(path), {.mode = mean});
    report("served", served(held_out.ids));
    std::printf("%s, %.0f %% of the values\n", served.table().kind().c_str(), 100 * pleach::density(bag.table()));
    std::filesystem::remove(path);
}
