// SPDX-License-Identifier: Apache-2.0
#include "support/serve/dense_factors.hpp"

#include "support/text/error.hpp"
#include "support/text/number.hpp"

#include <algorithm>
#include <limits>

namespace support {
namespace {

using pleach::array_view;

bool is_npy(std::span<const std::byte> bytes) {
    return !bytes.empty() && (bytes[0] == std::byte{0x93} || bytes[0] == std::byte{'P'});
}

/// The array of this name, or the only one that can be meant.
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

dense_factors dense_factors::open(const std::filesystem::path& path, const std::string& name) {
    dense_factors result;
    result.content_ = pleach::file_content(pleach::mapped_file::open(path));
    const std::span<const std::byte> bytes = result.content_.bytes();
    try {
        if (is_npy(bytes)) {
            if (!name.empty())
                fail_input({path.native()}, "an npy file, whose array has no name", "no --array", "leave it out");
            result.array_ = pleach::view_npy(bytes);
        } else {
            result.array_ = choose_array(pleach::safetensors_view::view(bytes), path.native(), name);
        }
    } catch (const std::filesystem::filesystem_error& error) {
        throw std::filesystem::filesystem_error(error.what(), path, error.code());
    }
    result.array_.origin = path;
    const auto& shape = result.array_.shape;
    if (shape.size() != 2 || shape[0] == 0 || shape[1] == 0)
        fail_input({path.native()}, "an array " + result.describe(), "rows and columns, one at least of each",
                   "save the factors as one table, a row for each entity");
    if (shape[0] > std::numeric_limits<id_type>::max())
        fail_input({path.native()}, grouped(shape[0]) + " rows", "at most 2^32 - 1", "split the table");
    if (result.array_.type == pleach::dtype::boolean)
        fail_input({path.native()}, "truth values", "numbers", "convert them where they are written");
    result.rows_ = static_cast<std::size_t>(shape[0]);
    result.cols_ = static_cast<std::size_t>(shape[1]);
    try {
        result.rows_in_place_ = pleach::rows_of<float>(result.array_);
    } catch (const std::filesystem::filesystem_error&) {
        // Then they are converted, a row at a time.
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
