// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The safetensors container: read, check, write.

#include <pleach/io/tensor/read_tensor.hpp>
#include <pleach/io/tensor/safetensors_file.hpp>
#include <pleach/io/tensor/safetensors_view.hpp>
#include <pleach/io/tensor/safetensors_writer.hpp>
#include <pleach/io/tensor/tensor_info.hpp>
