// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Frozen tables most of whose rows are all zeros: a bit per row says whether the row is stored, and the stored rows form a
/// frozen table of their own, of any kind. A lookup counts the bits before its row, at most 512 of them, and touches one more
/// cache line for it. Bytes: 1/8 + 1/128 per row, plus the table of the kept rows.
///
/// `freeze<frozen::kept_rows<frozen::level_rows<4>>>(table)` keeps the nonzero rows of any table in a given format;
/// `freeze_kept(table, freeze_rows)` lets `freeze_rows` choose the format from the kept rows. open_any reads both.

#include <pleach/frozen/adaptor.hpp>

#include <bit>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// The set of kept rows, with rank queries, over borrowed memory that has been checked. A value.
class row_bits {
public:
    static constexpr std::size_t rows_per_word = 32;
    static constexpr std::size_t rows_per_count = 512;

    row_bits() = default;
    /// *Precondition:* one word per 32 rows, and per 512 rows the number of kept rows before them.
    row_bits(std::size_t rows, std::size_t kept, std::span<const std::uint32_t> words, std::span<const std::uint32_t> counts)
        : rows_(rows), kept_(kept), words_(words), counts_(counts) {}

    [[nodiscard]] std::size_t size() const noexcept { return rows_; }
    [[nodiscard]] std::size_t kept() const noexcept { return kept_; }
    /// *Precondition:* row < size().
    [[nodiscard]] bool has(std::size_t row) const noexcept {
        return (words_[row / rows_per_word] >> (row % rows_per_word) & 1) != 0;
    }
    /// The number of kept rows before this one. *Precondition:* row < size().
    [[nodiscard]] std::size_t before(std::size_t row) const noexcept {
        std::size_t sum = counts_[row / rows_per_count];
        const std::size_t word = row / rows_per_word;
        for (std::size_t w = row / rows_per_count * (rows_per_count / rows_per_word); w < word; ++w)
            sum += static_cast<std::size_t>(std::popcount(words_[w]));
        const std::uint32_t below = (std::uint32_t{1} << (row % rows_per_word)) - 1;
        return sum + static_cast<std::size_t>(std::popcount(words_[word] & below));
    }

    [[nodiscard]] static std::size_t words_of(std::size_t rows) noexcept { return (rows + rows_per_word - 1) / rows_per_word; }
    [[nodiscard]] static std::size_t counts_of(std::size_t rows) noexcept {
        return (rows + rows_per_count - 1) / rows_per_count;
    }

private:
    std::size_t rows_ = 0, kept_ = 0;
    std::span<const std::uint32_t> words_, counts_;
};

/// A table whose kept rows are those of `base`, and all others zero.
template <class Base>
class kept_rows {
public:
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;

    /// The kind in files.
    [[nodiscard]] static std::string kind() { return "kept"; }

    kept_rows() = default;
    /// *Precondition:* base.size() == bits.kept().
    kept_rows(row_bits bits, Base base) : bits_(bits), base_(std::move(base)) {}

    [[nodiscard]] std::size_t size() const noexcept { return bits_.size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return base_.dim(); }
    [[nodiscard]] const row_bits& bits() const noexcept { return bits_; }
    /// The kept rows, in ascending order of their ids.
    [[nodiscard]] const Base& base() const noexcept { return base_; }

    /// *Precondition:* id < size(), out.size() == dim().
    void lookup(id_type id, std::span<value_type> out) const {
        const std::size_t row = to_index(id);
        if (bits_.has(row))
            base_.lookup(static_cast<id_type>(bits_.before(row)), out);
        else
            std::ranges::fill(out, value_type{0});
    }

private:
    row_bits bits_;
    Base base_;
};

namespace detail {

/// A table of selected rows of another.
template <class Table>
struct listed_rows {
    using value_type = typename Table::value_type;
    using id_type = std::uint32_t;
    const Table& table;
    std::span<const std::uint32_t> ids;

