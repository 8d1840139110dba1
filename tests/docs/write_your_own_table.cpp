// SPDX-License-Identifier: Apache-2.0
#include <pleach/core/random_stream.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/sgd.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/testing/conformance.hpp>

#include <cstdio>

// A first try: entities are hashed to a smaller number of rows, so that memory is bounded.
struct first_try {
    using value_type = double;
    std::size_t dim() const { return 4; }
    void lookup(std::uint32_t, std::span<double>) const {}
};
static_assert(!pleach::has_table_types<first_try>);  // it does not say what an id is
static_assert(!pleach::embedding_table<first_try>);

// Everything a table needs to be read, trained, checked and saved.
class hashed_table {
public:
    using value_type = double;
    using id_type = std::uint32_t;
    using gradient_type = pleach::row_gradient<double>;

    hashed_table(std::size_t entities, std::size_t stored, std::size_t dim)
        : entities_(entities), rows_(stored, dim, pleach::normal{}, pleach::random_stream(1)) {}

    std::size_t size() const { return entities_; }  // entities, not stored rows
    std::size_t dim() const { return rows_.dim(); }
    void lookup(id_type id, std::span<double> out) const { rows_.lookup(home(id), out); }

    gradient_type make_gradient() const { return rows_.make_gradient(); }
    void accumulate(id_type id, std::span<const double> upstream, gradient_type& gradient) const {
        rows_.accumulate(home(id), upstream, gradient);
    }
    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        rows_.for_each_parameter(visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        rows_.for_each_parameter(gradient, visit);
    }

private:
    id_type home(id_type id) const { return static_cast<id_type>(pleach::random_stream(2).below(rows_.size(), id)); }

    std::size_t entities_;
    pleach::dense_table<double> rows_;
};
static_assert(pleach::enumerable_table<hashed_table> && pleach::trainable_table<hashed_table>);
static_assert(!pleach::row_table<hashed_table>);  // there is no row(): it cannot be masked, but its parts can

int main() {
    // What the compiler cannot check: lookups are pure, batches equal lookups, accumulate is the transposed Jacobian.
    const auto report = pleach::testing::check(hashed_table(12, 5, 4));
    std::printf("%s\n", report.passed() ? "conforms" : report.text().c_str());

    hashed_table table(1000, 50, 8);
    pleach::optimizer optimizer(table, pleach::sgd{});  // like any other table
    std::printf("%zu entities, %zu steps\n", table.size(), static_cast<std::size_t>(optimizer.steps()));
    return report.passed() ? 0 : 1;
}
