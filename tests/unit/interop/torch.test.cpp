// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/recipes.hpp>
#include <pleach/frozen/any_rows.hpp>
#include <pleach/frozen/erased_table.hpp>
#include <pleach/frozen/freeze.hpp>
#include <pleach/interop/detail/torch_bags.hpp>
#include <pleach/interop/torch.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/sgd.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/dense_table.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <torch/nn/modules/embedding.h>
#include <torch/nn/options/embedding.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace torch_test {

namespace {

using torch::Tensor;

Tensor ids_of(std::vector<std::int64_t> ids) { return torch::tensor(ids, torch::kLong); }

/// The rows of a table as a tensor.
template <class Table>
Tensor rows_of(const Table& table) {
    Tensor rows = torch::empty({static_cast<std::int64_t>(table.size()), static_cast<std::int64_t>(table.dim())});
    for (std::size_t r = 0; r < table.size(); ++r)
        table.lookup(static_cast<std::uint32_t>(r), std::span(rows.data_ptr<float>() + r * table.dim(), table.dim()));
    return rows;
}

/// torch's own bag over the same rows.
template <class Table>
torch::nn::EmbeddingBag own_bag(const Table& table, pleach::torch_bag_options how) {
    using options = torch::nn::EmbeddingBagOptions;
    auto chosen = options(static_cast<std::int64_t>(table.size()), static_cast<std::int64_t>(table.dim()))
                      .include_last_offset(how.include_last_offset);
    if (how.mode == pleach::bag_mode::sum)
        chosen.mode(torch::kSum);
    else
        chosen.mode(torch::kMean);
    torch::nn::EmbeddingBag bag(chosen);
    const torch::NoGradGuard plain;
    bag->weight.copy_(rows_of(table));
    return bag;
}

/// The gradient of a bag over a dense or masked table as a tensor.
template <class Bag>
Tensor gradient_of(Bag& bag) {
    Tensor all = torch::zeros_like(rows_of(bag.table()));
    for (std::int64_t r = 0; r < all.size(0); ++r) {
        const auto row = bag.gradient().find(static_cast<std::size_t>(r));
        std::ranges::copy(row, all.data_ptr<float>() + r * all.size(1));
    }
    return all;
}

/// Off by this much of the largest element at most.
bool is_near(const Tensor& a, const Tensor& b) {
    return a.sizes() == b.sizes() && (a - b).abs().max().item<float>() <= 1e-5F * (1 + b.abs().max().item<float>());
}

const Tensor some_ids = ids_of({3, 3, 11, 0, 29, 7, 3, 11, 12, 28});

}  // namespace

TEST_CASE("A bag over a table that trains gives torch's results and gradients") {
    const auto first = tests::normal_table<float>(30, 12);
    for (const auto mode : {pleach::bag_mode::sum, pleach::bag_mode::mean})
        for (const bool has_last : {false, true}) {
            const pleach::torch_bag_options how{.mode = mode, .include_last_offset = has_last};
            pleach::torch_bag bag{pleach::masked(first), how};
            auto own = own_bag(first, how);
            // The second bag is empty.
            const Tensor offsets = has_last ? ids_of({0, 4, 4, 9, 10}) : ids_of({0, 4, 4, 9});
            const Tensor weights_of_loss = torch::rand({4, 12});
            const Tensor mine = bag(some_ids, offsets), theirs = own->forward(some_ids, offsets);
            REQUIRE(is_near(mine, theirs));
            REQUIRE(mine.requires_grad());
            (mine.pow(2) * weights_of_loss).sum().backward();
            (theirs.pow(2) * weights_of_loss).sum().backward();
            REQUIRE(is_near(gradient_of(bag), own->weight.grad()));
            // Backward passes add up until a step.
            bag(some_ids, offsets).sum().backward();
            own->forward(some_ids, offsets).sum().backward();
            REQUIRE(is_near(gradient_of(bag), own->weight.grad()));

            pleach::optimizer optimizer(bag.table(), pleach::sgd{.learning_rate = 0.5});
            bag.step(optimizer);
            REQUIRE(is_near(rows_of(bag.table()), own->weight.detach() - 0.5 * own->weight.grad()));
            REQUIRE(bag.gradient().is_empty());
        }
}

