// SPDX-License-Identifier: Apache-2.0
//
// One epoch of LightGCN with BPR (3 layers, 64 columns, batches of 2048), for 1 and 2 threads, and the shares of its parts. A
// step propagates forward and back, so its limit is reading the rows of 2 * layers propagations; restricting the first and
// the last layer to the rows of the batch may beat it. --share 0.1 runs a tenth of the batches and scales up.

#include "gather_limit.hpp"
#include "pairs.hpp"

#include "support/model/trainer.hpp"

#include <pleach/init/normal.hpp>

namespace {

using namespace benchmarks;
using table_type = pleach::dense_table<float>;
constexpr std::size_t dim = 64, layers = 3;

table_type first_rows(const support::interactions& data) {
    return table_type(data.users + data.items, dim, pleach::normal{.deviation = 0.1}, pleach::random_stream(1));
}

// The parts of a step, in the order of support::trainer.
class step_in_parts {
public:
    step_in_parts(const support::interactions& data, support::lightgcn_encoder& encoder, pleach::openmp exec)
        : data_(data), encoder_(encoder), exec_(exec), table_(first_rows(data)),
          optimizer_(table_, pleach::per_role<pleach::adam>{.weights = {.which = pleach::moving_rows::every}}),
          gradient_(table_.make_gradient()), builder_(table_.size()),
          sampler_(data.train, data.items, support::sampling::interactions, pleach::random_stream(2)) {
        sampler_.begin_epoch(0);
    }

    void run(std::size_t batches, std::size_t batch_size) {
        for (std::size_t b = 0; b < batches; ++b) {
            support::stopwatch watch;
            builder_.clear();
            for (std::size_t i = b * batch_size; i < (std::min)(sampler_.size(), (b + 1) * batch_size); ++i) {
                const auto [user, item] = sampler_.pair(i);
                const auto node = [&](std::uint32_t x) { return static_cast<std::uint32_t>(data_.users + x); };
                builder_.add_sample(user, node(item));
                builder_.add_negative(node(sampler_.negative(user, i, 0)), 1);
            }
            const support::training_batch& batch = builder_.batch();
            seconds_[0] += watch.lap();
            pleach::matrix<float> rows(batch.nodes.size(), dim), gradients(batch.nodes.size(), dim);
            encoder_.encode(table_, optimizer_, batch, rows.view(), exec_);
            seconds_[1] += watch.lap();
            keep(support::bpr(batch, rows.view(), gradients.view(), exec_));
            seconds_[2] += watch.lap();
            encoder_.pull_back(table_, batch, rows.view(), gradients.view(), {1e-4F / 2048}, gradient_, exec_);
            seconds_[3] += watch.lap();
            optimizer_.step(table_, gradient_, exec_);
            seconds_[4] += watch.lap();
        }
    }

    void print() const {
        double sum = 0;
        for (const double part : seconds_) sum += part;
        const char* names[] = {"draw", "forward", "loss", "backward", "step"};
        std::printf("  shares of a step:");
        for (std::size_t i = 0; i < 5; ++i) std::printf(" %s %.1f %%", names[i], 100 * seconds_[i] / sum);
        std::printf("\n");
    }

private:
    const support::interactions& data_;
    support::lightgcn_encoder& encoder_;
    pleach::openmp exec_;
    table_type table_;
    pleach::optimizer<table_type, pleach::adam> optimizer_;
    pleach::row_gradient<float> gradient_;
    support::batch_builder builder_;
    support::epoch_sampler sampler_;
    double seconds_[5] = {};
};

void run(const support::interactions& data, const support::bipartite_graph& graph, const arguments& given, int threads,
         double goal) {
    const pleach::openmp exec{threads};
    const support::training_options options;
    support::lightgcn_encoder encoder(graph, dim, layers);
    support::trainer<table_type, support::lightgcn_encoder> trainer(data, first_rows(data), encoder, options,
                                                                    pleach::random_stream(1), exec);
    const std::size_t in_epoch = trainer.batches_per_epoch();
    const auto batches = (std::max)(std::size_t{1}, static_cast<std::size_t>(given.share * static_cast<double>(in_epoch)));
    const table_type rows = first_rows(data);
    std::vector<std::uint32_t> ids;
    for (std::size_t n = 0; n < graph.nodes(); ++n) ids.insert(ids.end(), graph.neighbors(n).begin(), graph.neighbors(n).end());

    const double whole = static_cast<double>(in_epoch) / static_cast<double>(batches);
    contest all(given,
                "LightGCN, an epoch of " + std::to_string(in_epoch) + " batches, " + std::to_string(threads) + " thread(s)",
                "s", whole);
    all.add(
        "limit: the rows of all propagations, read once each",
        [&] {
            for (std::size_t i = 0; i < 2 * layers * batches; ++i)
                pleach::for_each_chunk(exec, ids.size(), ids.size() / 64 + 1, [&](std::size_t first, std::size_t last) {
                    keep(gather_limit<0>(rows.rows().data(), std::span(ids).subspan(first, last - first)));
                });
        },
        contest::kind::limit);
    const std::size_t ours = all.add("support::trainer", [&] {
        trainer.begin_epoch(0);
        for (std::size_t b = 0; b < batches; ++b) trainer.train_batch(b);
    });
    all.run();
    all.judge("seconds per epoch", whole * all.best(ours), contest::aim::at_most, goal);
    step_in_parts parts(data, encoder, exec);
    parts.run((std::min)(batches, std::size_t{20}), options.batch);
    parts.print();
}

}  // namespace

int main(int argc, char** argv) {
    arguments given(argc, argv);
    given.passes = (std::min)(given.passes, std::size_t{3});  // a pass takes minutes
    const support::interactions data = pairs_of(given);
    const support::bipartite_graph graph(data.train, data.items);
    run(data, graph, given, 1, 45);
    run(data, graph, given, 2, 25);
}
