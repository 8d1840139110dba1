// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/collisions.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/table/dense_table.hpp>
#include <pleach/testing/conformance.hpp>

#include <cstdio>

// A first try: it says which row an entity uses, but not how many rows there must be.
struct first_try {
    std::size_t operator()(std::uint64_t entity) const { return entity % 10; }
};
static_assert(!pleach::index_map<first_try>);

// Entities are numbered by popularity: the first `own` have a row each, all others share the remaining rows.
class popular_first_map {
public:
    popular_first_map(std::size_t own, std::size_t shared) : own_(own), shared_(shared) {
        if (shared == 0) throw std::invalid_argument("popular_first_map: there are 0 shared rows; the rest needs one at least");
    }
    std::size_t operator()(std::uint64_t entity) const {
        return entity < own_ ? static_cast<std::size_t>(entity) : own_ + static_cast<std::size_t>((entity - own_) % shared_);
    }
    std::size_t rows() const { return own_ + shared_; }

    // For frozen files: its name, and the arguments of its constructor.
    static constexpr std::string_view name = "popular_first";
    std::array<std::uint64_t, 2> arguments() const { return {own_, shared_}; }

private:
    std::size_t own_;
    std::size_t shared_;
};
static_assert(pleach::index_map<popular_first_map>);

int main() {
    const popular_first_map map(20, 5);
    const auto table = pleach::compose<pleach::sum>(
        60, pleach::part{"rows", pleach::dense_table<double>(map.rows(), 4, pleach::normal{}, pleach::random_stream(7)), map});

    // Which entities share a row?
    const auto counts = pleach::count_collisions(table);
    std::printf("%zu distinct rows for %zu entities, at most %zu in one\n", counts.distinct, counts.entities,
                counts.largest_group);

    // The axioms, and every gradient against finite differences.
    const auto report = pleach::testing::check(table);
    std::printf("%s\n", report.passed() ? "conforms" : report.text().c_str());

    // Adding an entity moves no old one: the rows that were trained stay where they are.
    std::printf("entity 59 is in row %zu, entity 60 would be in row %zu\n", map(59), map(60));
    return report.passed() ? 0 : 1;
}
