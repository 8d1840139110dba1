// SPDX-License-Identifier: Apache-2.0
#include "support/ctr/raw_clicks.hpp"

#include "support/ctr/number_bins.hpp"
#include "support/text/error.hpp"
#include "support/text/number.hpp"

#include <pleach/core/random_stream.hpp>

#include <cmath>

namespace support {
namespace {

/// Moves examples to the test and the validation part, each by a draw of its own.
void draw_parts(raw_clicks& raw, const row_options& options) {
    const pleach::random_stream stream(options.seed), of_test = stream.fork("test"), of_valid = stream.fork("valid");
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw.part[i] != data_part::train) continue;
        if (!raw.has_test && of_test.uniform(i) < options.test_fraction)
            raw.part[i] = data_part::test;
        else if (of_valid.uniform(i) < options.valid_fraction)
            raw.part[i] = data_part::valid;
    }
    if (!raw.has_test)
        raw.notes.push_back("no test part: took " + rounded(100 * options.test_fraction, 3) +
                            " % of the examples at random, seed " + std::to_string(options.seed));
}

/// Calls visit(field, value) for each value of an example.
template <class Visit>
void for_each_value(const raw_clicks& raw, std::size_t example, Visit&& visit) {
    for (std::size_t j = raw.offsets[example]; j < raw.offsets[example + 1]; ++j)
        visit(raw.fields_of.empty() ? j - raw.offsets[example] : raw.fields_of[j], raw.tokens[j], j);
}

/// The rows of one field's values, counted from the field's first row.
struct field_rows {
    std::vector<std::uint32_t> row_of;  ///< by value; 0: rare
    std::size_t rows = 1;
    std::size_t rare = 0;
};

field_rows rows_of_field(const token_map& values, const std::vector<std::uint32_t>& counts, const std::string& field,
                         const row_options& options) {
    field_rows result;
    result.row_of.assign(values.size(), 0);
    std::size_t kept = 0, seen = 0;
    for (std::size_t v = 0; v < values.size(); ++v) {
        seen += counts[v] > 0;
        kept += counts[v] > 0 && counts[v] >= options.min_count;
    }
    result.rare = seen - kept;
    const bool is_hashed = options.hash_rows > 0 && kept > options.hash_rows;
    const std::vector<std::string> names = is_hashed ? values.tokens() : std::vector<std::string>();
    const pleach::random_stream stream = pleach::random_stream(options.seed).fork("hash").fork(field);
    for (std::size_t v = 0; v < values.size(); ++v) {
        if (is_hashed)  // values that are not in the train part too: their rows are trained with others
            result.row_of[v] = static_cast<std::uint32_t>(1 + stream.fork(names[v]).below(options.hash_rows, 0));
        else if (counts[v] > 0 && counts[v] >= options.min_count)
            result.row_of[v] = static_cast<std::uint32_t>(result.rows++);
    }
    if (is_hashed) result.rows = 1 + options.hash_rows;
    return result;
}

void name_rows(const std::string& field, const token_map& values, const field_rows& rows, std::vector<std::string>& names) {
    const std::size_t first = names.size();
    names.resize(first + rows.rows);
    names[first] = field + " (rare or new)";
    const std::vector<std::string> tokens = values.tokens();
    for (std::size_t v = 0; v < tokens.size(); ++v)
        if (rows.row_of[v] > 0) names[first + rows.row_of[v]] = field + "=" + tokens[v];
    for (std::size_t r = 1; r < rows.rows; ++r)
        if (names[first + r].empty()) names[first + r] = field + " (no value)";
}

/// Mean and deviation of a numeric field, after x -> sign(x) log(1 + |x|).
struct number_scale {
    double mean = 0, inverse_deviation = 1;
    static double shortened(float x) { return std::copysign(std::log1p(std::abs(static_cast<double>(x))), x); }
    [[nodiscard]] float of(float x) const {
        return std::isnan(x) ? 0.0F : static_cast<float>((shortened(x) - mean) * inverse_deviation);
    }
};

number_scale scale_of(const std::vector<float>& numbers) {
    number_scale scale;
    double sum = 0, squares = 0;
    for (const float x : numbers) sum += number_scale::shortened(x);
    if (!numbers.empty()) scale.mean = sum / static_cast<double>(numbers.size());
    for (const float x : numbers) squares += std::pow(number_scale::shortened(x) - scale.mean, 2);
    if (squares > 0) scale.inverse_deviation = 1 / std::sqrt(squares / static_cast<double>(numbers.size()));
    return scale;
}

