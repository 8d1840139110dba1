// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Frozen tables from sections: how an image or a mapped file becomes a table of a type that is known.

#include <pleach/core/executor.hpp>
#include <pleach/frozen/frozen_error.hpp>
#include <pleach/frozen/image.hpp>

#include <memory>
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

}  // namespace detail

/// The table of this type that `from` describes, if it does; `owner` is kept as long as the table or a copy of it. On a defect,
/// says which. *Complexity:* as stored_rows::view.
template <class Table, executor Executor = sequential>
[[nodiscard]] std::optional<Table> view(const sections& from, defect& wrong, std::shared_ptr<const void> owner = {},
                                        validation check = validation::everything, const Executor& exec = {}) {
    wrong = {};
    return detail::format<Table>::view(from, wrong, "", owner, check, exec);
}

/// As above, of an image, which the table shares. *Throws* std::invalid_argument where it is of another kind.
template <class Table>
[[nodiscard]] Table view(std::shared_ptr<const image> from) {
    defect wrong;
    auto table = view<Table>(from->content(), wrong, from, validation::trusted_rows);
    if (!table) throw std::invalid_argument("pleach::frozen::view: " + wrong.code.message() + ": " + wrong.place);
    return std::move(*table);
}

/// The names of the arrays that a table of this type consists of, its parts being named as `from` says.
template <class Table>
[[nodiscard]] std::vector<std::string> array_names(const sections& from) {
    std::vector<std::string> names;
    detail::format<Table>::add_names(from, "", names);
    return names;
}

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
