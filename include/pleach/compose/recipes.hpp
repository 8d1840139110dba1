// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Published methods by name: each is a type alias and a function that makes it, from an initializer and a stream. Where a part
/// begins is drawn from the stream's fork by the part's name, so that parts differ.
///
///     auto items = pleach::make_cerp<float>({.entities = 70'839, .buckets = 5000, .dim = 64, .first_slot = -8},
///                                            pleach::xavier_uniform{}, pleach::random_stream(1));

#include <pleach/compose/activated.hpp>
#include <pleach/compose/assigned.hpp>
#include <pleach/compose/blended.hpp>
#include <pleach/compose/composed.hpp>
#include <pleach/compose/held.hpp>
#include <pleach/core/random_stream.hpp>
#include <pleach/sparse/soft_thresholded.hpp>
#include <pleach/table/dense_table.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// PEP: a soft threshold over a dense table (Liu et al., ICLR 2021, section 3.2; by default one threshold for each element, as in
/// its configurations). Its ticket is masked<dense_table>. Departure: their ticket is trained with the thresholds' gain at 0,
/// ours has no thresholds.
template <class T, granularity Layout = per_element>
using pep_table = soft_thresholded<dense_table<T>, learned_thresholds<T, Layout>>;

/// Quotient and remainder under a product (Shi et al., KDD 2020, section 4) or, with Combiner = sum or concat, their other two.
template <class T, class Combiner = hadamard, entity_id Id = std::uint32_t>
using qr_table = composed<Combiner, Id, part<dense_table<T>, quotient_map>, part<dense_table<T>, remainder_map>>;

/// The hashing trick: one table, a row by chance (Weinberger et al., ICML 2009).
template <class T, entity_id Id = std::uint32_t>
using hashed_table = composed<sum, Id, part<dense_table<T>, hashed_map>>;

/// Two tables under two hashes, summed (Zhang et al., "Model Size Reduction Using Frequency Based Double Hashing", RecSys 2020,
/// without the rows of their own that frequent entities have there).
template <class T, entity_id Id = std::uint32_t>
using double_hashed_table = composed<sum, Id, part<dense_table<T>, hashed_map>, part<dense_table<T>, hashed_map>>;

/// CERP: two thresholded tables, quotient and remainder, summed (Liang et al., ICDM 2023, section III). Departures: the
/// quotient table holds the rows that are addressed and no dead ones, so densities are of these; its regularizer is
/// learn/penalty's tanh term, for the user's loop to add.
template <class T, entity_id Id = std::uint32_t>
using cerp_table = composed<sum, Id, part<pep_table<T>, quotient_map>, part<pep_table<T>, remainder_map>>;

/// LEGCF: t weighted codes for each entity, through tanh (Liang et al., SIGIR 2024, section 3). Departure: weights are kept from
/// 0, which theirs need as well but do not ensure.
template <class T>
using legcf_table = activated<hyperbolic_tangent, assigned<dense_table<T>>>;

/// C2F: the coarse codes, which are held, bridged to sums of fine ones, which are thresholded (SCIS 2025, arXiv 2501.11870). As
/// a function of ids alone its rows are tanh(S1 (g S2 F^ + (1 - g) M)); their graph model begins its entities at tanh(S1 M) and
/// takes the blended codes as nodes, for which parts are at hand: base() the assigned, its base() the blended table.
template <class T>
using fine_table = soft_thresholded<dense_table<T>, fixed_threshold<T>>;
template <class T>
using c2f_table = activated<hyperbolic_tangent, assigned<blended<assigned<fine_table<T>>, held<dense_table<T>>>>>;

/// What a table of one stored row per row is made for.
template <class T>
struct pep_shape {
    std::size_t rows = 0;
    std::size_t dim = 0;
    T first_slot = 0;  ///< where all slots begin: -15 waits long before it prunes, -3 prunes at once
};

/// What a table of shared rows is made for; each of its parts has at most `buckets` rows.
struct shared_shape {
    std::size_t entities = 0;
    std::size_t buckets = 0;
    std::size_t dim = 0;
};

template <class T>
struct cerp_shape {
    std::size_t entities = 0;
    std::size_t buckets = 0;
    std::size_t dim = 0;
    T first_slot = 0;  ///< where all slots begin: their -100 waits long; -8 begins at once
};

