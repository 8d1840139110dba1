// SPDX-License-Identifier: Apache-2.0
//
// docs/tutorial/7_freeze_and_serve.md

#include <pleach/frozen/freeze_best.hpp>
#include <pleach/frozen/top_k.hpp>
#include <pleach/init/uniform.hpp>
#include <pleach/io/open.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/bags.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

int main() {
    const std::filesystem::path path = std::filesystem::temp_directory_path() / "pleach-tutorial-items.frozen";
    // A tenth of the values are left.
    pleach::masked table(pleach::dense_table<float>(50'000, 64, pleach::uniform{}, pleach::random_stream(2024)));
    pleach::prune(table, pleach::magnitude{.fraction = 0.9});

    using item_rows = pleach::frozen::bitmap_records<>;
    const pleach::frozen::image image = pleach::freeze<item_rows>(table);
    pleach::save(image, path);
    std::printf("%zu bytes instead of %zu\n", image.bytes(), table.size() * table.dim() * sizeof(float));

    // Mapped: processes that open the same file share its memory. Checked, byte by byte, unless asked not to.
    const auto items = pleach::open<item_rows>(path);
    std::vector<float> row(items.dim());
    items.lookup(17, row);
    std::filesystem::remove(path);  // the mapping stays

    // The best five for a query; and a bag, in which unknown ids count as rows of zeros.
    pleach::matrix<float> query(1, 64), sum(1, 64);
    items.lookup(3, query.row(0));
    pleach::top_k(items, std::as_const(query).view(), 5, [&](std::size_t, std::span<const pleach::scored<float>> best) {
        std::printf("row 3 is most like row %zu\n", best[0].id);
    });
    const std::vector<std::uint32_t> ids{3, 99'999};
    const std::vector<std::size_t> offsets{0, 2};
    pleach::gather_sum(items, std::span<const std::uint32_t>(ids), offsets, sum.view(), pleach::sequential{},
                       pleach::zero_bad_ids{});
    std::printf("the sum is row 3: %s\n", sum.row(0)[63] == query.row(0)[63] ? "yes" : "no");

    // Values may be off by half a hundredth of their row's largest.
    const auto best = pleach::freeze_best(table, {.bytes = 2'500'000, .tolerance = 0.005});
    std::printf("%s\n", best.formats.front().kind.c_str());
}
