// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Opens frozen tables whose kind is known only when the file is read:
///
///     const pleach::any_frozen_table items = pleach::open_any("items.frozen");
///     items.top_k(queries, 20, [](std::size_t query, std::span<const pleach::scored<float>> best) { ... });
///
/// Link `pleach::any_table`, where the readers and verbs of all kinds are compiled. A program that is built without CMake
/// compiles them itself: one of its source files includes io/any_table_readers.hpp.

#include <pleach/frozen/any_frozen_table.hpp>
#include <pleach/io/open_options.hpp>

#include <filesystem>

namespace pleach {
inline namespace PLEACH_ABI {

namespace frozen {
class image;
}

namespace detail {

/// any_table_readers.hpp defines the members. They are those of a template, so that any number of sources may include it.
template <class Table>
struct any_table_reader {
    [[nodiscard]] static Table open(const std::filesystem::path& path, const open_options& options, executor_ref exec);
    [[nodiscard]] static Table open(std::span<const std::byte> file, const read_limits& limits, executor_ref exec);
    [[nodiscard]] static Table view(std::shared_ptr<const frozen::image> from);
};

}  // namespace detail

/// The frozen table in the file, of any kind of the library; `exec` runs the checks. *Throws*
/// std::filesystem::filesystem_error that says what is wrong and where. *Complexity:* linear in the bytes; with trusted_bytes,
/// constant.
[[nodiscard]] inline any_frozen_table open_any(const std::filesystem::path& path, const open_options& options = {},
                                               executor_ref exec = {}) {
    return detail::any_table_reader<any_frozen_table>::open(path, options, exec);
}

/// The frozen table in the bytes `file`. *Throws* as above. *Precondition:* the bytes begin at a multiple of 64, and stay valid
/// and unchanged as long as the table or a copy of it is used.
[[nodiscard]] inline any_frozen_table open_any_bytes(std::span<const std::byte> file, const read_limits& limits = {},
                                                     executor_ref exec = {}) {
    return detail::any_table_reader<any_frozen_table>::open(file, limits, exec);
}

/// The table of an image that was just frozen; its rows are trusted. *Throws* std::invalid_argument if it is of no kind of the
/// library.
[[nodiscard]] inline any_frozen_table view_any(std::shared_ptr<const frozen::image> from) {
    return detail::any_table_reader<any_frozen_table>::view(std::move(from));
}

}  // namespace PLEACH_ABI
}  // namespace pleach
