// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Exact ranking over any enumerable table: score() for one query and all rows, top_k() for the k best rows of each of many
/// queries. Higher score first, equal scores by smaller id, NaN last. Rows are read a cache-sized piece at a time and never
/// all expanded.

#include <pleach/core/executor.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/kernel/dot.hpp>
#include <pleach/kernel/score_block.hpp>
#include <pleach/table/concepts.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

/// An entity and its score.
template <class T>
struct scored {
    std::size_t id;
    T score;

    /// Ranks before: higher score, then smaller id; NaN after every number.
    [[nodiscard]] bool before(const scored& other) const noexcept {
        const bool nan = !(score == score), other_nan = !(other.score == other.score);
        if (nan || other_nan) return nan == other_nan ? id < other.id : other_nan;
        return score > other.score || (score == other.score && id < other.id);
    }
    friend bool operator==(const scored&, const scored&) = default;
};

/// No id is excluded, for any query.
struct nothing_excluded {
    [[nodiscard]] std::span<const std::uint32_t> operator()(std::size_t) const noexcept { return {}; }
};

namespace detail {

template <class Table>
void check_score(const Table& table, std::size_t query, std::size_t out) {
    if (query != table.dim() || out != table.size())
        throw std::invalid_argument("pleach::score: the query has " + std::to_string(query) + " elements and the output " +
                                    std::to_string(out) + ", but the table is " + std::to_string(table.size()) + " x " +
                                    std::to_string(table.dim()));
}

// Ids to leave out are searched by halves, so that one out of order would come back unseen.
template <class Ids>
void check_excluded(const Ids& ids, std::size_t query) {
    const auto found = std::ranges::adjacent_find(ids, std::ranges::greater{}, [](auto id) { return to_index(id); });
    if (found != std::ranges::end(ids))
        throw std::invalid_argument("pleach::top_k: the ids to leave out for query " + std::to_string(query) + " have " +
                                    std::to_string(to_index(*found)) + " before " +
                                    std::to_string(to_index(*std::ranges::next(found))) + ", but must ascend; sort them");
}

template <class Table, class T, class Excluded>
void check_top_k(const Table& table, matrix_view<const T> queries, std::size_t k, const Excluded& excluded) {
    if (k == 0) throw std::invalid_argument("pleach::top_k: k is 0, but at least one entity must be asked for");
    if (queries.cols() != table.dim())
        throw std::invalid_argument("pleach::top_k: queries have " + std::to_string(queries.cols()) +
                                    " columns, but the table's rows " + std::to_string(table.dim()));
    for (std::size_t q = 0; q < queries.rows(); ++q) check_excluded(excluded(q), q);
}

}  // namespace detail

/// out[i] = query . row i. *Throws* std::invalid_argument if query is not dim() or out not size() long.
template <enumerable_table Table, executor Executor = sequential>
void score(const Table& table, std::span<const typename Table::value_type> query, std::span<typename Table::value_type> out,
           const Executor& exec = {}) {
    using T = typename Table::value_type;
    detail::check_score(table, query.size(), out.size());
    for_each_chunk(exec, table.size(), std::size_t{1024}, [&](std::size_t first, std::size_t last) {
        std::vector<T> row(table.dim());
        for (std::size_t i = first; i < last; ++i) {
            table.lookup(static_cast<typename Table::id_type>(i), row);
            out[i] = dot(query.data(), row.data(), row.size());
        }
    });
}

namespace detail {

/// The k best seen so far; a heap whose first element is the worst of them.
template <class T>
class best_list {
public:
    explicit best_list(std::size_t k) : k_(k) {}

    [[nodiscard]] bool is_full() const noexcept { return heap_.size() == k_; }
    /// A score at or under this cannot enter once the list is full, as later ids lose ties.
    [[nodiscard]] T threshold() const noexcept { return heap_.front().score; }

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

    /// Best first.
    [[nodiscard]] std::span<const scored<T>> sorted() {
        std::ranges::sort(heap_, [](const scored<T>& a, const scored<T>& b) { return a.before(b); });
        return heap_;
    }

private:
    std::size_t k_;
    std::vector<scored<T>> heap_;
};

inline constexpr std::size_t queries_per_task = 168;              // a multiple of every group size
inline constexpr std::size_t piece_bytes = std::size_t{1} << 19;  // rows packed at a time: they stay in the second cache

/// Rows first .. first + count - 1 of a table as packed panels.
template <class T>
struct packed_piece {
    static constexpr std::size_t width = panel_rows<default_arch, T>;
    matrix<T> panels;
    std::size_t first = 0;
    std::size_t count = 0;

