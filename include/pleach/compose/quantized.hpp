// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table that trains in floats and is read in few bits: e_x = Q(base row of x), where Q rounds a row to the values that a code
/// can store, with the scale that the code chooses for the row. The rounding has no useful derivative, so gradients pass it
/// unchanged: dL/d(base row) = g, the straight-through estimator (Bengio et al., 2013, section 4). What is trained against is
/// what is stored, unlike rounding after training. A row form of a frozen table is a code:
///
///     quantized<dense_table<float>, frozen::level_form<3, frozen::one_byte_scale>> table(dense);   // trains in 3 bits
///     save(freeze<frozen::level_rows<3>>(table), path);       // the rows of the file have the bits of table.lookup()
///
/// Sources: low-precision training of embedding tables, Li et al., ALPT, AAAI 2023 (section 3). There scales are learned, and
/// only rounded values are kept while training; here scales follow from the row, and the base keeps floats.

#include <pleach/table/parts.hpp>

#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

/// `code.code_row(row)` replaces the values of a row by those that the code can store. Files have the bits that were trained
/// against only if a second call changes nothing, as with level_form.
template <class Code, class T>
concept row_code = std::copyable<Code> && requires(const Code& code, std::span<T> row) { code.code_row(row); };

template <class Base, class Code>
class quantized {
    static_assert(embedding_table<Base>, "pleach::quantized needs an embedding_table whose rows are rounded");
    static_assert(
        row_code<Code, typename Base::value_type>,
        "pleach::quantized needs a code for rows of its value_type: a type with code_row(row), such as a row form of a "
        "frozen table, which takes floats");

public:
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;
    using base_type = Base;
    using code_type = Code;
    using gradient_type = gradient_of<Base>;

    explicit quantized(Base base, Code code = {}) : base_(std::move(base)), code_(std::move(code)) {}

    [[nodiscard]] std::size_t size() const noexcept
        requires has_size<Base>
    {
        return base_.size();
    }
    [[nodiscard]] std::size_t dim() const noexcept { return base_.dim(); }
    /// The rows that train.
    [[nodiscard]] const Base& base() const noexcept { return base_; }
    [[nodiscard]] Base& base() noexcept { return base_; }
    [[nodiscard]] const Code& code() const noexcept { return code_; }

    /// See table/parts.hpp.
    template <class F>
    [[nodiscard]] auto over(F&& f) const {
        return quantized<part_under<F, Base>, Code>(f(base_), code_);
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("", self.base_);
    }

    /// *Precondition:* to_index(id) < size(), out.size() == dim(). *Complexity:* a lookup of the base, and the choice of a scale.
    void lookup(id_type id, std::span<value_type> out) const {
        base_.lookup(id, out);
        static_cast<void>(code_.code_row(out));
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
    /// The gradient of the rounded row, for the row of the base: an estimate, which finite differences do not confirm.
    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const
        requires trainable_table<Base>
    {
        base_.accumulate(id, upstream, gradient);
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
    [[no_unique_address]] Code code_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
