// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The safetensors container: read, check, write.

#include <pleach/io/read_tensor.hpp>
#include <pleach/io/safetensors_file.hpp>
#include <pleach/io/safetensors_view.hpp>
#include <pleach/io/safetensors_writer.hpp>
#include <pleach/io/tensor_info.hpp>
