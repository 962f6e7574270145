#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace nexo_mock::api {

/// A callable lent for the length of a call: no copy, no allocation. It must outlive the call.
template <class Signature>
class function_ref;

template <class Result, class... Arguments>
class function_ref<Result(Arguments...)> {
 public:
    template <class Callable>
        requires(!std::is_same_v<std::remove_cvref_t<Callable>, function_ref> &&
                 std::is_invocable_r_v<Result, Callable&, Arguments...>)
    // As implicit as the idiom wants it; the callable is lent, so it is never forwarded.
    // NOLINTNEXTLINE(google-explicit-constructor,cppcoreguidelines-missing-std-forward)
    function_ref(Callable&& callable)
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): given back its type in call_
        : callable_{const_cast<void*>(static_cast<const void*>(std::addressof(callable)))},
          call_{[](void* target, Arguments... arguments) -> Result {
              return (*static_cast<std::remove_reference_t<Callable>*>(target))(
                  std::forward<Arguments>(arguments)...);
          }} {}

    Result operator()(Arguments... arguments) const {
        return call_(callable_, std::forward<Arguments>(arguments)...);
    }

 private:
    void* callable_;
    Result (*call_)(void*, Arguments...);
};

}  // namespace nexo_mock::api
