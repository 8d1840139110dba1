// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A frozen table whose kind is not known until a file is read: rows of any form, or a composition, table of codes, or blend of such,
/// nested as the file says. It reads all that the format knows, at the price of a branch for each table that a lookup passes
/// through; where the type is known, open that.
///
/// `freeze_parts(table, freeze_rows)` freezes a composition with every innermost part in a format of its own.

#include <pleach/core/detail/scratch.hpp>
#include <pleach/frozen/any_map.hpp>
#include <pleach/frozen/any_rows.hpp>
#include <pleach/frozen/assigned_rows.hpp>
#include <pleach/frozen/coded_rows.hpp>
#include <pleach/frozen/kept_rows.hpp>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

class nested_composition;

class nested_rows {
public:
    using value_type = float;
    using id_type = std::uint32_t;
    using assigned_type = assigned<nested_rows, stored_terms>;
    using activated_type = activated<hyperbolic_tangent, nested_rows>;
    using blended_type = blended<nested_rows, nested_rows>;
    template <class Combiner>
    using coded_type = coded_rows<Combiner, nested_rows>;
    using kept_type = kept_rows<nested_rows>;
    using content = std::variant<any_rows, std::shared_ptr<const nested_composition>, std::shared_ptr<const assigned_type>,
                                 std::shared_ptr<const activated_type>, std::shared_ptr<const blended_type>,
                                 std::shared_ptr<const coded_type<sum>>, std::shared_ptr<const coded_type<concat>>,
                                 std::shared_ptr<const kept_type>>;

    /// A table of no rows.
    nested_rows() = default;
    nested_rows(content table, std::string kind);

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t dim() const noexcept { return dim_; }
    /// As in the file, of the outermost table.
    [[nodiscard]] const std::string& kind() const noexcept { return kind_; }

    /// *Precondition:* id < size(), out.size() == dim().
    void lookup(id_type id, std::span<float> out) const;

private:
    template <class Visit>
    void visit(Visit&& visit) const;

    content table_;
    std::size_t size_ = 0;
    std::size_t dim_ = 0;
    std::string kind_;
};

/// As composed, of parts and a combiner that a file names.
class nested_composition {
public:
    enum class combiner : std::uint8_t { sum, concat, hadamard };
    using part_type = part<nested_rows, any_map>;

    /// *Precondition:* there is a part, widths fit the combiner, and maps lead the entities to rows of their parts.
    nested_composition(combiner how, std::size_t entities, std::vector<part_type> parts)
        : how_(how), size_(entities), parts_(std::move(parts)), dim_(parts_.front().table.dim()) {
        if (how_ == combiner::concat)
            for (std::size_t k = 1; k < parts_.size(); ++k) dim_ += parts_[k].table.dim();
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t dim() const noexcept { return dim_; }

    /// Parts one after the other, as combine.hpp takes them: with the same bits.
    void lookup(std::uint32_t id, std::span<float> out) const {
        std::size_t first = 0;
        for (const part_type& one : parts_) {
            const auto row = static_cast<std::uint32_t>(one.map(id));
            if (how_ == combiner::concat || &one == &parts_.front()) {
                one.table.lookup(row, out.subspan(first, one.table.dim()));
                first += one.table.dim();
                continue;
            }
            pleach::detail::with_scratch<float>(dim_, [&](std::span<float> next) {
                one.table.lookup(row, next);
                for (std::size_t c = 0; c < dim_; ++c) out[c] = how_ == combiner::sum ? out[c] + next[c] : out[c] * next[c];
            });
        }
    }

private:
    combiner how_;
    std::size_t size_;
    std::vector<part_type> parts_;
    std::size_t dim_;
};

template <class Visit>
void nested_rows::visit(Visit&& visit) const {
    std::visit(
        [&]<class Table>(const Table& table) {
            if constexpr (std::same_as<Table, any_rows>)
                std::visit(visit, table);
            else
                visit(*table);
        },
        table_);
}
inline nested_rows::nested_rows(content table, std::string kind) : table_(std::move(table)), kind_(std::move(kind)) {
    visit([&](const auto& one) {
        size_ = one.size();
        dim_ = one.dim();
    });
}
inline void nested_rows::lookup(id_type id, std::span<float> out) const {
    visit([&](const auto& one) { one.lookup(id, out); });
}

namespace detail {

/// Tables within tables; files of the library have five.
inline constexpr std::ptrdiff_t deepest_table = 16;

/// The names between the commas of a word.
[[nodiscard]] inline std::vector<std::string> split_names(std::string_view word) {
    std::vector<std::string> names;
    for (std::size_t first = 0; first <= word.size();) {
        const std::size_t last = (std::min)(word.size(), word.find(',', first));
        names.emplace_back(word.substr(first, last - first));
        first = last + 1;
    }
    return names;
}
/// Whether each is the name of a part, and of one only, so that nothing in a file is looked at twice.
[[nodiscard]] inline bool are_names(std::vector<std::string> names) {
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) == names.end() && std::ranges::none_of(names, [](const std::string& name) {
               return name.empty() || name.find('.') != std::string::npos;
           });
}

template <>
struct format<nested_rows> {
    using table_type = nested_rows;

    template <class Table, class FreezeRows>
    static void freeze(const Table& table, image& into, const std::string& prefix, const FreezeRows& freeze_rows) {
        into.absorb(freeze_rows(table), prefix);
    }

