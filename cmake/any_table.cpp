// SPDX-License-Identifier: Apache-2.0
//
// The target pleach::any_table: opening a frozen table of any kind, compiled once.

#include <pleach/io/open_any.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

template frozen::any_table open_any(const std::filesystem::path& path, const open_options& options, const sequential& exec);

}  // namespace PLEACH_ABI
}  // namespace pleach
