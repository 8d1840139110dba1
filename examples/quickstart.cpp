// SPDX-License-Identifier: Apache-2.0
//
// A first run that needs no files: trains matrix factorization and LightGCN over masked tables on a generated data set, prunes
// and rewinds them in rounds, and prints a table of accuracy and bytes. It takes no options, and prints commands that do the
// same.

#include "support/train/run_trainer.hpp"

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

// One thread: the data is small, and this loses little time on a busy machine.
const std::vector<std::string> shared_flags{"--dataset",
                                            "generated",
                                            "--table",
                                            "masked",
                                            "--prune-rounds",
                                            "3",
                                            "--loss",
                                            "softmax",
                                            "--similarity",
                                            "cosine",
                                            "--temperature",
                                            "0.15",
                                            "--negatives",
                                            "128",
                                            "--spare-known",
                                            "--batch",
                                            "512",
                                            "--lr",
                                            "0.01",
                                            "--epochs",
                                            "12",
                                            "--eval-every",
                                            "2",
                                            "--threads",
                                            "1"};

support::options options_of(const char* program, std::vector<std::string> flags) {
    std::vector<const char*> words{program};
    for (const std::string& flag : flags) words.push_back(flag.c_str());
    return support::parse_options(program, static_cast<int>(words.size()), words.data());
}

std::vector<std::string> with_layers(std::vector<std::string> flags) {
    flags.insert(flags.end(), {"--layers", "2"});
    return flags;
}

// The arguments of a command, wrapped to the width of a terminal.
std::string wrapped(const std::vector<std::string>& words) {
    std::string text;
    std::size_t column = 80;
    for (const std::string& word : words) {
        if (column + word.size() > 76 && word.starts_with("--")) {
            text += " \\\n      " + word;
            column = 6 + word.size();
        } else {
            text += " " + word;
            column += 1 + word.size();
        }
    }
    return text;
}

void print_row(const char* model, const std::string& what, std::uint64_t values, std::uint64_t bytes,
               const support::ranking_quality& q) {
    std::printf("  %-22s %-14s %9.4f %9.4f %11s %12s\n", model, what.c_str(), q.recall, q.ndcg,
                support::grouped(values).c_str(), support::grouped(bytes).c_str());
}

// Every user gets the most popular items: the baseline that a model has to beat. Expressed as rows of one column, 1 for users
// and the count for items, it is measured by the same evaluation.
support::ranking_quality popularity_quality(const support::interactions& data, const pleach::openmp& exec) {
    pleach::matrix<float> rows(data.users + data.items, 1);
    std::fill_n(rows.data(), data.users, 1.0F);
    for (const support::csr* part : {&data.train, &data.valid})
        for (const std::uint32_t item : part->columns) rows.data()[data.users + item] += 1;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> known;
    for (const support::csr* part : {&data.train, &data.valid})
        for (std::size_t u = 0; u < data.users; ++u)
            for (const std::uint32_t item : part->row(u)) known.emplace_back(static_cast<std::uint32_t>(u), item);
    return support::evaluate(rows.view(), data.test, support::make_csr(data.users, known), {20}, exec).at.front();
}

template <class Encoder>
void train_and_print(const char* model, const support::options& chosen, const support::interactions& data, Encoder& encoder) {
    std::fprintf(stderr, "training %s: %zu rounds of at most %zu epochs\n", model, chosen.prune_rounds + 1, chosen.epochs);
    const support::run_directory nowhere(chosen, data);
    support::options told = chosen;
    told.quiet = true;  // the progress line stays; the rounds are told below
    support::run_report report(told, data, nowhere);
    const support::training_options training = support::training_options_of(chosen);
    const support::run_context all{chosen, training, data, nowhere, report, support::executor_of(chosen.threads)};
    using table_type = pleach::masked<pleach::dense_table<float>>;
    support::training_run<table_type, Encoder> run(all, encoder, support::first_table<table_type>(all));
    const char* name = model;
    for (const support::round_result& r : run.run().results) {
        const std::string percent = std::to_string(std::lround(100 * r.density));
        print_row(name, r.density == 1 ? "dense" : "pruned to " + percent + " %", r.stored_values, r.bytes, r.test);
        name = "";
    }
}

int run(const fs::path& folder) {
    const support::options factorization = options_of("train_mf", shared_flags);
    const support::options graph_model = options_of("train_lightgcn", with_layers(shared_flags));
    const support::stopwatch watch;
    const support::interactions data = support::read_dataset(factorization);
    std::fprintf(stderr, "%s\n", support::describe(data).c_str());
    std::printf("\n  %-22s %-14s %9s %9s %11s %12s\n", "model", "table", "recall@20", "ndcg@20", "values", "bytes");
    print_row("most popular items", "-", data.items, data.items * sizeof(float),
              popularity_quality(data, support::executor_of(factorization.threads)));
    std::fflush(stdout);

    support::factorization_encoder rows_themselves;
    train_and_print("matrix factorization", factorization, data, rows_themselves);
    std::fflush(stdout);
    const support::bipartite_graph graph(data.train, data.items);
    support::lightgcn_encoder propagated(graph, graph_model.dim, graph_model.layers);
    train_and_print("LightGCN", graph_model, data, propagated);

    std::printf(
        "\n%.0f s. Each round removed the smallest 30 %% of the values, reset the others to their initial values, and\n"
        "trained again. To run the first model yourself:\n\n  %s%s\n",
        watch.seconds(), (folder / "train_mf").c_str(), wrapped(shared_flags).c_str());
    std::printf(
        "\nGenerated data only shows that everything works. Next, try real data: your own pairs, or\n"
        "https://files.grouplens.org/datasets/movielens/ml-latest-small.zip, unpacked:\n\n  %s%s\n",
        (folder / "train_lightgcn").c_str(),
        wrapped({"--dataset", "ml-latest-small/ratings.csv", "--loss", "softmax", "--similarity", "cosine", "--negatives",
                 "256", "--prune-rounds", "5", "--out", "runs/first"})
            .c_str());
    return support::exit_good;
}

}  // namespace

int main(int argc, char** argv) {
    support::sleep_while_waiting(argv);
    if (argc > 1) {
        const bool is_help = std::string(argv[1]) == "--help" || std::string(argv[1]) == "-h";
        std::fprintf(
            is_help ? stdout : stderr,
            "usage: quickstart\n\nTrains and prunes two models on generated data, in under a minute. It takes no options; "
            "use\ntrain_mf and train_lightgcn, in the same folder, for your own runs.\n");
        return is_help ? support::exit_good : support::exit_wrong_use;
    }
    try {
        return run(fs::path(argv[0]).parent_path());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "quickstart: %s\n", error.what());
        return support::exit_io_failure;
    }
}
