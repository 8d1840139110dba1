// SPDX-License-Identifier: Apache-2.0
#pragma once

/// NumPy arrays as the library's views. An array of the right type is used where it is; any other is converted once.

#include <pleach/core/matrix_view.hpp>
#include <pleach/table/narrowed_ids.hpp>
#include <pleach/table/ranking.hpp>

#include <pybind11/numpy.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bindings {

namespace py = pybind11;

/// Two-dimensional floats, or one row of them.
class float_rows {
public:
    /// *Throws* std::invalid_argument, with `name`, if it is no array of numbers of one or two dimensions.
    float_rows(const py::object& array, const char* name) {
        held_ = py::array_t<float, py::array::forcecast>::ensure(array);
        if (!held_) throw py::error_already_set();
        is_single_ = held_.ndim() == 1;
        if (held_.ndim() < 1 || held_.ndim() > 2)
            throw std::invalid_argument(std::string(name) + " must have one or two dimensions, but has " +
                                        std::to_string(held_.ndim()));
        constexpr auto width = static_cast<py::ssize_t>(sizeof(float));
        const py::ssize_t stride = held_.strides(0);
        const bool is_usable = held_.strides(held_.ndim() - 1) == width &&
                               (is_single_ || (stride % width == 0 && stride >= held_.shape(1) * width));
        if (!is_usable) held_ = py::array_t < float, py::array::c_style | py::array::forcecast > (held_);
    }

    [[nodiscard]] bool is_single() const noexcept { return is_single_; }
    [[nodiscard]] pleach::matrix_view<const float> view() const {
        if (is_single_) return {held_.data(), 1, static_cast<std::size_t>(held_.shape(0))};
        const auto cols = static_cast<std::size_t>(held_.shape(1));
        const auto stride = static_cast<std::size_t>(held_.strides(0)) / sizeof(float);
        return {held_.data(), static_cast<std::size_t>(held_.shape(0)), cols, held_.shape(0) < 2 ? cols : stride};
    }

private:
    py::array_t<float, py::array::forcecast> held_;
    bool is_single_ = false;
};

/// The array that results are written to: `out`, which must have this shape, or a new one.
inline py::array_t<float> output(const py::object& out, const std::vector<py::ssize_t>& shape) {
    if (out.is_none()) return py::array_t<float>(shape);
    if (!py::isinstance<py::array_t<float, py::array::c_style>>(out))
        throw std::invalid_argument("out must be an array of float32 in C order");
    auto given = py::reinterpret_borrow<py::array_t<float>>(out);
    if (!given.writeable()) throw std::invalid_argument("out cannot be written");
    const std::vector<py::ssize_t> found(given.shape(), given.shape() + given.ndim());
    if (found != shape) {
        const auto text = [](const std::vector<py::ssize_t>& of) {
            std::string joined;
            for (const auto n : of) joined += (joined.empty() ? "" : " x ") + std::to_string(n);
            return joined;
        };
        throw std::invalid_argument("out is " + text(found) + ", but " + text(shape) + " are needed");
    }
    return given;
}

/// Whole numbers of any width, contiguous.
class whole_numbers {
public:
    whole_numbers(const py::object& numbers, const char* name) : held_(py::array::ensure(numbers, py::array::c_style)) {
        if (!held_) throw py::error_already_set();
        if (held_.size() == 0)
            held_ = py::array_t<std::int64_t>(std::vector<py::ssize_t>(held_.shape(), held_.shape() + held_.ndim()));
        const char kind = held_.dtype().kind();
        if (kind != 'i' && kind != 'u')
            throw std::invalid_argument(std::string(name) + " must be whole numbers, but are of type " +
                                        py::str(held_.dtype()).cast<std::string>());
        if (held_.itemsize() < 4) held_ = py::array_t<std::int64_t, py::array::forcecast>(held_);
    }

    [[nodiscard]] std::vector<py::ssize_t> shape() const { return {held_.shape(), held_.shape() + held_.ndim()}; }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(held_.size()); }

    /// Calls use(span) with the elements in their own type: signed or unsigned, of 4 or 8 bytes.
    template <class Use>
    decltype(auto) visit(Use&& use) const {
        const bool is_signed = held_.dtype().kind() == 'i';
        if (held_.itemsize() == 4) return is_signed ? use(as<std::int32_t>()) : use(as<std::uint32_t>());
        return is_signed ? use(as<std::int64_t>()) : use(as<std::uint64_t>());
    }

private:
    template <class T>
    [[nodiscard]] std::span<const T> as() const {
        return {static_cast<const T*>(held_.data()), size()};
    }

    py::array held_;
};

/// Offsets of bags or rows, as the library takes them.
inline std::vector<std::size_t> offsets_of(const whole_numbers& numbers, const char* name) {
    return numbers.visit([&](auto span) {
        std::vector<std::size_t> offsets;
        offsets.reserve(span.size());
        for (const auto x : span) {
            if (std::cmp_less(x, 0))
                throw std::invalid_argument(std::string(name) + " must not be negative, but " + std::to_string(x) + " is");
            offsets.push_back(static_cast<std::size_t>(x));
        }
        return offsets;
    });
}

}  // namespace bindings
