// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Programs of operations on a masked table against a dense model of what each of them means. Values are whole numbers, so
/// that every sum is exact and the two must agree bit for bit.

#include <pleach/frozen/freeze.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/sgd.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/prune/random.hpp>
#include <pleach/prune/rewind.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/table/snapshot.hpp>

#include "files/fuzz/targets.hpp"

#include <cmath>
#include <memory>
#include <stdexcept>

namespace fuzz {

class operation_program {
    using table_type = pleach::masked<pleach::dense_table<float>>;
    using rows_type = std::vector<std::vector<float>>;

public:
    explicit operation_program(choices from)
        : from_(from), size_(1 + from_.below(20)), dim_(1 + from_.below(70)), table_(initial()),
          start_(pleach::snapshot(table_)), optimizer_(table_, pleach::sgd{.learning_rate = 1}),
          gradient_(table_.make_gradient()) {}

    /// At most 200 operations, so that values stay below 2^24.
    void run() {
        for (int i = 0; i < 200 && !from_.is_empty(); ++i) {
            switch (from_.below(9)) {
                case 0:
                    accumulate();
                    break;
                case 1:
                    step();
                    break;
                case 2:
                    prune_small();
                    break;
                case 3:
                    prune_some();
                    break;
                case 4:
                    rewind();
                    break;
                case 5:
                    gather();
                    break;
                case 6:
                    sum();
                    break;
                case 7:
                    keep();
                    break;
                case 8:
                    freeze();
                    break;
                default:
                    break;
            }
            compare();
        }
    }

private:
    float number() { return static_cast<float>(static_cast<int>(from_.below(17)) - 8); }
    std::uint32_t id() { return static_cast<std::uint32_t>(from_.below(size_)); }

    table_type initial() {
        pleach::dense_table<float> rows(size_, dim_);
        model_.assign(size_, std::vector<float>(dim_));
        for (std::uint32_t r = 0; r < size_; ++r)
            for (std::size_t c = 0; c < dim_; ++c) rows.row(r)[c] = model_[r][c] = number();
        started_ = model_;
        live_.assign(size_, std::vector<bool>(dim_, true));
        sums_.assign(size_, std::vector<float>(dim_));
        return table_type(std::move(rows));
    }

