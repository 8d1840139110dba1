// SPDX-License-Identifier: Apache-2.0
#include "support/options/kinds.hpp"

namespace support {

// The only place where the names of choices are spelled, in the order of the enumerators.
template <>
const std::vector<std::string>& names_of<data_format>() {
    static const std::vector<std::string> names = {"auto", "lightgcn", "inter", "csv", "tsv", "ssv", "dat"};
    return names;
}
template <>
const std::vector<std::string>& names_of<column_separator>() {
    static const std::vector<std::string> names = {"auto", "tab", "comma", "semicolon", "space", "pipe"};
    return names;
}
template <>
const std::vector<std::string>& names_of<header_line>() {
    static const std::vector<std::string> names = {"auto", "yes", "no"};
    return names;
}
template <>
const std::vector<std::string>& names_of<validation_source>() {
    static const std::vector<std::string> names = {"train", "test"};
    return names;
}
template <>
const std::vector<std::string>& names_of<table_kind>() {
    static const std::vector<std::string> names = {"dense",       "masked", "pep", "cerp",  "dsl",       "qr",  "hash",
                                                   "double-hash", "legcf",  "c2f", "coded", "quantized", "auto"};
    return names;
}
template <>
const std::vector<std::string>& names_of<side_sharing>() {
    static const std::vector<std::string> names = {"joint", "apart"};
    return names;
}
template <>
const std::vector<std::string>& names_of<few_bits>() {
    static const std::vector<std::string> names = {"n4", "n4b", "n3b", "n2b", "n1b"};
    return names;
}
template <>
const std::vector<std::string>& names_of<row_start>() {
    static const std::vector<std::string> names = {"normal", "svd", "rows", "sparse-pca"};
    return names;
}
template <>
const std::vector<std::string>& names_of<partition_method>() {
    static const std::vector<std::string> names = {"auto", "metis", "streaming", "chance"};
    return names;
}
template <>
const std::vector<std::string>& names_of<reassign_method>() {
    static const std::vector<std::string> names = {"pseudo-inverse", "pursuit"};
    return names;
}
template <>
const std::vector<std::string>& names_of<fine_code_start>() {
    static const std::vector<std::string> names = {"scores", "components", "rows", "random"};
    return names;
}
template <>
const std::vector<std::string>& names_of<loss_kind>() {
    static const std::vector<std::string> names = {"bpr", "softmax", "ccl", "auto"};
    return names;
}
template <>
const std::vector<std::string>& names_of<similarity>() {
    static const std::vector<std::string> names = {"dot", "cosine"};
    return names;
}
template <>
const std::vector<std::string>& names_of<optimizer_kind>() {
    static const std::vector<std::string> names = {"adam", "sgd"};
    return names;
}
template <>
const std::vector<std::string>& names_of<rate_schedule>() {
    static const std::vector<std::string> names = {"constant", "cosine"};
    return names;
}
template <>
const std::vector<std::string>& names_of<sampling>() {
    static const std::vector<std::string> names = {"interactions", "users"};
    return names;
}
template <>
const std::vector<std::string>& names_of<click_format>() {
    static const std::vector<std::string> names = {"auto", "csv", "criteo", "libsvm", "libffm"};
    return names;
}
template <>
const std::vector<std::string>& names_of<click_model_kind>() {
    static const std::vector<std::string> names = {"fm", "deepfm", "dlrm"};
    return names;
}
template <>
const std::vector<std::string>& names_of<pruning_method>() {
    static const std::vector<std::string> names = {"magnitude", "rows", "random"};
    return names;
}
template <>
const std::vector<std::string>& names_of<pruning_schedule>() {
    static const std::vector<std::string> names = {"iterative", "one-shot", "at-start"};
    return names;
}
template <>
const std::vector<std::string>& names_of<pruning_scope>() {
    static const std::vector<std::string> names = {"table", "groups", "row"};
    return names;
}
template <>
const std::vector<std::string>& names_of<growth_rule>() {
    static const std::vector<std::string> names = {"gradient", "last-batch", "momentum", "random"};
    return names;
}
template <>
const std::vector<std::string>& names_of<rewind_point>() {
    static const std::vector<std::string> names = {"initial", "none", "reinit"};
    return names;
}

template <class Choice>
std::string name_of(Choice choice) {
    return names_of<Choice>()[static_cast<std::size_t>(choice)];
}
template std::string name_of(data_format);
template std::string name_of(column_separator);
template std::string name_of(header_line);
template std::string name_of(validation_source);
template std::string name_of(table_kind);
template std::string name_of(side_sharing);
template std::string name_of(few_bits);
template std::string name_of(row_start);
template std::string name_of(partition_method);
template std::string name_of(reassign_method);
template std::string name_of(fine_code_start);
template std::string name_of(loss_kind);
template std::string name_of(similarity);
template std::string name_of(optimizer_kind);
template std::string name_of(rate_schedule);
template std::string name_of(sampling);
template std::string name_of(click_format);
template std::string name_of(click_model_kind);
template std::string name_of(pruning_method);
template std::string name_of(pruning_schedule);
template std::string name_of(pruning_scope);
template std::string name_of(growth_rule);
template std::string name_of(rewind_point);

}  // namespace support
