// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Training stopped making sense, or did not come to what was asked of it.

#include <stdexcept>

namespace support {

/// A loss or a row is not finite. Programs end with exit code 4.
class diverged : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A search ended with more or fewer values than a budget asks for. Programs end with exit code 5.
class missed_budget : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace support
