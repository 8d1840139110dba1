// SPDX-License-Identifier: Apache-2.0
#include "support/serve/compress.hpp"

#include "support/text/error.hpp"
#include "support/text/number.hpp"

namespace support {
namespace {

/// A format alone asks for every value in it.
shrink_request plain_request(const compress_request& asked) {
    shrink_request plain{
        .bytes = asked.bytes, .density = asked.density, .kind = asked.format, .tolerance = asked.tolerance.value_or(0.004)};
    if (!asked.format.empty() && !asked.bytes && !asked.density) plain.density = 1;
    return plain;
}

compressed cut(const served_table& table, const shrink_request& asked, const std::string& name, const pleach::openmp& exec) {
    const auto plan = plan_shrink(table.size(), table.dim(), asked, pleach::frozen::survey_rows(table, exec).largest);
    auto best = shrink(table, plan, asked, name, exec);
    const std::string kind = best.formats.front().kind;
    return {.frozen = std::move(best.frozen), .kind = kind, .kept = plan.kept, .formats = std::move(best.formats)};
}

compressed in_codewords(const served_table& table, const compress_request& asked, const coded_format& format,
                        const pleach::openmp& exec) {
    auto image = freeze_coded(rows_of(table).view(), format, asked.seed, exec);
    if (asked.bytes && image.bytes() > *asked.bytes)
        throw usage_error("--format " + format.name() + " takes " + grouped(image.bytes()) + " bytes, but --bytes is " +
                          grouped(*asked.bytes) + "; use fewer terms, or give more bytes");
    return {.frozen = std::move(image), .kind = format.name(), .kept = table.size() * table.dim()};
}

}  // namespace

void check_request(const compress_request& asked) {
    const shrink_request plain = plain_request(asked);
    if (plain.bytes.has_value() == plain.density.has_value())
        throw usage_error("no target size: give either --bytes N or --density X");
    if (!asked.format.empty() && !parse_coded(asked.format)) require_format(asked.format);
}

std::optional<std::uint64_t> bytes_without_ids(std::optional<std::uint64_t> bytes,
                                               const std::vector<pleach::frozen::id_group>& groups,
                                               std::span<const std::string> ids) {
    pleach::frozen::image alone;
    alone.describe("entities", std::to_string(ids.size()));
    pleach::frozen::add_ids(alone, groups, ids);
    if (!bytes) return bytes;
    // A few more bytes of header: the descriptions of gaps between arrays, and longer offsets.
    const std::uint64_t needed = pleach::writer_of(alone).bytes() + 512;
    if (needed >= *bytes)
        throw usage_error("--bytes " + grouped(*bytes) + ": the ids alone take " + grouped(needed) + " bytes; give more bytes");
    return *bytes - needed;
}

compressed compress(const served_table& table, const compress_request& asked, const std::string& name,
                    const table_answer& answer, const pleach::openmp& exec) {
    check_request(asked);
    require_finite(table, name, exec);
    if (const auto coded = parse_coded(asked.format)) return in_codewords(table, asked, *coded, exec);
    const shrink_request plain = plain_request(asked);
    if (!plain.bytes || asked.tolerance || !asked.format.empty()) return cut(table, plain, name, exec);
    std::optional<compressed> largest;
    std::string refused;
    try {
        largest = cut(table, plain, name, exec);
    } catch (const usage_error& error) {
        refused = error.what();  // formats of few bits per value may still fit
    }
    std::optional<cut_image> image;
    if (largest) image.emplace(cut_image{{std::move(largest->frozen), largest->formats}, largest->kept});
    auto tried = try_forms(table, std::move(image), *plain.bytes, name, asked.seed, answer, exec);
    if (tried.trials.empty()) throw usage_error(refused);
    compressed best{.frozen = std::move(tried.frozen), .kind = tried.kind, .kept = tried.kept};
    if (largest && tried.kind == largest->kind) best.formats = std::move(largest->formats);
    best.trials = std::move(tried.trials);
    best.were_codes_left_out = tried.were_codes_left_out;
    return best;
}

}  // namespace support
