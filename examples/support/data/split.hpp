// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Splits the pairs of every user at random and independently: the draw of one user does not depend on any other.

#include "support/data/csr.hpp"

#include <pleach/core/random_stream.hpp>

#include <functional>

namespace support {

struct parts {
    csr kept;
    csr taken;
};

/// Takes round(fraction * n) of every row's n pairs, but never all of them: those with the smallest random bits, which depend
/// on (row, column) only. *Throws:* std::invalid_argument unless 0 <= fraction < 1.
parts split_rows(const csr& matrix, double fraction, pleach::random_stream stream);

/// As above, taking taken_of(n) of every row's n pairs. *Precondition:* taken_of(n) <= n.
parts split_rows(const csr& matrix, const std::function<std::size_t(std::size_t)>& taken_of, pleach::random_stream stream);

}  // namespace support
