// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pleach/sparse/masked.hpp>
#include <pleach/table/dense_table.hpp>

void train(pleach::masked<pleach::dense_table<float>>& table);
