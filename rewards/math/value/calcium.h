// Calcium's exact constants, in either layout (flint.h).
//
// Before FLINT 3 its headers were C only: inline functions give malloc's void* to other pointers. While they are included
// the allocators' results convert to any pointer, which is what C means; nothing else of them changes.
#pragma once

#include "rewards/math/tree/flint.h"

#if __has_include(<flint/ca.h>)
#include <flint/ca.h>
#else
namespace r1::math {
struct AnyPointer {
  void* pointer;
  template <class T>
  operator T*() const {
    return static_cast<T*>(pointer);
  }
};
}  // namespace r1::math
#define flint_malloc(size) (r1::math::AnyPointer{flint_malloc(size)})
#define flint_realloc(pointer, size) (r1::math::AnyPointer{flint_realloc(pointer, size)})
#include <calcium/ca.h>
#undef flint_malloc
#undef flint_realloc
#endif
