// SPDX-License-Identifier: Apache-2.0
#include "support/ctr/click_data.hpp"

#include "support/text/error.hpp"
#include "support/text/number.hpp"

#include <pleach/io/file/checksum.hpp>

#include <span>

namespace support {

std::string describe(const click_data& data) {
    return printable(data.name) + ": " + counted(data.fields.size(), "field") + " with " + counted(data.rows(), "row") + ", " +
           counted(data.numeric.size(), "number") + ", " + counted(data.tasks.size(), "task") + "; train " +
           grouped(data.train.size()) + ", valid " + grouped(data.valid.size()) + ", test " + grouped(data.test.size());
}

void require_both_labels(const click_data& data) {
    if (data.train.size() == 0) fail_input({data.name}, "no example to train on", "at least one", "check --valid");
    for (std::size_t task = 0; task < data.tasks.size(); ++task) {
        std::size_t positive = 0;
        for (std::size_t i = 0; i < data.train.size(); ++i) positive += data.train.labels[i * data.tasks.size() + task];
        if (positive > 0 && positive < data.train.size()) continue;
        const bool none = positive == 0;
        fail_input({data.name},
                   std::string(none ? "no" : "only") + " examples with " + printable(data.tasks[task]) + " = 1 among the " +
                       grouped(data.train.size()) + " to train on",
                   "both labels in each task", "leave the task out of --tasks, or give more data");
    }
}

std::uint64_t checksum_of(const click_data& data) {
    pleach::checksum sum;
    const auto update = [&](const auto& values) { sum.update(std::as_bytes(std::span(values))); };
    update(data.field_starts);
    for (const click_examples* part : {&data.train, &data.valid, &data.test}) {
        update(part->offsets);
        update(part->ids);
        update(part->weights);
        update(part->numbers);
        update(part->labels);
    }
    return sum.value();
}

}  // namespace support
