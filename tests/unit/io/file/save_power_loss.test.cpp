// SPDX-License-Identifier: Apache-2.0

// The power is cut after every call of a save, in every way that the model knows. Three savers that each leave out what
// people leave out show that the model sees it.

#include <pleach/core/random_stream.hpp>
#include <pleach/io/file/save.hpp>

#include "support/catch.hpp"
#include "unit/io/file/power_loss_model.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace save_power_loss_test {

namespace {

const std::string old_text = "old content, forty bytes long, more less";
const std::string new_text = "the new content is fifty bytes long, not forty, so";
const std::string target = "./file";

std::span<const std::byte> as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

struct verdict {
    bool damaged = false;  // at some moment a cut could leave what is neither the old nor the new file
    bool lost = false;     // a cut after the save has returned could leave what is not the new file
    std::size_t states = 0;
};

verdict judge(const tests::power_loss_model& model, const std::optional<std::string>& before) {
    verdict result;
    for (const auto& state : model.history) {
        for (const auto& content : tests::contents_after_cut(state, target)) {
            result.damaged = result.damaged || (content != before && content != new_text);
            ++result.states;
        }
    }
    for (const auto& content : tests::contents_after_cut(model.history.back(), target)) {
        result.lost = result.lost || content != new_text;
    }
    return result;
}

template <class Model>
verdict judge_save(const std::optional<std::string>& before) {
    Model model;
    if (before) {
        model.put(target, *before);
    } else {
        model.put("./another file", "");
    }
    const auto outcome = pleach::detail::try_save(model, target, [](auto& sink) { sink.write(as_bytes(new_text)); });
    REQUIRE(!outcome.error);
    return judge(model, before);
}

/// Saves versions one after the other, cuts the power at random moments of them, and returns how many cuts left something else
/// than the version that was saved last or the one being saved; `states` counts the distinct contents over all moments.
template <class Model>
std::size_t bad_cuts(std::uint64_t seed, std::size_t cuts,
                     std::set<std::pair<std::size_t, std::optional<std::string>>>& states) {
    const pleach::random_stream chance(seed);
    std::uint64_t draws = 0;
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(chance.below(n, draws++)); };
    Model model;
    std::vector<std::string> versions{std::string(below(40), 'a')};
    model.put(target, versions[0]);
    std::vector<std::size_t> finished{model.history.size()};  // states after which version i is safe
    for (char letter = 'b'; letter < 'f'; ++letter) {
        versions.emplace_back(below(90), letter);
        REQUIRE(!pleach::detail::try_save(model, target, [&](auto& sink) { sink.write(as_bytes(versions.back())); }).error);
        finished.push_back(model.history.size());
    }
    std::size_t bad = 0;
    for (std::size_t i = 0; i < cuts; ++i) {
        const std::size_t moment = finished[0] - 1 + below(model.history.size() - finished[0] + 1);
        std::size_t safe = 0;
        while (safe + 1 < finished.size() && finished[safe + 1] <= moment + 1) ++safe;
        const auto content = tests::content_after_random_cut(model.history[moment], target, below);
        states.emplace(moment, content);
        bad += content == versions[safe] || (safe + 1 < versions.size() && content == versions[safe + 1]) ? 0U : 1U;
    }
    return bad;
}

struct without_file_sync : tests::power_loss_model {
    int sync(int file) { return file == directory ? power_loss_model::sync(file) : 0; }
};

struct without_directory_sync : tests::power_loss_model {
    int sync(int file) { return file == directory ? 0 : power_loss_model::sync(file); }
};

}  // namespace

TEST_CASE("a power cut at any moment of a save leaves the old file or the new one, and afterwards the new one") {
    for (const std::optional<std::string>& before : {std::optional(old_text), std::optional<std::string>()}) {
        const verdict result = judge_save<tests::power_loss_model>(before);
        REQUIRE(!result.damaged);
        REQUIRE(!result.lost);
        REQUIRE(result.states > 10);
    }
}

TEST_CASE("thousands of random power cuts over several saves leave the newest version that was safe, or the one being saved") {
    std::set<std::pair<std::size_t, std::optional<std::string>>> good_states, states;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        REQUIRE(bad_cuts<tests::power_loss_model>(seed, 500, good_states) == 0);
        REQUIRE(bad_cuts<without_file_sync>(seed, 500, states) > 0);
        REQUIRE(bad_cuts<without_directory_sync>(seed, 500, states) > 0);
    }
    REQUIRE(good_states.size() > 300);
}

TEST_CASE("the model catches a saver that does not sync the file") {
    const verdict result = judge_save<without_file_sync>(old_text);
    REQUIRE(result.damaged);
    REQUIRE(result.lost);
}

TEST_CASE("the model catches a saver that does not sync the directory") {
    const verdict result = judge_save<without_directory_sync>(old_text);
    REQUIRE(!result.damaged);
    REQUIRE(result.lost);
}

TEST_CASE("the model catches a saver that writes in place, however well it syncs") {
    tests::power_loss_model model;
    model.put(target, old_text);
    const int file = model.truncate(target);
    pleach::detail::save_sink sink(model, file);
    sink.write(as_bytes(new_text));
    REQUIRE(model.sync(file) == 0);
    REQUIRE(model.sync(tests::power_loss_model::directory) == 0);
    const verdict result = judge(model, old_text);
    REQUIRE(result.damaged);
    REQUIRE(!result.lost);
}

}  // namespace save_power_loss_test
