// SPDX-License-Identifier: Apache-2.0
#pragma once

/// All row formats as one variant, and access to them by name.

#include <pleach/frozen/stored_rows.hpp>

#include <variant>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

namespace detail {

template <template <value_code> class... Tables>
using every_code =
    std::variant<Tables<value_code::f32>..., Tables<value_code::f16>..., Tables<value_code::bf16>..., Tables<value_code::i8>...,
                 level_rows<4, two_byte_scale>, level_rows<4>, level_rows<3>, level_rows<2>, level_rows<1>,
                 bitmap_level_records<4>, bitmap_level_rows<4>, bitmap_level_rows<3>, bitmap_level_rows<2>>;

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

template <class Use, std::size_t... I>
void for_each_kind(Use&& use, std::index_sequence<I...>) {
    (use(static_cast<const std::variant_alternative_t<I, any_rows>*>(nullptr)), ...);
}

}  // namespace detail

/// Calls `use(pointer)` with a null pointer to each of the table types.
template <class Use>
void for_each_kind(Use&& use) {
    detail::for_each_kind(use, std::make_index_sequence<std::variant_size_v<any_rows>>());
}

/// As above, for the table type of that kind only. Returns false if there is none.
template <class Use>
bool with_kind(std::string_view kind, Use&& use) {
    bool found = false;
    for_each_kind([&]<class Table>(const Table* table) {
        if (kind != Table::kind()) return;
        use(table);
        found = true;
    });
    return found;
}

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
