// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Preconditions of single-row calls: checked in hardened builds, free otherwise.
///
/// Batch verbs, constructors and file readers always check their arguments; a lookup in the innermost loop trusts its caller
/// unless PLEACH_HARDENED is 1. A failed contract calls the handler. The default handler prints the sentence and aborts; it can
/// be replaced by one that throws (tests do).

#include <pleach/config.hpp>

#include <cstdio>
#include <cstdlib>

namespace pleach {
inline namespace PLEACH_ABI {

/// Called with the sentence and source location of a failed contract. If it returns, the program is aborted.
using contract_handler = void (*)(const char* sentence, const char* file, int line);

namespace detail {

inline void print_contract(const char* sentence, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: pleach contract: %s\n", file, line, sentence);
}

inline contract_handler current_contract_handler = &print_contract;

[[noreturn]] inline void fail_contract(const char* sentence, const char* file, int line) {
    current_contract_handler(sentence, file, line);
    std::abort();
}

}  // namespace detail

/// Replaces the handler and returns the previous one. *Threads:* call it before threads start.
inline contract_handler set_contract_handler(contract_handler handler) noexcept {
    const contract_handler before = detail::current_contract_handler;
    detail::current_contract_handler = handler;
    return before;
}

}  // namespace PLEACH_ABI
}  // namespace pleach

#if PLEACH_HARDENED
#define PLEACH_EXPECTS(condition, sentence) \
    (static_cast<bool>(condition) ? void() : ::pleach::detail::fail_contract(sentence, __FILE__, __LINE__))
#else
#define PLEACH_EXPECTS(condition, sentence) static_cast<void>(0)
#endif
