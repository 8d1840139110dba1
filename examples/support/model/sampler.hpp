// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which pairs an epoch visits, and their negatives. Everything is a function of (seed, epoch, position), so a
/// resumed run draws what an uninterrupted one would have.
///
/// - `interactions`: every train pair once, in a random order.
/// - `users`: as many draws as train pairs; a user uniformly, then one of its items (LightGCN's PyTorch code). All users have
///   equal weight, however long their history is.

#include "support/data/csr.hpp"
#include "support/model/batch.hpp"
#include "support/options/kinds.hpp"

#include <pleach/core/random_stream.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace support {

class epoch_sampler {
public:
    epoch_sampler(const csr& train, std::size_t items, sampling kind, pleach::random_stream stream)
        : train_(&train), items_(items), kind_(kind), stream_(stream), epoch_stream_(stream) {
        for (std::size_t u = 0; u < train.rows(); ++u)
            if (!train.row(u).empty()) active_users_.push_back(static_cast<std::uint32_t>(u));
        if (kind_ == sampling::interactions) {
            pair_users_.reserve(train.size());
            for (std::size_t u = 0; u < train.rows(); ++u)
                pair_users_.insert(pair_users_.end(), train.row(u).size(), static_cast<std::uint32_t>(u));
            order_.resize(train.size());
        }
    }

    /// Draws in an epoch.
    [[nodiscard]] std::size_t size() const noexcept { return train_->size(); }

    /// Starts an epoch. *Complexity:* O(pairs) for `interactions` (a Fisher-Yates shuffle), O(1) for `users`.
    void begin_epoch(std::uint64_t epoch) {
        epoch_stream_ = stream_.fork(epoch);
        if (kind_ != sampling::interactions) return;
        std::iota(order_.begin(), order_.end(), std::uint32_t{0});
        const pleach::random_stream shuffle = epoch_stream_.fork("order");
        for (std::size_t i = order_.size(); i > 1; --i) std::swap(order_[i - 1], order_[shuffle.below(i, i)]);
    }

    /// The user and item of draw i of the epoch.
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> pair(std::size_t i) const noexcept {
        if (kind_ == sampling::interactions) return {pair_users_[order_[i]], train_->columns[order_[i]]};
        const std::uint32_t user = active_users_[epoch_stream_.below(active_users_.size(), i, 0)];
        const auto items = train_->row(user);
        return {user, items[epoch_stream_.below(items.size(), i, 1)]};
    }

    /// The j-th negative of draw i: uniform over items that are not train items of the user. For a user with (nearly) all items
    /// in train, the sixty-fourth try is taken whatever it is, so that the loop ends.
    [[nodiscard]] std::uint32_t negative(std::uint32_t user, std::size_t i, std::size_t j) const noexcept {
        std::uint32_t item = 0;
        for (std::uint64_t attempt = 0; attempt < 64; ++attempt) {
            item = static_cast<std::uint32_t>(epoch_stream_.below(items_, i, 2 + 64 * j + attempt));
            if (!train_->contains(user, item)) break;
        }
        return item;
    }

    /// The j-th item that a whole batch shares as a negative: uniform over all items.
    [[nodiscard]] std::uint32_t shared_negative(std::size_t batch, std::size_t j) const noexcept {
        return static_cast<std::uint32_t>(shared_stream().below(items_, batch, j));
    }

private:
    [[nodiscard]] pleach::random_stream shared_stream() const noexcept { return epoch_stream_.fork("shared"); }

    const csr* train_;
    std::size_t items_;
    sampling kind_;
    pleach::random_stream stream_;
    pleach::random_stream epoch_stream_;
    std::vector<std::uint32_t> active_users_;  // with at least one train pair
    std::vector<std::uint32_t> pair_users_;
    std::vector<std::uint32_t> order_;
};

}  // namespace support
