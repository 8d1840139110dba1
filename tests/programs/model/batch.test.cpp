// SPDX-License-Identifier: Apache-2.0
#include "support/model/batch.hpp"

#include "support/catch.hpp"

namespace batch_test {

namespace {
using ids = std::vector<std::uint32_t>;
}

TEST_CASE("A node gets one local row however often it occurs, numbered by first occurrence") {
    support::batch_builder builder(20);
    builder.add_sample(3, 12);
    builder.add_sample(4, 12);
    builder.add_negative(15, 1);
    builder.add_negative(12, 1);
    const support::training_batch& batch = builder.batch();
    CHECK(batch.samples() == 2);
    CHECK(batch.nodes == ids{3, 12, 4, 15});
    CHECK(batch.users == ids{0, 2});
    CHECK(batch.positives == ids{1, 1});
    CHECK(batch.negatives == ids{3, 1});
    CHECK(batch.occurrences == std::vector<float>{1, 3, 1, 1});
    CHECK(builder.local_row(15) == 3);
}

TEST_CASE("A builder that was cleared starts over") {
    support::batch_builder builder(10);
    builder.add_sample(1, 5);
    builder.add_negative(7, 1);
    builder.add_known(1, [](auto&& visit) { visit(5); });
    builder.clear();
    CHECK(builder.batch().nodes.empty());
    CHECK(builder.batch().known_offsets.empty());
    builder.add_sample(2, 7);
    CHECK(builder.batch().nodes == ids{2, 7});
    CHECK(builder.batch().occurrences == std::vector<float>{1, 1});
}

TEST_CASE("Of the items that a user took, those in the batch are noted") {
    support::batch_builder builder(10);
    builder.add_sample(0, 5);
    builder.add_sample(1, 6);
    builder.add_negative(7, 1);
    builder.add_known(0, [](auto&& visit) {
        for (const std::uint32_t node : {5U, 7U, 9U}) visit(node);
    });
    builder.add_known(1, [](auto&& visit) { visit(8U); });
    const support::training_batch& batch = builder.batch();
    CHECK(batch.known_offsets == std::vector<std::size_t>{0, 2, 2});
    CHECK(batch.known == ids{builder.local_row(5), builder.local_row(7)});
}

TEST_CASE("A user of many samples is asked once for what it took") {
    support::batch_builder builder(10);
    for (const std::uint32_t item : {5U, 6U, 7U}) builder.add_sample(0, item);
    builder.add_sample(1, 5);
    int asked = 0;
    for (const std::uint32_t user : {0U, 0U, 0U, 1U})
        builder.add_known(user, [&](auto&& visit) {
            ++asked;
            visit(5U);
            if (user == 0) visit(7U);
        });
    CHECK(asked == 2);
    const support::training_batch& batch = builder.batch();
    CHECK(batch.known_offsets == std::vector<std::size_t>{0, 2, 4, 6, 7});
    const std::uint32_t five = builder.local_row(5), seven = builder.local_row(7);
    CHECK(batch.known == ids{five, seven, five, seven, five, seven, five});
}

TEST_CASE("a negative that all samples share is no occurrence") {
    support::batch_builder builder(10);
    builder.add_sample(1, 5);
    builder.add_shared_negative(7);
    builder.add_shared_negative(5);
    CHECK(builder.batch().negatives == std::vector<std::uint32_t>{2, 1});
    CHECK(builder.batch().occurrences == std::vector<float>{1, 1, 0});
}

TEST_CASE("The own negatives of a sample are one occurrence together, as one triple for each of them would have it") {
    support::batch_builder builder(10);
    builder.add_sample(1, 5);
    for (const std::uint32_t node : {7U, 8U, 7U, 5U}) builder.add_negative(node, 4);
    CHECK(builder.batch().nodes == ids{1, 5, 7, 8});
    CHECK(builder.batch().occurrences == std::vector<float>{1, 1.25F, 0.5F, 0.25F});
}

}  // namespace batch_test
