// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Limits on the work and memory that a file can make a reader spend, so that a small hostile file cannot exhaust it. The
/// defaults admit every file that the library writes; raise them for files from a source that you trust.

#include <pleach/config.hpp>

#include <cstdint>

namespace pleach {
inline namespace PLEACH_ABI {

/// Whether the data is compared with its checksum, if the file has one.
enum class data_checksum : std::uint8_t {
    verify,         ///< read all data once, and refuse the file if the checksum differs
    trusted_bytes,  ///< do not read the data; for huge files that are protected by other means
};

/// Which values the rows of a frozen table may have.
enum class table_values : std::uint8_t {
    finite,  ///< finite values only; with others, scores would be meaningless
    any,     ///< infinities and NaNs as well, to inspect or repair a table
};

/// The limits of all file readers; each is the largest accepted value.
struct read_limits {
    /// Bytes of the header. The format itself allows at most 100,000,000, even if this is larger.
    std::uint64_t header_bytes = std::uint64_t{16} << 20;
    /// Bytes of the header of an npy file.
    std::uint64_t npy_header_bytes = std::uint64_t{64} << 10;
    /// Arrays in one file, padding included.
    std::uint64_t tensors = 100'000;
    /// Entries of the metadata. Each takes about 200 bytes of memory, even if it is short in the file.
    std::uint64_t metadata = 4096;
    /// Extents of one array.
    std::uint64_t rank = 8;
    /// Bytes in the name of an array or in a metadata key.
    std::uint64_t name_bytes = 4096;
    /// Rows of a frozen table, and of each table nested in it. The format itself allows less than 2^40.
    std::uint64_t rows = std::uint64_t{1} << 40;
    /// The same for each byte of the file: rows that share what is stored may outnumber the bytes, but not by any factor.
    std::uint64_t rows_per_byte = 1024;
    /// Columns of the same tables. Stored rows have at most 65536, even if this is larger; compositions of them may be wider.
    std::uint64_t columns = 65'536;
    /// Levels of nested tables, including the outermost. Those of the recipes have at most five; no reader accepts more than
    /// 17.
    std::uint64_t nesting = 8;
    /// Lookups that one lookup takes, itself and those in nested tables: the numbers of terms of tables that are nested in
    /// each other multiply.
    std::uint64_t reads = 65'536;
    /// Bytes of the original id of a row.
    std::uint64_t id_bytes = 4096;
    /// Bytes of a file that is read into memory as a whole.
    std::uint64_t bytes_in_memory = std::uint64_t{1} << 36;
    /// Whether to verify the checksum of the data.
    data_checksum data = data_checksum::verify;
    /// Which values the rows of a frozen table may have; not checked with trusted_bytes.
    table_values values = table_values::finite;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
