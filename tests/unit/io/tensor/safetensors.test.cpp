// SPDX-License-Identifier: Apache-2.0

#include <pleach/io/tensor/detail/safetensors_layout.hpp>
#include <pleach/io/tensor/safetensors.hpp>
#include <pleach/io/tensor/safetensors_file.hpp>
#include <pleach/io/tensor/safetensors_view.hpp>
#include <pleach/io/tensor/safetensors_writer.hpp>

#include "support/catch.hpp"
#include "support/string_sink.hpp"
#include "support/temporary_directory.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace safetensors_test {

namespace {

std::string text_of(const pleach::safetensors_writer& writer) {
    tests::string_sink sink;
    writer.write(sink);
    return sink.text;
}

std::span<const std::byte> as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

template <class T>
std::vector<T> copy(std::span<const T> elements) {
    return {elements.begin(), elements.end()};
}

/// A file with one array of 16-bit elements named "x".
std::string file_of(const std::string& dtype, const std::string& shape, const std::string& data) {
    const std::string header = "{\"x\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[0," +
                               std::to_string(data.size()) + "]}}";
    std::string file(8, '\0');
    file[0] = static_cast<char>(header.size());
    return file + header + data;
}

std::string raw(std::initializer_list<std::uint16_t> bits) {
    std::string data;
    for (const std::uint16_t b : bits) {
        data += {static_cast<char>(b & 255U), static_cast<char>(b >> 8U)};
    }
    return data;
}

}  // namespace

TEST_CASE("arrays of every element type and metadata come back as they were written") {
    const tests::temporary_directory directory;
    const std::vector<double> f64 = {0.1, -0.0, std::numeric_limits<double>::denorm_min()};
    const std::vector<float> f32 = {1, 2, 3, 4, 5, std::numeric_limits<float>::infinity()};
    const std::array<std::int64_t, 2> i64 = {std::numeric_limits<std::int64_t>::min(), -1};
    const std::vector<std::int8_t> i8 = {-128, 127, 3};
    const std::vector<std::uint16_t> u16 = {65535};
    const std::vector<std::uint64_t> u64 = {~std::uint64_t{0}};
    const std::vector<std::byte> halves(6, std::byte{0x3c});
    const float scalar = 7.5F;
    const std::vector<float> nothing;

    pleach::safetensors_writer writer;
    writer.metadata("kind", "dense<f32>");
    writer.metadata("", "an empty key and \"quotes\", \\, \n and \xe2\x82\xac");
    writer.add("f64", {3}, f64);
    writer.add("f32", {2, 3}, f32);
    writer.add("i64", {2, 1, 1}, i64);
    writer.add("i8", {3}, i8);
    writer.add("u16", {1}, u16);
    writer.add("u64", {1}, u64);
    writer.add("halves", pleach::dtype::f16, {3, 1}, halves);
    writer.add("nothing", {0, 16}, nothing);
    writer.add("scalar", {}, std::span(&scalar, 1));
    writer.save(directory / "file.safetensors");

    const auto file = pleach::safetensors_file::open(directory / "file.safetensors");
    REQUIRE(file->tensors().size() == 9);
    REQUIRE(copy(file->as<double>("f64")) == f64);
    REQUIRE(std::signbit(file->as<double>("f64")[1]));
    REQUIRE(copy(file->as<float>("f32", {{2, 3}})) == f32);
    REQUIRE(copy(file->as<std::int64_t>("i64")) == std::vector<std::int64_t>(i64.begin(), i64.end()));
    REQUIRE(copy(file->as<std::int8_t>("i8")) == i8);
    REQUIRE(copy(file->as<std::uint16_t>("u16")) == u16);
    REQUIRE(copy(file->as<std::uint64_t>("u64")) == u64);
    REQUIRE(file->as<float>("nothing", {{0, 16}}).empty());
    REQUIRE(file->as<float>("scalar")[0] == scalar);
    REQUIRE(file->find("halves")->shape == std::vector<std::uint64_t>{3, 1});
    REQUIRE(copy(file->bytes(*file->find("halves"))) == halves);
    REQUIRE(file->find("absent") == nullptr);
    REQUIRE(file->metadata().size() == 2);
    REQUIRE(file->metadata().at("kind") == "dense<f32>");
    REQUIRE(file->metadata().at("") == "an empty key and \"quotes\", \\, \n and \xe2\x82\xac");
}

