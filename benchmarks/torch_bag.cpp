// SPDX-License-Identifier: Apache-2.0
//
// Bags in PyTorch, `--rows N` (a million) x 64, 20 ids per bag, 1 thread: an EmbeddingBag over a frozen table of a tenth of the
// values compared with torch's over the same rows, dense; and a training step of a dense table (forward, backward, Adagrad)
// compared with torch's sparse gradients.

#include "contest.hpp"

#include <pleach/core/random_stream.hpp>
#include <pleach/frozen/any_rows.hpp>
#include <pleach/frozen/erased_table.hpp>
#include <pleach/frozen/freeze.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/interop/torch.hpp>
#include <pleach/learn/adagrad.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/table/dense_table.hpp>

#include <torch/nn/modules/embedding.h>
#include <torch/optim/adagrad.h>

#include <memory>
#include <string_view>

namespace {

using namespace benchmarks;
constexpr std::size_t dim = 64, bag = 20;

struct sizes {
    std::size_t rows = 1'000'000;
    std::size_t bags = 8192;         ///< per call
    std::size_t calls = 16;          ///< per pass, each of other ids, so that rows of the last pass have left the cache
    std::size_t trained_bags = 512;  ///< per step
};

torch::Tensor some_ids(std::size_t rows, std::size_t bags, const char* name) {
    const pleach::random_stream stream = pleach::random_stream(7).fork(name);
    torch::Tensor ids = torch::empty({static_cast<std::int64_t>(bags), static_cast<std::int64_t>(bag)}, torch::kLong);
    for (std::size_t i = 0; i < bags * bag; ++i)
        ids.data_ptr<std::int64_t>()[i] = static_cast<std::int64_t>(stream.below(i, rows));
    return ids;
}

template <class Format>
pleach::frozen_torch_bag<> frozen_bag(const pleach::dense_table<float>& rows) {
    auto image = std::make_shared<const pleach::frozen::image>(pleach::freeze<Format>(rows));
    return pleach::frozen_torch_bag<>(pleach::any_frozen_table(pleach::frozen::view<Format>(std::move(image)), Format::kind()));
}

void serve(const arguments& given, const sizes& sized) {
    pleach::dense_table<float> rows(sized.rows, dim, pleach::normal{.deviation = 0.1}, pleach::random_stream(1));
    const pleach::random_stream live = pleach::random_stream(1).fork("live");
    for (std::size_t r = 0; r < sized.rows; ++r)
        for (std::size_t c = 0; c < dim; ++c)
            if (live.uniform(r, c) >= 0.1) rows.row(static_cast<std::uint32_t>(r))[c] = 0;
    const auto floats = frozen_bag<pleach::frozen::bitmap_records<pleach::value_code::f32>>(rows);
    const auto halves = frozen_bag<pleach::frozen::bitmap_records<pleach::value_code::f16>>(rows);
    const auto weight =
        torch::from_blob(rows.row(0).data(), {static_cast<std::int64_t>(sized.rows), static_cast<std::int64_t>(dim)},
                         {static_cast<std::int64_t>(rows.rows().stride()), 1});
    std::vector<torch::Tensor> ids;
    for (std::size_t call = 0; call < sized.calls; ++call)
        ids.push_back(some_ids(sized.rows, sized.bags, ("serve" + std::to_string(call)).c_str()).flatten());
    const torch::Tensor offsets = torch::arange(0, ids.front().numel(), static_cast<std::int64_t>(bag));
    const torch::NoGradGuard plain;
    contest all(given, "bags of " + std::to_string(bag) + " from " + std::to_string(sized.rows) + " x " + std::to_string(dim),
                "ns per row", 1e9 / static_cast<double>(sized.calls * sized.bags * bag));
    const auto add = [&](const char* name, auto pool) {
        return all.add(name, [&ids, pool] {
            for (const torch::Tensor& some : ids) keep(pool(some));
        });
    };
    const std::size_t own = add("torch::embedding_bag, dense",
                                [&](const auto& some) { return std::get<0>(torch::embedding_bag(weight, some, offsets)); });
    const std::size_t mine =
        add("frozen_torch_bag, a tenth, bitmap_records<f32>", [&](const auto& some) { return floats(some, offsets); });
    add("frozen_torch_bag, a tenth, bitmap_records<f16>", [&](const auto& some) { return halves(some, offsets); });
    all.run();
    all.judge("torch over frozen", all.ratio(own, mine), contest::aim::at_least, 1.5);
}

void train(const arguments& given, const sizes& sized) {
    const double rate = 0.01;
    pleach::torch_bag mine(
        pleach::dense_table<float>(sized.rows, dim, pleach::normal{.deviation = 0.1}, pleach::random_stream(1)));
    pleach::optimizer optimizer(mine.table(), pleach::adagrad{.learning_rate = rate});
    torch::nn::EmbeddingBag own(
        torch::nn::EmbeddingBagOptions(static_cast<std::int64_t>(sized.rows), static_cast<std::int64_t>(dim))
            .mode(torch::kSum)
            .sparse(true));
    torch::optim::Adagrad of_torch(own->parameters(), torch::optim::AdagradOptions(rate));
    const torch::Tensor ids = some_ids(sized.rows, sized.trained_bags, "train");
    const torch::Tensor upstream = torch::rand({ids.size(0), static_cast<std::int64_t>(dim)});
    contest all(given, "a training step of " + std::to_string(sized.trained_bags) + " such bags, Adagrad", "ns per row",
                1e9 / static_cast<double>(ids.numel()));
    const std::size_t reference = all.add("torch::nn::EmbeddingBag, sparse gradients", [&] {
        own->forward(ids).backward(upstream);
        of_torch.step();
        of_torch.zero_grad();
    });
    const std::size_t ours = all.add("torch_bag", [&] {
        mine(ids).backward(upstream);
        mine.step(optimizer);
    });
    all.run();
    all.judge("torch_bag over torch", all.ratio(ours, reference), contest::aim::at_most, 1.0);
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<const char*> others;
    sizes sized;
    bool has_rows = false;
    for (int i = 0; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--rows" && i + 1 < argc) {
            sized.rows = static_cast<std::size_t>((std::max)(1, std::atoi(argv[++i])));
            has_rows = true;
        } else {
            others.push_back(argv[i]);
        }
    }
    const arguments given(static_cast<int>(others.size()), others.data());
    if (given.is_smoke) sized = {has_rows ? sized.rows : 2'000, 64, 2, 16};
    torch::set_num_threads(1);
    serve(given, sized);
    train(given, sized);
}
