// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Opens a frozen table of any kind as a std::variant of all types, for programs whose inner loops need the type itself. What is
/// done with it is compiled once per type, about forty times: most programs want open_any.hpp.

#include <pleach/frozen/nested_rows.hpp>
#include <pleach/io/open.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

/// Calls use(table, file) with the table of the file in its own type; compositions and tables of codes are nested_rows.
template <class Executor, class Use>
[[nodiscard]] read_failure use_frozen(const frozen_content& content, const open_options& options, const Executor& exec,
                                      Use&& use) {
    read_failure failure;
    const auto view_as = [&]<class Table>(const Table*) {
        std::optional<Table> table;
        failure = view_frozen(content, options, table, exec);
        if (!failure) use(std::move(*table));
    };
    if (!frozen::with_kind(content.parts.value("kind"), view_as)) view_as(static_cast<const frozen::nested_rows*>(nullptr));
    return failure;
}

}  // namespace detail

/// The frozen table in the file, of any kind. *Throws* std::filesystem::filesystem_error that says what is wrong.
template <executor Executor = sequential>
[[nodiscard]] frozen::table_variant open_variant(const std::filesystem::path& path, const open_options& options = {},
                                                 const Executor& exec = {}) {
    detail::frozen_content content;
    auto failure = detail::open_frozen(path, options, content);
    frozen::table_variant result;
    if (!failure) failure = detail::use_frozen(content, options, exec, [&](auto table) { result = std::move(table); });
    if (failure) failure.raise(path);
    return result;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