TEST_CASE("the data and every array in it begin at a multiple of 64") {
    for (std::size_t extra = 0; extra < 130; ++extra) {
        const std::vector<std::uint8_t> one(extra + 1, 1);
        const std::vector<float> two(3, 2.0F);
        pleach::safetensors_writer writer;
        writer.metadata("filler", std::string(extra, 'x'));
        writer.add("one", {extra + 1}, one);
        writer.add("two", {3}, two);
        const std::string text = text_of(writer);
        const auto view = pleach::safetensors_view::view(as_bytes(text));
        const auto file_offset = [&](const char* name) { return view.bytes(*view.find(name)).data() - as_bytes(text).data(); };
        REQUIRE(file_offset("one") % 64 == 0);
        REQUIRE(file_offset("two") % 64 == 0);
        REQUIRE(view.tensors().size() == 2);
        REQUIRE(view.find("__pad0__") == nullptr);
    }
}

TEST_CASE("a file read and written again is the same file") {
    const std::vector<std::uint8_t> data = {1, 2, 3};
    pleach::safetensors_writer writer;
    writer.metadata("z", "last");
    writer.metadata("a", "first");
    writer.add("b", {3}, data);
    writer.add("empty 2", {0}, std::span<const float>());
    writer.add("empty 1", {0}, std::span<const float>());
    writer.add("a", {1, 3}, data);
    const std::string text = text_of(writer);

    const auto view = pleach::safetensors_view::view(as_bytes(text));
    pleach::safetensors_writer again;
    for (const auto& [key, value] : view.metadata()) {
        again.metadata(key, value);
    }
    for (const pleach::tensor_info& tensor : view.tensors()) {
        again.add(tensor.name, tensor.type, tensor.shape, view.bytes(tensor));
    }
    REQUIRE(text_of(again) == text);
}

TEST_CASE("a file that is mapped shows the same arrays as one in memory, aligned to be used in place") {
    const tests::temporary_directory directory;
    const auto path = directory / "file.safetensors";
    const std::vector<float> elements = {1, 2, 3, 4, 5};
    pleach::safetensors_writer writer;
    writer.add("weights", {5, 1}, elements);
    writer.add("more", {1, 5}, elements);
    writer.save(path);
    const auto mapped = pleach::safetensors_file::open(path, {}, pleach::open_mode::map);
    const auto in_memory = pleach::safetensors_file::open(path);
    REQUIRE(mapped->tensors() == in_memory->tensors());
    const auto weights = mapped->as<float>("weights");
    REQUIRE(copy(weights) == copy(in_memory->as<float>("weights")));
    REQUIRE(reinterpret_cast<std::uintptr_t>(weights.data()) % 64 == 0);
    const pleach::read_limits small{.bytes_in_memory = 10};
    REQUIRE(!pleach::safetensors_file::open(path, small, pleach::open_mode::map)->tensors().empty());
    REQUIRE_THROWS_AS(pleach::safetensors_file::open(path, small), std::filesystem::filesystem_error);
}

TEST_CASE("a file without arrays and without metadata can be written and read") {
    const auto text = text_of({});
    REQUIRE(text.size() % 64 == 0);
    const auto view = pleach::safetensors_view::view(as_bytes(text));
    REQUIRE(view.tensors().empty());
    REQUIRE(view.metadata().empty());
}

