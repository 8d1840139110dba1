// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Text that is packed by gzip; read only where the programs were built with zlib.

#include <cstddef>
#include <string>
#include <string_view>

namespace support {

/// Whether these bytes begin as those of gzip do.
[[nodiscard]] constexpr bool is_gzip(std::string_view bytes) noexcept { return bytes.starts_with("\x1f\x8b"); }

/// Whether the programs were built with zlib.
[[nodiscard]] bool reads_gzip() noexcept;

/// The text in the file `name`, whose bytes are gzip data, of one member or several. *Throws* input_error, also if it has more than
/// `most` bytes, so that a small file cannot fill the memory, or if there is no zlib.
[[nodiscard]] std::string unpack_gzip(std::string_view bytes, const std::string& name, std::size_t most = std::size_t{1} << 34);

}  // namespace support
