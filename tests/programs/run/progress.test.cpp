// SPDX-License-Identifier: Apache-2.0
#include "support/run/progress.hpp"

#include "support/catch.hpp"

#include <memory>

namespace progress_test {

namespace {

using namespace std::chrono_literals;

/// A stream whose text can be read back.
class screen {
public:
    [[nodiscard]] std::FILE* file() const { return file_.get(); }
    [[nodiscard]] std::string text() const {
        std::fflush(file_.get());
        std::string result(static_cast<std::size_t>(std::ftell(file_.get())), '\0');
        std::rewind(file_.get());
        const std::size_t size = std::fread(result.data(), 1, result.size(), file_.get());
        REQUIRE(size == result.size());
        return result;
    }

private:
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{std::tmpfile(), &std::fclose};
};

const support::progress::clock::time_point noon{100h};

}  // namespace

TEST_CASE("A line is shown only on a terminal that can, to a user who wants it") {
    using support::progress;
    CHECK(progress::wanted(true, "xterm", nullptr, false));
    CHECK(progress::wanted(true, "xterm", "", false));
    CHECK_FALSE(progress::wanted(false, "xterm", nullptr, false));
    CHECK_FALSE(progress::wanted(true, "dumb", nullptr, false));
    CHECK_FALSE(progress::wanted(true, nullptr, nullptr, false));
    CHECK_FALSE(progress::wanted(true, "xterm", "1", false));
    CHECK_FALSE(progress::wanted(true, "xterm", nullptr, true));
}

TEST_CASE("The line tells the share done and the time left, and is taken away") {
    const screen out;
    support::progress line(out.file(), true);
    line.start("epoch 3", 200, noon);
    line.update(50, noon + 20s);
    line.clear();
    line.clear();
    CHECK(out.text() == "\repoch 3  25 %  1 min 00 s left\x1b[K\r\x1b[K");
}

TEST_CASE("The line is written at most ten times a second") {
    const screen out;
    support::progress line(out.file(), true);
    line.start("x", 1000, noon);
    for (int i = 0; i < 1000; ++i) line.update(static_cast<std::size_t>(i), noon + i * 1ms);
    const std::string text = out.text();
    CHECK(std::count(text.begin(), text.end(), '\r') == 10);
}

TEST_CASE("Without a terminal nothing is written") {
    const screen out;
    {
        support::progress line(out.file(), false);
        line.start("x", 10, noon);
        line.update(5, noon + 1min);
    }
    CHECK(out.text().empty());
}

TEST_CASE("More parts than the total, and no parts at all, are no trouble") {
    const screen out;
    support::progress line(out.file(), true);
    line.start("x", 0, noon);
    line.update(5, noon + 1s);
    line.start("y", 10, noon);
    line.update(25, noon + 10s);
    CHECK(out.text() == "\ry  100 %  0 s left\x1b[K");
}

TEST_CASE("Durations read well") {
    CHECK(support::duration_text(0.4) == "0 s");
    CHECK(support::duration_text(59.6) == "1 min 00 s");
    CHECK(support::duration_text(185) == "3 min 05 s");
    CHECK(support::duration_text(7800) == "2 h 10 min");
    CHECK(support::duration_text(-1) == "0 s");
}

TEST_CASE("Numbers for people are grouped, rounded or shortest") {
    CHECK(support::grouped(0) == "0");
    CHECK(support::grouped(999) == "999");
    CHECK(support::grouped(1000) == "1,000");
    CHECK(support::grouped(1234567) == "1,234,567");
    CHECK(support::counted(1, "pair") == "1 pair");
    CHECK(support::counted(1000, "pair") == "1,000 pairs");
    CHECK(support::rounded(0.0840231, 3) == "0.084");
    CHECK(support::shortest(1e-4) == "0.0001");
    CHECK(support::shortest(0.1) == "0.1");
    CHECK(support::shortest(2.5e-9) == "2.5e-09");
    CHECK(support::shortest(1e300) == "1e+300");
}

}  // namespace progress_test
