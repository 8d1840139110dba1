// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Core>

int main() { return Eigen::Vector2d(1, 1).sum() > 1 ? 0 : 1; }
