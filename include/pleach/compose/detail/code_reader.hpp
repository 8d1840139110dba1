// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Loops over packed codes: codes of eight bits are read as bytes, and the usual numbers of terms are constants, because loops
/// of known length take about four fifths of the time.

#include <pleach/compose/packed_codes.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// Returns use(code, terms): code(x, k) is the codeword of entity x in book k, and `terms` a number or a
/// std::integral_constant.
template <class Codes, class Use>
decltype(auto) with_code_reader(const Codes& codes, Use&& use) {
    const std::size_t terms = codes.terms();
    if (codes.bits() != 8) return use([&codes](std::size_t x, std::size_t k) { return codes.id(x, k); }, terms);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(codes.bytes().data());
    const auto with = [&](auto count) -> decltype(auto) {
        return use([bytes, count](std::size_t x, std::size_t k) { return std::size_t{bytes[x * count + k]}; }, count);
    };
    switch (terms) {
        case 2:
            return with(std::integral_constant<std::size_t, 2>());
        case 3:
            return with(std::integral_constant<std::size_t, 3>());
        case 4:
            return with(std::integral_constant<std::size_t, 4>());
        case 6:
            return with(std::integral_constant<std::size_t, 6>());
        default:
            return with(terms);
    }
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
