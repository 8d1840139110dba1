// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A frozen table whose kind is known only when its file is read: rows of any form, or a composition, a table of codes, or a
/// blend of such tables, nested to any depth up to a limit. It reads every kind of the library, at the cost of a branch for
/// each nested table in a lookup. If the type is known, open that type instead.
///
/// `freeze_parts(table, freeze_rows)` freezes a composition and chooses a format for each of its innermost parts.

#include <pleach/compose/activated.hpp>
#include <pleach/compose/blended.hpp>
#include <pleach/compose/composed.hpp>
#include <pleach/compose/rotated.hpp>
#include <pleach/core/detail/scratch.hpp>
#include <pleach/frozen/any_map.hpp>
#include <pleach/frozen/any_rows.hpp>
#include <pleach/frozen/coded_rows.hpp>
#include <pleach/frozen/kept_rows.hpp>
#include <pleach/frozen/stored_terms.hpp>

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
    using rotated_type = rotated<nested_rows>;
    template <class Combiner>
    using coded_type = coded_rows<Combiner, nested_rows>;
    using kept_type = kept_rows<nested_rows>;
    using content = std::variant<any_rows, std::shared_ptr<const nested_composition>, std::shared_ptr<const assigned_type>,
                                 std::shared_ptr<const activated_type>, std::shared_ptr<const blended_type>,
                                 std::shared_ptr<const rotated_type>, std::shared_ptr<const coded_type<sum>>,
                                 std::shared_ptr<const coded_type<concat>>, std::shared_ptr<const kept_type>>;

    /// A table of no rows.
    nested_rows() = default;
    nested_rows(content table, std::string kind);

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t dim() const noexcept { return dim_; }
    /// The kind of the outermost table, as the file names it.
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

/// As `composed`, with the parts and the combiner chosen at run time.
class nested_composition {
public:
    using id_type = std::uint32_t;
    using combiner_type = std::variant<sum, concat, hadamard>;
    using part_type = part<nested_rows, any_map>;