    void accumulate() {
        const std::uint32_t row = id();
        std::vector<float> upstream(dim_);
        for (std::size_t c = 0; c < dim_; ++c) sums_[row][c] += upstream[c] = number();
        table_.accumulate(row, upstream, gradient_);
    }
    void step() {
        optimizer_.step(table_, gradient_);
        for_each([&](std::size_t r, std::size_t c) {
            if (live_[r][c]) model_[r][c] -= sums_[r][c];
            sums_[r][c] = 0;
        });
    }
    void prune_small() {
        const double fraction = static_cast<double>(from_.below(5)) / 4;
        std::vector<std::tuple<float, std::size_t, std::size_t>> live;
        for_each([&](std::size_t r, std::size_t c) {
            if (live_[r][c]) live.emplace_back(std::abs(model_[r][c]), r, c);
        });
        std::ranges::sort(live);
        const auto gone = static_cast<std::size_t>(fraction * static_cast<double>(live.size()));
        require(pleach::prune(table_, pleach::magnitude{.fraction = fraction}) == gone, "as many are removed as asked for");
        for (std::size_t i = 0; i < gone; ++i) kill(std::get<1>(live[i]), std::get<2>(live[i]));
    }
    void prune_some() {
        const double fraction = static_cast<double>(from_.below(5)) / 4;
        const auto live = table_.mask().count();
        const auto gone = static_cast<std::size_t>(fraction * static_cast<double>(live));
        const pleach::random_entries rule{.fraction = fraction, .stream = pleach::random_stream(from_.take<std::uint8_t>())};
        require(pleach::prune(table_, rule) == gone && table_.mask().count() == live - gone, "as many as asked for, at random");
        take_mask();
    }
    void rewind() {
        pleach::rewind(table_, start_);
        for_each([&](std::size_t r, std::size_t c) { model_[r][c] = live_[r][c] ? started_[r][c] : 0; });
    }
    void keep() {
        pleach::bit_mask mask = pleach::bit_mask::zeros(size_, dim_);
        for_each([&](std::size_t r, std::size_t c) {
            if (from_.below(4) != 0) mask.set(r, c);
        });
        table_.keep(mask);
        for_each([&](std::size_t r, std::size_t c) {
            if (!mask.test(r, c)) kill(r, c);
        });
    }
    void gather() {
        std::vector<std::uint32_t> ids(from_.below(12));
        for (std::uint32_t& one : ids) one = static_cast<std::uint32_t>(from_.below(size_ + 1));  // one beyond, now and then
        const bool good = std::ranges::all_of(ids, [&](std::uint32_t one) { return one < size_; });
        pleach::matrix<float> out(ids.size(), dim_);
        try {
            pleach::gather(table_, std::span<const std::uint32_t>(ids), out.view());
            require(good, "an id beyond the table is refused");
            for (std::size_t i = 0; i < ids.size(); ++i)
                require(std::ranges::equal(out.row(i), model_[ids[i]]), "a batch has the rows of its ids");
        } catch (const std::out_of_range&) {
            require(!good, "ids of the table are not refused");
        }
    }
    void sum() {
        std::vector<std::uint32_t> ids(from_.below(12));
        for (std::uint32_t& one : ids) one = id();
        const std::size_t middle = from_.below(ids.size() + 1);
        const std::vector<std::size_t> offsets{0, middle, ids.size()};
        pleach::matrix<float> out(2, dim_);
        pleach::gather_sum(table_, std::span<const std::uint32_t>(ids), offsets, out.view());
        for (std::size_t b = 0; b < 2; ++b)
            for (std::size_t c = 0; c < dim_; ++c) {
                float total = 0;
                for (std::size_t i = offsets[b]; i < offsets[b + 1]; ++i) total += model_[ids[i]][c];
                require(out.row(b)[c] == total, "a bag is the sum of its rows");
            }
    }
    void freeze() {
        using format = pleach::frozen::bitmap_rows<>;
        const auto image = std::make_shared<const pleach::frozen::image>(pleach::freeze<format>(table_));
        const auto frozen = pleach::frozen::view<format>(image);
        std::vector<float> row(dim_);
        for (std::uint32_t r = 0; r < size_; ++r) {
            frozen.lookup(r, row);
            require(row == model_[r], "a frozen row is the row");
        }
    }

    void compare() const {
        std::vector<float> row(dim_);
        std::size_t live = 0;
        for (std::uint32_t r = 0; r < size_; ++r) {
            table_.lookup(r, row);
            for (std::size_t c = 0; c < dim_; ++c) {
                require(row[c] == model_[r][c], "values are those of the model");
                require(table_.mask().test(r, c) == live_[r][c], "the mask is that of the model");
                require(live_[r][c] || (row[c] == 0 && !std::signbit(row[c])), "dead entries are +0");
                live += static_cast<std::size_t>(live_[r][c]);
            }
        }
        require(table_.mask().count() == live, "live entries are counted right");
    }

    void kill(std::size_t r, std::size_t c) {
        live_[r][c] = false;
        model_[r][c] = 0;
    }
    void take_mask() {
        for_each([&](std::size_t r, std::size_t c) {
            require(live_[r][c] || !table_.mask().test(r, c), "pruning revives nothing");
            if (!table_.mask().test(r, c)) kill(r, c);
        });
    }
    template <class Visit>
    void for_each(Visit visit) const {
        for (std::size_t r = 0; r < size_; ++r)
            for (std::size_t c = 0; c < dim_; ++c) visit(r, c);
    }

    choices from_;
    std::size_t size_, dim_;
    rows_type model_, started_, sums_;
    std::vector<std::vector<bool>> live_;
    table_type table_;
    table_type start_;
    pleach::optimizer<table_type, pleach::sgd> optimizer_;
    table_type::gradient_type gradient_;
};

inline void operations(bytes input) { operation_program(choices(input)).run(); }

}  // namespace fuzz
