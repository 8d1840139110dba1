// SPDX-License-Identifier: Apache-2.0
//
// Compresses dense factors from any library: prunes them by magnitude, stores values in fewer bits, packs rows, and writes a
// file that can be mapped. Prints what that costs: bytes, nanoseconds per row, and how much of the dense top-k lists of sampled
// queries is kept.
//
//     shrink items.npy --bytes 6MB --out items.frozen
//     shrink items.npy --density 0.1 --queries users.npy --out items.frozen
//     shrink items.npy --bytes 6MB --queries users.npy --dataset gowalla --out items.frozen

#include "support/model/metrics.hpp"
#include "support/program/threads.hpp"
#include "support/program/tool.hpp"
#include "support/run/report.hpp"
#include "support/run/stopwatch.hpp"
#include "support/serve/dense_factors.hpp"
#include "support/serve/lookup_latency.hpp"
#include "support/serve/recommend.hpp"
#include "support/serve/served_table.hpp"
#include "support/serve/shrink_trials.hpp"
#include "support/serve/top_k_overlap.hpp"
#include "support/text/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace {

using support::grouped;

struct settings {
    support::table_source factors, queries;
    std::string bytes, out, dataset, format;
    std::optional<double> density;
    std::optional<double> tolerance;
    std::size_t sample = 500, k = 20;
    std::uint64_t seed = 2024;
    std::size_t threads = 0;
    bool explain = false;
};

/// Median nanoseconds per row, looked up one after the other in random order.
template <class Table>
double nanoseconds_a_row(const Table& table, std::uint64_t seed) {
    double sum = 0;
    // Fewer of wide rows, which would take longer than everything else.
    const std::size_t lookups = std::clamp<std::size_t>((std::size_t{1} << 24) / table.dim(), 2'000, 200'000);
    const auto ids = support::random_ids(table.size(), lookups, seed);
    static_cast<void>(support::lookup_nanoseconds(table, ids, 100, sum));
    return support::quantile(support::lookup_nanoseconds(table, ids, 100, sum), 0.5);
}

/// The inputs on which the compressed table is compared: read and checked before anything is written.
struct trial {
    std::optional<support::served_table> users;
    std::optional<support::interactions> data;
};

/// *Throws* support::usage_error if the tables and the data do not belong together. Either the table holds items and the
/// queries are users, or it holds both, users first, as the trainers' tables do.
trial read_trial(const settings& chosen, const support::dense_factors& before) {
    trial on;
    if (!chosen.queries.path.empty()) on.users = support::open_served(chosen.queries);
    if (on.users && on.users->dim() != before.dim())
        throw support::usage_error("--queries have " + std::to_string(on.users->dim()) + " columns and the factors " +
                                   std::to_string(before.dim()) + "; give tables of the same model");
    if (chosen.dataset.empty()) return on;
    on.data = support::read_interactions(chosen.dataset);
    const std::size_t users = on.data->users, items = on.data->items;
    if (on.users ? users != on.users->size() || items != before.size() : before.size() != users + items)
        throw support::usage_error("--dataset has " + grouped(users) + " users and " + grouped(items) +
                                   " items, but the table has " + grouped(before.size()) +
                                   " rows: give a table of users and items, or one of items and the users as --queries");
    return on;
}

/// Recall and NDCG on the test part, before and after.
void print_quality(std::size_t k, const trial& on, const support::dense_factors& before, const support::served_table& after,
                   const pleach::openmp& exec) {
    const std::size_t users = on.data->users, entities = users + on.data->items;
    pleach::matrix<float> rows(entities, before.dim());
    const auto measure = [&](const char* name, const auto& table) {
        for (std::size_t x = 0; x < entities; ++x)
            if (on.users && x < users)
                on.users->lookup(static_cast<std::uint32_t>(x), rows.row(x));
            else
                table.lookup(static_cast<std::uint32_t>(on.users ? x - users : x), rows.row(x));
        const auto quality = support::evaluate(rows.view(), on.data->test, on.data->train, {k}, exec).at.front();
        if (std::isnan(quality.recall))
            std::printf("  %-8s no user has test items\n", name);
        else
            std::printf("  %-8s recall@%zu %.4f   ndcg@%zu %.4f\n", name, k, quality.recall, k, quality.ndcg);
    };
    measure("before", before);
    measure("after", after);
}