    [[nodiscard]] std::size_t size() const noexcept { return ids.size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return table.dim(); }
    void lookup(id_type id, std::span<value_type> out) const {
        table.lookup(static_cast<typename Table::id_type>(ids[id]), out);
    }
};

/// The numbers of the rows with a nonzero value.
template <class Table>
[[nodiscard]] std::vector<std::uint32_t> nonzero_rows(const Table& table) {
    if (table.size() > UINT32_MAX)
        throw std::length_error("pleach::freeze: " + std::to_string(table.size()) +
                                " rows are more than kept_rows counts, 4294967295; split the table");
    std::vector<std::uint32_t> result;
    std::vector<typename Table::value_type> row(table.dim());
    for (std::size_t r = 0; r < table.size(); ++r) {
        table.lookup(static_cast<typename Table::id_type>(r), row);
        // A value that is not finite counts as nonzero, so that freezing the kept rows reports it.
        if (std::ranges::any_of(row, [](auto x) { return x != 0; })) result.push_back(static_cast<std::uint32_t>(r));
    }
    return result;
}

template <class Base>
struct format<kept_rows<Base>> {
    using table_type = kept_rows<Base>;

    /// `how` is an executor, or the function that freeze_kept was given.
    template <class Table, class How>
    static void freeze(const Table& table, image& into, const std::string& prefix, const How& how) {
        const std::vector<std::uint32_t> kept = nonzero_rows(table);
        const auto words = into.add<std::uint32_t>(prefix + "kept", row_bits::words_of(table.size()));
        const auto counts = into.add<std::uint32_t>(prefix + "counts", row_bits::counts_of(table.size()));
        for (const std::uint32_t row : kept)
            words[row / row_bits::rows_per_word] |= std::uint32_t{1} << (row % row_bits::rows_per_word);
        std::size_t next = 0;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            while (next < kept.size() && kept[next] < i * row_bits::rows_per_count) ++next;
            counts[i] = static_cast<std::uint32_t>(next);
        }
        describe_kind(table, into, prefix, table_type::kind());
        format<Base>::freeze(listed_rows<Table>{table, kept}, into, prefix + "rows.", how);
    }

    template <class Context>
    [[nodiscard]] static table_type read(Context& context, const std::string& prefix) {
        section_reader<Context> from(context, prefix, read_kind(context, prefix, table_type::kind()));
        const std::size_t rows = from.entities();
        const auto words = from.template array<std::uint32_t>("kept", row_bits::words_of(rows));
        const auto counts = from.template array<std::uint32_t>("counts", row_bits::counts_of(rows));
        Base base = from.template part<Base>("rows");
        const row_bits bits(rows, base.size(), words, counts);
        if (from.is_checking()) check_bits(from, bits, words, counts);
        table_type table(bits, std::move(base));
        from.check_shape(table);
        return table;
    }

private:
    template <class Reader>
    static void check_bits(const Reader& from, const row_bits& bits, std::span<const std::uint32_t> words,
                           std::span<const std::uint32_t> counts) {
        const std::size_t spare = bits.size() % row_bits::rows_per_word;
        if (spare != 0 && words.back() >> spare != 0)
            from.refuse(frozen_errc::bad_kept_rows, "kept", "a bit beyond the last row is set");
        std::size_t sum = 0;
        for (std::size_t w = 0; w < words.size(); ++w) {
            const std::size_t row = w * row_bits::rows_per_word;
            if (row % row_bits::rows_per_count == 0 && counts[row / row_bits::rows_per_count] != sum)
                from.refuse(frozen_errc::bad_kept_rows, "counts", row_name(row));
            sum += static_cast<std::size_t>(std::popcount(words[w]));
        }
        if (sum != bits.kept())
            from.refuse(frozen_errc::bad_kept_rows, "kept",
                        std::to_string(sum) + " bits for " + std::to_string(bits.kept()) + " rows");
    }
};

}  // namespace detail
}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
