// SPDX-License-Identifier: Apache-2.0

#include <pleach/compose/assignment.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/sparse/soft_thresholded.hpp>
#include <pleach/testing/conformance.hpp>
#include <pleach/testing/detail/check_parts.hpp>

#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "support/tables.hpp"

#include <memory>

namespace part_faults_test {

namespace {

enum class fault {
    none,
    calls_f_with_a_copy,
    calls_f_twice,
    forgets_a_part,
    repeats_a_name,
    points_in_a_name,
    forgets_its_share,
    other_name_of_a_parameter,
    sets_all_supports,
    sets_no_support,
    forgets_its_assignment,
    repeats_an_assignment,
};

using rows_type = pleach::dense_table<double>;
using search_type = pleach::soft_thresholded<rows_type, pleach::fixed_threshold<double>>;
using masked_type = pleach::masked<rows_type>;

// An adaptor that does everything there is, and one thing wrong: the rows of two tables, mixed, of the entity's term.
template <class First, class Second>
class faulty {
public:
    using value_type = double;
    using id_type = std::uint32_t;
    struct gradient_type {
        typename First::gradient_type first;
        typename Second::gradient_type second;
    };

    faulty(fault wrong, First first, Second second, double share)
        : wrong_(wrong), first_(std::move(first)), second_(std::move(second)), share_(share),
          terms_(tests::random_assignment<double>(6, 6, 1)) {}

    template <class F>
    auto over(F&& f) const {
        if (is(fault::calls_f_twice)) static_cast<void>(f(first_));
        const First copy = first_;
        faulty<pleach::part_under<F, First>, pleach::part_under<F, Second>> result{
            wrong_, f(is(fault::calls_f_with_a_copy) ? copy : first_), f(second_), is(fault::forgets_its_share) ? 1 : share_};
        result.terms_ = terms_;
        return result;
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit(self.is(fault::points_in_a_name) ? "a.b" : "first", self.first_);
        if (!self.is(fault::forgets_a_part)) visit(self.is(fault::repeats_a_name) ? "first" : "second", self.second_);
    }

    std::size_t size() const { return 6; }
    std::size_t dim() const { return 4; }
    void lookup(id_type id, std::span<double> out) const {
        std::vector<double> other(out.size());
        first_.lookup(code(id), out);
        second_.lookup(code(id), other);
        const double weight = terms_.weight(id, 0);
        for (std::size_t c = 0; c < out.size(); ++c) out[c] = weight * (share_ * out[c] + other[c]);
    }
    gradient_type make_gradient() const { return {first_.make_gradient(), second_.make_gradient()}; }
    void accumulate(id_type id, std::span<const double> upstream, gradient_type& gradient) const {
        std::vector<double> scaled(upstream.begin(), upstream.end());
        for (double& x : scaled) x *= terms_.weight(id, 0);
        second_.accumulate(code(id), scaled, gradient.second);
        for (double& x : scaled) x *= share_;
        first_.accumulate(code(id), scaled, gradient.first);
    }
    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        pleach::visit_parameters(is(fault::other_name_of_a_parameter) ? "one" : "first", first_, visit);
        pleach::visit_parameters("second", second_, visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        pleach::visit_parameters(is(fault::other_name_of_a_parameter) ? "one" : "first", first_, gradient.first, visit);
        pleach::visit_parameters("second", second_, gradient.second, visit);
    }

    template <class Visit>
    void for_each_assignment(Visit&& visit) const {
        const pleach::stored_assignment<double> own{"terms", terms_.ids(), terms_.weights(), terms_.codes()};
        visit(own);
        if (is(fault::repeats_an_assignment)) visit(own);
    }
    void set_assignment(std::string_view, pleach::matrix<std::uint32_t> ids, pleach::matrix<double> weights) {
        if (!is(fault::forgets_its_assignment)) terms_ = {6, std::move(ids), std::move(weights)};
    }

private:
    template <class, class>
    friend class faulty;
    bool is(fault f) const { return wrong_ == f; }
    id_type code(id_type id) const { return static_cast<id_type>(terms_.id(id, 0)); }

    fault wrong_;
    First first_;
    Second second_;
    double share_;
    pleach::assignment<double> terms_;
};

search_type a_search() { return {tests::normal_table<double>(6, 4), pleach::fixed_threshold<double>(0.7)}; }
masked_type a_mask() { return {tests::normal_table<double>(6, 4, 2), tests::random_mask(6, 4, 0.5)}; }

std::string violations_of(fault wrong) { return pleach::testing::check(faulty(wrong, a_search(), a_mask(), 0.5)).text(); }

// A leaf whose copies share their rows, so that no snapshot of it stays.
class sharing {
public:
    using value_type = double;
    using id_type = std::uint32_t;
    using gradient_type = pleach::row_gradient<double>;

