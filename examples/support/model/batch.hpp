// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One mini-batch, renumbered: every node (user, or item behind the users) that occurs gets one row of a small matrix, so that
/// losses see neither tables nor graphs, and a row that occurs ten times is looked up once and stepped once.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace support {

struct training_batch {
    std::vector<std::uint32_t> nodes;        ///< node of each local row, in the order of first occurrence
    std::vector<std::uint32_t> occurrences;  ///< how often a local row stands in users, positives and own negatives
    std::vector<std::uint32_t> users;        ///< local row of each sample's user
    std::vector<std::uint32_t> positives;    ///< local row of each sample's item
    std::vector<std::uint32_t> negatives;    ///< local rows: `negatives_per_sample` for each sample, or shared by all
    std::vector<std::size_t> known_offsets;  ///< samples + 1; or empty, where nothing is said about known items
    std::vector<std::uint32_t> known;        ///< local rows of the batch's items that a sample's user took in train

    [[nodiscard]] std::size_t samples() const noexcept { return users.size(); }
};

/// Builds batches and keeps their memory.
class batch_builder {
public:
    explicit batch_builder(std::size_t nodes) : local_(nodes, absent) {}

    /// Starts an empty batch.
    void clear() {
        for (const std::uint32_t node : batch_.nodes) local_[node] = absent;
        batch_.nodes.clear();
        batch_.occurrences.clear();
        batch_.users.clear();
        batch_.positives.clear();
        batch_.negatives.clear();
        batch_.known_offsets.clear();
        batch_.known.clear();
    }

    void add_sample(std::uint32_t user_node, std::uint32_t item_node) {
        batch_.users.push_back(local(user_node));
        batch_.positives.push_back(local(item_node));
    }
    /// A negative of the sample added last.
    void add_negative(std::uint32_t item_node) { batch_.negatives.push_back(local(item_node)); }
    /// A negative that all samples share: no occurrence, so that decay follows the data and not the draws.
    void add_shared_negative(std::uint32_t item_node) {
        add_negative(item_node);
        --batch_.occurrences[batch_.negatives.back()];
    }

    /// Notes which of the batch's items the next sample's user has taken: called once for each sample, after all of them and
    /// all negatives were added. `nodes(visit)` calls visit with each node that the user took.
    template <class Nodes>
    void add_known(Nodes&& nodes) {
        if (batch_.known_offsets.empty()) batch_.known_offsets.push_back(0);
        nodes([&](std::uint32_t node) {
            if (local_[node] != absent) batch_.known.push_back(local_[node]);
        });
        batch_.known_offsets.push_back(batch_.known.size());
    }

    [[nodiscard]] const training_batch& batch() const noexcept { return batch_; }

    /// The local row of a node of this batch.
    [[nodiscard]] std::uint32_t local_row(std::uint32_t node) const noexcept { return local_[node]; }

private:
    static constexpr std::uint32_t absent = ~std::uint32_t{0};

    std::uint32_t local(std::uint32_t node) {
        if (local_[node] == absent) {
            local_[node] = static_cast<std::uint32_t>(batch_.nodes.size());
            batch_.nodes.push_back(node);
            batch_.occurrences.push_back(0);
        }
        ++batch_.occurrences[local_[node]];
        return local_[node];
    }

    std::vector<std::uint32_t> local_;
    training_batch batch_;
};

}  // namespace support
