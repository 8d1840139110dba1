// SPDX-License-Identifier: Apache-2.0
#include "other.hpp"

#include <pleach/init/uniform.hpp>
#include <pleach/prune/magnitude.hpp>

#include <cstdio>

int main() {
    auto table = pleach::masked(pleach::dense_table<float>(10, 8, pleach::uniform{-1.0, 1.0}, pleach::random_stream{7}));
    pleach::magnitude{.fraction = 0.5}.apply(table);
    if (table.mask().count() != 40) return 1;
    train(table);
    if (table.mask().count() != 40) return 2;
    std::printf("%zu live entries\n", table.mask().count());
}
