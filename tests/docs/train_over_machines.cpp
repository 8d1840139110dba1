// SPDX-License-Identifier: Apache-2.0
//
// docs/howto/train_over_machines.md: a table whose rows are spread over the processes of mpirun.

#include <pleach/init/normal.hpp>
#include <pleach/interop/mpi.hpp>
#include <pleach/interop/mpi/sharded_files.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/sparse/masked.hpp>

#include <cstdio>
#include <filesystem>

#include <unistd.h>

namespace {

using masked_rows = pleach::masked<pleach::dense_table<float>>;
constexpr std::size_t size = 1000, dim = 8, samples = 240;

// A rank's part of the samples of a step: the whole batch is the same, however many ranks there are.
std::vector<std::uint32_t> part_of_batch(std::uint64_t step, const pleach::communicator& all) {
    std::vector<std::uint32_t> ids;
    for (std::size_t s = samples * all.rank() / all.size(); s < samples * (all.rank() + 1) / all.size(); ++s)
        ids.push_back(static_cast<std::uint32_t>(pleach::random_stream(step).below(size, s)));
    return ids;
}

// The loss of a row is its distance from this one: two entries of each row matter.
float wanted(std::uint32_t id, std::size_t column) { return column == id % dim || column == (id + 3) % dim ? 1.0F : 0.0F; }

void train(pleach::sharded<masked_rows>& table, std::uint64_t first, std::uint64_t last) {
    pleach::optimizer optimizer(table.shard(), pleach::adam{.learning_rate = 0.05});
    auto gradient = table.shard().make_gradient();
    for (std::uint64_t step = first; step < last; ++step) {
        const std::vector<std::uint32_t> ids = part_of_batch(step, table.ranks());
        const pleach::sharded_batch batch = pleach::exchange(table, std::span<const std::uint32_t>(ids));
        pleach::matrix<float> rows(ids.size(), dim);
        pleach::gather(table, batch, rows.view());
        for (std::size_t j = 0; j < ids.size(); ++j)
            for (std::size_t c = 0; c < dim; ++c) rows.row(j)[c] -= wanted(ids[j], c);  // the gradient
        pleach::accumulate(table, batch, rows.view(), gradient);
        optimizer.step(table.shard(), gradient);
    }
}

void run(const std::filesystem::path& folder) {
    pleach::communicator all(MPI_COMM_WORLD);
    pleach::sharded<masked_rows> table(all, size, dim, pleach::normal{.deviation = 0.1}, pleach::random_stream(1));
    train(table, 0, 300);
    const std::size_t removed = pleach::prune(table, pleach::magnitude{.fraction = 0.75});
    train(table, 300, 600);
    pleach::save_sharded(table, folder / "table.safetensors");
    const auto opened = pleach::open_sharded<masked_rows>(all, folder / "table.safetensors");

    const std::vector<std::uint32_t> ids{7};
    pleach::matrix<float> row(1, dim);
    pleach::gather(opened, std::span<const std::uint32_t>(ids), row.view());
    const pleach::footprint_counts counts = pleach::footprint(opened);
    if (all.rank() > 0) return;
    std::printf("removed %zu of %zu entries, %zu are left\nrow 7:", removed, counts.entries, counts.nonzero);
    for (const float x : row.row(0)) std::printf(" %.4f", static_cast<double>(x));
    std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
    MPI_Init(&argc, &argv);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    char name[64] = {};
    if (rank == 0) std::snprintf(name, sizeof name, "pleach-shards-%d", static_cast<int>(getpid()));
    MPI_Bcast(name, sizeof name, MPI_CHAR, 0, MPI_COMM_WORLD);
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / name;
    if (rank == 0) std::filesystem::create_directory(folder);
    MPI_Barrier(MPI_COMM_WORLD);
    run(folder);
    if (rank == 0) std::filesystem::remove_all(folder);
    MPI_Finalize();
}
