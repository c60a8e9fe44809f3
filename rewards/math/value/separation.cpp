#include "rewards/math/value/separation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

#include "rewards/math/value/ball.h"
#include "rewards/math/value/modular_field.h"
#include "rewards/math/value/rational.h"
#include "rewards/math/vocabulary/numbers.h"

namespace r1::math {
namespace {

constexpr double kMaxBits = 8192;
constexpr size_t kMaxRadicals = 24;
constexpr double kSlack = 1e-9;  // relative, above the rounding errors of the logarithms added here

struct Bounds {
  double u = 0, l = 0;  // log2
};
using MaybeBounds = std::optional<Bounds>;

double log2_of(const fmpz* value) {
  if (fmpz_is_zero(value)) return 0;
  slong exponent = 0;
  const double mantissa = std::abs(fmpz_get_d_2exp(&exponent, value));
  return std::max(0.0, static_cast<double>(exponent) + std::log2(mantissa) + kSlack);
}

double add_logs(double a, double b) {  // log2(2^a + 2^b)
  return std::max(a, b) + std::log2(1 + std::exp2(-std::abs(a - b))) + kSlack;
}

int64_t totient(int64_t n) {
  int64_t result = n;
  for (int64_t p = 2; p * p <= n; ++p) {
    if (n % p) continue;
    while (n % p == 0) n /= p;
    result -= result / p;
  }
  return n > 1 ? result - result / n : result;
}

// What generates the field: a root of unity, roots of rationals, and roots of what is not rational.
class Field {
 public:
  bool add_angle(int64_t denominator) {  // of a turn
    if (denominator > 2000) return false;
    order_ = std::lcm(order_, denominator);
    return order_ <= 20000;
  }

  bool add_radical(const Node* radicand, int64_t index) {
    for (const auto& [node, known] : nested_) {
      if (known == index && same_tree(node, radicand)) return true;
    }
    nested_.emplace_back(radicand, index);
    return nested_.size() <= kMaxRadicals;
  }

  bool add_rational_root(const Rational& value, int64_t index) {
    roots_.push_back({value, index});
    return roots_.size() <= kMaxRadicals;
  }

  // log2 of a bound of the degree.
  double degree() const {
    double bits = std::log2(static_cast<double>(totient(order_)));
    for (const auto& [node, index] : nested_) bits += std::log2(static_cast<double>(index));
    std::vector<int64_t> indices;
    for (const Root& root : roots_) {
      if (std::ranges::find(indices, root.index) == indices.end()) indices.push_back(root.index);
    }
    for (int64_t index : indices) bits += std::log2(static_cast<double>(index)) * rank(index);
    return bits;
  }

 private:
  struct Root {
    Rational value;
    int64_t index;
  };
  using Row = std::vector<int64_t>;

  // How many roots of this index are needed to write the others as products of their powers and rationals.
  double rank(int64_t index) const {
    std::vector<Integer> primes;
    std::vector<Row> rows;
    for (const Root& root : roots_) {
      if (root.index == index) rows.push_back(exponents(root.value, index, primes));
    }
    const size_t columns = primes.size();
    for (Row& row : rows) row.resize(columns, 0);
    if (!n_is_prime(static_cast<ulong>(index))) return static_cast<double>(std::min(rows.size(), columns));
    size_t found = 0;
    for (size_t column = 0; column < columns && found < rows.size(); ++column) {
      size_t pivot = found;
      while (pivot < rows.size() && rows[pivot][column] % index == 0) ++pivot;
      if (pivot == rows.size()) continue;
      std::swap(rows[pivot], rows[found]);
      for (size_t i = found + 1; i < rows.size(); ++i) eliminate(rows[i], rows[found], column, index);
      ++found;
    }
    return static_cast<double>(found);
  }

  static void eliminate(Row& row, const Row& pivot, size_t column, int64_t index) {
    const int64_t a = pivot[column], b = row[column];
    for (size_t i = 0; i < row.size(); ++i) row[i] = ((row[i] * a - pivot[i] * b) % index + index) % index;
  }

  // Exponents modulo `index` of a positive rational over a list of numbers that grows; those without a known factor
  // are taken whole, which can only make the degree larger.
  static Row exponents(const Rational& value, int64_t index, std::vector<Integer>& primes) {
    Row row(primes.size(), 0);
    for (const fmpz* part : {value.numerator(), value.denominator()}) {
      Integer rest;
      fmpz_abs(rest.get(), part);
      for (uint64_t prime : kSmallPrimes)
        divide_out(Integer(static_cast<slong>(prime)), rest, part == value.denominator(), index, primes, row);
      if (!fmpz_is_one(rest.get()))
        divide_out(Integer(rest), rest, part == value.denominator(), index, primes, row);
    }
    return row;
  }

  static void divide_out(const Integer& factor, Integer& rest, bool below, int64_t index,
                         std::vector<Integer>& primes, Row& row) {
    int64_t times = fmpz_remove(rest.get(), rest.get(), factor.get());
    if (times % index == 0) return;
    size_t at = 0;
    while (at < primes.size() && !fmpz_equal(primes[at].get(), factor.get())) ++at;
    if (at == primes.size()) primes.push_back(factor);
    if (row.size() < primes.size()) row.resize(primes.size(), 0);
    times %= index;
    row[at] = (row[at] + (below ? index - times : times)) % index;
  }

