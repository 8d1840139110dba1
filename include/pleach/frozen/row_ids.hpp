// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The original ids of the rows of a frozen table, in its own file, so that rows are never mistaken for ids; add_ids.hpp puts
/// them there. Ids are any bytes, usually UTF-8. They are read where they are, and looked up by binary search, so that opening
/// allocates nothing that grows with them.
///
/// The rows are one group of entities, such as "items", or several that follow each other, such as "users" and "items"; the ids
/// of a group differ. docs/format specifies the arrays.

#include <pleach/frozen/frozen_error.hpp>
#include <pleach/frozen/image.hpp>

#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// Consecutive rows of one sort of entity.
struct id_group {
    std::string name;  ///< of letters, digits, '_' and '-'
    std::size_t rows = 0;

    friend bool operator==(const id_group&, const id_group&) = default;
};

/// Whether a group may have this name.
[[nodiscard]] inline bool is_group_name(std::string_view name) noexcept {
    return !name.empty() &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == std::string_view::npos;
}

/// A view of the ids in a file or image, which it keeps alive; copies are cheap.
class row_ids {
public:
    /// No ids.
    row_ids() = default;

    /// The ids that `from` has for a table of `rows` rows, or none. If there is a defect, it is stored in `wrong` and the result
    /// must not be used. *Complexity:* linear in the bytes of the ids; constant unless `is_checking`.
    [[nodiscard]] static row_ids view(const sections& from, std::uint64_t rows, bool is_checking, defect& wrong,
                                      std::shared_ptr<const void> owner = {}) {
        row_ids result;
        wrong = {};
        if (from.value("pleach.ids").empty()) return result;
        wrong = result.read(from, rows);
        if (!wrong && is_checking) wrong = result.check();
        result.owner_ = std::move(owner);
        return result;
    }

    /// The arrays of ids that `from` has: three or none.
    [[nodiscard]] static std::size_t arrays_of(const sections& from) { return from.value("pleach.ids").empty() ? 0 : 3; }

    [[nodiscard]] bool is_empty() const noexcept { return groups_.empty(); }
    /// The number of rows, 0 if there are no ids.
    [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }
    [[nodiscard]] const std::vector<id_group>& groups() const noexcept { return groups_; }
    /// The bytes that the ids take in the file, without gaps between arrays.
    [[nodiscard]] std::size_t bytes() const noexcept { return text_.size() + ends_.size_bytes() + order_.size_bytes(); }
    /// The longest id, in bytes. *Complexity:* O(size()).
    [[nodiscard]] std::size_t longest() const noexcept {
        std::size_t most = 0;
        for (std::size_t row = 0; row < size(); ++row)
            if ((*this)[row].size() > most) most = (*this)[row].size();
        return most;
    }

    /// The id of a row. *Precondition:* row < size().
    [[nodiscard]] std::string_view operator[](std::size_t row) const noexcept {
        const std::size_t first = row == 0 ? 0 : ends_[row - 1];
        return {reinterpret_cast<const char*>(text_.data()) + first, ends_[row] - first};
    }

    /// The row with this id in the group of that name; without a name, in the only group. nullopt if there is none.
    /// *Complexity:* O(log size()).
    [[nodiscard]] std::optional<std::size_t> find(std::string_view id, std::string_view group = {}) const noexcept {
        if (group.empty() && groups_.size() != 1) return std::nullopt;
        std::size_t first = 0;
        for (const id_group& one : groups_) {
            if (group.empty() || one.name == group) {
                const std::size_t end = first + one.rows;
                for (std::size_t last = end; first < last;) {
                    const std::size_t middle = first + (last - first) / 2;
                    if ((*this)[order_[middle]] < id)
                        first = middle + 1;
                    else
                        last = middle;
                }
                return first < end && (*this)[order_[first]] == id ? std::optional<std::size_t>(order_[first]) : std::nullopt;
            }
            first += one.rows;
        }
        return std::nullopt;
    }

private:
    [[nodiscard]] static defect refuse(std::string_view where) { return {frozen_errc::bad_ids, where}; }

    [[nodiscard]] defect read(const sections& from, std::uint64_t rows) {
        std::uint64_t sum = 0;
        std::string_view left = from.value("pleach.ids");
        if (left.ends_with(',')) return refuse("metadata \"pleach.ids\"");
        while (!left.empty()) {
            const std::string_view one = left.substr(0, left.find(','));
            left.remove_prefix(one.size() < left.size() ? one.size() + 1 : one.size());
            const std::size_t blank = one.find(' ');
            const std::string_view digits = blank == std::string_view::npos ? std::string_view() : one.substr(blank + 1);
            std::uint64_t count = 0;
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
            if (error != std::errc() || (digits.size() > 1 && digits.front() == '0') || end != digits.data() + digits.size() ||
                !is_group_name(one.substr(0, blank)) || count > rows - sum)
                return refuse("metadata \"pleach.ids\"");
            sum += count;
            groups_.push_back({std::string(one.substr(0, blank)), static_cast<std::size_t>(count)});
        }
        const auto text = from.find<std::byte>("pleach.ids");
        const auto ends = from.find<std::uint32_t>("pleach.id_ends"), order = from.find<std::uint32_t>("pleach.id_order");
        if (!text || !ends || !order) return {frozen_errc::missing_array, "the ids of rows"};
        if (sum != rows || has_repeated_name()) return refuse("metadata \"pleach.ids\"");
        if (ends->size() != rows || order->size() != rows || (rows == 0 ? !text->empty() : text->size() != ends->back()))
            return {frozen_errc::wrong_size, "the ids of rows"};
        text_ = *text;
        ends_ = *ends;
        order_ = *order;
        return {};
    }

    /// Ends ascend, and within each group the order gives ascending ids, none twice: then it is a permutation.
    [[nodiscard]] defect check() const {
        for (std::size_t i = 1; i < ends_.size(); ++i)
            if (ends_[i - 1] > ends_[i]) return refuse("array \"pleach.id_ends\"");
        std::size_t first = 0;
        for (const id_group& one : groups_) {
            for (std::size_t i = first; i < first + one.rows; ++i)
                if (order_[i] < first || order_[i] >= first + one.rows ||
                    (i > first && (*this)[order_[i - 1]] >= (*this)[order_[i]]))
                    return refuse("array \"pleach.id_order\"");
            first += one.rows;
        }
        return {};
    }

    [[nodiscard]] bool has_repeated_name() const {
        for (const id_group& one : groups_)
            for (const id_group& other : groups_)
                if (&one != &other && one.name == other.name) return true;
        return false;
    }

    std::vector<id_group> groups_;
    std::span<const std::byte> text_;
    std::span<const std::uint32_t> ends_;
    std::span<const std::uint32_t> order_;
    std::shared_ptr<const void> owner_;
};

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
