// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Frozen tables from sections: how an image or a mapped file becomes a table of a type that is known.

#include <pleach/core/executor.hpp>
#include <pleach/frozen/frozen_error.hpp>
#include <pleach/frozen/image.hpp>

#include <memory>
#include <new>
#include <stdexcept>

namespace pleach {
inline namespace PLEACH_ABI {

/// The version of the format that this library writes.
inline constexpr std::string_view frozen_version = "1";

namespace frozen {

/// What view() looks at.
enum class validation : std::uint8_t {
    everything,    ///< every row, so that no lookup can go astray and no value is not a finite number
    any_value,     ///< every row, but values may be infinite or no numbers, in blocks of rows whose bound is infinite
    trusted_rows,  ///< sizes of arrays only: constant time, for bytes that are known to be good
};

namespace detail {

/// How a kind of frozen table goes to an image and comes back.
template <class Frozen>
struct format;

/// Where a table is read from, and what of it was taken.
template <class Executor>
struct view_context {
    const sections& from;
    const std::shared_ptr<const void>& owner;
    validation check;
    const Executor& exec;
    std::size_t arrays = 0;  ///< that belong to what was read

    [[noreturn]] static void refuse(frozen_errc code, std::string place) { throw defect(code, std::move(place)); }
    /// Refuses metadata of another kind.
    void require_kind(const std::string& prefix, const std::string& needed) const {
        if (const std::string_view found = from.value(prefix + "kind"); found != needed)
            refuse(frozen_errc::wrong_kind, "found \"" + std::string(found) + "\", needed \"" + needed + "\"");
    }
};

}  // namespace detail

/// The table of this type that `from` describes, if it does; `owner` is kept as long as the table or a copy of it. On a defect,
/// says which. *Throws* std::bad_alloc only. *Complexity:* as stored_rows::view.
template <class Table, executor Executor = sequential>
[[nodiscard]] std::optional<Table> view(const sections& from, defect& wrong, std::shared_ptr<const void> owner = {},
                                        validation check = validation::everything, const Executor& exec = {}) {
    detail::view_context<Executor> context{from, owner, check, exec};
    try {
        std::optional<Table> table(detail::format<Table>::read(context, ""));
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

/// As above, of an image, which the table shares. *Throws* std::invalid_argument where it is of another kind.
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
