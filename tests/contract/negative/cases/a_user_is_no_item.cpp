// SPDX-License-Identifier: Apache-2.0
// sentence: function for call to
#include <pleach/table/dense_table.hpp>

enum class user_id : std::uint32_t {};
enum class item_id : std::uint32_t {};

float first(const pleach::dense_table<float, user_id>& users, const pleach::dense_table<float, item_id>& items, user_id user,
            item_id item) {
#ifdef WRONG
    return users.row(user)[0] + items.row(user)[0];
#else
    return users.row(user)[0] + items.row(item)[0];
#endif
}