/// The compressed factors.
struct result {
    pleach::frozen::image frozen;
    std::string kind;
    std::size_t kept = 0;  ///< values
    std::vector<pleach::frozen::format_choice> formats;
    std::vector<support::shrink_trial> trials;
};

result make(const support::dense_factors& before, const settings& chosen, const support::shrink_request& asked,
            const auto& answer, const pleach::openmp& exec) {
    const std::size_t all = before.size() * before.dim();
    if (const auto coded = support::parse_coded(asked.kind)) {
        auto image = support::freeze_coded(support::rows_of(before).view(), *coded, chosen.seed, exec);
        if (asked.bytes && image.bytes() > *asked.bytes)
            throw support::usage_error("--format " + coded->name() + " takes " + grouped(image.bytes()) +
                                       " bytes, but --bytes is " + grouped(*asked.bytes) +
                                       "; use fewer terms, or give more bytes");
        return {std::move(image), coded->name(), all, {}, {}};
    }
    const auto cut = [&]() -> result {
        const auto plan =
            support::plan_shrink(before.size(), before.dim(), asked, pleach::frozen::survey_rows(before, exec).largest);
        auto best = support::shrink(before, plan, asked, chosen.factors.path.native(), exec);
        return {std::move(best.frozen), best.formats.front().kind, plan.kept, std::move(best.formats), {}};
    };
    // With a given tolerance or format there is nothing to try.
    if (!asked.bytes || chosen.tolerance || !asked.kind.empty()) return cut();
    std::optional<result> plain;
    std::string refused;
    try {
        plain = cut();
    } catch (const support::usage_error& error) {
        refused = error.what();  // formats of few bits per value may still fit
    }
    std::optional<support::cut_image> image;
    if (plain) image.emplace(support::cut_image{{std::move(plain->frozen), plain->formats}, plain->kept});
    auto tried =
        support::try_forms(before, std::move(image), *asked.bytes, chosen.factors.path.native(), chosen.seed, answer, exec);
    if (tried.trials.empty()) throw support::usage_error(refused);
    if (tried.were_codes_left_out)
        std::printf(
            "codewords were not tried, because fitting them to %s rows takes long; to have them, use --format "
            "'coded<sum,6x8>'\n",
            grouped(before.size()).c_str());
    const bool is_plain = plain && tried.kind == plain->kind;
    return {std::move(tried.frozen), tried.kind, tried.kept,
            is_plain ? std::move(plain->formats) : std::vector<pleach::frozen::format_choice>{}, std::move(tried.trials)};
}

