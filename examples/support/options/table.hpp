// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One row per flag: its name, its kind of value, and how to set and show it. Parsing, ranges, help, configuration files and
/// the check on resuming all use these rows; to add a flag, add a member of `options` and a row.

#include "support/options/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace support {

enum class option_use {
    fixed,     ///< part of config.txt, and may not change when a run is resumed
    free,      ///< part of config.txt, and may change
    this_call  ///< concerns only this call: not part of config.txt
};

struct option_row {
    std::string_view name;
    std::string_view group;
    std::string_view help;
    option_value value;
    option_use use = option_use::fixed;
    std::string_view alias = {};
    std::string_view programs = {};  ///< names of those that have it; empty: all

    /// Without a name: whether one of those that train on pairs of users and items has it.
    [[nodiscard]] bool in(std::string_view some_program) const {
        return programs.empty() ||
               (some_program.empty() ? programs != only_clicks : programs.find(some_program) != std::string_view::npos);
    }
    static constexpr std::string_view only_clicks = "train_ctr", only_pairs = "train_mf and train_lightgcn";
};

const std::vector<option_row>& option_table();

/// The rows of the programs that train on pairs, those of train_ctr alone, and whether it has one of the former as well.
std::vector<option_row> pair_option_rows();
std::vector<option_row> click_option_rows();
bool clicks_have_option(std::string_view name);

/// The row of that name or alias in a program or, if that has none, in another; nullptr if there is none.
const option_row* find_option(std::string_view name, std::string_view program = {});

/// "did you mean --lr?" for a name similar to one of the program's flags, otherwise "see --help".
std::string nearest_option(std::string_view name, std::string_view program);

/// Refuses combinations that make no sense, once everything is set. *Throws:* usage_error.
void check_together(options& chosen, const std::vector<std::string_view>& given);

/// Adds a note for each flag that was set, but belongs to a choice that was not made: --temperature without --loss softmax.
void note_without_effect(options& chosen);

/// One setting of a configuration file.
struct config_setting {
    const option_row* row;
    std::string value;
    std::size_t line, column;  ///< of the value
};

/// The settings of a file, in order. *Throws:* input_error.
std::vector<config_setting> read_settings(const std::string& path, std::string_view program);
void apply_settings(const std::string& path, const std::vector<config_setting>& settings, options& into);

}  // namespace support