  int64_t order_ = 2;
  std::vector<std::pair<const Node*, int64_t>> nested_;
  std::vector<Root> roots_;
};

class Walker {
 public:
  Walker(Field& field, Meter& meter) : field_(field), meter_(meter) {}

  MaybeBounds walk(const Node* node) {
    if (!meter_.spend(8)) return std::nullopt;
    const RationalResult exact = rational_value(node, meter_);
    if (exact.state == RationalState::Undefined) return std::nullopt;
    if (exact.state == RationalState::Value)
      return Bounds{log2_of(exact.value.numerator()), log2_of(exact.value.denominator())};
    switch (node->kind) {
      case Kind::Constant:
        return node->constant == Constant::I && field_.add_angle(4) ? MaybeBounds(Bounds{}) : std::nullopt;
      case Kind::Neg:
        return walk(node->args[0]);
      case Kind::Percent:
        return divide(walk(node->args[0]), Bounds{std::log2(100) + kSlack, 0});
      case Kind::Div:
        return divide(walk(node->args[0]), walk(node->args[1]));
      case Kind::Add:
      case Kind::Mul:
        return fold(node);
      case Kind::Pow:
        return power(node->args[0], rational_value(node->args[1], meter_), false);
      case Kind::Call:
        return call(node);
      default:
        return std::nullopt;
    }
  }

  static MaybeBounds add(const MaybeBounds& a, const MaybeBounds& b) {
    if (!a || !b) return std::nullopt;
    return Bounds{add_logs(a->u + b->l, a->l + b->u), a->l + b->l};
  }

 private:
  static MaybeBounds divide(const MaybeBounds& a, const MaybeBounds& b) {
    if (!a || !b) return std::nullopt;
    return Bounds{a->u + b->l, a->l + b->u};
  }

  MaybeBounds fold(const Node* node) {
    MaybeBounds result = walk(node->args[0]);
    for (const Node* arg : node->args.subspan(1)) {
      if (!result) return result;
      const MaybeBounds next = walk(arg);
      if (!next) return next;
      result = node->kind == Kind::Add ? add(result, next)
                                       : MaybeBounds(Bounds{result->u + next->u, result->l + next->l});
    }
    return result;
  }

  // base^exponent, or base^(1/exponent).
  MaybeBounds power(const Node* base, const RationalResult& exponent, bool inverted) {
    if (exponent.state != RationalState::Value || exponent.value.is_zero() || exponent.value.bits() > 32)
      return std::nullopt;
    int64_t p = fmpz_get_si(exponent.value.numerator()), k = fmpz_get_si(exponent.value.denominator());
    if (inverted) std::swap(p, k);
    if (k < 0) p = -p, k = -k;
    if (k > 64) return std::nullopt;
    const RationalResult exact = rational_value(base, meter_);
    MaybeBounds result = walk(base);
    if (!result || !add_root(base, exact, k)) return std::nullopt;
    const auto index = static_cast<double>(k), times = static_cast<double>(std::abs(p));
    if (result->u >= result->l) {
      result = Bounds{(result->u + (index - 1) * result->l) / index + kSlack, result->l};
    } else {
      result = Bounds{result->u, ((index - 1) * result->u + result->l) / index + kSlack};
    }
    result = Bounds{result->u * times, result->l * times};
    return p < 0 ? Bounds{result->l, result->u} : *result;
  }

  bool add_root(const Node* base, const RationalResult& exact, int64_t index) {
    if (index == 1) return true;
    if (exact.state != RationalState::Value) return field_.add_radical(base, index);
    if (exact.value.bits() > 1024 || !meter_.spend(32)) return false;
    if (exact.value.sign() < 0 && index % 2 == 0 && !field_.add_angle(2 * index)) return false;
    return field_.add_rational_root(exact.value, index);
  }

  MaybeBounds call(const Node* node) {
    if (node->function == Function::Root && node->args.size() == 2)
      return power(node->args[0], rational_value(node->args[1], meter_), true);
    if (node->args.size() != 1) return std::nullopt;
    const Bounds one_half{1, 1};  // 2 cos(x) is an algebraic integer, its conjugates are at most 2
    switch (node->function) {
      case Function::Sin:
      case Function::Cos:
        return is_angle(node->args[0]) ? MaybeBounds(one_half) : std::nullopt;
      case Function::Cis:
        return is_angle(node->args[0]) ? MaybeBounds(Bounds{}) : std::nullopt;
      case Function::Tan:
      case Function::Cot:
        return is_angle(node->args[0]) ? MaybeBounds(Bounds{2, 2}) : std::nullopt;
      case Function::Sec:
      case Function::Csc:
        return is_angle(node->args[0]) ? MaybeBounds(one_half) : std::nullopt;
      case Function::Abs:
        return real_only(node->args[0]);
      default:
        return std::nullopt;
    }
  }

