// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a run of train_ctr has reached: the position and the results of any run (run/state.hpp), in which the quality is the mean
/// AUC of the tasks, and the quality of each task.

#include "support/ctr/click_metrics.hpp"
#include "support/run/state.hpp"

#include <vector>

namespace support {

template <class Quality, class Visit>
void for_each_number(Quality& q, Visit&& visit)
    requires std::same_as<std::remove_const_t<Quality>, click_quality>
{
    for (auto* x : {&q.auc, &q.log_loss, &q.calibration}) visit(*x);
}

/// Of one round, by task.
struct click_result {
    std::vector<click_quality> valid;  ///< of the best epoch; empty without a validation part
    std::vector<click_quality> cut;    ///< on the test part, before the round was trained; empty without a cut
    std::vector<click_quality> test;
};

struct click_state {
    training_state run;
    std::vector<click_result> results;      ///< of finished rounds
    std::vector<click_quality> best_valid;  ///< of this round
    std::vector<click_quality> cut;         ///< of this round
};

[[nodiscard]] inline double mean_auc(const std::vector<click_quality>& qualities) {
    double sum = 0;
    for (const click_quality& q : qualities) sum += q.auc;
    return sum / static_cast<double>(qualities.size());
}

}  // namespace support
