// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Dynamic sparse training: while a table with dead entries trains, some live entries are swapped for dead ones at intervals, at
/// a fixed budget.
///
///     pleach::gradient_growth<float> growth(table.size(), table.dim());
///     const pleach::cosine_schedule share{.initial = 0.5, .final = 0.005, .steps = steps};
///     ... after each backward pass, for each row of the batch: growth.add(row, gradient of the row, with its dead entries);
///     ... at intervals:
///     pleach::regrow(table, optimizer, pleach::magnitude{.fraction = share.at(step)}, growth);
///     growth.clear();
///     gradient = table.make_gradient();
///
/// A grower has `revive(range, count, mask)`, which sets exactly `count` of the unset bits of a range of rows. Those here rank
/// dead entries by a score; of equal ones the lower row, then the lower column grows.
///
/// Source: Wang et al., "Dynamic Sparse Learning: A Novel Paradigm for Efficient Recommendation" (DSL), WSDM 2024, after Evci et
/// al. (RigL), ICML 2020. Departures: numbers are exact (their code cuts at a threshold and drops all entries tied with it);
/// entries that grow have fresh moments (their code keeps moments of dead entries, so their memory is dense); scores come from
/// the rows of batches since the last swap, not from a gradient of the whole table.

#include <pleach/core/random_stream.hpp>
#include <pleach/kernel/select_magnitude.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/table/row_gradient.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

/// Sets the `count` unset bits of a range with the largest keys, ties by lower row and column. `key_of(r)` gives, as a function
/// of the column, unsigned numbers for row r. *Precondition:* count <= unset bits of the range.
template <class KeyOf>
void revive_largest(row_range range, std::size_t count, bit_mask& mask, KeyOf&& key_of) {
    using word = std::remove_cvref_t<decltype(key_of(std::size_t{0})(std::size_t{0}))>;
    if (count == 0) return;
    const auto for_each_dead = [&](auto&& visit) {
        for (std::size_t r = range.first; r < range.last; ++r) {
            const auto key = key_of(r);
            for (std::size_t c = 0; c < mask.cols(); ++c)
                if (!mask.test(r, c)) visit(r, c, static_cast<word>(~key(c)));  // the largest keys are the smallest
        }
    };
    std::vector<word> keys;
    for_each_dead([&](std::size_t, std::size_t, word key) { keys.push_back(key); });
    auto cut = cut_smallest(std::span(keys), count);
    for_each_dead([&](std::size_t r, std::size_t c, word key) {
        if (cut.takes(key)) mask.set(r, c);
    });
}

/// The order of non-negative numbers is that of their bits.
template <class T>
[[nodiscard]] auto ordered_bits(T x) noexcept {
    using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    return std::bit_cast<word>(std::abs(x));
}

[[noreturn]] inline void refuse_score(const char* grower, std::size_t r) {
    throw std::invalid_argument("pleach::" + std::string(grower) + ": the score of row " + std::to_string(r) +
                                " is not a number, so its entries cannot be ranked; training has diverged");
}

}  // namespace detail

/// Whose gradients are scores.
enum class growth_window : std::uint8_t {
    since_swap,  ///< of all batches since the last clear(), summed
    last_batch   ///< of the last batch only, as published: growth is confined to its rows
};

/// Grows the entries with the largest |gradient|; entries of rows that were in no batch have 0. Memory: a row of sums for each
/// row that was in a batch of the window.
template <class T>
class gradient_growth {
public:
    gradient_growth(std::size_t rows, std::size_t cols, growth_window window = growth_window::since_swap)
        : window_(window), sums_(rows, cols) {}

    /// Before the first row of a batch.
    void begin_batch() {
        if (window_ == growth_window::last_batch) sums_.clear();
    }
    /// The gradient of a row in a batch, dead entries included. *Precondition:* gradient.size() == cols.
    void add(std::size_t r, std::span<const T> gradient) { sums_.add(r, gradient); }
    /// Forgets everything: after a swap.
    void clear() noexcept { sums_.clear(); }

    /// All rows that it remembers, for checkpoints, by `visit(name, row_gradient)`.
    template <class Visit>
    void for_each_memory(Visit&& visit) {
        visit(std::string_view("sums"), sums_);
    }
    [[nodiscard]] std::size_t bytes() const noexcept { return sums_.bytes(); }

    /// *Throws* std::invalid_argument if a score is NaN. *Complexity:* O(entries of the range).
    void revive(row_range range, std::size_t count, bit_mask& mask) const {
        for (std::size_t r = range.first; r < range.last; ++r)
            for (const T x : sums_.find(r))
                if (!(x == x)) detail::refuse_score("gradient_growth", r);
        detail::revive_largest(range, count, mask, [&](std::size_t r) {
            return [row = sums_.find(r)](std::size_t c) { return detail::ordered_bits(row.empty() ? T{0} : row[c]); };
        });
    }

private:
    growth_window window_;
    row_gradient<T> sums_;
};

/// Grows the entries with the largest |m| / (sqrt(v) + 1e-8), m and v being Adam's moments of the gradient since the last
/// clear(), without correction for their start. Moments decay in batches that a row is not in, as dense Adam's do. Memory: two
/// rows for each row that was in a batch.
template <class T>
class momentum_growth {
public:
    momentum_growth(std::size_t rows, std::size_t cols, double beta1 = 0.9, double beta2 = 0.999)
        : beta1_(beta1), beta2_(beta2), first_(rows, cols), second_(rows, cols), last_(rows, 1) {}

