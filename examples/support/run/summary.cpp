// SPDX-License-Identifier: Apache-2.0
#include "support/run/summary.hpp"

#include "support/text/cursor.hpp"

#include <nlohmann/json.hpp>

namespace support {

namespace {

summary_quality quality_in(const nlohmann::json& round, const char* key) {
    const auto found = round.find(key);
    if (found == round.end() || found->empty()) return {};
    if (found->at("recall@20").is_null()) return {};  // there were no users to measure
    return {found->at("recall@20").get<double>(), found->at("ndcg@20").get<double>()};
}

}  // namespace

run_summary read_summary(const std::filesystem::path& path) {
    const text_file file(path);
    try {
        const nlohmann::json whole = nlohmann::json::parse(file.text());
        run_summary summary;
        for (auto [key, text] : {std::pair("dataset", &summary.dataset), {"model", &summary.model}, {"loss", &summary.loss}})
            *text = whole.at(key).get<std::string>();
        for (auto [key, number] : {std::pair("users", &summary.users),
                                   {"items", &summary.items},
                                   {"dim", &summary.dim},
                                   {"layers", &summary.layers},
                                   {"seed", &summary.seed},
                                   {"dense_bytes", &summary.dense_bytes}})
            *number = whole.at(key).get<std::uint64_t>();
        const nlohmann::json& rounds = whole.at("rounds");
        for (std::size_t i = 0; i < rounds.size(); ++i) {
            const nlohmann::json& round = rounds.at(std::to_string(i));
            summary.rounds.push_back({.density = round.at("density").get<double>(),
                                      .stored_values = round.at("stored_values").get<std::uint64_t>(),
                                      .bytes = round.at("bytes").get<std::uint64_t>(),
                                      .best_epoch = round.at("best_epoch").get<std::uint64_t>(),
                                      .train_seconds = round.at("train_seconds").get<double>(),
                                      .cut = quality_in(round, "test_before_training"),
                                      .valid = quality_in(round, "valid"),
                                      .test = quality_in(round, "test")});
        }
        if (const auto files = whole.find("frozen"); files != whole.end()) {
            const bool is_together = files->contains("table.frozen"),
                       is_propagated = files->contains("table.frozen and its graph");
            const nlohmann::json& rows = files->at(is_propagated ? "table.frozen and its graph"
                                                   : is_together ? "table.frozen"
                                                                 : "users.frozen and items.frozen");
            summary.frozen = {.bytes = rows.at("bytes").get<std::uint64_t>() - rows.at("graph_bytes").get<std::uint64_t>(),
                              .test = quality_in(rows, "test")};
        }
        return summary;
    } catch (const nlohmann::json::exception& error) {
        fail_input({file.name()}, printable(error.what(), 200), "the summary.json of a run with --topk 20",
                   "remove the directory of that run, so that it is repeated");
    }
}

}  // namespace support
