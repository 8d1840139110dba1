// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bags as torch gives them, tensors of ids, offsets and weights, in the form that the batch verbs take. Public through torch.hpp.

#include <pleach/table/bags.hpp>

// First: in C++20, clang finds it incomplete where the other headers of torch 1.13 use it.
#include <ATen/core/ivalue.h>

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <concepts>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

/// How the rows of a bag become one; the mean of an empty bag is zero. Torch's own bags take the mean unless they are told.
enum class bag_mode : std::uint8_t { sum, mean };

struct torch_bag_options {
    bag_mode mode = bag_mode::sum;
    bool include_last_offset = false;  ///< offsets end with the number of ids, so that there is one more of them than bags
};

/// An executor over the threads of torch.
struct torch_threads {
    template <std::invocable<std::size_t> Run>
    void operator()(std::size_t tasks, Run&& run) const {
        at::parallel_for(0, static_cast<std::int64_t>(tasks), 1, [&](std::int64_t first, std::int64_t last) {
            for (std::int64_t i = first; i < last; ++i) run(static_cast<std::size_t>(i));
        });
    }
};

namespace detail {

[[noreturn]] inline void refuse_bags(const std::string& why) { throw std::invalid_argument("pleach::torch_bag: " + why); }

inline void check_on_cpu(const torch::Tensor& given, const char* what) {
    if (!given.device().is_cpu())
        refuse_bags(std::string(what) + " are on " + given.device().str() + "; move them to the CPU, with .cpu()");
}

/// Bags as torch gives them, in the form that the batch verbs take: valid ids, and where each bag begins and the last one ends.
template <class Table>
struct torch_bags {
    using id_type = typename Table::id_type;
    using value_type = typename Table::value_type;

    std::vector<id_type> ids;
    std::vector<std::size_t> offsets;
    torch::Tensor weights;  ///< of the ids; undefined if they have none

    torch_bags(const Table& table, const torch::Tensor& given, const torch::Tensor& starts, const torch::Tensor& given_weights,
               const torch_bag_options& how) {
        if (!given.defined() || given.dim() < 1 || given.dim() > 2)
            refuse_bags("ids must have one dimension, and offsets, or two, a bag per row");
        if ((given.dim() == 2) == starts.defined())
            refuse_bags(starts.defined() ? "ids of two dimensions are a bag per row; leave out the offsets"
                                         : "ids of one dimension need offsets, the positions where bags begin");
        check_on_cpu(given, "ids");
        ids = given.scalar_type() == torch::kInt ? narrowed<std::int32_t>(table, given) : narrowed<std::int64_t>(table, given);
        if (starts.defined())
            read_offsets(starts, how.include_last_offset);
        else
            for (std::int64_t bag = 0; bag <= given.size(0); ++bag)
                offsets.push_back(static_cast<std::size_t>(bag * given.size(1)));
        check_offsets(offsets, ids.size(), "torch_bag");
        if (given_weights.defined()) read_weights(given_weights, given, how.mode);
    }

    [[nodiscard]] std::size_t count() const noexcept { return offsets.size() - 1; }

    /// The pooled rows, bags x dim().
    [[nodiscard]] torch::Tensor pooled(const Table& table, bag_mode mode) const {
        const auto rows = static_cast<std::int64_t>(count()), columns = static_cast<std::int64_t>(table.dim());
        torch::Tensor result = torch::empty({rows, columns}, torch::TensorOptions(c10::CppTypeToScalarType<value_type>::value));
        const matrix_view<value_type> out(result.data_ptr<value_type>(), count(), table.dim(), table.dim());
        const std::span<const id_type> valid(ids);
        const torch_threads exec;
        const batch_options how{.exec = exec, .ids = id_policy::trust};
        // Tables without a type have batch verbs of their own, one virtual call each.
        constexpr bool has_verbs = requires { table.gather_sum(valid, offsets, out, how); };
        if (weights.defined()) {
            const std::span<const value_type> of_ids(weights.data_ptr<value_type>(), ids.size());
            if constexpr (has_verbs)
                table.gather_weighted_sum(valid, of_ids, offsets, out, how);
            else
                gather_weighted_sum(table, valid, of_ids, offsets, out, how);
        } else if (mode == bag_mode::mean) {
            if constexpr (has_verbs)
                table.gather_mean(valid, offsets, out, how);
            else
                gather_mean(table, valid, offsets, out, how);
        } else {
            if constexpr (has_verbs)
                table.gather_sum(valid, offsets, out, how);
            else
                gather_sum(table, valid, offsets, out, how);
        }
        return result;
    }

private:
    template <class Given>
    static std::vector<id_type> narrowed(const Table& table, const torch::Tensor& given) {
        if (given.scalar_type() != c10::CppTypeToScalarType<Given>::value)
            refuse_bags(std::string("ids are of type ") + c10::toString(given.scalar_type()) + "; give int64 or int32");
        const torch::Tensor plain = given.contiguous();
        const std::span<const Given> all(plain.data_ptr<Given>(), static_cast<std::size_t>(plain.numel()));
        return narrowed_ids(table, all, id_policy::refuse, "torch_bag");
    }

    void read_offsets(const torch::Tensor& starts, bool include_last) {
        if (starts.dim() != 1 || (include_last && starts.numel() == 0))
            refuse_bags("offsets must have one dimension, and an element per bag" +
                        std::string(include_last ? " and one more, the number of ids" : ""));
        check_on_cpu(starts, "offsets");
        if (starts.scalar_type() != torch::kLong && starts.scalar_type() != torch::kInt)
            refuse_bags(std::string("offsets are of type ") + c10::toString(starts.scalar_type()) + "; give int64 or int32");
        const torch::Tensor plain = starts.to(torch::kLong).contiguous();
        const std::span<const std::int64_t> all(plain.data_ptr<std::int64_t>(), static_cast<std::size_t>(plain.numel()));
        for (const std::int64_t start : all) {
            if (start < 0) refuse_bags("an offset is " + std::to_string(start) + ", but offsets are positions, 0 or more");
            offsets.push_back(static_cast<std::size_t>(start));
        }
        if (offsets.empty() && !ids.empty()) refuse_bags("there are ids, but no offsets, so that they are in no bag");
        if (!include_last) offsets.push_back(ids.size());
    }

    void read_weights(const torch::Tensor& given, const torch::Tensor& of, bag_mode mode) {
        if (mode != bag_mode::sum) refuse_bags("weights belong to the mode sum");
        check_on_cpu(given, "weights");
        if (given.sizes() != of.sizes() || given.scalar_type() != c10::CppTypeToScalarType<value_type>::value)
            refuse_bags("weights must have the shape of the ids and the type of the table's values, " +
                        std::string(c10::toString(c10::CppTypeToScalarType<value_type>::value)));
        weights = given.detach().clone(torch::MemoryFormat::Contiguous);  // as they are now, for the backward pass
    }
};

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
