// SPDX-License-Identifier: Apache-2.0

#include <pleach/core/executor.hpp>

#include "support/catch.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

TEST_CASE("sequential runs each task once, in order") {
    std::vector<std::size_t> order;
    pleach::sequential{}(4, [&](std::size_t i) { order.push_back(i); });
    REQUIRE(order == std::vector<std::size_t>{0, 1, 2, 3});
}

TEST_CASE("sequential lets the first exception through") {
    std::size_t runs = 0;
    REQUIRE_THROWS_AS(pleach::sequential{}(4,
                                           [&](std::size_t i) {
                                               ++runs;
                                               if (i == 1) throw std::runtime_error("no");
                                           }),
                      std::runtime_error);
    REQUIRE(runs == 2);
}

TEST_CASE("chunks cover a range without gap or overlap, for any executor") {
    const std::size_t n = GENERATE(as<std::size_t>{}, 0, 1, 9, 10, 11, 30);
    std::vector<std::pair<std::size_t, std::size_t>> pieces;
    const auto backwards = [](std::size_t tasks, auto&& run) {
        for (std::size_t i = tasks; i-- > 0;) run(i);
    };
    STATIC_REQUIRE(pleach::executor<decltype(backwards)>);
    pleach::for_each_chunk(backwards, n, 10, [&](std::size_t first, std::size_t last) { pieces.emplace_back(first, last); });
    std::size_t next = n;
    for (const auto& [first, last] : pieces) {
        REQUIRE(last == next);
        REQUIRE(first < last);
        REQUIRE(first % 10 == 0);
        next = first;
    }
    REQUIRE(next == 0);
}

TEST_CASE("an executor_ref runs what it refers to, and one after the other by default") {
    std::vector<std::size_t> order;
    const auto note = [&](std::size_t i) { order.push_back(i); };
    pleach::executor_ref{}(3, note);
    REQUIRE(order == std::vector<std::size_t>{0, 1, 2});
    const auto backwards = [](std::size_t tasks, auto&& run) {
        for (std::size_t i = tasks; i-- > 0;) run(i);
    };
    const pleach::executor_ref exec = backwards;
    STATIC_REQUIRE(pleach::executor<pleach::executor_ref>);
    const pleach::executor_ref again = exec;
    again(2, note);
    REQUIRE(order == std::vector<std::size_t>{0, 1, 2, 1, 0});
    REQUIRE_THROWS_AS(again(1, [](std::size_t) { throw std::runtime_error("no"); }), std::runtime_error);
}
