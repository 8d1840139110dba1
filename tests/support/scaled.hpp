// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A user's adaptor: every row times a number. It has what any adaptor has and nothing of the library's own.

#include <pleach/table/parts.hpp>

#include <span>
#include <utility>
#include <vector>

namespace tests {

template <class Base>
class scaled {
public:
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;
    using gradient_type = pleach::gradient_of<Base>;

    scaled(Base base, value_type scale) : base_(std::move(base)), scale_(scale) {}

    template <class F>
    auto over(F&& f) const {
        return scaled<pleach::part_under<F, Base>>(f(base_), scale_);
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("base", self.base_);
    }

    std::size_t size() const { return base_.size(); }
    std::size_t dim() const { return base_.dim(); }
    const Base& base() const { return base_; }
    Base& base() { return base_; }
    void lookup(id_type id, std::span<value_type> out) const {
        base_.lookup(id, out);
        for (value_type& x : out) x *= scale_;
    }

    gradient_type make_gradient() const
        requires pleach::trainable_table<Base>
    {
        return base_.make_gradient();
    }
    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const
        requires pleach::trainable_table<Base>
    {
        std::vector<value_type> to_base(upstream.begin(), upstream.end());
        for (value_type& x : to_base) x *= scale_;
        base_.accumulate(id, to_base, gradient);
    }
    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        pleach::visit_parameters("base", base_, visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        pleach::visit_parameters("base", base_, gradient, visit);
    }

private:
    Base base_;
    value_type scale_;
};

}  // namespace tests
