// SPDX-License-Identifier: Apache-2.0
//
// Makes every allocation of an operation fail in turn, once or from then on, and checks that the operation says so by
// std::bad_alloc, that nothing leaks (memory, descriptors, temporary files), that a file is the old or the new one, and that
// tables are as before or, after a step of training, usable: the step, made again, gives finite rows.
//
//     allocations [--only TEXT]
//
// Prints a row for each operation, and ends with 1 if anything was wrong.

#include <pleach/compose/quantized.hpp>
#include <pleach/compose/recipes.hpp>
#include <pleach/frozen/freeze_best.hpp>
#include <pleach/frozen/nested_rows.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/io/hot_swap.hpp>
#include <pleach/io/open.hpp>
#include <pleach/io/tensor/npy.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/prune/ticket.hpp>
#include <pleach/quantize/residual_codes.hpp>
#include <pleach/sparse/gated.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/table/top_k.hpp>

#include "allocations/sweep.hpp"
#include "support/assignments.hpp"
#include "support/tables.hpp"
#include "support/temporary_directory.hpp"

#include <array>
#include <cmath>

#include <fcntl.h>
#include <unistd.h>

namespace {

namespace frozen = pleach::frozen;
constexpr std::size_t size = 12;

template <class Table>
std::vector<float> rows_of(const Table& table) {
    std::vector<float> all(table.size() * table.dim());
    for (std::size_t i = 0; i < table.size(); ++i)
        table.lookup(static_cast<typename Table::id_type>(i), std::span(all).subspan(i * table.dim(), table.dim()));
    return all;
}

// Reading

template <class Table>
void read_verbs(const std::string& kind, const Table& table) {
    const auto name = [&](const char* verb) { return std::string(verb) + ", " + kind; };
    const std::vector<float> expected = rows_of(table);
    const std::vector<std::uint32_t> ids{3, 0, 3, 11, 7}, some_bad{3, 99, 0, 77, 7};
    const std::vector<std::size_t> offsets{0, 2, 5};
    const auto unchanged = [&](auto&, bool, auto&& require) { require(rows_of(table) == expected, "rows have changed"); };
    const auto output = [&] { return pleach::matrix<float>(5, table.dim()); };
    sweep(name("lookup").c_str(), output, [&](auto& out) { table.lookup(3, out.row(0)); }, unchanged);
    sweep(
        name("gather").c_str(), output,
        [&](auto& out) { pleach::gather(table, std::span<const std::uint32_t>(ids), out.view()); }, unchanged);
    sweep(
        name("gather, bad ids as zeros").c_str(), output,
        [&](auto& out) {
            pleach::gather(table, std::span<const std::uint32_t>(some_bad), out.view(), {.ids = pleach::id_policy::zero});
        },
        unchanged);
    sweep(
        name("gather_sum").c_str(), [&] { return pleach::matrix<float>(2, table.dim()); },
        [&](auto& out) { pleach::gather_sum(table, std::span<const std::uint32_t>(ids), offsets, out.view()); }, unchanged);
    const auto queries = [&] {
        pleach::matrix<float> rows(3, table.dim());
        for (std::size_t q = 0; q < 3; ++q) table.lookup(static_cast<std::uint32_t>(q), rows.row(q));
        return rows;
    };
    const auto rank = [&](auto& rows, pleach::executor_ref exec) {
        pleach::top_k(table, std::as_const(rows).view(), 4, [](std::size_t, auto) {}, {.exec = exec});
    };
    sweep(name("top_k").c_str(), queries, [&](auto& rows) { rank(rows, {}); }, unchanged);
    if constexpr (requires { table.over([](const auto& part) { return part; }); })
        sweep(
            name("snapshot").c_str(), [] { return 0; }, [&](auto&) { static_cast<void>(pleach::snapshot(table)); }, unchanged);
}

// Files

frozen::image some_image() { return pleach::freeze<frozen::bitmap_rows<>>(tests::normal_table<float>(size, 7, 5)); }

void write_files() {
    const tests::temporary_directory folder;
    const auto path = folder / "table";
    sweep(
        "save over an old file",
        [&] {
            pleach::save_bytes(path, std::as_bytes(std::span("old", 3)));
            return some_image();
        },
        [&](auto& image) { pleach::save(image, path); },
        [&](auto& image, bool, auto&& require) {
            std::error_code error;
            const std::string content = folder.read("table");
            require(content == "old" || pleach::open<frozen::bitmap_rows<>>(path, error).has_value(),
                    "the file is neither the old nor the new one");
            require(folder.size() == 1, "a temporary file stays");
            pleach::save(image, path);
            require(pleach::open<frozen::bitmap_rows<>>(path, error).has_value(), "the next save does not succeed");
        });
    sweep(
        "save_bytes", [] { return std::string(100'000, 'x'); },
        [&](auto& text) { pleach::save_bytes(folder / "table", std::as_bytes(std::span(text))); },
        [&](auto&, bool, auto&& require) { require(folder.size() == 1, "a temporary file stays"); });
}

template <class Table>
void open_file(const std::string& kind, const frozen::image& image) {
    const tests::temporary_directory folder;
    const auto path = folder / "table";
    pleach::save(image, path);
    const std::vector<float> expected = rows_of(pleach::open<Table>(path));
    for (const auto mode : {pleach::open_mode::map, pleach::open_mode::memory})
        sweep(("open, " + kind + (mode == pleach::open_mode::map ? ", mapped" : ", in memory")).c_str(),
              [] { return std::optional<Table>(); },
              [&](auto& table) { table.emplace(pleach::open<Table>(path, {.mode = mode})); },
              [&](auto& table, bool failed, auto&& require) {
                  require(failed != table.has_value(), "it is neither opened nor refused");
                  require(failed || rows_of(*table) == expected, "rows have changed");
              });
    const auto open = [](const std::filesystem::path& from) { return pleach::open<Table>(from); };
    using swap = pleach::hot_swap<decltype(open)>;
    sweep(("hot_swap::reload, " + kind).c_str(),
          [&] {
              auto swapped = std::make_unique<swap>(path, open);
              pleach::save(image, path);
              return swapped;
          },
          [](auto& swapped) { swapped->reload(); },
          [&](auto& swapped, bool, auto&& require) { require(rows_of(*swapped->current()) == expected, "rows have changed"); });
}

void open_files() {
    const auto table = tests::normal_table<float>(size, 7, 5);
    open_file<frozen::bitmap_rows<>>("bitmap_rows", pleach::freeze<frozen::bitmap_rows<>>(table));
    open_file<frozen::nested_rows>(
        "compositions",
        pleach::freeze_parts(pleach::make_double_hashed<float>({size, 5, 7}, pleach::normal{}, pleach::random_stream(1)),
                             [](const auto& part) { return pleach::freeze<frozen::dense_rows<>>(part); }));
    const auto image = some_image();
    sweep(
        "writer_of(image).bytes", [] { return 0; }, [&](auto&) { static_cast<void>(pleach::writer_of(image).bytes()); },
        nothing_more);
    const std::vector<float> values(60, 1);
    const tests::temporary_directory folder;
    pleach::save_npy(folder / "a.npy", pleach::matrix_view<const float>(values.data(), 10, 6));
    sweep(
        "npy", [] { return std::vector<float>(); },
        [&](auto& read) {
            const auto file = pleach::npy_file::open(folder / "a.npy");
            read = pleach::read_npy<float>(file.array());
        },
        [&](auto& read, bool failed, auto&& require) { require(failed || read == values, "values have changed"); });
}

void freeze_tables() {
    const auto table = tests::normal_table<float>(size, 7, 5);
    const auto expected = rows_of(table);
    const auto unchanged = [&](auto&, bool, auto&& require) { require(rows_of(table) == expected, "rows have changed"); };
    const auto none = [] { return 0; };
    sweep(
        "freeze, dense_rows<f32>", none, [&](auto&) { static_cast<void>(pleach::freeze<frozen::dense_rows<>>(table)); },
        unchanged);
    sweep(
        "freeze, bitmap_rows<i8>", none,
        [&](auto&) { static_cast<void>(pleach::freeze<frozen::bitmap_rows<pleach::value_code::i8>>(table)); }, unchanged);
    sweep(
        "freeze, csr_rows<f32>", none, [&](auto&) { static_cast<void>(pleach::freeze<frozen::csr_rows<>>(table)); }, unchanged);
    sweep("freeze_best", none, [&](auto&) { static_cast<void>(pleach::freeze_best(table)); }, unchanged);
}

// Training

template <class Table>
void train(const std::string& kind, const Table& start) {
    using optimizer_type = pleach::optimizer<Table, pleach::adam>;
    for (const auto which : {pleach::moving_rows::by_role, pleach::moving_rows::deferred}) {
        struct run {
            Table table;
            optimizer_type optimizer;
            typename Table::gradient_type gradient;
            std::vector<float> before;
        };
        const pleach::adam rule{.learning_rate = 0.01, .which = which};
        const std::vector<float> upstream(start.dim(), 0.5F);
        const auto accumulate = [&](run& r) {
            for (std::uint32_t id = 0; id < r.table.size(); id += 3) r.table.accumulate(id, upstream, r.gradient);
        };
        const auto finish = [&](run& r, auto&& require) {
            accumulate(r);
            r.optimizer.step(r.table, r.gradient);
            r.optimizer.catch_up(r.table);
            for (const float x : rows_of(r.table)) require(std::isfinite(x), "a row is not finite after the next step");
        };
        const auto prepare = [&] {
            run r{start, optimizer_type(start, rule), start.make_gradient(), rows_of(start)};
            return r;
        };
        const std::string how = kind + (which == pleach::moving_rows::deferred ? ", deferred" : "");
        sweep(("accumulate, " + how).c_str(), prepare, accumulate, [&](run& r, bool failed, auto&& require) {
            require(!failed || rows_of(r.table) == r.before, "rows have changed");
            r.table.for_each_parameter(r.gradient, [](const auto& p) { p.gradient.clear(); });
            finish(r, require);
        });
        sweep(("step, " + how).c_str(),
              [&] {
                  run r = prepare();
                  accumulate(r);
                  return r;
              },
              [&](run& r) { r.optimizer.step(r.table, r.gradient); },
              [&](run& r, bool failed, auto&& require) {
                  require(!failed || rows_of(r.table) == r.before, "rows have moved in a step that failed");
                  require(!failed || r.optimizer.steps() == 0, "a step that failed is counted");
                  finish(r, require);
              });
    }
}

void train_tables() {
    using rows = pleach::dense_table<float>;
    constexpr std::size_t dim = 7;
    const pleach::normal values{.deviation = 0.5};
    const pleach::random_stream chance(3);
    train("dense", rows(size, dim, values, chance));
    train("masked", pleach::masked(rows(size, dim, values, chance), tests::random_mask(size, dim, 0.5)));
    train("pep", pleach::make_pep<float>({size, dim, -3}, values, chance));
    train("gated", pleach::gated<rows>(rows(size, dim, values, chance)));
    train("qr", pleach::make_qr<float>({size, 4, dim}, values, chance));
    train("cerp", pleach::make_cerp<float>({size, 4, dim, -3}, values, chance));
    train("legcf", pleach::make_legcf<float>(tests::random_assignment<float>(size, 5, 2), dim, values, chance));
    train("wide qr", pleach::make_qr<float>({size, 4, 600}, values, chance));
}

void prune_tables() {
    using table_type = pleach::masked<pleach::dense_table<float>>;
    const auto prepare = [] { return table_type(tests::normal_table<float>(size, 7, 5)); };
    const auto expected = rows_of(prepare());
    const auto as_before = [&](auto& table, bool failed, auto&& require) {
        require(!failed || (rows_of(table) == expected && table.mask().count() == size * 7), "a table has changed");
    };
    sweep(
        "prune by magnitude", prepare, [](auto& table) { pleach::prune(table, pleach::magnitude{.fraction = 0.5}); },
        as_before);
    sweep(
        "prune by magnitude, with a floor", prepare,
        [](auto& table) { pleach::prune(table, pleach::magnitude{.fraction = 0.5, .row_floor = 2}); }, as_before);
    sweep("masked::keep", prepare, [](auto& table) { table.keep(tests::random_mask(size, 7, 0.5)); }, as_before);
    const auto search = pleach::make_cerp<float>({size, 4, 7, -3}, pleach::normal{}, pleach::random_stream(3));
    const auto start = pleach::snapshot(search);
    sweep(
        "draw_ticket, cerp", [] { return 0; }, [&](auto&) { static_cast<void>(pleach::draw_ticket(search, start)); },
        nothing_more);
}

void read_tables() {
    const auto dense = tests::normal_table<float>(size, 7, 5);
    read_verbs("dense", dense);
    read_verbs("qr", pleach::make_qr<float>({size, 4, 7}, pleach::normal{}, pleach::random_stream(1)));
    read_verbs("legcf", pleach::make_legcf<float>(tests::random_assignment<float>(size, 5, 2), 7, pleach::normal{},
                                                  pleach::random_stream(1)));
    read_verbs("wide legcf", pleach::make_legcf<float>(tests::random_assignment<float>(size, 5, 2), 600, pleach::normal{},
                                                       pleach::random_stream(1)));
    const auto as = [&]<class Format>(const char* kind, std::type_identity<Format>) {
        read_verbs(kind, frozen::view<Format>(std::make_shared<const frozen::image>(pleach::freeze<Format>(dense))));
    };
    as("bitmap_rows", std::type_identity<frozen::bitmap_rows<>>{});
    as("csr_rows", std::type_identity<frozen::csr_rows<>>{});
    read_verbs("coded", pleach::fit_residual_codes(tests::normal_table<float>(40, 7, 5).rows(), {}, {.terms = 2, .bits = 4},
                                                   pleach::random_stream(1)));
}

/// Operations with a fault that must be found, so that a sweep which finds nothing means something.
bool finds_faults() {
    std::vector<std::unique_ptr<int>> kept;
    const std::array faults{
        sweep(
            "(a leak)", [] { return 0; }, [&](auto&) { kept.push_back(std::make_unique<int>(1)); }, nothing_more),
        sweep(
            "(half a change)", [] { return std::vector<int>(2); },
            [](auto& both) {
                both[0] = 1;
                both[1] = *std::make_unique<int>(1);
            },
            [](auto& both, bool, auto&& require) { require(both[0] == both[1], "one of two values has changed"); }),
        sweep(
            "(an open descriptor)", [] { return 0; },
            [](auto&) {
                const int file = ::open("/dev/null", O_RDONLY);
                ::close(*std::make_unique<int>(file));
            },
            nothing_more)};
    return std::ranges::find(faults, std::size_t{0}) == faults.end();
}

}  // namespace

int main(int argc, char** argv) {
    for (int i = 1; i + 1 < argc; i += 2)
        if (std::string_view(argv[i]) == "--only") only = argv[i + 1];
    std::set_terminate([] {
        std::fprintf(stderr, "%s: a failed allocation ended the process\n", now);
        std::abort();
    });
    std::printf("| operation | allocations that failed | wrong | the first |\n|---|---:|---:|---|\n");
    if (only.empty() && !finds_faults()) {
        std::printf("a fault that was put there was not found\n");
        return 1;
    }
    all_points = wrong = 0;
    read_tables();
    write_files();
    open_files();
    freeze_tables();
    prune_tables();
    train_tables();
    std::printf("%zu failed allocations, %zu of them went wrong\n", all_points, wrong);
    return wrong == 0 ? 0 : 1;
}
