// SPDX-License-Identifier: Apache-2.0
#include <pleach/io/file/checksum.hpp>

#include <nlohmann/json.hpp>

int main() { return nlohmann::json::parse("[1]").size() == 1 ? 0 : 1; }
