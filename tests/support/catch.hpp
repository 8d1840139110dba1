// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The one include for tests: Catch2, whichever of 2.13 and 3.x is installed.
///
/// Use only what both have: TEST_CASE, SECTION, TEMPLATE_TEST_CASE, GENERATE, CAPTURE, INFO, REQUIRE, REQUIRE_THROWS_AS,
/// STATIC_REQUIRE. What differs stands below under one name: `approx`, and REQUIRE_THROWS_WITH_SENTENCE instead of
/// string matchers.

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <string>
#include <string_view>

namespace tests {

/// A value that compares equal to what lies near it: `CHECK(x == tests::approx(1.0).epsilon(1e-8))`.
#if __has_include(<catch2/catch_all.hpp>)
using approx = Catch::Approx;
#else
using approx = Catch::Detail::Approx;
#endif

/// Whether `text` contains `part`; for the sentences of exceptions.
[[nodiscard]] inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// What() of the `Exception` that `action` throws, or an empty string if it throws none. Any other type escapes.
template <class Exception, class Action>
[[nodiscard]] std::string sentence_of(Action action) {
    try {
        action();
    } catch (const Exception& thrown) {
        return thrown.what();
    }
    return {};
}

}  // namespace tests

/// Requires that the expression throws `exception` with a sentence that contains `part`.
#define REQUIRE_THROWS_WITH_SENTENCE(expression, exception, part)                                           \
    do {                                                                                                    \
        const std::string sentence = tests::sentence_of<exception>([&] { static_cast<void>(expression); }); \
        CAPTURE(sentence);                                                                                  \
        REQUIRE(tests::contains(sentence, part));                                                           \
    } while (false)
