// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of io.

#include <pleach/io/file/checksum.hpp>
#include <pleach/io/file/file_content.hpp>
#include <pleach/io/file/mapped_file.hpp>
#include <pleach/io/file/posix_files.hpp>
#include <pleach/io/file/read_file.hpp>
#include <pleach/io/file/save.hpp>
#include <pleach/io/format_error.hpp>
#include <pleach/io/hot_swap.hpp>
#include <pleach/io/limits.hpp>
#include <pleach/io/open.hpp>
#include <pleach/io/open_any.hpp>
#include <pleach/io/open_options.hpp>
#include <pleach/io/open_variant.hpp>
#include <pleach/io/tensor/array_view.hpp>
#include <pleach/io/tensor/checked.hpp>
#include <pleach/io/tensor/conversion.hpp>
#include <pleach/io/tensor/npy.hpp>
#include <pleach/io/tensor/read_tensor.hpp>
#include <pleach/io/tensor/safetensors.hpp>
#include <pleach/io/tensor/safetensors_file.hpp>
#include <pleach/io/tensor/safetensors_view.hpp>
#include <pleach/io/tensor/safetensors_writer.hpp>
#include <pleach/io/tensor/tensor_info.hpp>
