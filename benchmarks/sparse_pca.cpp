// SPDX-License-Identifier: Apache-2.0
//
// Sparse principal components of tall and wide matrices on one thread, and the truncated SVD of the user-item pairs.
//
//     bench_sparse_pca [FOLDER] [--save FOLDER] [--smoke] [--passes N]
//
// --save writes the matrices, the results and the best times; `benchmarks/python/sparse_pca.py FOLDER` then runs scikit-learn
// and ARPACK on the same matrices, checks the results and prints the ratios. A matrix is the product of normal scores and
// sparse loadings, plus noise; iterations and tolerance are the same for both.

#include "pairs.hpp"

#include "support/text/json_lines.hpp"

#include <pleach/factor/generalized_power.hpp>
#include <pleach/factor/sparse_pca.hpp>
#include <pleach/factor/variable_projection.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/io/tensor/npy.hpp>

#include <filesystem>
#include <fstream>

namespace {

using namespace benchmarks;

// The files of results; nothing is written if the folder is empty.
struct results {
    std::filesystem::path folder;
    support::json_object all;

    template <class T>
    void save(const std::string& name, pleach::matrix_view<const T> rows) const {
        if (!folder.empty()) pleach::save_npy(folder / (name + ".npy"), rows);
    }
    void finish() const {
        if (folder.empty()) return;
        std::ofstream out(folder / "results.json");
        out << all.text();
        if (!out.flush()) {
            std::fprintf(stderr, "bench_sparse_pca: cannot write %s\n", (folder / "results.json").string().c_str());
            std::exit(1);
        }
    }
};

struct shape {
    const char* name;
    std::size_t rows, cols, components;
    double alpha;
    double goal;  // fraction of scikit-learn's time
};

constexpr double noise = 0.5, tolerance = 1e-4;
constexpr std::size_t iterations = 40;

pleach::matrix<double> planted_rows(const shape& what) {
    const pleach::random_stream stream(7);
    const auto scores = stream.fork("scores"), loadings = stream.fork("loadings"), places = stream.fork("places"),
               rest = stream.fork("noise");
    pleach::matrix<double> weights(what.components, what.cols), rows(what.rows, what.cols);
    for (std::size_t l = 0; l < what.components; ++l)
        for (std::size_t c = 0; c < what.cols; ++c)
            if (places.uniform(l, c) < 0.2) weights.row(l)[c] = loadings.normal(l, c);
    for (std::size_t r = 0; r < what.rows; ++r) {
        const auto row = rows.row(r);
        for (std::size_t c = 0; c < what.cols; ++c) row[c] = noise * rest.normal(r, c);
        for (std::size_t l = 0; l < what.components; ++l) {
            const double score = scores.normal(r, l);
            for (std::size_t c = 0; c < what.cols; ++c) row[c] += score * weights.row(l)[c];
        }
    }
    return rows;
}

void find_components(const arguments& given, const shape& what, results& out) {
    const pleach::openmp exec{1};
    const pleach::matrix<double> rows = planted_rows(what);
    const pleach::dense_operator x(rows.view());
    pleach::sparse_components found, power, projection;
    char title[160];
    std::snprintf(title, sizeof title, "%zu x %zu, %zu components, alpha %g, 1 thread", what.rows, what.cols, what.components,
                  what.alpha);
    contest all(given, title, "s", 1);
    all.add("products of all columns", [&] {
        const pleach::centered centered(x, exec);
        keep(x.gram(centered.means(), exec));
    });
    const std::size_t ours = all.add("sparse_pca", [&] {
        found = pleach::sparse_pca(
            x, {.components = what.components, .alpha = what.alpha, .iterations = iterations, .tolerance = tolerance}, exec);
    });
    all.add("generalized_power", [&] {
        power = pleach::generalized_power(x, {.components = what.components, .iterations = iterations, .tolerance = tolerance},
                                          exec);
    });
    all.add("variable_projection", [&] {
        projection = pleach::variable_projection(
            x, {.components = what.components, .iterations = iterations, .tolerance = tolerance}, exec);
    });
    all.run();
    std::printf("  sparse_pca: objective %.1f after %zu steps\n", found.objective.back(), found.objective.size());
    const auto describe = [](const char* name, const pleach::sparse_components& one) {
        std::printf("  %s: %.1f %% of the values are 0, %.2f %% of the variance kept\n", name,
                    100 - 100 * static_cast<double>(one.nonzeros()) / static_cast<double>(one.components.elements().size()),
                    100 * one.kept_variance());
    };
    describe("sparse_pca", found);
    describe("generalized_power", power);
    describe("variable_projection", projection);

    const std::string name = what.name;
    const pleach::matrix<double> loadings = found.loadings();
    out.save(name + ".rows", rows.view());
    out.save(name + ".loadings", loadings.view());
    out.all.set(name, support::json_object()
                          .set("components", what.components)
                          .set("alpha", what.alpha)
                          .set("iterations", iterations)
                          .set("tolerance", tolerance)
                          .set("seconds", all.best(ours))
                          .set("objective", found.objective.back())
                          .set("goal", what.goal));
}

void find_singular_vectors(const arguments& given, const support::interactions& data, results& out) {
    const std::size_t rank = given.is_smoke ? 8 : 64;
    const pleach::csr_operator<float> pairs({data.train.offsets, data.train.columns, data.items});
    pleach::truncated_svd_result<float> svd;
    contest all(given, std::to_string(rank) + " singular values of the pairs", "s", 1);
    std::size_t alone = 0;
    for (const int threads : {1, 2}) {
        const std::size_t at = all.add("truncated_svd, " + std::to_string(threads) + " thread(s)", [&, threads] {
            svd = pleach::truncated_svd<float>(pairs, {.rank = rank}, pleach::openmp{threads});
        });
        if (threads == 1) alone = at;
    }
    all.run();
    double squares = 0;
    for (const double value : svd.values) squares += value * value;
    std::printf("  sum of squares %.1f\n", squares);
    if (!given.folder.empty()) all.judge("seconds, one thread", all.best(alone), contest::aim::at_most, 0.6);

    const auto save_ids = [&](const char* name, const auto& ids) {
        using id = typename std::decay_t<decltype(ids)>::value_type;
        out.save(name, pleach::matrix_view<const id>(ids.data(), 1, ids.size()));
    };
    save_ids("pairs.offsets", data.train.offsets);
    save_ids("pairs.columns", data.train.columns);
    out.save("pairs.right", std::as_const(svd.right).view());
    out.all.set("pairs", support::json_object()
                             .set("rank", rank)
                             .set("columns", data.items)
                             .set("seconds", all.best(alone))
                             .set("squares", squares)
                             .set("goal", 0.995));
}

}  // namespace

int main(int argc, char** argv) {
    results out;
    std::vector<char*> words;
    for (int i = 0; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--save" && i + 1 < argc)
            out.folder = argv[++i];
        else
            words.push_back(argv[i]);
    }
    const arguments given(static_cast<int>(words.size()), words.data());
    if (!out.folder.empty()) std::filesystem::create_directories(out.folder);
    if (given.is_smoke) {
        find_components(given, {"tall", 600, 16, 4, 10, 1}, out);
        find_components(given, {"wide", 60, 80, 4, 1, 1}, out);
    } else {
        find_components(given, {"tall", 70839, 64, 32, 10, 1.0 / 8}, out);
        find_components(given, {"tall_alpha_1", 70839, 64, 32, 1, 1.0 / 8}, out);
        find_components(given, {"wide", 2000, 500, 16, 10, 1.0 / 4}, out);
    }
    find_singular_vectors(given, pairs_of(given), out);
    out.finish();
}
