// SPDX-License-Identifier: Apache-2.0

// The committed corpora: every property that the fuzzers check holds for them, with every compiler.

#include "files/fuzz/replay.hpp"
#include "files/fuzz/frozen.hpp"
#include "files/fuzz/kernels.hpp"
#include "files/fuzz/limits.hpp"
#include "files/fuzz/maps.hpp"
#include "files/fuzz/nested.hpp"
#include "files/fuzz/npy.hpp"
#include "files/fuzz/operations.hpp"
#include "files/fuzz/ranking.hpp"
#include "files/fuzz/safetensors.hpp"

namespace replay_test {

TEST_CASE("the corpus of npy files holds every property that its fuzzer checks") { fuzz::replay("npy", fuzz::npy, 4000); }

TEST_CASE("the corpus of safetensors files holds every property that its fuzzer checks") {
    fuzz::replay("safetensors", fuzz::safetensors, 4000, true);
}

TEST_CASE("the corpus of frozen tables holds every property that its fuzzer checks") {
    fuzz::replay("frozen", fuzz::frozen, 4000, true);
}

TEST_CASE("the corpus of nested tables holds every property that its fuzzer checks") {
    fuzz::replay("nested", fuzz::nested, 400);
}

TEST_CASE("the corpus of small limits holds every property that its fuzzer checks") {
    fuzz::replay("limits", fuzz::limits, 1000, true);
}

TEST_CASE("the corpus of index maps holds every property that its fuzzer checks") { fuzz::replay("maps", fuzz::maps, 2000); }

TEST_CASE("the corpus of kernels holds every property that its fuzzer checks") { fuzz::replay("kernels", fuzz::kernels, 400); }

TEST_CASE("the corpus of rankings holds every property that its fuzzer checks") { fuzz::replay("ranking", fuzz::ranking, 200); }

TEST_CASE("the corpus of operations holds every property that its fuzzer checks") {
    fuzz::replay("operations", fuzz::operations, 200);
}

TEST_CASE("arrays that get their places again are where they were") {
    const pleach::file_bytes content = pleach::read_file(fuzz::tests_folder / "files/golden/arrays.v1.safetensors", 1U << 20U);
    const std::string file(fuzz::as_text(content.bytes()));
    REQUIRE(tests::with_offsets(file, 2 * file.size()) == file);
    std::string longer = file;
    longer.replace(longer.find("[2,3]"), 5, "[2,9]");
    std::error_code error;
    const std::string repaired = tests::with_offsets(longer, 2 * file.size());
    static_cast<void>(pleach::safetensors_view::view(std::as_bytes(std::span(repaired)),
                                                     {.data = pleach::data_checksum::trusted_bytes}, error));
    REQUIRE(error == pleach::format_errc::header_checksum_mismatch);  // which comes after all places have been checked
}

}  // namespace replay_test
