// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Short runs of the trainers, as programs run them, and a small data set as files.

#include "support/catch.hpp"
#include "support/options/options.hpp"
#include "support/program/main.hpp"
#include "support/small_data.hpp"
#include "support/train/trainers.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace tests {

/// A short run. Returns the exit code.
inline int train(support::options chosen, const std::filesystem::path& out) {
    if (chosen.dataset.empty()) {
        chosen.dataset = "generated";
        chosen.dim = 8;
    }
    chosen.epochs = 2;
    if (chosen.threads == 0) chosen.threads = 2;
    chosen.quiet = true;
    chosen.out = out.native();
    return chosen.program == "train_mf" ? support::train_mf(chosen) : support::train_lightgcn(chosen);
}

/// The summary of such a run.
inline nlohmann::json summary_of(const support::options& chosen, const std::filesystem::path& out) {
    REQUIRE(train(chosen, out) == support::exit_good);
    std::ifstream file(out / "summary.json");
    return nlohmann::json::parse(file);
}

/// The bytes of files on disk (and of their graph, if it is counted), by what a summary says of them.
inline std::size_t size_with_ids(const nlohmann::json& frozen) {
    return frozen["bytes"].get<std::size_t>() + frozen["id_bytes"].get<std::size_t>();
}

/// 120 users and 90 items as files.
inline std::string small_dataset(const std::filesystem::path& folder) {
    const support::interactions data = small_data();
    std::filesystem::create_directories(folder);
    for (const auto& [name, part] : {std::pair("train.txt", &data.train), std::pair("test.txt", &data.test)}) {
        std::ofstream file(folder / name);
        for (std::size_t user = 0; user < data.users; ++user) {
            if (part->row(user).empty()) continue;
            file << user;
            for (const std::uint32_t item : part->row(user)) file << ' ' << item;
            file << '\n';
        }
    }
    return folder.native();
}

}  // namespace tests
