// SPDX-License-Identifier: Apache-2.0
//
// Bags of rows from frozen tables in all relevant formats, compared with reading whole dense rows of the same ids.
//
//     bench_lookup [--rows N] [--dim N] [--bag N] [--densities 0.1,...] [--zipf] [--threads N] [--repetitions N] [--csv FILE] [--smoke]
//
// One table of results per density. Its contenders are run by Google Benchmark, interleaved in random order; the ratios are
// that of the best times and the median of the ratios within a repetition.

#include "coded_rows.hpp"
#include "gather_limit.hpp"
#include "peers.hpp"
#include "sparse_rows.hpp"

#include <pleach/frozen/freeze.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/kernel/describe.hpp>
#include <pleach/table/bags.hpp>

#include <CLI/CLI.hpp>
#include <benchmark/benchmark.h>

#include <cstdio>
#include <memory>

namespace {

using pleach::value_code;
namespace frozen = pleach::frozen;

struct cell {
    std::size_t rows = 10'000'000, dim = 64, bag = 20;
    double density = 0.1;
    bool zipf = false;
    int threads = 1;
};

struct settings {
    cell shape;
    std::vector<double> densities{0.5, 0.2, 0.1, 0.05, 0.01};
    int repetitions = 9;
    std::string csv;
    bool smoke = false;
};

/// A contender and its nanoseconds per row, in the order of the repetitions.
struct contender {
    std::string name;
    double bytes_a_row;
    std::vector<double> times;
};

class collector : public benchmark::BenchmarkReporter {
public:
    explicit collector(std::vector<contender>& into) : into_(&into) {}
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs)
            if (run.run_type == Run::RT_Iteration)
                for (contender& one : *into_)
                    if (one.name == run.benchmark_name().substr(0, run.benchmark_name().find('/')))
                        one.times.push_back(run.counters.at("ns"));
    }

private:
    std::vector<contender>* into_;
};

double best(const contender& one) { return *std::ranges::min_element(one.times); }

double median_ratio(const contender& a, const contender& b) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(a.times.size(), b.times.size()); ++i) ratios.push_back(a.times[i] / b.times[i]);
    std::ranges::sort(ratios);
    return ratios[ratios.size() / 2];
}

/// Batches of bags, used in turn, so that rows are not in a cache only because the last batch had the same ids.
struct requests {
    static constexpr std::size_t batches = 32;
    std::size_t bags;
    std::vector<std::uint32_t> ids;
    std::vector<std::size_t> offsets;
    std::size_t next = 0;

    requests(const cell& shape, std::size_t rows_a_batch) : bags(rows_a_batch / shape.bag) {
        ids = benchmarks::drawn_ids(shape.rows, batches * bags * shape.bag, shape.zipf, 7);
        for (std::size_t b = 0; b <= bags; ++b) offsets.push_back(b * shape.bag);
    }
    std::span<const std::uint32_t> batch() {
        const std::size_t size = bags * offsets[1];
        next = (next + 1) % batches;
        return std::span(ids).subspan(next * size, size);
    }
};

