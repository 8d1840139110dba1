// SPDX-License-Identifier: Apache-2.0
#include <pleach/interop/openmp.hpp>

#include <atomic>

int main() {
    std::atomic<std::size_t> sum{0};
    pleach::openmp{}(10, [&](std::size_t i) { sum += i; });
    return sum == 45 ? 0 : 1;
}
