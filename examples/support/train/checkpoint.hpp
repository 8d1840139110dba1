// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A run as one safetensors file: tables by name, the optimizer's arrays, and the numbers of run/state.hpp. Values are stored
/// exactly, so that a resumed run continues bit for bit.

#include "support/model/model_parameters.hpp"
#include "support/run/state.hpp"
#include "support/text/error.hpp"
#include "support/text/number.hpp"

#include <pleach/io/tensor/safetensors.hpp>
#include <pleach/table/state.hpp>

#include <bit>
#include <cmath>
#include <deque>
#include <filesystem>
#include <string>

namespace support {

/// Collects the contents of a checkpoint; everything passed to it must live until save().
class checkpoint_writer {
public:
    template <class Table>
    void add_table(const std::string& prefix, const Table& table) {
        pleach::visit_state(table, [&](std::string_view name, auto array) {
            writer_.add(prefix + "." + std::string(name), {array.rows(), array.cols()},
                        std::span(array.data(), array.rows() * array.cols()));
        });
    }

    template <class Table>
    void add_model(const std::string& prefix, const model_parameters<Table>& model) {
        add_table(prefix, model.table);
        if (!model.biases.is_empty()) add_table(prefix + "_biases", model.biases.table());
    }

    /// Of a table or a model; of one of several tables with a prefix of its own.
    template <class Optimizer, class Table>
    void add_optimizer(Optimizer& optimizer, const Table& table, const std::string& prefix = "optimizer") {
        optimizer.for_each_array(table, [&](std::string_view parameter, std::string_view name, auto values) {
            writer_.add(prefix + "." + std::string(parameter) + "." + std::string(name), {values.size()}, values);
        });
    }

    template <class T>
    void add_array(const std::string& name, std::span<T> values) {
        writer_.add(name, {values.size()}, values);
    }

    void add_state(const training_state& state) {
        add_numbers("run.position", std::span(&state.at, 1));
        add_numbers("run.results", std::span(state.results));
    }

    /// All numbers that for_each_number gives for each object.
    template <class Object>
    void add_numbers(const std::string& name, std::span<const Object> objects) {
        std::vector<std::uint64_t>& numbers = numbers_.emplace_back();
        for (const Object& object : objects) for_each_number(object, [&](const auto& x) { numbers.push_back(as_bits(x)); });
        writer_.add(name, {numbers.size()}, numbers);
    }

    void save(const std::filesystem::path& path) { complete().save(path); }
    /// To any sink, as safetensors_writer::write.
    template <class Sink>
    void write(Sink& sink) {
        complete().write(sink);
    }

private:
    pleach::safetensors_writer& complete() {
        writer_.metadata("pleach.checkpoint", "1");
        return writer_;
    }
    template <class T>
    static std::uint64_t as_bits(const T& x) {
        return std::bit_cast<std::uint64_t>(x);
    }

    pleach::safetensors_writer writer_;
    std::deque<std::vector<std::uint64_t>> numbers_;
};

/// A checkpoint file, checked when opened, and its values when they are loaded: whatever is accepted is a state that a run can
/// be in. *Throws* std::filesystem::filesystem_error if the file is damaged, and input_error, which names the array, if it is
/// no checkpoint or has values that no run writes.
class checkpoint_reader {
public:
    explicit checkpoint_reader(const std::filesystem::path& path)
        : path_(path.string()), file_(pleach::safetensors_file::open(path)) {
        const auto& metadata = file_->metadata();
        const auto version = metadata.find("pleach.checkpoint");
        if (version == metadata.end() || version->second != "1")
            fail_input({path_}, "no checkpoint of this program, or one of a newer version", "a checkpoint",
                       "start the run again with --force");
    }

    [[nodiscard]] bool has(const std::string& name) const { return file_->find(name) != nullptr; }

    /// Masks and assignments must fit the table, and values must be finite.
    template <class Table>
    void load_table(const std::string& prefix, Table& table) const {
        std::string loading;
        try {
            pleach::load_state(table, [&](std::string_view name, auto array) {
                loading = prefix + "." + std::string(name);
                copy_into(loading, {array.rows(), array.cols()}, std::span(array.data(), array.rows() * array.cols()));
            });
        } catch (const std::invalid_argument& unfit) {
            refuse(loading, "what does not fit this table (" + std::string(unfit.what()) + ")", "the state of this table");
        }
    }

