// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Frozen tables whose kind is not known until the file is read. This compiles the readers of all kinds, which takes several times
/// as long as opening one kind (open.hpp): include it in one source, or link `pleach::any_table`, which has compiled them.

#include <pleach/frozen/nested_rows.hpp>
#include <pleach/io/open.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// The frozen table in the file, of whatever kind it is; compositions and tables of codes as nested_rows. *Throws*
/// std::filesystem::filesystem_error that says what is wrong.
template <executor Executor = sequential>
[[nodiscard]] frozen::any_table open_any(const std::filesystem::path& path, const open_options& options = {},
                                         const Executor& exec = {}) {
    detail::frozen_content content;
    auto failure = detail::open_frozen(path, options, content);
    frozen::any_table result;
    const auto view_as = [&]<class Table>(const Table*) {
        std::optional<Table> table;
        failure = detail::view_frozen(content, options, table, exec);
        if (!failure) result = std::move(*table);
    };
    if (!failure && !frozen::with_kind(content.parts.value("kind"), view_as))
        view_as(static_cast<const frozen::nested_rows*>(nullptr));
    if (failure) failure.raise(path);
    return result;
}

#ifdef PLEACH_COMPILED_ANY_TABLE
extern template frozen::any_table open_any(const std::filesystem::path& path, const open_options& options,
                                           const sequential& exec);
#endif

}  // namespace PLEACH_ABI
}  // namespace pleach
