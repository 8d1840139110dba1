// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A frozen table: read-only rows in a mapped file, an image, or any other memory. Lookups, sums and products work on the
/// packed bytes directly. A value: copies are cheap and share the bytes.
///
/// | table | a row | best for |
/// |---|---|---|
/// | dense_rows<Code> | every column | half of the columns nonzero or more; any table in fewer bits |
/// | level_rows<Bits> | every column in one to four bits | the fewest bytes for tables without zeros |
/// | bitmap_records<Code> | a bit per column, the values, padding to 16, 32, or a multiple of 64 bytes | 1 to 50 % nonzero |
/// | column_records<Code> | columns and values, padded likewise | a few values per row |
/// | bitmap_rows<Code>, csr_rows<Code> | the same, unpadded | the fewest bytes |
/// | bitmap_level_records<Bits>, bitmap_level_rows<Bits> | a bit per column, the values in two, three or four bits | sparse rows whose values need not be exact |

#include <pleach/core/contract.hpp>
#include <pleach/core/entity_id.hpp>
#include <pleach/core/executor.hpp>
#include <pleach/frozen/forms/bitmap.hpp>
#include <pleach/frozen/forms/column.hpp>
#include <pleach/frozen/forms/dense.hpp>
#include <pleach/frozen/forms/level.hpp>
#include <pleach/frozen/length_bound.hpp>
#include <pleach/frozen/placements/compact.hpp>
#include <pleach/frozen/placements/records.hpp>
#include <pleach/frozen/rank.hpp>
#include <pleach/frozen/view.hpp>
#include <pleach/kernel/sum_packed.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

template <class Placement, entity_id Id = std::uint32_t>
class stored_rows {
    static_assert(row_placement<Placement>,
                  "pleach::frozen::stored_rows needs a row_placement: see frozen/placement.hpp for the members that one has");
    using form = typename Placement::form;

public:
    using value_type = float;
    using id_type = Id;
    using placement_type = Placement;
    using form_type = form;
    static constexpr bool is_dense = is_dense_form<form>;

    /// A table of no rows.
    stored_rows() = default;

    /// The table that `from` describes under `prefix`; the table and its copies keep `owner` alive. If there is a defect, it
    /// is stored in `wrong` and the result must not be used. *Complexity:* constant for trusted_rows, otherwise linear in the
    /// bytes.
    template <executor Executor = sequential>
    [[nodiscard]] static stored_rows view(const sections& from, defect& wrong, const std::string& prefix = {},
                                          std::shared_ptr<const void> owner = {}, validation check = validation::everything,
                                          const Executor& exec = {}) {
        stored_rows result;
        wrong = result.read(from, prefix);
        if (!wrong && check != validation::trusted_rows) wrong = result.check_rows(check, exec);
        result.owner_ = std::move(owner);
        return result;
    }
    [[nodiscard]] static std::string kind() { return Placement::kind(); }
    /// The names of all arrays of a table.
    [[nodiscard]] static std::vector<std::string> array_names(const std::string& prefix = {}) {
        std::vector<std::string> names{prefix + "bounds"};
        for (const std::string& name : Placement::array_names()) names.push_back(prefix + name);
        return names;
    }

