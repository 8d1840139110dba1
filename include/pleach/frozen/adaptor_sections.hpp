// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Writing the data that an adaptor stores in addition to its parts, and reading it back: see adaptor.hpp.

#include <pleach/compose/packed_codes.hpp>
#include <pleach/frozen/map_metadata.hpp>
#include <pleach/frozen/placement.hpp>
#include <pleach/frozen/view.hpp>
#include <pleach/table/footprint.hpp>

#include <algorithm>
#include <cmath>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

namespace detail {

/// describe_kind writes the kind, size and width of a table; read_kind requires this kind and reads the size.
template <class Table>
void describe_kind(const Table& table, image& into, const std::string& prefix, const std::string& kind) {
    into.describe(prefix + "kind", kind);
    into.describe(prefix + "entities", std::to_string(table.size()));
    into.describe(prefix + "dim", std::to_string(table.dim()));
}
template <class Context>
[[nodiscard]] std::uint64_t read_kind(const Context& context, const std::string& prefix, const std::string& kind) {
    context.require_kind(prefix, kind);
    const auto entities = context.from.number(prefix + "entities", std::uint64_t{1} << 40);
    if (!entities) context.refuse(frozen_errc::bad_metadata, pleach::detail::in_quotes(prefix + "entities"));
    return *entities;
}

}  // namespace detail

/// Writes the data that an adaptor stores in addition to its parts, each item under its own name.
class section_writer {
public:
    section_writer(image& into, const std::string& prefix) : into_(into), prefix_(prefix) {}

    void text(const std::string& name, const std::string& value) { into_.describe(prefix_ + name, value); }
    void number(const std::string& name, std::uint64_t value) { text(name, std::to_string(value)); }
    /// An array of `count` zeros (std::byte, std::uint32_t or float), which the caller fills through the span.
    template <class T>
    [[nodiscard]] std::span<T> array(const std::string& name, std::size_t count) {
        return into_.add<T>(prefix_ + name, count);
    }
    /// One float, stored as an array.
    void value(const std::string& name, float value) { array<float>(name, 1)[0] = value; }
    template <index_map Map>
    void map(const std::string& name, const Map& map) {
        text(name, to_metadata(map));
    }
    /// Names of parts. *Throws* std::invalid_argument if a name is empty, occurs twice, or contains a comma or a period.
    void names(const std::string& name, const std::vector<std::string>& all) {
        std::string joined;
        for (const std::string& one : all) {
            if (one.empty() || one.find_first_of(",.") != std::string::npos)
                throw std::invalid_argument("pleach::freeze: the part \"" + one + "\" needs a name without commas and periods");
            if (std::ranges::count(all, one) > 1)
                throw std::invalid_argument("pleach::freeze: two parts are named \"" + one + "\"; give each a name of its own");
            joined += (joined.empty() ? "" : ",") + one;
        }
        text(name, joined);
    }
    /// An assignment (compose/assignment.hpp): "terms" and "codes", and the arrays "ids" and "weights".
    template <class Terms>
    void terms(const Terms& from) {
        const std::size_t count = from.size() * from.terms(), width = column_bytes(from.codes());
        const std::span<std::byte> ids = array<std::byte>("ids", count * width);
        const std::span<float> weights = array<float>("weights", count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t x = i / from.terms(), k = i % from.terms();
            for (std::size_t b = 0; b < width; ++b) ids[i * width + b] = static_cast<std::byte>(from.id(x, k) >> (8 * b) & 255);
            weights[i] = static_cast<float>(from.weight(x, k));
        }
        number("terms", from.terms());
        number("codes", from.codes());
    }
    /// Packed codes (compose/packed_codes.hpp): "terms" and "bits", and the array "ids".
    template <class Codes>
    void codes(const Codes& from) {
        number("terms", from.terms());
        number("bits", from.bits());
        std::ranges::copy(from.bytes(), array<std::byte>("ids", from.bytes().size()).begin());
    }

private:
    image& into_;
    const std::string& prefix_;
};

/// Reads what a section_writer wrote, and checks all that a lookup relies on. A defect is thrown and ends the reading.
template <class Context>
class section_reader {
public:
    section_reader(Context& context, const std::string& prefix, std::uint64_t entities)
        : context_(context), prefix_(prefix), entities_(static_cast<std::size_t>(entities)) {}

    /// size() of the table, as the file claims it: do not allocate by it before arrays of that size have been found.
    [[nodiscard]] std::size_t entities() const noexcept { return entities_; }
    /// Whether read_frozen must check every element of its arrays; false if the bytes are trusted.
    [[nodiscard]] bool is_checking() const noexcept { return context_.check != validation::trusted_rows; }

