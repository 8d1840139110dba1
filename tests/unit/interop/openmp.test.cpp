// SPDX-License-Identifier: Apache-2.0

#include <pleach/init/normal.hpp>
#include <pleach/init/uniform.hpp>
#include <pleach/init/xavier.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/bags.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <atomic>
#include <stdexcept>

namespace openmp_test {

using pleach::openmp;

namespace {

constexpr std::size_t size = 5000, dim = 17;
constexpr int teams[] = {1, 2, 7};
using masked = pleach::masked<pleach::dense_table<float>>;

std::vector<std::uint32_t> batch_of(std::uint64_t number, std::size_t count) {
    std::vector<std::uint32_t> ids(count);
    for (std::size_t j = 0; j < count; ++j) ids[j] = static_cast<std::uint32_t>(pleach::random_stream(number).below(size, j));
    return ids;
}

// Trains a while: sparse batches, then one dense gradient, then all rows caught up.
masked trained(pleach::moving_rows which, int threads) {
    const openmp exec{threads};
    masked table(tests::normal_table<float>(size, dim), tests::random_mask(size, dim, 0.7));
    pleach::optimizer optimizer(table, pleach::adam{.weight_decay = 0.01, .which = which});
    auto gradient = table.make_gradient();
    for (std::uint64_t step = 1; step <= 6; ++step) {
        const auto ids = batch_of(step, 2300);
        const auto upstream = tests::normal_table<float>(ids.size(), dim, step);
        pleach::accumulate(table, std::span<const std::uint32_t>(ids), upstream.rows(), gradient);
        if (step == 4) pleach::accumulate_all(table, tests::normal_table<float>(size, dim, 99).rows(), gradient, exec);
        optimizer.step(table, gradient, exec);
    }
    optimizer.catch_up(table, exec);
    return table;
}

}  // namespace

TEST_CASE("every task runs exactly once for any number of threads") {
    const int threads = GENERATE(0, 1, 2, 7);
    std::vector<std::atomic<int>> runs(1000);
    openmp{threads}(runs.size(), [&](std::size_t i) { ++runs[i]; });
    REQUIRE(std::ranges::all_of(runs, [](const auto& n) { return n == 1; }));
    openmp{threads}(0, [&](std::size_t) { FAIL("there was no task"); });
}

TEST_CASE("the exception of the lowest task comes through") {
    const int threads = GENERATE(1, 2, 7);
    std::string thrown;
    try {
        openmp{threads}(100, [](std::size_t i) {
            if (i % 10 == 3) throw std::runtime_error(std::to_string(i));
        });
    } catch (const std::runtime_error& e) {
        thrown = e.what();
    }
    REQUIRE(thrown == "3");
}

TEST_CASE("training gives the same bits for any number of threads") {
    const pleach::moving_rows which =
        GENERATE(pleach::moving_rows::touched, pleach::moving_rows::every, pleach::moving_rows::deferred);
    const masked alone = trained(which, 1);
    for (const int threads : teams) REQUIRE(tests::same_bits(alone.base().rows().row(0), trained(which, threads).row(0)));
    for (const int threads : teams) REQUIRE(alone == trained(which, threads));
}

TEST_CASE("batches give the same bits for any number of threads") {
    const auto table = tests::normal_table<float>(size, dim);
    const auto ids = batch_of(1, 6000);
    std::vector<std::size_t> offsets{0};
    while (offsets.back() < ids.size()) offsets.push_back(std::min(ids.size(), offsets.back() + offsets.size() % 9));
    const auto run = [&](const auto& exec) {
        std::vector<pleach::matrix<float>> out{{ids.size(), dim}, {size, dim}, {offsets.size() - 1, dim}};
        pleach::gather(table, std::span<const std::uint32_t>(ids), out[0].view(), {.exec = exec});
        pleach::gather_all(table, out[1].view(), exec);
        pleach::gather_sum(table, std::span<const std::uint32_t>(ids), offsets, out[2].view(), {.exec = exec});
        return out;
    };
    const auto alone = run(pleach::sequential{});
    for (const int threads : teams) REQUIRE(run(openmp{threads}) == alone);
}

TEST_CASE("initial fills give the same bits for any number of threads") {
    const auto fill = [&](const auto& init, const auto& exec) {
        pleach::matrix<float> out(10000, 5);
        init.fill(out.view(), pleach::random_stream(3), exec);
        return out;
    };
    for (const int threads : teams) {
        REQUIRE(fill(pleach::uniform{}, openmp{threads}) == fill(pleach::uniform{}, pleach::sequential{}));
        REQUIRE(fill(pleach::normal{}, openmp{threads}) == fill(pleach::normal{}, pleach::sequential{}));
        REQUIRE(fill(pleach::xavier_normal{}, openmp{threads}) == fill(pleach::xavier_normal{}, pleach::sequential{}));
    }
}

}  // namespace openmp_test
