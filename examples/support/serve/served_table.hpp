// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table of any kind that a file can hold: dense rows from npy or safetensors, or a frozen table, including compositions. The
/// file is mapped. This is a table itself, at the cost of one branch per lookup; `visit` gives access to the actual type, with
/// a single branch.

#include "support/serve/dense_factors.hpp"

#include <pleach/frozen/nested_rows.hpp>
#include <pleach/io/open.hpp>
#include <pleach/table/ranking.hpp>

#include <memory>
#include <variant>

namespace support {

/// Where to read a table from: a file and, in a safetensors file with several, the name of the array.
struct table_source {
    std::filesystem::path path;
    std::string array;
};

class served_table {
public:
    using value_type = float;
    using id_type = std::uint32_t;

    /// *Throws:* input_error, std::filesystem::filesystem_error.
    static served_table open(const table_source& source, const pleach::read_limits& limits = {});

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t dim() const noexcept { return dim_; }
    void lookup(id_type id, std::span<float> out) const {
        std::visit([&](const auto& table) { table.lookup(id, out); }, table_);
    }
    /// A description of its kind.
    [[nodiscard]] const std::string& kind() const noexcept { return kind_; }
    /// The bytes of the file.
    [[nodiscard]] std::span<const std::byte> mapping() const noexcept { return mapping_; }

    /// Calls visit(table) with the table in its actual type.
    template <class Visit>
    decltype(auto) visit(Visit&& visit) const {
        return std::visit(std::forward<Visit>(visit), table_);
    }

    /// Called by pleach::top_k: ranks in the actual format of the rows.
    void rank(pleach::matrix_view<const float> queries, std::span<pleach::best_list<float>> lists,
              const pleach::excluded_ids& excluded, pleach::executor_ref exec) const;

private:
    template <class>
    struct with_dense;
    template <class... Tables>
    struct with_dense<std::variant<Tables...>> {
        using type = std::variant<dense_factors, Tables...>;
    };

    with_dense<pleach::frozen::any_table>::type table_;
    std::shared_ptr<const pleach::mapped_file> file_;
    std::span<const std::byte> mapping_;
    std::size_t size_ = 0;
    std::size_t dim_ = 0;
    std::string kind_;
};

}  // namespace support
