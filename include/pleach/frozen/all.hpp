// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of frozen.

#include <pleach/frozen/adaptor.hpp>
#include <pleach/frozen/adaptor_sections.hpp>
#include <pleach/frozen/add_ids.hpp>
#include <pleach/frozen/any_frozen_table.hpp>
#include <pleach/frozen/any_map.hpp>
#include <pleach/frozen/any_rows.hpp>
#include <pleach/frozen/coded_rows.hpp>
#include <pleach/frozen/erased_table.hpp>
#include <pleach/frozen/form.hpp>
#include <pleach/frozen/forms/bitmap.hpp>
#include <pleach/frozen/forms/column.hpp>
#include <pleach/frozen/forms/dense.hpp>
#include <pleach/frozen/forms/level.hpp>
#include <pleach/frozen/freeze.hpp>
#include <pleach/frozen/freeze_best.hpp>
#include <pleach/frozen/frozen_error.hpp>
#include <pleach/frozen/image.hpp>
#include <pleach/frozen/kept_rows.hpp>
#include <pleach/frozen/length_bound.hpp>
#include <pleach/frozen/map_metadata.hpp>
#include <pleach/frozen/nested_rows.hpp>
#include <pleach/frozen/placement.hpp>
#include <pleach/frozen/placements/compact.hpp>
#include <pleach/frozen/placements/records.hpp>
#include <pleach/frozen/rank.hpp>
#include <pleach/frozen/row_ids.hpp>
#include <pleach/frozen/shared_scale.hpp>
#include <pleach/frozen/stored_rows.hpp>
#include <pleach/frozen/stored_terms.hpp>
#include <pleach/frozen/view.hpp>
