// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Weighted sums of packed rows, in registers: bags of embeddings from frozen tables. Prefetches rows ahead, as in
/// sum_rows.hpp.

#include <pleach/kernel/packed_row.hpp>
#include <pleach/kernel/sum_rows.hpp>

#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

/// How many packed rows ahead to prefetch: twice as many as dense ones, of which each is several times as many cache lines.
template <class Rows>
inline constexpr std::size_t packed_distance = Rows::is_dense ? prefetch_distance : 2 * prefetch_distance;

// use(0), use(1), ... with constants, so that an array indexed by them can stay in registers.
template <std::size_t Count, class Use>
[[gnu::always_inline]] inline void unrolled(Use&& use) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        (use(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<Count>{});
}

// Columns column .. column + Batches * lanes of a sum of rows, or only the first `some` of them, fewer than a vector has. The
// sum stays in registers from row to row. Rows that can be taken 64 columns at a time and other rows have a loop each.
template <class Arch, std::size_t Batches, class Rows, class Id, class Weights>
struct packed_sum {
    using lanes_type = float_lanes<Arch>;
    static constexpr std::size_t lanes = lane_count<Arch>;
    static constexpr bool by_four = Batches % 4 == 0 && takes_four<Arch, decltype(std::declval<const Rows&>().reader(Id{}))>;

    const Rows& rows;
    const Id* ids;
    std::size_t count, ahead;
    Weights weights;
    std::size_t column;
    float* out;            // Batches * lanes floats
    std::size_t some = 0;  // 0 for all columns

    void run() const noexcept {
        std::size_t j = 0;
        do {
            if constexpr (by_four) j = add_rows<true>(j);
            if (!by_four || j < count) j = add_rows<false>(j);
        } while (j < count);
    }

private:
    // Adds rows from j on as long as can_take() equals AtOnce; returns the first row where it does not.
    template <bool AtOnce>
    [[nodiscard, gnu::noinline]] std::size_t add_rows(std::size_t j) const noexcept {
        lanes_type sums[Batches];
        unrolled<Batches>([&](auto b) { sums[b] = j == 0 ? lanes_type(0.0F) : lanes_type::load_unaligned(out + b * lanes); });
        const Id* const all = ids;
        const std::size_t last = count, asked = column == 0 ? count + ahead : 0;
        for (; j < last; ++j) {
            prefetch_ahead<packed_distance<Rows>>(rows, all, j, asked);
            auto row = rows.reader(all[j]);
            if (column != 0) [[unlikely]]
                row.skip(column);
            if constexpr (by_four)
                if (row.can_take(Batches * lanes) != AtOnce) break;
            constexpr bool scaled = decltype(row)::is_scaled;
            [[maybe_unused]] const lanes_type factor(scaled ? row.scale * weights.template at<float>(j)
                                                            : weights.template at<float>(j));
            const auto add = [&](lanes_type& sum, const lanes_type& values) {
                if constexpr (std::is_same_v<Weights, unit_weights> && !scaled)
                    sum = sum + values;
                else
                    sum = multiply_add(factor, values, sum);
            };
            if constexpr (AtOnce) {
                unrolled<Batches / 4>([&](auto group) {
                    const auto four = row.template next_four<Arch>();
                    unrolled<4>([&](auto b) { add(sums[4 * group + b], four[b]); });
                });
            } else {
                unrolled<Batches>([&](auto b) {
                    add(sums[b], Batches == 1 && some != 0 ? row.template next<Arch>(some) : row.template next<Arch>());
                });
            }
        }
        unrolled<Batches>([&](auto b) { sums[b].store_unaligned(out + b * lanes); });
        return j;
    }
};

}  // namespace detail

/// out = sum_j weight_j * row(id_j). ids[count] .. ids[count + ahead - 1] are valid ids, used for prefetching only.
/// *Complexity:* count rows, read once per 8 vectors of columns.
template <class Arch = default_arch, class Rows, class Id, class Weights = detail::unit_weights>
    requires packed_rows<Rows, Id>
void sum_packed(const Rows& rows, const Id* ids, std::size_t count, std::size_t ahead, float* out, std::size_t n,
                Weights weights = {}) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    std::size_t c = 0;
    const auto add = [&]<std::size_t Batches>() {
        detail::packed_sum<Arch, Batches, Rows, Id, Weights>{rows, ids, count, ahead, weights, c, out + c}.run();
        c += Batches * lanes;
    };
    while (c + 8 * lanes <= n) add.template operator()<8>();
    if (c + 4 * lanes <= n) add.template operator()<4>();
    if (c + 2 * lanes <= n) add.template operator()<2>();
    if (c + lanes <= n) add.template operator()<1>();
    if (c < n) {
        std::array<float, lanes> last;
        detail::packed_sum<Arch, 1, Rows, Id, Weights>{rows, ids, count, ahead, weights, c, last.data(), n - c}.run();
        std::memcpy(out + c, last.data(), (n - c) * sizeof(float));
    }
}

}  // namespace PLEACH_ABI
}  // namespace pleach
