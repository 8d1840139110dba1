// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Finds the exact best entities of one query among groups that share a row (entity_groups.hpp), without summing the scores of
/// most of them. A group is skipped if its own score plus the highest scores of the other parts is below the k-th best sum
/// found so far. A good lower bound of that bar is known early: the k-th best of a sample of entities that are likely to score
/// high. Rounding is monotonic, and all sums are added in one order, so the bounds hold for rounded sums too. After the
/// threshold algorithm of Fagin, Lotem and Naor, "Optimal Aggregation Algorithms for Middleware", PODS 2001; departures: one
/// list is grouped instead of sorted, and the bar starts at that of a sample.

#include <pleach/compose/detail/entity_groups.hpp>
#include <pleach/table/ranking.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// The scores of each part's stored rows for one query.
template <class T, std::size_t Parts>
using part_scores = std::array<std::span<const T>, Parts>;

/// maxima[j] = the largest of values[j], values[j + lanes], ...; NaN is skipped.
template <class T>
void lane_maxima(std::span<const T> values, std::span<T> maxima) noexcept {
    std::ranges::fill(maxima, -std::numeric_limits<T>::infinity());
    const std::size_t lanes = maxima.size();
    for (std::size_t i = 0; i < values.size(); i += lanes) {
        const std::size_t here = (std::min)(lanes, values.size() - i);
        for (std::size_t j = 0; j < here; ++j) maxima[j] = values[i + j] > maxima[j] ? values[i + j] : maxima[j];
    }
}

template <class T, std::size_t Parts, std::size_t By>
class group_ranker {
    static constexpr std::size_t block = entity_groups<Parts>::block;

public:
    group_ranker(const entity_groups<Parts>& groups, std::size_t k)
        : groups_(groups), k_(k), bounds_(groups.count()), lanes_((3 * k + block - 1) / block * block) {
        if (sampled() < groups.entities()) {
            of_best_ = (sampled() * groups.count() + groups.entities() - 1) / groups.entities();
            maxima_.resize((std::min)(groups.count(), (std::max)(std::size_t{32}, 2 * of_best_)));
            order_.resize(maxima_.size());
            sample_.resize(sampled() + block);
        }
        for (std::size_t p = 0; p < Parts; ++p) rows_[p] = groups.rows(p);
    }

    /// Offers `list` every entity that may be among its k best. `out` are the excluded ids, ascending; score_of(x) is the score
    /// of entity x.
    template <class ScoreOf>
    void rank(const part_scores<T, Parts>& scores, ascending_ids out, ScoreOf&& score_of, best_list<T>& list) {
        scores_ = scores;
        std::array<T, Parts> highest;
        for (std::size_t p = 0; p < Parts; ++p) {
            std::array<T, 32> lanes;
            lane_maxima<T>(scores[p], lanes);
            highest[p] = *std::ranges::max_element(lanes);
        }
        for (std::size_t g = 0; g < bounds_.size(); ++g)
            bounds_[g] = sum(scores[By][g], [&](std::size_t p) { return highest[p]; });
        T bar = sampled_bar(out, score_of);
        for (std::size_t g = 0; g < bounds_.size(); ++g) {
            if (bounds_[g] < bar) continue;
            const T own = scores[By][g];
            const std::size_t end = groups_.begin(g + 1);
            for (std::size_t first = groups_.begin(g); first < end; first += block) {
                if (largest_sum(own, first) < bar) continue;
                for (std::size_t i = first; i < (std::min)(first + block, end); ++i) {
                    const T score = sum_at(own, i);
                    if (score < bar) continue;
                    const std::size_t id = groups_.id(i);
                    if (out.contains(id)) continue;
                    list.offer({id, score});
                    if (list.is_full()) bar = list.threshold();
                }
            }
        }
    }

private:
    [[nodiscard]] std::size_t sampled() const noexcept { return 8 * lanes_.size(); }

