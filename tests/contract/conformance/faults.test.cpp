// SPDX-License-Identifier: Apache-2.0

#include <pleach/testing/conformance.hpp>
#include <pleach/testing/detail/check_reading.hpp>
#include <pleach/testing/detail/check_training.hpp>
#include <pleach/testing/detail/findings.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace faults_test {

namespace {

enum class fault {
    none,
    writes_beside_out,
    leaves_a_column,
    forgets_its_state,
    wrong_add_to,
    shows_another_row,
    writes_another_row,
    dead_is_not_zero,
    dead_is_minus_zero,
    gradient_of_half,
    gradient_of_next_row,
    not_linear,
    overwrites_gradient,
    changes_when_accumulating,
    repeats_a_name,
    other_parameters,
    foreign_support,
    throws_on_last_id,
};

// A table that does everything there is, and one thing wrong.
class faulty {
public:
    using value_type = double;
    using id_type = std::uint32_t;
    using gradient_type = pleach::row_gradient<double>;

    explicit faulty(fault wrong)
        : wrong_(wrong), rows_(tests::normal_table<double>(6, 4)), mask_(pleach::bit_mask::ones(6, 4)),
          small_(pleach::bit_mask::ones(6, 3)) {
        mask_.reset(2, 1);
        rows_.row(2)[1] = is(fault::dead_is_not_zero) ? 0.5 : is(fault::dead_is_minus_zero) ? -0.0 : 0;
    }

    std::size_t size() const { return 6; }
    std::size_t dim() const { return 4; }
    const pleach::bit_mask& mask() const { return mask_; }

    void lookup(id_type id, std::span<double> out) const {
        if (is(fault::throws_on_last_id) && id == 5) throw std::runtime_error("row 5 is missing");
        const double kept = out[3];
        rows_.lookup(id, out);
        if (is(fault::writes_beside_out)) out.data()[4] = 0;
        if (is(fault::leaves_a_column)) out[3] = kept;
        if (is(fault::forgets_its_state)) out[0] += static_cast<double>(++lookups_);
    }
    void add_to(std::span<double> out, id_type id, double weight) const {
        rows_.add_to(out, id, is(fault::wrong_add_to) ? 1.0 : weight);
    }
    std::span<const double> row(id_type id) const { return rows_.row(is(fault::shows_another_row) ? (id + 1) % 6 : id); }
    std::span<double> row(id_type id) { return rows_.row(is(fault::writes_another_row) ? (id + 1) % 6 : id); }

    gradient_type make_gradient() const { return rows_.make_gradient(); }
    void accumulate(id_type id, std::span<const double> upstream, gradient_type& gradient) const {
        if (is(fault::overwrites_gradient)) gradient.clear();
        if (is(fault::changes_when_accumulating)) rows_.row(id)[0] += 1;
        gradient.add(is(fault::gradient_of_next_row) ? (id + 1) % 6 : id, upstream, is(fault::gradient_of_half) ? 0.5 : 1.0);
        if (is(fault::not_linear)) gradient.row(id)[0] += upstream[0] * upstream[0];
    }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        visit(pleach::stored_parameter<double>{"weights", pleach::role::weights, rows_.rows(), support()});
        if (is(fault::repeats_a_name))
            visit(pleach::stored_parameter<double>{"weights", pleach::role::weights, rows_.rows(), support()});
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        visit(pleach::parameter<double>{"weights", is(fault::other_parameters) ? pleach::role::gates : pleach::role::weights,
                                        rows_.rows(), gradient, support()});
        if (is(fault::repeats_a_name))
            visit(pleach::parameter<double>{"weights", pleach::role::weights, rows_.rows(), gradient, support()});
    }

private:
    bool is(fault f) const { return wrong_ == f; }
    const pleach::bit_mask* support() const { return is(fault::foreign_support) ? &small_ : &mask_; }

    fault wrong_;
    mutable pleach::dense_table<double> rows_;
    pleach::bit_mask mask_;
    pleach::bit_mask small_;
    mutable std::size_t lookups_ = 0;
};

std::string violations_of(fault wrong) { return pleach::testing::check(faulty(wrong)).text(); }

struct without_columns {
    using value_type = float;
    using id_type = std::uint8_t;
    std::size_t n = 0, columns = 0;
    std::size_t size() const { return n; }
    std::size_t dim() const { return columns; }
    void lookup(id_type, std::span<float>) const {}
};

}  // namespace

TEST_CASE("without a fault the table of this file conforms") {
    // Its rows are writable although it has a mask, so the written rows are the one axiom that it may break.
    const auto report = pleach::testing::check(faulty(fault::none));
    CAPTURE(report.text());
    REQUIRE(report.passed());
}

TEST_CASE("the kit finds planted faults of reading") {
    const auto [wrong, sentence_part] = GENERATE(table<fault, std::string>({
        {fault::writes_beside_out, "lookup writes all of out and nothing beside it, but for id 0 elements beside out"},
        {fault::leaves_a_column, "lookup writes all of out and nothing beside it, but for id 0 column 3 was not written"},
        {fault::forgets_its_state, "lookup depends on the table's state and the id alone"},
        {fault::wrong_add_to, "add_to adds weight times the lookup, but for id 0 column 0 became"},
        {fault::shows_another_row, "row shows what lookup copies, but id 0 differs"},
        {fault::writes_another_row, "a row that was written is looked up as written"},
        {fault::dead_is_not_zero, "dead elements are +0, but id 2, column 1 is 0.5"},
        {fault::dead_is_minus_zero, "dead elements are +0, but id 2, column 1 is -0"},
        {fault::throws_on_last_id, "but it threw: row 5 is missing"},
    }));
    const std::string text = violations_of(wrong);
    CAPTURE(text, sentence_part);
    REQUIRE(tests::contains(text, sentence_part));
}

TEST_CASE("the kit finds planted faults of training") {
    const auto [wrong, sentence_part] = GENERATE(table<fault, std::string>({
        {fault::gradient_of_half, "accumulate is the derivative of lookup, but "},
        {fault::gradient_of_next_row, "accumulate is the derivative of lookup"},
        {fault::not_linear, "accumulate is linear in upstream, but twice the upstream"},
        {fault::overwrites_gradient, "calls of accumulate commute"},
        {fault::changes_when_accumulating, "accumulate does not change the table"},
        {fault::repeats_a_name, "names are empty or repeated"},
        {fault::other_parameters, "\"weights\" differs"},
        {fault::foreign_support, "\"weights\" does not fit"},
    }));
    const std::string text = violations_of(wrong);
    CAPTURE(text, sentence_part);
    REQUIRE(tests::contains(text, sentence_part));
}

TEST_CASE("the kit finds tables without columns and with too many ids for their type") {
    REQUIRE(tests::contains(pleach::testing::check(without_columns{3, 0}).text(), "dim() is 0"));
    REQUIRE(tests::contains(pleach::testing::check(without_columns{257, 2}).text(), "cannot name the last one"));
}

}  // namespace faults_test