    std::size_t size() const { return 6; }
    std::size_t dim() const { return 4; }
    void lookup(id_type id, std::span<double> out) const { rows_->lookup(id, out); }
    gradient_type make_gradient() const { return rows_->make_gradient(); }
    void accumulate(id_type id, std::span<const double> upstream, gradient_type& gradient) const {
        rows_->accumulate(id, upstream, gradient);
    }
    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        std::as_const(*rows_).for_each_parameter(visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        rows_->for_each_parameter(gradient, visit);
    }

private:
    std::shared_ptr<rows_type> rows_ = std::make_shared<rows_type>(tests::normal_table<double>(6, 4));
};

// A leaf, as far as the compiler can tell, of two parameters under masks: of a search, if it is one, or replaced as `wrong` says.
template <class Rows>
class private_rows {
public:
    using value_type = double;
    using id_type = std::uint32_t;
    struct gradient_type {
        typename Rows::type::gradient_type first, second;
    };

    private_rows(fault wrong, typename Rows::type rows) : wrong_(wrong), first_(rows), second_(std::move(rows)) {}

    std::size_t size() const { return 6; }
    std::size_t dim() const { return 4; }
    void lookup(id_type id, std::span<double> out) const {
        std::vector<double> other(out.size());
        first_.lookup(id, out);
        second_.lookup(id, other);
        for (std::size_t c = 0; c < out.size(); ++c) out[c] += 2 * other[c];
    }
    gradient_type make_gradient() const { return {first_.make_gradient(), second_.make_gradient()}; }
    void accumulate(id_type id, std::span<const double> upstream, gradient_type& gradient) const {
        std::vector<double> twice(upstream.begin(), upstream.end());
        for (double& x : twice) x *= 2;
        first_.accumulate(id, upstream, gradient.first);
        second_.accumulate(id, twice, gradient.second);
    }
    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        pleach::visit_parameters("first", first_, visit);
        pleach::visit_parameters("second", second_, visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        pleach::visit_parameters("first", first_, gradient.first, visit);
        pleach::visit_parameters("second", second_, gradient.second, visit);
    }
    void set_support(std::string_view name, const pleach::bit_mask& mask)
        requires pleach::has_replaceable_support<typename Rows::type>
    {
        if (wrong_ == fault::sets_no_support) return;
        if (name == "first.weights" || wrong_ == fault::sets_all_supports) first_.set_support(name, mask);
        if (name == "second.weights" || wrong_ == fault::sets_all_supports) second_.set_support(name, mask);
    }

private:
    fault wrong_;
    typename Rows::type first_, second_;
};
// Names of tables that hide what they are, so that a private_rows of them is a template over no table.
struct of_search {
    using type = search_type;
};
struct of_mask {
    using type = masked_type;
};

// A template over a table that does not say so.
template <class Base>
struct closed : Base {
    using Base::Base;
    explicit closed(Base base) : Base(std::move(base)) {}
};

}  // namespace

TEST_CASE("without a fault the tables of this file conform") {
    for (const std::string& text :
         {violations_of(fault::none), pleach::testing::check(private_rows<of_mask>(fault::none, a_mask())).text()}) {
        CAPTURE(text);
        REQUIRE(text.empty());
    }
}

TEST_CASE("the kit finds planted faults of adaptors") {
    const auto [wrong, sentence_part] = GENERATE(table<fault, std::string>({
        {fault::calls_f_with_a_copy, "each part once, but f was called for parts other than those of for_each_part"},
        {fault::calls_f_twice, "each part once, but f was called for parts other than those of for_each_part"},
        {fault::forgets_a_part, "each part once, but f was called for parts other than those of for_each_part"},
        {fault::repeats_a_name, "parts have distinct names without dots, but there is \"first\""},
        {fault::points_in_a_name, "parts have distinct names without dots, but there is \"a.b\""},
        {fault::forgets_its_share, "over(f) is the same table over f(part), each part once, but id 0 has other values"},
        {fault::other_name_of_a_parameter, "under the part's name, but \"first.weights\" is not"},
        {fault::forgets_its_assignment, "a saved state is loaded completely, but \"terms\" cannot be replaced"},
        {fault::repeats_an_assignment, "assignments have distinct names, but one is repeated"},
    }));
    const std::string text = violations_of(wrong);
    CAPTURE(text, sentence_part);
    REQUIRE(tests::contains(text, sentence_part));
}

TEST_CASE("the kit finds planted faults of leaves, and leaves that are none") {
    REQUIRE(tests::contains(pleach::testing::check(sharing()).text(),
                            "a snapshot has the same rows and does not show later writes, but id 0 has other values"));
    REQUIRE(tests::contains(pleach::testing::check(private_rows<of_mask>(fault::sets_all_supports, a_mask())).text(),
                            "set_support replaces the mask of one parameter only, but \"second.weights\" has another mask"));
    REQUIRE(tests::contains(pleach::testing::check(private_rows<of_mask>(fault::sets_no_support, a_mask())).text(),
                            "set_support replaces the mask of one parameter only, but \"first.weights\" has another mask"));
    REQUIRE(tests::contains(pleach::testing::check(private_rows<of_search>(fault::none, a_search())).text(),
                            "belongs to a search inside a table that does not show its parts"));
    REQUIRE(tests::contains(pleach::testing::check(closed<rows_type>(tests::normal_table<double>(6, 4))).text(),
                            "a table that is made of another declares its parts, but this one lacks over(f) or for_each_part"));
}

}  // namespace part_faults_test
