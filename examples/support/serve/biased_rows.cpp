// SPDX-License-Identifier: Apache-2.0
#include "support/serve/biased_rows.hpp"

#include "support/text/error.hpp"
#include "support/text/number.hpp"

namespace support {

item_biases read_biases(const std::filesystem::path& path, std::size_t items) {
    const auto file = open_served({path, {}});
    if (file.size() != items || file.dim() != 1)
        fail_input({path.native()}, counted(file.size(), "row") + " of " + counted(file.dim(), "column"),
                   "one value for each of " + grouped(items) + " items", "give the biases.frozen of the same run");
    item_biases biases(items);
    for (std::size_t i = 0; i < items; ++i) file.lookup(static_cast<std::uint32_t>(i), biases.values().subspan(i, 1));
    return biases;
}

}  // namespace support
