// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The ids of a batch after the ranks have told each other which rows they need: a gather and the gradients of the same batch
/// need no further ids. Each rank has ids of its own; the batch is those of all ranks, lower ranks first.
///
/// An id that occurs several times in a rank's batch travels once, and so does its row. Gradients are another matter: a sum of
/// floating-point numbers depends on the order, so the owner adds those of an id in the order of the batch, and each occurrence
/// travels. A model that numbers the distinct ids of its batch and adds up their gradients itself sends one row for each.

#include <pleach/core/detail/copy_values.hpp>
#include <pleach/core/matrix_view.hpp>
#include <pleach/interop/mpi/communicator.hpp>
#include <pleach/interop/mpi/row_shards.hpp>
#include <pleach/table/checked_ids.hpp>

#include <bit>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {
// A table that has ids only.
template <class Id>
struct ids_below {
    using value_type = float;
    using id_type = Id;
    std::size_t count;
    [[nodiscard]] std::size_t size() const noexcept { return count; }
    [[nodiscard]] std::size_t dim() const noexcept { return 1; }
    void lookup(Id, std::span<float>) const noexcept {}
};
}  // namespace detail

class sharded_batch {
public:
    /// Exchanges the ids of all ranks. Collective. *Throws* on all ranks std::out_of_range for an id beyond the table on any of
    /// them, and as communicator does; `check()` may throw more. *Complexity:* O(ids); an all-to-all of two counts per rank and
    /// one of ids.
    template <entity_id Id, class Check>
    sharded_batch(const char* verb, const communicator& all, const row_shards& rows, std::span<const Id> ids, Check&& check)
        : positions_(ids.size()), to_(all.size()), from_(all.size()) {
        std::vector<std::int32_t> counts(2 * all.size()), got(2 * all.size());
        std::vector<std::uint32_t> sent;
        all.exchange_counts(
            verb,
            [&] {
                check();
                check_range(verb, rows, ids);
                sent = number(verb, rows, ids);
                for (std::size_t r = 0; r < all.size(); ++r) {
                    counts[2 * r] = to_[r].distinct;
                    counts[2 * r + 1] = to_[r].repeats;
                }
            },
            counts, got);
        for (std::size_t r = 0; r < all.size(); ++r) from_[r] = {got[2 * r], got[2 * r + 1]};
        asked_.resize(total(from_));
        all.all_to_all<std::uint32_t>(verb, sent.data(), items(to_), asked_.data(), items(from_));
    }

    /// *Throws* std::out_of_range for an id beyond the rows, as pleach::gather does.
    template <class Id>
    static void check_range(const char* verb, const row_shards& rows, std::span<const Id> ids) {
        detail::check_ids(detail::ids_below<Id>{rows.rows()}, ids, verb);
    }

    /// The number of ids that this rank gave.
    [[nodiscard]] std::size_t size() const noexcept { return positions_; }

    /// This rank's rows that any rank has asked for, as row numbers of this rank; some occur more than once.
    [[nodiscard]] std::vector<std::uint32_t> asked_rows() const {
        std::vector<std::uint32_t> result(own_rows_);
        std::size_t first = 0;
        for (const part& p : from_) {
            result.insert(result.end(), asked_.begin() + to_offset(first), asked_.begin() + to_offset(first + p.of_distinct()));
            first += p.of_all();
        }
        return result;
    }

    /// Fetches rows. `copy(local rows, i, out)` copies the i-th of some rows of this rank; `out` is in the order of the ids.
    /// Collective.
    template <class T, class Copy>
    void gather(const char* verb, const communicator& all, matrix_view<T> out, Copy&& copy) const {
        const std::size_t dim = out.cols();
        std::vector<T> given(dim * distinct(from_)), got(dim * distinct(to_));
        std::size_t first = 0, at = 0;
        for (const part& p : from_) {
            const std::span<const std::uint32_t> rows(asked_.data() + first, p.of_distinct());
            for (std::size_t i = 0; i < rows.size(); ++i, ++at) copy(rows, i, std::span<T>(given.data() + at * dim, dim));
            first += p.of_all();
        }
        if (all.size() > 1) all.all_to_all<T>(verb, given.data(), distinct_items(from_), got.data(), distinct_items(to_), dim);
        for (std::size_t i = 0; i < own_rows_.size(); ++i) copy(std::span(own_rows_), i, out.row(own_positions_[i]));
        for (std::size_t i = 0; i < foreign_.size(); ++i)
            detail::copy_values(std::span<const T>(got.data() + row_of_[i] * dim, dim), out.row(foreign_[i]));
    }

    /// Brings gradients to the owners of the rows. `add(local row, gradient)` is called on them in the order of the batch.
    /// Collective.
    template <class T, class Add>
    void accumulate(const char* verb, const communicator& all, matrix_view<const T> upstream, Add&& add) const {
        const std::size_t dim = upstream.cols();
        std::vector<T> given(dim * total(to_)), got(dim * total(from_));
        for (std::size_t i = 0; i < foreign_.size(); ++i)
            detail::copy_values(upstream.row(foreign_[i]), std::span<T>(given.data() + sent_place_[i] * dim, dim));
        if (all.size() > 1) all.all_to_all<T>(verb, given.data(), items(to_), got.data(), items(from_), dim);
        std::size_t first = 0;
        for (std::size_t r = 0; r < all.size(); ++r) {
            if (r == all.rank())
                for (std::size_t i = 0; i < own_rows_.size(); ++i) add(own_rows_[i], upstream.row(own_positions_[i]));
            const part& p = from_[r];
            for (std::size_t i = 0; i < p.of_all(); ++i) {
                // After the distinct rows, each repeat names one of them.
                const std::size_t which = i < p.of_distinct() ? i : asked_[first + i];
                add(asked_[first + which], std::span<const T>(got.data() + (first + i) * dim, dim));
            }
            first += p.of_all();
        }
    }

private:
    // What goes to a rank: its rows, each once, and then for each further occurrence the place of the row among them.
    struct part {
        std::int32_t distinct = 0;
        std::int32_t repeats = 0;

