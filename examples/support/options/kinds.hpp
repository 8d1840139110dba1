// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The choices of flags that take a name. The names themselves are spelled only in options/kinds.cpp.

#include <string>
#include <vector>

namespace support {

enum class data_format { automatic, lightgcn, inter, csv, tsv, ssv, dat };
enum class column_separator { automatic, tab, comma, semicolon, space, pipe };
enum class header_line { automatic, yes, no };
enum class validation_source { train, test };

enum class table_kind { dense, masked, pep, cerp, dsl, qr, hash, double_hash, legcf, c2f, coded, quantized, automatic };
enum class side_sharing { joint, apart };
enum class few_bits { n4, n4b, n3b, n2b, n1b };
enum class row_start { normal, svd, rows, sparse_pca };

enum class partition_method { automatic, metis, streaming, chance };
enum class reassign_method { pseudo_inverse, pursuit };
enum class fine_code_start { scores, components, rows, random };

enum class loss_kind { bpr, softmax, ccl, automatic };
enum class similarity { dot, cosine };
enum class optimizer_kind { adam, sgd };
enum class rate_schedule { constant, cosine };
enum class sampling { interactions, users };

/// Files of labelled examples (train_ctr).
enum class click_format { automatic, csv, criteo, libsvm, libffm };
enum class click_model_kind { fm, deepfm, dlrm };

enum class pruning_method { magnitude, rows, random };
enum class pruning_schedule { iterative, one_shot, at_start };
enum class pruning_scope { table, groups, row };
enum class growth_rule { gradient, last_batch, momentum, random };
enum class rewind_point { initial, none, reinit };

/// Whether entities share rows of such a table.
constexpr bool is_shared(table_kind table) noexcept {
    using enum table_kind;
    return table == qr || table == hash || table == double_hash || table == cerp;
}
/// Whether such a table comes from a search with thresholds before it is trained.
constexpr bool is_searched(table_kind table) noexcept { return table == table_kind::pep || table == table_kind::cerp; }
/// Whether rows of such a table are computed from assigned codes.
constexpr bool uses_codes(table_kind table) noexcept { return table == table_kind::legcf || table == table_kind::c2f; }

/// Whether rows of such a table are stored in few bits, which training takes into account; files are then in the table's own
/// format.
constexpr bool is_quantized(table_kind table) noexcept { return table == table_kind::coded || table == table_kind::quantized; }

/// The names of a kind of choice, in the order of its enumerators.
template <class Choice>
const std::vector<std::string>& names_of();

/// The name by which the command line, config.txt and summary.json know it: `double-hash` for table_kind::double_hash.
template <class Choice>
std::string name_of(Choice choice);

}  // namespace support
