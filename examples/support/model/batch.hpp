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

/// The local row of each node of a batch, in memory that is kept from batch to batch.
class batch_numbering {
public:
    explicit batch_numbering(std::size_t nodes) : local_(nodes, absent) {}

    /// Numbers the nodes of a batch. *Precondition:* those of the one before were forgotten.
    void number(const training_batch& batch) {
        for (std::size_t r = 0; r < batch.nodes.size(); ++r) local_[batch.nodes[r]] = static_cast<std::uint32_t>(r);
    }
    void forget(const training_batch& batch) {
        for (const std::uint32_t node : batch.nodes) local_[node] = absent;
    }

    [[nodiscard]] bool has(std::size_t node) const noexcept { return local_[node] != absent; }
    /// *Precondition:* has(node).
    [[nodiscard]] std::uint32_t operator[](std::size_t node) const noexcept { return local_[node]; }
    void set(std::size_t node, std::uint32_t row) noexcept { local_[node] = row; }

    /// Its row of `rows`, or null for a node that is not in the batch.
    template <class Rows>
    [[nodiscard]] const float* row_of(Rows& rows, std::size_t node) const noexcept {
        return has(node) ? rows.row(local_[node]).data() : nullptr;
    }

private:
    static constexpr std::uint32_t absent = ~std::uint32_t{0};
    std::vector<std::uint32_t> local_;
};

/// Builds batches and keeps their memory.
class batch_builder {
public:
    explicit batch_builder(std::size_t nodes) : local_(nodes) {}

    /// Starts an empty batch.
    void clear() {
        local_.forget(batch_);
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
    /// all negatives were added. `nodes(visit)` calls visit with each node that the user took; it is asked once for each user of a
    /// batch, however many samples the user has.
    template <class Nodes>
    void add_known(std::uint32_t user_node, Nodes&& nodes) {
        std::vector<std::size_t>& offsets = batch_.known_offsets;
        if (offsets.empty()) {
            offsets.push_back(0);
            sample_of_user_.assign(batch_.nodes.size(), absent);
        }
        std::uint32_t& asked = sample_of_user_[local_[user_node]];
        const std::size_t sample = offsets.size() - 1;
        if (asked != absent) {
            for (std::size_t i = offsets[asked]; i < offsets[asked + 1]; ++i)
                batch_.known.push_back(std::uint32_t{batch_.known[i]});
            offsets.push_back(batch_.known.size());
            return;
        }
        asked = static_cast<std::uint32_t>(sample);
        nodes([&](std::uint32_t node) {
            if (local_.has(node)) batch_.known.push_back(local_[node]);
        });
        batch_.known_offsets.push_back(batch_.known.size());
    }

    [[nodiscard]] const training_batch& batch() const noexcept { return batch_; }

    /// The local row of a node of this batch.
    [[nodiscard]] std::uint32_t local_row(std::uint32_t node) const noexcept { return local_[node]; }

private:
    std::uint32_t local(std::uint32_t node) {
        if (!local_.has(node)) {
            local_.set(node, static_cast<std::uint32_t>(batch_.nodes.size()));
            batch_.nodes.push_back(node);
            batch_.occurrences.push_back(0);
        }
        ++batch_.occurrences[local_[node]];
        return local_[node];
    }

    static constexpr std::uint32_t absent = ~std::uint32_t{0};
    batch_numbering local_;
    std::vector<std::uint32_t> sample_of_user_;  // the first sample of a local row, if its known items were asked for
    training_batch batch_;
};

}  // namespace support
