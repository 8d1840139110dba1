// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Frozen tables in each other, built as the input says: their layout and checksums are right by construction, so that most
/// inputs reach the rows. Then one number or one array may be changed. What opens is used from its first row to its last.

#include <pleach/frozen/nested_rows.hpp>
#include <pleach/io/open.hpp>

#include "files/fuzz/frozen.hpp"
#include "support/string_sink.hpp"

namespace fuzz {

class nested_builder {
public:
    explicit nested_builder(choices& from) : from_(from) {}

    [[nodiscard]] pleach::frozen::image build() {
        pleach::frozen::image result = table(from_.below(12), 1 + from_.below(9));
        result.describe("pleach.frozen", "1");
        if (from_.flip()) spoil(result);
        return result;
    }

private:
    /// A table of `dim` columns; its number of rows is left in rows_.
    pleach::frozen::image table(std::size_t depth, std::size_t dim) {
        const std::size_t kind = depth == 0 || from_.is_empty() ? 0 : from_.below(9);
        switch (kind) {
            case 1:
                return composed(depth - 1, dim);
            case 2:
                return assigned(depth - 1, dim);
            case 3:
                return coded(depth - 1, dim);
            case 4:
                return blended(depth - 1, dim);
            case 5:
                return rotated(depth - 1, dim);
            case 6:
                return kept(depth - 1, dim);
            case 7: {
                auto base = table(depth - 1, dim);
                return adaptor("activated<tanh>", rows_, dim, {{"base.", &base}});
            }
            default:
                return rows(dim);
        }
    }

    using parts = std::vector<std::pair<std::string, pleach::frozen::image*>>;
    pleach::frozen::image adaptor(const std::string& kind, std::size_t entities, std::size_t dim, const parts& all) {
        pleach::frozen::image into;
        for (const auto& [prefix, part] : all) into.absorb(std::move(*part), prefix);
        into.describe("kind", kind);
        into.describe("entities", std::to_string(entities));
        into.describe("dim", std::to_string(dim));
        rows_ = entities;
        return into;
    }

    pleach::frozen::image rows(std::size_t dim) {
        rows_ = 1 + from_.below(40);
        pleach::dense_table<float> values(rows_, dim);
        for (std::uint32_t r = 0; r < rows_; ++r)
            for (float& x : values.row(r)) x = static_cast<float>(from_.take<std::int8_t>()) / 16;
        switch (from_.below(3)) {
            case 0:
                return pleach::freeze<pleach::frozen::bitmap_rows<>>(values);
            case 1:
                return pleach::freeze<pleach::frozen::csr_rows<pleach::value_code::i8>>(values);
            default:
                return pleach::freeze<pleach::frozen::dense_rows<>>(values);
        }
    }

    std::string map(std::size_t rows) {
        const std::string number = std::to_string(rows);
        switch (from_.below(5)) {
            case 0:
                return "remainder " + number;
            case 1:
                return "hashed " + number + " " + std::to_string(from_.take<std::uint32_t>());
            case 2:
                return "quotient " + number + " " + std::to_string(1 + from_.below(50));
            case 3:
                return "permuted " + std::to_string(1 + from_.below(60000)) + " 7 remainder " + number;
            default:
                return "identity " + number;
        }
    }

