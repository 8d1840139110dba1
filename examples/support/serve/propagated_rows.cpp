// SPDX-License-Identifier: Apache-2.0
#include "support/serve/propagated_rows.hpp"

#include "support/data/dataset.hpp"
#include "support/text/cursor.hpp"
#include "support/text/json_lines.hpp"

#include <nlohmann/json.hpp>

namespace support {

namespace {

nlohmann::json summary_of(const std::filesystem::path& run) {
    const text_file file(run / "summary.json");
    nlohmann::json summary = nlohmann::json::parse(file.text(), nullptr, false);
    if (!summary.is_object() || !summary.contains("layers") || !summary["layers"].is_number_unsigned())
        fail_input({file.name()}, "no number of layers", "the summary.json of a finished run",
                   "give the directory of a finished run");
    return summary;
}

}  // namespace

std::size_t layers_of_run(const std::filesystem::path& run) { return summary_of(run)["layers"].get<std::size_t>(); }

bool has_biases(const std::filesystem::path& run) { return summary_of(run).value("item_biases", false); }

interactions data_of_run(const std::filesystem::path& run, const std::string& dataset) {
    options chosen = read_config((run / "config.txt").string(), json_text_at(run / "run.json", "program"));
    if (!dataset.empty()) chosen.dataset = dataset;
    return read_dataset(chosen);
}

}  // namespace support
