// SPDX-License-Identifier: Apache-2.0
#include <pleach/init/normal.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/borrowed_table.hpp>

#include <algorithm>
#include <cstdio>
#include <vector>

// Each kind of entity has its own id type, at no cost.
enum class user_id : std::uint32_t {};
enum class item_id : std::uint32_t {};

int main() {
    const pleach::random_stream seed(7);
    const pleach::dense_table<float, user_id> users(100, 8, pleach::normal{}, seed.fork("users"));
    const pleach::dense_table<float, item_id> items(500, 8, pleach::normal{}, seed.fork("items"));
    std::printf("%zu users, %zu items, rows of %zu\n", users.size(), items.size(), items.dim());

    // A lookup copies a row into your memory; it allocates nothing.
    std::vector<float> row(items.dim());
    items.lookup(item_id{42}, row);
    // users.lookup(item_id{42}, row);  does not compile: an item id is not a user id.

    // A batch of lookups checks its ids once, in release builds too.
    const std::vector<item_id> batch{item_id{1}, item_id{42}, item_id{1}};
    pleach::matrix<float> rows(batch.size(), items.dim());
    pleach::gather(items, batch, rows.view());
    std::printf("row 1 of the batch is item 42: %s\n", std::ranges::equal(rows.row(1), row) ? "yes" : "no");
    try {
        const std::vector<item_id> wrong{item_id{500}};
        pleach::gather(items, wrong, rows.view().rows_from(0, 1));
    } catch (const std::out_of_range& error) {
        std::printf("%s\n", error.what());
    }

    // Rows owned by somebody else, with any stride: no copy is made.
    std::vector<double> foreign(3 * 10, 0.5);
    const pleach::borrowed_table<double> borrowed(pleach::matrix_view<double>(foreign.data(), 3, 8, 10));
    std::printf("borrowed: %zu rows of %zu\n", borrowed.size(), borrowed.dim());

    // A copy is a snapshot.
    auto changed = items;
    changed.row(item_id{42})[0] += 1;
    std::printf("the copy differs: %s\n", changed == items ? "no" : "yes");
}
