// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include "arrays.hpp"

#include "support/program/threads.hpp"

#include <pleach/io/open.hpp>

#include <pybind11/stl/filesystem.h>

#include <limits>

namespace bindings {
namespace {

namespace fs = std::filesystem;

const pleach::openmp& all_processors() {
    static const pleach::openmp exec = support::executor_of(0);
    return exec;
}

pleach::id_policy policy_of(const std::string& name) {
    if (name == "refuse") return pleach::id_policy::refuse;
    if (name == "zero") return pleach::id_policy::zero;
    if (name == "clamp") return pleach::id_policy::clamp;
    throw std::invalid_argument("invalid='" + name + "' is unknown; there are 'refuse', 'zero' and 'clamp'");
}

/// The ids in the type of tables, where they are if they have it.
std::vector<std::uint32_t> narrowed(const python_table& self, const whole_numbers& ids, pleach::id_policy policy,
                                    const char* verb) {
    return ids.visit([&](auto span) -> std::vector<std::uint32_t> {
        if constexpr (std::is_same_v<typename decltype(span)::value_type, std::uint32_t>)
            return {};
        else
            return pleach::narrowed_ids(self.table, span, policy, verb);
    });
}

/// Calls use(ids) with the ids as tables take them, without the interpreter's lock.
template <class Use>
void with_ids(const python_table& self, const whole_numbers& ids, pleach::id_policy policy, const char* verb, Use&& use) {
    const py::gil_scoped_release unlocked;
    const std::vector<std::uint32_t> copy = narrowed(self, ids, policy, verb);
    ids.visit([&](auto span) {
        if constexpr (std::is_same_v<typename decltype(span)::value_type, std::uint32_t>)
            use(span);
        else
            use(std::span<const std::uint32_t>(copy));
    });
}

pleach::matrix_view<float> rows_in(py::array_t<float>& array, std::size_t dim) {
    return {array.mutable_data(), static_cast<std::size_t>(array.size()) / dim, dim};
}

py::array_t<float> gather(const python_table& self, const py::object& ids, const py::object& out, const std::string& invalid) {
    const whole_numbers numbers(ids, "ids");
    auto shape = numbers.shape();
    shape.push_back(static_cast<py::ssize_t>(self.table.dim()));
    py::array_t<float> result = output(out, shape);
    const auto rows = rows_in(result, self.table.dim());
    const pleach::id_policy policy = policy_of(invalid);
    with_ids(self, numbers, policy, "gather", [&](std::span<const std::uint32_t> checked) {
        self.table.gather(checked, rows, {.exec = all_processors(), .ids = policy});
    });
    return result;
}

py::object item(const python_table& self, const py::object& ids) {
    if (py::isinstance<py::slice>(ids)) {
        py::ssize_t first = 0, last = 0, step = 0, count = 0;
        if (!py::reinterpret_borrow<py::slice>(ids).compute(static_cast<py::ssize_t>(self.table.size()), &first, &last, &step,
                                                            &count))
            throw py::error_already_set();
        py::array_t<std::int64_t> all(count);
        for (py::ssize_t i = 0; i < count; ++i) all.mutable_at(i) = first + i * step;
        return gather(self, all, py::none(), "refuse");
    }
    if (py::isinstance<py::tuple>(ids))
        throw py::index_error("a table is indexed by ids alone: write table[ids][..., columns]");
    return gather(self, ids, py::none(), "refuse");
}

py::array_t<float> bag(const python_table& self, const py::object& ids, const py::object& offsets, const py::object& weights,
                       const std::string& mode, const py::object& out, const std::string& invalid) {
    if (mode != "sum" && mode != "mean")
        throw std::invalid_argument("mode='" + mode + "' is unknown; there are 'sum' and 'mean'");
    if (mode == "mean" && !weights.is_none())
        throw std::invalid_argument("a mean has no weights: use mode='sum', or leave them out");
    const whole_numbers numbers(ids, "ids"), borders(offsets, "offsets");
    const auto bags = offsets_of(borders, "offsets");
    if (bags.empty()) throw std::invalid_argument("offsets must begin with 0 and end with the number of ids");
    const auto count = static_cast<py::ssize_t>(bags.size()) - 1;
    py::array_t<float> result = output(out, {count, static_cast<py::ssize_t>(self.table.dim())});
    std::optional<float_rows> factors;
    if (!weights.is_none()) factors.emplace(weights, "weights");
    if (factors && !factors->is_single()) throw std::invalid_argument("weights must have one dimension");
    const auto rows = rows_in(result, self.table.dim());
    const pleach::batch_options how{.exec = all_processors(), .ids = policy_of(invalid)};
    with_ids(self, numbers, how.ids, "gather_sum", [&](std::span<const std::uint32_t> checked) {
        if (factors)
            self.table.gather_weighted_sum(checked, factors->view().row(0), bags, rows, how);
        else if (mode == "mean")
            self.table.gather_mean(checked, bags, rows, how);
        else
            self.table.gather_sum(checked, bags, rows, how);
    });
    return result;
}

py::array_t<float> score(const python_table& self, const py::object& queries, const py::object& out) {
    const float_rows asked(queries, "queries");
    const auto count = static_cast<py::ssize_t>(asked.view().rows()), size = static_cast<py::ssize_t>(self.table.size());
    py::array_t<float> result =
        output(out, asked.is_single() ? std::vector<py::ssize_t>{size} : std::vector<py::ssize_t>{count, size});
    const pleach::matrix_view<float> scores(result.mutable_data(), asked.view().rows(), self.table.size());
    {
        const py::gil_scoped_release unlocked;
        for (std::size_t q = 0; q < scores.rows(); ++q) self.table.score(asked.view().row(q), scores.row(q), all_processors());
    }
    return result;
}

/// Ids to leave out: rows of a csr matrix, as indptr and indices.
class excluded_rows {
public:
    excluded_rows(const py::object& indptr, const py::object& indices, std::size_t queries) : indices_(indices, "exclude") {
        const whole_numbers borders(indptr, "exclude.indptr");
        offsets_ = offsets_of(borders, "exclude.indptr");
        if (offsets_.size() != queries + 1)
            throw std::invalid_argument("exclude has " + std::to_string(offsets_.empty() ? 0 : offsets_.size() - 1) +
                                        " rows, but there are " + std::to_string(queries) + " queries; give one row for each");
        for (std::size_t q = 0; q < queries; ++q)
            if (offsets_[q + 1] < offsets_[q] || offsets_[q + 1] > indices_.size())
                throw std::invalid_argument("exclude.indptr does not ascend from 0 to the number of indices");
        indices_.visit([&](auto span) {
            for (const auto id : span)
                if (std::cmp_less(id, 0)) throw std::invalid_argument("exclude has the negative id " + std::to_string(id));
        });
    }

