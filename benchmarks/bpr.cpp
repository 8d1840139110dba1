// SPDX-License-Identifier: Apache-2.0
//
// Matrix factorization with BPR: a step after each sample, as the trainer does it and as a simple loop, compared with
// mini-batches and Adam. One core.

#include "pairs.hpp"

#include "support/model/sgd_trainer.hpp"

#include <pleach/init/normal.hpp>

namespace {

using namespace benchmarks;
using table_type = pleach::dense_table<float>;
constexpr std::size_t dim = 64;

table_type first_rows(const support::interactions& data) {
    return table_type(data.users + data.items, dim, pleach::normal{.deviation = 0.1}, pleach::random_stream(1));
}

// The simple loop: the same step over the same pairs, with each negative drawn and checked when it is needed, and no
// prefetching.
void step_as_it_goes(const support::interactions& data, const support::bpr_sgd& order, table_type& table, std::size_t count) {
    const pleach::random_stream stream(3);
    for (std::size_t place = 0; place < count; ++place) {
        const auto [user, item] = order.pair(place);
        std::uint32_t other = 0;
        std::uint64_t attempt = 0;
        do other = static_cast<std::uint32_t>(stream.below(data.items, place, attempt));
        while (data.train.contains(user, other) && ++attempt < 64);
        const auto row = [&](std::size_t n) { return table.row(static_cast<std::uint32_t>(n)).data(); };
        support::bpr_step(row(user), row(data.users + item), row(data.users + other), dim, 0.05F, 0.005F);
    }
}

// Reads and writes three random rows per sample; pairs and negatives are known in advance.
void touch_rows(const support::interactions& data, const support::bpr_sgd& order, const std::vector<std::uint32_t>& negatives,
                table_type& table, std::size_t count) {
    const auto row = [&](std::size_t n) { return table.row(static_cast<std::uint32_t>(n)).data(); };
    const auto rows_of = [&](std::size_t place) {
        const auto [user, item] = order.pair(place);
        return std::array<float*, 3>{row(user), row(data.users + item), row(data.users + negatives[place])};
    };
    constexpr std::size_t ahead = 8;
    for (std::size_t place = 0; place < count; ++place) {
        if (place + ahead < count)
            for (const float* x : rows_of(place + ahead))
                for (std::size_t c = 0; c < dim; c += 16) __builtin_prefetch(x + c, 1);
        for (float* x : rows_of(place))
            for (std::size_t c = 0; c < dim; ++c) x[c] *= 0.999F;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const arguments given(argc, argv);
    const support::interactions data = pairs_of(given);
    const pleach::openmp one_core{1};
    const support::training_options options{.learning_rate = 0.05, .decay = 0.005};
    support::factorization_encoder encoder;
    support::sgd_trainer<table_type> sgd(data, first_rows(data), encoder, options, pleach::random_stream(1), one_core);
    support::trainer<table_type, support::factorization_encoder> batches(data, first_rows(data), encoder, {},
                                                                         pleach::random_stream(1), one_core);
    const support::bpr_sgd order(data.train, data.items, {}, pleach::random_stream(2));
    table_type plain = first_rows(data), touched = first_rows(data);
    std::vector<std::uint32_t> negatives;
    for (std::size_t place = 0; place < data.train.size(); ++place) negatives.push_back(order.negative(place).value_or(0));

    const std::size_t samples = data.train.size();
    contest all(given,
                "BPR, " + std::to_string(dim) + " columns, one epoch of " + std::to_string(samples) + " samples, 1 thread",
                "ns per sample", 1e9 / static_cast<double>(samples));
    all.add(
        "limit: same rows read and written, prefetched 8 ahead", [&] { touch_rows(data, order, negatives, touched, samples); },
        contest::kind::limit);
    std::uint64_t epoch = 0, batch_epoch = 0;
    const std::size_t ours = all.add("sample by sample, pipelined (train_mf --optimizer sgd)", [&] {
        sgd.begin_epoch(epoch++);
        for (std::size_t p = 0; p < sgd.batches_per_epoch(); ++p) sgd.train_batch(p);
    });
    all.add("sample by sample, simple loop", [&] { step_as_it_goes(data, order, plain, samples); });
    const std::size_t mini = all.add("batches of 2048, deferred Adam", [&] {
        batches.begin_epoch(batch_epoch++);
        for (std::size_t b = 0; b < batches.batches_per_epoch(); ++b) batches.train_batch(b);
    });
    all.run();
    const auto rate = [&](std::size_t i) { return static_cast<double>(samples) / all.best(i) / 1e6; };
    all.judge("million samples per second, sample by sample", rate(ours), contest::aim::at_least, 16);
    std::printf("  -> million samples per second, batches: %.3g\n", rate(mini));
}
