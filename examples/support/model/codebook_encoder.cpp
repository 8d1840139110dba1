// SPDX-License-Identifier: Apache-2.0
#include "support/model/codebook_encoder.hpp"

#include <pleach/assign/reassign.hpp>
#include <pleach/assign/softmax_assignment.hpp>

namespace support {

void codebook_encoder::reassign(legcf_rows& table, const options& chosen, const pleach::openmp& exec) {
    const propagated_codes now = propagate(table, exec);
    const std::size_t terms = table.base().terms().terms();
    table.base().reassign(
        chosen.reassign == reassign_method::pursuit
            ? pleach::reassign<float>(now.entities.view(), now.codes.view(), terms, pleach::matching_pursuit{}, exec)
            : pleach::reassign<float>(now.entities.view(), now.codes.view(), terms, pleach::pseudo_inverse{}, exec));
}

void codebook_encoder::reassign(c2f_rows& table, const options&, const pleach::openmp& exec) {
    const propagated_codes now = propagate(table, exec);
    auto& of_codes = table.base().base().first();
    const pleach::matrix<double> scores =
        pleach::code_scores<float>(now.entities.view(), now.codes.view(), now.fine.view(), exec);
    of_codes.reassign(pleach::softmax_assignment<float>(scores.view(), of_codes.terms().terms()));
}

}  // namespace support