    [[nodiscard]] pleach::ascending_ids operator()(std::size_t query) const {
        return indices_.visit([&](auto span) -> pleach::ascending_ids {
            using unsigned_id = std::make_unsigned_t<typename decltype(span)::value_type>;
            const auto row = span.subspan(offsets_[query], offsets_[query + 1] - offsets_[query]);
            return std::span(reinterpret_cast<const unsigned_id*>(row.data()), row.size());
        });
    }

private:
    whole_numbers indices_;
    std::vector<std::size_t> offsets_;
};

/// Ids and scores, one row for each query; where fewer than k rows are left, -1 and minus infinity.
py::tuple top_k(const python_table& self, const py::object& queries, std::size_t k, const py::object& indptr,
                const py::object& indices) {
    const float_rows asked(queries, "queries");
    const std::size_t count = asked.view().rows();
    const std::size_t width = (std::min)(k, self.table.size());
    std::vector<py::ssize_t> shape{static_cast<py::ssize_t>(count), static_cast<py::ssize_t>(width)};
    if (asked.is_single()) shape.erase(shape.begin());
    py::array_t<std::int64_t> ids(shape);
    py::array_t<float> scores(shape);
    std::int64_t* const to_ids = ids.mutable_data();
    float* const to_scores = scores.mutable_data();
    std::optional<excluded_rows> excluded;
    if (!indptr.is_none()) excluded.emplace(indptr, indices, count);
    const auto write = [&](std::size_t q, std::span<const pleach::scored<float>> best) {
        for (std::size_t i = 0; i < width; ++i) {
            to_ids[q * width + i] = i < best.size() ? static_cast<std::int64_t>(best[i].id) : -1;
            to_scores[q * width + i] = i < best.size() ? best[i].score : -std::numeric_limits<float>::infinity();
        }
    };
    pleach::ranking_options how{.exec = all_processors(), .excluded = {}};
    if (excluded) how.excluded = *excluded;
    {
        const py::gil_scoped_release unlocked;
        self.table.top_k(asked.view(), k, write, how);
    }
    return py::make_tuple(ids, scores);
}

python_table open(const fs::path& path, bool check) {
    pleach::open_options how;
    if (!check) how.limits.data = pleach::data_checksum::trusted_bytes;
    auto table = [&] {
        const py::gil_scoped_release unlocked;
        return pleach::open_any(path, how, all_processors());
    }();
    return {std::move(table), nullptr, {}};
}

void require_ids(const python_table& self) {
    if (self.table.ids().is_empty())
        throw std::invalid_argument("the table has no original ids: give them to freeze(ids=...), or use the numbers of rows");
}

py::object id_of(const python_table& self, const py::object& rows) {
    require_ids(self);
    const whole_numbers numbers(rows, "rows");
    const auto checked = numbers.visit([&](auto span) {
        std::vector<std::uint32_t> all;
        if constexpr (std::is_same_v<typename decltype(span)::value_type, std::uint32_t>)
            all = pleach::narrowed_ids(self.table, std::vector<std::int64_t>(span.begin(), span.end()),
                                       pleach::id_policy::refuse, "id_of");
        else
            all = pleach::narrowed_ids(self.table, span, pleach::id_policy::refuse, "id_of");
        return all;
    });
    if (numbers.shape().empty()) return text_of(self.table.ids()[checked[0]]);
    if (numbers.shape().size() != 1) throw std::invalid_argument("rows must be a number, or have one dimension");
    py::list ids;
    for (const std::uint32_t row : checked) ids.append(text_of(self.table.ids()[row]));
    return ids;
}

py::object row_of(const python_table& self, const py::object& ids, const std::string& group) {
    require_ids(self);
    if (group.empty() && self.table.ids().groups().size() > 1)
        throw std::invalid_argument("the table has ids of several groups: say which with group=...");
    const auto find = [&](py::handle id) {
        const auto row = self.table.ids().find(bytes_of(id), group);
        if (!row) throw py::key_error("there is no id " + py::repr(id).cast<std::string>());
        return static_cast<std::int64_t>(*row);
    };
    if (py::isinstance<py::str>(ids) || py::isinstance<py::bytes>(ids) || !py::isinstance<py::iterable>(ids))
        return py::int_(find(ids));
    std::vector<std::int64_t> rows;
    for (const py::handle one : ids) rows.push_back(find(one));
    return py::array_t<std::int64_t>(static_cast<py::ssize_t>(rows.size()), rows.data());
}

py::dict groups_of(const python_table& self) {
    py::dict groups;
    for (const auto& one : self.table.ids().groups()) groups[py::str(one.name)] = one.rows;
    return groups;
}

void save(const python_table& self, const fs::path& path) {
    if (!self.image) throw std::invalid_argument("this table is a file already: copy the file");
    const py::gil_scoped_release unlocked;
    pleach::save(*self.image, path);
}

}  // namespace

std::string bytes_of(py::handle text) {
    if (py::isinstance<py::bytes>(text)) return text.cast<std::string>();
    const auto encoded =
        py::reinterpret_steal<py::bytes>(PyUnicode_AsEncodedString(py::str(text).ptr(), "utf-8", "surrogateescape"));
    if (!encoded) throw py::error_already_set();
    return static_cast<std::string>(encoded);
}

py::str text_of(std::string_view bytes) {
    auto text = py::reinterpret_steal<py::str>(
        PyUnicode_DecodeUTF8(bytes.data(), static_cast<py::ssize_t>(bytes.size()), "surrogateescape"));
    if (!text) throw py::error_already_set();
    return text;
}

void define_table(py::module_& module) {
    py::class_<python_table>(module, "Table", "A frozen table: read-only rows of floats, in a mapped file or in memory.")
        .def("__len__", [](const python_table& self) { return self.table.size(); })
        .def_property_readonly(
            "shape", [](const python_table& self) { return py::make_tuple(self.table.size(), self.table.dim()); },
            "The number of rows, and of columns.")
        .def_property_readonly(
            "dtype", [](const python_table&) { return py::dtype::of<float>(); }, "float32, in every kind.")
        .def_property_readonly(
            "kind", [](const python_table& self) { return self.table.kind(); },
            "How rows are stored, for example 'bitmap_rows<f16>' or 'composed<sum>'.")
        .def_property_readonly(
            "nbytes",
            [](const python_table& self) {
                return self.image ? pleach::writer_of(*self.image).bytes() : self.table.bytes().size();
            },
            "The bytes of the file, header included.")
        .def_property_readonly(
            "report", [](const python_table& self) { return self.report; },
            "What freeze() chose and what it keeps; empty for a table from a file.")
        .def("__repr__",
             [](const python_table& self) {
                 return "<pleach.Table " + self.table.kind() + ", " + std::to_string(self.table.size()) + " x " +
                        std::to_string(self.table.dim()) + ">";
             })
        .def("__getitem__", &item, py::arg("ids"), "The rows of the ids: an id, an array of ids of any shape, or a slice.")
        .def("gather", &gather, py::arg("ids"), py::kw_only(), py::arg("out") = py::none(), py::arg("invalid") = "refuse",
             "The rows of the ids, of shape ids.shape + (dim,). Ids that the table does not have raise IndexError, are\n"
             "rows of zeros (invalid='zero'), or the last row (invalid='clamp').")
        .def("_bag", &bag, py::arg("ids"), py::arg("offsets"), py::arg("weights"), py::arg("mode"), py::arg("out"),
             py::arg("invalid"))
        .def("score", &score, py::arg("queries"), py::kw_only(), py::arg("out") = py::none(),
             "The dot product of every row with each query.")
        .def("_top_k", &top_k, py::arg("queries"), py::arg("k"), py::arg("indptr"), py::arg("indices"))
        .def_property_readonly("groups", &groups_of,
                               "What the rows are, if the table has original ids: {'items': 17632}; otherwise {}.")
        .def("id_of", &id_of, py::arg("rows"), "The original id of a row, or a list of those of several.")
        .def("row_of", &row_of, py::arg("ids"), py::kw_only(), py::arg("group") = "",
             "The row of an original id, or an array of those of several. KeyError names an id that there is not.")
        .def("save", &save, py::arg("path"), "Write a table from freeze() to a file, which is replaced as a whole.");
    module.def("open", &open, py::arg("path"), py::kw_only(), py::arg("check") = true,
               "Map a frozen file of any kind. Every byte is checked, unless check=False says that they can be trusted;\n"
               "then opening takes the same time for files of all sizes.");
}

}  // namespace bindings
