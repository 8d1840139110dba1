// SPDX-License-Identifier: Apache-2.0
// sentence: aka 'user_id'
#include <pleach/compose/recipes.hpp>

enum class user_id : std::uint32_t {};
enum class item_id : std::uint32_t {};

// The promise that a user is no item holds through compositions, activations, assignments and blends.
template <class Table>
void read(const Table& table, user_id user, item_id item, std::span<float> out) {
#ifdef WRONG
    table.lookup(item, out);
#else
    table.lookup(user, out);
#endif
    static_cast<void>(user);
    static_cast<void>(item);
}

using rows = pleach::dense_table<float, user_id>;

void read_all(const rows& own, const pleach::assignment<float>& terms, user_id user, item_id item, std::span<float> out) {
    const auto composed = pleach::compose<pleach::sum>(9, pleach::part{"own", own, pleach::identity_map(9)});
    const auto assigned = pleach::assign_to<user_id>(pleach::dense_table<float>(3, 4), terms);
    read(pleach::activate<pleach::hyperbolic_tangent>(pleach::blended(composed, assigned, 0.5F)), user, item, out);
}
