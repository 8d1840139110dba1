// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The defects of a frozen table, as a std::error_category with a sentence for each code.

#include <pleach/core/detail/quoted.hpp>
#include <pleach/core/detail/sentence_category.hpp>

#include <string>
#include <type_traits>

namespace pleach {
inline namespace PLEACH_ABI {

/// Codes of frozen_category(). Values are never reused.
enum class frozen_errc {
    not_frozen = 1,
    newer_version,
    wrong_kind,
    bad_metadata,
    missing_array,
    unknown_array,
    wrong_size,
    guard_not_zero,
    bad_row,
    bad_offsets,
    bad_overflow,
    not_finite,
    bad_bound,
    bad_map,
    bad_assignment,
    beyond_limit,
    bad_kept_rows,
    unknown_kind,
    bad_ids,
};

namespace detail {

[[nodiscard]] constexpr std::string_view frozen_sentence(frozen_errc code) noexcept {
    switch (code) {
        case frozen_errc::not_frozen:
            return "the file holds arrays, but not a frozen table; freeze one, or read the arrays by name";
        case frozen_errc::newer_version:
            return "the frozen table has a later version than this library reads; update the library";
        case frozen_errc::wrong_kind:
            return "the frozen table is of a different kind than the one requested; open it as its own kind, or with open_any";
        case frozen_errc::bad_metadata:
            return "metadata of the frozen table is missing or has an invalid value";
        case frozen_errc::missing_array:
            return "an array of the frozen table is missing or has elements of the wrong type";
        case frozen_errc::unknown_array:
            return "there is an array that belongs to no part of the frozen table";
        case frozen_errc::wrong_size:
            return "the size of an array of the frozen table does not fit its rows";
        case frozen_errc::guard_not_zero:
            return "the bytes after the last row are not zero";
        case frozen_errc::bad_row:
            return "a row contradicts itself";
        case frozen_errc::bad_offsets:
            return "the offsets of the rows do not ascend from 0 to the end of their bytes";
        case frozen_errc::bad_overflow:
            return "an overflow row points outside the overflow array";
        case frozen_errc::not_finite:
            return "a value is not a finite number; check the training run, or allow any value with read_limits::values";
        case frozen_errc::bad_bound:
            return "a row is longer than the bound that is stored for its block of rows";
        case frozen_errc::bad_map:
            return "an index map leads to rows that its part does not have";
        case frozen_errc::bad_assignment:
            return "an assignment refers to rows that its codebook does not have, or has a weight that is negative or not "
                   "finite";
        case frozen_errc::unknown_kind:
            return "the frozen table, or a part of it, is of a kind that this library does not have; open it by its type, with "
                   "pleach::open<T>(path)";
        case frozen_errc::beyond_limit:
            return "the frozen table is larger than the limits of the reader; raise them for files that you trust";
        case frozen_errc::bad_kept_rows:
            return "the bits of the kept rows disagree with their counts or with the rows that are there";
        case frozen_errc::bad_ids:
            return "the original ids of the rows contradict themselves, or do not fit the rows";
    }
    return "unknown error of a frozen table";
}

}  // namespace detail

[[nodiscard]] inline const std::error_category& frozen_category() noexcept {
    static const detail::sentence_category<frozen_errc> category("pleach.frozen", detail::frozen_sentence);
    return category;
}

/// Makes `std::error_code(frozen_errc)` work.
[[nodiscard]] inline std::error_code make_error_code(frozen_errc code) noexcept {
    return {static_cast<int>(code), frozen_category()};
}

namespace frozen {

/// A code, and the details that its sentence cannot give: where, and what was found and needed. No code means no defect.
struct defect {
    std::error_code code;
    std::string place;

    defect() = default;
    defect(frozen_errc what, std::string_view where) : code(make_error_code(what)), place(pleach::detail::printable(where)) {}
    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(code); }
};

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach

template <>
struct std::is_error_code_enum<pleach::frozen_errc> : std::true_type {};
