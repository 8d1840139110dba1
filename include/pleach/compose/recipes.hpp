// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Published methods by name: each is a type alias and a function that makes it from an initializer and a stream. Each part is
/// initialized from the stream's fork named like the part, so that parts differ.
///
///     auto items = pleach::make_cerp<float>({.entities = 70'839, .buckets = 5000, .dim = 64, .first_slot = -8},
///                                            pleach::xavier_uniform{}, pleach::random_stream(1));

#include <pleach/compose/activated.hpp>
#include <pleach/compose/assigned.hpp>
#include <pleach/compose/blended.hpp>
#include <pleach/compose/composed.hpp>
#include <pleach/compose/constant.hpp>
#include <pleach/core/random_stream.hpp>
#include <pleach/sparse/soft_thresholded.hpp>
#include <pleach/table/dense_table.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// PEP: a soft threshold over a dense table (Liu et al., ICLR 2021, section 3.2; by default one threshold per element, as in
/// its configurations). Its ticket is masked<dense_table>. Departure: their ticket is trained with the thresholds' gain at 0,
/// ours has no thresholds.
template <class T, granularity Layout = per_element>
using pep_table = soft_thresholded<dense_table<T>, learned_thresholds<T, Layout>>;

/// Quotient and remainder tables, multiplied elementwise (Shi et al., KDD 2020, section 4), or combined by their alternatives,
/// Combiner = sum or concat.
template <class T, class Combiner = hadamard, entity_id Id = std::uint32_t>
using qr_table = composed<Combiner, Id, part<dense_table<T>, quotient_map>, part<dense_table<T>, remainder_map>>;

/// The hashing trick: one table whose row is chosen by a hash (Weinberger et al., ICML 2009).
template <class T, entity_id Id = std::uint32_t>
using hashed_table = composed<sum, Id, part<dense_table<T>, hashed_map>>;

/// Two tables under two hashes, summed (Zhang et al., "Model Size Reduction Using Frequency Based Double Hashing", RecSys 2020,
/// without that paper's separate rows for frequent entities).
template <class T, entity_id Id = std::uint32_t>
using double_hashed_table = composed<sum, Id, part<dense_table<T>, hashed_map>, part<dense_table<T>, hashed_map>>;

/// CERP: two thresholded tables, quotient and remainder, summed (Liang et al., ICDM 2023, section III). Departures: the
/// quotient table has only the rows in use, so densities refer to these; its regularizer is the tanh term of learn/penalty.hpp,
/// which the user's loop adds.
template <class T, entity_id Id = std::uint32_t>
using cerp_table = composed<sum, Id, part<pep_table<T>, quotient_map>, part<pep_table<T>, remainder_map>>;

/// LEGCF: t weighted codes per entity, through tanh (Liang et al., SIGIR 2024, section 3). Departure: weights cannot be
/// negative, which the published method requires but does not ensure.
template <class T>
using legcf_table = activated<hyperbolic_tangent, assigned<dense_table<T>>>;

/// C2F: constant coarse codes M blended with sums of thresholded fine codes F^ (SCIS 2025, arXiv 2501.11870). As a function of
/// ids alone its rows are tanh(S1 (g S2 F^ + (1 - g) M)). Their graph model starts its entities at tanh(S1 M) and has the
/// blended codes as nodes; both parts are accessible: base() is the assigned table, and its base() the blended one.
template <class T>
using fine_table = soft_thresholded<dense_table<T>, fixed_threshold<T>>;
template <class T>
using c2f_table = activated<hyperbolic_tangent, assigned<blended<assigned<fine_table<T>>, constant<dense_table<T>>>>>;

/// Shape of a table with one stored row per entity.
template <class T>
struct pep_shape {
    std::size_t rows = 0;
    std::size_t dim = 0;
    T first_slot = 0;  ///< initial value of all slots: -15 delays pruning for long, -3 prunes at once
};

/// Shape of a table with shared rows; each part has at most `buckets` rows.
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
    T first_slot = 0;  ///< initial value of all slots: the paper's -100 delays pruning for long; -8 prunes at once
};

/// How C2F's fine stage blends with the coarse codes; the defaults are the paper's.
template <class T>
struct c2f_bridge {
    T threshold = T(1);  ///< soft threshold of the fine codes
    T share = T(0.2);    ///< share of the fine sums; the coarse codes have the rest
};

/// *Throws* std::invalid_argument if dim is 0 or first_slot is not finite. The functions below also throw for 0 buckets.
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

/// Makes one codebook row per code of the assignment (LEGCF draws initial values from the standard normal distribution).
template <class T, class Initializer>
[[nodiscard]] legcf_table<T> make_legcf(assignment<T> of_entities, std::size_t dim, const Initializer& initializer,
                                        random_stream stream) {
    const std::size_t codes = of_entities.codes();
    return legcf_table<T>(assigned(dense_table<T>(codes, dim, initializer, stream.fork("codes")), std::move(of_entities)));
}

/// The fine stage over a trained coarse table, from the fine codes and the assignment of coarse codes to them. *Throws*
/// std::invalid_argument if they do not fit each other.
template <class T>
[[nodiscard]] c2f_table<T> make_c2f(const legcf_table<T>& coarse, dense_table<T> fine, assignment<T> of_codes,
                                    c2f_bridge<T> bridge = {}) {
    const assigned<dense_table<T>>& entities = coarse.base();
    return c2f_table<T>(
        assigned(blended(assigned(fine_table<T>(std::move(fine), fixed_threshold<T>(bridge.threshold)), std::move(of_codes)),
                         constant<dense_table<T>>(entities.base()), bridge.share),
                 entities.terms()));
}

}  // namespace PLEACH_ABI
}  // namespace pleach
