// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Matrix factorization by one small step after each sampled pair, on one core. The loss of a sample (user u, train item i of
/// u, other item j) is
///
///     softplus(-x) + decay/2 (|u|^2 + |i|^2 + |j|^2),   x = u . i - u . j
///
/// and its three rows move immediately, so there is no gradient to store and nothing to sort. Such a loop waits mostly for
/// memory: three random rows, and a test whether j is a train item of u. So the work is organized as a pipeline. Pairs are
/// shuffled once and then read in sequence, piece by piece, with the pieces in a new order each epoch. Negatives are tested
/// against a hash filter, whose word is prefetched well ahead, and the three rows are prefetched a few samples before they are
/// used.
///
/// Everything is a function of (seed, epoch, pair): the same seed gives the same bits.
/// Source: Rendle et al., "BPR: Bayesian Personalized Ranking from Implicit Feedback", UAI 2009.

#include "support/data/csr.hpp"

#include <pleach/core/bit_mask.hpp>
#include <pleach/core/matrix_view.hpp>
#include <pleach/core/random_stream.hpp>
#include <pleach/kernel/dot.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

namespace support {

/// Moves the three rows of a sample against its gradient and returns e^-x, so that its loss is log1p of it. A score
/// difference below -80 counts as -80. *Precondition:* the rows hold dim elements and do not overlap.
template <class T>
inline T bpr_step(T* __restrict user, T* __restrict positive, T* __restrict negative, std::size_t dim, T rate,
                  T decay) noexcept {
    const T difference = pleach::dot(user, positive, dim) - pleach::dot(user, negative, dim);
    const T odds = std::exp(difference < T{-80} ? T{80} : -difference);
    const T pull = rate * odds / (T{1} + odds), keep = T{1} - rate * decay;
    for (std::size_t c = 0; c < dim; ++c) {
        const T u = user[c], i = positive[c], j = negative[c];
        user[c] = keep * u + pull * (i - j);
        positive[c] = keep * i + pull * u;
        negative[c] = keep * j - pull * u;
    }
    return odds;
}

/// A filter for train pairs: one hash and at least 32 bits per pair, so that about 3 in 100 other pairs pass it.
class pair_filter {
public:
    explicit pair_filter(const csr& pairs);

    /// False only if the pair is not there.
    [[nodiscard]] bool may_contain(std::uint32_t row, std::uint32_t column) const noexcept {
        const std::uint64_t bit = bit_of(row, column);
        return (words_[bit / 64] >> bit % 64 & 1) != 0;
    }
    void prefetch(std::uint32_t row, std::uint32_t column) const noexcept {
        __builtin_prefetch(words_.data() + bit_of(row, column) / 64);
    }

private:
    [[nodiscard]] std::uint64_t bit_of(std::uint32_t row, std::uint32_t column) const noexcept {
        return ((std::uint64_t{row} << 32 | column) * 0x9E3779B97F4A7C15u) >> shift_;
    }

    int shift_;
    std::vector<std::uint64_t> words_;
};

struct bpr_sgd_options {
    double learning_rate = 0.05;
    double decay = 0.002;
};

class bpr_sgd {
public:
    /// Pairs in a piece, the unit of work.
    static constexpr std::size_t piece_size = 1024;

    /// *Precondition:* train outlives it.
    bpr_sgd(const csr& train, std::size_t items, bpr_sgd_options options, pleach::random_stream stream);

    /// Pieces in an epoch.
    [[nodiscard]] std::size_t pieces() const noexcept { return order_.size(); }

    /// For the following pieces.
    void set_learning_rate(double rate) noexcept { options_.learning_rate = rate; }

    void begin_epoch(std::uint64_t epoch);

    /// Trains on the p-th piece of the epoch and returns the sum of its samples' losses, without decay. `rows` holds all users
    /// and then all items; if `support` is given, entries outside it stay zero. *Precondition:* rows has users + items rows.
    /// *Complexity:* O(piece_size * cols).
    double train_piece(std::size_t p, pleach::matrix_view<float> rows, const pleach::bit_mask* support);

    /// The pair at a place of the shuffled order.
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> pair(std::size_t place) const noexcept {
        return {pairs_[place].user, pairs_[place].item};
    }

    /// The negative for that pair in this epoch: uniform over the items that are not train items of its user; nothing if all
    /// are.
    [[nodiscard]] std::optional<std::uint32_t> negative(std::size_t place) const;

private:
    struct user_item {
        std::uint32_t user;
        std::uint32_t item;
    };
    static constexpr std::uint32_t no_item = ~std::uint32_t{0};

    [[nodiscard]] std::uint32_t candidate(std::size_t place) const noexcept {
        return static_cast<std::uint32_t>(negatives_.below(items_, place));
    }
    [[nodiscard]] std::uint32_t settle(std::size_t place, std::uint32_t candidate) const noexcept {
        const std::uint32_t user = pairs_[place].user;
        if (!filter_.may_contain(user, candidate) || !train_->contains(user, candidate)) return candidate;
        return another(place);
    }
    [[nodiscard]] std::uint32_t another(std::size_t place) const noexcept;

    template <class Step>
    double run_pipeline(std::size_t first, std::size_t count, pleach::matrix_view<float> rows, Step&& step) const;

    const csr* train_;
    std::size_t items_;
    bpr_sgd_options options_;
    pleach::random_stream stream_;
    pleach::random_stream negatives_;  // of the epoch
    pair_filter filter_;
    std::vector<user_item> pairs_;      // shuffled once
    std::vector<std::uint32_t> order_;  // of the pieces, in the epoch
};

}  // namespace support
