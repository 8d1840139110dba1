// SPDX-License-Identifier: Apache-2.0
// sentence: pleach::testing::check needs an embedding_table
#include <pleach/testing/conformance.hpp>

struct one_value {
    using value_type = float;
    using id_type = std::uint32_t;
#ifndef WRONG
    std::size_t dim() const { return 1; }
#endif
    void lookup(id_type, std::span<float> out) const { out[0] = 1; }
};

bool passes() { return pleach::testing::check(one_value()).passed(); }