    // Sums the scores of all parts in their order: `own` for part By, of(p) for the others.
    template <class Of>
    [[nodiscard]] static T sum(T own, Of&& of) noexcept {
        return [&]<std::size_t... P>(std::index_sequence<P...>) {
            return (... + (P == By ? own : of(P)));
        }(std::make_index_sequence<Parts>{});
    }
    [[nodiscard]] T sum_at(T own, std::size_t position) const noexcept {
        return sum(own, [&](std::size_t p) { return scores_[p].data()[rows_[p][position]]; });
    }

    // The largest sum of a block, in four chains. The block may extend past the group, which can only make the bound too large;
    // a NaN is either skipped or the result.
    [[nodiscard]] T largest_sum(T own, std::size_t first) const noexcept {
        std::array<T, 4> largest;
        for (std::size_t j = 0; j < 4; ++j) largest[j] = sum_at(own, first + j);
        for (std::size_t i = first + 4; i < first + block; i += 4)
            for (std::size_t j = 0; j < 4; ++j) {
                const T x = sum_at(own, i + j);
                largest[j] = x > largest[j] ? x : largest[j];
            }
        for (std::size_t j = 1; j < 4; ++j) largest[0] = largest[j] > largest[0] ? largest[j] : largest[0];
        return largest[0];
    }

    // A score that at least k entities reach that are not excluded; NaN (no score is below it) if none is known. The sample is
    // dealt to lanes, whose maxima belong to different entities: at least r entities reach the r-th largest maximum.
    template <class ScoreOf>
    [[nodiscard]] T sampled_bar(ascending_ids out, ScoreOf&& score_of) {
        constexpr T unknown = std::numeric_limits<T>::quiet_NaN();
        if (sample_.empty() || out.size() > sampled()) return unknown;
        const std::size_t taken = take_sample();
        if (taken < lanes_.size()) return unknown;
        lane_maxima<T>(std::span(sample_).first(taken), lanes_);
        excluded_.clear();
        for (std::size_t i = 0; i < out.size(); ++i)
            if (out[i] < groups_.entities()) excluded_.push_back(score_of(out[i]));
        T* const best = lanes_.data();
        for (std::size_t known = 0, r = k_; r <= lanes_.size();) {
            std::nth_element(best + known, best + (r - 1), best + lanes_.size(), std::ranges::greater{});
            const T bar = best[r - 1];
            const auto above = std::ranges::count_if(excluded_, [&](T score) { return !(score < bar); });
            known = r;
            r = k_ + static_cast<std::size_t>(above);
            if (r <= known) return bar;
        }
        return unknown;
    }

    // Sums for the entities of some groups with nearly the highest scores: the best groups of the best lanes.
    [[nodiscard]] std::size_t take_sample() {
        lane_maxima<T>(scores_[By], maxima_);
        std::iota(order_.begin(), order_.end(), std::uint32_t{0});
        std::uint32_t* const order = order_.data();
        std::nth_element(order, order + of_best_, order + order_.size(),
                         [&](auto a, auto b) { return maxima_[a] > maxima_[b]; });
        std::size_t taken = 0;
        for (std::size_t i = 0; i < of_best_ && taken < sampled(); ++i) {
            std::size_t g = order_[i];
            while (g < groups_.count() && scores_[By][g] != maxima_[order_[i]]) g += maxima_.size();
            if (g >= groups_.count()) continue;
            for (std::size_t x = groups_.begin(g); x < groups_.begin(g + 1) && taken < sampled(); x += block) {
                for (std::size_t j = 0; j < block; ++j) sample_[taken + j] = sum_at(scores_[By][g], x + j);
                taken += (std::min)(block, groups_.begin(g + 1) - x);
            }
        }
        return (std::min)(taken, sampled());
    }

    const entity_groups<Parts>& groups_;
    std::size_t k_, of_best_ = 0;
    part_scores<T, Parts> scores_;
    std::array<const std::uint32_t*, Parts> rows_;
    std::vector<T> bounds_, lanes_, maxima_, sample_, excluded_;
    std::vector<std::uint32_t> order_;
};

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
