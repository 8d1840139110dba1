// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Frozen tables of codewords: a `coded` over frozen books whose codes lie in the file as they are read, packed in 4 to 12 bits each. All
/// that reads a `coded` serves these, ranking by products with the codewords included, and `form_of<Format, Table>` names them
/// through any nesting. Books in signed bytes cost next to nothing in accuracy:
///
///     const auto table = fit_residual_codes(rows, {}, {.terms = 6, .bits = 8}, random_stream(1));
///     save(freeze<frozen::coded_rows<sum>>(table), path);      // n * 6 bytes, and 6 * 256 * (dim + 2) for the books

#include <pleach/compose/coded.hpp>
#include <pleach/frozen/assigned_rows.hpp>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// Rows as sums (sum) or concatenations (concat) of codewords.
template <class Combiner, class Books = dense_rows<value_code::i8>, entity_id Id = std::uint32_t>
using coded_rows = pleach::coded<Combiner, Books, borrowed_codes, Id>;

namespace detail {

template <class Format, class Combiner, class Base, class Codes, entity_id Id>
struct frozen_form<Format, pleach::coded<Combiner, Base, Codes, Id>> {
    using type = coded_rows<Combiner, typename frozen_form<Format, Base>::type, Id>;
};

template <class Combiner>
[[nodiscard]] std::string coded_kind() {
    return "coded<" + std::string(combiner_name(static_cast<const Combiner*>(nullptr))) + ">";
}

/// The codes that `from` describes. Whatever codes say, they lead to a codeword; only the zeros behind them may be wrong.
[[nodiscard]] inline borrowed_codes view_codes(const sections& from, defect& wrong, const std::string& prefix,
                                               std::size_t entities) {
    const auto terms = from.number(prefix + "terms", std::uint64_t{1} << 16);
    const auto bits = from.number(prefix + "bits", most_code_bits + 1);
    if (!terms || *terms == 0)
        wrong = {frozen_errc::bad_metadata, "\"" + prefix + "terms\""};
    else if (!bits || *bits < fewest_code_bits)
        wrong = {frozen_errc::bad_metadata, "\"" + prefix + "bits\""};
    if (wrong) return {};
    const auto m = static_cast<std::size_t>(*terms), b = static_cast<std::size_t>(*bits);
    std::span<const std::byte> bytes;
    wrong = take(from, prefix + "ids", borrowed_codes::bytes_of(entities, m, b), bytes);
    if (wrong) return {};
    const std::size_t used = entities * m * b;
    bool is_zero = used % 8 == 0 || std::to_integer<unsigned>(bytes[used / 8]) >> (used % 8) == 0;
    for (const std::byte byte : bytes.last(code_guard_bytes)) is_zero &= byte == std::byte{0};
    if (!is_zero) wrong = {frozen_errc::guard_not_zero, "\"" + prefix + "ids\""};
    return {bytes, entities, m, b};
}

template <class Combiner, class Base, entity_id Id>
struct format<pleach::coded<Combiner, Base, borrowed_codes, Id>> {
    using table_type = pleach::coded<Combiner, Base, borrowed_codes, Id>;

    /// `how` is an executor, or what freeze_parts was given.
    template <class Table, class How>
    static void freeze(const Table& table, image& into, const std::string& prefix, const How& how) {
        describe_kind(table, into, prefix, coded_kind<Combiner>());
        into.describe(prefix + "terms", std::to_string(table.codes().terms()));
        into.describe(prefix + "bits", std::to_string(table.codes().bits()));
        const std::span<const std::byte> codes = table.codes().bytes();
        std::ranges::copy(codes, into.add<std::byte>(prefix + "ids", codes.size()).begin());
        format<Base>::freeze(table.base(), into, prefix + "books.", how);
    }
    template <class Executor>
    [[nodiscard]] static std::optional<table_type> view(const sections& from, defect& wrong, const std::string& prefix,
                                                        const std::shared_ptr<const void>& owner, validation check,
                                                        const Executor& exec) {
        const std::uint64_t entities = read_kind(from, wrong, prefix, coded_kind<Combiner>());
        if (wrong) return std::nullopt;
        const borrowed_codes codes = view_codes(from, wrong, prefix, static_cast<std::size_t>(entities));
        if (wrong) return std::nullopt;
        auto base = format<Base>::view(from, wrong, prefix + "books.", owner, check, exec);
        if (wrong) return std::nullopt;
        const auto dim = from.number(prefix + "dim", std::uint64_t{1} << 40);
        if (base->size() != codes.terms() * codes.codewords())
            wrong = {frozen_errc::bad_assignment, "\"" + prefix + "books.entities\""};
        else if (!dim || !table_type::fits(static_cast<std::size_t>(*dim), codes.terms(), base->dim()))
            wrong = {frozen_errc::bad_metadata, "\"" + prefix + "dim\""};
        if (wrong) return std::nullopt;
        return table_type(std::move(*base), codes, static_cast<std::size_t>(*dim));
    }
    static void add_names(const sections& from, const std::string& prefix, std::vector<std::string>& names) {
        names.push_back(prefix + "ids");
        format<Base>::add_names(from, prefix + "books.", names);
    }
};

}  // namespace detail
}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
