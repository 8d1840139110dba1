// SPDX-License-Identifier: Apache-2.0
#include "support/train/first_codes.hpp"

#include <pleach/assign/partition.hpp>
#include <pleach/assign/softmax_assignment.hpp>
#include <pleach/factor/sparse_pca.hpp>
#include <pleach/init/given_rows.hpp>
#include <pleach/init/normal.hpp>

#ifdef PLEACH_EXAMPLES_HAVE_METIS
#include <pleach/interop/metis.hpp>
#endif

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace support {

std::vector<std::uint32_t> partition_entities(const interactions& data, std::size_t parts, partition_method how,
                                              pleach::random_stream stream) {
    if (how == partition_method::chance) return pleach::partition_by_chance(data.users + data.items, parts, stream);
    const bipartite_graph graph(data.train, data.items);
#ifdef PLEACH_EXAMPLES_HAVE_METIS
    if (how != partition_method::streaming) return pleach::partition_metis(graph, parts, stream.bits(0));
#else
    if (how == partition_method::metis)
        throw usage_error(
            "--partition metis: this program was built without METIS; install it (libmetis-dev) and build again, or use "
            "--partition streaming");
#endif
    return pleach::partition_streaming(graph, parts, stream);
}

legcf_rows first_coarse_table(const options& chosen, const interactions& data, pleach::random_stream stream) {
    const auto part_of = partition_entities(data, chosen.codes, chosen.partition, stream.fork("parts"));
    return pleach::make_legcf(pleach::assign_parts(std::span(part_of), chosen.codes, chosen.terms,
                                                   static_cast<float>(chosen.own_weight), stream.fork("others")),
                              chosen.dim, pleach::normal{.deviation = 1}, stream);
}

namespace {

using code_rows = pleach::dense_table<float>;

constexpr double alpha = 1;  // of the sparse PCA, in published code

code_rows drawn_rows(std::size_t count, const code_rows& coarse, pleach::random_stream stream) {
    code_rows drawn(count, coarse.dim());
    for (std::uint32_t k = 0; k < count; ++k)
        std::ranges::copy(coarse.row(static_cast<std::uint32_t>(stream.below(coarse.size(), k))), drawn.row(k).begin());
    return drawn;
}

std::size_t distinct_rows(const code_rows& rows) {
    std::set<std::vector<float>> seen;
    for (std::uint32_t k = 0; k < rows.size(); ++k) seen.emplace(rows.row(k).begin(), rows.row(k).end());
    return seen.size();
}

// Scores of randomly drawn rows under a sparse PCA with five components per eight columns, or as many as possible. Each row's
// scores are placed in randomly chosen columns, in ascending order; the other values are 0.
code_rows scattered_scores(std::size_t count, const code_rows& coarse, pleach::random_stream stream) {
    const code_rows drawn = drawn_rows(count, coarse, stream);
    const std::size_t dim = coarse.dim(),
                      components = std::min(std::max(std::size_t{1}, 5 * dim / 8), distinct_rows(drawn) - 1);
    const auto found =
        pleach::sparse_pca(pleach::dense_operator<float>(drawn.rows()), {.components = components, .alpha = alpha});
    code_rows fine(count, dim);
    for (std::uint32_t k = 0; k < count; ++k) {
        std::vector<std::size_t> columns(dim);
        std::iota(columns.begin(), columns.end(), std::size_t{0});
        for (std::size_t c = 0; c < components; ++c)
            std::swap(columns[c], columns[c + static_cast<std::size_t>(stream.fork("columns").below(dim - c, k, c))]);
        std::sort(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(components));
        for (std::size_t c = 0; c < components; ++c) fine.row(k)[columns[c]] = static_cast<float>(found.scores.row(k)[c]);
    }
    return fine;
}

// The components of the coarse codes themselves, scaled so that a row has the mean squared norm of the coarse codes.
code_rows scaled_components(std::size_t count, const code_rows& coarse) {
    const auto found = pleach::sparse_pca(pleach::dense_operator<float>(coarse.rows()), {.components = count, .alpha = alpha});
    double squares = 0;
    for (std::uint32_t k = 0; k < coarse.size(); ++k)
        for (const float x : coarse.row(k)) squares += static_cast<double>(x) * static_cast<double>(x);
    const double scale = std::sqrt(squares / static_cast<double>(coarse.size()));
    return {count, coarse.dim(), pleach::given_rows<double>{found.components.view(), scale}, pleach::random_stream(0)};
}

code_rows first_fine_codes(const options& chosen, const code_rows& coarse, pleach::random_stream stream) {
    if (chosen.fine_start == fine_code_start::random)
        return {chosen.fine_codes, chosen.dim, pleach::normal{.deviation = 1}, stream};
    if (chosen.fine_start == fine_code_start::components) return scaled_components(chosen.fine_codes, coarse);
    if (chosen.fine_start == fine_code_start::scores) return scattered_scores(chosen.fine_codes, coarse, stream);
    return drawn_rows(chosen.fine_codes, coarse, stream);
}

}  // namespace

c2f_rows first_fine_table(const options& chosen, const interactions& data, const legcf_rows& coarse,
                          pleach::random_stream stream) {
    const auto part_of = partition_entities(data, chosen.fine_codes, chosen.partition, stream.fork("fine parts"));
    const pleach::matrix<double> scores = pleach::shared_part_scores(coarse.base().terms(), part_of, chosen.fine_codes, 0.5);
    return pleach::make_c2f(
        coarse, first_fine_codes(chosen, coarse.base().base(), stream.fork("fine")),
        pleach::softmax_assignment<float>(scores.view(), chosen.fine_terms),
        {.threshold = static_cast<float>(chosen.fine_threshold), .share = static_cast<float>(chosen.bridge)});
}

}  // namespace support
