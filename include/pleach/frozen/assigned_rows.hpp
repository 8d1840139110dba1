// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Frozen tables of codes: an `assigned` over a frozen codebook whose terms lie in the file as they are read, an id of 1, 2 or 4
/// bytes and a float weight each; and `activated` and `blended` tables of frozen ones. All that reads those serves these, and
/// `form_of<Format, Table>` names them, through any nesting; what was held is frozen like any other table.

#include <pleach/compose/activated.hpp>
#include <pleach/compose/assigned.hpp>
#include <pleach/compose/blended.hpp>
#include <pleach/compose/held.hpp>
#include <pleach/frozen/composed_rows.hpp>
#include <pleach/table/footprint.hpp>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// An assignment in bytes that somebody else keeps; what opened it has checked it. A value.
class stored_terms {
public:
    stored_terms() = default;

    [[nodiscard]] std::size_t size() const noexcept { return entities_; }
    [[nodiscard]] std::size_t codes() const noexcept { return codes_; }
    [[nodiscard]] std::size_t terms() const noexcept { return terms_; }
    /// *Precondition:* x < size(), k < terms().
    [[nodiscard]] std::size_t id(std::size_t x, std::size_t k) const noexcept {
        const std::byte* at = ids_.data() + (x * terms_ + k) * column_bytes(codes_);
        std::size_t value = 0;
        for (std::size_t i = 0; i < column_bytes(codes_); ++i) value |= std::to_integer<std::size_t>(at[i]) << (8 * i);
        return value;
    }
    [[nodiscard]] float weight(std::size_t x, std::size_t k) const noexcept { return weights_[x * terms_ + k]; }

    template <class Assignment>
    static void freeze(const Assignment& from, image& into, const std::string& prefix) {
        const std::size_t count = from.size() * from.terms(), width = column_bytes(from.codes());
        const std::span<std::byte> ids = into.add<std::byte>(prefix + "ids", count * width);
        const std::span<float> weights = into.add<float>(prefix + "weights", count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t x = i / from.terms(), k = i % from.terms();
            for (std::size_t b = 0; b < width; ++b) ids[i * width + b] = static_cast<std::byte>(from.id(x, k) >> (8 * b) & 255);
            weights[i] = static_cast<float>(from.weight(x, k));
        }
        into.describe(prefix + "terms", std::to_string(from.terms()));
        into.describe(prefix + "codes", std::to_string(from.codes()));
    }

    /// The terms that `from` describes; on a defect, says which. *Complexity:* linear in them, constant for trusted_rows.
    [[nodiscard]] static stored_terms view(const sections& from, defect& wrong, const std::string& prefix, std::size_t entities,
                                           validation check) {
        stored_terms result;
        const auto terms = from.number(prefix + "terms", std::uint64_t{1} << 20);
        const auto codes = from.number(prefix + "codes", std::uint64_t{1} << 32);
        if (!terms || *terms == 0)
            wrong = {frozen_errc::bad_metadata, "\"" + prefix + "terms\""};
        else if (!codes || *codes < *terms)
            wrong = {frozen_errc::bad_metadata, "\"" + prefix + "codes\""};
        if (wrong) return result;
        result.entities_ = entities;
        result.terms_ = static_cast<std::size_t>(*terms);
        result.codes_ = static_cast<std::size_t>(*codes);
        const std::size_t count = entities * result.terms_;
        wrong = detail::take(from, prefix + "ids", count * column_bytes(result.codes_), result.ids_);
        if (!wrong) wrong = detail::take(from, prefix + "weights", count, result.weights_);
        for (std::size_t x = 0; check != validation::trusted_rows && x < entities && !wrong; ++x)
            for (std::size_t k = 0; k < result.terms_; ++k)
                if (result.id(x, k) >= result.codes_ || !(result.weight(x, k) >= 0 && std::isfinite(result.weight(x, k))))
                    wrong = {frozen_errc::bad_assignment,
                             "\"" + prefix + "ids\" or \"" + prefix + "weights\", " + detail::row_name(x)};
        return result;
    }

private:
    std::size_t entities_ = 0, codes_ = 0, terms_ = 0;
    std::span<const std::byte> ids_;
    std::span<const float> weights_;
};

namespace detail {

template <class Format, class Base, class Terms, entity_id Id>
struct frozen_form<Format, assigned<Base, Terms, Id>> {
    using type = assigned<typename frozen_form<Format, Base>::type, stored_terms, Id>;
};
template <class Format, class Function, class Base>
struct frozen_form<Format, activated<Function, Base>> {
    using type = activated<Function, typename frozen_form<Format, Base>::type>;
};
template <class Format, class First, class Second, entity_id Id>
struct frozen_form<Format, blended<First, Second, Id>> {
    using type = blended<typename frozen_form<Format, First>::type, typename frozen_form<Format, Second>::type, Id>;
};
template <class Format, class Base>
struct frozen_form<Format, held<Base>> : frozen_form<Format, Base> {};

[[nodiscard]] constexpr std::string_view function_name(const hyperbolic_tangent*) noexcept { return "tanh"; }

/// Whether the words under the prefix are of this kind, and how many entities they say.
[[nodiscard]] inline std::uint64_t read_kind(const sections& from, defect& wrong, const std::string& prefix,
                                             const std::string& kind) {
    const auto entities = from.number(prefix + "entities", std::uint64_t{1} << 40);
    if (from.value(prefix + "kind") != kind)
        wrong = {frozen_errc::wrong_kind,
                 "found \"" + std::string(from.value(prefix + "kind")) + "\", needed \"" + kind + "\""};
    else if (!entities)
        wrong = {frozen_errc::bad_metadata, "\"" + prefix + "entities\""};
    return entities.value_or(0);
}
template <class Table>
void describe_kind(const Table& table, image& into, const std::string& prefix, const std::string& kind) {
    into.describe(prefix + "kind", kind);
    into.describe(prefix + "entities", std::to_string(table.size()));
    into.describe(prefix + "dim", std::to_string(table.dim()));
}
/// Whether a table has the entities and the width that the words say.
template <class Table>
[[nodiscard]] bool fits_words(const sections& from, defect& wrong, const std::string& prefix, const Table& table,
                              std::uint64_t entities) {
    const auto dim = from.number(prefix + "dim", std::uint64_t{1} << 40);
    if (entities != table.size()) wrong = {frozen_errc::bad_metadata, "\"" + prefix + "entities\""};
    if (!dim || *dim != table.dim()) wrong = {frozen_errc::bad_metadata, "\"" + prefix + "dim\""};
    return !wrong;
}

template <class Base, entity_id Id>
struct format<assigned<Base, stored_terms, Id>> {
    using table_type = assigned<Base, stored_terms, Id>;

