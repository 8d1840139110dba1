// SPDX-License-Identifier: Apache-2.0
#include "support/model/bpr_sgd.hpp"

#include <pleach/kernel/mask_rows.hpp>

#include <array>
#include <bit>
#include <numeric>

namespace support {
namespace {

// How many samples ahead a negative is drawn, is tested, and its rows are prefetched.
constexpr std::size_t draws_ahead = 15, rows_ahead = 8;

template <class T>
void shuffle(std::vector<T>& values, pleach::random_stream stream) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[stream.below(i, i)]);
}

void prefetch_row(const float* row, std::size_t dim) noexcept {
    for (std::size_t c = 0; c < dim; c += 16) __builtin_prefetch(row + c, 1);
}

// The sum of log1p(odds), by one logarithm for several samples: no product of 8 passes (1 + e^80)^8.
class loss_sum {
public:
    void add(float odds) noexcept {
        product_ *= 1.0 + static_cast<double>(odds);
        if (++count_ % 8 == 0) flush();
    }
    [[nodiscard]] double total() noexcept {
        flush();
        return sum_;
    }

private:
    void flush() noexcept {
        sum_ += std::log(product_);
        product_ = 1;
    }
    double product_ = 1, sum_ = 0;
    unsigned count_ = 0;
};

}  // namespace

pair_filter::pair_filter(const csr& pairs) {
    const std::size_t bits = std::bit_ceil((std::max)(std::size_t{64}, 32 * pairs.size()));
    shift_ = 64 - std::countr_zero(bits);
    words_.assign(bits / 64, 0);
    for (std::size_t r = 0; r < pairs.rows(); ++r)
        for (const std::uint32_t c : pairs.row(r)) {
            const std::uint64_t bit = bit_of(static_cast<std::uint32_t>(r), c);
            words_[bit / 64] |= std::uint64_t{1} << bit % 64;
        }
}

bpr_sgd::bpr_sgd(const csr& train, std::size_t items, bpr_sgd_options options, pleach::random_stream stream)
    : train_(&train), items_(items), options_(options), stream_(stream), negatives_(stream), filter_(train),
      order_((train.size() + piece_size - 1) / piece_size) {
    pairs_.reserve(train.size());
    for (std::size_t u = 0; u < train.rows(); ++u)
        for (const std::uint32_t item : train.row(u)) pairs_.push_back({static_cast<std::uint32_t>(u), item});
    shuffle(pairs_, stream.fork("pairs"));
    begin_epoch(0);
}

void bpr_sgd::begin_epoch(std::uint64_t epoch) {
    const pleach::random_stream stream = stream_.fork(epoch);
    negatives_ = stream.fork("negatives");
    std::iota(order_.begin(), order_.end(), std::uint32_t{0});
    shuffle(order_, stream.fork("order"));
}

// After a few more tries, the r-th of the items that are not in the user's train items.
std::uint32_t bpr_sgd::another(std::size_t place) const noexcept {
    const auto taken = train_->row(pairs_[place].user);
    if (taken.size() >= items_) return no_item;
    constexpr std::uint64_t tries = 8;
    for (std::uint64_t attempt = 1; attempt <= tries; ++attempt) {
        const auto item = static_cast<std::uint32_t>(negatives_.below(items_, place, attempt));
        if (!std::binary_search(taken.begin(), taken.end(), item)) return item;
    }
    const std::uint64_t r = negatives_.below(items_ - taken.size(), place, tries + 1);
    std::size_t before = 0, end = taken.size();  // how many of the user's items come before it
    while (before < end) {
        const std::size_t middle = (before + end) / 2;
        if (taken[middle] - middle <= r)
            before = middle + 1;
        else
            end = middle;
    }
    return static_cast<std::uint32_t>(r + before);
}

std::optional<std::uint32_t> bpr_sgd::negative(std::size_t place) const {
    const std::uint32_t item = settle(place, candidate(place));
    return item == no_item ? std::nullopt : std::optional(item);
}

template <class Step>
double bpr_sgd::run_pipeline(std::size_t first, std::size_t count, pleach::matrix_view<float> rows, Step&& step) const {
    const std::size_t users = train_->rows(), dim = rows.cols();
    std::array<std::uint32_t, piece_size> negatives;
    const auto draw = [&](std::size_t k) {
        negatives[k] = candidate(first + k);
        filter_.prefetch(pairs_[first + k].user, negatives[k]);
    };
    const auto ask = [&](std::size_t k) {
        const std::uint32_t item = negatives[k] = settle(first + k, negatives[k]);
        prefetch_row(rows.data() + pairs_[first + k].user * rows.stride(), dim);
        prefetch_row(rows.data() + (users + pairs_[first + k].item) * rows.stride(), dim);
        if (item != no_item) prefetch_row(rows.data() + (users + item) * rows.stride(), dim);
    };
    loss_sum loss;
    const auto learn = [&](std::size_t k) {
        if (negatives[k] != no_item)
            loss.add(step(pairs_[first + k].user, users + pairs_[first + k].item, users + negatives[k]));
    };
    for (std::size_t k = 0; k < (std::min)(count, draws_ahead); ++k) draw(k);
    for (std::size_t k = 0; k < (std::min)(count, rows_ahead); ++k) ask(k);
    std::size_t k = 0;
    for (; k + draws_ahead < count; ++k) {
        draw(k + draws_ahead);
        ask(k + rows_ahead);
        learn(k);
    }
    for (; k < count; ++k) {
        if (k + rows_ahead < count) ask(k + rows_ahead);
        learn(k);
    }
    return loss.total();
}

double bpr_sgd::train_piece(std::size_t p, pleach::matrix_view<float> rows, const pleach::bit_mask* support) {
    const std::size_t first = order_[p] * piece_size, count = (std::min)(piece_size, pairs_.size() - first);
    const auto rate = static_cast<float>(options_.learning_rate), decay = static_cast<float>(options_.decay);
    const auto run = [&](auto dim) {
        const auto step = [&](std::size_t user, std::size_t positive, std::size_t negative) {
            const auto at = [&](std::size_t n) { return rows.data() + n * rows.stride(); };
            return bpr_step(at(user), at(positive), at(negative), dim, rate, decay);
        };
        if (support == nullptr) return run_pipeline(first, count, rows, step);
        return run_pipeline(first, count, rows, [&](std::size_t user, std::size_t positive, std::size_t negative) {
            const float odds = step(user, positive, negative);
            for (const std::size_t n : {user, positive, negative})
                pleach::mask_row(support->row_words(n).data(), rows.row(n).data(), rows.cols());
            return odds;
        });
    };
    // Loops whose length is known at compile time are unrolled.
    switch (rows.cols()) {
        case 32:
            return run(std::integral_constant<std::size_t, 32>());
        case 64:
            return run(std::integral_constant<std::size_t, 64>());
        case 128:
            return run(std::integral_constant<std::size_t, 128>());
        default:
            return run(rows.cols());
    }
}

}  // namespace support
