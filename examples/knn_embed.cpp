// SPDX-License-Identifier: Apache-2.0
//
// Retrieval by several vectors per user instead of one: items are clustered, and users are represented by the items that they and
// their neighbors took from each cluster (kNN-Embed, support/serve/interest_mixture.hpp). Prints the quality of lists on the
// validation or the test part of a run, beside that of the run's own vector per user.
//
//     train_mf --dataset gowalla --out run --freeze auto
//     knn_embed --run run --clusters 64 --vectors 3 --neighbors 20 --own 0.8

#include "support/data/interactions.hpp"
#include "support/model/metrics.hpp"
#include "support/program/threads.hpp"
#include "support/program/tool.hpp"
#include "support/serve/interest_mixture.hpp"
#include "support/serve/propagated_rows.hpp"
#include "support/serve/served_run.hpp"
#include "support/serve/similar.hpp"
#include "support/text/number.hpp"

#include <pleach/quantize/k_means.hpp>

#include <cstdio>
#include <string>
#include <vector>

namespace {

struct settings {
    std::string run;
    std::string dataset;
    std::string part = "test";
    std::size_t clusters = 64;
    std::size_t vectors = 3;
    std::size_t neighbors = 20;
    double own = 0.8;
    std::vector<std::size_t> k{20, 50, 100};
    std::uint64_t seed = 2024;
    std::size_t threads = 0;
};

using lists = std::vector<std::vector<std::uint32_t>>;

pleach::matrix<float> rows_of(const support::table_source& source, const pleach::openmp& exec) {
    const auto table = support::open_served(source);
    pleach::matrix<float> rows(table.size(), table.dim());
    pleach::for_each_chunk(exec, rows.rows(), std::size_t{1024}, [&](std::size_t first, std::size_t last) {
        for (std::size_t r = first; r < last; ++r) table.lookup(static_cast<std::uint32_t>(r), rows.row(r));
    });
    return rows;
}

/// What the lists are measured on.
struct held_out {
    support::csr relevant, seen;
    std::vector<std::uint32_t> users;  ///< those with a relevant item
};

held_out part_of(support::interactions data, const std::string& part) {
    held_out result;
    if (part == "test") {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
        for (const support::csr* known : {&data.train, &data.valid})
            for (std::size_t u = 0; u < known->rows(); ++u)
                for (const std::uint32_t item : known->row(u)) pairs.emplace_back(static_cast<std::uint32_t>(u), item);
        result = {std::move(data.test), support::make_csr(data.users, pairs), {}};
    } else {
        result = {std::move(data.valid), std::move(data.train), {}};
    }
    for (std::size_t u = 0; u < result.relevant.rows(); ++u)
        if (!result.relevant.row(u).empty()) result.users.push_back(static_cast<std::uint32_t>(u));
    if (result.users.empty())
        throw support::usage_error("the run has no " + part + " part: choose the other one with --part test or --part valid");
    return result;
}

/// The best `k` items for each query that `seen(query)` does not have.
template <class Seen>
lists best_items(pleach::matrix<float>& items, const pleach::matrix<float>& queries, std::size_t k, Seen&& seen,
                 const pleach::openmp& exec) {
    lists found(queries.rows());
    pleach::top_k(pleach::borrowed_table<float>(items.view()), queries.view(), k,
                  [&](std::size_t q, std::span<const pleach::scored<float>> best) {
                      for (const auto& one : best) found[q].push_back(static_cast<std::uint32_t>(one.id));
                  },
                  {.exec = exec, .excluded = seen});
    return found;
}

void print(const char* name, const lists& found, const held_out& part, const std::vector<std::size_t>& ks) {
    std::printf("%-24s", name);
    for (const std::size_t k : ks) {
        double recall = 0;
        for (std::size_t i = 0; i < part.users.size(); ++i) {
            std::vector<bool> is_hit;
            for (std::size_t r = 0; r < std::min(k, found[i].size()); ++r)
                is_hit.push_back(part.relevant.contains(part.users[i], found[i][r]));
            recall += support::quality_of_list(is_hit, part.relevant.row(part.users[i]).size(), k).recall;
        }
        std::printf("  recall@%zu %.4f", k, recall / static_cast<double>(part.users.size()));
    }
    std::printf("\n");
}

/// The neighbors of each user by the cosine of the run's rows.
lists neighbors_of(pleach::matrix<float>& users, const std::vector<std::uint32_t>& asked, std::size_t count,
                   const pleach::openmp& exec) {
    lists found(asked.size());
    if (count == 0) return found;
    std::size_t next = 0;
    const pleach::borrowed_table<float> rows(users.view());
    support::similar(
        support::unit_rows(rows), asked, count,
        [&](std::uint32_t, std::span<const pleach::scored<float>> best) {
            for (const auto& one : best) found[next].push_back(static_cast<std::uint32_t>(one.id));
            ++next;
        },
        exec);
    return found;
}

int run(const settings& chosen) {
    const pleach::openmp exec = support::executor_of(chosen.threads);
    const support::served_files files = support::files_of_run(chosen.run);
    if (files.users.path.empty() || files.items.path.empty())
        throw support::usage_error("--run needs users.frozen and items.frozen: train with --freeze auto");
    const held_out part = part_of(support::data_of_run(chosen.run, chosen.dataset), chosen.part);
    pleach::matrix<float> users = rows_of(files.users, exec), items = rows_of(files.items, exec);
    const std::size_t longest = std::ranges::max(chosen.k);

    pleach::matrix<float> own(part.users.size(), users.cols());
    for (std::size_t i = 0; i < part.users.size(); ++i) std::ranges::copy(users.row(part.users[i]), own.row(i).begin());
    const auto seen_by = [&](std::size_t i) { return part.seen.row(part.users[i]); };
    print("the run's vector", best_items(items, own, longest, seen_by, exec), part, chosen.k);

    std::vector<std::uint16_t> clusters(items.rows());
    const pleach::matrix<float> centers =
        pleach::k_means(items.view(), {}, chosen.clusters, 20, pleach::random_stream(chosen.seed), exec);
    pleach::find_nearest(items.view(), centers.view(), clusters, exec);
    const lists near = neighbors_of(users, part.users, chosen.neighbors, exec);
    const auto mixtures = [&](std::size_t most) {
        std::vector<std::vector<support::interest>> all(part.users.size());
        std::size_t queries = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i] = support::interests_of(part.users[i], near[i], part.seen, items.view(), clusters, chosen.own, most);
            queries += all[i].size();
        }
        pleach::matrix<float> vectors(queries, items.cols());
        std::vector<std::size_t> of_user;
        for (std::size_t i = 0; i < all.size(); ++i)
            for (const support::interest& one : all[i]) {
                std::ranges::copy(one.vector, vectors.row(of_user.size()).begin());
                of_user.push_back(i);
            }
        const lists each = best_items(items, vectors, longest, [&](std::size_t q) { return seen_by(of_user[q]); }, exec);
        lists merged(all.size());
        for (std::size_t i = 0, first = 0; i < all.size(); first += all[i++].size()) {
            std::vector<double> weights;
            for (const support::interest& one : all[i]) weights.push_back(one.weight);
            merged[i] = support::merge_lists(std::span(each).subspan(first, weights.size()), weights, longest);
        }
        return merged;
    };
    print("the largest interest", mixtures(1), part, chosen.k);
    print((std::to_string(chosen.vectors) + " interests").c_str(), mixtures(chosen.vectors), part, chosen.k);
    return support::exit_good;
}

}  // namespace

