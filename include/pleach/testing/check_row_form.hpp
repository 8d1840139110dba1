// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Checks the part of the row form concept that the compiler cannot, for your own form (docs/howto/write_your_own_row_form.md):
///
///     const auto report = pleach::testing::check_row_form<my_form>();
///     if (!report.passed()) std::fputs(report.text().c_str(), stderr);

#include <pleach/core/random_stream.hpp>
#include <pleach/frozen/form.hpp>
#include <pleach/frozen/image.hpp>
#include <pleach/testing/detail/findings.hpp>

#include <numeric>

namespace pleach {
inline namespace PLEACH_ABI {
namespace testing {
namespace detail {

/// A row written by the form, with `extra` bytes more than it needs, between zero bytes that detect out-of-bounds writes.
template <class Form>
class written_row {
public:
    written_row(std::vector<float> row, std::size_t extra) : values_(std::move(row)) {
        scale_ = Form::code_row(std::span(values_));
        for (float& x : values_) x = x == 0 ? 0.0F : x;  // without a sign, as freeze() does
        nonzero_ = values_.size() - static_cast<std::size_t>(std::ranges::count(values_, 0.0F));
        bytes_ = Form::bytes(values_.size(), nonzero_);
        used_ = bytes_ + extra;
        memory_.assign(64 + used_ + 64, std::byte{0});
        Form::write(values_, scale_, std::span(memory_).subspan(64, used_));
    }
    [[nodiscard]] const std::vector<float>& values() const noexcept { return values_; }
    [[nodiscard]] std::uint16_t scale() const noexcept { return scale_; }
    [[nodiscard]] std::size_t nonzero() const noexcept { return nonzero_; }
    [[nodiscard]] std::span<const std::byte> row() const noexcept { return std::span(memory_).subspan(64, used_); }
    [[nodiscard]] bool is_written_outside() const noexcept {
        const auto is_set = [](std::byte b) { return b != std::byte{0}; };
        return std::any_of(memory_.begin(), memory_.begin() + 64, is_set) ||
               std::any_of(memory_.end() - 64, memory_.end(), is_set);
    }

private:
    std::vector<float> values_;
    std::uint16_t scale_ = 0;
    std::size_t nonzero_ = 0, bytes_ = 0, used_ = 0;
    std::vector<std::byte> memory_;
};

/// A random row of width `dim` in which about a share `density` of the values is nonzero.
inline std::vector<float> row_to_try(std::size_t dim, double density, std::uint64_t seed) {
    const random_stream stream = random_stream(seed).fork("rows of a form");
    std::vector<float> row(dim);
    for (std::size_t c = 0; c < dim; ++c)
        if (stream.uniform(c, 0) < density) row[c] = static_cast<float>(4 * stream.uniform(c, 1) - 2);
    return row;
}

template <class Form>
class form_checks {
public:
    explicit form_checks(conformance_report& report) : report_(report) {}

    void run() {
        axiom("code_row keeps values within error() of the row's largest",
              [this](const written_row<Form>&, std::size_t) { return error_sentence_; });
        axiom("write stays within the bytes that it is given", [](const written_row<Form>& one, std::size_t) -> std::string {
            return one.is_written_outside() ? "bytes outside the row were written" : "";
        });
        axiom("read gives the values that were written", [](const written_row<Form>& one, std::size_t dim) -> std::string {
            std::vector<float> out(dim, 7.0F);
            copy_packed(Form::read(one.row(), dim), out.data(), dim);
            for (std::size_t c = 0; c < dim; ++c)
                if (!same_bits(out[c], one.values()[c]))
                    return "column " + std::to_string(c) + " is " + std::to_string(out[c]) + ", not " +
                           std::to_string(one.values()[c]);
            return {};
        });
        axiom("readers add, multiply and measure the values that they copy",
              [](const written_row<Form>& one, std::size_t dim) { return arithmetic_sentence(one, dim); });
        axiom("a row that was written has no defect", [](const written_row<Form>& one, std::size_t dim) -> std::string {
            const char* wrong = frozen::defect_of<Form>(one.row(), dim);
            return wrong == nullptr ? "" : std::string("the form says: ") + wrong;
        });
        axiom("a row that is cut short has a defect", [](const written_row<Form>& one, std::size_t dim) -> std::string {
            const std::size_t least = frozen::is_dense_form<Form> ? Form::bytes(dim, dim) : 0;
            for (std::size_t length = 0; length < least; ++length)
                if (frozen::defect_of<Form>(one.row().first(length), dim) == nullptr)
                    return std::to_string(length) + " bytes were taken for a row";
            return {};
        });
        check_sizes();
        if constexpr (!frozen::is_dense_form<Form>) check_overflow();
    }

private:
    template <class Holds>
    void axiom(const char* name, const Holds& holds) {
        require_axiom(report_, name, [&]() -> std::string {
            for (const std::size_t dim : {1UL, 2UL, 7UL, 8UL, 16UL, 31UL, 64UL, 65UL, 130UL}) {
                if (dim > Form::most_columns) continue;
                for (const double density : {0.0, 0.1, 0.5, 1.0})
                    for (const std::size_t extra : {0UL, 3UL, 64UL}) {
                        if (extra != 0 && frozen::is_dense_form<Form>) continue;
                        if constexpr (frozen::has_overflow<Form>)
                            if (extra == 3 && Form::smallest_step() <= 3) continue;
                        std::vector<float> row = row_to_try(dim, density, dim);
                        error_sentence_ = error_of_code(row);
                        const std::string found = holds(written_row<Form>(std::move(row), extra), dim);
                        if (!found.empty()) return "for a row of " + std::to_string(dim) + " columns " + found;
                    }
            }
            return {};
        });
    }

    [[nodiscard]] static std::string error_of_code(const std::vector<float>& row) {
        std::vector<float> coded = row;
        static_cast<void>(Form::code_row(std::span(coded)));
        double largest = 0, off = 0;
        for (std::size_t c = 0; c < row.size(); ++c) {
            largest = (std::max)(largest, std::abs(static_cast<double>(row[c])));
            off = (std::max)(off, std::abs(static_cast<double>(row[c]) - static_cast<double>(coded[c])));
        }
        return Form::error() >= 1 || off <= Form::error() * largest * (1 + 1e-6) ? ""
                                                                                 : "a value is off by " + std::to_string(off);
    }

    [[nodiscard]] static std::string arithmetic_sentence(const written_row<Form>& one, std::size_t dim) {
        const auto row = Form::read(one.row(), dim);
        std::vector<float> query(dim), sum(dim, 0.5F);
        std::iota(query.begin(), query.end(), 1.0F);
        double dot = 0, square = 0, size = 0;
        for (std::size_t c = 0; c < dim; ++c) {
            const double x = static_cast<double>(one.values()[c]);
            dot += x * static_cast<double>(query[c]);
            size += std::abs(x * static_cast<double>(query[c]));
            square += x * x;
        }
        add_packed(row, -2.0F, sum.data(), dim);
        for (std::size_t c = 0; c < dim; ++c)
            if (std::abs(static_cast<double>(sum[c]) - (0.5 - 2 * static_cast<double>(one.values()[c]))) > 1e-5)
                return "add_packed gave " + std::to_string(sum[c]) + " in column " + std::to_string(c);
        if (std::abs(static_cast<double>(dot_packed(row, query.data(), dim)) - dot) > 1e-5 * (1 + size))
            return "dot_packed was not " + std::to_string(dot);
        if (std::abs(static_cast<double>(squared_length(row, dim)) - square) > 1e-4 * (1 + square))
            return "squared_length was not " + std::to_string(square);
        const float checked = frozen::checked_square<Form>(one.row(), dim);
        if (checked == checked && std::abs(static_cast<double>(checked) - square) > 1e-4 * (1 + square))
            return "checked_square was not " + std::to_string(square);
        return {};
    }

    void check_sizes() {
        require_axiom(report_, "bytes(dim, nonzero) ascends with nonzero", []() -> std::string {
            for (std::size_t z = 0; z < 16 && z < Form::most_columns; ++z)
                if (Form::bytes(16, z) > Form::bytes(16, z + 1)) return "it decreases after " + std::to_string(z) + " values";
            return {};
        });
        require_axiom(report_, "the names of forms and codes stay readable in a file", []() -> std::string {
            for (const std::string& name : {std::string(Form::name()), std::string(Form::code_name())})
                if (name.empty() || name.find_first_of("<>,. \"") != std::string::npos) return "one is \"" + name + "\"";
            return {};
        });
    }

    void check_overflow() {
        axiom("a record that holds its row is not marked as overflow",
              [](const written_row<Form>& one, std::size_t dim) -> std::string {
                  if (one.row().size() < Form::prefix_bytes(dim) + frozen::place_bytes) return {};  // too short
                  return Form::marks_overflow(one.row().data(), dim, one.row().size()) ? "it is marked" : "";
              });
        axiom("marks_overflow recognizes what mark_overflow writes",
              [](const written_row<Form>& one, std::size_t dim) -> std::string {
                  const std::size_t stride = Form::prefix_bytes(dim) + frozen::place_bytes;
                  if (Form::bytes(dim, one.nonzero()) <= stride) return {};
                  std::vector<std::byte> record(stride + 64);
                  Form::mark_overflow(one.values(), record.data());
                  for (std::size_t i = Form::prefix_bytes(dim); i < record.size(); ++i)
                      if (record[i] != std::byte{0}) return "bytes after prefix_bytes were written";
                  return Form::marks_overflow(record.data(), dim, stride) ? "" : "it does not";
              });
        axiom("checked_square is NaN for every row with a defect",
              [](const written_row<Form>& one, std::size_t dim) -> std::string {
                  const random_stream stream = random_stream(dim).fork("bytes");
                  std::vector<std::byte> memory(64 + one.row().size() + 64);
                  for (std::size_t trial = 0; trial < 50; ++trial) {
                      const std::size_t size = one.row().size();
                      const std::size_t length = trial % 2 == 0 ? size : stream.below(size + 1, trial);
                      const auto end = std::ranges::copy(one.row().first(length), memory.begin() + 64).out;
                      std::fill(end, memory.end(), std::byte{0});
                      const std::span<const std::byte> row = std::span(memory).subspan(64, length);
                      if (length > 0)
                          memory[64 + stream.below(length, trial, 1)] ^=
                              static_cast<std::byte>(1 + stream.below(255, trial, 2));
                      const float square = frozen::checked_square<Form>(row, dim);
                      if (Form::defect(row, dim) != nullptr && square == square)
                          return "a row with a defect has the squared length " + std::to_string(square);
                  }
                  return {};
              });
    }

    conformance_report& report_;
    std::string error_sentence_;
};

}  // namespace detail

/// Tries the axioms of row forms on a few hundred rows and reports those that fail. *Complexity:* a few thousand row
/// operations.
template <class Form>
[[nodiscard]] conformance_report check_row_form() {
    static_assert(
        frozen::basic_row_form<Form>,
        "pleach::testing::check_row_form needs a row form: a type with the static members name, code_name, most_columns, "
        "error, bytes, code_row, write and read; see frozen/form.hpp");
    static_assert(!frozen::basic_row_form<Form> || frozen::is_dense_form<Form> || frozen::has_overflow<Form>,
                  "pleach::testing::check_row_form: a form without is_dense needs prefix_bytes, mark_overflow, marks_overflow, "
                  "smallest_step and defect as well; see frozen/form.hpp");
    conformance_report report;
    if constexpr (frozen::row_form<Form>) detail::form_checks<Form>(report).run();
    return report;
}

}  // namespace testing
}  // namespace PLEACH_ABI
}  // namespace pleach
