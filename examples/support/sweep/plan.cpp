// SPDX-License-Identifier: Apache-2.0
#include "support/sweep/plan.hpp"

#include "support/options/options.hpp"
#include "support/serve/planned_files.hpp"
#include "support/text/number.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <sstream>

namespace support {

namespace {

constexpr double kept_in_a_round = 0.7;

bool is_one_run(const std::string& method) { return method == "iterative" || method == "one-shot" || method == "random"; }

double dense_bytes(table_shape shape) { return static_cast<double>(shape.rows * shape.cols * sizeof(float)); }

// The density whose values, in files, take that share of the dense bytes.
double density_within(double budget, table_shape dense) {
    const pleach::stored_shape shape{dense.rows, dense.cols};
    try {
        const auto bytes = static_cast<std::uint64_t>(budget * dense_bytes(dense));
        return share_of(values_in_files(bytes, table_kind::masked, {&shape, 1}).nonzero, dense.rows * dense.cols);
    } catch (const std::invalid_argument& refused) {
        throw usage_error("--budgets " + shortest(budget) + ": " + refused.what());
    }
}

// Those densities, with more in between if a round would remove more than 30 % of the remaining values.
std::vector<double> in_small_steps(const std::vector<double>& densities) {
    std::vector<double> chain;
    double now = 1;
    for (const double next : densities) {
        const double rounds = std::max(1.0, std::ceil(std::log(next / now) / std::log(kept_in_a_round)));
        for (double i = 1; i < rounds; ++i) chain.push_back(now * std::pow(next / now, i / rounds));
        chain.push_back(next);
        now = next;
    }
    return chain;
}

std::string list_of(const std::vector<double>& numbers) {
    std::string text;
    for (const double number : numbers) text += (text.empty() ? "" : ",") + shortest(number);
    return text;
}

// The value code in narrow-CODE and quantized-CODE; empty for other methods.
std::string code_of(const std::string& method) {
    return method.starts_with("narrow-") || method.starts_with("quantized-") ? method.substr(method.find('-') + 1) : "";
}

std::string format_of(const std::string& code) { return "dense_rows<" + code + ">"; }

// The most columns whose files, in that code, take no more bytes.
std::size_t columns_within(double budget, const std::string& code, table_shape dense) {
    const double bytes = budget * dense_bytes(dense);
    const auto bytes_of = [&](std::size_t columns) { return bytes_of_dense_rows(format_of(code), dense.rows, columns); };
    const std::size_t columns =
        largest_that_fits(dense.cols, [&](std::size_t middle) { return static_cast<double>(bytes_of(middle)) <= bytes; });
    if (columns == 0)
        throw usage_error("--budgets " + shortest(budget) + ": a column of " + std::to_string(dense.rows) + " rows takes " +
                          std::to_string(bytes_of(1)) + " bytes in " + code + "; give that share or more");
    return columns;
}

std::vector<std::string> flags_of_narrow(const std::string& method, double budget, table_shape dense) {
    const std::string code = code_of(method);
    if (code.empty())
        return {"--table", "dense", "--bytes", std::to_string(static_cast<std::uint64_t>(budget * dense_bytes(dense)))};
    const bool trains_in_code = method.starts_with("quantized");
    std::vector<std::string> flags{"--table",  trains_in_code ? "quantized" : "dense",
                                   "--dim",    std::to_string(columns_within(budget, code, dense)),
                                   "--freeze", format_of(code)};
    if (trains_in_code) flags.insert(flags.end(), {"--code", code});
    return flags;
}

std::vector<std::string> flags_of_rotated(double budget, table_shape dense) {
    const std::string density = shortest(density_within(budget, dense));
    return {"--table", "masked", "--prune-schedule", "at-start",       "--density",
            density,   "--init", "sparse-pca",       "--init-density", density};
}

sweep_cell cell_of_all(const std::string& method, std::uint64_t seed, const std::vector<double>& budgets, table_shape dense) {
    sweep_cell cell{method + "-" + std::to_string(seed), method, seed, budgets, {}, {}};
    for (const double budget : budgets) cell.densities.push_back(density_within(budget, dense));
    cell.flags = {"--table", "masked", "--densities",
                  list_of(method == "iterative" ? in_small_steps(cell.densities) : cell.densities)};
    if (method == "one-shot") cell.flags.insert(cell.flags.end(), {"--prune-schedule", "one-shot"});
    if (method == "random") cell.flags.insert(cell.flags.end(), {"--prune-method", "random"});
    return cell;
}

}  // namespace

const std::vector<std::string>& sweep_methods() {
    static const std::vector<std::string> methods{"dense",
                                                  "narrow",
                                                  "narrow-f16",
                                                  "narrow-i8",
                                                  "narrow-n4",
                                                  "narrow-n4b",
                                                  "narrow-n3b",
                                                  "narrow-n2b",
                                                  "narrow-n1b",
                                                  "quantized-n4",
                                                  "quantized-n4b",
                                                  "quantized-n3b",
                                                  "quantized-n2b",
                                                  "quantized-n1b",
                                                  "coded",
                                                  "start",
                                                  "rotated",
                                                  "iterative",
                                                  "one-shot",
                                                  "random",
                                                  "pep",
                                                  "cerp",
                                                  "qr",
                                                  "hash",
                                                  "double-hash",
                                                  "legcf",
                                                  "c2f"};
    return methods;
}

std::vector<std::string> flags_of_method(const std::vector<std::string>& tuned, const std::string& method) {
    std::vector<std::string> flags;
    for (const std::string& text : tuned) {
        const std::size_t equals = text.find('=');
        if (std::ranges::find(sweep_methods(), text.substr(0, equals)) == sweep_methods().end() || equals == std::string::npos)
            throw usage_error("--tuned " + text + ": expected METHOD=FLAGS, with a method of --methods");
        if (text.substr(0, equals) != method) continue;
        std::istringstream words(text.substr(equals + 1));
        flags.insert(flags.end(), std::istream_iterator<std::string>(words), {});
    }
    return flags;
}

sweep_cell dense_cell(std::uint64_t seed) {
    return {"dense-" + std::to_string(seed), "dense", seed, {1}, {}, {"--table", "dense"}};
}

sweep_cell start_cell(std::uint64_t seed) {
    return {"start-" + std::to_string(seed), "start", seed, {1}, {}, {"--table", "dense"}};
}

std::vector<sweep_cell> plan_sweep(const sweep_request& asked, table_shape dense) {
    for (const std::string& method : asked.methods)
        if (std::ranges::find(sweep_methods(), method) == sweep_methods().end())
            throw usage_error("--methods " + method + ": there is no such method; see --help");
    std::vector<double> budgets = asked.budgets;
    std::ranges::sort(budgets, std::greater<>());
    for (const double budget : budgets)
        if (!(budget > 0 && budget < 1))
            throw usage_error("--budgets " + shortest(budget) + ": expected fractions of the dense bytes, above 0 and below 1");
    std::vector<sweep_cell> cells;
    for (const std::uint64_t seed : asked.seeds) cells.push_back(dense_cell(seed));
    for (const std::uint64_t seed : asked.seeds)
        for (const std::string& method : asked.methods) {
            if (method == "dense") continue;
            if (method == "start") {
                cells.push_back(start_cell(seed));
                continue;
            }
            if (is_one_run(method)) {
                cells.push_back(cell_of_all(method, seed, budgets, dense));
                continue;
            }
            for (const double budget : budgets) {
                sweep_cell cell{method + "-" + shortest(budget) + "-" + std::to_string(seed), method, seed, {budget}, {}, {}};
                cell.follows_start = method == "rotated";
                if (method.starts_with("narrow") || method.starts_with("quantized"))
                    cell.flags = flags_of_narrow(method, budget, dense);
                else if (method == "pep")
                    cell.flags = {"--table", "pep", "--density", shortest(density_within(budget, dense))};
                else if (cell.follows_start)
                    cell.flags = flags_of_rotated(budget, dense);
                else
                    cell.flags = {"--table", method, "--bytes",
                                  std::to_string(static_cast<std::uint64_t>(budget * dense_bytes(dense)))};
                if (method == "coded") cell.flags.insert(cell.flags.end(), {"--freeze", "auto"});
                cell.is_frozen = method == "coded" || !code_of(method).empty();
                cells.push_back(std::move(cell));
            }
        }
    return cells;
}

}  // namespace support