    /// The bytes of each array of a table with rows of these lengths, by name.
    [[nodiscard]] static std::map<std::string, std::size_t> array_bytes(const length_histogram& rows, std::size_t dim) {
        std::size_t count = 0;
        for (const std::size_t n : rows) count += n;
        std::map<std::string, std::size_t> bytes{{"bounds", bound_bytes(count)}};
        const auto of_placement = Placement::array_bytes(rows, dim);
        for (std::size_t k = 0; k < of_placement.size(); ++k) bytes.emplace(Placement::array_names()[k], of_placement[k]);
        return bytes;
    }
    /// The bytes of a table with rows of these lengths in a file, without the header.
    [[nodiscard]] static std::size_t bytes(const length_histogram& rows, std::size_t dim) {
        std::vector<std::size_t> sizes;
        for (const auto& one : array_bytes(rows, dim)) sizes.push_back(one.second);
        return data_bytes(sizes);
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t dim() const noexcept { return dim_; }
    [[nodiscard]] const Placement& placement() const noexcept { return rows_; }

    /// Reads a row: see kernel/packed_row.hpp. *Precondition:* to_index(id) < size().
    [[nodiscard]] auto reader(id_type id) const noexcept(!hardened) {
        PLEACH_EXPECTS(to_index(id) < size_, "a frozen table was asked for a row beyond its last one");
        return form::read(rows_.row(to_index(id)), dim_);
    }
    /// *Precondition:* to_index(id) < size(), out.size() == dim().
    void lookup(id_type id, std::span<float> out) const noexcept(!hardened) {
        PLEACH_EXPECTS(out.size() == dim_, "a frozen lookup was given an output whose width is not dim()");
        copy_packed(reader(id), out.data(), dim_);
    }
    /// out += weight * row.
    void add_to(std::span<float> out, id_type id, float weight) const noexcept(!hardened) {
        add_packed(reader(id), weight, out.data(), dim_);
    }
    /// row . query.
    [[nodiscard]] float dot(id_type id, std::span<const float> query) const noexcept(!hardened) {
        return dot_packed(reader(id), query.data(), dim_);
    }
    /// Called by top_k() of table/top_k.hpp: see rank.hpp. Dense forms lack it and are ranked like any other table.
    void rank(matrix_view<const float> queries, std::span<best_list<float>> lists, const excluded_ids& excluded,
              executor_ref exec) const
        requires(!is_dense)
    {
        detail::rank_sparse_rows(*this, queries, lists, excluded, exec);
    }
    void prefetch(id_type id) const noexcept { rows_.prefetch(to_index(id)); }
    void prefetch_start(id_type id) const noexcept
        requires requires(const Placement& p) { p.prefetch_start(0); }
    {
        rows_.prefetch_start(to_index(id));
    }

    /// out = sum_j weights.at(j) * row(ids[j]), called by gather_sum. `ahead` more ids follow, which may be read to prefetch
    /// their rows.
    template <class Weights>
    void sum(const id_type* ids, std::size_t count, std::size_t ahead, std::span<float> out, Weights weights) const noexcept {
        if constexpr (requires { reader(id_type{}).columns; }) {
            pleach::detail::fill_values(out, 0.0F);
            for (std::size_t j = 0; j < count; ++j) {
                pleach::detail::prefetch_ahead<pleach::detail::packed_distance<stored_rows>>(*this, ids, j, count + ahead);
                add_packed(reader(ids[j]), weights.template at<float>(j), out.data(), dim_);
            }
        } else {
            sum_packed(*this, ids, count, ahead, out.data(), dim_, weights);
        }
    }

    /// Upper bounds of the row lengths, one per block of rows_per_bound rows.
    [[nodiscard]] std::span<const float> bounds() const noexcept { return bounds_; }

private:
    [[nodiscard]] defect read(const sections& from, const std::string& prefix) {
        if (from.value(prefix + "kind") != kind())
            return {frozen_errc::wrong_kind, "found " + pleach::detail::in_quotes(from.value(prefix + "kind")) + ", needed " +
                                                 pleach::detail::in_quotes(kind())};
        const auto entities = from.number(prefix + "entities", std::uint64_t{1} << 40);
        const auto dim = from.number(prefix + "dim", form::most_columns + 1);
        if (!entities || *entities > most_entities<Id>)
            return {frozen_errc::bad_metadata, pleach::detail::in_quotes(prefix + "entities")};
        if (!dim || *dim == 0) return {frozen_errc::bad_metadata, pleach::detail::in_quotes(prefix + "dim")};
        size_ = static_cast<std::size_t>(*entities);
        dim_ = static_cast<std::size_t>(*dim);
        if (auto wrong = rows_.read(from, prefix, size_, dim_)) return wrong;
        return detail::take(from, prefix + "bounds", bound_bytes(size_) / sizeof(float), bounds_);
    }

    template <class Executor>
    [[nodiscard]] defect check_rows(validation check, const Executor& exec) const {
        std::vector<defect> found(bounds_.size());
        for_each_chunk(exec, size_, rows_per_bound, [&](std::size_t first, std::size_t last) {
            defect& wrong = found[first / rows_per_bound];
            if (are_good(first, last)) return;
            for (std::size_t i = first; i < last && !wrong; ++i)
                if (!(wrong = rows_.row_defect(i))) wrong = check_length(i, bounds_[first / rows_per_bound], check);
        });
        for (defect& one : found)
            if (one) return std::move(one);
        return {};
    }

    /// Fast screening of one block. A false result may be spurious; the caller then checks row by row and names the defect.
    /// Lengths close to the bound fail, because the sum is in another order than that of the exact check, and so do squares
    /// that overflow.
    [[nodiscard]] bool are_good(std::size_t first, std::size_t last) const noexcept {
        const float bound = bounds_[first / rows_per_bound];
        const float most = (std::min)(bound * bound * 0.9999F, (std::numeric_limits<float>::max)());
        bool good = true;
        for (std::size_t i = first; i < last; ++i)
            good &= rows_.is_inside(i) && checked_square<form>(rows_.row(i), dim_) <= most;
        return good;
    }

    [[nodiscard]] defect check_length(std::size_t i, float bound, validation check) const {
        const auto row = form::read(rows_.row(i), dim_);
        const float square = squared_length(row, dim_);
        if (!std::isfinite(square)) {  // a value is not finite, or large values have squares that overflow
            std::vector<float> values(dim_);
            copy_packed(row, values.data(), dim_);
            const bool finite = std::ranges::all_of(values, [](float x) { return std::isfinite(x); });
            if (!finite && check == validation::everything) return {frozen_errc::not_finite, detail::row_name(i)};
            if (!finite)
                return bound == std::numeric_limits<float>::infinity() ? defect{}
                                                                       : defect{frozen_errc::bad_bound, detail::row_name(i)};
        }
        return square <= bound * bound ? defect{} : defect{frozen_errc::bad_bound, detail::row_name(i)};
    }

    Placement rows_;
    std::span<const float> bounds_;
    std::size_t size_ = 0;
    std::size_t dim_ = 0;
    std::shared_ptr<const void> owner_;
};

template <value_code Code = value_code::f32>
using dense_rows = stored_rows<records<dense_form<Code>>>;
/// Every column in two, three or four bits.
template <unsigned Bits, class Scale = one_byte_scale>
using level_rows = stored_rows<records<level_form<Bits, Scale>>>;
template <value_code Code = value_code::f32>
using bitmap_records = stored_rows<records<bitmap_form<Code>>>;
template <value_code Code = value_code::f32>
using bitmap_rows = stored_rows<compact<bitmap_form<Code>>>;
template <unsigned Bits, class Scale = one_byte_scale>
using bitmap_level_records = stored_rows<records<bitmap_level_form<Bits, Scale>>>;
template <unsigned Bits, class Scale = one_byte_scale>
using bitmap_level_rows = stored_rows<compact<bitmap_level_form<Bits, Scale>>>;
template <value_code Code = value_code::f32, class Column = std::uint8_t>
using column_records = stored_rows<records<column_form<Code, Column>>>;
template <value_code Code = value_code::f32, class Column = std::uint8_t>
using csr_rows = stored_rows<compact<column_form<Code, Column>>>;

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
