// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A checkpoint of a masked table: what is accepted is a state that training goes on from, and that is saved again as it was.

#include "support/train/check_state.hpp"

#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/sparse/masked.hpp>

#include "files/fuzz/memory_file.hpp"
#include "support/string_sink.hpp"

#include <cmath>

namespace fuzz {

struct checkpointed {
    using table_type = pleach::masked<pleach::dense_table<float>>;
    static constexpr std::size_t size = 5, dim = 3;
    static constexpr std::uint64_t steps = 3;

    table_type table{pleach::dense_table<float>(size, dim)};
    pleach::optimizer<table_type, pleach::adam> optimizer{
        table, pleach::adam{.learning_rate = 0.01, .which = pleach::moving_rows::deferred}};
    support::training_state state;

    void load(const support::checkpoint_reader& from) {
        from.load_table("table", table);
        from.load_optimizer(optimizer, table, steps);
        state = from.load_state();
        support::check_state(from, state, {.rounds = 3, .batches_per_epoch = 4, .k = 20});
    }
    [[nodiscard]] std::string saved() {
        support::checkpoint_writer writer;
        writer.add_table("table", table);
        writer.add_optimizer(optimizer, table);
        writer.add_state(state);
        tests::string_sink sink;
        writer.write(sink);
        return sink.text;
    }
    void step() {
        auto gradient = table.make_gradient();
        const std::vector<float> upstream(dim, 1);
        for (std::uint32_t id = 0; id < size; id += 2) table.accumulate(id, upstream, gradient);
        optimizer.step(table, gradient);
        optimizer.catch_up(table);
    }
};

inline void checkpoint(bytes input) {
    const memory_file file(as_text(input));
    checkpointed run;
    try {
        run.load(support::checkpoint_reader(file.path()));
    } catch (const support::input_error& refused) {
        return require_refusal(refused.what());
    } catch (const std::filesystem::filesystem_error&) {
        return;
    }
    const std::string saved = run.saved();
    const memory_file again_file(saved);
    checkpointed again;
    again.load(support::checkpoint_reader(again_file.path()));
    require(again.saved() == saved, "a state that was loaded is saved again as it was");
    run.step();
    for (std::uint32_t r = 0; r < checkpointed::size; ++r)
        for (std::size_t c = 0; c < checkpointed::dim; ++c)
            require(run.table.mask().test(r, c) || (run.table.row(r)[c] == 0 && !std::signbit(run.table.row(r)[c])),
                    "dead entries stay +0");
}

}  // namespace fuzz
