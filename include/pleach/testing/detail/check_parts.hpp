// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Axioms of tables that are made of others, and of what is derived from their parts: snapshots, tickets, masks, assignments
/// and saved states. For a leaf, only the axioms about itself are checked.

#include <pleach/prune/ticket.hpp>
#include <pleach/table/state.hpp>
#include <pleach/testing/detail/findings.hpp>

#include <map>
#include <set>
#include <utility>
#include <variant>

namespace pleach {
inline namespace PLEACH_ABI {
namespace testing {
namespace detail {

template <class Table>
class part_checks {
public:
    using T = typename Table::value_type;
    using Id = typename Table::id_type;

    part_checks(Table& table, const std::vector<Id>& ids, conformance_report& report)
        : table_(table), ids_(ids), report_(report) {}

    void run() {
        if constexpr (hides_parts<Table>) {
            report_.violations.emplace_back(
                "a table that is made of another declares its parts, but this one lacks over(f) or for_each_part(self, visit)");
        } else {
            if constexpr (has_parts<Table>) check_over();
            check_snapshot();
            if constexpr (trainable_table<Table>) {
                check_names();
                check_ticket();
                check_masks();
                check_state();
            }
        }
    }

private:
    [[nodiscard]] const Table& read_only() const { return table_; }

    // The parameters and the assignments of any table, by name.
    template <class Some>
    static std::map<std::string, stored_parameter<T>> parameters_of(const Some& table) {
        std::map<std::string, stored_parameter<T>> all;
        table.for_each_parameter([&](const stored_parameter<T>& p) { all.emplace(p.name, p); });
        return all;
    }
    template <class Some>
    static std::map<std::string, stored_assignment<T>> assignments_of(const Some& table) {
        std::map<std::string, stored_assignment<T>> all;
        for_each_assignment(table, [&](const stored_assignment<T>& a) { all.emplace(a.name, a); });
        return all;
    }

    // A finding if the rows of `other` differ from `rows`, else empty.
    template <class Some>
    std::string difference(const Some& other, const std::vector<std::vector<T>>& rows) const {
        for (std::size_t j = 0; j < ids_.size(); ++j)
            if (!same_bits_all(looked_up(other, static_cast<typename Some::id_type>(ids_[j])), rows[j]))
                return name_of(ids_[j]) + " has other values";
        return {};
    }

    // Adds 1 to every live value of a table's parameters.
    template <class Some>
    static void move(Some& table) {
        auto gradient = table.make_gradient();
        table.for_each_parameter(gradient, [](const parameter<T>& p) {
            for (std::size_t r = 0; r < p.values.rows(); ++r)
                for (std::size_t c = 0; c < p.values.row(r).size(); ++c)
                    if (p.mask() == nullptr || p.mask()->test(r, c)) p.values.row(r)[c] += T{1};
        });
    }

    void check_over() {
        std::vector<std::pair<std::string, const void*>> shown;
        pleach::for_each_part(read_only(), [&](std::string_view name, const auto& part) { shown.emplace_back(name, &part); });
        require_axiom(report_, "parts have distinct names without dots", [&]() -> std::string {
            std::set<std::string> names;
            for (const auto& [name, part] : shown)
                if (!names.insert(name).second || name.find('.') != std::string::npos) return "there is \"" + name + "\"";
            return {};
        });
        require_axiom(report_, "over(f) is the same table over f(part), each part once", [&]() -> std::string {
            std::vector<const void*> parts, remade;
            for (const auto& [name, part] : shown) parts.push_back(part);
            const auto same = read_only().over([&]<class Part>(const Part& part) {
                remade.push_back(&part);
                return part;
            });
            std::ranges::sort(parts);
            std::ranges::sort(remade);
            if (parts != remade) return "f was called for parts other than those of for_each_part";
            return difference(same, looked_up(read_only(), ids_));
        });
        if constexpr (trainable_table<Table>)
            require_axiom(report_, "the parameters of parts are among the table's, under the part's name",
                          [&]() -> std::string {
                              const auto all = parameters_of(read_only());
                              std::string finding;
                              pleach::for_each_part(read_only(), [&]<class Part>(std::string_view name, const Part& part) {
                                  if constexpr (trainable_table<Part>)
                                      for (const auto& [own, p] : parameters_of(part)) {
                                          const auto found = all.find(part_name(name, own));
                                          if (found == all.end() || found->second.values.data() != p.values.data())
                                              finding = "\"" + part_name(name, own) + "\" is not";
                                      }
                              });
                              return finding;
                          });
    }

    void check_snapshot() {
        require_axiom(report_, "a snapshot has the same rows and does not show later writes", [&]() -> std::string {
            const auto copy = snapshot(read_only());
            static_assert(std::same_as<snapshot_of<std::remove_const_t<decltype(copy)>>, std::remove_const_t<decltype(copy)>>,
                          "pleach::testing::check: the snapshot of this table still borrows rows");
            const auto before = looked_up(read_only(), ids_);
            std::string finding = difference(copy, before);
            if constexpr (trainable_table<Table>) {
                std::vector<matrix<T>> kept;
                read_only().for_each_parameter([&](const stored_parameter<T>& p) { kept.emplace_back(p.values.matrix()); });
                move(table_);
                if (finding.empty()) finding = difference(copy, before);
                std::size_t index = 0;
                auto gradient = table_.make_gradient();
                table_.for_each_parameter(gradient, [&](const parameter<T>& p) {
                    const matrix<T>& values = kept[index++];
                    const matrix_view<T> now = p.values.matrix();
                    for (std::size_t r = 0; r < values.rows(); ++r) pleach::detail::copy_values(values.row(r), now.row(r));
                });
            }
            return finding;
        });
    }

    void check_names() {
        require_axiom(report_, "assignments have distinct names", [&]() -> std::string {
            std::size_t count = 0;
            for_each_assignment(read_only(), [&](const auto&) { ++count; });
            return assignments_of(read_only()).size() == count ? "" : "one is repeated";
        });
    }

    void check_ticket() {
        require_axiom(report_, "a ticket has a mask of the nonzero values in place of each search", [&]() -> std::string {
            const auto ticket = draw_ticket(read_only(), snapshot(read_only()));
            const auto of_ticket = parameters_of(ticket);
            std::map<const void*, std::size_t> live;
            std::size_t kept = 0;
            for (const auto& [name, p] : parameters_of(read_only())) {
                if (!p.live) continue;
                live[p.live.table] = p.live();
                const auto found = of_ticket.find(name);
                if (found == of_ticket.end() || found->second.live || found->second.support == nullptr)
                    return "\"" + name + "\" has no mask";
                kept += found->second.support->count();
            }
            std::size_t expected = 0;
            for (const auto& [search, count] : live) expected += count;
            return kept == expected ? "" : std::to_string(kept) + " values are kept instead of " + std::to_string(expected);
        });
    }

    void check_masks() {
        require_axiom(report_, "set_support replaces the mask of one parameter only", [&]() -> std::string {
            auto own = snapshot(read_only());
            std::map<std::string, bit_mask> masks;
            for (const auto& [name, p] : parameters_of(std::as_const(own)))
                if (p.support != nullptr && pleach::detail::is_support_replaceable(own, name)) masks.emplace(name, *p.support);
            for (auto& [name, mask] : masks) {
                mask = bit_mask::zeros(mask.rows(), mask.cols());
                if (mask.rows() > 0) mask.set(mask.rows() - 1, 0);
                set_support(own, name, mask);
                for (const auto& [other, p] : parameters_of(std::as_const(own)))
                    if (masks.contains(other) && *p.support != masks.at(other)) return "\"" + other + "\" has another mask";
            }
            return {};
        });
    }

    // Saves the table and loads it into its snapshot, after changing all of the snapshot.
    void check_state() {
        require_axiom(report_, "a saved state is loaded completely", [&]() -> std::string {
            std::map<std::string, std::variant<matrix<T>, matrix<std::uint64_t>, matrix<std::uint32_t>>> saved;
            std::string finding;
            visit_state(read_only(), [&](std::string_view name, auto array) {
                using X = typename decltype(array)::value_type;
                if (!saved.emplace(name, matrix<X>(array)).second) finding = "\"" + std::string(name) + "\" is repeated";
            });
            auto own = snapshot(read_only());
            move(own);
            for (const auto& [name, a] : assignments_of(read_only())) {
                set_assignment(own, name, matrix<std::uint32_t>(a.ids), matrix<T>(a.ids.rows(), a.ids.cols()));
                for (std::size_t x = 0; x < a.ids.rows(); ++x)
                    for (const T weight : assignments_of(own).at(name).weights.row(x))
                        if (weight != T{0}) finding = "\"" + name + "\" cannot be replaced";
            }
            load_state(own, [&](std::string_view name, auto array) {
                using X = typename decltype(array)::value_type;
                copy_state(name, std::as_const(std::get<matrix<X>>(saved.at(std::string(name)))).view(), array);
            });
            return finding.empty() ? difference(std::as_const(own), looked_up(read_only(), ids_)) : finding;
        });
    }

    Table& table_;
    const std::vector<Id>& ids_;
    conformance_report& report_;
};

}  // namespace detail
}  // namespace testing
}  // namespace PLEACH_ABI
}  // namespace pleach