    template <class Executor>
    [[nodiscard]] static std::optional<nested_rows> view(const sections& from, defect& wrong, const std::string& prefix,
                                                         const std::shared_ptr<const void>& owner, validation check,
                                                         const Executor& exec) {
        const std::string kind(from.value(prefix + "kind"));
        std::optional<nested_rows> result;
        if (std::ranges::count(prefix, '.') > deepest_table) {
            wrong = {frozen_errc::bad_metadata, "\"" + prefix + "kind\": tables are nested too deep"};
            return result;
        }
        const auto take = [&]<class Table>(std::optional<Table> table) {
            if (wrong || !table) return;
            if constexpr (std::is_constructible_v<any_rows, Table>)
                result.emplace(any_rows(std::move(*table)), kind);
            else
                result.emplace(std::make_shared<const Table>(std::move(*table)), kind);
        };
        const auto view_as = [&]<class Table>(const Table*) {
            take(format<Table>::view(from, wrong, prefix, owner, check, exec));
        };
        if (with_kind(kind, view_as)) return result;
        if (kind == "assigned")
            view_as(static_cast<const nested_rows::assigned_type*>(nullptr));
        else if (kind == format<nested_rows::activated_type>::kind())
            view_as(static_cast<const nested_rows::activated_type*>(nullptr));
        else if (kind == "blended")
            view_as(static_cast<const nested_rows::blended_type*>(nullptr));
        else if (kind == coded_kind<sum>())
            view_as(static_cast<const nested_rows::coded_type<sum>*>(nullptr));
        else if (kind == coded_kind<concat>())
            view_as(static_cast<const nested_rows::coded_type<concat>*>(nullptr));
        else if (kind == "kept")
            view_as(static_cast<const nested_rows::kept_type*>(nullptr));
        else
            take(view_composition(kind, from, wrong, prefix, owner, check, exec));
        return result;
    }

    static void add_names(const sections& from, const std::string& prefix, std::vector<std::string>& names) {
        const std::string_view kind = from.value(prefix + "kind");
        if (with_kind(kind, [&]<class Table>(const Table*) { format<Table>::add_names(from, prefix, names); })) return;
        if (kind == "assigned")
            format<nested_rows::assigned_type>::add_names(from, prefix, names);
        else if (kind == "blended")
            format<nested_rows::blended_type>::add_names(from, prefix, names);
        else if (kind.starts_with("coded"))
            format<nested_rows::coded_type<sum>>::add_names(from, prefix, names);
        else if (kind == "kept")
            format<nested_rows::kept_type>::add_names(from, prefix, names);
        else if (kind.starts_with("activated"))
            format<nested_rows::activated_type>::add_names(from, prefix, names);
        else
            for (const std::string& name : split_names(from.value(prefix + "parts")))
                add_names(from, prefix + name + ".", names);
    }

private:
    template <class Executor>
    [[nodiscard]] static std::optional<nested_composition> view_composition(const std::string& kind, const sections& from,
                                                                            defect& wrong, const std::string& prefix,
                                                                            const std::shared_ptr<const void>& owner,
                                                                            validation check, const Executor& exec) {
        using combiner = nested_composition::combiner;
        const auto how = kind == composed_kind<sum>()      ? combiner::sum
                         : kind == composed_kind<concat>() ? combiner::concat
                                                           : combiner::hadamard;
        if (how == combiner::hadamard && kind != composed_kind<hadamard>()) {
            wrong = {frozen_errc::wrong_kind, "found \"" + kind + "\""};
            return std::nullopt;
        }
        const std::uint64_t entities = read_kind(from, wrong, prefix, kind);
        std::vector<nested_composition::part_type> read;
        std::vector<std::size_t> dims;
        const std::vector<std::string> names = split_names(from.value(prefix + "parts"));
        if (!wrong && !are_names(names)) wrong = {frozen_errc::bad_metadata, "\"" + prefix + "parts\""};
        for (const std::string& name : names) {
            if (wrong) break;
            auto table = view(from, wrong, prefix + name + ".", owner, check, exec);
            if (wrong) break;
            const auto map = view_map<any_map>(from, wrong, prefix + name + ".map", entities, table->size());
            if (wrong) break;
            dims.push_back(table->dim());
            read.push_back({name, std::move(*table), *map});
        }
        if (!wrong) wrong = check_widths(from, prefix, dims, how == combiner::concat);
        return wrong
                   ? std::nullopt
                   : std::optional<nested_composition>(std::in_place, how, static_cast<std::size_t>(entities), std::move(read));
    }
};

}  // namespace detail

namespace detail {
template <class Rows>
struct with_nested;
template <class... Tables>
struct with_nested<std::variant<Tables...>> {
    using type = std::variant<Tables..., nested_rows>;
};
}  // namespace detail

/// A frozen table of whichever kind there is. Visit it once, outside the loop:
/// `std::visit([&](const auto& table) { ... }, pleach::open_any(path))`.
using any_table = detail::with_nested<any_rows>::type;

}  // namespace frozen

/// The table as a kept_rows, its rows that are not zero as the image that `freeze_rows(rows)` makes of them.
template <enumerable_table Table, class FreezeRows>
[[nodiscard]] frozen::image freeze_kept(const Table& table, const FreezeRows& freeze_rows) {
    frozen::image result;
    frozen::detail::format<frozen::nested_rows::kept_type>::freeze(table, result, "", freeze_rows);
    result.describe("pleach.frozen", std::string(frozen_version));
    return result;
}

/// The table with each innermost part, or itself where it has none, as the image that `freeze_rows(part)` makes of it:
/// `freeze_parts(table, [](const auto& rows) { return freeze_best(rows).frozen; })`. open_any reads it. *Throws* what that throws,
/// and std::invalid_argument for parts without names.
template <enumerable_table Table, class FreezeRows>
[[nodiscard]] frozen::image freeze_parts(const Table& table, const FreezeRows& freeze_rows) {
    frozen::image result;
    frozen::detail::format<frozen::form_of<frozen::nested_rows, Table>>::freeze(table, result, "", freeze_rows);
    result.describe("pleach.frozen", std::string(frozen_version));
    return result;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
