// SPDX-License-Identifier: Apache-2.0
//
// Compresses dense factors from any library: prunes them by magnitude, stores values in fewer bits, packs rows, and writes a
// file that can be mapped. Prints what that costs: bytes, nanoseconds per row, and how much of the dense top-k lists of sampled
// queries is kept.
//
//     shrink items.npy --bytes 6MB --out items.frozen
//     shrink items.npy --density 0.1 --queries users.npy --out items.frozen
//     shrink items.npy --bytes 6MB --queries users.npy --dataset gowalla --out items.frozen
//     shrink glove.6B.300d.txt --bytes 40MB --out words.frozen

#include "support/model/metrics.hpp"
#include "support/program/threads.hpp"
#include "support/program/tool.hpp"
#include "support/run/report.hpp"
#include "support/run/stopwatch.hpp"
#include "support/serve/compress.hpp"
#include "support/serve/dense_factors.hpp"
#include "support/serve/lookup_latency.hpp"
#include "support/serve/recommend.hpp"
#include "support/serve/served_table.hpp"
#include "support/serve/top_k_overlap.hpp"
#include "support/serve/word_vectors.hpp"
#include "support/text/cursor.hpp"
#include "support/text/error.hpp"

#include <pleach/frozen/erased_table.hpp>
#include <pleach/io/open.hpp>
#include <pleach/table/dense_table.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace {

using support::grouped;

