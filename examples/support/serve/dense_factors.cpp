// SPDX-License-Identifier: Apache-2.0
#include "support/serve/dense_factors.hpp"

#include "support/text/error.hpp"
#include "support/text/number.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace support {
namespace {

using pleach::array_view;

/// Compares all magic bytes of the format, since fewer of them could be the length of a safetensors header.
bool begins_with(std::span<const std::byte> bytes, std::string_view magic) {
    return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

bool is_npy_or_npz(std::span<const std::byte> bytes) {
    using namespace std::string_view_literals;
    return begins_with(bytes, "\x93NUMPY"sv) || begins_with(bytes, "PK\x03\x04"sv);
}

/// Eight bytes with the length of the header, then the header, a JSON object.
bool is_safetensors(std::span<const std::byte> bytes) { return bytes.size() > 8 && bytes[8] == std::byte{'{'}; }

/// The array of this name or, without a name, the only possible one.
array_view choose_array(const pleach::safetensors_view& file, const std::string& path, const std::string& name) {
    std::string there;
    const pleach::tensor_info* chosen = nullptr;
    std::size_t tables = 0;
    for (const pleach::tensor_info& tensor : file.tensors()) {
        there += (there.empty() ? "" : ", ") + printable(tensor.name);
        if (name.empty() ? tensor.shape.size() == 2 : tensor.name == name) {
            chosen = &tensor;
            ++tables;
        }
    }
    if (tables != 1)
        fail_input({path}, "the arrays " + (there.empty() ? "(none)" : printable(there, 400)),
                   name.empty() ? "one with two extents" : "one named " + printable(name), "choose with --array NAME");
    return pleach::array_of(file, chosen->name);
}

}  // namespace

pleach::mapped_file map_input(const std::filesystem::path& path) {
    std::error_code error;
    auto file = pleach::mapped_file::open(path, error);
    if (!error) return file;
    if (error == std::errc::no_such_file_or_directory)
        fail_input({path.native()}, "no such file", "a table in npy, safetensors or frozen format", "check the name");
    fail_input({path.native()}, error.message(), "a regular file that can be read", "check the path");
}

dense_factors dense_factors::open(const std::filesystem::path& path, const std::string& name) {
    dense_factors result;
    result.content_ = pleach::file_content(map_input(path));
    const std::span<const std::byte> bytes = result.content_.bytes();
    try {
        if (is_npy_or_npz(bytes)) {
            if (!name.empty())
                fail_input({path.native()}, "an npy file, whose array has no name", "no --array", "leave it out");
            result.array_ = pleach::view_npy(bytes);
        } else if (!is_safetensors(bytes)) {
            fail_input({path.native()}, "neither an npy nor a safetensors file", "factors in one of these formats",
                       "save them with numpy.save or safetensors.numpy.save_file");
        } else {
            result.array_ = choose_array(pleach::safetensors_view::view(bytes), path.native(), name);
        }
    } catch (const std::filesystem::filesystem_error& error) {
        std::string_view what = error.what();  // "filesystem error: pleach: cannot read: ..."
        for (const std::string_view prefix : {"filesystem error: ", "pleach: cannot read", ": "})
            if (what.starts_with(prefix)) what.remove_prefix(prefix.size());
        throw input_error(printable(path.native(), 4096) + ": " + printable_line(what));
    }
    result.array_.origin = path;
    const auto& shape = result.array_.shape;
    if (shape.size() != 2 || shape[0] == 0 || shape[1] == 0)
        fail_input({path.native()}, "an array " + result.describe(), "rows and columns, at least one of each",
                   "save the factors as one table with one row per entity");
    if (shape[0] > std::numeric_limits<id_type>::max())
        fail_input({path.native()}, grouped(shape[0]) + " rows", "at most 2^32 - 1", "split the table");
    if (result.array_.type == pleach::dtype::boolean)
        fail_input({path.native()}, "booleans", "numbers", "convert them to numbers when you save them");
    result.rows_ = static_cast<std::size_t>(shape[0]);
    result.cols_ = static_cast<std::size_t>(shape[1]);
    try {
        result.rows_in_place_ = pleach::rows_of<float>(result.array_);
    } catch (const std::filesystem::filesystem_error&) {
        // Otherwise they are converted, one row at a time.
    }
    return result;
}

void dense_factors::lookup(id_type id, std::span<float> out) const {
    if (rows_in_place_) {
        std::ranges::copy(rows_in_place_->row(id), out.begin());
        return;
    }
    pleach::copy_rows(array_, id, pleach::matrix_view<float>(out.data(), 1, out.size()), pleach::conversion::rounding);
}

std::string dense_factors::describe() const {
    std::string text(pleach::name_of(array_.type));
    for (std::size_t i = 0; i < array_.shape.size(); ++i) text += (i == 0 ? " " : " x ") + grouped(array_.shape[i]);
    return text;
}

}  // namespace support