int main(int argc, char** argv) {
    settings chosen;
    CLI::App app{
        "Retrieves items by several vectors per user, one for each cluster of items, and prints how good the lists are.",
        "knn_embed"};
    app.add_option("--run", chosen.run, "directory of a trainer with users.frozen and items.frozen")->required();
    app.add_option("--dataset", chosen.dataset, "the data of the run, if it has moved");
    app.add_option("--part", chosen.part, "what the lists are measured on")
        ->check(CLI::IsMember({"valid", "test"}))
        ->capture_default_str();
    app.add_option("--clusters", chosen.clusters, "clusters of items")->check(CLI::Range(1, 4096))->capture_default_str();
    app.add_option("--vectors", chosen.vectors, "vectors per user, at most")->check(CLI::Range(1, 4096))->capture_default_str();
    app.add_option("--neighbors", chosen.neighbors, "users whose items smooth those of a user")
        ->check(CLI::Range(0, 100000))
        ->capture_default_str();
    app.add_option("--own", chosen.own, "weight of the user's own items; the neighbors share the rest")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.add_option("--k", chosen.k, "list lengths")->delimiter(',')->check(CLI::Range(1, 100000))->capture_default_str();
    app.add_option("--seed", chosen.seed, "of the clusters")->capture_default_str();
    app.add_option("--threads", chosen.threads, "number of threads; 0: one per processor")->capture_default_str();
    return support::run_tool(app, argc, argv, [&] { return run(chosen); });
}
