// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of learn.

#include <pleach/learn/adagrad.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/clip.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/penalty.hpp>
#include <pleach/learn/sgd.hpp>
#include <pleach/learn/steered_rate.hpp>
#include <pleach/learn/update_rule.hpp>
