// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How much a reader accepts before it believes a file: the bounds on work and memory that a small hostile file could
/// otherwise ask for. The defaults admit every file that the library writes; each can be raised by whoever trusts a
/// source.

#include <pleach/config.hpp>

#include <cstdint>

namespace pleach {
inline namespace PLEACH_ABI {

/// Whether a checksum of the data, where a file carries one, is compared with the data.
enum class data_checksum : std::uint8_t {
    verify,         ///< read all data once, refuse the file when a bit differs
    trusted_bytes,  ///< do not read the data; for huge files that something else already protects
};

/// Which values the rows of a frozen table may have.
enum class table_values : std::uint8_t {
    finite,  ///< numbers only: scores of tables that hold others can be anything
    any,     ///< infinities and what is no number as well, for tables that are to be looked at, or mended
};

/// Bounds for every reader of files; a file at a bound is accepted, one beyond it is refused.
struct read_limits {
    /// Bytes of the header. The format itself stops at 100,000,000, whatever is asked for here.
    std::uint64_t header_bytes = std::uint64_t{16} << 20;
    /// Bytes of the header of an npy file.
    std::uint64_t npy_header_bytes = std::uint64_t{64} << 10;
    /// Arrays in one file, padding included.
    std::uint64_t tensors = 100'000;
    /// Entries of the metadata. Each takes about 200 bytes of memory, however short it is in the file.
    std::uint64_t metadata = 4096;
    /// Extents of one array.
    std::uint64_t rank = 8;
    /// Bytes in the name of an array or in a metadata key.
    std::uint64_t name_bytes = 4096;
    /// Rows of a frozen table, and of each table within one. The format itself stops below 2^40.
    std::uint64_t rows = std::uint64_t{1} << 40;
    /// Columns of the same. Stored rows stop at 65536, whatever is asked for here; compositions of them may be wider.
    std::uint64_t columns = 65'536;
    /// Tables within tables of a frozen table, the outermost counted. Those of the recipes have five; no reader goes beyond 17.
    std::uint64_t nesting = 8;
    /// Bytes of a file that is read into memory as a whole.
    std::uint64_t bytes_in_memory = std::uint64_t{1} << 36;
    /// What happens to the checksum of the data.
    data_checksum data = data_checksum::verify;
    /// What the rows of a frozen table may hold; trusted bytes are not looked at.
    table_values values = table_values::finite;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
