// SPDX-License-Identifier: Apache-2.0
#include "support/data/dataset.hpp"

#include "support/data/generated.hpp"

namespace support {
char separator_of(column_separator chosen) {
    using enum column_separator;
    switch (chosen) {
        case automatic:
            break;
        case tab:
            return '\t';
        case comma:
            return ',';
        case semicolon:
            return ';';
        case space:
            return ' ';
        case pipe:
            return '|';
    }
    return '\0';
}

namespace {

interactions whole_dataset(const options& chosen) {
    if (chosen.dataset == "generated")
        return generate_interactions({.test_fraction = chosen.test_fraction, .seed = chosen.seed});
    return read_interactions(chosen.dataset, {.format = chosen.format,
                                              .separator = separator_of(chosen.separator),
                                              .header = chosen.header,
                                              .row_limit = chosen.row_limit,
                                              .skip_bad = chosen.skip_bad,
                                              .min_rating = chosen.min_rating,
                                              .test_fraction = chosen.test_fraction,
                                              .seed = chosen.seed});
}

}  // namespace

interactions read_dataset(const options& chosen) {
    interactions data = whole_dataset(chosen);
    if (chosen.valid_from == validation_source::test)
        carve_validation_from_test(data, chosen.seed);
    else
        carve_validation(data, chosen.valid, chosen.seed);
    if (chosen.valid == 0.0 && data.valid.size() == 0)
        data.notes.push_back(
            "--valid 0: training on all of train for a fixed number of epochs; without validation nothing can stop it early");
    return data;
}

}  // namespace support
