// SPDX-License-Identifier: Apache-2.0
//
// The Python module pleach._pleach. src/pleach/__init__.py adds what is easier said in Python; the types are in src/pleach/__init__.pyi.
// Arrays are used where they are; all work runs on every processor, without the interpreter's lock.

#include "arrays.hpp"
#include "table.hpp"

#include "support/program/main.hpp"
#include "support/program/threads.hpp"
#include "support/serve/compress.hpp"
#include "support/serve/dense_factors.hpp"
#include "support/text/error.hpp"

#include <pleach/config.hpp>
#include <pleach/frozen/erased_table.hpp>
#include <pleach/table/borrowed_table.hpp>

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

namespace {

namespace fs = std::filesystem;
namespace py = pybind11;
using bindings::python_table;

/// What freeze() and shrink() were asked for, and on which queries it is judged.
struct trial_request {
    support::compress_request target;
    std::size_t k = 20;
    std::size_t sample = 500;
};

struct trial_result {
    support::compressed image;
    double overlap = 1;
};

trial_result compress(const support::served_table& rows, const support::served_table& queries, const trial_request& asked,
                      const std::string& name) {
    if (queries.dim() != rows.dim())
        throw std::invalid_argument("queries have " + std::to_string(queries.dim()) + " columns and the rows " +
                                    std::to_string(rows.dim()) + "; give tables of the same model");
    const pleach::openmp exec = support::executor_of(0);
    const auto sample = support::sampled_ids(queries.size(), asked.sample, asked.target.seed);
    const auto asking = support::rows_at(queries, sample);
    const support::table_answer lists = [&](const support::served_table& table) {
        return support::best_ids(table, asking.view(), asked.k, {}, exec);
    };
    trial_result result{support::compress(rows, asked.target, name, lists, exec)};
    const std::shared_ptr<const pleach::frozen::image> image(std::shared_ptr<const void>(), &result.image.frozen);
    result.overlap = support::mean_overlap(lists(rows), lists(pleach::view_any(image)));
    return result;
}

py::dict report_of(const trial_result& result, std::size_t values) {
    py::list trials;
    for (const support::shrink_trial& one : result.image.trials)
        trials.append(py::dict(py::arg("kind") = one.kind, py::arg("bytes") = one.bytes, py::arg("overlap") = one.overlap));
    return py::dict(py::arg("kind") = result.image.kind, py::arg("bytes") = pleach::writer_of(result.image.frozen).bytes(),
                    py::arg("density") = static_cast<double>(result.image.kept) / static_cast<double>(values),
                    py::arg("overlap") = result.overlap, py::arg("trials") = trials);
}

trial_request request_of(std::optional<std::uint64_t> bytes, std::optional<double> density, const std::string& format,
                         std::optional<double> tolerance, std::size_t k, std::size_t sample, std::uint64_t seed) {
    if (k == 0) throw std::invalid_argument("k is 0, but at least one row must be asked for");
    if (sample == 0) throw std::invalid_argument("sample is 0, but at least one query must be tried");
    if (density && !(*density >= 0 && *density <= 1))
        throw std::invalid_argument("density is " + std::to_string(*density) + ", but must be from 0 to 1");
    if (!bytes && !density && format.empty()) density = 1;
    return {{.bytes = bytes, .density = density, .format = format, .tolerance = tolerance, .seed = seed}, k, sample};
}

/// The ids as they are stored: texts in UTF-8, numbers in digits.
std::vector<std::string> ids_of(const py::object& ids, std::size_t rows) {
    std::vector<std::string> texts;
    if (ids.is_none()) return texts;
    for (const py::handle one : ids) texts.push_back(bindings::bytes_of(one));
    if (texts.size() != rows)
        throw std::invalid_argument("there are " + std::to_string(texts.size()) + " ids, but " + std::to_string(rows) +
                                    " rows; give one for each");
    return texts;
}

/// Rows that are only read, although the type of the view could write them.
support::served_table borrow(const bindings::float_rows& rows) {
    const auto view = rows.view();
    const pleach::matrix_view<float> same(const_cast<float*>(view.data()), view.rows(), view.cols(), view.stride());
    return {pleach::borrowed_table<float>(same), "array", {}};
}

python_table freeze(const py::object& array, std::optional<std::uint64_t> bytes, std::optional<double> density,
                    const std::string& format, std::optional<double> tolerance, const py::object& queries, std::size_t k,
                    std::size_t sample, std::uint64_t seed, const py::object& ids, const std::string& group) {
    const bindings::float_rows rows(array, "array"), asking(queries.is_none() ? array : queries, "queries");
    if (rows.view().rows() == 0 || rows.view().cols() == 0)
        throw std::invalid_argument("the array has no rows or no columns, so there is nothing to freeze");
    const auto texts = ids_of(ids, rows.view().rows());
    const std::vector<pleach::frozen::id_group> groups{{group, texts.size()}};
    auto asked = request_of(bytes, density, format, tolerance, k, sample, seed);
    trial_result result = [&] {
        const py::gil_scoped_release unlocked;
        if (!ids.is_none()) asked.target.bytes = support::bytes_without_ids(asked.target.bytes, groups, texts);
        auto made = compress(borrow(rows), borrow(asking), asked, "the array");
        if (!ids.is_none()) pleach::frozen::add_ids(made.image.frozen, groups, texts);
        return made;
    }();
    py::dict report = report_of(result, rows.view().rows() * rows.view().cols());
    auto image = std::make_shared<const pleach::frozen::image>(std::move(result.image.frozen));
    return {pleach::view_any(image), image, std::move(report)};
}

py::dict shrink(const fs::path& factors, const fs::path& out, std::optional<std::uint64_t> bytes, std::optional<double> density,
                const std::string& format, std::optional<double> tolerance, const std::optional<fs::path>& queries,
                const std::string& array, const std::string& queries_array, std::size_t k, std::size_t sample,
                std::uint64_t seed) {
    const auto asked = request_of(bytes, density, format, tolerance, k, sample, seed);
    std::size_t values = 0;
    const trial_result result = [&] {
        const py::gil_scoped_release unlocked;
        const auto rows = support::as_served(support::dense_factors::open(factors, array));
        const auto asking = queries ? support::open_served({*queries, queries_array}) : rows;
        values = rows.size() * rows.dim();
        auto made = compress(rows, asking, asked, factors.native());
        pleach::save(made.image.frozen, out);
        return made;
    }();
    return report_of(result, values);
}

/// A sentence of the programs, with the names of arguments instead of flags.
std::string without_dashes(std::string text) {
    for (std::size_t at = 0; (at = text.find("--", at)) != std::string::npos;) text.erase(at, 2);
    return text;
}

void translate(std::exception_ptr thrown) {
    try {
        if (thrown) std::rethrow_exception(thrown);
    } catch (const fs::filesystem_error& error) {
        if (error.code().category() != std::system_category() && error.code().category() != std::generic_category()) {
            PyErr_SetString(PyExc_ValueError, error.what());
            return;
        }
        // OSError(errno, message, path) becomes FileNotFoundError and the like by itself.
        const py::object arguments = py::make_tuple(error.code().value(), error.what(), error.path1().string());
        PyErr_SetObject(PyExc_OSError, arguments.ptr());
    } catch (const support::usage_error& error) {
        PyErr_SetString(PyExc_ValueError, without_dashes(error.what()).c_str());
    } catch (const support::input_error& error) {
        PyErr_SetString(PyExc_ValueError, without_dashes(error.what()).c_str());
    }
}

}  // namespace

