// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of io.

#include <pleach/io/array_view.hpp>
#include <pleach/io/checked.hpp>
#include <pleach/io/checksum.hpp>
#include <pleach/io/conversion.hpp>
#include <pleach/io/file_content.hpp>
#include <pleach/io/format_error.hpp>
#include <pleach/io/hot_swap.hpp>
#include <pleach/io/limits.hpp>
#include <pleach/io/mapped_file.hpp>
#include <pleach/io/npy.hpp>
#include <pleach/io/open.hpp>
#include <pleach/io/posix_files.hpp>
#include <pleach/io/read_file.hpp>
#include <pleach/io/read_tensor.hpp>
#include <pleach/io/safetensors.hpp>
#include <pleach/io/safetensors_file.hpp>
#include <pleach/io/safetensors_view.hpp>
#include <pleach/io/safetensors_writer.hpp>
#include <pleach/io/save.hpp>
#include <pleach/io/tensor_info.hpp>
