// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A callable of a given signature, by reference: two words, no allocation, one indirect call. A function that takes one need
/// not be a template. As std::function_ref of C++26.

#include <pleach/config.hpp>

#include <type_traits>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

template <class Signature>
class function_ref;

/// Does not own the callable, which must outlive it: for a parameter, until the call returns.
template <class Result, class... Arguments>
class function_ref<Result(Arguments...)> {
public:
    template <class Callable>
        requires(!std::is_same_v<std::remove_cvref_t<Callable>, function_ref> &&
                 std::is_object_v<std::remove_reference_t<Callable>> && std::is_invocable_r_v<Result, Callable&, Arguments...>)
    function_ref(Callable&& callable) noexcept
        : callable_(const_cast<void*>(static_cast<const void*>(&callable))),
          call_([](void* object, Arguments... arguments) -> Result {
              return static_cast<Result>(
                  (*static_cast<std::remove_reference_t<Callable>*>(object))(std::forward<Arguments>(arguments)...));
          }) {}

    Result operator()(Arguments... arguments) const { return call_(callable_, std::forward<Arguments>(arguments)...); }

private:
    void* callable_;
    Result (*call_)(void*, Arguments...);
};

}  // namespace PLEACH_ABI
}  // namespace pleach
