// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table whose rows are built from codewords, one from each of M books, all with weight 1:
///
///     coded<sum, Base>      e_x = C_1[j_x1] + ... + C_M[j_xM]      residual or additive codes
///     coded<concat, Base>   e_x = (C_1[j_x1], ..., C_M[j_xM])      product codes, one per group of neighboring columns
///
/// An entity takes M * bits bits. (`assigned` has float weights and one codebook for all terms, and takes at least eight bytes
/// per term.) The books are stacked in one table, so they can be frozen, masked or trained like any other. The codes are not
/// parameters; quantize/ fits codes and books. Sources: Chen et al., "Approximate nearest neighbor search by residual vector
/// quantization", Sensors 2010; Jegou et al., "Product quantization for nearest neighbor search", TPAMI 2011.
///
/// Ranking multiplies each query with all codewords once, then adds one product per term of a row: M additions instead of dim
/// multiply-adds. Since scores are summed term by term, they differ from those of the looked-up rows by float rounding.

#include <pleach/compose/combine.hpp>
#include <pleach/compose/detail/byte_books.hpp>
#include <pleach/compose/detail/rank_codes.hpp>
#include <pleach/compose/packed_codes.hpp>
#include <pleach/core/detail/scratch.hpp>
#include <pleach/table/parts.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

template <class Combiner, class Base, class Codes = packed_codes<>, entity_id Id = std::uint32_t>
class coded {
    static_assert(std::same_as<Combiner, pleach::sum> || std::same_as<Combiner, concat>,
                  "pleach::coded combines codewords by sum or concat");
    static_assert(enumerable_table<Base>, "pleach::coded needs an enumerable_table as its books");

public:
    using value_type = typename Base::value_type;
    using id_type = Id;
    using base_type = Base;
    using combiner_type = Combiner;
    static constexpr bool is_sum = std::same_as<Combiner, pleach::sum>;

    /// The gradient of the books.
    struct gradient_type {
        gradient_of<Base> base;
    };

    /// Rows are as wide as a codeword (sum), or as all codewords side by side (concat). *Throws* std::invalid_argument unless
    /// `books` has codes.terms() * codes.codewords() rows.
    coded(Base books, Codes codes) : coded(std::move(books), std::move(codes), 0) {}

    /// Rows of `dim` columns (0: as above). With concat, groups of columns differ by at most one column; the last column of the
    /// codewords of a narrower group is unused. *Throws* as above, and std::invalid_argument if `dim` does not fit the width of
    /// the codewords.
    coded(Base books, Codes codes, std::size_t dim) : base_(std::move(books)), codes_(std::move(codes)), dim_(dim) {
        detail::check_code_shape("coded", codes_.terms(), codes_.bits());
        if (base_.size() != codes_.terms() * codes_.codewords())
            throw std::invalid_argument("pleach::coded: " + std::to_string(codes_.terms()) + " books of " +
                                        std::to_string(codes_.codewords()) + " codewords need " +
                                        std::to_string(codes_.terms() * codes_.codewords()) +
                                        " rows, but the table of books has " + std::to_string(base_.size()));
        if (dim_ == 0) dim_ = is_sum ? base_.dim() : base_.dim() * codes_.terms();
        if (!fits(dim_, codes_.terms(), base_.dim()))
            throw std::invalid_argument("pleach::coded: rows of " + std::to_string(dim_) + " columns in " +
                                        std::to_string(codes_.terms()) + " terms do not have codewords of " +
                                        std::to_string(base_.dim()) + " columns");
        if constexpr (detail::stores_bytes<Base>) bytes_ = detail::byte_books::of(*this);
    }

    /// True if rows of `dim` columns in `terms` terms have codewords of `width` columns.
    [[nodiscard]] static constexpr bool fits(std::size_t dim, std::size_t terms, std::size_t width) noexcept {
        return is_sum ? dim == width : dim >= terms && (dim + terms - 1) / terms == width;
    }

    /// Number of entities, not of stored rows.
    [[nodiscard]] std::size_t size() const noexcept { return codes_.size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return dim_; }
    /// The stacked books.
    [[nodiscard]] const Base& base() const noexcept { return base_; }
    [[nodiscard]] Base& base() noexcept { return base_; }
    [[nodiscard]] const Codes& codes() const noexcept { return codes_; }

    /// The columns that the codewords of book k stand for.
    [[nodiscard]] column_group group(std::size_t k) const noexcept {
        return is_sum ? column_group{0, dim_} : column_group_of(dim_, codes_.terms(), k);
    }

    /// See table/parts.hpp; f must return books with the same number of rows.
    template <class F>
    [[nodiscard]] auto over(F&& f) const {
        return coded<Combiner, part_under<F, Base>, Codes, Id>(f(base_), codes_, dim_);
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("books", self.base_);
    }
    /// See frozen/adaptor.hpp.
    static constexpr bool adds_rows = true;
    [[nodiscard]] static std::string kind() { return "coded<" + std::string(Combiner::name) + ">"; }
    template <class Writer>
    void write_frozen(Writer& to) const {
        to.codes(codes_);
    }
    template <class Reader>
    [[nodiscard]] static coded read_frozen(Reader& from) {
        Codes codes = from.codes();
        Base books = from.template part<Base>("books");
        from.require(books.size() == codes.terms() * codes.codewords(), "books.entities");
        return coded(std::move(books), std::move(codes), static_cast<std::size_t>(from.number("dim")));
    }