/// How C2F's fine stage meets the coarse codes; the values are the paper's.
template <class T>
struct c2f_bridge {
    T threshold = T(1);  ///< of the fine codes
    T share = T(0.2);    ///< of the fine sums, beside the coarse codes
};

/// *Throws* std::invalid_argument if dim is 0 or the slots' first value not finite, as do those below for 0 buckets.
template <class T, granularity Layout = per_element, class Initializer>
[[nodiscard]] pep_table<T, Layout> make_pep(pep_shape<T> shape, const Initializer& initializer, random_stream stream,
                                            Layout layout = {}) {
    return {dense_table<T>(shape.rows, shape.dim, initializer, stream),
            learned_thresholds<T, Layout>(shape.rows, shape.dim, shape.first_slot, layout)};
}

template <class T, class Combiner = hadamard, entity_id Id = std::uint32_t, class Initializer>
[[nodiscard]] qr_table<T, Combiner, Id> make_qr(shared_shape shape, const Initializer& initializer, random_stream stream) {
    const auto quotient = quotient_map::for_entities(shape.entities, shape.buckets);
    return compose<Combiner, Id>(
        shape.entities, part{"Q", dense_table<T>(quotient.rows(), shape.dim, initializer, stream.fork("Q")), quotient},
        part{"P", dense_table<T>(shape.buckets, shape.dim, initializer, stream.fork("P")), remainder_map(shape.buckets)});
}

template <class T, entity_id Id = std::uint32_t, class Initializer>
[[nodiscard]] hashed_table<T, Id> make_hashed(shared_shape shape, const Initializer& initializer, random_stream stream) {
    return compose<sum, Id>(shape.entities, part{"P", dense_table<T>(shape.buckets, shape.dim, initializer, stream.fork("P")),
                                                 hashed_map(shape.buckets, stream.fork("P").bits(0))});
}

template <class T, entity_id Id = std::uint32_t, class Initializer>
[[nodiscard]] double_hashed_table<T, Id> make_double_hashed(shared_shape shape, const Initializer& initializer,
                                                            random_stream stream) {
    const auto one = [&](const char* name) {
        const random_stream own = stream.fork(name);
        return part{std::string(name), dense_table<T>(shape.buckets, shape.dim, initializer, own),
                    hashed_map(shape.buckets, own.bits(0))};
    };
    return compose<sum, Id>(shape.entities, one("P"), one("Q"));
}

template <class T, entity_id Id = std::uint32_t, class Initializer>
[[nodiscard]] cerp_table<T, Id> make_cerp(cerp_shape<T> shape, const Initializer& initializer, random_stream stream) {
    const auto quotient = quotient_map::for_entities(shape.entities, shape.buckets);
    const auto one = [&](std::size_t rows, const char* name) {
        return make_pep<T>({.rows = rows, .dim = shape.dim, .first_slot = shape.first_slot}, initializer, stream.fork(name));
    };
    return compose<sum, Id>(shape.entities, part{"Q", one(quotient.rows(), "Q"), quotient},
                            part{"P", one(shape.buckets, "P"), remainder_map(shape.buckets)});
}

/// A row for each code of the assignment (their first values are normal of deviation 1).
template <class T, class Initializer>
[[nodiscard]] legcf_table<T> make_legcf(assignment<T> of_entities, std::size_t dim, const Initializer& initializer,
                                        random_stream stream) {
    const std::size_t codes = of_entities.codes();
    return legcf_table<T>(assigned(dense_table<T>(codes, dim, initializer, stream.fork("codes")), std::move(of_entities)));
}

/// The fine stage over a trained coarse table: rows of fine codes, and the assignment of coarse codes to them. *Throws*
/// std::invalid_argument where these do not fit each other.
template <class T>
[[nodiscard]] c2f_table<T> make_c2f(const legcf_table<T>& coarse, dense_table<T> fine, assignment<T> of_codes,
                                    c2f_bridge<T> bridge = {}) {
    const assigned<dense_table<T>>& entities = coarse.base();
    return c2f_table<T>(
        assigned(blended(assigned(fine_table<T>(std::move(fine), fixed_threshold<T>(bridge.threshold)), std::move(of_codes)),
                         held<dense_table<T>>(entities.base()), bridge.share),
                 entities.terms()));
}

}  // namespace PLEACH_ABI
}  // namespace pleach
