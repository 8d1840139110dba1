// SPDX-License-Identifier: Apache-2.0
//
//     mpirun -n 4 bench_sharded
//
// A training step over shards (exchange of ids, gather, gradients, Adam) on 1 to as many ranks as there are: bytes against the
// least possible, seconds, what one rank costs against no MPI, and the model of docs/scale.md fitted to these seconds.

#include "contest.hpp"

#include "support/program/threads.hpp"

#include <pleach/init/normal.hpp>
#include <pleach/interop/mpi.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>

#include <Eigen/Dense>

#include <unistd.h>

namespace {

using namespace benchmarks;
using table_type = pleach::dense_table<float>;
using id_span = std::span<const std::uint32_t>;

// A rank's batch for a step; distinct ids, or drawn so that few are frequent.
std::vector<std::uint32_t> batch_of(std::size_t rows, std::size_t batch, std::size_t rank, std::uint64_t step, bool repeats) {
    const pleach::random_stream stream = pleach::random_stream(step).fork(rank);
    std::vector<std::uint32_t> ids(batch);
    for (std::size_t j = 0; j < batch; ++j) {
        const double u = stream.uniform(j);
        ids[j] = static_cast<std::uint32_t>(static_cast<double>(rows) * (repeats ? u * u * u * u : u));
    }
    if (repeats) return ids;
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

struct setting {
    std::size_t ranks, batch, dim;
    bool repeats;
};

struct measurement {
    setting of;
    double seconds = 0;   // of a step, the slowest rank's, in the best pass
    double bytes = 0;     // sent in a step by a rank, the mean
    double messages = 0;  // likewise
    double least = 0;     // bytes of the distinct ids and rows of other ranks, there and back
    double numbers = 0;   // of rows that a rank looks up, copies and steps
};

double sum_of(const pleach::communicator& all, double x) {
    auto n = static_cast<std::uint64_t>(x);
    all.sum("bench", std::span(&n, 1));
    return static_cast<double>(n);
}

double slowest_of(const pleach::communicator& all, double seconds) {
    auto n = static_cast<std::uint64_t>(seconds * 1e9);
    all.largest("bench", std::span(&n, 1));
    return static_cast<double>(n) * 1e-9;
}

constexpr std::size_t steps = 20;

measurement measure(const pleach::communicator& all, std::size_t rows, const setting& of, std::size_t passes) {
    pleach::sharded<table_type> table(all, rows, of.dim, pleach::normal{.deviation = 0.1}, pleach::random_stream(1));
    pleach::optimizer opt(table.shard(), pleach::adam{});
    auto gradient = table.shard().make_gradient();
    std::vector<std::vector<std::uint32_t>> ids;
    measurement result{.of = of};
    for (std::size_t s = 0; s < steps; ++s) {
        ids.push_back(batch_of(rows, of.batch, all.rank(), s, of.repeats));
        std::vector<std::uint32_t> foreign;
        for (const std::uint32_t id : ids.back())
            if (!table.rows().is_own(id)) foreign.push_back(id);
        std::ranges::sort(foreign);
        foreign.erase(std::unique(foreign.begin(), foreign.end()), foreign.end());
        result.least += static_cast<double>(foreign.size() * (sizeof(std::uint32_t) + 2 * of.dim * sizeof(float)));
        result.numbers += static_cast<double>(ids.back().size() * of.dim);
    }
    pleach::matrix<float> fetched(of.batch, of.dim);
    std::vector<double> times;
    const pleach::mpi_traffic before = all.traffic();
    for (std::size_t pass = 0; pass < passes + 1; ++pass) {
        all.barrier("bench");
        support::stopwatch watch;
        for (std::size_t s = 0; s < steps; ++s) {
            const pleach::sharded_batch batch = pleach::exchange(table, id_span(ids[s]));
            const auto fetched_rows = fetched.view().rows_from(0, ids[s].size());
            pleach::gather(table, batch, fetched_rows);
            pleach::accumulate(table, batch, pleach::matrix_view<const float>(fetched_rows), gradient);
            opt.step(table.shard(), gradient);
        }
        const double seconds = slowest_of(all, watch.seconds() / steps);
        if (pass > 0) times.push_back(seconds);  // the first touches the memory
    }
    result.seconds = std::ranges::min(times);
    const double counted = static_cast<double>(steps * (passes + 1)) * static_cast<double>(all.size());
    // slowest_of sends one number per pass, which is not of the step.
    result.bytes = sum_of(all, static_cast<double>(all.traffic().bytes - before.bytes)) / counted;
    result.messages = sum_of(all, static_cast<double>(all.traffic().messages - before.messages)) / counted;
    const double steps_of_all = static_cast<double>(steps) * static_cast<double>(all.size());
    result.least = sum_of(all, result.least) / steps_of_all;
    result.numbers = sum_of(all, result.numbers) / steps_of_all;
    return result;
}

// One rank against no MPI, in turn.
void compare_one(const arguments& given, const pleach::communicator& alone, std::size_t rows) {
    for (const std::size_t batch : {std::size_t{256}, std::size_t{4096}}) {
        constexpr std::size_t dim = 64;
        pleach::sharded<table_type> table(alone, rows, dim, pleach::normal{.deviation = 0.1}, pleach::random_stream(1));
        table_type plain = table.shard();
        pleach::optimizer of_table(table.shard(), pleach::adam{}), of_plain(plain, pleach::adam{});
        auto gradient = table.shard().make_gradient(), plain_gradient = plain.make_gradient();
        std::vector<std::vector<std::uint32_t>> ids;
        for (std::size_t s = 0; s < steps; ++s) ids.push_back(batch_of(rows, batch, 0, s, false));
        pleach::matrix<float> fetched(batch, dim);
        contest times(given, "a step of " + std::to_string(batch) + " rows of " + std::to_string(dim), "us", 1e6 / steps);
        times.add("no MPI", [&] {
            for (const auto& one : ids) {
                const auto out = fetched.view().rows_from(0, one.size());
                pleach::gather(plain, one, out);
                pleach::accumulate(plain, one, pleach::matrix_view<const float>(out), plain_gradient);
                of_plain.step(plain, plain_gradient);
            }
        });
        times.add("one rank, by ids", [&] {
            for (const auto& one : ids) {
                const auto out = fetched.view().rows_from(0, one.size());
                pleach::gather(table, id_span(one), out);
                pleach::accumulate(table, id_span(one), pleach::matrix_view<const float>(out), gradient);
                of_table.step(table.shard(), gradient);
            }
        });
        times.add("one rank, exchanged", [&] {
            for (const auto& one : ids) {
                const auto out = fetched.view().rows_from(0, one.size());
                const pleach::sharded_batch exchanged = pleach::exchange(table, id_span(one));
                pleach::gather(table, exchanged, out);
                pleach::accumulate(table, exchanged, pleach::matrix_view<const float>(out), gradient);
                of_table.step(table.shard(), gradient);
            }
        });
        times.run();
    }
}

// seconds = message * messages + turns * (byte * bytes + number * numbers), by least squares of relative errors, where ranks
// take turns if they are more than processors.
void fit(const std::vector<measurement>& all) {
    const auto processors = static_cast<double>(support::available_processors());
    const auto count = static_cast<Eigen::Index>(all.size());
    Eigen::MatrixXd a(count, 3);
    for (Eigen::Index i = 0; i < count; ++i) {
        const measurement& m = all[static_cast<std::size_t>(i)];
        const double turns = std::max(1.0, static_cast<double>(m.of.ranks) / processors);
        a.row(i) << m.messages / m.seconds, turns * m.bytes / m.seconds, turns * m.numbers / m.seconds;
    }
    Eigen::VectorXd x;
    for (bool is_done = false; !is_done;) {  // a cost below 0 is one that cannot be told from 0
        x = a.completeOrthogonalDecomposition().solve(Eigen::VectorXd::Ones(count));
        is_done = true;
        for (Eigen::Index c = 0; c < x.size(); ++c)
            if (x[c] < 0) {
                a.col(c).setZero();
                is_done = false;
            }
    }
    const Eigen::VectorXd errors = (a * x - Eigen::VectorXd::Ones(count)).cwiseAbs();
    std::printf(
        "\nfitted: %.2f us per message, %.3f ns per byte, %.3f ns per number; off by %.0f %% in the mean, %.0f %% at most\n",
        x[0] * 1e6, x[1] * 1e9, x[2] * 1e9, 100 * errors.mean(), 100 * errors.maxCoeff());
}

// Waits without using a processor.
void wait_for_all(MPI_Comm all) {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibarrier(all, &request);
    for (int is_there = 0; is_there == 0;) {
        MPI_Test(&request, &is_there, MPI_STATUS_IGNORE);
        if (is_there == 0) usleep(1000);
    }
}

}  // namespace

int main(int argc, char** argv) {
    MPI_Init(&argc, &argv);
    const arguments given(argc, argv);
    int rank = 0, size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    const std::size_t rows = given.is_smoke ? 3'000 : 400'000;
    std::vector<measurement> measured;
    if (rank == 0) std::printf("ranks  ids/rank  width           us/step  messages  bytes/step    least  ratio\n");
    for (int ranks = 1; ranks <= size; ++ranks) {
        MPI_Comm some = MPI_COMM_NULL;
        MPI_Comm_split(MPI_COMM_WORLD, rank < ranks ? 0 : MPI_UNDEFINED, rank, &some);
        if (some != MPI_COMM_NULL) {
            const pleach::communicator all(some);
            for (const std::size_t batch : {std::size_t{256}, std::size_t{1024}, std::size_t{4096}})
                for (const std::size_t dim : {std::size_t{16}, std::size_t{64}})
                    for (const bool repeats : {false, true}) {
                        const measurement m = measure(
                            all, rows, {static_cast<std::size_t>(ranks), given.is_smoke ? batch / 16 : batch, dim, repeats},
                            given.passes);
                        if (rank != 0) continue;
                        if (!repeats) measured.push_back(m);
                        std::printf("%5d  %8zu  %5zu  %-8s  %9.1f  %8.1f  %10.0f  %7.0f  %5.3f\n", ranks, m.of.batch, dim,
                                    repeats ? "repeats" : "distinct", m.seconds * 1e6, m.messages, m.bytes, m.least,
                                    m.least > 0 ? m.bytes / m.least : 1.0);
                    }
        }
        if (some != MPI_COMM_NULL) MPI_Comm_free(&some);
        wait_for_all(MPI_COMM_WORLD);
    }
    if (rank == 0) {
        fit(measured);
        const pleach::communicator alone(MPI_COMM_SELF);
        compare_one(given, alone, rows);
    }
    wait_for_all(MPI_COMM_WORLD);
    MPI_Finalize();
}
