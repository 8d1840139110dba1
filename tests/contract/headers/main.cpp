// SPDX-License-Identifier: Apache-2.0

// The test is that this program links; see CMakeLists.txt.
int main() {}
