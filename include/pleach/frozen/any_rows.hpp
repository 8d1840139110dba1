// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A frozen table of whichever kind a file turns out to hold. Visit it once, outside the loop:
/// `std::visit([&](const auto& table) { ... }, pleach::open_any(path))`.

#include <pleach/frozen/stored_rows.hpp>

#include <variant>

namespace pleach::inline PLEACH_ABI {
namespace frozen {

namespace detail {

template <template <value_code> class... Tables>
using every_code = std::variant<Tables<value_code::f32>..., Tables<value_code::f16>..., Tables<value_code::bf16>..., Tables<value_code::i8>...>;

template <value_code Code>
using narrow_csr_rows = csr_rows<Code, std::uint8_t>;
template <value_code Code>
using wide_csr_rows = csr_rows<Code, std::uint16_t>;
template <value_code Code>
using narrow_column_records = column_records<Code, std::uint8_t>;

}  // namespace detail

/// All row formats in all value codes.
using any_rows = detail::every_code<dense_rows, bitmap_records, detail::narrow_column_records, bitmap_rows,
                                    detail::narrow_csr_rows, detail::wide_csr_rows>;

namespace detail {

template <class Any, std::size_t I = 0, class Use>
bool with_kind(std::string_view kind, Use&& use) {
    if constexpr (I == std::variant_size_v<Any>) {
        return false;
    } else {
        using table = std::variant_alternative_t<I, Any>;
        if (kind != table::kind()) return with_kind<Any, I + 1>(kind, use);
        use(static_cast<const table*>(nullptr));
        return true;
    }
}

}  // namespace detail

/// Calls `use(pointer)` with a null pointer to the table type of that kind; false if there is no such kind.
template <class Use>
bool with_kind(std::string_view kind, Use&& use) {
    return detail::with_kind<any_rows>(kind, std::forward<Use>(use));
}

}  // namespace frozen
}  // namespace pleach::inline PLEACH_ABI