class contest {
public:
    contest(const settings& chosen, const cell& shape)
        : chosen_(&chosen), shape_(shape), requests_(shape, chosen.smoke ? 400 : 80'000), sums_(requests_.bags, shape.dim) {}

    /// Adds a contender; `run(ids)` looks up one batch.
    void add(std::string name, double bytes_a_row, std::function<void(std::span<const std::uint32_t>)> run) {
        contenders_.push_back({name, bytes_a_row, {}});
        benchmark::RegisterBenchmark(name.c_str(),
                                     [this, run](benchmark::State& state) {
                                         std::size_t rows = 0;
                                         for (auto _ : state) {
                                             const auto ids = requests_.batch();
                                             run(ids);
                                             benchmark::ClobberMemory();
                                             rows += ids.size();
                                         }
                                         state.counters["ns"] =
                                             benchmark::Counter(static_cast<double>(rows) * 1e-9,
                                                                benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
                                     })
            ->Repetitions(chosen_->repetitions)
            ->UseRealTime()
            ->MinTime(chosen_->smoke ? 0.001 : 0.1);
    }
    template <class Table>
    void add_table(std::string name, std::shared_ptr<const Table> table, std::size_t bytes) {
        auto sums = std::make_shared<pleach::matrix<float>>(requests_.bags, table->dim());
        add(std::move(name), static_cast<double>(bytes) / static_cast<double>(table->size()), [this, table, sums](auto ids) {
            pleach::gather_sum(*table, ids, requests_.offsets, sums->view(), {.exec = pleach::openmp{shape_.threads}});
        });
    }
    /// Adds the rows, frozen as Format.
    template <class Format>
    void add_frozen(const benchmarks::sparse_rows& rows, const char* note = "") {
        const auto image = std::make_shared<const frozen::image>(pleach::freeze<Format>(rows, pleach::openmp{0}));
        frozen::defect wrong;
        const auto table =
            std::make_shared<const Format>(Format::view(image->content(), wrong, "", image, frozen::validation::trusted_rows));
        add_table(Format::kind() + note, table, image->bytes());
    }
    /// Adds a table of codewords with as many rows.
    template <class Combiner>
    void add_coded(std::size_t terms, std::size_t bits) {
        const auto image = benchmarks::coded_image<Combiner>(shape_.rows, shape_.dim, terms, bits);
        add_table(
            std::string(image->content().value("kind")) + ", " + std::to_string(terms) + " x " + std::to_string(bits) + " bits",
            std::make_shared<const frozen::coded_rows<Combiner>>(frozen::view<frozen::coded_rows<Combiner>>(image)),
            image->bytes());
    }
    requests& asked() { return requests_; }

    void run() {
        collector reporter(contenders_);
        benchmark::RunSpecifiedBenchmarks(&reporter);
        benchmark::ClearRegisteredBenchmarks();
        print();
    }

private:
    void print() const {
        const contender* limit = nullptr;
        for (const contender& one : contenders_)
            if (one.name.starts_with("limit") && (limit == nullptr || best(one) < best(*limit))) limit = &one;
        std::printf("\n%zu x %zu, bags of %zu, %s ids, density %g, %d thread(s)\n  %-34s %10s %10s %8s %8s\n", shape_.rows,
                    shape_.dim, shape_.bag, shape_.zipf ? "Zipf" : "uniform", shape_.density, shape_.threads, "", "bytes/row",
                    "ns/row", "x limit", "paired");
        std::FILE* csv = chosen_->csv.empty() ? nullptr : std::fopen(chosen_->csv.c_str(), "a");
        for (const contender& one : contenders_) {
            std::printf("%s %-34s %10.1f %10.2f %8.2f %8.2f\n", &one == limit ? " *" : "  ", one.name.c_str(), one.bytes_a_row,
                        best(one), best(one) / best(*limit), median_ratio(one, *limit));
            if (csv != nullptr)
                std::fprintf(csv, "%zu,%zu,%zu,%s,%g,%d,\"%s\",%.1f,%.2f,%.3f,%.3f\n", shape_.rows, shape_.dim, shape_.bag,
                             shape_.zipf ? "zipf" : "uniform", shape_.density, shape_.threads, one.name.c_str(),
                             one.bytes_a_row, best(one), best(one) / best(*limit), median_ratio(one, *limit));
        }
        if (csv != nullptr) std::fclose(csv);
        std::fflush(stdout);
    }

    const settings* chosen_;
    cell shape_;
    requests requests_;
    pleach::matrix<float> sums_;
    std::vector<contender> contenders_;
};

/// Adds the limit: reading whole dense rows, prefetched Ahead rows in advance, with the ids divided among the threads.
template <std::size_t Ahead>
void add_limit(contest& all, const pleach::dense_table<float>& dense, const cell& shape) {
    const auto read = shape.dim == 32   ? benchmarks::gather_limit<Ahead, 32>
                      : shape.dim == 64 ? benchmarks::gather_limit<Ahead, 64>
                                        : benchmarks::gather_limit<Ahead, 128>;
    all.add("limit, " + std::to_string(Ahead) + " ahead", static_cast<double>(4 * shape.dim), [&dense, shape, read](auto ids) {
        const std::size_t share = ids.size() / static_cast<std::size_t>(shape.threads);
        pleach::openmp{shape.threads}(static_cast<std::size_t>(shape.threads), [&](std::size_t t) {
            benchmark::DoNotOptimize(read(dense.rows().data(), ids.subspan(t * share, share)));
        });
    });
}

void run_cell(const settings& chosen, double density) {
    cell shape = chosen.shape;
    shape.density = density;
    contest all(chosen, shape);
    const benchmarks::sparse_rows rows{shape.rows, shape.dim, density};
    const auto dense = std::make_shared<pleach::dense_table<float>>(shape.rows, shape.dim);
    pleach::gather_all(rows, dense->rows(), pleach::openmp{0});
    add_limit<0>(all, *dense, shape);
    add_limit<16>(all, *dense, shape);
    add_limit<32>(all, *dense, shape);
    all.add_table("dense_table<float>", std::shared_ptr<const pleach::dense_table<float>>(dense), shape.rows * shape.dim * 4);
    all.add_frozen<frozen::dense_rows<value_code::f16>>(rows);
    all.add_frozen<frozen::dense_rows<value_code::i8>>(rows);
    all.add_frozen<frozen::bitmap_records<value_code::f32>>(rows);
    all.add_frozen<frozen::bitmap_records<value_code::f16>>(rows);
    all.add_frozen<frozen::bitmap_records<value_code::i8>>(rows);
    all.add_frozen<frozen::bitmap_rows<value_code::f32>>(rows);
    all.add_frozen<frozen::bitmap_rows<value_code::f16>>(rows);
    if (density <= 0.2) {
        all.add_frozen<frozen::column_records<value_code::f32>>(rows);
        all.add_frozen<frozen::column_records<value_code::f16>>(rows);
        all.add_frozen<frozen::csr_rows<value_code::f32>>(rows);
    }
    if (density <= 0.2) all.add_frozen<frozen::bitmap_level_records<4>>(rows);
    all.add_frozen<frozen::level_rows<4>>(rows);
    all.add_frozen<frozen::level_rows<3>>(rows);
    all.add_frozen<frozen::level_rows<2>>(rows);
    all.add_coded<pleach::sum>(6, 8);
    all.add_coded<pleach::concat>(16, 8);
    benchmarks::add_peers(all, *dense, shape.dim, shape.threads);
    // Dense tables with as many bytes as the values and their bits, and so fewer columns.
    const double bytes = static_cast<double>(shape.dim) * (0.125 + 4 * density);
    const auto narrow = [&](std::size_t width) {
        return benchmarks::sparse_rows{shape.rows, std::max<std::size_t>(1, width), 1};
    };
    all.add_frozen<frozen::dense_rows<value_code::f32>>(narrow(static_cast<std::size_t>(bytes / 4)), ", as many bytes");
    all.add_frozen<frozen::dense_rows<value_code::f16>>(narrow(static_cast<std::size_t>(bytes / 2)), ", as many bytes");
    all.run();
}

}  // namespace

int main(int argc, char** argv) {
    settings chosen;
    CLI::App app("Bags of rows from frozen tables, against reading dense rows.", "bench_lookup");
    app.add_option("--rows", chosen.shape.rows, "rows")->check(CLI::Range(1, 1'000'000'000))->capture_default_str();
    app.add_option("--dim", chosen.shape.dim, "columns: 32, 64 or 128")
        ->check(CLI::IsMember({32, 64, 128}))
        ->capture_default_str();
    app.add_option("--bag", chosen.shape.bag, "rows in a bag")->check(CLI::Range(1, 1000))->capture_default_str();
    app.add_option("--densities", chosen.densities, "fractions of nonzero values")
        ->delimiter(',')
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.add_flag("--zipf", chosen.shape.zipf, "ids by Zipf's law, exponent 1.05");
    app.add_option("--threads", chosen.shape.threads, "threads")->check(CLI::Range(1, 256))->capture_default_str();
    app.add_option("--repetitions", chosen.repetitions, "runs of each contender")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("--csv", chosen.csv, "append a line for each contender")->type_name("FILE");
    app.add_flag("--smoke", chosen.smoke, "one run with tiny sizes, to check that the program works");
    CLI11_PARSE(app, argc, argv);
    if (chosen.smoke) {
        chosen.shape.rows = 2000;
        chosen.densities = {0.1};
        chosen.repetitions = 1;
    }
    std::printf("%s\n", pleach::describe_kernels().c_str());
    std::string flags[] = {"bench_lookup", "--benchmark_enable_random_interleaving=true"};
    char* words[] = {flags[0].data(), flags[1].data(), nullptr};
    int count = 2;
    benchmark::Initialize(&count, words);
    for (const double density : chosen.densities) run_cell(chosen, density);
}
