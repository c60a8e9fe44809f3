// An answer with one mistake in it (generator/mutate.h) is never Equal to the answer, unless the mistake changed nothing: the
// generator's own arithmetic says so. Rounding to a decimal gold is off: 0.46 for 0.5 is a policy, not an equality.
// R1_LONG=1 runs 120,000 pairs; R1_SEED=n starts elsewhere; R1_SHOW=n shows more failures.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "rewards/math/compare/compare.h"
#include "tests/rewards/math/generator/mutate.h"
#include "tests/rewards/math/generator/print.h"
#include "tests/rewards/math/generator/rewrite.h"
#include "tests/rewards/math/generator/run.h"

namespace r1::math {
namespace {

using generator::Answer;
using generator::kNumShapes;
using generator::Mutation;
using generator::num_pairs;
using generator::Random;
using generator::setting;
using generator::Shape;
using generator::Truth;
using generator::word;

struct Mistake {
  uint64_t seed = 0;
  std::string name, gold, answer;
  Shape shape = Shape::Number;
  Truth truth = Truth::Unclear;
};

// The n-th mistake: half of them in an answer that is rewritten afterwards, too.
Mistake mistake_of(int64_t index) {
  Mistake mistake;
  for (uint64_t attempt = 0;; ++attempt) {
    mistake.seed = static_cast<uint64_t>(setting("R1_SEED", 1) * 1'000'000 + index) + (attempt << 40);
    Random random(mistake.seed);
    const Answer original = random_answer(static_cast<Shape>(index % kNumShapes), random);
    const std::optional<Mutation> mutation = mutated(original, random);
    if (!mutation) continue;
    std::vector<std::string> rules;
    const Answer changed =
        random.one_in(2) ? rewritten(mutation->answer, 1, random, rules) : mutation->answer;
    mistake.name = mutation->name;
    mistake.shape = original.shape;
    mistake.truth = same(original, mutation->answer);
    mistake.gold = text(original);
    mistake.answer = random.one_in(2) ? text(changed, &random) : text(changed);
    return mistake;
  }
}

MathPolicy exact_policy() {
  MathPolicy policy = MathPolicy::strict();
  policy.round_to_gold_digits = false;
  return policy;
}

std::string described(const Mistake& mistake, const AnswerComparison& result) {
  return fmt::format("seed {} ({}, {}): {} ({})\n    gold   {}\n    answer {}\n", mistake.seed,
                     shape_name(mistake.shape), mistake.name, word(result.decision.comparison),
                     result.decision.reason, mistake.gold, mistake.answer);
}

TEST(Mutation, EveryMistakeIsMade) {
  std::set<std::string> made;
  for (int64_t i = 0; i < 11'000; ++i) made.insert(mistake_of(i).name);
  for (const char* name : {"sign",           "digit", "extra_digit",     "exponent",      "operator",
                           "minus_for_plus", "drop",  "add_term",        "tiny_term",     "function",
                           "drop_root",      "name",  "bracket",         "end_dropped",   "piece_dropped",
                           "ends_swapped",   "order", "element_dropped", "element_added", "element_repeated",
                           "unit",           "base"}) {
    EXPECT_TRUE(made.contains(name)) << name;
  }
}

TEST(Mutation, IsNeverEqualUnlessTrulyEqual) {
  int64_t wrong = 0, total = 0, unknown = 0, unclear = 0;
  std::string examples;
  for (int64_t i = 0; total < num_pairs(4400, 120'000); ++i) {
    const Mistake mistake = mistake_of(i);
    if (mistake.truth != Truth::Differ) {
      ++unclear;
      continue;
    }
    ++total;
    for (const bool turned : {false, true}) {
      const AnswerComparison result =
          turned ? compare_answer_texts(mistake.gold, mistake.answer, exact_policy())
                 : compare_answer_texts(mistake.answer, mistake.gold, exact_policy());
      if (!turned) unknown += result.decision.comparison == Comparison::Unknown;
      if (result.decision.comparison != Comparison::Equal) continue;
      if (wrong++ < setting("R1_SHOW", 12))
        examples += (turned ? "turned, " : "") + described(mistake, result);
    }
  }
  fmt::print("mutated: {} pairs, {} EQUAL in either direction, {} UNKNOWN, {} more that may be equal\n",
             total, wrong, unknown, unclear);
  EXPECT_EQ(wrong, 0) << examples;
}

TEST(Mutation, ThatChangesNothingIsNotDifferent) {
  int64_t wrong = 0;
  std::string examples;
  for (int64_t i = 0; i < num_pairs(4400, 110'000); ++i) {
    const Mistake mistake = mistake_of(i);
    if (mistake.truth != Truth::Same) continue;
    const AnswerComparison result = compare_answer_texts(mistake.answer, mistake.gold, exact_policy());
    if (result.decision.comparison != Comparison::Different) continue;
    if (wrong++ < setting("R1_SHOW", 12)) examples += described(mistake, result);
  }
  EXPECT_EQ(wrong, 0) << examples;
}

}  // namespace
}  // namespace r1::math
