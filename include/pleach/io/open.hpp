// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Saves frozen tables to files and opens them. A file is a safetensors file whose metadata describes its arrays; docs/format
/// is the specification. Opening maps the file and checks every byte, unless read_limits::data is `trusted_bytes`; then it
/// takes the same time for tables of all sizes.
///
/// The program names the kind of the table: rows of any form, which this header includes, or compositions and other adaptors,
/// for which frozen/adaptor.hpp and their own header must be included as well. open_any.hpp opens any kind.

#include <pleach/frozen/freeze.hpp>
#include <pleach/io/tensor/safetensors_file.hpp>
#include <pleach/io/tensor/safetensors_writer.hpp>

#include <memory>

namespace pleach {
inline namespace PLEACH_ABI {

/// A writer that saves the table as a safetensors file, or writes it to a sink; its bytes() is the size of the file,
/// including the header. It refers to the image.
[[nodiscard]] inline safetensors_writer writer_of(const frozen::image& table) {
    safetensors_writer writer;
    for (const auto& [name, data] : table.content().arrays())
        std::visit(
            [&, &label = name]<class T>(std::span<const T> elements) {
                constexpr dtype type = sizeof(T) == 1 ? dtype::u8 : std::is_same_v<T, float> ? dtype::f32 : dtype::u32;
                writer.add(label, type, {elements.size()}, std::as_bytes(elements));
            },
            data);
    for (const auto& [key, word] : table.content().metadata()) writer.metadata(key, word);
    return writer;
}

/// An upper bound of the header's size in a file of rows of one format: subtract it from a budget of file bytes to get one
/// for the data. Compositions and tables of codes have larger headers.
inline constexpr std::size_t rows_header_bytes = 704;

/// Replaces the file `path` atomically; see save.hpp. *Throws* std::filesystem::filesystem_error.
inline void save(const frozen::image& table, const std::filesystem::path& path) { writer_of(table).save(path); }

namespace detail {

/// A file with the metadata of a frozen table, and its sections.
struct frozen_content {
    std::shared_ptr<const safetensors_file> file;
    frozen::sections parts;
};

[[nodiscard]] inline read_failure as_failure(const frozen::defect& wrong) { return {wrong.code, wrong.place}; }

template <class T>
[[nodiscard]] read_failure add_part(const safetensors_view& view, const tensor_info& tensor, frozen::sections& into) {
    std::error_code error;
    const std::span<const T> elements = view.as<T>(tensor.name, std::vector<std::uint64_t>(tensor.shape), error);
    if (!error) into.add(tensor.name, elements);
    return error ? read_failure(error, "array " + in_quotes(tensor.name)) : read_failure{};
}

/// How many lookups a lookup in the table takes in the nested table whose keys begin with `prefix`; at most about 2^32.
[[nodiscard]] inline std::uint64_t lookups_of_part(const frozen::sections& from, std::string_view prefix) {
    constexpr std::uint64_t most = std::uint64_t{1} << 32;
    std::uint64_t lookups = 1;
    for (std::size_t end = 0; end < prefix.size() && lookups < most; end = prefix.find('.', end) + 1)
        lookups *= (std::max)(std::uint64_t{1}, from.number(std::string(prefix.substr(0, end)) + "terms", most).value_or(1));
    return (std::min)(lookups, most);
}

/// Checks that each table in the metadata of a file of `bytes` is within the limits.
[[nodiscard]] inline read_failure check_limits(const frozen::sections& from, std::size_t bytes, const read_limits& limits) {
    const auto per_byte = checked_multiply(bytes, limits.rows_per_byte).value_or(~std::uint64_t{0});
    std::uint64_t reads = 0;
    for (const auto& one : from.metadata()) {
        const std::string& key = one.first;
        const std::string_view name = std::string_view(key).substr(key.rfind('.') + 1);
        const auto is_over = [&](std::uint64_t most) { return from.number(key, ~std::uint64_t{0}).value_or(0) > most; };
        const char* limit = nullptr;
        if (name == "entities" && is_over(per_byte)) limit = "rows_per_byte";
        if (name == "entities" && is_over(limits.rows)) limit = "rows";
        if (name == "dim" && is_over(limits.columns)) limit = "columns";
        if (name == "kind" && static_cast<std::uint64_t>(std::ranges::count(key, '.')) >= limits.nesting) limit = "nesting";
        if (name == "kind" && limit == nullptr) {
            reads += lookups_of_part(from, std::string_view(key).substr(0, key.size() - name.size()));
            if (reads > limits.reads) limit = "reads";
        }
        if (limit != nullptr) return as_failure({frozen_errc::beyond_limit, in_quotes(key) + ": read_limits::" + limit});
    }
    return {};
}

[[nodiscard]] inline read_failure read_parts(const safetensors_view& view, const read_limits& limits, frozen::sections& into) {
    for (const auto& [key, word] : view.metadata()) into.describe(key, word);
    const std::string_view version = into.value("pleach.frozen");
    if (version.empty()) return as_failure({frozen_errc::not_frozen, ""});
    if (version != frozen_version) return as_failure({frozen_errc::newer_version, "version " + in_quotes(version)});
    if (auto failure = check_limits(into, view.file_bytes(), limits)) return failure;
    for (const tensor_info& tensor : view.tensors()) {
        read_failure failure;
        switch (tensor.type) {
            case dtype::u8:
                into.add(tensor.name, view.bytes(tensor));
                break;
            case dtype::u32:
                failure = add_part<std::uint32_t>(view, tensor, into);
                break;
            case dtype::f32:
                failure = add_part<float>(view, tensor, into);
                break;
            default:
                failure = as_failure({frozen_errc::unknown_array, "array " + in_quotes(tensor.name)});
        }
        if (failure) return failure;
    }
    return {};
}

[[nodiscard]] inline read_failure check_id_limit(const frozen::row_ids& ids, const read_limits& limits) {
    if (limits.data == data_checksum::trusted_bytes || ids.longest() <= limits.id_bytes) return {};
    return as_failure({frozen_errc::beyond_limit, "\"pleach.ids\": read_limits::id_bytes"});
}

[[nodiscard]] inline read_failure open_frozen(const std::filesystem::path& path, const open_options& options,
                                              frozen_content& result) {
    auto file = std::make_shared<safetensors_file>();
    if (auto failure = open_safetensors(path, options.limits, options.mode, *file)) return failure;
    result.file = std::move(file);
    return read_parts(result.file->view(), options.limits, result.parts);
}

template <class Table, class Executor>
[[nodiscard]] read_failure view_frozen(const frozen_content& content, const open_options& options, std::optional<Table>& result,
                                       const Executor& exec) {
    const auto check = options.limits.data == data_checksum::trusted_bytes ? frozen::validation::trusted_rows
                       : options.limits.values == table_values::any        ? frozen::validation::any_value
                                                                           : frozen::validation::everything;
    frozen::defect wrong;
    result = frozen::view<Table>(content.parts, wrong, content.file, check, exec);
    if (wrong) return as_failure(wrong);
    return check_id_limit(frozen::row_ids::view(content.parts, result->size(), false, wrong), options.limits);
}

template <class Table, class Executor>
[[nodiscard]] read_failure open_as(const std::filesystem::path& path, const open_options& options, std::optional<Table>& result,
                                   const Executor& exec) {
    frozen_content content;
    if (auto failure = open_frozen(path, options, content)) return failure;
    return view_frozen(content, options, result, exec);
}

}  // namespace detail

/// The frozen table in the file, which must be of this kind: `open<frozen::bitmap_records<>>(path)`. The table keeps the
/// mapping alive. On failure sets `error` and returns nullopt. *Throws* std::bad_alloc only. *Complexity:* linear in the
/// bytes; with trusted_bytes, constant.
template <class Table, executor Executor = sequential>
[[nodiscard]] std::optional<Table> open(const std::filesystem::path& path, std::error_code& error,
                                        const open_options& options = {}, const Executor& exec = {}) {
    std::optional<Table> result;
    error = detail::open_as(path, options, result, exec).code;
    if (error) result.reset();
    return result;
}

/// As above. *Throws* std::filesystem::filesystem_error that says what is wrong and where.
template <class Table, executor Executor = sequential>
[[nodiscard]] Table open(const std::filesystem::path& path, const open_options& options = {}, const Executor& exec = {}) {
    return *detail::read_or_throw<std::optional<Table>>(
        path, [&](auto& result) { return detail::open_as(path, options, result, exec); });
}

/// The frozen table in the bytes `file`. On failure sets `error` and returns nullopt. *Precondition:* the bytes begin at a
/// multiple of 64, and stay valid and unchanged as long as the table or a copy of it is used.
template <class Table, executor Executor = sequential>
[[nodiscard]] std::optional<Table> open_bytes(std::span<const std::byte> file, std::error_code& error,
                                              const read_limits& limits = {}, const Executor& exec = {}) {
    std::optional<Table> result;
    const safetensors_view contents = safetensors_view::view(file, limits, error);
    if (error) return result;
    detail::frozen_content content;
    auto failure = detail::read_parts(contents, limits, content.parts);
    if (!failure) failure = detail::view_frozen(content, {.limits = limits}, result, exec);
    error = failure.code;
    if (error) result.reset();
    return result;
}

/// The original ids of the rows of the frozen table in the file, whatever its kind; empty if it has none. They keep the mapping
/// alive. *Throws* std::filesystem::filesystem_error. *Complexity:* linear in the bytes; with trusted_bytes, constant.
[[nodiscard]] inline frozen::row_ids open_ids(const std::filesystem::path& path, const open_options& options = {}) {
    return detail::read_or_throw<frozen::row_ids>(path, [&](frozen::row_ids& result) -> detail::read_failure {
        detail::frozen_content content;
        if (auto failure = detail::open_frozen(path, options, content)) return failure;
        const auto rows = content.parts.number("entities", std::uint64_t{1} << 40);
        if (!rows) return detail::as_failure({frozen_errc::bad_metadata, "\"entities\""});
        frozen::defect wrong;
        const bool is_checking = options.limits.data != data_checksum::trusted_bytes;
        result = frozen::row_ids::view(content.parts, *rows, is_checking, wrong, content.file);
        return wrong ? detail::as_failure(wrong) : detail::check_id_limit(result, options.limits);
    });
}

}  // namespace PLEACH_ABI
}  // namespace pleach
