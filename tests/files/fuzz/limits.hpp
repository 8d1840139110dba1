// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Files read with small limits, which short inputs reach: what they refuse beyond what the usual limits refuse is refused as
/// over a limit, and what they admit is read the same.

#include <pleach/frozen/nested_rows.hpp>
#include <pleach/io/open.hpp>
#include <pleach/io/tensor/npy.hpp>

#include "files/fuzz/targets.hpp"

namespace fuzz {

inline bool is_over_limit(const std::error_code& error) {
    using enum pleach::format_errc;
    for (const auto code :
         {header_over_limit, too_many_tensors, rank_over_limit, name_over_limit, npy_header_over_limit, too_much_metadata})
        if (error == code) return true;
    return error == pleach::frozen_errc::beyond_limit;
}

/// Opens with both limits.
template <class Open>
void compare_limits(Open&& open, const pleach::read_limits& small) {
    std::error_code error, usual_error;
    const bool opened = open(small, error), usually = open({}, usual_error);
    require(opened == !error && usually == !usual_error, "what is refused is not opened");
    require(!opened || usually, "small limits admit nothing that the usual ones refuse");
    require(opened || !usually || is_over_limit(error), "small limits refuse only what is over them");
}

/// Eight bytes of limits, then a safetensors, npy or frozen file.
inline void limits(bytes input) {
    choices from(input);
    const auto limit = [&](std::size_t most) { return static_cast<std::uint64_t>(from.below(most)); };
    pleach::read_limits small;
    small.header_bytes = small.npy_header_bytes = 16 * limit(256);
    small.tensors = limit(16);
    small.metadata = limit(32);
    small.rank = limit(4);
    small.name_bytes = limit(64);
    small.rows = limit(256);
    small.columns = limit(64);
    const auto last = from.take<std::uint8_t>();
    small.nesting = last % 4U;
    small.reads = last / 4U % 8U;
    small.rows_per_byte = last / 32U;
    pleach::file_bytes copy(from.rest().size());
    if (!from.is_empty()) std::memcpy(copy.writable().data(), from.rest().data(), copy.bytes().size());
    const bytes file = copy.bytes();
    compare_limits(
        [&](const pleach::read_limits& most, std::error_code& error) {
            static_cast<void>(pleach::safetensors_view::view(file, most, error));
            return !error;
        },
        small);
    compare_limits(
        [&](const pleach::read_limits& most, std::error_code& error) {
            static_cast<void>(pleach::view_npy(file, most, error));
            return !error;
        },
        small);
    compare_limits(
        [&](const pleach::read_limits& most, std::error_code& error) {
            return pleach::open_bytes<pleach::frozen::nested_rows>(file, error, most).has_value();
        },
        small);
}

}  // namespace fuzz
