#include "tests/fuzz/math_targets.h"

#include <fmt/format.h>

#include "rewards/math/compare/compare.h"
#include "rewards/math/math_verifier.h"
#include "rewards/math/parse/parser.h"
#include "rewards/math/value/value.h"

namespace r1::math::fuzz {
namespace {

std::string span_problem(std::string_view text, bool thinking_open) {
  const auto answer = extract_answer(text, thinking_open);
  if (!answer) return "";
  if (answer->begin > answer->end || answer->end > text.size())
    return fmt::format("span {} to {} of {} bytes", answer->begin, answer->end, text.size());
  const auto again = extract_answer(text, thinking_open);
  if (!again || again->text != answer->text) return "another answer at the second look";
  return "";
}

std::string parse_problem(std::string_view text, const MathPolicy& policy) {
  Fuel fuel(200000);
  Arena arena(fuel);
  try {
    const Parsed parsed = parse_answer(arena, text, policy);
    if ((parsed.node == nullptr) == parsed.problem.empty())
      return fmt::format("node {}, problem \"{}\"", parsed.node != nullptr, parsed.problem);
    if (parsed.node && parsed.node->depth > Arena::kMaxDepth) return "a tree that is too deep";
    if (parsed.node) tree_text(parsed.node);
  } catch (const OutOfFuel&) {
  }
  return "";
}

bool is_scalar_text(std::string_view text, const MathPolicy& policy) {
  Fuel fuel(200000);
  Arena arena(fuel);
  try {
    const Node* node = parse_answer(arena, text, policy).node;
    return node && is_scalar(node);
  } catch (const OutOfFuel&) {
    return false;
  }
}

std::string determinism_problem(std::string_view answer, std::string_view gold, const MathPolicy& policy) {
  const AnswerComparison one = compare_answer_texts(answer, gold, policy);
  const AnswerComparison again = compare_answer_texts(answer, gold, policy, true);
  if (one.decision.comparison != again.decision.comparison) return "another verdict at the second look";
  if (one.fuel != again.fuel) return fmt::format("fuel {} and then {}", one.fuel, again.fuel);
  return "";
}

// Of two scalars one order cannot be EQUAL and the other DIFFERENT, once the rules that look at the gold only are off.
std::string symmetry_problem(std::string_view a, std::string_view b) {
  MathPolicy policy;
  policy.round_to_gold_digits = policy.require_reduced = false;
  policy.allow_unevaluated = policy.bare_digits_ok = true;
  if (!is_scalar_text(a, policy) || !is_scalar_text(b, policy)) return "";
  const Comparison there = compare_answer_texts(a, b, policy).decision.comparison;
  const Comparison back = compare_answer_texts(b, a, policy).decision.comparison;
  if (there != back && there != Comparison::Unknown && back != Comparison::Unknown)
    return "EQUAL one way, DIFFERENT the other";
  return "";
}

}  // namespace

std::string check_extraction(std::string_view bytes) {
  for (const bool thinking_open : {false, true}) {
    if (std::string problem = span_problem(bytes, thinking_open); !problem.empty()) return problem;
  }
  last_box(bytes);
  last_answer_tag(bytes);
  return "";
}

std::string check_parser(std::string_view bytes) {
  for (const MathPolicy& policy : {MathPolicy::strict(), MathPolicy::lenient()}) {
    if (std::string problem = parse_problem(bytes, policy); !problem.empty()) return problem;
  }
  return "";
}

std::string check_comparison(std::string_view bytes) {
  const size_t nul = bytes.find('\0');
  const std::string_view answer = bytes.substr(0, nul);
  const std::string_view gold = nul == std::string_view::npos ? bytes : bytes.substr(nul + 1);
  for (const MathPolicy& policy : {MathPolicy::strict(), MathPolicy::lenient()}) {
    if (std::string problem = determinism_problem(answer, gold, policy); !problem.empty()) return problem;
  }
  return symmetry_problem(answer, gold);
}

}  // namespace r1::math::fuzz