    /// *Precondition:* there is at least one part, and each map sends every entity to a row of its part. *Throws*
    /// std::invalid_argument if the widths do not fit the combiner.
    nested_composition(combiner_type how, std::size_t entities, std::vector<part_type> parts)
        : how_(how), size_(entities), parts_(std::move(parts)) {
        std::vector<std::size_t> dims;
        for (const part_type& one : parts_) dims.push_back(one.table.dim());
        dim_ = std::visit([&]<class Combiner>(Combiner) { return Combiner::dim(dims); }, how_);
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t dim() const noexcept { return dim_; }

    /// Combines the parts in the order of combine.hpp, so that the bits are the same as those of `composed`.
    void lookup(std::uint32_t id, std::span<float> out) const {
        std::visit([&]<class Combiner>(Combiner) { combine<Combiner>(id, out); }, how_);
    }

private:
    template <class Combiner>
    void combine(std::uint32_t id, std::span<float> out) const {
        std::size_t first = 0;
        for (const part_type& one : parts_) {
            const auto row = static_cast<std::uint32_t>(one.map(id));
            if (std::same_as<Combiner, concat> || &one == &parts_.front()) {
                one.table.lookup(row, out.subspan(first, one.table.dim()));
                first += one.table.dim();
                continue;
            }
            pleach::detail::with_scratch<float>(dim_, [&](std::span<float> next) {
                one.table.lookup(row, next);
                const std::array<std::span<const float>, 2> both{out, next};
                Combiner::combine(both, out);
            });
        }
    }

    combiner_type how_;
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

/// Limit of the nesting of tables; files that the library writes have at most five levels.
inline constexpr std::ptrdiff_t deepest_table = 16;

template <>
struct format<nested_rows> {
    template <class Table, class FreezeRows>
    static void freeze(const Table& table, image& into, const std::string& prefix, const FreezeRows& freeze_rows) {
        into.absorb(freeze_rows(table), prefix);
    }

    template <class Context>
    [[nodiscard]] static nested_rows read(Context& context, const std::string& prefix) {
        if (std::ranges::count(prefix, '.') > deepest_table)
            context.refuse(frozen_errc::bad_metadata,
                           pleach::detail::in_quotes(prefix + "kind") + ": tables are nested too deep");
        const std::string kind(context.from.value(prefix + "kind"));
        std::optional<nested_rows> result;
        const auto read_rows = [&]<class Table>(const Table*) {
            result.emplace(any_rows(format<Table>::read(context, prefix)), kind);
        };
        const auto read_adaptor = [&]<class Table>(const Table*) {
            if (!result && kind == Table::kind())
                result.emplace(std::make_shared<const Table>(format<Table>::read(context, prefix)), kind);
        };
        const auto read_composition = [&]<class Combiner>(Combiner how) {
            if (!result && kind == composed<Combiner, std::uint32_t, nested_composition::part_type>::kind())
                result.emplace(std::make_shared<const nested_composition>(composition(context, prefix, how)), kind);
        };
        if (with_kind(kind, read_rows)) return *std::move(result);
        read_adaptor(static_cast<const nested_rows::assigned_type*>(nullptr));
        read_adaptor(static_cast<const nested_rows::activated_type*>(nullptr));
        read_adaptor(static_cast<const nested_rows::blended_type*>(nullptr));
        read_adaptor(static_cast<const nested_rows::rotated_type*>(nullptr));
        read_adaptor(static_cast<const nested_rows::coded_type<sum>*>(nullptr));
        read_adaptor(static_cast<const nested_rows::coded_type<concat>*>(nullptr));
        read_adaptor(static_cast<const nested_rows::kept_type*>(nullptr));
        read_composition(sum{});
        read_composition(concat{});
        read_composition(hadamard{});
        if (!result)
            context.refuse(frozen_errc::unknown_kind,
                           pleach::detail::in_quotes(prefix + "kind") + " is " + pleach::detail::in_quotes(kind));
        return *std::move(result);
    }

private:
    template <class Context>
    [[nodiscard]] static nested_composition composition(Context& context, const std::string& prefix,
                                                        nested_composition::combiner_type how) {
        section_reader<Context> from(context, prefix,
                                     read_kind(context, prefix, std::string(context.from.value(prefix + "kind"))));
        std::vector<nested_composition::part_type> parts;
        for (const std::string& name : from.names("parts")) {
            auto table = from.template part<nested_rows>(name);
            auto map = from.template map<any_map>(name + ".map", table.size());
            parts.push_back({name, std::move(table), std::move(map)});
        }
        try {
            nested_composition table(how, from.entities(), std::move(parts));
            from.check_shape(table);
            return table;
        } catch (const std::invalid_argument& refused) {
            from.refuse(frozen_errc::bad_metadata, "dim", refused.what());
        }
    }
};

template <class Rows>
struct with_nested;
template <class... Tables>
struct with_nested<std::variant<Tables...>> {
    using type = std::variant<Tables..., nested_rows>;
};
}  // namespace detail

/// A frozen table of any kind, in its own type. Visit it once, outside the loop:
/// `std::visit([&](const auto& table) { ... }, pleach::open_variant(path))`.
using table_variant = detail::with_nested<any_rows>::type;

}  // namespace frozen

/// The table as a kept_rows; its nonzero rows become the image that `freeze_rows(rows)` returns.
template <enumerable_table Table, class FreezeRows>
[[nodiscard]] frozen::image freeze_kept(const Table& table, const FreezeRows& freeze_rows) {
    frozen::image result;
    frozen::detail::format<frozen::nested_rows::kept_type>::freeze(table, result, "", freeze_rows);
    result.describe("pleach.frozen", std::string(frozen_version));
    return result;
}

/// Freezes each innermost part of the table, or the table itself if it has no parts, as the image that `freeze_rows(part)`
/// returns: `freeze_parts(table, [](const auto& rows) { return freeze_best(rows).frozen; })`. open_any reads the result.
/// *Throws* what freeze_rows throws, and std::invalid_argument if a part of a composition has no name.
template <enumerable_table Table, class FreezeRows>
[[nodiscard]] frozen::image freeze_parts(const Table& table, const FreezeRows& freeze_rows) {
    frozen::image result;
    frozen::detail::format<frozen::form_of<frozen::nested_rows, Table>>::freeze(table, result, "", freeze_rows);
    result.describe("pleach.frozen", std::string(frozen_version));
    return result;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
