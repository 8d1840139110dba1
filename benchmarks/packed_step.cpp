// SPDX-License-Identifier: Apache-2.0
//
// Training a ticket of a tenth of the values on packed storage, compared with the dense table: the bytes of table, gradient and
// moments, which are exact, and the time of a step of matrix factorization and of LightGCN (BPR, batches of 2048, 64 columns,
// dense Adam), 1 thread.

#include "pairs.hpp"

#include "support/model/trainer.hpp"

#include <pleach/init/normal.hpp>
#include <pleach/prune/magnitude.hpp>

#include <memory>

namespace {

using namespace benchmarks;
constexpr std::size_t dim = 64;
constexpr double density = 0.1;

using dense = pleach::dense_table<float>;
using masked = pleach::masked<dense>;

template <class Table, class Encoder>
class stepper {
public:
    stepper(const support::interactions& data, Table table, Encoder encoder)
        : encoder_(std::move(encoder)),
          trainer_(data, std::move(table), encoder_, {}, pleach::random_stream(2), pleach::openmp{1}) {
        trainer_.begin_epoch(0);
    }
    void step() { keep(trainer_.train_batch(next_++ % trainer_.batches_per_epoch())); }
    [[nodiscard]] support::training_bytes bytes() { return trainer_.bytes(); }

private:
    Encoder encoder_;
    support::trainer<Table, Encoder> trainer_;
    std::size_t next_ = 0;
};

double print_bytes(const char* name, const support::training_bytes& bytes) {
    const std::size_t all = bytes.table + bytes.gradient + bytes.optimizer;
    std::printf("  %-10s %12zu %12zu %12zu %12zu\n", name, bytes.table, bytes.gradient, bytes.optimizer, all);
    return static_cast<double>(all);
}

template <class MakeEncoder>
void run(const support::interactions& data, const arguments& given, const std::string& model, MakeEncoder&& make,
         std::size_t steps, double goal) {
    using encoder = std::invoke_result_t<MakeEncoder&>;
    const dense first(data.users + data.items, dim, pleach::normal{.deviation = 0.1}, pleach::random_stream(1));
    masked ticket(first);
    pleach::prune(ticket, pleach::magnitude{.fraction = 1 - density});
    const auto of_dense = std::make_unique<stepper<dense, encoder>>(data, first, make());
    const auto of_masked = std::make_unique<stepper<masked, encoder>>(data, ticket, make());
    const auto of_packed = std::make_unique<stepper<pleach::packed<float>, encoder>>(data, pleach::pack(ticket), make());
    contest all(given, model + ", a step", "ms", 1e3 / static_cast<double>(steps));
    const auto add = [&](const char* name, auto& one) {
        return all.add(name, [&one, steps] {
            for (std::size_t i = 0; i < steps; ++i) one.step();
        });
    };
    const std::size_t reference = add("dense table", *of_dense);
    add("masked, a tenth of the values", *of_masked);
    const std::size_t packed = add("packed, a tenth of the values", *of_packed);
    all.run();
    all.judge("packed over dense", all.ratio(packed, reference), contest::aim::at_most, goal);
    std::printf("\n%s, bytes after these steps\n  %-10s %12s %12s %12s %12s\n", model.c_str(), "", "table", "gradient",
                "moments", "all");
    const double bytes = print_bytes("dense", of_dense->bytes());
    print_bytes("masked", of_masked->bytes());
    const double less = print_bytes("packed", of_packed->bytes());
    all.judge("bytes of packed over those of dense", less / bytes, contest::aim::at_most, 0.2);
}

}  // namespace

int main(int argc, char** argv) {
    const arguments given(argc, argv);
    const support::interactions data = pairs_of(given);
    run(data, given, "matrix factorization", [] { return support::factorization_encoder(); }, given.is_smoke ? 3 : 300, 1.0);
    const support::bipartite_graph graph(data.train, data.items);
    run(data, given, "LightGCN", [&] { return support::lightgcn_encoder(graph, dim, 3); }, given.is_smoke ? 1 : 3, 1.1);
}
