// SPDX-License-Identifier: Apache-2.0
// sentence: pleach::composed needs ids of one kind
#include <pleach/compose/composed.hpp>
#include <pleach/table/dense_table.hpp>

enum class user_id : std::uint32_t {};
enum class item_id : std::uint32_t {};

template <class Id>
using rows = pleach::dense_table<float, Id>;

// A row for each user, and beside it one that users share.
auto users(rows<user_id> own, rows<item_id> of_items) {
#ifdef WRONG
    return pleach::compose<pleach::sum>(9, pleach::part{"own", own, pleach::identity_map(9)},
                                        pleach::part{"shared", of_items, pleach::identity_map(9)});
#else
    return pleach::compose<pleach::sum>(9, pleach::part{"own", own, pleach::identity_map(9)},
                                        pleach::part{"shared", of_items, pleach::remainder_map(4)});
#endif
}
