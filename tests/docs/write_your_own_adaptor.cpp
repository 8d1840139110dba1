// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/prune/ticket.hpp>
#include <pleach/table/borrowed_table.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/testing/conformance.hpp>

#include <cstdio>

// A first try: every row of a table, read with one learned scale per column.
template <class Base>
struct first_try {
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;
    Base base;
    std::vector<value_type> scales;

    std::size_t size() const { return base.size(); }
    std::size_t dim() const { return base.dim(); }
    void lookup(id_type id, std::span<value_type> out) const {
        base.lookup(id, out);
        for (std::size_t c = 0; c < out.size(); ++c) out[c] *= scales[c];
    }
};
static_assert(pleach::enumerable_table<first_try<pleach::dense_table<double>>>);  // it can be read
static_assert(pleach::hides_parts<first_try<pleach::dense_table<double>>>);       // but the library cannot see inside

// Everything an adaptor needs.
template <class Base>
class scaled {
public:
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;
    struct gradient_type {
        pleach::gradient_of<Base> base;
        pleach::row_gradient<value_type> scales;
    };

    explicit scaled(Base base) : base_(std::move(base)), scales_(1, base_.dim()) {
        for (value_type& s : scales_.row(0)) s = 1;
    }

    // Its structure: the same table over other parts, and its parts by name.
    template <class F>
    auto over(F&& f) const {
        scaled<pleach::part_under<F, Base>> result(f(base_));
        result.scales() = scales_;
        return result;
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("base", self.base_);
    }

    std::size_t size() const { return base_.size(); }
    std::size_t dim() const { return base_.dim(); }
    const Base& base() const { return base_; }
    Base& base() { return base_; }
    pleach::matrix<value_type>& scales() { return scales_; }

    void lookup(id_type id, std::span<value_type> out) const {
        base_.lookup(id, out);
        for (std::size_t c = 0; c < out.size(); ++c) out[c] *= scales_.row(0)[c];
    }

    // Over a part that can only be read, this can only be read too.
    gradient_type make_gradient() const
        requires pleach::trainable_table<Base>
    {
        return {base_.make_gradient(), {1, dim()}};
    }
    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const
        requires pleach::trainable_table<Base>
    {
        std::vector<value_type> row(dim());
        base_.lookup(id, row);
        const std::span<value_type> to_scales = gradient.scales.row(0);
        for (std::size_t c = 0; c < row.size(); ++c) {
            to_scales[c] += row[c] * upstream[c];
            row[c] = scales_.row(0)[c] * upstream[c];
        }
        base_.accumulate(id, row, gradient.base);
    }

    // Its own parameters, and those of the part under the part's name: "base.weights".
    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        pleach::visit_parameters("base", base_, visit);
        visit(pleach::stored_parameter<value_type>{"scales", pleach::role::weights, scales_.view(), nullptr});
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        pleach::visit_parameters("base", base_, gradient.base, visit);
        visit(pleach::parameter<value_type>{"scales", pleach::role::weights, scales_.view(), gradient.scales, nullptr});
    }

private:
    Base base_;
    pleach::matrix<value_type> scales_;
};

int main() {
    using pleach::random_stream;
    // draw_ticket looks through it: the search inside becomes a masked table, the scales stay.
    const auto search = scaled(pleach::make_pep<double>({.rows = 1000, .dim = 16, .first_slot = -1.0},
                                                        pleach::normal{.deviation = 1}, random_stream(1)));
    const scaled<pleach::masked<pleach::dense_table<double>>> ticket =
        pleach::draw_ticket(search, pleach::snapshot(search), 4000);
    std::printf("%zu of %zu values stay, and the scales\n", ticket.base().mask().count(), 16 * ticket.size());

    // A snapshot owns its rows, even if the part borrows them.
    pleach::matrix<double> rows(12, 4);
    const auto today = pleach::snapshot(scaled(pleach::borrowed_table<double>(rows.view())));
    rows.row(0)[0] = 42;
    double row[4];
    today.lookup(0, row);
    std::printf("today: %g\n", row[0]);

    // What the compiler cannot check, over a few parts.
    using plain = pleach::dense_table<double>;
    const auto rows_of = [](std::size_t size) { return plain(size, 4, pleach::normal{}, random_stream(1)); };
    const pleach::fixed_threshold<double> threshold(0.005);
    for (const auto& report :
         {pleach::testing::check(scaled(rows_of(12))), pleach::testing::check(scaled(scaled(rows_of(12)))),
          pleach::testing::check(scaled(pleach::soft_thresholded(rows_of(12), threshold))),
          pleach::testing::check(pleach::activate<pleach::hyperbolic_tangent>(scaled(pleach::masked(rows_of(12)))))})
        std::printf("%s\n", report.passed() ? "conforms" : report.text().c_str());
}
