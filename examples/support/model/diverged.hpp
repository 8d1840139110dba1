// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Training stopped making sense.

#include <stdexcept>

namespace support {

/// A loss or a row is not finite. Programs end with exit code 4.
class diverged : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace support