struct settings {
    support::table_source factors, queries;
    std::string bytes, out, dataset, format, ids, group = "items";
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
trial read_trial(const settings& chosen, const support::served_table& before) {
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

/// The rows to compress, and what is known of them.
struct named_factors {
    support::served_table rows;
    std::uint64_t bytes = 0;  ///< of the values in their file
    std::vector<std::string> ids;
    std::string group;
};

/// One id per line; an empty line is an empty id.
std::vector<std::string> read_ids(const std::string& path) {
    const support::text_file file(path);
    support::text_cursor cursor(file);
    std::vector<std::string> ids;
    while (cursor.next()) ids.emplace_back(cursor.line());
    return ids;
}

named_factors read_factors(const settings& chosen) {
    if (!support::are_word_vectors(support::map_input(chosen.factors.path).bytes())) {
        auto factors = support::dense_factors::open(chosen.factors.path, chosen.factors.array);
        const std::uint64_t bytes = factors.bytes();
        auto ids = chosen.ids.empty() ? std::vector<std::string>() : read_ids(chosen.ids);
        if (!ids.empty() && ids.size() != factors.size())
            throw support::usage_error("--ids has " + support::counted(ids.size(), "line") + ", but the table has " +
                                       support::counted(factors.size(), "row") + "; give one id for each");
        return {support::as_served(std::move(factors)), bytes, std::move(ids), chosen.group};
    }
    if (!chosen.ids.empty() || !chosen.factors.array.empty())
        throw support::usage_error("the rows of " + support::printable(chosen.factors.path.string(), 4096) +
                                   " have names already, and the file has no arrays: leave out --ids and --array");
    auto words = support::read_word_vectors(chosen.factors.path);
    if (words.repeated > 0)
        std::printf("%s left out, because an earlier row has the same name\n", support::counted(words.repeated, "row").c_str());
    const std::string kind = words.format + ", " + grouped(words.rows.rows()) + " x " + grouped(words.rows.cols());
    const std::uint64_t bytes = words.rows.rows() * words.rows.cols() * sizeof(float);
    return {{pleach::dense_table<float>(std::as_const(words.rows).view()), kind, {}}, bytes, std::move(words.names), "words"};
}

/// Recall and NDCG on the test part, before and after.
void print_quality(std::size_t k, const trial& on, const support::served_table& before, const support::served_table& after,
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

/// Says in the file what it was made of, unless it would then be larger than it may be.
void add_source(pleach::frozen::image& image, const settings& chosen, const named_factors& factors,
                std::optional<std::uint64_t> most) {
    const std::string source =
        "shrink of " + support::printable(chosen.factors.path.filename().native(), 200) + ", " + factors.rows.kind();
    const std::uint64_t more = source.size() + 128;  // with its key, and gaps that may grow
    if (!most || pleach::writer_of(image).bytes() + more <= *most) image.describe("pleach.source", source);
}

int run(const settings& chosen) {
    support::compress_request asked{
        .bytes = {}, .density = chosen.density, .format = chosen.format, .tolerance = chosen.tolerance, .seed = chosen.seed};
    if (!chosen.bytes.empty()) asked.bytes = support::parse_bytes("--bytes", chosen.bytes);
    support::check_request(asked);
    const pleach::openmp exec = support::executor_of(chosen.threads);
    support::stopwatch watch;
    const named_factors factors = read_factors(chosen);
    const support::served_table& before = factors.rows;
    const auto most = asked.bytes;
    const std::vector<pleach::frozen::id_group> groups{{factors.group, factors.ids.size()}};
    if (!factors.ids.empty()) asked.bytes = support::bytes_without_ids(asked.bytes, groups, factors.ids);
    const trial on = read_trial(chosen, before);
    const auto sample = support::sampled_ids(on.users ? on.users->size() : before.size(), chosen.sample, chosen.seed);
    const auto queries = on.users ? support::rows_at(*on.users, sample) : support::rows_at(before, sample);
    const support::table_answer lists = [&](const support::served_table& table) {
        return support::best_ids(table, queries.view(), chosen.k, {}, exec);
    };
    support::compressed best = support::compress(before, asked, chosen.factors.path.native(), lists, exec);
    if (!factors.ids.empty()) pleach::frozen::add_ids(best.frozen, groups, factors.ids);
    add_source(best.frozen, chosen, factors, most);
    pleach::save(best.frozen, chosen.out);
    const double seconds = watch.seconds();
    const double megabytes = static_cast<double>(support::peak_resident_bytes()) / 1e6;
    const std::size_t all = before.size() * before.dim();
    if (best.were_codes_left_out)
        std::printf(
            "codewords were not tried, because fitting them to %s rows takes long; to have them, use --format "
            "'coded<sum,6x8>'\n",
            grouped(before.size()).c_str());
    for (const support::shrink_trial& trial : best.trials)
        std::printf("%c %-22s %12s bytes  top %zu %5.1f %% of the dense answer\n", trial.kind == best.kind ? '*' : ' ',
                    trial.kind.c_str(), grouped(trial.bytes).c_str(), chosen.k, 100 * trial.overlap);
    std::printf("%s: %s\n%s: %s of %s values kept (%.1f %%), %s, %.1f s, %.0f MB at most\n",
                support::printable(chosen.factors.path.string(), 4096).c_str(), before.kind().c_str(),
                support::printable(chosen.out, 4096).c_str(), grouped(best.kept).c_str(), grouped(all).c_str(),
                100 * static_cast<double>(best.kept) / static_cast<double>(all), best.kind.c_str(), seconds, megabytes);
    if (!factors.ids.empty())
        std::printf("  ids      %15s of %s, %s bytes\n", grouped(factors.ids.size()).c_str(), factors.group.c_str(),
                    grouped(pleach::open_ids(chosen.out).bytes()).c_str());
    if (chosen.explain && !best.formats.empty())
        std::fputs(pleach::frozen::explain(best.formats, before.size()).c_str(), stdout);

    const auto after = support::open_served({chosen.out, {}});
    std::printf("  bytes    %15s -> %15s, %.1f %%\n", grouped(factors.bytes).c_str(), grouped(after.bytes().size()).c_str(),
                100 * static_cast<double>(after.bytes().size()) / static_cast<double>(factors.bytes));
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
        app.add_option("factors", chosen.factors.path,
                       "npy or safetensors file, or word vectors: word2vec text or binary, fastText .vec, GloVe")
            ->required()
            ->type_name("FILE");
        app.add_option("--array", chosen.factors.array, "name of its array, if the file has several")->type_name("NAME");
        auto* const ids =
            app.add_option("--ids", chosen.ids,
                           "file with the original id of each row, one per line, to be stored in the result; word "
                           "vectors have theirs")
                ->type_name("FILE");
        app.add_option("--group", chosen.group, "what the rows with --ids are")
            ->type_name("NAME")
            ->needs(ids)
            ->capture_default_str();
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