    /// *Precondition:* to_index(id) < size(), out.size() == dim(). *Complexity:* reads one codeword per term.
    void lookup(id_type id, std::span<value_type> out) const {
        PLEACH_EXPECTS(out.size() == dim(), "coded::lookup was given an output whose width is not dim()");
        if constexpr (detail::stores_bytes<Base>)
            if (bytes_) return bytes_->sum(codes_, &id, 1, 0, out, detail::unit_weights{});
        detail::fill_values(out, value_type{0});
        add_to(out, id, value_type{1});
    }

    /// out += weight * row. *Precondition:* as lookup.
    void add_to(std::span<value_type> out, id_type id, value_type weight) const {
        for (std::size_t k = 0; k < codes_.terms(); ++k) {
            const auto code = code_of(id, k);
            const column_group columns = group(k);
            if constexpr (has_add_to<Base>) {
                if (columns.count == base_.dim()) {
                    base_.add_to(out.subspan(columns.first, columns.count), code, weight);
                    continue;
                }
            }
            detail::with_scratch<value_type>(base_.dim(), [&](std::span<value_type> codeword) {
                base_.lookup(code, codeword);
                add_scaled(weight, codeword.data(), out.data() + columns.first, columns.count);
            });
        }
    }

    void prefetch_start(id_type id) const noexcept { codes_.prefetch(to_index(id)); }
    void prefetch(id_type id) const noexcept
        requires has_prefetch<Base>
    {
        if (bytes_) return;  // near already
        for (std::size_t k = 0; k < codes_.terms(); ++k) base_.prefetch(code_of(id, k));
    }

    /// Called by gather_sum. If all codewords are signed bytes with one scale, as freeze() writes them, sums are exact in whole
    /// numbers and rounded once.
    template <class Weights>
    void sum(const id_type* ids, std::size_t count, std::size_t ahead, std::span<value_type> out, Weights weights) const
        requires detail::stores_bytes<Base>
    {
        if (bytes_) return bytes_->sum(codes_, ids, count, ahead, out, weights);
        detail::fill_values(out, value_type{0});
        for (std::size_t j = 0; j < count; ++j) {
            detail::prefetch_ahead<detail::prefetch_distance>(*this, ids, j, count + ahead);
            add_to(out, ids[j], weights.template at<value_type>(j));
        }
    }

    /// out[x] = query . row x, for all entities. Called by score() of table/top_k.hpp.
    /// *Precondition:* query.size() == dim(), out.size() == size().
    void score(std::span<const value_type> query, std::span<value_type> out, executor_ref exec) const
        requires std::same_as<value_type, float>
    {
        detail::score_codes(*this, query, out, exec);
    }
    /// Called by top_k() of table/top_k.hpp. *Complexity:* terms * codewords * base().dim() multiply-adds and size * terms
    /// additions per query.
    void rank(matrix_view<const value_type> queries, std::span<best_list<value_type>> lists, const excluded_ids& excluded,
              executor_ref exec) const
        requires std::same_as<value_type, float>
    {
        detail::rank_codes(*this, queries, lists, excluded, exec);
    }

    [[nodiscard]] gradient_type make_gradient() const
        requires has_gradient<Base>
    {
        return {base_.make_gradient()};
    }

    /// dL/dC_k[j_xk] += upstream, or its columns group(k). *Complexity:* one accumulate of the books per term.
    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const
        requires trainable_table<Base>
    {
        for (std::size_t k = 0; k < codes_.terms(); ++k) {
            const column_group columns = group(k);
            const auto part = upstream.subspan(columns.first, columns.count);
            if (columns.count == base_.dim()) {
                base_.accumulate(code_of(id, k), part, gradient.base);
                continue;
            }
            detail::with_scratch<value_type>(base_.dim(), [&](std::span<value_type> padded) {
                detail::fill_values(padded, value_type{0});
                detail::copy_values(part, padded.first(columns.count));
                base_.accumulate(code_of(id, k), std::span<const value_type>(padded), gradient.base);
            });
        }
    }

    /// The parameters of the books, with names prefixed by "books.".
    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        visit_parameters("books", base_, visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        visit_parameters("books", base_, gradient.base, visit);
    }

private:
    [[nodiscard]] typename Base::id_type code_of(id_type id, std::size_t k) const noexcept(!hardened) {
        return static_cast<typename Base::id_type>(codes_.row(to_index(id), k));
    }

    Base base_;
    Codes codes_;
    std::size_t dim_;
    std::shared_ptr<const detail::byte_books> bytes_;  // the books again, if rows can be summed in whole numbers
};

}  // namespace PLEACH_ABI
}  // namespace pleach
