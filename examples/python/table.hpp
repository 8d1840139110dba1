// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The class pleach.Table.

#include <pleach/frozen/image.hpp>
#include <pleach/io/open_any.hpp>

#include <pybind11/pybind11.h>

#include <memory>

namespace bindings {

struct python_table {
    pleach::any_frozen_table table;
    std::shared_ptr<const pleach::frozen::image> image;  ///< of a table that is not from a file
    pybind11::dict report;                               ///< of freeze()
};

/// Adds the class, and open().
void define_table(pybind11::module_& module);

}  // namespace bindings