click_examples& part_of(click_data& data, data_part part) {
    return part == data_part::train ? data.train : part == data_part::valid ? data.valid : data.test;
}

}  // namespace

click_data rows_of_clicks(raw_clicks raw, const row_options& options) {
    draw_parts(raw, options);
    const std::size_t fields = raw.fields.size(), numeric = raw.numeric.size(), tasks = raw.tasks.size();
    std::vector<std::vector<std::uint32_t>> counts(fields);
    for (std::size_t f = 0; f < fields; ++f) counts[f].assign(raw.values[f].size(), 0);
    for (std::size_t i = 0; i < raw.size(); ++i)
        if (raw.part[i] == data_part::train)
            for_each_value(raw, i, [&](std::size_t f, std::uint32_t v, std::size_t) { ++counts[f][v]; });

    click_data data;
    data.name = raw.name;
    data.tasks = raw.tasks;
    data.fields = raw.fields;
    data.numeric = raw.numeric;
    data.notes = std::move(raw.notes);
    std::uint64_t rows = 0;
    std::size_t rare = 0;
    const auto add_field = [&](std::size_t of_field, const std::string& field) {
        rows += of_field;
        if (rows > options.row_limit)
            fail_input({data.name}, "fields with " + grouped(rows) + " rows, up to " + printable(field),
                       "at most " + grouped(options.row_limit) + " in all",
                       "raise --min-count or --row-limit, or hash values with --hash-rows");
        data.field_starts.push_back(static_cast<std::uint32_t>(rows));
    };
    std::vector<field_rows> of_fields;
    for (std::size_t f = 0; f < fields; ++f) {
        of_fields.push_back(rows_of_field(raw.values[f], counts[f], raw.fields[f], options));
        rare += of_fields[f].rare;
        add_field(of_fields[f].rows, raw.fields[f]);
        name_rows(raw.fields[f], raw.values[f], of_fields[f], data.row_names);
        raw.values[f] = token_map();
    }
    if (rare > 0)
        data.notes.push_back(counted(rare, "value") + " of fewer than " + grouped(options.min_count) +
                             " train examples share the row of rare values of their fields (--min-count)");
    std::vector<number_bins> bins;
    std::vector<number_scale> scales;
    for (std::size_t n = 0; n < numeric; ++n) {
        std::vector<float> seen;
        for (std::size_t i = 0; i < raw.size(); ++i)
            if (raw.part[i] == data_part::train && !std::isnan(raw.numbers[i * numeric + n]))
                seen.push_back(raw.numbers[i * numeric + n]);
        scales.push_back(scale_of(seen));
        if (options.bins == 0) continue;
        bins.emplace_back(std::move(seen), options.bins);
        add_field(1 + bins[n].size(), raw.numeric[n]);
        data.fields.push_back(raw.numeric[n]);
        data.row_names.push_back(raw.numeric[n] + " (missing)");
        for (const float upper : bins[n].uppers())
            data.row_names.push_back(raw.numeric[n] + "<=" + shortest(static_cast<double>(upper)));
    }

    for (std::size_t i = 0; i < raw.size(); ++i) {
        click_examples& into = part_of(data, raw.part[i]);
        for_each_value(raw, i, [&](std::size_t f, std::uint32_t v, std::size_t j) {
            into.ids.push_back(data.field_starts[f] + of_fields[f].row_of[v]);
            if (!raw.weights.empty()) into.weights.push_back(raw.weights[j]);
        });
        for (std::size_t n = 0; n < bins.size(); ++n) {
            const float x = raw.numbers[i * numeric + n];
            const bool is_missing = std::isnan(x) || bins[n].size() == 0;
            into.ids.push_back(data.field_starts[fields + n] + static_cast<std::uint32_t>(is_missing ? 0 : 1 + bins[n].of(x)));
            if (!raw.weights.empty()) into.weights.push_back(1);
        }
        into.offsets.push_back(into.ids.size());
        for (std::size_t n = 0; n < numeric; ++n) into.numbers.push_back(scales[n].of(raw.numbers[i * numeric + n]));
        for (std::size_t t = 0; t < tasks; ++t) into.labels.push_back(raw.labels[i * tasks + t]);
    }
    require_both_labels(data);
    data.checksum = checksum_of(data);
    return data;
}

}  // namespace support
