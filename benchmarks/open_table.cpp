// SPDX-License-Identifier: Apache-2.0
//
// Opening a frozen table of one gigabyte in the page cache, with every byte checked, compared with the checksum alone.
//
//     bench_open_table [--smoke] [--passes N] [--share X]
//
// One file per format is written to the folder for temporary files, one after the other; --share makes them smaller.

#include "contest.hpp"
#include "sparse_rows.hpp"

#include <pleach/frozen/freeze.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/io/open.hpp>

#include <filesystem>

#include <unistd.h>

namespace {

template <class Table>
void open_gigabyte(const benchmarks::arguments& given, double density) {
    constexpr std::size_t dim = 64;
    const double bytes_a_row =
        static_cast<double>(pleach::freeze<Table>(benchmarks::sparse_rows{4096, dim, density}).bytes()) / 4096;
    const double wanted = given.is_smoke ? 1e6 : 1e9 * given.share;
    const auto path = std::filesystem::temp_directory_path() / ("bench_open_table." + std::to_string(::getpid()));
    pleach::save(pleach::freeze<Table>(benchmarks::sparse_rows{static_cast<std::size_t>(wanted / bytes_a_row), dim, density},
                                       pleach::openmp{0}),
                 path);
    const auto file = pleach::mapped_file::open(path);
    char title[160];
    std::snprintf(title, sizeof title, "%s of 64 columns, density %g, %.3f GB", Table::kind().c_str(), density,
                  static_cast<double>(file.bytes().size()) / 1e9);
    benchmarks::contest all(given, title, "ms", 1e3);
    all.add("checksum of bytes that are mapped", [&] {
        pleach::checksum sum;
        sum.update(file.bytes());
        benchmarks::keep(sum.value());
    });
    const auto add_open = [&](const char* name, pleach::open_options options) {
        return all.add(name, [&path, options] {
            const auto table = pleach::open<Table>(path, options);
            benchmarks::keep(table.size());
        });
    };
    const std::size_t checked = add_open("open, mapped, everything checked", {});
    add_open("open, read into memory, everything checked", {.mode = pleach::open_mode::memory});
    pleach::open_options trusted;
    trusted.limits.data = pleach::data_checksum::trusted_bytes;
    add_open("open, mapped, trusted", trusted);
    all.run();
    std::filesystem::remove(path);
    all.judge("seconds per gigabyte, everything checked", all.best(checked) * 1e9 / static_cast<double>(file.bytes().size()),
              benchmarks::contest::aim::at_most, 0.25);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace pleach;
    const benchmarks::arguments given(argc, argv);
    open_gigabyte<frozen::dense_rows<value_code::f16>>(given, 1);
    open_gigabyte<frozen::bitmap_rows<value_code::f32>>(given, 0.1);
    open_gigabyte<frozen::bitmap_records<value_code::f32>>(given, 0.1);
    open_gigabyte<frozen::bitmap_records<value_code::i8>>(given, 0.2);
    open_gigabyte<frozen::column_records<value_code::f32>>(given, 0.05);
}
