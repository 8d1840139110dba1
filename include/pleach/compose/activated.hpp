// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table read through an elementwise function, e_x = f(base row of x), with dL/d(base row) = f'(base row) * g. Its parameters
/// are those of the base. LEGCF reads its composed rows through tanh (Liang et al., SIGIR 2024, section 3).

#include <pleach/core/detail/copy_values.hpp>
#include <pleach/core/detail/scratch.hpp>
#include <pleach/core/elementwise.hpp>
#include <pleach/kernel/squash.hpp>
#include <pleach/table/parts.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// tanh, whose slope is 1 - y^2.
struct hyperbolic_tangent {
    static constexpr std::string_view name = "tanh";

    template <class T>
    static void values(std::span<T> row) noexcept {
        tanh_values(row.data(), row.size(), row.data());
    }
    template <class T>
    [[nodiscard]] static T slope(T, T y) noexcept {
        return T{1} - y * y;
    }
};

template <class Function, class Base>
class activated {
    static_assert(embedding_table<Base>, "pleach::activated needs an embedding_table to apply its function to");
    static_assert(elementwise<Function, typename Base::value_type>,
                  "pleach::activated needs an elementwise function: a type with values(row), in place, and slope(x, y)");

public:
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;
    using base_type = Base;
    using gradient_type = gradient_of<Base>;

    explicit activated(Base base) : base_(std::move(base)) {}

    [[nodiscard]] std::size_t size() const noexcept
        requires has_size<Base>
    {
        return base_.size();
    }
    [[nodiscard]] std::size_t dim() const noexcept { return base_.dim(); }
    [[nodiscard]] const Base& base() const noexcept { return base_; }
    [[nodiscard]] Base& base() noexcept { return base_; }

    /// See table/parts.hpp.
    template <class F>
    [[nodiscard]] auto over(F&& f) const {
        return activated<Function, part_under<F, Base>>(f(base_));
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("", self.base_);
    }
    /// See frozen/adaptor.hpp.
    [[nodiscard]] static std::string kind() {
        static_assert(requires { Function::name; }, "pleach::activated: a function needs a static name to be in a frozen file");
        return "activated<" + std::string(Function::name) + ">";
    }
    template <class Reader>
    [[nodiscard]] static activated read_frozen(Reader& from) {
        return activated(from.template part<Base>("base"));
    }

    /// *Precondition:* to_index(id) < size(), out.size() == dim().
    void lookup(id_type id, std::span<value_type> out) const {
        base_.lookup(id, out);
        Function::values(out);
    }
    void prefetch(id_type id) const noexcept
        requires has_prefetch<Base>
    {
        base_.prefetch(id);
    }

    [[nodiscard]] gradient_type make_gradient() const
        requires has_gradient<Base>
    {
        return base_.make_gradient();
    }

    /// *Complexity:* one lookup and one accumulate of the base.
    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const
        requires trainable_table<Base>
    {
        detail::with_scratch<value_type>(2 * dim(), [&](std::span<value_type> room) {
            const std::span<value_type> x = room.first(dim()), y = room.last(dim());
            base_.lookup(id, x);
            detail::copy_values(x, y);
            Function::values(y);
            for (std::size_t c = 0; c < y.size(); ++c) y[c] = Function::slope(x[c], y[c]) * upstream[c];
            base_.accumulate(id, y, gradient);
        });
    }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        base_.for_each_parameter(visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        base_.for_each_parameter(gradient, visit);
    }

private:
    Base base_;
};

/// activated<Function, Base> of this table: `activate<hyperbolic_tangent>(table)`.
template <class Function, class Base>
[[nodiscard]] activated<Function, Base> activate(Base base) {
    return activated<Function, Base>(std::move(base));
}

}  // namespace PLEACH_ABI
}  // namespace pleach
