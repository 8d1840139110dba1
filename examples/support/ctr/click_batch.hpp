// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Some examples as a model takes them: the distinct rows that they read, in the order of first appearance, and which of these
/// each of their values is.

#include "support/ctr/click_data.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace support {

struct click_batch {
    std::vector<std::uint32_t> ids;         ///< distinct rows of the table
    std::vector<std::uint32_t> counts;      ///< how often each is read
    std::vector<std::size_t> offsets{0};    ///< of the values of each example, and of the end
    std::vector<std::uint32_t> slots;       ///< of each value: which of `ids`
    std::vector<std::uint32_t> fields;      ///< of each value
    std::vector<std::uint32_t> example_of;  ///< of each value
    std::vector<float> weights;             ///< of each value
    std::vector<float> numbers;             ///< examples x numeric fields
    std::vector<std::uint8_t> labels;       ///< examples x tasks

    [[nodiscard]] std::size_t size() const noexcept { return offsets.size() - 1; }
};

/// Makes batches of one data set. Reused, so that a step allocates nothing.
class click_batches {
public:
    /// *Precondition:* the data outlive this.
    explicit click_batches(const click_data& data) : data_(&data), slot_of_(data.rows(), none) {}

    /// The examples of a part. *Complexity:* the values of the examples.
    const click_batch& take(const click_examples& part, std::span<const std::uint32_t> examples) {
        clear();
        for (const std::uint32_t example : examples) add(part, example);
        return batch_;
    }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    void clear() {
        for (const std::uint32_t id : batch_.ids) slot_of_[id] = none;
        for (auto* list : {&batch_.ids, &batch_.counts, &batch_.slots, &batch_.fields, &batch_.example_of}) list->clear();
        batch_.offsets.assign(1, 0);
        batch_.weights.clear();
        batch_.numbers.clear();
        batch_.labels.clear();
    }

    void add(const click_examples& part, std::uint32_t example) {
        const std::span<const std::uint32_t> ids = part.ids_of(example);
        std::uint32_t field = 0;
        for (std::size_t j = 0; j < ids.size(); ++j) {
            while (ids[j] >= data_->field_starts[field + 1]) ++field;
            std::uint32_t& slot = slot_of_[ids[j]];
            if (slot == none) {
                slot = static_cast<std::uint32_t>(batch_.ids.size());
                batch_.ids.push_back(ids[j]);
                batch_.counts.push_back(0);
            }
            ++batch_.counts[slot];
            batch_.slots.push_back(slot);
            batch_.fields.push_back(field);
            batch_.example_of.push_back(static_cast<std::uint32_t>(batch_.size()));
            batch_.weights.push_back(part.weights.empty() ? 1.0F : part.weights[part.offsets[example] + j]);
        }
        batch_.offsets.push_back(batch_.slots.size());
        const std::size_t numeric = data_->numeric.size(), tasks = data_->tasks.size();
        const auto append = [&](auto& into, const auto& from, std::size_t width) {
            const auto first = from.begin() + static_cast<std::ptrdiff_t>(example * width);
            into.insert(into.end(), first, first + static_cast<std::ptrdiff_t>(width));
        };
        append(batch_.numbers, part.numbers, numeric);
        append(batch_.labels, part.labels, tasks);
    }

    const click_data* data_;
    std::vector<std::uint32_t> slot_of_;  // by row
    click_batch batch_;
};

}  // namespace support