TEST_CASE("Weights of ids, ids of two dimensions and ids of 32 bits are as torch has them") {
    const auto first = tests::normal_table<float>(30, 12);
    pleach::torch_bag bag(first);
    auto own = own_bag(first, {});
    const Tensor offsets = ids_of({0, 2, 7});
    Tensor mine = torch::rand({10}), theirs = mine.detach().clone();
    mine.requires_grad_();
    theirs.requires_grad_();
    const Tensor up = torch::rand({3, 12});
    const Tensor of_mine = bag(some_ids, offsets, mine), of_theirs = own->forward(some_ids, offsets, theirs);
    REQUIRE(is_near(of_mine, of_theirs));
    (of_mine * up).sum().backward();
    (of_theirs * up).sum().backward();
    REQUIRE(is_near(gradient_of(bag), own->weight.grad()));
    REQUIRE(is_near(mine.grad(), theirs.grad()));

    const Tensor square = some_ids.view({2, 5});
    REQUIRE(is_near(bag(square), own->forward(square)));
    REQUIRE(torch::equal(bag(square.to(torch::kInt)), bag(square)));
    // Not contiguous.
    REQUIRE(torch::equal(bag(square.t()), bag(square.t().contiguous())));
    REQUIRE(bag(torch::empty({0, 5}, torch::kLong)).sizes() == std::vector<std::int64_t>{0, 12});
    REQUIRE(bag(ids_of({}), ids_of({})).size(0) == 0);
}

TEST_CASE("Rows that are shared or dead train through a bag, with the same bits for any number of threads") {
    const auto parts = [] {
        return pleach::make_qr<float>({.entities = 40, .buckets = 13, .dim = 12}, pleach::normal{.deviation = 1},
                                      pleach::random_stream(3));
    };
    pleach::torch_bag bag(parts());
    auto gradient = bag.table().make_gradient();
    const Tensor offsets = ids_of({0, 4, 9}), out = bag(some_ids, offsets);
    const Tensor one_thread = [&] {
        const int threads = torch::get_num_threads();
        torch::set_num_threads(1);
        Tensor result = bag(some_ids, offsets);
        torch::set_num_threads(threads);
        return result;
    }();
    REQUIRE(torch::equal(out, one_thread));
    out.sum().backward();
    const std::vector<float> ones(120, 1.0F);
    const std::span<const std::int64_t> ids(some_ids.data_ptr<std::int64_t>(), 10);
    pleach::accumulate(bag.table(), ids, pleach::matrix_view<const float>(ones.data(), 10, 12), gradient);
    pleach::optimizer one(bag.table(), pleach::sgd{.learning_rate = 1});
    auto other = parts();
    pleach::optimizer two(other, pleach::sgd{.learning_rate = 1});
    bag.step(one);
    two.step(other, gradient);
    REQUIRE(torch::equal(rows_of(bag.table()), rows_of(other)));

    pleach::torch_bag pruned(pleach::masked(tests::normal_table<float>(30, 12)));
    pleach::prune(pruned.change_table(), pleach::magnitude{.fraction = 0.9});
    pleach::optimizer sparse(pruned.table(), pleach::sgd{.learning_rate = 0.5});
    const Tensor before = rows_of(pruned.table());
    pruned(some_ids, offsets).pow(2).sum().backward();
    pruned.step(sparse);
    const Tensor after = rows_of(pruned.table());
    REQUIRE_FALSE(torch::equal(before, after));
    REQUIRE(((before == 0) & (after != 0)).sum().item<std::int64_t>() == 0);
}

TEST_CASE("A graph keeps the table of its bag alive, and copies share it") {
    const auto first = tests::normal_table<float>(30, 12);
    std::optional<pleach::torch_bag<pleach::dense_table<float>>> bag(std::in_place, first);
    auto copy = *bag;
    const Tensor out = (*bag)(some_ids.view({2, 5}));
    bag.reset();
    out.sum().backward();
    REQUIRE(copy.gradient().find(3)[0] == 3);
    Tensor lonely;
    {
        const pleach::torch_bag gone(first);
        lonely = gone(some_ids.view({2, 5}));
    }
    lonely.sum().backward();
    {
        const torch::NoGradGuard plain;
        REQUIRE_FALSE(copy(some_ids.view({2, 5})).requires_grad());
    }
}

TEST_CASE("What autograd cannot do with a table is refused") {
    pleach::torch_bag bag(tests::normal_table<float>(30, 12));
    const Tensor out = bag(some_ids.view({2, 5}));
    REQUIRE_THROWS_WITH_SENTENCE(
        out.pow(2).sum().backward({}, true, true), std::logic_error,
        "(create_graph), but the gradient of a table is not part of autograd; call backward() without it");
    REQUIRE(bag.gradient().is_empty());
    pleach::optimizer optimizer(bag.table(), pleach::sgd{.learning_rate = 0.5});
    const Tensor late = bag(some_ids.view({2, 5}));
    bag.step(optimizer);
    REQUIRE_THROWS_WITH_SENTENCE(late.sum().backward(), std::logic_error,
                                 "the table has changed since the forward pass; call backward() before the optimizer's step");
}

