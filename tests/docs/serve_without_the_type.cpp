// SPDX-License-Identifier: Apache-2.0
//
// The program of docs/howto/serve_without_the_type.md.

#include <pleach/frozen/freeze.hpp>
#include <pleach/init/uniform.hpp>
#include <pleach/io/open.hpp>
#include <pleach/io/open_any.hpp>
#include <pleach/table/dense_table.hpp>

#include <cstdio>
#include <filesystem>
#include <vector>

namespace {

void serve(const std::filesystem::path& path) {
    const pleach::any_frozen_table items = pleach::open_any(path);
    std::printf("%s, %zu x %zu\n", items.kind().c_str(), items.size(), items.dim());

    // The mean of the rows that a user has taken is the query; they are left out of the answer.
    const std::vector<std::uint32_t> taken{3, 17, 40};
    const std::vector<std::size_t> offsets{0, taken.size()};
    pleach::matrix<float> query(1, items.dim());
    items.gather_mean(taken, offsets, query.view());
    items.top_k(query.view(), 3,
                [](std::size_t, std::span<const pleach::scored<float>> best) {
                    for (const auto& one : best) std::printf("  row %zu\n", one.id);
                },
                {.excluded = [&](std::size_t) { return std::span(taken); }});
}

}  // namespace

int main() {
    const auto path = std::filesystem::temp_directory_path() / "pleach_without_the_type.frozen";
    const pleach::dense_table<float> trained(1'000, 16, pleach::uniform{}, pleach::random_stream(2024));
    pleach::save(pleach::freeze<pleach::frozen::dense_rows<>>(trained), path);
    serve(path);
    pleach::save(pleach::freeze<pleach::frozen::dense_rows<pleach::value_code::i8>>(trained), path);
    serve(path);
    std::filesystem::remove(path);
}
