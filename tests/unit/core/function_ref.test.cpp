// SPDX-License-Identifier: Apache-2.0
#include <pleach/core/function_ref.hpp>

#include "support/catch.hpp"

#include <memory>
#include <stdexcept>
#include <string>

TEST_CASE("a function_ref calls what it refers to, and changes it where that is not const") {
    int calls = 0;
    auto count = [&calls, own = 0](int by) mutable { return calls += by + own++; };
    const pleach::function_ref<long(int)> ref = count;
    REQUIRE(ref(1) == 1);
    REQUIRE(ref(1) == 3);
    const auto copy = ref;
    REQUIRE(copy(0) == 5);
    const auto twice = [](const std::string& text) { return text + text; };
    REQUIRE(pleach::function_ref<std::string(const std::string&)>(twice)("ab") == "abab");
}

TEST_CASE("arguments that only move are moved, results may be dropped, and exceptions pass") {
    const auto take = [](std::unique_ptr<int> p) { return *p; };
    REQUIRE(pleach::function_ref<int(std::unique_ptr<int>)>(take)(std::make_unique<int>(7)) == 7);
    const pleach::function_ref<void(std::unique_ptr<int>)> no_result = take;
    no_result(std::make_unique<int>(7));
    const auto fail = [] { throw std::runtime_error("no"); };
    REQUIRE_THROWS_AS(pleach::function_ref<void()>(fail)(), std::runtime_error);
}

TEST_CASE("what cannot be called so does not convert") {
    STATIC_REQUIRE_FALSE(std::is_constructible_v<pleach::function_ref<void(int)>, const std::string&>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<pleach::function_ref<int()>, decltype([](int) { return 1; })>);
    STATIC_REQUIRE(std::is_trivially_copyable_v<pleach::function_ref<void()>>);
}
