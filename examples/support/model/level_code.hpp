// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The code of --code for tables that train in few bits, chosen at run time so that each trainer is compiled for one table type.

#include "support/options/kinds.hpp"

#include <pleach/compose/quantized.hpp>
#include <pleach/frozen/stored_rows.hpp>
#include <pleach/table/dense_table.hpp>

namespace support {

class level_code {
public:
    explicit level_code(few_bits which) noexcept : which_(which) {}

    std::uint16_t code_row(std::span<float> row) const noexcept {
        using namespace pleach::frozen;
        switch (which_) {
            case few_bits::n4:
                return level_form<4, two_byte_scale>::code_row(row);
            case few_bits::n4b:
                return level_form<4, one_byte_scale>::code_row(row);
            case few_bits::n3b:
                return level_form<3, one_byte_scale>::code_row(row);
            case few_bits::n2b:
                return level_form<2, one_byte_scale>::code_row(row);
            case few_bits::n1b:
                break;
        }
        return level_form<1, one_byte_scale>::code_row(row);
    }

    [[nodiscard]] few_bits which() const noexcept { return which_; }

private:
    few_bits which_;
};

/// The format of frozen rows in that code, which give the values that were trained against.
[[nodiscard]] inline std::string format_of(few_bits code) { return "dense_rows<" + name_of(code) + ">"; }

using quantized_rows = pleach::quantized<pleach::dense_table<float>, level_code>;

}  // namespace support
