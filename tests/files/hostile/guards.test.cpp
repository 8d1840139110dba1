// SPDX-License-Identifier: Apache-2.0

// For each guard of frozen rows a file that nothing else refuses: without the guard it would open.

#include <pleach/frozen/adaptor.hpp>

#include "files/hostile/frozen_files.hpp"
#include "support/catch.hpp"

namespace guards_test {

using namespace tests;
namespace frozen = pleach::frozen;
using pleach::frozen_errc;
using pleach::value_code;

namespace {

template <class T>
std::vector<T> array_of(const frozen::image& image, const std::string& name) {
    const auto data = std::get<std::span<const T>>(image.content().arrays().at(name));
    return {data.begin(), data.end()};
}

template <class T>
void replace(frozen::image& image, const std::string& name, const std::vector<T>& data) {
    std::ranges::copy(data, image.add<T>(name, data.size()).begin());
}

/// What is wrong with the image as a table of this type.
template <class Table>
frozen::defect defect_of(const frozen::image& image) {
    frozen::defect wrong;
    static_cast<void>(frozen::view<Table>(image.content(), wrong));
    return wrong;
}

/// Short rows, and at the end three that have every value.
pleach::dense_table<float> table_with_long_rows(std::size_t dim) {
    auto table = normal_table<float>(300, dim, 1);
    for (std::uint32_t r = 0; r < 297; ++r)
        for (std::size_t c = 2; c < dim; ++c) table.row(r)[c] = 0;
    return table;
}

template <class Form>
void check_overflow_end() {
    using table_type = frozen::stored_rows<frozen::records<Form>>;
    constexpr std::size_t dim = 60;
    const auto table = table_with_long_rows(dim);
    frozen::image image = pleach::freeze<table_type>(table);
    auto records = array_of<std::byte>(image, "records");
    const std::size_t stride = *image.content().number("stride", 1 << 20);
    const std::uint64_t all = array_of<std::byte>(image, "overflow").size() - frozen::guard_bytes;
    std::size_t tried = 0;
    for (std::size_t r = 0; r < table.size(); ++r) {
        std::byte* const record = records.data() + r * stride;
        if (!Form::marks_overflow(record, dim, stride)) continue;
        std::array<std::uint32_t, 2> place{};  // where the row begins, and its bytes
        std::byte* const at = record + Form::prefix_bytes(dim);
        std::memcpy(place.data(), at, sizeof place);
        if (place[0] == 0) continue;
        CAPTURE(Form::name(), r, place[0], place[1], all);
        const auto with_bytes = [&](std::uint64_t bytes) {
            const std::array changed{place[0], static_cast<std::uint32_t>(bytes)};
            std::memcpy(at, changed.data(), sizeof changed);
            replace(image, "records", records);
            const frozen::defect wrong = defect_of<table_type>(image);
            std::memcpy(at, place.data(), sizeof place);
            return wrong.code;
        };
        REQUIRE(with_bytes(place[1]) == std::error_code());
        REQUIRE(with_bytes(all - place[0]) != frozen_errc::bad_overflow);
        REQUIRE(with_bytes(all - place[0] + 1) == frozen_errc::bad_overflow);
        REQUIRE(with_bytes(all) == frozen_errc::bad_overflow);
        ++tried;
    }
    REQUIRE(tried >= 2);
}

/// A row with values in columns 3, 5 and 7, whose second column becomes `column`, and the zeros that follow the rows of a table.
template <class Form, class Column>
std::vector<std::byte> row_with_column(std::size_t dim, Column column) {
    std::vector<float> values(dim);
    values[3] = 1;
    values[5] = -2;
    values[7] = 3;
    const std::uint16_t scale = Form::code_row(std::span(values));
    const std::size_t bytes = Form::bytes(dim, 3);
    std::vector<std::byte> row(bytes + frozen::guard_bytes);
    Form::write(values, scale, std::span(row).first(bytes));
    const std::size_t columns = bytes - 3 * (sizeof(Column) + pleach::size_of(Form::code));
    std::memcpy(row.data() + columns + sizeof(Column), &column, sizeof column);
    return row;
}

template <value_code Code, class Column>
void check_columns(std::size_t dim) {
    using form = frozen::column_form<Code, Column>;
    CAPTURE(form::name(), dim);
    const auto defect = [&](std::size_t column) -> std::string {
        const auto bytes = row_with_column<form>(dim, static_cast<Column>(column));
        const auto row = std::span(bytes).first(bytes.size() - frozen::guard_bytes);
        const char* const exact = form::defect(row, dim);
        const float fast = form::checked_square(row, dim);
        // The fast look may be wrong about rows that are good, never about others; those of many columns it leaves to the exact one.
        if (exact != nullptr) REQUIRE(std::isnan(fast));
        if (exact == nullptr && dim <= 256) REQUIRE(fast == approx(14).epsilon(0.02));
        return exact == nullptr ? "" : exact;
    };
    REQUIRE(defect(5).empty());
    REQUIRE(defect(6).empty());
    REQUIRE(defect(0).empty());
    REQUIRE(defect(3) == "it has two values in one column");
    REQUIRE(defect(7) == "it has two values in one column");
    if (dim > std::numeric_limits<Column>::max()) return;
    REQUIRE(defect(dim) == "it has a value in a column beyond the last one");
    REQUIRE(defect(std::numeric_limits<Column>::max()) == "it has a value in a column beyond the last one");
}

}  // namespace

TEST_CASE("a row that overflows its record and ends one byte beyond the rows that do is refused") {
    check_overflow_end<frozen::bitmap_form<value_code::f32>>();
    check_overflow_end<frozen::bitmap_form<value_code::i8>>();
    check_overflow_end<frozen::column_form<value_code::f32, std::uint8_t>>();
    check_overflow_end<frozen::column_form<value_code::f16, std::uint16_t>>();
}

TEST_CASE("a column as large as the width, and a column twice, are refused by either look at a row") {
    for (const std::size_t dim : {8U, 20U, 63U, 64U, 65U, 200U, 255U, 256U}) {
        check_columns<value_code::f32, std::uint8_t>(dim);
        check_columns<value_code::i8, std::uint8_t>(dim);
        check_columns<value_code::f16, std::uint16_t>(dim);
    }
    for (const std::size_t dim : {257U, 300U, 1000U}) check_columns<value_code::f32, std::uint16_t>(dim);
}

TEST_CASE("rows that do not begin with the first byte are refused") {
    using table_type = frozen::csr_rows<>;
    frozen::image image = pleach::freeze<table_type>(sparse_table(30, 12, 0.5));
    auto offsets = array_of<std::uint32_t>(image, "offsets");
    offsets[0] = offsets[1];  // the first row would be empty, and its bytes would belong to none
    replace(image, "offsets", offsets);
    const frozen::defect wrong = defect_of<table_type>(image);
    REQUIRE(wrong.code == frozen_errc::bad_offsets);
    REQUIRE(wrong.place == "array \"offsets\"");
}

TEST_CASE("a bound a hundredth below the longest row is refused, in every format") {
    for_each_kind([]<class Format>(const Format*) {
        CAPTURE(Format::kind());
        frozen::image image = pleach::freeze<Format>(sparse_table(300, 12, 0.4));
        const auto bounds = array_of<float>(image, "bounds");
        REQUIRE(!defect_of<Format>(image));
        for (std::size_t block = 0; block < 2; ++block) {
            auto lower = bounds;
            lower[block] *= 0.99F;
            replace(image, "bounds", lower);
            REQUIRE(defect_of<Format>(image).code == frozen_errc::bad_bound);
        }
    });
}

TEST_CASE("lengths of rows, by which bounds are checked, are those of the values that a lookup gives") {
    for_each_kind([]<class Format>(const Format*) {
        CAPTURE(Format::kind());
        const auto rows = frozen_as<Format>(sparse_table(40, 24, 0.4));
        std::vector<float> row(rows.dim());
        for (std::uint32_t r = 0; r < rows.size(); ++r) {
            rows.lookup(r, row);
            double square = 0;
            for (const float x : row) square += static_cast<double>(x) * static_cast<double>(x);
            REQUIRE(squared_length(rows.reader(r), rows.dim()) == approx(square).epsilon(1e-4).margin(1e-12));
        }
    });
}

TEST_CASE("a zero that is frozen has no sign, in every format") {
    for_each_kind([]<class Format>(const Format*) {
        CAPTURE(Format::kind());
        auto table = sparse_table(30, 12, 0.5);
        for (std::uint32_t r = 0; r < table.size(); ++r)
            for (float& x : table.row(r))
                if (x == 0) x = -0.0F;
        const auto rows = frozen_as<Format>(table);
        std::vector<float> row(rows.dim());
        for (std::uint32_t r = 0; r < rows.size(); ++r) {
            rows.lookup(r, row);
            for (const float x : row) REQUIRE((x != 0 || !std::signbit(x)));
        }
    });
}

}  // namespace guards_test
