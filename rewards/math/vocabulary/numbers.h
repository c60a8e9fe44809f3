// Owners of FLINT's and Arb's numbers: initialised on birth, cleared on death, moved by swapping.
#pragma once

#include <utility>

#include "rewards/math/tree/flint.h"

namespace r1::math {

class Integer {
 public:
  Integer() { fmpz_init(value_); }
  explicit Integer(slong value) { fmpz_init_set_si(value_, value); }
  Integer(const Integer& other) { fmpz_init_set(value_, other.value_); }
  Integer(Integer&& other) noexcept : Integer() { fmpz_swap(value_, other.value_); }
  Integer& operator=(Integer other) noexcept {
    fmpz_swap(value_, other.value_);
    return *this;
  }
  ~Integer() { fmpz_clear(value_); }
  fmpz* get() { return value_; }
  const fmpz* get() const { return value_; }

 private:
  fmpz_t value_;
};

class Rational {
 public:
  Rational() { fmpq_init(value_); }
  explicit Rational(slong numerator, ulong denominator = 1) : Rational() {
    fmpq_set_si(value_, numerator, denominator);
  }
  Rational(const Rational& other) : Rational() { fmpq_set(value_, other.value_); }
  Rational(Rational&& other) noexcept : Rational() { fmpq_swap(value_, other.value_); }
  Rational& operator=(Rational other) noexcept {
    fmpq_swap(value_, other.value_);
    return *this;
  }
  ~Rational() { fmpq_clear(value_); }
  fmpq* get() { return value_; }
  const fmpq* get() const { return value_; }
  fmpz* numerator() { return fmpq_numref(value_); }
  const fmpz* numerator() const { return fmpq_numref(value_); }
  fmpz* denominator() { return fmpq_denref(value_); }
  const fmpz* denominator() const { return fmpq_denref(value_); }
  bool is_integer() const { return fmpz_is_one(denominator()); }
  bool is_zero() const { return fmpq_is_zero(value_); }
  int sign() const { return fmpq_sgn(value_); }
  flint_bitcnt_t bits() const { return fmpz_bits(numerator()) + fmpz_bits(denominator()); }

 private:
  fmpq_t value_;
};

class RealBall {
 public:
  RealBall() { arb_init(value_); }
  RealBall(const RealBall& other) : RealBall() { arb_set(value_, other.value_); }
  RealBall(RealBall&& other) noexcept : RealBall() { arb_swap(value_, other.value_); }
  RealBall& operator=(RealBall other) noexcept {
    arb_swap(value_, other.value_);
    return *this;
  }
  ~RealBall() { arb_clear(value_); }
  arb_ptr get() { return value_; }
  arb_srcptr get() const { return value_; }

 private:
  arb_t value_;
};

class ComplexBall {
 public:
  ComplexBall() { acb_init(value_); }
  ComplexBall(const ComplexBall& other) : ComplexBall() { acb_set(value_, other.value_); }
  ComplexBall(ComplexBall&& other) noexcept : ComplexBall() { acb_swap(value_, other.value_); }
  ComplexBall& operator=(ComplexBall other) noexcept {
    acb_swap(value_, other.value_);
    return *this;
  }
  ~ComplexBall() { acb_clear(value_); }
  acb_ptr get() { return value_; }
  acb_srcptr get() const { return value_; }
  arb_ptr real() { return acb_realref(value_); }
  arb_srcptr real() const { return acb_realref(value_); }
  arb_ptr imag() { return acb_imagref(value_); }
  arb_srcptr imag() const { return acb_imagref(value_); }
  bool is_real() const { return arb_is_zero(imag()); }  // exactly

 private:
  acb_t value_;
};

}  // namespace r1::math
