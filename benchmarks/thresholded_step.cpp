// SPDX-License-Identifier: Apache-2.0
//
// The cost of learned thresholds: a step of matrix factorization over a table with one threshold per value, compared with the
// same step over a plain table, as train_mf takes it (softmax, batches of 1024 with as many shared negatives, dense Adam).
// Thresholds double the parameters that Adam moves; the loss is the same.

#include "pairs.hpp"

#include "support/model/trainer.hpp"

#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>

namespace {

using namespace benchmarks;
constexpr std::size_t dim = 64;

template <class Table>
class stepper {
public:
    stepper(const support::interactions& data, Table table)
        : trainer_(data, std::move(table), encoder_,
                   {.loss = support::loss_kind::softmax,
                    .softmax_options = {.kind = support::similarity::dot, .temperature = 1},
                    .batch = 1024,
                    .negatives = 1024},
                   pleach::random_stream(2), pleach::openmp{1}) {
        trainer_.begin_epoch(0);
    }
    void step() { keep(trainer_.train_batch(next_++ % trainer_.batches_per_epoch())); }

private:
    support::factorization_encoder encoder_;
    support::trainer<Table, support::factorization_encoder> trainer_;
    std::size_t next_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    const arguments given(argc, argv);
    const support::interactions data = pairs_of(given);
    const std::size_t rows = data.users + data.items;
    const pleach::normal first{.deviation = 0.1};
    stepper plain(data, pleach::dense_table<float>(rows, dim, first, pleach::random_stream(1)));
    stepper thresholded(
        data, pleach::make_pep<float>({.rows = rows, .dim = dim, .first_slot = -5.0F}, first, pleach::random_stream(1)));
    contest all(
        given, "A step of matrix factorization over " + std::to_string(rows) + " rows of " + std::to_string(dim) + ", 1 thread",
        "ms", 1e3);
    const std::size_t one = all.add("dense_table", [&] { plain.step(); });
    const std::size_t two = all.add("soft_thresholded, one threshold per value", [&] { thresholded.step(); });
    all.run();
    all.judge("thresholded over plain", all.ratio(two, one), contest::aim::at_most, 2);
}
