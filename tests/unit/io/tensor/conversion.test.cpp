// SPDX-License-Identifier: Apache-2.0
#include <pleach/io/tensor/conversion.hpp>

#include "support/catch.hpp"

#include <array>
#include <string>

namespace conversion_test {

namespace {

constexpr std::array<pleach::dtype, 12> numbers{pleach::dtype::f64, pleach::dtype::f32, pleach::dtype::f16, pleach::dtype::bf16,
                                                pleach::dtype::i64, pleach::dtype::i32, pleach::dtype::i16, pleach::dtype::i8,
                                                pleach::dtype::u64, pleach::dtype::u32, pleach::dtype::u16, pleach::dtype::u8};

// The names of the types in files all of whose values T has, in the order above.
template <class T>
std::string kept_by() {
    std::string names;
    for (const pleach::dtype type : numbers)
        if (pleach::detail::with_element(type,
                                         []<class Element>(Element) { return pleach::detail::keeps_values<T, Element>(); }))
            names += std::string(pleach::name_of(type)) + " ";
    return names;
}

}  // namespace

TEST_CASE("a type is read without loss from those all of whose values it has") {
    REQUIRE(kept_by<double>() == "F64 F32 F16 BF16 I32 I16 I8 U32 U16 U8 ");
    REQUIRE(kept_by<float>() == "F32 F16 BF16 I16 I8 U16 U8 ");
    REQUIRE(kept_by<std::int64_t>() == "I64 I32 I16 I8 U32 U16 U8 ");
    REQUIRE(kept_by<std::uint32_t>() == "U32 U16 U8 ");
    REQUIRE(kept_by<std::int8_t>() == "I8 ");
}

TEST_CASE("elements of a half and of a bfloat are decoded, and BOOL is no number") {
    REQUIRE(pleach::detail::half_element::decode(0xC000) == -2.0F);
    REQUIRE(pleach::detail::bfloat_element::decode(0xC040) == -3.0F);
    REQUIRE_FALSE(pleach::detail::with_element(pleach::dtype::boolean, [](auto) { return true; }));
}

}  // namespace conversion_test