  // |x| is x or -x.
  MaybeBounds real_only(const Node* node) {
    const BallValue value = ball_value(node, 64, meter_);
    return value.state == BallState::Finite && value.ball.is_real() ? walk(node) : std::nullopt;
  }

  // x = r pi with a rational r; the field then has the root of unity e^(ix) and i.
  bool is_angle(const Node* node) {
    const auto turn = multiple_of_pi(node);
    if (!turn || turn->bits() > 40) return false;
    const int64_t denominator = fmpz_get_si(turn->denominator());
    return denominator <= 1000 && field_.add_angle(std::lcm<int64_t>(4, 2 * denominator));
  }

  std::optional<Rational> multiple_of_pi(const Node* node) {
    if (!meter_.spend(4)) return std::nullopt;
    if (node->kind == Kind::Constant && node->constant == Constant::Pi) return Rational(1);
    if (node->kind == Kind::Quantity) {
      if (node->args.size() != 2 || node->args[1]->kind != Kind::Unit || node->args[1]->text != "degree")
        return std::nullopt;
      return scaled(rational_value(node->args[0], meter_), Rational(1, 180));
    }
    const RationalResult exact = rational_value(node, meter_);
    if (exact.state == RationalState::Value)
      return exact.value.is_zero() ? std::optional(Rational(0)) : std::nullopt;
    switch (node->kind) {
      case Kind::Neg: {
        auto inner = multiple_of_pi(node->args[0]);
        if (inner) fmpq_neg(inner->get(), inner->get());
        return inner;
      }
      case Kind::Div: {
        auto inner = multiple_of_pi(node->args[0]);
        RationalResult divisor = rational_value(node->args[1], meter_);
        if (!inner || divisor.state != RationalState::Value || divisor.value.is_zero()) return std::nullopt;
        fmpq_div(inner->get(), inner->get(), divisor.value.get());
        return inner;
      }
      case Kind::Pow:  // pi^1, of converted degrees
        return same_value(node->args[1], 1) ? multiple_of_pi(node->args[0]) : std::nullopt;
      case Kind::Add:
        return sum_of_angles(node);
      case Kind::Mul:
        return product_with_angle(node);
      default:
        return std::nullopt;
    }
  }

  bool same_value(const Node* node, slong value) {
    const RationalResult exact = rational_value(node, meter_);
    return exact.state == RationalState::Value && fmpq_cmp_si(exact.value.get(), value) == 0;
  }

  std::optional<Rational> scaled(RationalResult value, const Rational& factor) {
    if (value.state != RationalState::Value) return std::nullopt;
    fmpq_mul(value.value.get(), value.value.get(), factor.get());
    return value.value;
  }

  std::optional<Rational> sum_of_angles(const Node* node) {
    Rational total;
    for (const Node* arg : node->args) {
      const auto part = multiple_of_pi(arg);
      if (!part || part->bits() > 256) return std::nullopt;
      fmpq_add(total.get(), total.get(), part->get());
    }
    return total;
  }

  std::optional<Rational> product_with_angle(const Node* node) {
    Rational factor(1);
    bool has_angle = false;
    for (const Node* arg : node->args) {
      const RationalResult exact = rational_value(arg, meter_);
      if (exact.state == RationalState::Value && exact.value.bits() <= 256) {
        fmpq_mul(factor.get(), factor.get(), exact.value.get());
        continue;
      }
      const auto angle = multiple_of_pi(arg);
      if (!angle || has_angle || angle->bits() > 256) return std::nullopt;
      has_angle = true;
      fmpq_mul(factor.get(), factor.get(), angle->get());
    }
    return factor;
  }

  Field& field_;
  Meter& meter_;
};

}  // namespace

Comparison algebraic_constants_equal(const Node* a, const Node* b, Meter& meter) {
  Field field;
  Walker walker(field, meter);
  const MaybeBounds bounds = Walker::add(walker.walk(a), walker.walk(b));
  if (!bounds || meter.over()) return Comparison::Unknown;
  const double needed = ((std::exp2(field.degree()) - 1) * bounds->u + bounds->l) * 1.000001 + 2;
  if (!(needed < kMaxBits) || !(bounds->u + bounds->l < kMaxBits)) return Comparison::Unknown;
  const auto bits = static_cast<slong>(needed) + 1;
  // Twice at most: a difference is mostly seen far above the bound.
  for (slong extra : {32, 256}) {
    const slong precision = bits + extra + static_cast<slong>(bounds->u + bounds->l) / 2;
    const BallValue x = ball_value(a, precision, meter), y = ball_value(b, precision, meter);
    if (x.state != BallState::Finite || y.state != BallState::Finite) return Comparison::Unknown;
    ComplexBall difference;
    acb_sub(difference.get(), x.ball.get(), y.ball.get(), precision);
    if (!acb_contains_zero(difference.get())) return Comparison::Different;
    mag_t bound;
    mag_init(bound);
    acb_get_mag(bound, difference.get());
    const bool is_zero = mag_cmp_2exp_si(bound, -bits) < 0;
    mag_clear(bound);
    if (is_zero) return Comparison::Equal;
  }
  return Comparison::Unknown;
}

}  // namespace r1::math