int run(const settings& chosen) {
    support::shrink_request asked{
        .bytes = {}, .density = chosen.density, .kind = chosen.format, .tolerance = chosen.tolerance.value_or(0.004)};
    if (!chosen.bytes.empty()) asked.bytes = support::parse_bytes("--bytes", chosen.bytes);
    if (!asked.kind.empty() && !asked.bytes && !asked.density) asked.density = 1;
    if (asked.bytes.has_value() == asked.density.has_value())
        throw support::usage_error("no target size: give either --bytes N or --density X");
    if (!asked.kind.empty() && !support::parse_coded(asked.kind)) support::require_format(asked.kind);
    const pleach::openmp exec = support::executor_of(chosen.threads);
    support::stopwatch watch;
    const auto before = support::dense_factors::open(chosen.factors.path, chosen.factors.array);
    const trial on = read_trial(chosen, before);
    support::require_finite(before, chosen.factors.path.native(), exec);
    const auto sample = support::sampled_ids(on.users ? on.users->size() : before.size(), chosen.sample, chosen.seed);
    const auto queries = on.users ? support::rows_at(*on.users, sample) : support::rows_at(before, sample);
    const auto lists = [&](const auto& table) { return support::best_ids(table, queries.view(), chosen.k, {}, exec); };
    const result best = make(before, chosen, asked, lists, exec);
    pleach::save(best.frozen, chosen.out);
    const double seconds = watch.seconds();
    const double megabytes = static_cast<double>(support::peak_resident_bytes()) / 1e6;
    const std::size_t all = before.size() * before.dim();
    for (const support::shrink_trial& trial : best.trials)
        std::printf("%c %-22s %12s bytes  top %zu %5.1f %% of the dense answer\n", trial.kind == best.kind ? '*' : ' ',
                    trial.kind.c_str(), grouped(trial.bytes).c_str(), chosen.k, 100 * trial.overlap);
    std::printf("%s: %s\n%s: %s of %s values kept (%.1f %%), %s, %.1f s, %.0f MB at most\n",
                support::printable(chosen.factors.path.string(), 4096).c_str(), before.describe().c_str(),
                support::printable(chosen.out, 4096).c_str(), grouped(best.kept).c_str(), grouped(all).c_str(),
                100 * static_cast<double>(best.kept) / static_cast<double>(all), best.kind.c_str(), seconds, megabytes);
    if (chosen.explain && !best.formats.empty())
        std::fputs(pleach::frozen::explain(best.formats, before.size()).c_str(), stdout);

    const auto after = support::open_served({chosen.out, {}});
    std::printf("  bytes    %15s -> %15s, %.1f %%\n", grouped(before.bytes()).c_str(), grouped(after.bytes().size()).c_str(),
                100 * static_cast<double>(after.bytes().size()) / static_cast<double>(before.bytes()));
    const double slow = nanoseconds_a_row(before, chosen.seed);
    std::printf("  lookup   %12.1f ns -> %12.1f ns per row, copied, in random order\n", slow,
                nanoseconds_a_row(after, chosen.seed));
    std::printf("  top %-4zu %.1f %% of the dense answer to %zu queries%s\n", chosen.k,
                100 * support::mean_overlap(lists(before), lists(after)), sample.size(),
                on.users ? "" : ", rows of the table itself");
    if (on.data) print_quality(chosen.k, on, before, after, exec);
    return support::exit_good;
}

}  // namespace

int main(int argc, char** argv) {
    support::sleep_while_waiting(argv);
    return support::guard_main("shrink", [&] {
        settings chosen;
        CLI::App app(
            "Compresses dense factors: prunes them, stores values in fewer bits, and packs rows into a file that can be "
            "mapped.",
            "shrink");
        app.add_option("factors", chosen.factors.path, "npy or safetensors file")->required()->type_name("FILE");
        app.add_option("--array", chosen.factors.array, "name of its array, if the file has several")->type_name("NAME");
        app.add_option("--bytes", chosen.bytes, "size of the result, for example 6000000, 6MB or 1.5GiB")->type_name("N");
        app.add_option("--density", chosen.density, "fraction of the values to keep")
            ->check(CLI::Range(0.0, 1.0))
            ->type_name("X");
        app.add_option("--format", chosen.format,
                       "format of the rows, for example dense_rows<n4> or coded<sum,6x8> [the best of those tried]")
            ->type_name("KIND");
        app.add_option("--tolerance", chosen.tolerance,
                       "largest error of a kept value, relative to the largest in its row; 0: floats; if given, few bits and "
                       "codewords are not tried [0.004]")
            ->check(CLI::Range(0.0, 1.0));
        app.add_option("--out", chosen.out, "file for the frozen table")->required()->type_name("FILE");
        app.add_option("--queries", chosen.queries.path, "table of queries, for example users [rows of the table itself]")
            ->type_name("FILE");
        app.add_option("--queries-array", chosen.queries.array, "name of its array, if the file has several")
            ->type_name("NAME");
        app.add_option("--sample", chosen.sample, "number of queries to compare")
            ->check(CLI::Range(1, 1'000'000))
            ->capture_default_str();
        app.add_option("--k,-k", chosen.k, "number of best rows to compare per query")
            ->check(CLI::PositiveNumber)
            ->capture_default_str();
        app.add_option("--dataset", chosen.dataset,
                       "data set on whose test part recall and NDCG are computed; the table holds users and items, or "
                       "--queries holds the users")
            ->type_name("PATH");
        app.add_option("--seed", chosen.seed, "seed of all sampling")->capture_default_str();
        app.add_option("--threads", chosen.threads, "number of threads; 0: one per processor that this process may use")
            ->check(CLI::Range(0, 4096))
            ->capture_default_str();
        app.add_flag("--explain", chosen.explain, "print how many bytes every format would take");
        return support::run_tool(app, argc, argv, [&] { return run(chosen); });
    });
}
