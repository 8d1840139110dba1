// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Matrix factorization over shards: every process draws the same batch, fetches all its rows, computes its loss, and keeps the
/// gradients of its own rows, which are then those of one process to the bit, whatever the loss compares.

#include "support/model/encoders.hpp"
#include "support/train/sharded/rank_rows.hpp"

namespace support {

class sharded_encoder {
public:
    static constexpr bool is_looking_up = true;
    static constexpr pleach::moving_rows moving_rows = factorization_encoder::moving_rows;

    explicit sharded_encoder(const rank_rows& place) : place_(place) {}

    [[nodiscard]] const rank_rows& place() const noexcept { return place_; }

    template <class Table, class Optimizer>
    void encode(Table& shard, Optimizer& optimizer, const training_batch& batch, matrix_view<float> out,
                const pleach::openmp& exec) {
        own_.clear();
        for (const std::uint32_t node : batch.nodes)
            if (rows().is_own(node)) own_.push_back(static_cast<std::uint32_t>(rows().local(node)));
        optimizer.catch_up(shard, std::span<const std::uint32_t>(own_), exec);
        pleach::gather_everywhere(place_.ranks(), rows(), shard, std::span<const std::uint32_t>(batch.nodes), out, exec);
    }

    template <class Table>
    void pull_back(Table& shard, const training_batch& batch, matrix_view<const float> scored, matrix_view<float> gradient,
                   const row_regularizer& regularizer, typename Table::gradient_type& into, const pleach::openmp&) {
        for (std::size_t r = 0; r < gradient.rows(); ++r)
            if (rows().is_own(batch.nodes[r])) regularizer.add(batch.occurrences[r], scored.row(r).data(), gradient.row(r));
        pleach::accumulate_own(rows(), shard, std::span<const std::uint32_t>(batch.nodes), gradient, into);
    }

    template <class Table>
    void encode_all(const Table& shard, matrix_view<float> out, const pleach::openmp&) {
        pleach::gather_all_everywhere(place_.ranks(), rows(), shard.rows(), out);
    }

private:
    [[nodiscard]] const pleach::row_shards& rows() const noexcept { return place_.rows(); }

    rank_rows place_;
    std::vector<std::uint32_t> own_;
};

}  // namespace support
