// SPDX-License-Identifier: Apache-2.0
#include <pleach/testing/check_row_form.hpp>

#include <pleach/frozen/any_rows.hpp>

#include "support/catch.hpp"

namespace check_row_form_test {

using pleach::value_code;
using pleach::testing::check_row_form;
namespace frozen = pleach::frozen;

namespace {

using halves = frozen::dense_form<value_code::f16>;
using bits = frozen::bitmap_form<value_code::f32>;

struct writes_beside : halves {
    static constexpr std::size_t bytes(std::size_t dim, std::size_t nonzero) { return halves::bytes(dim, nonzero) - 1; }
};
struct rounds_more : halves {
    static std::uint16_t code_row(std::span<float> row) noexcept {
        for (float& x : row) x *= 1.01F;
        return halves::code_row(row);
    }
};
struct reads_another_row : halves {
    static auto read(std::span<const std::byte> row, std::size_t dim) noexcept { return halves::read(row.subspan(2), dim); }
};
struct sees_no_overflow : bits {
    static bool marks_overflow(const std::byte*, std::size_t, std::size_t) noexcept { return false; }
};
struct sees_no_defect : bits {
    static float checked_square(std::span<const std::byte>, std::size_t) noexcept { return 1; }
};
struct has_a_name_with_a_comma : halves {
    static std::string name() { return "dense,"; }
};
struct has_no_write {
    [[maybe_unused]] static constexpr bool is_dense = true;
};

static_assert(frozen::row_form<halves> && frozen::row_form<bits> && !frozen::row_form<has_no_write>);

template <class Form>
void require_finding(const std::string& axiom) {
    const auto report = check_row_form<Form>();
    CAPTURE(report.text(), axiom);
    REQUIRE(report.text().find(axiom) != std::string::npos);
}

}  // namespace

TEST_CASE("every form of the library keeps the axioms of forms") {
    frozen::for_each_kind([]<class Table>(const Table*) {
        const auto report = check_row_form<typename Table::form_type>();
        CAPTURE(Table::kind(), report.text());
        REQUIRE(report.passed());
    });
}

TEST_CASE("a form that breaks an axiom is found out") {
    require_finding<writes_beside>("write stays within the bytes");
    require_finding<rounds_more>("code_row keeps values within error()");
    require_finding<reads_another_row>("read gives the values that were written");
    require_finding<sees_no_overflow>("marks_overflow recognizes what mark_overflow writes");
    require_finding<sees_no_defect>("checked_square is NaN for every row with a defect");
    require_finding<has_a_name_with_a_comma>("the names of forms and codes");
}

}  // namespace check_row_form_test
