// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Frozen tables of codewords: a `coded` over frozen books, whose codes are read in place from the file, packed in 4 to 12
/// bits each. All functions for a `coded` work on these as well, including ranking by products with the codewords, and
/// `form_of<Format, Table>` names them through any nesting. Books in signed bytes cost next to nothing in accuracy:
///
///     const auto table = fit_residual_codes(rows, {}, {.terms = 6, .bits = 8}, random_stream(1));
///     save(freeze<frozen::coded_rows<sum>>(table), path);      // n * 6 bytes, and 6 * 256 * (dim + 2) for the books

#include <pleach/compose/coded.hpp>
#include <pleach/frozen/adaptor.hpp>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// Rows as sums (sum) or concatenations (concat) of codewords.
template <class Combiner, class Books = dense_rows<value_code::i8>, entity_id Id = std::uint32_t>
using coded_rows = pleach::coded<Combiner, Books, borrowed_codes, Id>;

namespace detail {

// The codes are borrowed from the file as well.
template <class Format, class Combiner, class Base, class Codes, entity_id Id>
struct frozen_form<Format, pleach::coded<Combiner, Base, Codes, Id>> {
    using type = coded_rows<Combiner, typename frozen_form<Format, Base>::type, Id>;
};

}  // namespace detail
}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
