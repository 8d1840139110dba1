// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The class pleach.Table.

#include <pleach/frozen/image.hpp>
#include <pleach/io/open_any.hpp>

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <string_view>

namespace bindings {

struct python_table {
    pleach::any_frozen_table table;
    std::shared_ptr<const pleach::frozen::image> image;  ///< of a table that is not from a file
    pybind11::dict report;                               ///< of freeze()
};

/// A text in UTF-8, or any other object as str() gives it; bytes that are not UTF-8 come from and become surrogates.
std::string bytes_of(pybind11::handle text);
pybind11::str text_of(std::string_view bytes);

/// Adds the class, and open().
void define_table(pybind11::module_& module);

}  // namespace bindings
