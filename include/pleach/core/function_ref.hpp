// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A callable of a given signature, by reference: two words, no allocation, one indirect call. Parameters of this type make the
/// function that takes them an ordinary one instead of a template. What C++26 calls std::function_ref.

#include <pleach/config.hpp>

#include <type_traits>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

template <class Signature>
class function_ref;

/// Refers to the callable that it was made from, which must live as long: as a parameter, until the call returns.
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