PYBIND11_MODULE(_pleach, module) {
    py::register_exception_translator(&translate);
    module.attr("__version__") = std::to_string(PLEACH_VERSION_MAJOR) + "." + std::to_string(PLEACH_VERSION_MINOR) + "." +
                                 std::to_string(PLEACH_VERSION_PATCH);
    bindings::define_table(module);
    module.def("freeze", &freeze, py::arg("array"), py::kw_only(), py::arg("bytes") = py::none(),
               py::arg("density") = py::none(), py::arg("format") = "", py::arg("tolerance") = py::none(),
               py::arg("queries") = py::none(), py::arg("k") = 20, py::arg("sample") = 500, py::arg("seed") = 2024,
               py::arg("ids") = py::none(), py::arg("group") = "items",
               "Freeze rows: a two-dimensional array becomes a Table, which save() writes to a file.\n\n"
               "Give `bytes` (of the file) to try the forms that fit and take the one that keeps the most of the best\n"
               "`k` rows for up to `sample` of the `queries`, by default rows of the array itself; or `density`, the\n"
               "fraction of the values to keep; or `format`, for example 'dense_rows<n4>' or 'coded<sum,6x8>'. With none\n"
               "of them every value is kept, within `tolerance` of the largest in its row. The Table's `report` says what\n"
               "was chosen and what it keeps. `ids` are the original ids of the rows, texts or numbers, which are stored in\n"
               "the file as those of `group`.");
    module.def("shrink", &shrink, py::arg("factors"), py::arg("out"), py::kw_only(), py::arg("bytes") = py::none(),
               py::arg("density") = py::none(), py::arg("format") = "", py::arg("tolerance") = py::none(),
               py::arg("queries") = py::none(), py::arg("array") = "", py::arg("queries_array") = "", py::arg("k") = 20,
               py::arg("sample") = 500, py::arg("seed") = 2024,
               "Freeze the rows in an npy or safetensors file into the file `out`, as freeze() does, without reading all of\n"
               "them into memory. `array` and `queries_array` choose arrays of safetensors files. Returns the report.");
}
