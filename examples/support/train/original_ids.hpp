// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The original ids of users and items in the frozen files of a run, so that whoever has the file alone knows whose row is whose.

#include "support/data/interactions.hpp"
#include "support/options/options.hpp"

#include <pleach/frozen/image.hpp>

#include <cstdint>
#include <initializer_list>
#include <span>

namespace support {

/// Whose rows an image has. Those of both are users followed by items; the image then also says what they lack before they are
/// scored: over how many layers they are propagated ("pleach.layers"), and that items have biases ("pleach.biases").
enum class named_rows_of { users, items, both };

/// Puts original ids into the first images, one for each of `whose`. Nothing changes with --freeze-without-ids, or if all images
/// would then take more than `most` bytes as files; 0: any number. Returns the bytes that ids add to the files.
std::uint64_t add_original_ids(const options& chosen, const interactions& data, std::span<pleach::frozen::image> images,
                               std::initializer_list<named_rows_of> whose, std::uint64_t most);

}  // namespace support
