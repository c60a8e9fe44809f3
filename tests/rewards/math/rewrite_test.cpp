// An answer rewritten by rules that keep its value (generator/rewrite.h) and in another spelling is the same answer: never
// Different, and nearly always proved Equal. R1_LONG=1 runs 120,000 pairs instead of a few thousand; R1_SEED=n starts elsewhere;
// R1_SHOW=n shows more failures.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "rewards/math/compare/compare.h"
#include "tests/rewards/math/generator/print.h"
#include "tests/rewards/math/generator/rewrite.h"
#include "tests/rewards/math/generator/run.h"

namespace r1::math {
namespace {

using generator::Answer;
using generator::kNumShapes;
using generator::num_pairs;
using generator::Random;
using generator::setting;
using generator::Shape;
using generator::Truth;
using generator::word;

struct Pair {
  uint64_t seed = 0;
  Answer original, changed;
  std::string gold, answer;
  std::vector<std::string> rules;
};

Pair pair_of(int64_t index) {
  Pair pair;
  pair.seed = static_cast<uint64_t>(setting("R1_SEED", 1) * 1'000'000 + index);
  Random random(pair.seed);
  pair.original = random_answer(static_cast<Shape>(index % kNumShapes), random);
  pair.changed = rewritten(pair.original, static_cast<int>(random.between(1, 3)), random, pair.rules);
  pair.gold = text(pair.original);
  pair.answer = text(pair.changed, &random);
  return pair;
}

AnswerComparison compared_texts(const std::string& answer, const std::string& gold) {
  return compare_answer_texts(answer, gold, MathPolicy::strict());
}

std::string described(const Pair& pair, const AnswerComparison& result) {
  return fmt::format("seed {} ({}; {}): {} ({}{}{})\n    gold   {}\n    answer {}\n", pair.seed,
                     shape_name(pair.original.shape), fmt::join(pair.rules, ", "),
                     word(result.decision.comparison), result.decision.reason,
                     result.answer_problem.empty() ? "" : "; ", result.answer_problem, pair.gold,
                     pair.answer);
}

// Pairs by verdict, and the failures by shape and rule.
struct Tally {
  int64_t equal = 0, different = 0, unknown = 0;
  std::map<std::string, int64_t> failures;
  std::string differences, unknowns;  // the first few

  void add(const Pair& pair, const AnswerComparison& result) {
    if (result.decision.comparison == Comparison::Equal) {
      ++equal;
      return;
    }
    const bool differs = result.decision.comparison == Comparison::Different;
    int64_t& count = differs ? different : unknown;
    if (count++ < setting("R1_SHOW", 12)) (differs ? differences : unknowns) += described(pair, result);
    const std::string what = word(result.decision.comparison);
    ++failures[fmt::format("{} {}", what, shape_name(pair.original.shape))];
    for (const std::string& rule : pair.rules) ++failures[fmt::format("{} {}", what, rule)];
  }
  int64_t total() const { return equal + different + unknown; }
  void print(const char* title) const {
    fmt::print("{}: {} pairs, {} EQUAL ({:.3f} %), {} UNKNOWN, {} DIFFERENT\n", title, total(), equal,
               100.0 * static_cast<double>(equal) / static_cast<double>(total()), unknown, different);
    std::vector<std::pair<int64_t, std::string>> order;
    for (const auto& [name, count] : failures) order.emplace_back(count, name);
    std::sort(order.rbegin(), order.rend());
    for (size_t i = 0; i < order.size() && i < 24; ++i)
      fmt::print("  {:6} {}\n", order[i].first, order[i].second);
  }
};

TEST(Rewrite, RulesKeepTheAnswerByTheGeneratorsOwnArithmetic) {
  for (int64_t i = 0; i < num_pairs(4400, 110'000); ++i) {
    const Pair pair = pair_of(i);
    ASSERT_NE(same(pair.original, pair.changed), Truth::Differ)
        << "seed " << pair.seed << ": " << pair.gold << " | " << pair.answer << " | "
        << fmt::format("{}", fmt::join(pair.rules, " "));
  }
}

TEST(Rewrite, EveryRuleIsUsed) {
  std::set<std::string> used;
  for (int64_t i = 0; i < 22'000; ++i) {
    for (const std::string& rule : pair_of(i).rules) used.insert(rule);
  }
  for (const auto& rule : generator::tree_rules()) EXPECT_TRUE(used.contains(rule.name)) << rule.name;
  for (const auto& rule : generator::literal_rules()) EXPECT_TRUE(used.contains(rule.name)) << rule.name;
  for (const auto& rule : generator::answer_rules()) EXPECT_TRUE(used.contains(rule.name)) << rule.name;
  EXPECT_GE(used.size(), 20u);
}

TEST(Rewrite, IsNeverDifferentAndNearlyAlwaysEqual) {
  Tally tally;
  for (int64_t i = 0; i < num_pairs(4400, 120'000); ++i) {
    const Pair pair = pair_of(i);
    tally.add(pair, compared_texts(pair.answer, pair.gold));
  }
  tally.print("rewritten");
  EXPECT_EQ(tally.different, 0) << tally.differences;
  EXPECT_GE(static_cast<double>(tally.equal), 0.995 * static_cast<double>(tally.total())) << tally.unknowns;
}

TEST(Rewrite, EveryAnswerEqualsItself) {
  Tally tally;
  for (int64_t i = 0; i < num_pairs(4400, 110'000); ++i) {
    Pair pair = pair_of(i);
    pair.rules.clear();
    if (i % 2 == 0) pair.gold = pair.answer;
    if (i % 2 == 1) pair.answer = pair.gold;
    tally.add(pair, compared_texts(pair.answer, pair.gold));
  }
  tally.print("reflexive");
  EXPECT_EQ(tally.equal, tally.total()) << tally.differences << tally.unknowns;
}

TEST(Rewrite, ComparesTheSameInBothDirections) {
  int64_t asymmetric = 0;
  std::string examples;
  for (int64_t i = 0; i < num_pairs(4400, 110'000); ++i) {
    const Pair pair = pair_of(i);
    const AnswerComparison forth = compared_texts(pair.answer, pair.gold),
                           back = compared_texts(pair.gold, pair.answer);
    if (forth.decision.comparison == back.decision.comparison) continue;
    if (asymmetric++ < setting("R1_SHOW", 12)) {
      examples += described(pair, forth) +
                  fmt::format("    back: {} ({})\n", word(back.decision.comparison), back.decision.reason);
    }
  }
  EXPECT_EQ(asymmetric, 0) << examples;
}

}  // namespace
}  // namespace r1::math