        [[nodiscard]] std::size_t of_distinct() const noexcept { return static_cast<std::size_t>(distinct); }
        [[nodiscard]] std::size_t of_all() const noexcept { return of_distinct() + static_cast<std::size_t>(repeats); }
    };

    // Fills all members but from_ and asked_, and returns what is sent.
    template <class Id>
    [[nodiscard]] std::vector<std::uint32_t> number(const char* verb, const row_shards& rows, std::span<const Id> ids) {
        struct occurrence {
            std::uint32_t distinct;  // its number among the distinct ids
            bool is_first;
        };
        static_cast<void>(communicator::checked_count(verb, ids.size()));
        if (rows.ranks() == 1) {
            own_rows_.reserve(ids.size());
            own_positions_.reserve(ids.size());
        }
        std::vector<occurrence> occurrences;
        std::vector<std::size_t> distinct_ids;
        // Open addressing; the size is a power of two and at least twice the number of ids.
        std::vector<std::uint32_t> buckets;
        if (rows.ranks() > 1) buckets.assign(std::bit_ceil(2 * ids.size() + 1), none);
        for (std::size_t j = 0; j < ids.size(); ++j) {
            const std::size_t id = to_index(ids[j]);
            if (rows.is_own(id)) {
                own_rows_.push_back(static_cast<std::uint32_t>(rows.local(id)));
                own_positions_.push_back(static_cast<std::uint32_t>(j));
                continue;
            }
            std::size_t bucket = (static_cast<std::uint64_t>(id) * 0x9E3779B97F4A7C15u >> 20) & (buckets.size() - 1);
            while (buckets[bucket] != none && distinct_ids[buckets[bucket]] != id) bucket = (bucket + 1) & (buckets.size() - 1);
            const bool is_first = buckets[bucket] == none;
            if (is_first) {
                buckets[bucket] = static_cast<std::uint32_t>(distinct_ids.size());
                distinct_ids.push_back(id);
            }
            part& p = to_[rows.owner(id)];
            ++(is_first ? p.distinct : p.repeats);
            occurrences.push_back({buckets[bucket], is_first});
            foreign_.push_back(static_cast<std::uint32_t>(j));
        }
        // Where the next distinct row and the next repeat of each rank go.
        std::vector<std::size_t> next_distinct(rows.ranks()), next_repeat(rows.ranks()), first_row(rows.ranks());
        std::size_t sent_before = 0, rows_before = 0;
        for (std::size_t r = 0; r < rows.ranks(); ++r) {
            next_distinct[r] = sent_before;
            next_repeat[r] = sent_before + to_[r].of_distinct();
            first_row[r] = rows_before;
            sent_before += to_[r].of_all();
            rows_before += to_[r].of_distinct();
        }
        const std::vector<std::size_t> begin(next_distinct);
        std::vector<std::uint32_t> sent(sent_before), place(distinct_ids.size());  // place: of a distinct id among its rank's
        row_of_.reserve(foreign_.size());
        sent_place_.reserve(foreign_.size());
        for (const auto& [distinct, is_first] : occurrences) {
            const std::size_t id = distinct_ids[distinct], r = rows.owner(id);
            if (is_first) place[distinct] = static_cast<std::uint32_t>(next_distinct[r] - begin[r]);
            const std::size_t at = is_first ? next_distinct[r]++ : next_repeat[r]++;
            sent[at] = is_first ? static_cast<std::uint32_t>(rows.local(id)) : place[distinct];
            sent_place_.push_back(static_cast<std::uint32_t>(at));
            row_of_.push_back(static_cast<std::uint32_t>(first_row[r] + place[distinct]));
        }
        return sent;
    }

    [[nodiscard]] static std::ptrdiff_t to_offset(std::size_t n) noexcept { return static_cast<std::ptrdiff_t>(n); }
    [[nodiscard]] static std::size_t total(std::span<const part> parts) noexcept {
        std::size_t sum = 0;
        for (const part& p : parts) sum += p.of_all();
        return sum;
    }
    [[nodiscard]] static std::size_t distinct(std::span<const part> parts) noexcept {
        std::size_t sum = 0;
        for (const part& p : parts) sum += p.of_distinct();
        return sum;
    }
    [[nodiscard]] static std::vector<int> items(std::span<const part> parts) {
        std::vector<int> counts;
        for (const part& p : parts) counts.push_back(p.distinct + p.repeats);
        return counts;
    }
    [[nodiscard]] static std::vector<int> distinct_items(std::span<const part> parts) {
        std::vector<int> counts;
        for (const part& p : parts) counts.push_back(p.distinct);
        return counts;
    }

    static constexpr std::uint32_t none = ~std::uint32_t{0};

    std::size_t positions_;
    std::vector<std::uint32_t> own_rows_;       // for each own occurrence, the row on this rank
    std::vector<std::uint32_t> own_positions_;  // and its position in the batch
    std::vector<std::uint32_t> foreign_;        // positions of the ids of other ranks
    std::vector<std::uint32_t> row_of_;         // of each, its row among the rows that this rank gets
    std::vector<std::uint32_t> sent_place_;     // and among those that it sends
    std::vector<part> to_;
    std::vector<part> from_;
    std::vector<std::uint32_t> asked_;  // what the ranks have sent
};

}  // namespace PLEACH_ABI
}  // namespace pleach
