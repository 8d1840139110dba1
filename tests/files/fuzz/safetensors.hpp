// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A safetensors file: what opens covers the data exactly, and is the same file again after it was written and read.

#include <pleach/io/tensor/safetensors.hpp>

#include "files/fuzz/targets.hpp"
#include "support/string_sink.hpp"

#include <cstdint>
#include <system_error>

namespace fuzz {

inline void safetensors(bytes file) {
    std::error_code error;
    const auto view = pleach::safetensors_view::view(file, {}, error);
    require(!error || (view.tensors().empty() && view.metadata().empty()), "what fails to open shows nothing");
    if (error) {
        return;
    }
    pleach::safetensors_writer writer;
    for (const auto& [key, value] : view.metadata()) {
        writer.metadata(key, value);
    }
    for (const pleach::tensor_info& tensor : view.tensors()) {
        const bytes data = view.bytes(tensor);
        require(view.find(tensor.name) == &tensor, "every array is found by its name");
        require(data.empty() || (data.data() >= file.data() && data.data() + data.size() <= file.data() + file.size()),
                "arrays lie in the file");
        static_cast<void>(view.as<float>(tensor.name, std::nullopt, error));
        try {
            static_cast<void>(pleach::read_tensor<double>(view, tensor.name, std::nullopt, pleach::conversion::rounding));
        } catch (const std::filesystem::filesystem_error&) {
        }
        writer.add(tensor.name, tensor.type, tensor.shape, data);
    }
    tests::string_sink sink;
    writer.write(sink);
    const auto again = pleach::safetensors_view::view(std::as_bytes(std::span(sink.text)));
    require(again.tensors().size() == view.tensors().size() && again.metadata() == view.metadata(),
            "a file written again has the same arrays");
    tests::string_sink third;
    pleach::safetensors_writer rewriter;
    for (const auto& [key, value] : again.metadata()) {
        rewriter.metadata(key, value);
    }
    for (const pleach::tensor_info& tensor : again.tensors()) {
        rewriter.add(tensor.name, tensor.type, tensor.shape, again.bytes(tensor));
    }
    rewriter.write(third);
    require(third.text == sink.text, "a file that the library wrote is written again byte by byte");
}

}  // namespace fuzz
