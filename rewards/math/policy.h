// The choices of the math verifier that mathematics does not make. Each has a name, a default and a reason.
#pragma once

#include <string_view>

namespace r1::math {

struct MathPolicy {
  bool require_reduced = false;        // 2/4 is not accepted for 1/2
  bool percent_sign_optional = false;  // 50 for 50 %
  bool round_to_gold_digits = true;    // a decimal gold is met by what rounds to it. Never for an exact gold
  bool bare_digits_ok = false;         // base n: digits without the base's subscript
  bool allow_unevaluated =
      false;  // 2 + 3 for 5 is always accepted; integrals, limits, sums of n only if the gold has one
  bool unit_conversion = true;                // 100 cm for 1 m
  bool unit_optional = true;                  // 5 for 5 cm and the reverse; a wrong unit is different
  bool row_column = true;                     // a row vector for a column vector
  bool list_order_free = true;                // "1, 2" without brackets in any order
  bool set_as_tuple = false;                  // (1, 2) for {1, 2}
  bool log_common_ok = true;                  // \log may be base 10 when that matches the gold
  bool comma_decimal = false;                 // 3,14 for 3.14
  bool roman_numerals = false;                // IV for 4
  bool integration_constant_optional = true;  // + C may be missing
  bool numeric_evidence = false;              // 100 equal digits without a proof are EQUAL
  bool repair_latex = false;                  // read malformed LaTeX by the obvious repair
  bool last_number = false;                   // extraction: without any mark, the last formula or number

  // Every switch by name, for --set, configs and docs (base/config.h).
  static void fields(auto& self, auto& visit) {
    visit("require_reduced", self.require_reduced, "2/4 is not accepted for 1/2");
    visit("percent_sign_optional", self.percent_sign_optional, "50 is accepted for 50 %");
    visit("round_to_gold_digits", self.round_to_gold_digits,
          "a decimal gold is met by what rounds to it; an exact gold never is");
    visit("bare_digits_ok", self.bare_digits_ok, "base n: digits without the base's subscript");
    visit("allow_unevaluated", self.allow_unevaluated,
          "integrals, limits and sums of n where the gold is evaluated");
    visit("unit_conversion", self.unit_conversion, "100 cm is accepted for 1 m");
    visit("unit_optional", self.unit_optional, "5 is accepted for 5 cm and the reverse; a wrong unit never");
    visit("row_column", self.row_column, "a row vector is accepted for a column vector");
    visit("list_order_free", self.list_order_free, "a list without brackets may come in any order");
    visit("set_as_tuple", self.set_as_tuple, "(1, 2) is accepted for {1, 2}");
    visit("log_common_ok", self.log_common_ok, "log may be of base 10 when that matches the gold");
    visit("comma_decimal", self.comma_decimal, "3,14 is read as 3.14");
    visit("roman_numerals", self.roman_numerals, "IV is read as 4");
    visit("integration_constant_optional", self.integration_constant_optional, "+ C may be missing");
    visit("numeric_evidence", self.numeric_evidence, "100 equal digits without a proof are EQUAL");
    visit("repair_latex", self.repair_latex, "malformed LaTeX is read by the obvious repair");
    visit("last_number", self.last_number, "without any mark, the last formula or number is the answer");
  }

  static MathPolicy strict() { return {}; }  // rewards
  static MathPolicy lenient() {              // evaluation
    MathPolicy policy;
    policy.percent_sign_optional = policy.repair_latex = policy.last_number = policy.numeric_evidence = true;
    return policy;
  }
};

}  // namespace r1::math
