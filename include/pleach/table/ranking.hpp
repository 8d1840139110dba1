// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The building blocks of exact ranking, for tables that can rank faster than the generic top_k(). Such a table has
///
///     void rank(matrix_view<const T> queries, std::span<best_list<T>> lists, const excluded_ids& excluded, executor_ref exec) const;
///     void score(std::span<const T> query, std::span<T> out, executor_ref exec) const;
///
/// or one of the two. `rank` offers to lists[q] every row that may be among the best for query q, except the ids excluded(q);
/// `score` writes query . row i to out[i]. Programs call the free functions top_k() and score() of top_k.hpp, which check all
/// arguments and call these members if they exist. The order must be that of every other table: higher scores first, ties by
/// smaller id, NaN last.

#include <pleach/core/entity_id.hpp>
#include <pleach/core/executor.hpp>
#include <pleach/core/matrix_view.hpp>
#include <pleach/table/concepts.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

/// An entity and its score.
template <class T>
struct scored {
    std::size_t id;
    T score;

    /// True if this ranks before `other`: higher score, then smaller id; NaN after every number.
    [[nodiscard]] bool before(const scored& other) const noexcept {
        const bool nan = !(score == score), other_nan = !(other.score == other.score);
        if (nan || other_nan) return nan == other_nan ? id < other.id : other_nan;
        return score > other.score || (score == other.score && id < other.id);
    }
    friend bool operator==(const scored&, const scored&) = default;
};

/// The k best rows seen so far for one query.
template <class T>
class best_list {
public:
    /// *Precondition:* k > 0, unless nothing is offered.
    explicit best_list(std::size_t k) : k_(k) {}

    [[nodiscard]] std::size_t k() const noexcept { return k_; }
    [[nodiscard]] bool is_full() const noexcept { return heap_.size() == k_; }
    /// A score at or below this cannot enter a full list, provided that ids are offered in ascending order (later ids lose
    /// ties).
    /// *Precondition:* is_full().
    [[nodiscard]] T threshold() const noexcept { return heap_.front().score; }

    /// Takes the candidate if it is among the k best so far. *Complexity:* O(log k).
    void offer(scored<T> candidate) {
        const auto better = [](const scored<T>& a, const scored<T>& b) { return a.before(b); };
        if (!is_full()) {
            heap_.push_back(candidate);
            std::ranges::push_heap(heap_, better);
        } else if (candidate.before(heap_.front())) {
            std::ranges::pop_heap(heap_, better);
            heap_.back() = candidate;
            std::ranges::push_heap(heap_, better);
        }
    }

    /// Empties the list; k stays.
    void clear() noexcept { heap_.clear(); }

    /// The candidates, best first. Nothing may be offered afterwards. *Complexity:* O(k log k).
    [[nodiscard]] std::span<const scored<T>> sorted() {
        std::ranges::sort(heap_, [](const scored<T>& a, const scored<T>& b) { return a.before(b); });
        return heap_;
    }

private:
    std::size_t k_;
    std::vector<scored<T>> heap_;  // worst at the front
};

/// A view of ascending ids of any entity_id type, or of signed integers, such as the std::int64_t of NumPy and torch.
class ascending_ids {
public:
    ascending_ids() noexcept = default;

    /// Views a span, or a vector that must outlive the view.
    template <class Ids>
        requires(!std::same_as<std::remove_cvref_t<Ids>, ascending_ids> &&
                 requires(const Ids& ids) { std::span(ids.data(), ids.size()); })
    ascending_ids(Ids&& ids) noexcept
        : ids_(ids.data()), size_(ids.size()), of_(&operations_of<std::remove_cvref_t<decltype(*ids.data())>>) {
        static_assert(
            std::is_lvalue_reference_v<Ids> || std::ranges::enable_borrowed_range<std::remove_cvref_t<Ids>>,
            "pleach::ascending_ids needs a std::span or a reference to a vector: ids that are returned by value would "
            "be gone before they are read");
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t operator[](std::size_t i) const noexcept { return of_->at(ids_, i); }
    /// Whether id i is below zero; it is no id, and [i] is not it.
    [[nodiscard]] bool is_negative(std::size_t i) const noexcept { return of_->is_signed && (*this)[i] > ~std::size_t{0} / 2; }
    /// *Complexity:* O(log size()).
    [[nodiscard]] bool contains(std::size_t id) const noexcept { return size_ != 0 && of_->contains(ids_, size_, id); }

private:
    struct operations {
        std::size_t (*at)(const void* ids, std::size_t i);
        bool (*contains)(const void* ids, std::size_t size, std::size_t id);
        bool is_signed;
    };
    template <class Id>
    [[nodiscard]] static constexpr std::size_t index_of(Id id) noexcept {
        if constexpr (std::signed_integral<Id>)
            return static_cast<std::size_t>(id);
        else
            return to_index(id);
    }
    template <class Id>
        requires(entity_id<Id> || std::signed_integral<Id>)
    static constexpr operations operations_of{
        [](const void* ids, std::size_t i) { return index_of(static_cast<const Id*>(ids)[i]); },
        [](const void* ids, std::size_t size, std::size_t id) {
            const std::span<const Id> all(static_cast<const Id*>(ids), size);
            return std::ranges::binary_search(all, id, {}, index_of<Id>);
        },
        std::signed_integral<Id>};

    const void* ids_ = nullptr;
    std::size_t size_ = 0;
    const operations* of_ = nullptr;
};

/// The ids to exclude for each query: none by default, or those that a callable returns,
///
///     top_k(items, queries, 20, visit, {.excluded = [&](std::size_t q) { return seen.row(users[q]); }});
///
/// as a span or a reference to a vector. It may be called from several threads, and more than once per query.
class excluded_ids {
public:
    excluded_ids() noexcept = default;
    template <std::invocable<std::size_t> OfQuery>
        requires(!std::same_as<OfQuery, excluded_ids>)
    excluded_ids(const OfQuery& of_query) noexcept : of_query_(of_query) {}

    [[nodiscard]] ascending_ids operator()(std::size_t query) const { return of_query_(query); }

private:
    struct none {
        ascending_ids operator()(std::size_t) const noexcept { return {}; }
    };
    static constexpr none no_query{};
    function_ref<ascending_ids(std::size_t)> of_query_ = no_query;
};

/// Options of top_k: `top_k(items, queries, 20, visit, {.exec = pool, .excluded = seen})`.
struct ranking_options {
    executor_ref exec{};      ///< runs the tasks
    excluded_ids excluded{};  ///< ids to exclude for each query, ascending
};

/// T ranks its own rows: rank(queries, lists, excluded, exec), as above.
template <class T>
concept ranks_itself = requires(const T& table, matrix_view<const typename T::value_type> queries,
                                std::span<best_list<typename T::value_type>> lists, const excluded_ids& excluded,
                                executor_ref exec) { table.rank(queries, lists, excluded, exec); };

/// T scores its own rows: score(query, out, exec), as above.
template <class T>
concept scores_itself = requires(const T& table, std::span<const typename T::value_type> query,
                                 std::span<typename T::value_type> out, executor_ref exec) { table.score(query, out, exec); };

/// T multiplies a row without copying it: dot(id, query).
template <class T>
concept has_dot = requires(const T& table, typename T::id_type id, std::span<const typename T::value_type> query) {
    { table.dot(id, query) } -> std::convertible_to<typename T::value_type>;
};

/// Rows packed for products with many queries: panels.hpp, which top_k.hpp includes.
template <class T>
class row_panels;

}  // namespace PLEACH_ABI
}  // namespace pleach