    template <class Table, class Executor>
    static void freeze(const Table& table, image& into, const std::string& prefix, const Executor& exec) {
        describe_kind(table, into, prefix, "assigned");
        stored_terms::freeze(table.terms(), into, prefix);
        format<Base>::freeze(table.base(), into, prefix + "codes.", exec);
    }
    template <class Executor>
    [[nodiscard]] static std::optional<table_type> view(const sections& from, defect& wrong, const std::string& prefix,
                                                        const std::shared_ptr<const void>& owner, validation check,
                                                        const Executor& exec) {
        const std::uint64_t entities = read_kind(from, wrong, prefix, "assigned");
        if (wrong) return std::nullopt;
        const auto terms = stored_terms::view(from, wrong, prefix, static_cast<std::size_t>(entities), check);
        if (wrong) return std::nullopt;
        auto base = format<Base>::view(from, wrong, prefix + "codes.", owner, check, exec);
        if (wrong) return std::nullopt;
        if (base->size() != terms.codes()) {
            wrong = {frozen_errc::bad_assignment, "\"" + prefix + "codes\""};
            return std::nullopt;
        }
        table_type table(std::move(*base), terms);
        return fits_words(from, wrong, prefix, table, entities) ? std::optional(std::move(table)) : std::nullopt;
    }
    static void add_names(const sections& from, const std::string& prefix, std::vector<std::string>& names) {
        names.push_back(prefix + "ids");
        names.push_back(prefix + "weights");
        format<Base>::add_names(from, prefix + "codes.", names);
    }
};

template <class Function, class Base>
struct format<activated<Function, Base>> {
    using table_type = activated<Function, Base>;
    [[nodiscard]] static std::string kind() {
        return "activated<" + std::string(function_name(static_cast<const Function*>(nullptr))) + ">";
    }

    template <class Table, class Executor>
    static void freeze(const Table& table, image& into, const std::string& prefix, const Executor& exec) {
        describe_kind(table, into, prefix, kind());
        format<Base>::freeze(table.base(), into, prefix + "base.", exec);
    }
    template <class Executor>
    [[nodiscard]] static std::optional<table_type> view(const sections& from, defect& wrong, const std::string& prefix,
                                                        const std::shared_ptr<const void>& owner, validation check,
                                                        const Executor& exec) {
        const std::uint64_t entities = read_kind(from, wrong, prefix, kind());
        if (wrong) return std::nullopt;
        auto base = format<Base>::view(from, wrong, prefix + "base.", owner, check, exec);
        if (wrong || !fits_words(from, wrong, prefix, *base, entities)) return std::nullopt;
        return table_type(std::move(*base));
    }
    static void add_names(const sections& from, const std::string& prefix, std::vector<std::string>& names) {
        format<Base>::add_names(from, prefix + "base.", names);
    }
};

template <class First, class Second, entity_id Id>
struct format<blended<First, Second, Id>> {
    using table_type = blended<First, Second, Id>;

    template <class Table, class Executor>
    static void freeze(const Table& table, image& into, const std::string& prefix, const Executor& exec) {
        describe_kind(table, into, prefix, "blended");
        into.add<float>(prefix + "share", 1)[0] = static_cast<float>(table.share());
        format<First>::freeze(table.first(), into, prefix + "first.", exec);
        format<Second>::freeze(table.second(), into, prefix + "second.", exec);
    }
    template <class Executor>
    [[nodiscard]] static std::optional<table_type> view(const sections& from, defect& wrong, const std::string& prefix,
                                                        const std::shared_ptr<const void>& owner, validation check,
                                                        const Executor& exec) {
        const std::uint64_t entities = read_kind(from, wrong, prefix, "blended");
        if (wrong) return std::nullopt;
        auto first = format<First>::view(from, wrong, prefix + "first.", owner, check, exec);
        if (wrong || !fits_words(from, wrong, prefix, *first, entities)) return std::nullopt;
        auto second = format<Second>::view(from, wrong, prefix + "second.", owner, check, exec);
        if (wrong || !fits_words(from, wrong, prefix, *second, entities)) return std::nullopt;
        std::span<const float> share;
        wrong = take(from, prefix + "share", 1, share);
        if (!wrong && !(share[0] >= 0 && share[0] <= 1)) wrong = {frozen_errc::bad_assignment, "\"" + prefix + "share\""};
        if (wrong) return std::nullopt;
        return table_type(std::move(*first), std::move(*second), share[0]);
    }
    static void add_names(const sections& from, const std::string& prefix, std::vector<std::string>& names) {
        names.push_back(prefix + "share");
        format<First>::add_names(from, prefix + "first.", names);
        format<Second>::add_names(from, prefix + "second.", names);
    }
};

}  // namespace detail
}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
