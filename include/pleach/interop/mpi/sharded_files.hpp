// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A sharded table as files: one per rank, which that rank writes and which holds its rows, and a small one that names them:
///
///     table.safetensors                       which files, how many rows, by metadata
///     table.safetensors-<number>-0-of-4       arrays as visit_state (table/state.hpp) gives them, of the rows of rank 0
///     ...
///
/// The number is a new one for each save. The file that names the others is replaced last, and atomically, and then those of the
/// save before are removed: whatever happens, it names a whole table. Any number of ranks opens it; all must see the same
/// folder. Needs what pleach::io needs.

#include <pleach/interop/mpi/sharded.hpp>
#include <pleach/io/file/posix_files.hpp>
#include <pleach/io/tensor/safetensors.hpp>
#include <pleach/table/state.hpp>

#include <charconv>
#include <filesystem>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

inline constexpr std::string_view shards_key = "pleach.shards", rows_key = "pleach.rows", dim_key = "pleach.dim",
                                  save_key = "pleach.save";

// What the file that names the others says.
struct shard_names {
    std::filesystem::path path;
    std::size_t shards = 0;
    std::size_t rows = 0;
    std::size_t dim = 0;
    std::string save;

    [[nodiscard]] std::filesystem::path of(std::size_t shard) const {
        return path.string() + "-" + save + "-" + std::to_string(shard) + "-of-" + std::to_string(shards);
    }
};

[[nodiscard]] inline shard_names read_shard_names(const std::filesystem::path& path) {
    const auto file = safetensors_file::open(path);
    shard_names names;
    names.path = path;
    const auto number = [&](std::string_view key) {
        const auto entry = file->metadata().find(key);
        std::size_t value = 0;
        if (entry != file->metadata().end()) {
            const std::string& text = entry->second;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            if (error == std::errc() && end == text.data() + text.size() && value > 0) return value;
        }
        throw std::invalid_argument("pleach::open_sharded: " + path.string() + " does not say " + std::string(key) +
                                    "; open the file that save_sharded was given, not that of a shard");
    };
    names.shards = number(shards_key);
    names.rows = number(rows_key);
    names.dim = number(dim_key);
    if (const auto save = file->metadata().find(save_key); save != file->metadata().end()) names.save = save->second;
    if (names.save.empty() || names.save.find_first_not_of("0123456789abcdef") != std::string::npos)
        throw std::invalid_argument("pleach::open_sharded: " + path.string() + " names no files");
    return names;
}

// Copies this rank's rows of an array from the files of all shards.
template <class T>
void read_rows(const std::vector<safetensors_file>& files, const row_shards& rows, std::string_view name, matrix_view<T> out) {
    if (out.rows() != rows.own())
        throw std::invalid_argument("pleach::open_sharded: \"" + std::string(name) + "\" has " + std::to_string(out.rows()) +
                                    " rows for " + std::to_string(rows.own()) +
                                    " ids; only tables with one row of an array per id can be opened, so unpack it");
    std::vector<std::span<const T>> saved;
    for (std::size_t s = 0; s < files.size(); ++s)
        saved.push_back(
            files[s]->as<T>(name, std::vector<std::uint64_t>{row_shards(rows.rows(), files.size(), s).own(), out.cols()}));
    for (std::size_t r = 0; r < out.rows(); ++r) {
        const std::size_t row = rows.global(r);
        copy_values(saved[row % files.size()].subspan(row / files.size() * out.cols(), out.cols()), out.row(r));
    }
}

}  // namespace detail

/// Replaces the file `path`, which names the shards, and saves them beside it. Collective. *Throws* on all ranks what fails on
/// one, with the sentence of std::filesystem::filesystem_error; the files of the save before are then as they were. *Precondition:* all
/// ranks give the same path, of a folder that all see.
template <class Table>
void save_sharded(const sharded<Table>& table, const std::filesystem::path& path) {
    const communicator& all = table.ranks();
    char digits[16] = {};
    all.together("save_sharded", [&] {
        if (all.rank() != 0) return;
        const std::uint64_t bits = posix_files{}.random();
        for (std::size_t i = 0; i < sizeof(digits); ++i) digits[i] = "0123456789abcdef"[bits >> (4 * i) & 15];
    });
    all.broadcast("save_sharded", digits, 0);
    const detail::shard_names names{path, all.size(), table.size(), table.dim(), std::string(digits, sizeof(digits))};
    std::error_code ignored;
    try {
        all.together("save_sharded", [&] {
            safetensors_writer writer;
            visit_state(table.shard(), [&](std::string_view name, auto array) {
                if (array.rows() != table.rows().own())
                    throw std::invalid_argument(
                        "pleach::save_sharded: \"" + std::string(name) + "\" has " + std::to_string(array.rows()) +
                        " rows for " + std::to_string(table.rows().own()) + " ids; unpack the table before it is saved");
                writer.add(std::string(name), {array.rows(), array.cols()},
                           std::span(array.data(), array.rows() * array.cols()));
            });
            writer.save(names.of(all.rank()));
        });
    } catch (const std::exception&) {
        std::filesystem::remove(names.of(all.rank()), ignored);
        throw;
    }
    all.together("save_sharded", [&] {
        if (all.rank() != 0) return;
        std::optional<detail::shard_names> before;
        try {
            before = detail::read_shard_names(path);
        } catch (const std::exception&) {  // none, or another file, whose shards are not ours to remove
        }
        safetensors_writer writer;
        for (const auto& [key, value] : {std::pair(detail::shards_key, names.shards), std::pair(detail::rows_key, names.rows),
                                         std::pair(detail::dim_key, names.dim)})
            writer.metadata(key, std::to_string(value));
        writer.metadata(detail::save_key, names.save);
        writer.save(path);
        for (std::size_t s = 0; before && s < before->shards; ++s) std::filesystem::remove(before->of(s), ignored);
    });
}

/// The table that save_sharded saved, on any number of ranks. `make(rows, dim)` makes this rank's shard, whose values are then
/// replaced. Collective. *Throws* on all ranks what fails on one. *Complexity:* every rank reads all files, to check them, and
/// copies its own rows.
template <class Table, class Make>
[[nodiscard]] sharded<Table> open_sharded(const communicator& all, const std::filesystem::path& path, Make&& make) {
    detail::shard_names names;
    std::vector<safetensors_file> files;
    all.together("open_sharded", [&] {
        names = detail::read_shard_names(path);
        for (std::size_t s = 0; s < names.shards; ++s)
            files.push_back(safetensors_file::open(names.of(s), read_limits{}, open_mode::map));
    });
    sharded<Table> table(all, names.rows, [&](const row_shards& rows) {
        Table shard = make(rows, names.dim);
        if (shard.size() == rows.own())
            load_state(shard, [&](std::string_view name, auto array) { detail::read_rows(files, rows, name, array); });
        return shard;
    });
    return table;
}

/// The same for a table that is made of a dense_table.
template <class Table>
[[nodiscard]] sharded<Table> open_sharded(const communicator& all, const std::filesystem::path& path) {
    return open_sharded<Table>(all, path, [](const row_shards& rows, std::size_t dim) {
        return Table(dense_table<typename Table::value_type, typename Table::id_type>(rows.own(), dim));
    });
}

}  // namespace PLEACH_ABI
}  // namespace pleach