TEST_CASE("the writer refuses names, shapes and texts that no reader could take back") {
    const std::vector<float> data(6);
    pleach::safetensors_writer writer;
    writer.add("taken", {6}, data);
    writer.metadata("taken", "");
    const auto add = [&](const std::string& name, std::vector<std::uint64_t> shape) {
        writer.add(name, std::move(shape), data);
    };
    using error = std::invalid_argument;
    REQUIRE_THROWS_WITH_SENTENCE(add("taken", {6}), error, "taken");
    REQUIRE_THROWS_WITH_SENTENCE(add("a", {7}), error, "needs 28 bytes, but 24 were given");
    REQUIRE_THROWS_WITH_SENTENCE(add("a", {std::uint64_t{1} << 32U, std::uint64_t{1} << 32U}), error, "more than 2^64-1");
    REQUIRE_THROWS_WITH_SENTENCE(add("a", {6, 1, 1, 1, 1, 1, 1, 1, 1}), error, "extents");
    REQUIRE_THROWS_WITH_SENTENCE(add("__metadata__", {6}), error, "reserved");
    REQUIRE_THROWS_WITH_SENTENCE(add("__pad12__", {6}), error, "reserved");
    REQUIRE_THROWS_WITH_SENTENCE(add(std::string("a\0b", 3), {6}), error, "NUL");
    REQUIRE_THROWS_WITH_SENTENCE(add("\xff", {6}), error, "UTF-8");
    REQUIRE_THROWS_WITH_SENTENCE(add(std::string(4097, 'n'), {6}), error, "4096");
    REQUIRE_THROWS_WITH_SENTENCE(writer.metadata("taken", ""), error, "already");
    REQUIRE_THROWS_WITH_SENTENCE(writer.metadata("pleach.data_xxh3", ""), error, "reserved for the writer");
    REQUIRE_THROWS_WITH_SENTENCE(writer.metadata("a", "\xff"), error, "UTF-8");
    add(std::string(4096, 'n'), {6});
    add("__padding__", {6});
    REQUIRE(pleach::safetensors_view::view(as_bytes(text_of(writer))).tensors().size() == 3);
}

TEST_CASE("a file that default limits would not read is not written") {
    const tests::temporary_directory directory;
    pleach::safetensors_writer writer;
    writer.metadata("long", std::string(17U << 20U, 'x'));
    std::error_code error;
    writer.save(directory / "file", error);
    REQUIRE(error == pleach::format_errc::header_over_limit);
    REQUIRE_THROWS_AS(writer.save(directory / "file"), std::filesystem::filesystem_error);
    REQUIRE(directory.size() == 0);
}

