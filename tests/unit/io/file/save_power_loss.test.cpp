// SPDX-License-Identifier: Apache-2.0

// The power is cut after every call of a save, in every way that the model knows. Three savers that each leave out what
// people leave out show that the model sees it.

#include <pleach/io/file/save.hpp>

#include "support/catch.hpp"
#include "unit/io/file/power_loss_model.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>

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
