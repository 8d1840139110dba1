// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Opens frozen tables whose kind is known only when the file is read. Compiling the readers of all kinds takes several times
/// as long as compiling one (open.hpp): include this header in one source file, or link `pleach::any_table`, where they are
/// compiled.

#include <pleach/frozen/nested_rows.hpp>
#include <pleach/io/open.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// The frozen table in the file, of any kind; compositions and tables of codes are returned as nested_rows. *Throws*
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
