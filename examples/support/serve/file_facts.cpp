// SPDX-License-Identifier: Apache-2.0
#include "support/serve/file_facts.hpp"

#include "support/serve/dense_factors.hpp"
#include "support/text/error.hpp"
#include "support/text/json_lines.hpp"
#include "support/text/number.hpp"

#include <pleach/io/open_any.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>

namespace support {
namespace {

namespace fs = std::filesystem;

std::uint64_t number_at(const std::map<std::string, std::string, std::less<>>& words, const std::string& key) {
    const auto found = words.find(key);
    std::uint64_t number = 0;
    if (found != words.end()) std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
    return number;
}

/// The table to whose arrays `name` belongs: the one with the longest prefix.
table_facts& owner_of(std::vector<table_facts>& tables, std::string_view name) {
    table_facts* best = &tables.front();
    for (table_facts& one : tables)
        if (name.starts_with(one.name) && one.name.size() > best->name.size()) best = &one;
    return *best;
}

/// The header is JSON after eight bytes with its length; open_any has checked it.
nlohmann::json header_of(std::span<const std::byte> file, std::uint64_t bytes) {
    const char* const text = reinterpret_cast<const char*>(file.data()) + 8;
    return nlohmann::json::parse(text, text + bytes);
}

std::string percent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f %%", 100 * share);
    return text;
}

std::string shape(const table_facts& table) { return table.kind + ", " + grouped(table.rows) + " x " + grouped(table.columns); }

}  // namespace

file_facts facts_of(const fs::path& path, const pleach::read_limits& limits) {
    static_cast<void>(map_input(path));  // says which file is missing
    const pleach::any_frozen_table table = pleach::open_any(path, {.limits = limits, .mode = {}});
    file_facts facts;
    facts.bytes = table.bytes().size();
    facts.ids = table.ids();
    for (std::size_t i = 0; i < 8; ++i) facts.header_bytes |= std::to_integer<std::uint64_t>(table.bytes()[i]) << (8 * i);
    const auto header = header_of(table.bytes(), facts.header_bytes);
    facts.header_bytes += 8;
    const auto words = header.at("__metadata__").get<std::map<std::string, std::string, std::less<>>>();
    facts.has_checksums = words.contains("pleach.data_xxh3");
    if (const auto source = words.find("pleach.source"); source != words.end()) facts.source = source->second;
    for (const auto& [key, kind] : words)
        if (key == "kind" || key.ends_with(".kind")) {
            const std::string name = key.substr(0, key.size() - 4);
            facts.tables.push_back({name, kind, number_at(words, name + "entities"), number_at(words, name + "dim"), 0});
        }
    std::ranges::sort(facts.tables, {}, &table_facts::name);
    for (const auto& [name, tensor] : header.items()) {
        if (name == "__metadata__") continue;
        const auto& ends = tensor.at("data_offsets");
        const std::uint64_t bytes = ends.at(1).get<std::uint64_t>() - ends.at(0).get<std::uint64_t>();
        if (name.starts_with("__pad"))
            facts.padding_bytes += bytes;
        else if (name.starts_with("pleach.id"))
            facts.id_bytes += bytes;
        else
            owner_of(facts.tables, name).bytes += bytes;
    }
    std::vector<float> row(table.dim());
    for (std::size_t i = 0; i < table.size(); ++i) {
        table.lookup(static_cast<std::uint32_t>(i), row);
        const auto zeros = static_cast<std::size_t>(std::ranges::count(row, 0.0F));
        facts.nonzero += row.size() - zeros;
        facts.zero_rows += zeros == row.size() ? 1U : 0U;
    }
    std::error_code ignored;
    if (const fs::path run = path.parent_path() / "run.json"; fs::exists(run, ignored)) try {
            facts.program = json_text_at(run, "program");
        } catch (const input_error&) {
            // Some other file of that name.
        }
    return facts;
}

std::string describe(const file_facts& facts, const std::string& path) {
    std::string text;
    const auto line = [&](const std::string& name, const std::string& value) {
        text += "  " + name + std::string(name.size() < 10 ? 10 - name.size() : 1, ' ') + value + "\n";
    };
    text = printable(path, 4096) + ": " + shape(facts.table()) + "\n";
    const auto rows = static_cast<double>(std::max<std::uint64_t>(1, facts.table().rows));
    char each[32];
    std::snprintf(each, sizeof each, "%.1f", static_cast<double>(facts.bytes) / rows);
    line("bytes", grouped(facts.bytes) + ", " + each + " per row: header " + grouped(facts.header_bytes) + ", ids " +
                      grouped(facts.id_bytes) + ", gaps " + grouped(facts.padding_bytes));
    line("density",
         percent(facts.density()) + " of the values are not zero; " + counted(facts.zero_rows, "row") + " of zeros alone");
    for (const table_facts& one : facts.tables)
        line(one.name.empty() ? "table" : printable(one.name.substr(0, one.name.size() - 1)),
             shape(one) + ", " + grouped(one.bytes) + " bytes of its own");
    line("checksums", facts.has_checksums ? "present, and right" : "none; every row was checked all the same");
    if (facts.ids.is_empty()) {
        line("ids", "none: the file knows its rows by their numbers alone");
    } else {
        std::size_t first = 0;
        for (const auto& group : facts.ids.groups()) {
            std::string some;
            for (std::size_t i = first; i < first + std::min<std::size_t>(3, group.rows); ++i)
                some += (some.empty() ? ", such as " : ", ") + printable(facts.ids[i]);
            line("ids", grouped(group.rows) + " of " + group.name + some);
            first += group.rows;
        }
    }
    if (!facts.source.empty()) line("source", printable(facts.source, 400));
    if (!facts.program.empty()) line("run", "in the run directory of " + printable(facts.program));
    return text;
}

std::string json_of(const file_facts& facts, const std::string& path) {
    json_object object;
    object.set("path", path)
        .set("kind", facts.table().kind)
        .set("rows", facts.table().rows)
        .set("columns", facts.table().columns);
    object.set("bytes", facts.bytes).set("header_bytes", facts.header_bytes).set("padding_bytes", facts.padding_bytes);
    object.set("id_bytes", facts.id_bytes).set("nonzero", facts.nonzero).set("density", facts.density());
    object.set("zero_rows", facts.zero_rows).set("has_checksums", facts.has_checksums);
    json_object tables, ids;
    for (const table_facts& one : facts.tables) {
        json_object facts_of_one;
        facts_of_one.set("kind", one.kind).set("rows", one.rows).set("columns", one.columns).set("bytes", one.bytes);
        tables.set(one.name.empty() ? "." : one.name.substr(0, one.name.size() - 1), facts_of_one);
    }
    for (const auto& group : facts.ids.groups()) ids.set(group.name, group.rows);
    object.set("tables", tables).set("ids", ids).set("source", facts.source).set("program", facts.program);
    return object.line();
}

}  // namespace support
