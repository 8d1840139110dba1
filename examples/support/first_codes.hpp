// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where tables of codes begin: entities in parts of the graph of train pairs, each part a code of its own.

#include "support/codebook_encoder.hpp"
#include "support/interactions.hpp"
#include "support/options.hpp"

namespace support {

/// The part of each user and item, as --partition says. *Throws:* usage_error if METIS is asked for and was not there when this
/// program was built; std::invalid_argument for more parts than entities.
std::vector<std::uint32_t> partition_entities(const interactions& data, std::size_t parts, const std::string& how,
                                              pleach::random_stream stream);

/// The coarse table: values normal of deviation 1, weights by --own-weight.
legcf_rows first_coarse_table(const options& chosen, const interactions& data, pleach::random_stream stream);

/// The fine table over a trained coarse one: fine codes by --fine-start, coarse codes assigned to them by how much they share with
/// another partition of the entities, one part for each fine code.
c2f_rows first_fine_table(const options& chosen, const interactions& data, const legcf_rows& coarse, pleach::random_stream stream);

}  // namespace support