    template <class Table>
    void read(const Table& table, std::size_t from, std::size_t rows) {
        const std::size_t dim = table.dim();
        first = from;
        count = rows;
        matrix<T> scratch(width, dim);
        for (std::size_t p = 0; p * width < rows; ++p) {
            const std::size_t here = (std::min)(width, rows - p * width);
            for (std::size_t j = 0; j < here; ++j)
                table.lookup(static_cast<typename Table::id_type>(from + p * width + j), scratch.row(j));
            pack_columns(here, width, dim, [&](std::size_t j) { return scratch.row(j).data(); }, panels.row(p).data());
        }
    }
};

/// use(p, g, tile) for each panel p of the piece and each group g of the queries query(0) .. query(count - 1), with their scores.
template <class T, class Query, class Use>
void for_each_tile(const packed_piece<T>& piece, std::size_t count, std::size_t dim, Query&& query, Use&& use) {
    constexpr std::size_t width = packed_piece<T>::width;
    constexpr std::size_t height = group_queries<default_arch, T>;
    const std::size_t groups = (count + height - 1) / height;
    matrix<T> packed(groups, height * dim);
    for (std::size_t g = 0; g < groups; ++g)
        pack_columns((std::min)(height, count - g * height), height, dim, [&](std::size_t q) { return query(g * height + q); },
                     packed.row(g).data());
    std::array<T, width * height> scores;
    for (std::size_t p = 0; p * width < piece.count; ++p)
        for (std::size_t g = 0; g < groups; ++g) {
            score_tile(packed.row(g).data(), piece.panels.row(p).data(), dim, scores.data());
            use(p, g, scores.data());
        }
}

template <class T, class Excluded>
void rank_piece(const packed_piece<T>& piece, matrix_view<const T> queries, std::size_t first_query, std::size_t dim,
                const Excluded& excluded, std::span<best_list<T>> lists) {
    constexpr std::size_t width = packed_piece<T>::width;
    constexpr std::size_t height = group_queries<default_arch, T>;
    const auto query = [&](std::size_t q) { return queries.row(q).data(); };
    for_each_tile(piece, queries.rows(), dim, query, [&](std::size_t p, std::size_t g, const T* scores) {
        const std::size_t here = (std::min)(width, piece.count - p * width);
        for (std::size_t q = 0; q < height && g * height + q < queries.rows(); ++q) {
            best_list<T>& list = lists[g * height + q];
            const T* row_scores = scores + q * width;
            if (list.is_full() && !any_above(row_scores, list.threshold())) continue;
            const auto out = excluded(first_query + g * height + q);
            for (std::size_t j = 0; j < here; ++j) {
                if (list.is_full() && row_scores[j] <= list.threshold()) continue;
                const std::size_t id = piece.first + p * width + j;
                if (!std::ranges::binary_search(out, id, {}, [](auto x) { return to_index(x); }))
                    list.offer({id, row_scores[j]});
            }
        }
    });
}

}  // namespace detail

/// For each query q in order, calls `visit(q, best)` with the min(k, rows not excluded) best entities, best first.
/// `excluded(q)` gives ids to leave out, ascending. Scores are dot products.
/// *Throws* std::invalid_argument if k is 0, queries are not dim() wide, or ids to leave out do not ascend.
/// *Complexity:* queries * size * dim multiply-adds.
template <enumerable_table Table, class Visit, class Excluded = nothing_excluded, executor Executor = sequential>
void top_k(const Table& table, matrix_view<const typename Table::value_type> queries, std::size_t k, Visit&& visit,
           const Excluded& excluded = {}, const Executor& exec = {}) {
    using T = typename Table::value_type;
    const std::size_t dim = table.dim();
    detail::check_top_k(table, queries, k, excluded);
    std::vector<detail::best_list<T>> lists(queries.rows(), detail::best_list<T>((std::min)(k, table.size())));
    constexpr std::size_t width = detail::packed_piece<T>::width;
    const std::size_t panels = (std::max)(std::size_t{1}, detail::piece_bytes / (width * dim * sizeof(T)));
    detail::packed_piece<T> piece{matrix<T>(panels, width * dim)};
    for (std::size_t first = 0; first < table.size(); first += panels * width) {
        piece.read(table, first, (std::min)(panels * width, table.size() - first));
        for_each_chunk(exec, queries.rows(), detail::queries_per_task, [&](std::size_t q, std::size_t end) {
            detail::rank_piece(piece, queries.rows_from(q, end - q), q, dim, excluded, std::span(lists).subspan(q, end - q));
        });
    }
    for (std::size_t q = 0; q < queries.rows(); ++q) visit(q, lists[q].sorted());
}

}  // namespace PLEACH_ABI
}  // namespace pleach