    template <class Table>
    void load_model(const std::string& prefix, model_parameters<Table>& model) const {
        load_table(prefix, model.table);
        if (!model.biases.is_empty()) load_table(prefix + "_biases", model.biases.table());
    }

    /// Moments must be finite, sums of squares not negative, and no row may be ahead of the `steps` taken so far.
    template <class Optimizer, class Table>
    void load_optimizer(Optimizer& optimizer, const Table& table, std::uint64_t steps,
                        const std::string& prefix = "optimizer") const {
        optimizer.for_each_array(table, [&](std::string_view parameter, std::string_view name, auto values) {
            const std::string whole = prefix + "." + std::string(parameter) + "." + std::string(name);
            copy_into(whole, {values.size()}, values);
            for (const auto x : values) {
                if constexpr (std::is_same_v<std::remove_const_t<decltype(x)>, std::uint64_t>) {
                    const bool good = name == "steps" ? x == steps : x <= steps;
                    if (!good)
                        refuse(whole, std::to_string(x), "the " + std::to_string(steps) + " steps of this round, or fewer");
                } else if (x < 0 && (name == "second_moments" || name == "squares")) {
                    refuse(whole, shortest(x), "squares, which are not negative");
                }
            }
        });
    }

    /// *Throws* input_error: the numbers of an array are not those of a state that a run can be in.
    void require(bool good, std::string_view array, std::string_view name, double found, std::string_view expected) const {
        if (!good) refuse(array, std::string(name) + " = " + shortest(found), expected);
    }

    [[nodiscard]] training_state load_state() const {
        training_state state;
        state.at = load_number<run_position>("run.position");
        state.results = load_numbers<round_result>("run.results");
        return state;
    }

    /// An array of any length; floats must be finite.
    template <class T>
    [[nodiscard]] std::vector<T> load_array(const std::string& name) const {
        std::vector<T> values = pleach::read_tensor<T>(file_.view(), name);
        if constexpr (std::is_floating_point_v<T>)
            for (const T x : values)
                if (!std::isfinite(x)) refuse(name, shortest(x), "finite values");
        return values;
    }

    template <class Object>
    [[nodiscard]] std::vector<Object> load_numbers(const std::string& name) const {
        const auto numbers = pleach::read_tensor<std::uint64_t>(file_.view(), name);
        std::size_t each = 0;
        Object first;
        for_each_number(first, [&](auto&) { ++each; });
        if (numbers.size() % each != 0)
            refuse(name, std::to_string(numbers.size()) + " numbers", "a multiple of " + std::to_string(each));
        std::vector<Object> objects(numbers.size() / each);
        std::size_t next = 0;
        for (Object& object : objects)
            for_each_number(object, [&](auto& x) { x = std::bit_cast<std::remove_reference_t<decltype(x)>>(numbers[next++]); });
        return objects;
    }
    /// The same for an array of one object.
    template <class Object>
    [[nodiscard]] Object load_number(const std::string& name) const {
        std::vector<Object> objects = load_numbers<Object>(name);
        if (objects.size() != 1) refuse(name, std::to_string(objects.size()) + " positions", "one");
        return objects.front();
    }

private:
    template <class T>
    void copy_into(const std::string& name, std::vector<std::uint64_t> shape, std::span<T> values) const {
        std::ranges::copy(file_->template as<T>(name, std::move(shape)), values.begin());
        if constexpr (std::is_floating_point_v<T>)
            for (const T x : values)
                if (!std::isfinite(x)) refuse(name, shortest(x), "finite values");
    }

    [[noreturn]] void refuse(std::string_view array, std::string_view found, std::string_view expected) const {
        fail_input({path_}, std::string(found) + " in '" + std::string(array) + "'", expected,
                   "start the run again with --force");
    }

    std::string path_;
    pleach::safetensors_file file_;
};

}  // namespace support
