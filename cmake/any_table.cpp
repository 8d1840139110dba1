// SPDX-License-Identifier: Apache-2.0
//
// The target pleach::any_table: frozen tables of every kind as any_frozen_table, compiled once.

#include <pleach/io/any_table_readers.hpp>

template struct pleach::detail::any_table_reader<pleach::any_frozen_table>;
