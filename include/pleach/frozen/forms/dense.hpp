// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Dense rows: a scale, if the code has one, and a value for every column.

#include <pleach/frozen/form.hpp>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

template <value_code Code>
struct dense_form : coded_values<Code> {
    static constexpr bool is_dense = true;
    static constexpr std::size_t most_columns = 65536;
    [[nodiscard]] static std::string name() { return "dense"; }
    [[nodiscard]] static constexpr std::size_t bytes(std::size_t dim, std::size_t) noexcept {
        return scale_bytes(Code) + dim * size_of(Code);
    }
    static void write(std::span<const float> row, std::uint16_t scale, std::span<std::byte> out) noexcept {
        std::byte* at = dense_form::write_scale(scale, out.data());
        for (const float x : row) {
            encode_value<Code>(x, from_bfloat(scale), at);
            at += size_of(Code);
        }
    }
    [[nodiscard]] static dense_reader<Code> read(std::span<const std::byte> row, std::size_t) noexcept {
        return {row.data() + scale_bytes(Code), decode_scale<Code>(row.data())};
    }
};

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
