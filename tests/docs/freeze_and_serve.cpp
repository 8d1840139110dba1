// SPDX-License-Identifier: Apache-2.0
//
// docs/tutorial/7_freeze_and_serve.md

#include <pleach/frozen/freeze_best.hpp>
#include <pleach/init/uniform.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/io/hot_swap.hpp>
#include <pleach/io/open.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/table/top_k.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

int main() {
    const std::filesystem::path path = std::filesystem::temp_directory_path() / "pleach-tutorial-items.frozen";
    // A tenth of the values remain.
    pleach::masked table(pleach::dense_table<float>(50'000, 64, pleach::uniform{}, pleach::random_stream(2024)));
    pleach::prune(table, pleach::magnitude{.fraction = 0.9});

    using item_rows = pleach::frozen::bitmap_records<>;
    const pleach::frozen::image image = pleach::freeze<item_rows>(table);
    pleach::save(image, path);
    std::printf("%zu bytes instead of %zu\n", image.bytes(), table.size() * table.dim() * sizeof(float));

    // Mapped: processes that open the same file share its memory. Every byte is checked, unless you ask not to.
    const auto items = pleach::open<item_rows>(path);
    std::vector<float> row(items.dim());
    items.lookup(17, row);

    // A file that is replaced while it is served. Each thread reads through its own reader.
    const auto open_items = [](const std::filesystem::path& file) { return pleach::open<item_rows>(file); };
    pleach::hot_swap served(path, open_items);
    decltype(served)::reader reader(served);
    pleach::save(image, path);                 // a newer table replaces the old one
    const bool has_changed = served.reload();  // from a timer or a signal
    reader.get().lookup(17, row);
    std::printf("the reader sees the new file: %s\n", has_changed ? "yes" : "no");
    std::filesystem::remove(path);  // the mappings stay

    // The best five for each query, on all cores, leaving out what its user has seen: ascending ids for query q.
    pleach::matrix<float> queries(2, 64);
    items.lookup(3, queries.row(0));
    items.lookup(4, queries.row(1));
    const std::vector<std::vector<std::uint32_t>> seen{{3}, {1, 4, 17}};
    const auto show = [](std::size_t q, std::span<const pleach::scored<float>> best) {
        std::printf("query %zu: the best unseen row is %zu\n", q, best[0].id);
    };
    pleach::top_k(items, std::as_const(queries).view(), 5, show,
                  {.exec = pleach::openmp{}, .excluded = [&](std::size_t q) { return std::span(seen[q]); }});

    // A bag in which unknown ids count as rows of zeros.
    const std::vector<std::uint32_t> ids{3, 99'999};
    const std::vector<std::size_t> offsets{0, 2};
    pleach::matrix<float> sum(1, 64);
    pleach::gather_sum(items, std::span<const std::uint32_t>(ids), offsets, sum.view(), {.ids = pleach::id_policy::zero});
    std::printf("the sum is row 3: %s\n", sum.row(0)[63] == queries.row(0)[63] ? "yes" : "no");

    // Values may be off by 0.5 % of the largest value in their row.
    const auto best = pleach::freeze_best(table, {.bytes = 2'500'000, .tolerance = 0.005});
    std::printf("%s\n", best.formats.front().kind.c_str());
}
