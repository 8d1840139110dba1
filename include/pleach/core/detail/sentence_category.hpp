// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Error codes whose messages are sentences: `static const sentence_category<my_errc> category("pleach.mine", my_sentence);`

#include <pleach/config.hpp>

#include <string>
#include <string_view>
#include <system_error>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

template <class Code>
class sentence_category final : public std::error_category {
public:
    using sentence_of = std::string_view (*)(Code) noexcept;

    sentence_category(const char* name, sentence_of sentence) noexcept : name_(name), sentence_(sentence) {}
    [[nodiscard]] const char* name() const noexcept override { return name_; }
    [[nodiscard]] std::string message(int code) const override { return std::string(sentence_(static_cast<Code>(code))); }

private:
    const char* name_;
    sentence_of sentence_;
};

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
