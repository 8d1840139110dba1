// SPDX-License-Identifier: Apache-2.0
// sentence: pleach::optimizer needs a trainable_table
#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/sgd.hpp>
#include <pleach/table/dense_table.hpp>

// Reads rows and has no gradient.
struct frozen_rows {
    using value_type = float;
    using id_type = std::uint32_t;
    std::size_t dim() const { return 4; }
    void lookup(id_type, std::span<float> out) const {
        for (float& x : out) x = 1.0f;
    }
};

#ifdef WRONG
using table = frozen_rows;
#else
static_assert(pleach::embedding_table<frozen_rows>);
using table = pleach::dense_table<float>;
#endif

void train(table& rows) { pleach::optimizer<table, pleach::sgd> rule(rows, pleach::sgd{}); }
