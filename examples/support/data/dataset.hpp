// SPDX-License-Identifier: Apache-2.0
#pragma once

/// From options to data that is ready to train on: reads --dataset, or generates it, and holds out --valid.

#include "support/data/interactions.hpp"
#include "support/options/options.hpp"

namespace support {

/// The byte between columns; 0: that of the format.
char separator_of(column_separator chosen);

/// *Throws:* what read_interactions throws.
interactions read_dataset(const options& chosen);

}  // namespace support
