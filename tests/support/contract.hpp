// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Contracts that throw while an object lives, so that tests can see them fail. Hardened builds only.

#include <pleach/core/contract.hpp>

#include <stdexcept>
#include <string>

namespace tests {

struct contract_failed : std::logic_error {
    using std::logic_error::logic_error;
};

class throwing_contracts {
public:
    throwing_contracts()
        : before_(pleach::set_contract_handler(
              [](const char* sentence, const char*, int) { throw contract_failed(std::string(sentence)); })) {}
    throwing_contracts(const throwing_contracts&) = delete;
    throwing_contracts& operator=(const throwing_contracts&) = delete;
    ~throwing_contracts() { pleach::set_contract_handler(before_); }

private:
    pleach::contract_handler before_;
};

}  // namespace tests
