// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tasks on several threads, and what fitted tables leave of rows.

#include <pleach/core/matrix_view.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace tests {

struct on_threads {
    std::size_t threads;

    template <class Run>
    void operator()(std::size_t tasks, Run&& run) const {
        std::atomic<std::size_t> next{0};
        std::vector<std::thread> all;
        for (std::size_t t = 0; t < threads; ++t)
            all.emplace_back([&] {
                for (std::size_t i = next++; i < tasks; i = next++) run(i);
            });
        for (std::thread& thread : all) thread.join();
    }
};

/// The sum of the squares of what a table's rows are off.
template <class Table>
[[nodiscard]] double error_of(pleach::matrix_view<const float> rows, const Table& table) {
    double error = 0;
    std::vector<float> row(table.dim());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        table.lookup(static_cast<typename Table::id_type>(i), row);
        for (std::size_t c = 0; c < row.size(); ++c) {
            const double off = static_cast<double>(row[c]) - static_cast<double>(rows.row(i)[c]);
            error += off * off;
        }
    }
    return error;
}

}  // namespace tests