TEST_CASE("Bags refuse what does not fit with a sentence") {
    const pleach::torch_bag bag(tests::normal_table<float>(30, 12));
    const pleach::frozen_torch_bag mean(tests::normal_table<float>(30, 12),
                                        {.mode = pleach::bag_mode::mean, .include_last_offset = true});
    const auto refuses = [&](const Tensor& ids, const Tensor& offsets, const Tensor& weights, const char* why) {
        REQUIRE_THROWS_WITH_SENTENCE(bag(ids, offsets, weights), std::invalid_argument, why);
    };
    REQUIRE_THROWS_WITH_SENTENCE(bag(ids_of({3, 30}), ids_of({0})), std::out_of_range,
                                 "pleach::torch_bag: id 30 at position 1 is not in the table, whose ids are 0 to 30 - 1");
    REQUIRE_THROWS_WITH_SENTENCE(mean(ids_of({-1}), ids_of({0, 1})), std::out_of_range, "id -1 at position 0");
    REQUIRE_THROWS_WITH_SENTENCE(bag(ids_of({(std::int64_t{1} << 32) + 3}), ids_of({0})), std::out_of_range, "id 4294967299");
    refuses({}, {}, {}, "ids must have one dimension, and offsets, or two, a bag per row");
    refuses(some_ids, {}, {}, "ids of one dimension need offsets");
    refuses(some_ids.view({2, 5}), ids_of({0}), {}, "ids of two dimensions are a bag per row; leave out the offsets");
    refuses(torch::rand({3}), ids_of({0}), {}, "ids are of type Float; give int64 or int32");
    refuses(some_ids, torch::zeros({1}), {}, "offsets are of type Float");
    refuses(some_ids, ids_of({0, -2}), {}, "an offset is -2, but offsets are positions, 0 or more");
    refuses(some_ids, ids_of({0, 5, 4}), {}, "offset 2 is 4, less than the one before, 5");
    refuses(some_ids, ids_of({1, 5}), {}, "offsets must begin with 0 and end with the number of ids, 10");
    refuses(some_ids, ids_of({}), {}, "there are ids, but no offsets");
    refuses(some_ids, ids_of({0, 11}), {}, "less than the one before, 11");
    refuses(some_ids, ids_of({0}), torch::rand({9}), "weights must have the shape of the ids");
    refuses(some_ids, ids_of({0}), torch::rand({10}, torch::kDouble), "and the type of the table's values, Float");
    REQUIRE_THROWS_WITH_SENTENCE(mean(some_ids, ids_of({0, 10}), torch::rand({10})), std::invalid_argument,
                                 "weights belong to the mode sum");
    REQUIRE_THROWS_WITH_SENTENCE(mean(some_ids, ids_of({0, 4})), std::invalid_argument, "end with the number of ids, 10");
}

TEST_CASE("A frozen bag, with a type or without, pools as the table that was frozen does") {
    pleach::masked table(tests::normal_table<float>(30, 12));
    pleach::prune(table, pleach::magnitude{.fraction = 0.8});
    using bitmap = pleach::frozen::bitmap_rows<>;
    const auto rows =
        pleach::frozen::view<bitmap>(std::make_shared<const pleach::frozen::image>(pleach::freeze<bitmap>(table)));
    for (const auto mode : {pleach::bag_mode::sum, pleach::bag_mode::mean}) {
        const pleach::torch_bag_options how{.mode = mode};
        auto own = own_bag(table, how);
        const pleach::frozen_torch_bag typed(rows, how);
        const pleach::frozen_torch_bag any(pleach::any_frozen_table(rows, "bitmap_rows"), how);
        const Tensor offsets = ids_of({0, 4, 4, 9});
        REQUIRE(is_near(typed(some_ids, offsets), own->forward(some_ids, offsets)));
        REQUIRE(torch::equal(any(some_ids, offsets), typed(some_ids, offsets)));
        REQUIRE_FALSE(any(some_ids, offsets).requires_grad());
        if (mode == pleach::bag_mode::mean) continue;
        const Tensor weights = torch::rand({10});
        REQUIRE(is_near(any(some_ids, offsets, weights), own->forward(some_ids, offsets, weights)));
    }
}

}  // namespace torch_test