    [[nodiscard]] std::string_view text(const std::string& name) const { return context_.from.value(prefix_ + name); }
    /// A whole number below `limit`.
    [[nodiscard]] std::uint64_t number(const std::string& name, std::uint64_t limit = ~std::uint64_t{0}) const {
        const auto value = context_.from.number(prefix_ + name, limit);
        if (!value) refuse(frozen_errc::bad_metadata, name);
        return *value;
    }
    /// The array of that name, which must have `count` elements. Nothing is copied.
    template <class T>
    [[nodiscard]] std::span<const T> array(const std::string& name, std::size_t count) {
        std::span<const T> found;
        if (defect wrong = detail::take(context_.from, prefix_ + name, count, found)) throw wrong;
        ++context_.arrays;
        return found;
    }
    /// An array of floats none of which is infinity or NaN.
    [[nodiscard]] std::span<const float> finite_array(const std::string& name, std::size_t count) {
        const std::span<const float> found = array<float>(name, count);
        if (!std::ranges::all_of(found, [](float x) { return std::isfinite(x); })) refuse(frozen_errc::not_finite, name);
        return found;
    }
    /// The only element of the array of that name, which must be from `least` to `most`.
    [[nodiscard]] float value(const std::string& name, float least, float most) {
        const float found = array<float>(name, 1)[0];
        if (!(found >= least && found <= most)) refuse(frozen_errc::bad_assignment, name);
        return found;
    }
    /// Packed codes. Every bit pattern is a valid code, so only the zeros after the codes are checked.
    [[nodiscard]] borrowed_codes codes() {
        const auto terms = static_cast<std::size_t>(number("terms", std::uint64_t{1} << 16));
        const auto bits = static_cast<std::size_t>(number("bits", most_code_bits + 1));
        if (terms == 0) refuse(frozen_errc::bad_metadata, "terms");
        if (bits < fewest_code_bits) refuse(frozen_errc::bad_metadata, "bits");
        const auto bytes = array<std::byte>("ids", borrowed_codes::bytes_of(entities_, terms, bits));
        const std::size_t used = entities_ * terms * bits;
        bool is_zero = used % 8 == 0 || std::to_integer<unsigned>(bytes[used / 8]) >> (used % 8) == 0;
        for (const std::byte byte : bytes.last(code_guard_bytes)) is_zero &= byte == std::byte{0};
        if (!is_zero) refuse(frozen_errc::guard_not_zero, "ids");
        return {bytes, entities_, terms, bits};
    }
    /// Refuses the array `name` as an assignment to rows that its part does not have, unless `is_inside`.
    void require(bool is_inside, const std::string& name) const {
        if (!is_inside) refuse(frozen_errc::bad_assignment, name);
    }
    /// The part of that name.
    template <class Part>
    [[nodiscard]] Part part(const std::string& name) {
        return detail::format<Part>::read(context_, prefix_ + name + ".");
    }
    /// The index map of that name, which must map every entity to a row below `rows`.
    template <index_map Map>
    [[nodiscard]] Map map(const std::string& name, std::size_t rows) const {
        const auto map = from_metadata<Map>(text(name));
        const std::uint64_t reached = !map || entities_ == 0 ? 0 : detail::rows_reached(*map, entities_);
        // Nor may a map have more rows than its part, even if no entity reaches them.
        if (map && (entities_ == 0 || (reached != 0 && reached <= rows && map->rows() <= rows))) return *map;
        refuse(frozen_errc::bad_map, name);
    }
    /// The names of `count` parts, or of any number if `count` is 0. Names must differ, so that no array is read twice.
    [[nodiscard]] std::vector<std::string> names(const std::string& name, std::size_t count = 0) const {
        const std::string_view joined = text(name);
        std::vector<std::string> all;
        for (std::size_t first = 0; first <= joined.size();) {
            const std::size_t last = (std::min)(joined.size(), joined.find(',', first));
            all.emplace_back(joined.substr(first, last - first));
            first = last + 1;
        }
        auto sorted = all;
        std::ranges::sort(sorted);
        const bool are_names =
            std::ranges::none_of(all, [](const std::string& one) { return one.empty() || one.find('.') != std::string::npos; });
        if (!are_names || std::ranges::adjacent_find(sorted) != sorted.end() || (count != 0 && all.size() != count))
            refuse(frozen_errc::bad_metadata, name);
        return all;
    }
    /// Refuses metadata whose size or width is not the table's, and sizes that its ids cannot reach.
    template <class Table>
    void check_shape(const Table& table) const {
        if (entities_ != table.size() || entities_ > most_entities<typename Table::id_type>)
            refuse(frozen_errc::bad_metadata, "entities");
        if (number("dim", std::uint64_t{1} << 40) != table.dim()) refuse(frozen_errc::bad_metadata, "dim");
    }
    /// Throws a defect of the metadata or array `name`; `why` is appended to it.
    [[noreturn]] void refuse(frozen_errc code, const std::string& name, const std::string& why = {}) const {
        throw defect(code, pleach::detail::in_quotes(prefix_ + name) + (why.empty() ? "" : ": " + why));
    }

private:
    Context& context_;
    const std::string& prefix_;
    std::size_t entities_;
};

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
