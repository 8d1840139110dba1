// SPDX-License-Identifier: Apache-2.0
#include "support/options/table.hpp"
#include "support/text/cursor.hpp"
#include "support/text/utf8.hpp"

#include <pleach/config.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <filesystem>

namespace support {
namespace {

constexpr std::size_t longest_argument = 4096;

/// What holds for a flag that is not given: default_options, but the loss of train_mf is chosen.
options unless_given(const std::string& program) {
    options result = default_options(program);
    if (program == "train_mf") result.loss = loss_kind::automatic;
    return result;
}

std::string help_of(const option_row& row, const options& defaults) {
    std::string text(row.help);
    if (!row.value.range.empty()) text += "; " + row.value.range;
    const std::string preset = row.value.kind.empty() ? "" : row.value.get(defaults);
    return preset.empty() ? text : text + " [" + preset + "]";
}

/// The program's flags in CLI11, which parses the command line and prints the help.
class command_line {
public:
    explicit command_line(const std::string& program)
        : app_(program == option_row::only_clicks ? "Trains an embedding table on the labelled examples in --dataset."
                                                  : "Trains an embedding table on the user-item pairs in --dataset.",
               program) {
        app_.set_help_flag();
        app_.allow_extras();
        app_.get_formatter()->column_width(34);
        const options defaults = unless_given(program);
        for (const option_row& row : option_table()) {
            if (!row.in(program)) continue;
            std::string name = "--" + std::string(row.name);
            if (!row.alias.empty()) name += ",--" + std::string(row.alias);
            CLI::Option* added = row.value.kind.empty() ? add_flag(name, help_of(row, defaults))
                                                        : app_.add_option_function<std::string>(
                                                                  name, [](const std::string&) {}, help_of(row, defaults))
                                                              ->type_name(row.value.kind)
                                                              ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
            added->group(std::string(row.group));
            options_.emplace_back(&row, added);
        }
        add_flag("-h,--help", "print this help")->group("Run");
        add_flag("--version", "print the version of the library")->group("Run");
    }

    [[nodiscard]] std::string help() const {
        return app_.help() +
               "\nExit codes: 0 success, 1 usage error, 2 bad input file, 3 reading or writing failed, 4 training diverged,\n"
               "5 a search missed its budget, 130 interrupted with a checkpoint written.\n";
    }

    void parse(std::vector<std::string> words) {
        std::reverse(words.begin(), words.end());  // as CLI11 expects them
        try {
            app_.parse(words);
        } catch (const CLI::ParseError& error) {
            throw usage_error(std::string(error.what()) + ": see --help");
        }
    }

    [[nodiscard]] std::vector<std::string> unknown() const { return app_.remaining(); }

    /// Every flag that was given, with all its values.
    template <class F>
    void for_each_given(F&& f) const {
        for (const auto& [row, option] : options_)
            if (option->count() > 0) f(*row, option->results());
    }

private:
    CLI::Option* add_flag(const std::string& name, const std::string& help) { return app_.add_flag(name, help); }

    CLI::App app_;
    std::vector<std::pair<const option_row*, CLI::Option*>> options_;
};

/// The row of a word like --lr, without `=`.
const option_row* flag_named(const std::string& word) {
    return word.starts_with("--") ? find_option(std::string_view(word).substr(2)) : nullptr;
}

void require_readable_words(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word.size() > longest_argument)
            throw usage_error("an argument of " + std::to_string(word.size()) + " bytes, but at most " +
                              std::to_string(longest_argument) + " are allowed: '" + printable(word, 20) + "'");
        if (first_invalid_utf8(word) != word.size())
            throw usage_error("argument '" + printable(word) + "' is not UTF-8: rename the file, or correct the argument");
        if (word.starts_with("--") && word.ends_with('='))
            throw usage_error(printable(word) + " has no value: write one after it, or leave out the flag");
        const option_row* row = flag_named(word);
        if (row == nullptr || row->value.kind.empty()) continue;
        if (i + 1 == words.size()) throw usage_error(word + " has no value: write one after it, or leave out the flag");
        if (flag_named(words[i + 1]) != nullptr)
            throw usage_error(word + " has no value: the next word is the flag " + words[i + 1]);
    }
}

void refuse_unknown(const std::vector<std::string>& words, std::string_view program) {
    if (words.empty()) return;
    const std::string& word = words[0];
    const std::string name = word.substr(0, word.find('='));
    const std::size_t dashes = std::min(name.find_first_not_of('-'), name.size());
    if (dashes == 0)
        throw usage_error("'" + printable(word) + "' does not belong to a flag: every value follows its flag, see --help");
    const option_row* row = find_option(name.substr(dashes), program);
    if (row != nullptr && !row->in(program))
        throw usage_error("--" + std::string(row->name) + " belongs to " + std::string(row->programs) + ", " +
                          std::string(program) + " does not have it");
    throw usage_error("unknown flag " + printable(name) + ": " + nearest_option(name.substr(dashes), program));
}

void set_from_words(const option_row& row, const std::vector<std::string>& values, options& into) {
    const std::string name = "--" + std::string(row.name), &value = values.back();
    if (values.size() > 1 && !row.value.kind.empty())
        into.notes.push_back(name + " was given " + std::to_string(values.size()) + " times: the last value, " +
                             printable(value) + ", counts");
    try {
        row.value.set(into, value);
    } catch (const refused_value& refused) {
        throw usage_error(name + " " + (value.empty() ? "''" : printable(value)) + ": expected " + refused.expected + "; " +
                          refused.advice);
    }
}

/// Applies the configuration file that the flags override: the one given or, to resume, the one that the run wrote.
void apply_config(options& into, std::string_view program, std::vector<std::string_view>& given) {
    std::string path = into.config;
    if (path.empty() && into.resume && !into.out.empty()) {
        path = (std::filesystem::path(into.out) / "config.txt").string();
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored)) return;
        into.notes.push_back("settings from " + printable(path, longest_argument));
    }
    if (path.empty()) return;
    const auto settings = read_settings(path, program);
    options merged = unless_given(std::string(program));
    merged.notes = into.notes;
    apply_settings(path, settings, merged);
    for (const config_setting& setting : settings) given.push_back(setting.row->name);
    into = std::move(merged);
}

}  // namespace

options parse_options(std::string_view program_path, int argc, const char* const* argv) {
    const std::string program = std::filesystem::path(program_path).filename().string();
    command_line line(program);
    const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    for (const std::string& word : words) {
        if (word == "--help" || word == "-h") throw help_requested(line.help());
        if (word == "--version")
            throw help_requested(program + " of pleach " + std::to_string(PLEACH_VERSION_MAJOR) + "." +
                                 std::to_string(PLEACH_VERSION_MINOR) + "." + std::to_string(PLEACH_VERSION_PATCH) + "\n");
    }
    require_readable_words(words);
    line.parse(words);
    refuse_unknown(line.unknown(), program);

    options result = unless_given(program);
    std::vector<std::string_view> given;
    const auto take_flags = [&] {
        line.for_each_given([&](const option_row& row, const std::vector<std::string>& values) {
            set_from_words(row, values, result);
            given.push_back(row.name);
        });
    };
    take_flags();  // first for --config, and so that a wrong flag is named before a wrong file
    const std::size_t said = result.notes.size();
    given.clear();
    apply_config(result, program, given);
    result.notes.erase(result.notes.begin(),
                       result.notes.begin() + static_cast<std::ptrdiff_t>(said));  // added again below
    take_flags();
    check_together(result, given);
    note_without_effect(result);
    return result;
}

}  // namespace support
