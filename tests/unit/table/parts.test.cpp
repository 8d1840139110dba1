// SPDX-License-Identifier: Apache-2.0
#include <pleach/table/parameter.hpp>
#include <pleach/table/parts.hpp>

#include <pleach/compose/activated.hpp>
#include <pleach/compose/assigned.hpp>
#include <pleach/compose/blended.hpp>
#include <pleach/compose/composed.hpp>
#include <pleach/compose/constant.hpp>
#include <pleach/sparse/mask_overlay.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/borrowed_table.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/table/state.hpp>

#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/scaled.hpp"
#include "support/tables.hpp"

#include <map>

namespace parts_test {

using namespace pleach;

namespace {

using rows_type = dense_table<double>;

rows_type rows(std::uint64_t seed = 1) { return tests::normal_table<double>(6, 3, seed); }
bit_mask some_mask(std::uint64_t seed = 1) { return tests::random_mask(6, 3, 0.5, seed); }

using saved_state = std::map<std::string, std::vector<double>>;

template <class Table>
saved_state saved(const Table& table) {
    saved_state arrays;
    visit_state(table, [&](std::string_view name, auto array) {
        auto& values = arrays[std::string(name)];
        for (std::size_t r = 0; r < array.rows(); ++r)
            for (const auto x : array.row(r)) values.push_back(static_cast<double>(x));
    });
    return arrays;
}

template <class Table>
void load(Table& table, const saved_state& arrays) {
    load_state(table, [&](std::string_view name, auto array) {
        const auto& values = arrays.at(std::string(name));
        for (std::size_t r = 0; r < array.rows(); ++r)
            for (std::size_t c = 0; c < array.cols(); ++c)
                array.row(r)[c] = static_cast<std::remove_reference_t<decltype(array.row(r)[c])>>(values[r * array.cols() + c]);
    });
}

// A template over a table that does not say what it is made of, and a table that shows a base() and says no more.
template <class Base>
struct closed {
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;
    Base base;
    std::size_t dim() const { return base.dim(); }
    void lookup(id_type id, std::span<value_type> out) const { base.lookup(id, out); }
};
class half_open {
public:
    using value_type = double;
    using id_type = std::uint32_t;
    std::size_t dim() const { return 3; }
    void lookup(id_type, std::span<double>) const {}
    const rows_type& base() const { return base_; }

private:
    rows_type base_;
};
// A leaf that keeps its rows in a table, as docs/howto/write_your_own_table.md has it.
class leaf {
public:
    using value_type = double;
    using id_type = std::uint32_t;
    std::size_t dim() const { return 3; }
    void lookup(id_type, std::span<double>) const {}

private:
    rows_type rows_;
};

}  // namespace

static_assert(has_parts<masked<rows_type>> && has_parts<activated<hyperbolic_tangent, rows_type>> &&
              has_parts<tests::scaled<rows_type>> && has_parts<mask_overlay<const rows_type>>);
static_assert(!has_parts<rows_type> && !has_parts<borrowed_table<double>> && !has_parts<leaf>);
static_assert(!hides_parts<rows_type> && !hides_parts<borrowed_table<double>> && !hides_parts<leaf> &&
              !hides_parts<tests::scaled<rows_type>>);
// Over parts that can only be read, adaptors can be read too, and a constant part is unchanged.
static_assert(std::same_as<gradient_of<rows_type>, row_gradient<double>> && std::is_empty_v<gradient_of<leaf>>);
static_assert(has_parts<tests::scaled<leaf>> && has_parts<activated<hyperbolic_tangent, leaf>> &&
              !trainable_table<tests::scaled<leaf>> && !trainable_table<activated<hyperbolic_tangent, leaf>>);
static_assert(hides_parts<closed<rows_type>> && hides_parts<half_open> && hides_parts<closed<half_open>>);

TEST_CASE("parts are shown by name, to read and to write") {
    auto table = compose<sum>(6, part{"P", masked(rows(), some_mask()), identity_map(6)}, part{"Q", rows(2), remainder_map(6)});
    std::vector<std::string> names;
    for_each_part(std::as_const(table), [&]<class Part>(std::string_view name, Part&) {
        static_assert(std::is_const_v<Part>);
        names.emplace_back(name);
    });
    REQUIRE(names == std::vector<std::string>{"P", "Q"});
    for_each_part(table, [&](std::string_view, auto& part) {
        if constexpr (requires { part.row(0)[0] = 7; }) part.row(0)[0] = 7;
    });
    REQUIRE(table.get<1>().table.row(0)[0] == 7);
}

TEST_CASE("a constant table saves, loads and counts its assignment") {
    const auto make = [](std::uint64_t seed) {
        return constant(assigned(rows(seed), tests::random_assignment<double>(4, 6, 2, seed)));
    };
    const auto table = make(1);
    const auto arrays = saved(table);
    REQUIRE(arrays.contains("assignment.ids"));
    REQUIRE(arrays.contains("assignment.weights"));
    REQUIRE(footprint(table).assigned == 8);
    auto other = make(2);
    REQUIRE(tests::rows_of(other) != tests::rows_of(table));
    load(other, arrays);
    REQUIRE(tests::rows_of(other) == tests::rows_of(table));
}

TEST_CASE("a constant, scaled, activated or blended table loads the masks of its parts") {
    const auto check = [](auto&& make) {
        const auto table = make(masked(rows(), some_mask()));
        auto other = make(masked(rows(2), some_mask(2)));
        load(other, saved(table));
        REQUIRE(tests::rows_of(other) == tests::rows_of(table));
        REQUIRE(saved(other) == saved(table));
    };
    check([](auto part) { return constant(part); });
    check([](auto part) { return tests::scaled(part, 2.0); });
    check([](auto part) { return activate<hyperbolic_tangent>(tests::scaled(constant(part), 2.0)); });
    check([](auto part) { return blended(part, constant(part), 0.25); });
    check([](auto part) {
        return compose<sum>(6, pleach::part{"A", part, identity_map(6)}, pleach::part{"B", rows(), identity_map(6)});
    });
}

TEST_CASE("set_support and set_assignment reach the part that is named, and refuse names that there are not") {
    auto table = blended(masked(rows(), bit_mask::ones(6, 3)), tests::scaled(masked(rows(2), bit_mask::ones(6, 3)), 2.0), 0.5);
    const bit_mask none = bit_mask::zeros(6, 3);
    set_support(table, "second.base.weights", none);
    REQUIRE(table.first().mask().count() == 18);
    REQUIRE(table.second().base().mask().count() == 0);
    REQUIRE_THROWS_WITH_SENTENCE(set_support(table, "third.weights", none), std::invalid_argument, "\"third.weights\"");
    REQUIRE_THROWS_WITH_SENTENCE(set_support(table, "first.weights", bit_mask::zeros(5, 3)), std::invalid_argument, "5 x 3");

    auto nested = tests::scaled(
        assigned(assigned(rows(), tests::random_assignment<double>(5, 6, 2)), tests::random_assignment<double>(9, 5, 1)), 2.0);
    std::vector<std::string> names;
    for_each_assignment(nested, [&](const auto& a) { names.emplace_back(a.name); });
    REQUIRE(names == std::vector<std::string>{"base.assignment", "base.codes.assignment"});
    const auto other = tests::random_assignment<double>(5, 6, 3, 4);
    set_assignment(nested, "base.codes.assignment", matrix<std::uint32_t>(other.ids()), matrix<double>(other.weights()));
    REQUIRE(nested.base().base().terms() == other);
    REQUIRE_THROWS_WITH_SENTENCE(set_assignment(nested, "base.codes.other", {}, {}), std::invalid_argument,
                                 "\"base.codes.other\"");
}

TEST_CASE("a constant table over a part that cannot be trained is that part") {
    const auto frozen = constant(tests::scaled(rows(), 2.0)).over([](const auto& part) {
        return part.over([](const rows_type&) { return leaf(); });
    });
    static_assert(std::same_as<std::remove_const_t<decltype(frozen)>, tests::scaled<leaf>>);
    REQUIRE(frozen.dim() == 3);
}

TEST_CASE("names begin with the part's and a point, unless it has none") {
    REQUIRE(part_name("", "weights") == "weights");
    REQUIRE(part_name("P", "weights") == "P.weights");
    // A part's name that begins another one's does not stand for it.
    auto table = compose<sum>(6, part{"P", masked(rows(), some_mask()), identity_map(6)},
                              part{"PP", masked(rows(), some_mask()), identity_map(6)});
    set_support(table, "PP.weights", bit_mask::zeros(6, 3));
    REQUIRE(table.get<0>().table.mask() == some_mask());
    REQUIRE(table.get<1>().table.mask().count() == 0);
}

}  // namespace parts_test
