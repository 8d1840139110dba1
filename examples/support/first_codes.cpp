// SPDX-License-Identifier: Apache-2.0
#include "support/first_codes.hpp"

#include <pleach/init/normal.hpp>
#include <pleach/init/partition.hpp>
#include <pleach/init/softmax_assignment.hpp>

#ifdef PLEACH_EXAMPLES_HAVE_METIS
#include <pleach/interop/metis.hpp>
#endif

namespace support {

std::vector<std::uint32_t> partition_entities(const interactions& data, std::size_t parts, const std::string& how,
                                              pleach::random_stream stream) {
    if (how == "chance") return pleach::partition_by_chance(data.users + data.items, parts, stream);
    const bipartite_graph graph(data.train, data.items);
#ifdef PLEACH_EXAMPLES_HAVE_METIS
    if (how != "streaming") return pleach::partition_metis(graph, parts, stream.bits(0));
#else
    if (how == "metis")
        throw usage_error("--partition metis: this program was built without METIS; install it (libmetis-dev) and build again, or "
                          "say --partition streaming");
#endif
    return pleach::partition_streaming(graph, parts, stream);
}

legcf_rows first_coarse_table(const options& chosen, const interactions& data, pleach::random_stream stream) {
    const auto part_of = partition_entities(data, chosen.codes, chosen.partition, stream.fork("parts"));
    return pleach::make_legcf(
        pleach::assign_parts(std::span(part_of), chosen.codes, chosen.terms, static_cast<float>(chosen.own_weight), stream.fork("others")),
        chosen.dim, pleach::normal{.deviation = 1}, stream);
}

namespace {

// Rows of the coarse codes, drawn with replacement as published code draws what it gives to a sparse PCA; or normal ones of deviation 1.
pleach::dense_table<float> first_fine_codes(const options& chosen, const pleach::dense_table<float>& coarse, pleach::random_stream stream) {
    if (chosen.fine_start == "random") return {chosen.fine_codes, chosen.dim, pleach::normal{.deviation = 1}, stream};
    pleach::dense_table<float> fine(chosen.fine_codes, chosen.dim);
    for (std::uint32_t k = 0; k < fine.size(); ++k)
        std::ranges::copy(coarse.row(static_cast<std::uint32_t>(stream.below(coarse.size(), k))), fine.row(k).begin());
    return fine;
}

}  // namespace

c2f_rows first_fine_table(const options& chosen, const interactions& data, const legcf_rows& coarse, pleach::random_stream stream) {
    const auto part_of = partition_entities(data, chosen.fine_codes, chosen.partition, stream.fork("fine parts"));
    const pleach::matrix<double> scores = pleach::shared_part_scores(coarse.base().terms(), part_of, chosen.fine_codes, 0.5);
    return pleach::make_c2f(coarse, first_fine_codes(chosen, coarse.base().base(), stream.fork("fine")),
                            pleach::softmax_assignment<float>(scores.view(), chosen.fine_terms),
                            static_cast<float>(chosen.fine_threshold), static_cast<float>(chosen.bridge));
}

}  // namespace support
