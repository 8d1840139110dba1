// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One mini-batch, renumbered: every node that occurs (users are numbered first, then items) gets one row of a small matrix, so
/// that losses see neither tables nor graphs, and a row that occurs ten times is looked up once and stepped once.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace support {

struct training_batch {
    std::vector<std::uint32_t> nodes;        ///< node of each local row, in the order of first occurrence
    std::vector<float> occurrences;          ///< how often a local row occurs, for its decay; see batch_builder
    std::vector<std::uint32_t> users;        ///< local row of each sample's user
    std::vector<std::uint32_t> positives;    ///< local row of each sample's item
    std::vector<std::uint32_t> negatives;    ///< local rows: `negatives_per_sample` for each sample, or shared by all
    std::vector<std::size_t> known_offsets;  ///< samples + 1; empty if known items are not given
    std::vector<std::uint32_t> known;        ///< local rows of the batch's items that are train items of a sample's user

    [[nodiscard]] std::size_t samples() const noexcept { return users.size(); }
};

/// The local row of each node of a batch, in memory that is reused from batch to batch.
class batch_numbering {
public:
    explicit batch_numbering(std::size_t nodes) : local_(nodes, absent) {}

    /// Numbers the nodes of a batch. *Precondition:* those of the previous batch were forgotten.
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

/// Builds batches, reusing their memory. A user or a positive counts as one occurrence of its row, and an own negative as a share
/// of one, so that the decay of a sample is that of its user, its positive, and the mean of its negatives: the same as in
/// published code, where each negative makes a triple with a copy of its user and positive, and the mean is over triples.
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
        batch_.users.push_back(local(user_node, 1));
        batch_.positives.push_back(local(item_node, 1));
    }
    /// A negative of the sample added last, one of `of_sample`.
    void add_negative(std::uint32_t item_node, std::size_t of_sample) {
        batch_.negatives.push_back(local(item_node, 1 / static_cast<float>(of_sample)));
    }
    /// A negative that all samples share. It does not count as an occurrence, so that decay depends on the data and not on the
    /// draws.
    void add_shared_negative(std::uint32_t item_node) { batch_.negatives.push_back(local(item_node, 0)); }

    /// Records which of the batch's items are known items of the next sample's user: called once per sample, after all samples
    /// and all negatives were added. `nodes(visit)` calls visit with each known node of the user; it is called once per user of
    /// a batch, however many samples the user has.
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
    std::uint32_t local(std::uint32_t node, float occurrences) {
        if (!local_.has(node)) {
            local_.set(node, static_cast<std::uint32_t>(batch_.nodes.size()));
            batch_.nodes.push_back(node);
            batch_.occurrences.push_back(0);
        }
        batch_.occurrences[local_[node]] += occurrences;
        return local_[node];
    }

    static constexpr std::uint32_t absent = ~std::uint32_t{0};
    batch_numbering local_;
    std::vector<std::uint32_t> sample_of_user_;  // the first sample of a local row whose known items were recorded
    training_batch batch_;
};

}  // namespace support
