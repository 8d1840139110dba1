// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Who runs the tasks of a verb over many rows. The library never starts a thread: such verbs take an executor as last
/// argument, or as the option `.exec` where they have several options.
///
/// An executor is any callable `exec(tasks, run)` that calls `run(i)` once for each i < tasks, returns when all are done, and
/// rethrows the first exception. How work is split into tasks depends on the amount of work alone, and partial results merge in
/// task order, so results are bit-equal for every executor and number of threads.

#include <pleach/core/function_ref.hpp>

#include <concepts>
#include <cstddef>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {
struct any_task {
    void operator()(std::size_t) const {}
};
}  // namespace detail

/// T runs numbered tasks and waits for them.
template <class T>
concept executor = requires(const T& exec, const detail::any_task& run) { exec(std::size_t{0}, run); };

/// One task after the other, on the calling thread. The default everywhere.
struct sequential {
    template <std::invocable<std::size_t> Run>
    void operator()(std::size_t tasks, Run&& run) const {
        for (std::size_t i = 0; i < tasks; ++i) run(i);
    }
};

/// Any executor, by reference: the type of parameters and options, `{.exec = pool}`. The executor must live until the verb
/// returns; a temporary in the call does. Costs one indirect call per task.
class executor_ref {
public:
    executor_ref() noexcept = default;
    template <executor Executor>
        requires(!std::same_as<Executor, executor_ref>)
    executor_ref(const Executor& exec) noexcept : exec_(exec) {}

    void operator()(std::size_t tasks, function_ref<void(std::size_t)> run) const { exec_(tasks, run); }

private:
    static constexpr sequential one_by_one{};
    function_ref<void(std::size_t, function_ref<void(std::size_t)>)> exec_ = one_by_one;
};

/// Calls `run(first, last)` for consecutive pieces of [0, n), each `grain` long except the last.
/// *Precondition:* grain > 0.
template <executor Executor, class Run>
void for_each_chunk(const Executor& exec, std::size_t n, std::size_t grain, Run&& run) {
    exec((n + grain - 1) / grain, [&](std::size_t i) { run(i * grain, n - i * grain < grain ? n : (i + 1) * grain); });
}

}  // namespace PLEACH_ABI
}  // namespace pleach
