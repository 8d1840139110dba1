// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The assignment of a frozen `assigned` table over a frozen codebook. Its terms are read in place from the file: an id of 1,
/// 2 or 4 bytes and a float weight each.

#include <pleach/compose/assigned.hpp>
#include <pleach/frozen/adaptor.hpp>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// An assignment over borrowed bytes that have been checked. A value.
class stored_terms {
public:
    stored_terms() = default;

    [[nodiscard]] std::size_t size() const noexcept { return entities_; }
    [[nodiscard]] std::size_t codes() const noexcept { return codes_; }
    [[nodiscard]] std::size_t terms() const noexcept { return terms_; }
    /// *Precondition:* x < size(), k < terms().
    [[nodiscard]] std::size_t id(std::size_t x, std::size_t k) const noexcept {
        const std::byte* at = ids_.data() + (x * terms_ + k) * column_bytes(codes_);
        std::size_t value = 0;
        for (std::size_t i = 0; i < column_bytes(codes_); ++i) value |= std::to_integer<std::size_t>(at[i]) << (8 * i);
        return value;
    }
    [[nodiscard]] float weight(std::size_t x, std::size_t k) const noexcept { return weights_[x * terms_ + k]; }

    /// The terms in a file, over a codebook of `codes` rows. *Complexity:* linear in the terms; constant for trusted_rows.
    template <class Reader>
    [[nodiscard]] static stored_terms read_frozen(Reader& from, std::size_t codes) {
        stored_terms result;
        result.terms_ = static_cast<std::size_t>(from.number("terms", std::uint64_t{1} << 20));
        result.codes_ = static_cast<std::size_t>(from.number("codes", std::uint64_t{1} << 32));
        if (result.terms_ == 0) from.refuse(frozen_errc::bad_metadata, "terms");
        if (result.codes_ < result.terms_) from.refuse(frozen_errc::bad_metadata, "codes");
        result.entities_ = from.entities();
        const std::size_t count = result.entities_ * result.terms_;
        result.ids_ = from.template array<std::byte>("ids", count * column_bytes(result.codes_));
        result.weights_ = from.template array<float>("weights", count);
        for (std::size_t x = 0; from.is_checking() && x < result.entities_; ++x)
            for (std::size_t k = 0; k < result.terms_; ++k)
                if (result.id(x, k) >= result.codes_ || !(result.weight(x, k) >= 0 && std::isfinite(result.weight(x, k))))
                    from.refuse(frozen_errc::bad_assignment, "ids", "or weights, " + detail::row_name(x));
        if (result.codes_ != codes) from.refuse(frozen_errc::bad_assignment, "codes");
        return result;
    }

private:
    std::size_t entities_ = 0, codes_ = 0, terms_ = 0;
    std::span<const std::byte> ids_;
    std::span<const float> weights_;
};

namespace detail {

// The terms are borrowed from the file as well.
template <class Format, class Base, class Terms, entity_id Id>
struct frozen_form<Format, assigned<Base, Terms, Id>> {
    using type = assigned<typename frozen_form<Format, Base>::type, stored_terms, Id>;
};

}  // namespace detail
}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