    pleach::frozen::image composed(std::size_t depth, std::size_t dim) {
        const std::array combiners{"sum", "hadamard", "concat"};
        const std::size_t how = from_.below(combiners.size()), count = 1 + from_.below(4);
        std::vector<pleach::frozen::image> images(count);
        parts all;
        std::string names;
        std::vector<std::string> maps;
        for (std::size_t k = 0; k < count; ++k) {
            images[k] = table(depth, how == 2 ? 1 + k : dim);
            all.emplace_back("p" + std::to_string(k) + ".", &images[k]);
            names += (k == 0 ? "p" : ",p") + std::to_string(k);
            maps.push_back(map(rows_));
        }
        const std::size_t entities = (1 + from_.below(200)) << from_.below(28);
        auto into =
            adaptor("composed<" + std::string(combiners[how]) + ">", entities, how == 2 ? count * (count + 1) / 2 : dim, all);
        into.describe("parts", names);
        for (std::size_t k = 0; k < count; ++k) into.describe("p" + std::to_string(k) + ".map", maps[k]);
        return into;
    }
    pleach::frozen::image assigned(std::size_t depth, std::size_t dim) {
        auto base = table(depth, dim);
        const std::size_t codes = rows_, terms = 1 + from_.below(std::min<std::size_t>(codes, 16)),
                          entities = 1 + from_.below(40),
                          width = codes <= 256     ? 1
                                  : codes <= 65536 ? 2
                                                   : 4;
        auto into = adaptor("assigned", entities, dim, {{"base.", &base}});
        into.describe("terms", std::to_string(terms));
        into.describe("codes", std::to_string(codes));
        const auto ids = into.add<std::byte>("ids", entities * terms * width);
        for (std::size_t i = 0; i < ids.size(); i += width)
            ids[i] = static_cast<std::byte>(from_.below(std::min<std::size_t>(codes, 256)));
        for (float& weight : into.add<float>("weights", entities * terms)) weight = static_cast<float>(from_.below(5)) / 4;
        return into;
    }
    pleach::frozen::image coded(std::size_t depth, std::size_t dim) {
        const std::size_t terms = 1 + from_.below(3);
        const bool is_sum = from_.flip();
        auto books = table(depth, is_sum ? dim : (dim + terms - 1) / terms);
        const std::size_t entities = 1 + from_.below(40);
        auto into = adaptor(is_sum ? "coded<sum>" : "coded<concat>", entities, dim, {{"books.", &books}});
        into.describe("terms", std::to_string(terms));
        into.describe("bits", "4");
        const auto ids = into.add<std::byte>("ids", pleach::borrowed_codes::bytes_of(entities, terms, 4));
        for (std::size_t i = 0; i < entities * terms / 2; ++i) ids[i] = from_.take<std::byte>();
        return into;
    }
    pleach::frozen::image blended(std::size_t depth, std::size_t dim) {
        auto first = table(depth, dim);
        auto second = table(depth, dim);
        auto into = adaptor("blended", rows_, dim, {{"first.", &first}, {"second.", &second}});
        into.add<float>("share", 1)[0] = static_cast<float>(from_.below(5)) / 4;
        return into;
    }
    pleach::frozen::image rotated(std::size_t depth, std::size_t dim) {
        auto base = table(depth, dim);
        auto into = adaptor("rotated", rows_, dim, {{"base.", &base}});
        for (float& x : into.add<float>("rotation", dim * dim)) x = static_cast<float>(from_.take<std::int8_t>()) / 64;
        return into;
    }
    pleach::frozen::image kept(std::size_t depth, std::size_t dim) {
        using bits = pleach::frozen::row_bits;
        auto base = table(depth, dim);
        const std::size_t rows = rows_, entities = std::min<std::size_t>(2 * rows, 4000);
        auto into = adaptor("kept", entities, dim, {{"rows.", &base}});
        const auto words = into.add<std::uint32_t>("kept", bits::words_of(entities));
        const auto counts = into.add<std::uint32_t>("counts", bits::counts_of(entities));
        std::size_t before = 0;
        for (std::size_t i = 0; i < entities; ++i) {
            if (i % bits::rows_per_count == 0) counts[i / bits::rows_per_count] = static_cast<std::uint32_t>(before);
            if (before == rows || (entities - i > rows - before && from_.flip())) continue;
            words[i / 32] |= std::uint32_t{1} << (i % 32);
            ++before;
        }
        return into;
    }

    /// One number or word of the metadata becomes another, or one array gets another length.
    void spoil(pleach::frozen::image& into) {
        const auto& metadata = into.content().metadata();
        const auto at = std::next(metadata.begin(), static_cast<std::ptrdiff_t>(from_.below(metadata.size())));
        const std::string key = at->first;
        switch (from_.below(3)) {
            case 0:
                into.describe(key, std::to_string(from_.take<std::uint32_t>() >> from_.below(32)));
                break;
            case 1:
                into.describe(key, word());
                break;
            default: {
                const auto& arrays = into.content().arrays();
                const auto one = std::next(arrays.begin(), static_cast<std::ptrdiff_t>(from_.below(arrays.size())));
                const std::string name = one->first;
                static_cast<void>(into.add<float>(name, from_.below(30)));
            }
        }
    }

    /// Writers refuse what is not UTF-8.
    std::string word() {
        std::string text = from_.text(12);
        for (char& c : text) c = static_cast<char>(c & 0x7f) < ' ' ? ' ' : static_cast<char>(c & 0x7f);
        return text;
    }

    choices& from_;
    std::size_t rows_ = 0;
};

inline void nested(bytes input) {
    choices from(input);
    const pleach::frozen::image image = nested_builder(from).build();
    tests::string_sink sink;
    pleach::writer_of(image).write(sink);
    frozen(std::as_bytes(std::span(sink.text)));
}

}  // namespace fuzz