TEST_CASE("a file of too many arrays is not written") {
    const tests::temporary_directory directory;
    pleach::safetensors_writer writer;
    for (int i = 0; i < 100'000; ++i) {
        writer.add(std::to_string(i), {0}, std::span<const float>());
    }
    std::error_code error;
    writer.save(directory / "file", error);
    REQUIRE(!error);
    writer.add("one too many", {0}, std::span<const float>());
    writer.save(directory / "file", error);
    REQUIRE(error == pleach::format_errc::too_many_tensors);
    REQUIRE(pleach::safetensors_file::open(directory / "file")->tensors().size() == 100'000);
}

TEST_CASE("a damaged file is refused with its path, the place and the reason") {
    const tests::temporary_directory directory;
    const std::string text = file_of("U16", "[3]", "1234");
    pleach::save_bytes(directory / "file", as_bytes(text));
    std::error_code code;
    REQUIRE(pleach::safetensors_file::open(directory / "file", {}, code)->tensors().empty());
    REQUIRE(code == pleach::format_errc::size_mismatch);
    for (const char* part : {"array \"x\", U16[3] needs 6 bytes, offsets 0 to 4", "a different number of bytes", "/file]"}) {
        REQUIRE_THROWS_WITH_SENTENCE(pleach::safetensors_file::open(directory / "file"), std::filesystem::filesystem_error,
                                     part);
    }
}

TEST_CASE("asking for what is not there says what is") {
    const std::vector<float> data(6);
    pleach::safetensors_writer writer;
    writer.add("w", {2, 3}, data);
    const std::string text = text_of(writer);
    const auto view = pleach::safetensors_view::view(as_bytes(text));
    using error = std::filesystem::filesystem_error;
    REQUIRE_THROWS_WITH_SENTENCE(view.as<float>("v"), error, "array \"v\"");
    REQUIRE_THROWS_WITH_SENTENCE(view.as<double>("w"), error, "found F32, needed F64");
    REQUIRE_THROWS_WITH_SENTENCE(view.as<float>("w", {{6}}), error, "found [2, 3], needed [6]");
    REQUIRE_THROWS_WITH_SENTENCE(view.as<float>("w", {{3, 2}}), error, "transpose");
    std::error_code code;
    REQUIRE(view.as<float>("w", {{3, 2}}, code).empty());
    REQUIRE(code == pleach::format_errc::transposed_shape);
    REQUIRE(view.as<float>("w", {{2, 3}}, code).size() == 6);
    REQUIRE(!code);
}

TEST_CASE("an array that is not aligned for its type is not handed out, but can be copied") {
    const std::string file = " " + file_of("U16", "[2]", raw({1, 513}));
    for (std::size_t shift = 0; shift < 2; ++shift) {
        const std::string moved = std::string(shift, ' ') + file;
        const auto view = pleach::safetensors_view::view(as_bytes(moved).subspan(shift + 1));
        std::error_code code;
        const auto span = view.as<std::uint16_t>("x", std::nullopt, code);
        const bool aligned = reinterpret_cast<std::uintptr_t>(view.bytes(*view.find("x")).data()) % 2 == 0;
        REQUIRE((code == pleach::format_errc::misaligned) == !aligned);
        REQUIRE(span.empty() == !aligned);
        REQUIRE(pleach::read_tensor<std::uint16_t>(view, "x") == std::vector<std::uint16_t>{1, 513});
    }
}

TEST_CASE("spans into a file stay valid when the file moves") {
    const tests::temporary_directory directory;
    const std::vector<float> data = {1, 2, 3};
    pleach::safetensors_writer writer;
    writer.add("w", {3}, data);
    writer.save(directory / "file");
    auto file = pleach::safetensors_file::open(directory / "file");
    const std::span<const float> span = file->as<float>("w");
    const pleach::safetensors_file moved = std::move(file);
    REQUIRE(moved->as<float>("w").data() == span.data());
    REQUIRE(copy(span) == data);
}

TEST_CASE("what is not a regular file, or not there, or too large, is refused") {
    const tests::temporary_directory directory;
    std::error_code error;
    REQUIRE(pleach::safetensors_file::open(directory / "absent", {}, error)->tensors().empty());
    REQUIRE(error == std::errc::no_such_file_or_directory);
    static_cast<void>(pleach::safetensors_file::open(std::string("a\0b", 3), {}, error));
    REQUIRE(error == std::errc::invalid_argument);
    static_cast<void>(pleach::safetensors_file::open(directory.path(), {}, error));
    REQUIRE(error == pleach::format_errc::not_a_file);
    REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
    static_cast<void>(pleach::safetensors_file::open(directory / "pipe", {}, error));
    REQUIRE(error == pleach::format_errc::not_a_file);

    const std::string text = text_of({});
    pleach::save_bytes(directory / "file", as_bytes(text));
    for (const std::uint64_t limit : {text.size() - 1, text.size(), text.size() + 1}) {
        static_cast<void>(pleach::safetensors_file::open(directory / "file", {.bytes_in_memory = limit}, error));
        REQUIRE((error == pleach::format_errc::file_over_limit) == (limit < text.size()));
    }
    REQUIRE_THROWS_WITH_SENTENCE(pleach::safetensors_file::open(directory / "absent"), std::filesystem::filesystem_error,
                                 "absent");
}

}  // namespace safetensors_test
