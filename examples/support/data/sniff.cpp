// SPDX-License-Identifier: Apache-2.0
#include "support/data/sniff.hpp"

#include <set>

namespace support {
namespace {

constexpr std::size_t lines_to_look_at = 100;

/// What the name of a packed file says of its content.
std::filesystem::path without_gz(const std::filesystem::path& path) { return path.extension() == ".gz" ? path.stem() : path; }

std::size_t words_in(std::string_view line) {
    std::size_t words = 0;
    for (bool inside = false; const char c : line) {
        const bool blank = c == ' ' || c == '\t';
        if (!blank && !inside) ++words;
        inside = !blank;
    }
    return words;
}

}  // namespace

std::optional<sniffed> sniff_name(const std::filesystem::path& path, const read_options& options) {
    using enum data_format;
    const std::filesystem::path plain = without_gz(path);
    const std::string name = plain.filename().string(), extension = plain.extension().string();
    if (extension == ".inter") return sniffed{inter, "by its name"};
    if (extension == ".dat") return sniffed{dat, "by its name"};
    if (extension == ".tsv" || name == "u.data") return sniffed{tsv, "by its name"};
    if (extension == ".ssv") return sniffed{ssv, "by its name"};
    if (name == "train.txt" || name == "test.txt") return sniffed{lightgcn, "by its name"};
    const char* const asked = "by the separator that was asked for";
    if (options.separator == '\t') return sniffed{tsv, asked};
    if (options.separator == ' ') return sniffed{ssv, asked};
    if (options.separator != 0) return sniffed{csv, asked};
    return std::nullopt;
}

sniffed sniff_lines(const text_file& file, const read_options& options) {
    using enum data_format;
    const bool is_csv = without_gz(file.name()).extension() == ".csv";
    text_cursor at(file, options.limits);
    std::set<std::size_t> word_counts;
    for (std::size_t looked = 0; looked < lines_to_look_at && at.next();) {
        const std::string_view line = trimmed(at.line());
        if (line.empty()) continue;
        if (looked++ == 0) {
            if (line.find("::") != std::string_view::npos) return {dat, "because its first line has '::'"};
            const bool comma = line.find_first_of(";,") != std::string_view::npos;
            if (comma && is_csv) return {csv, "by its name"};
            if (line.find('\t') != std::string_view::npos) return {tsv, "because its first line has a tab"};
            if (comma) return {csv, "because its first line has a comma or semicolon"};
            if (is_csv && (line.starts_with('#') || words_in(line) == 1))
                at.fail(line, line.starts_with('#') ? "a comment" : "one column",
                        "a user and an item, separated by a comma or semicolon",
                        line.starts_with('#') ? "remove the line" : "name the separator with --separator");
        }
        word_counts.insert(words_in(line));
    }
    if (word_counts.empty())
        fail_input({file.name()}, "no interactions", "lines of pairs", "check that this is the right file");
    if (word_counts.size() == 1 && *word_counts.begin() >= 2 && *word_counts.begin() <= 4)
        return {ssv, "because its first lines have " + std::to_string(*word_counts.begin()) +
                         " words each; if these are a user and a list of items, use --format lightgcn"};
    return {lightgcn, "because its first lines differ in their number of words"};
}

}  // namespace support
