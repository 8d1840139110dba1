// SPDX-License-Identifier: Apache-2.0
#include <pleach/io/tensor/tensor_info.hpp>

#include "support/catch.hpp"

#include <string>

TEST_CASE("each name of an element type is that of one type, and no other name is") {
    std::size_t found = 0;
    for (const char* name : {"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"}) {
        const auto type = pleach::dtype_named(name);
        REQUIRE(type.has_value());
        REQUIRE(pleach::name_of(*type) == name);
        ++found;
    }
    REQUIRE(found == pleach::detail::dtype_entries.size());
    for (const char* name : {"", "f32", "F8_E4M3", "F32 "}) REQUIRE_FALSE(pleach::dtype_named(name).has_value());
}

TEST_CASE("the types of C++ are those of files of their size and kind, and bool is none") {
    STATIC_REQUIRE(pleach::dtype_of<float> == pleach::dtype::f32);
    STATIC_REQUIRE(pleach::dtype_of<std::int16_t> == pleach::dtype::i16);
    STATIC_REQUIRE(pleach::dtype_of<std::uint64_t> == pleach::dtype::u64);
    STATIC_REQUIRE(pleach::size_of(pleach::dtype_of<double>) == sizeof(double));
    STATIC_REQUIRE(pleach::size_of(pleach::dtype::bf16) == 2);
    STATIC_REQUIRE_FALSE(pleach::stored_element<bool>);
    STATIC_REQUIRE_FALSE(pleach::stored_element<long double>);
}

TEST_CASE("padding is named by digits between its marks, and nothing else is") {
    using pleach::detail::is_padding_name;
    STATIC_REQUIRE((is_padding_name("__pad0__") && is_padding_name("__pad12__")));
    for (const char* name : {"__pad__", "__padx__", "pad0", "__pad0_", "__pad0__x", "__pad-1__"})
        REQUIRE_FALSE(is_padding_name(name));
    REQUIRE(pleach::detail::shape_text({}) == "[]");
    REQUIRE(pleach::detail::shape_text({2, 30}) == "[2, 30]");
}
