// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The initial tables of codes: the graph of train pairs is partitioned, and each part has a code of its own.

#include "support/data/interactions.hpp"
#include "support/model/codebook_encoder.hpp"
#include "support/options/options.hpp"

namespace support {

/// The part of each user and item, by --partition. *Throws:* usage_error if METIS is requested and this program was built
/// without it; std::invalid_argument for more parts than entities.
std::vector<std::uint32_t> partition_entities(const interactions& data, std::size_t parts, partition_method how,
                                              pleach::random_stream stream);

/// The coarse table: values normal of deviation 1, weights by --own-weight.
legcf_rows first_coarse_table(const options& chosen, const interactions& data, pleach::random_stream stream);

/// The fine table over a trained coarse one. Coarse codes are assigned to fine ones by their overlap with another partition of
/// the entities, which has one part per fine code. Fine codes begin by --fine-start:
///
/// - rows: coarse codes, drawn with replacement; random: normal, of deviation 1;
/// - scores: of such drawn codes under a sparse PCA, each row's placed in randomly drawn columns, as in the authors' code (C2F,
///   SCIS 2025); only the positions are then sparse, not the scores;
/// - components: of a sparse PCA of all coarse codes, scaled to the length of the codes, as the text of the paper suggests.
///
/// *Throws* std::invalid_argument where sparse_pca.hpp does: for more components than the rank of the codes.
c2f_rows first_fine_table(const options& chosen, const interactions& data, const legcf_rows& coarse,
                          pleach::random_stream stream);

}  // namespace support
