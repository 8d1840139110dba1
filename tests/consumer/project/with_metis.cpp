// SPDX-License-Identifier: Apache-2.0
#include <pleach/interop/metis.hpp>

namespace {

struct triangle {
    std::uint32_t others[3][2] = {{1, 2}, {0, 2}, {0, 1}};
    std::size_t nodes() const { return 3; }
    std::span<const std::uint32_t> neighbors(std::size_t node) const { return others[node]; }
};

}  // namespace

int main() { return pleach::partition_metis(triangle{}, 3, 1).size() == 3 ? 0 : 1; }
