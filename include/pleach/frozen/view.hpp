// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Makes a frozen table of a known type from sections, which are in an image or a mapped file.

#include <pleach/core/executor.hpp>
#include <pleach/frozen/frozen_error.hpp>
#include <pleach/frozen/image.hpp>
#include <pleach/frozen/row_ids.hpp>

#include <memory>
#include <new>
#include <stdexcept>

namespace pleach {
inline namespace PLEACH_ABI {

/// The version of the format that this library writes.
inline constexpr std::string_view frozen_version = "1";

namespace frozen {

/// What view() checks.
enum class validation : std::uint8_t {
    everything,    ///< every row: no lookup can read outside the arrays, and every value is finite
    any_value,     ///< every row, but values may be infinite or NaN in blocks of rows whose length bound is infinite
    trusted_rows,  ///< sizes of arrays only, in constant time, for bytes that are known to be valid
};

namespace detail {

/// Conversion between a kind of frozen table and an image: freeze(), measure() and read().
template <class Frozen>
struct format;

/// What a table is read from, and the number of arrays read so far.
template <class Executor>
struct view_context {
    const sections& from;
    const std::shared_ptr<const void>& owner;
    validation check;
    const Executor& exec;
    std::size_t arrays = 0;  ///< that belong to the tables read so far

    [[noreturn]] static void refuse(frozen_errc code, std::string_view place) { throw defect(code, place); }
    /// Refuses a table of another kind.
    void require_kind(const std::string& prefix, const std::string& needed) const {
        if (const std::string_view found = from.value(prefix + "kind"); found != needed)
            refuse(frozen_errc::wrong_kind,
                   "found " + pleach::detail::in_quotes(found) + ", needed " + pleach::detail::in_quotes(needed));
    }
};

}  // namespace detail

/// The table of this type that `from` describes; the table and its copies keep `owner` alive. If there is a defect, returns
/// nullopt and stores it in `wrong`. *Throws* std::bad_alloc only. *Complexity:* as stored_rows::view.
template <class Table, executor Executor = sequential>
[[nodiscard]] std::optional<Table> view(const sections& from, defect& wrong, std::shared_ptr<const void> owner = {},
                                        validation check = validation::everything, const Executor& exec = {}) {
    detail::view_context<Executor> context{from, owner, check, exec};
    try {
        std::optional<Table> table(detail::format<Table>::read(context, ""));
        static_cast<void>(row_ids::view(from, table->size(), check != validation::trusted_rows, wrong));
        if (wrong) return std::nullopt;
        context.arrays += row_ids::arrays_of(from);
        if (context.arrays != from.arrays().size())
            context.refuse(frozen_errc::unknown_array, "found " + std::to_string(from.arrays().size()) + " arrays, needed " +
                                                           std::to_string(context.arrays));
        wrong = {};
        return table;
    } catch (const defect& found) {
        wrong = found;
        return std::nullopt;
    }
}

/// As above, from an image that the table keeps alive; its rows are trusted. *Throws* std::invalid_argument if it is of
/// another kind.
template <class Table>
[[nodiscard]] Table view(std::shared_ptr<const image> from) {
    defect wrong;
    auto table = view<Table>(from->content(), wrong, from, validation::trusted_rows);
    if (!table) throw std::invalid_argument("pleach::frozen::view: " + wrong.code.message() + ": " + wrong.place);
    return std::move(*table);
}

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
