// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A run as one safetensors file: tables by name, the optimizer's arrays, and the numbers of run/state.hpp. Values are stored
/// exactly, so that a resumed run continues bit for bit.

#include "support/run/state.hpp"

#include <pleach/io/tensor/safetensors.hpp>
#include <pleach/table/state.hpp>

#include <bit>
#include <deque>
#include <filesystem>
#include <string>

namespace support {

/// The time between saves of a run that is not interrupted.
inline constexpr double seconds_between_saves = 120;

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

    template <class Optimizer, class Table>
    void add_optimizer(Optimizer& optimizer, const Table& table) {
        optimizer.for_each_array(table, [&](std::string_view parameter, std::string_view name, auto values) {
            writer_.add("optimizer." + std::string(parameter) + "." + std::string(name), {values.size()}, values);
        });
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

    void save(const std::filesystem::path& path) {
        writer_.metadata("pleach.checkpoint", "1");
        writer_.save(path);
    }

private:
    template <class T>
    static std::uint64_t as_bits(const T& x) {
        return std::bit_cast<std::uint64_t>(x);
    }

    pleach::safetensors_writer writer_;
    std::deque<std::vector<std::uint64_t>> numbers_;
};

/// A checkpoint file, checked when opened. *Throws* std::filesystem::filesystem_error with a sentence if the file is damaged or
/// not a checkpoint.
class checkpoint_reader {
public:
    explicit checkpoint_reader(const std::filesystem::path& path) : file_(pleach::safetensors_file::open(path)) {
        const auto& metadata = file_->metadata();
        const auto version = metadata.find("pleach.checkpoint");
        if (version == metadata.end() || version->second != "1")
            throw std::filesystem::filesystem_error("this is not a checkpoint of this program, or one of a newer version", path,
                                                    std::make_error_code(std::errc::invalid_argument));
    }

    [[nodiscard]] bool has(const std::string& name) const { return file_->find(name) != nullptr; }

    template <class Table>
    void load_table(const std::string& prefix, Table& table) const {
        pleach::load_state(table, [&](std::string_view name, auto array) {
            copy_into(prefix + "." + std::string(name), {array.rows(), array.cols()},
                      std::span(array.data(), array.rows() * array.cols()));
        });
    }

    template <class Optimizer, class Table>
    void load_optimizer(Optimizer& optimizer, const Table& table) const {
        optimizer.for_each_array(table, [&](std::string_view parameter, std::string_view name, auto values) {
            copy_into("optimizer." + std::string(parameter) + "." + std::string(name), {values.size()}, values);
        });
    }

    [[nodiscard]] training_state load_state() const {
        training_state state;
        state.at = load_numbers<run_position>("run.position").at(0);
        state.results = load_numbers<round_result>("run.results");
        return state;
    }

    template <class Object>
    [[nodiscard]] std::vector<Object> load_numbers(const std::string& name) const {
        const auto numbers = pleach::read_tensor<std::uint64_t>(file_.view(), name);
        std::vector<Object> objects;
        for (std::size_t next = 0; next < numbers.size();)
            for_each_number(objects.emplace_back(),
                            [&](auto& x) { x = std::bit_cast<std::remove_reference_t<decltype(x)>>(numbers.at(next++)); });
        return objects;
    }

private:
    template <class T>
    void copy_into(const std::string& name, std::vector<std::uint64_t> shape, std::span<T> values) const {
        std::ranges::copy(file_->template as<T>(name, std::move(shape)), values.begin());
    }

    pleach::safetensors_file file_;
};

}  // namespace support
