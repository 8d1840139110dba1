// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The readers and verbs behind open_any.hpp, for all kinds of frozen tables. The target `pleach::any_table` compiles them; a
/// program that does not link it includes this header in one of its source files, which then takes about a minute to compile.

#include <pleach/frozen/erased_table.hpp>
#include <pleach/io/open_any.hpp>
#include <pleach/io/open_variant.hpp>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

template <class Table, class Read>
[[nodiscard]] Table read_any(const std::filesystem::path& path, const open_options& options, executor_ref exec,
                             const Read& read) {
    frozen_content content;
    std::span<const std::byte> bytes;
    std::optional<Table> result;
    auto failure = read(content, bytes);
    if (!failure)
        failure = use_frozen(content, options, exec, [&](auto table) {
            frozen::defect none;  // view_frozen has checked the ids
            auto ids = frozen::row_ids::view(content.parts, table.size(), false, none, content.file);
            result.emplace(std::move(table), std::string(content.parts.value("kind")), bytes, std::move(ids));
        });
    if (failure) failure.raise(path);
    return *std::move(result);
}

template <class Table>
Table any_table_reader<Table>::open(const std::filesystem::path& path, const open_options& options, executor_ref exec) {
    return read_any<Table>(path, options, exec, [&](frozen_content& content, std::span<const std::byte>& bytes) {
        auto failure = open_frozen(path, options, content);
        if (!failure) bytes = content.file->bytes();
        return failure;
    });
}

template <class Table>
Table any_table_reader<Table>::open(std::span<const std::byte> file, const read_limits& limits, executor_ref exec) {
    return read_any<Table>({}, {.limits = limits, .mode = {}}, exec,
                           [&](frozen_content& content, std::span<const std::byte>& bytes) {
                               bytes = file;
                               // *Throws* what is wrong with the container itself.
                               return read_parts(safetensors_view::view(file, limits), limits, content.parts);
                           });
}

template <class Table>
Table any_table_reader<Table>::view(std::shared_ptr<const frozen::image> from) {
    const std::string kind(from->content().value("kind"));
    std::optional<Table> result;
    const auto view_as = [&]<class Frozen>(const Frozen*) {
        auto table = frozen::view<Frozen>(from);
        frozen::defect none;
        auto ids = frozen::row_ids::view(from->content(), table.size(), false, none, from);
        result.emplace(std::move(table), kind, std::span<const std::byte>(), std::move(ids));
    };
    if (!frozen::with_kind(kind, view_as)) view_as(static_cast<const frozen::nested_rows*>(nullptr));
    return *std::move(result);
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
