// Whether two scalar expressions have the same value, and which is the smaller: the arithmetic of the verifier.
//
// The ladder, cheapest first: normal form -> exact rationals (FLINT) -> balls (Arb, 64 to 1,024 bits; disjoint balls prove
// that values differ) -> exact constants (Calcium) -> for expressions with variables: modulo two 61-bit primes, then balls at
// 12 or more random points of the domain (seeded by the trees' hashes). Powers, factorials and binomials too large to
// expand are compared by their structure or by balls of their logarithms. Every step costs fuel; none looks at a clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "rewards/math/policy.h"
#include "rewards/math/tree/expression.h"

namespace r1::math {

enum class Comparison : uint8_t { Different, Equal, Unknown };

// How sure a decision is. Modular: a polynomial identity modulo two random points and primes (wrong with probability under
// degree / 2^61). Numeric: balls that overlap at every point tried, or proved different at one by disjoint balls (then Exact).
enum class Evidence : uint8_t { None, Exact, Modular, Numeric };

struct Decision {
  Comparison comparison = Comparison::Unknown;
  Evidence evidence = Evidence::None;
  std::string_view reason;  // a literal: "exact rationals", "disjoint balls at 64 bits", ...
};

struct Context {
  Arena& arena;
  const MathPolicy& policy;
  int nesting = 0;  // comparisons inside one another, see Nested
  Fuel& fuel() { return arena.fuel(); }
};

// A comparison that may call itself: stands for one level while it runs. Bounds the stack; beyond, OutOfFuel.
class Nested {
 public:
  static constexpr int kMax = 200;
  explicit Nested(Context& context) : context_(context) {
    if (context_.nesting >= kMax) throw OutOfFuel{};
    ++context_.nesting;
  }
  ~Nested() { --context_.nesting; }
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;

 private:
  Context& context_;
};

// Both are scalar expressions (Kind Number to Call, Percent, BaseNumber; not Quantity). Symmetric in a and b.
// Undefined (1/0, log 0) equals nothing, itself included; infinities of one sign are equal.
// An expression with functions that have no value here (Named, Integral, Limit) is Unknown unless the trees agree.
Decision equal_values(const Node* a, const Node* b, Context& context);

// Whether a = c * b for a constant c that is not zero (relations up to a factor); by ratios at random points, modular or numeric.
Decision proportional(const Node* a, const Node* b, Context& context);

// Whether a and b differ by a constant (antiderivatives).
Decision differ_by_constant(const Node* a, const Node* b, Context& context);

enum class Order : uint8_t { Less, Equal, Greater, Unknown };  // Unknown also when one is not real
Order order(const Node* a, const Node* b, Context& context);   // constants, infinities allowed

// The value as an integer when it is one and fits; literals, arithmetic and integer functions.
std::optional<int64_t> small_integer(const Node* node, Context& context);
// Whether the value is zero; Unknown when that cannot be decided.
Comparison is_zero(const Node* node, Context& context);

// `node` as a polynomial in `symbol`: coefficients from the constant term up, free of `symbol`, trailing zeros dropped.
// None when it is not one, or of a degree over 16.
std::optional<std::vector<const Node*>> polynomial(const Node* node, std::string_view symbol,
                                                   Context& context);

// Whether the node holds literals, arithmetic and functions of them only (what equal_values can look at).
bool is_scalar(const Node* node);

}  // namespace r1::math