    void begin_batch() noexcept { ++batches_; }
    /// Batches since the last clear(), and continuing from there with a checkpoint's.
    [[nodiscard]] std::uint64_t batches() const noexcept { return batches_; }
    void set_batches(std::uint64_t batches) noexcept { batches_ = batches; }
    /// The gradient of a row in a batch, dead entries included. *Precondition:* a row comes at most once in a batch.
    void add(std::size_t r, std::span<const T> gradient) {
        const std::span<T> first = first_.row(r), second = second_.row(r);
        const auto passed = static_cast<double>(batches_) - static_cast<double>(last_.row(r)[0]);
        last_.row(r)[0] = static_cast<T>(batches_);
        const T fade1 = static_cast<T>(std::pow(beta1_, passed)), fade2 = static_cast<T>(std::pow(beta2_, passed));
        for (std::size_t c = 0; c < gradient.size(); ++c) {
            first[c] = fade1 * first[c] + static_cast<T>(1 - beta1_) * gradient[c];
            second[c] = fade2 * second[c] + static_cast<T>(1 - beta2_) * gradient[c] * gradient[c];
        }
    }
    void clear() noexcept {
        for (auto* rows : {&first_, &second_, &last_}) rows->clear();
        batches_ = 0;
    }

    /// As gradient_growth.
    template <class Visit>
    void for_each_memory(Visit&& visit) {
        visit(std::string_view("first_moments"), first_);
        visit(std::string_view("second_moments"), second_);
        visit(std::string_view("last_batch"), last_);
    }
    [[nodiscard]] std::size_t bytes() const noexcept { return first_.bytes() + second_.bytes() + last_.bytes(); }

    void revive(row_range range, std::size_t count, bit_mask& mask) const {
        std::vector<T> scores(first_.cols());
        detail::revive_largest(range, count, mask, [&](std::size_t r) {
            read_scores(r, scores);
            return [&scores](std::size_t c) { return detail::ordered_bits(scores[c]); };
        });
    }

private:
    void read_scores(std::size_t r, std::vector<T>& scores) const {
        const std::span<const T> first = first_.find(r), second = second_.find(r);
        for (T& score : scores) score = T{0};
        if (first.empty()) return;
        const auto passed = static_cast<double>(batches_) - static_cast<double>(last_.find(r)[0]);
        const double fade1 = std::pow(beta1_, passed), fade2 = std::pow(beta2_, passed);
        for (std::size_t c = 0; c < scores.size(); ++c) {
            scores[c] = static_cast<T>(fade1 * static_cast<double>(first[c]) /
                                       (std::sqrt(fade2 * static_cast<double>(second[c])) + 1e-8));
            if (!(scores[c] == scores[c])) detail::refuse_score("momentum_growth", r);
        }
    }

    double beta1_;
    double beta2_;
    row_gradient<T> first_;
    row_gradient<T> second_;
    row_gradient<T> last_;  // the last batch of a row
    std::uint64_t batches_ = 0;
};

/// Grows entries at random, as in SET (Mocanu et al., 2018).
struct random_growth {
    random_stream stream{0};

    /// *Complexity:* O(entries of the range).
    void revive(row_range range, std::size_t count, bit_mask& mask) const {
        detail::revive_largest(range, count, mask,
                               [&](std::size_t r) { return [this, r](std::size_t c) { return stream.bits(r, c); }; });
    }
};

/// Swaps entries: those that `drop` removes, such as magnitude{.fraction = share}, die, and in each of its scopes as many dead
/// ones grow, chosen by `grow` among all that are dead then, also those just dropped. What grows begins at 0 and with fresh
/// moments. Rows that are behind are brought up to date first. Returns how many entries were swapped. Gradients of a packed table
/// must be made again. *Throws* std::invalid_argument, with nothing changed, if more are to be swapped than are dead before, and
/// as drop and grow. *Complexity:* O(entries).
template <prunable_table Table, class Optimizer, class Drop, class Grow>
    requires has_replaceable_support<Table>
std::size_t regrow(Table& table, Optimizer& optimizer, const Drop& drop, const Grow& grow) {
    optimizer.catch_up(table);
    const bit_mask& before = table.mask();
    const bit_mask left = drop.remaining(table);
    bit_mask next = left;
    std::size_t swapped = 0;
    for (const row_range range : drop.where.ranges(table.size())) {
        std::size_t live = 0, kept = 0;
        for (std::size_t r = range.first; r < range.last; ++r) {
            live += before.count_row(r);
            kept += left.count_row(r);
        }
        const std::size_t count = live - kept, dead = (range.last - range.first) * table.dim() - live;
        if (count > dead)
            throw std::invalid_argument("pleach::regrow: " + std::to_string(count) + " entries of rows " +
                                        std::to_string(range.first) + " to " + std::to_string(range.last) +
                                        " - 1 are to be swapped, but only " + std::to_string(dead) +
                                        " are dead; drop a smaller fraction");
        grow.revive(range, count, next);
        swapped += count;
    }
    // In two changes, so that what is dropped and grows again begins anew.
    for (const bit_mask* mask : {&left, &std::as_const(next)})
        optimizer.keep_state_through(table, [&](Table& changed) { changed.set_support("weights", *mask); });
    return swapped;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
