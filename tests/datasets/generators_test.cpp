#include "datasets/generators.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "base/errors.h"

namespace r1 {
namespace {

using Generate = std::function<Problem(const ProblemAddress&)>;

Problem count_letters(const ProblemAddress& address, CharCountConfig config = {}) {
  return char_count_problem(config, address);
}

const std::map<std::string, Generate>& generators() {
  static const std::map<std::string, Generate> all = {
      {"char_count", [](const ProblemAddress& a) { return char_count_problem({}, a); }},
      {"arithmetic", [](const ProblemAddress& a) { return arithmetic_problem({}, a); }},
      {"countdown", [](const ProblemAddress& a) { return countdown_problem({}, a); }}};
  return all;
}

TEST(Generators, ProblemIsAFunctionOfItsAddressAlone) {
  for (const auto& [name, generate] : generators()) {
    const Problem once = generate({.seed = 9, .split = Split::Sft, .index = 41});
    for (int64_t i = 0; i < 10; ++i) generate({.seed = 9, .split = Split::Sft, .index = i});
    const Problem again = generate({.seed = 9, .split = Split::Sft, .index = 41});
    EXPECT_EQ(once.question, again.question) << name;
    EXPECT_EQ(once.solution, again.solution) << name;
    EXPECT_NE(once.question, generate({.seed = 10, .split = Split::Sft, .index = 41}).question) << name;
    EXPECT_NE(once.question, generate({.seed = 9, .split = Split::Sft, .index = 42}).question) << name;
  }
}

// Small spaces and different seeds: without the split rule the same question would turn up everywhere.
TEST(Generators, SplitsShareNoQuestionEvenAcrossSeeds) {
  const CharCountConfig words{.min_length = 1, .max_length = 2, .alphabet_size = 5};
  const ArithmeticConfig sums{.operations = "+", .max_digits = 1, .max_terms = 2};
  const CountdownConfig games{.min_numbers = 2, .max_numbers = 2, .max_number = 9};
  const std::vector<Generate> small = {[&](const ProblemAddress& a) { return char_count_problem(words, a); },
                                       [&](const ProblemAddress& a) { return arithmetic_problem(sums, a); },
                                       [&](const ProblemAddress& a) { return countdown_problem(games, a); }};
  for (const Generate& generate : small) {
    std::map<std::string, Split> split_of_question;
    for (Split split : {Split::Train, Split::Sft, Split::Eval}) {
      for (int64_t index = 0; index < 500; ++index) {
        const Problem problem = generate({static_cast<uint64_t>(index % 3), split, index});
        const auto [entry, is_new] = split_of_question.emplace(problem.question, split);
        ASSERT_TRUE(is_new || entry->second == split) << problem.question;
      }
    }
  }
}

TEST(Generators, EverySplitGetsItsShareOfKeys) {
  std::map<Split, int> counts;
  for (int i = 0; i < 10000; ++i) ++counts[split_of_key("key " + std::to_string(i))];
  EXPECT_NEAR(counts[Split::Train], 7000, 200);
  EXPECT_NEAR(counts[Split::Sft], 2000, 200);
  EXPECT_NEAR(counts[Split::Eval], 1000, 150);
}

TEST(Generators, SayWhenASplitHasNoQuestion) {
  // Two ones make 1 (as product or quotient) and nothing else below 2: one question, so two splits stay
  // empty.
  const CountdownConfig one_game{.min_numbers = 2, .max_numbers = 2, .max_number = 1, .max_target = 1};
  bool refused = false;
  for (Split split : {Split::Train, Split::Sft, Split::Eval}) {
    try {
      countdown_problem(one_game, {1, split, 0});
    } catch (const ConfigError& error) {
      refused = std::string(error.what()).find("widen its ranges") != std::string::npos;
    }
  }
  EXPECT_TRUE(refused);
}

TEST(CharCount, AnswerIsTheNumberOfOccurrences) {
  for (int64_t index = 0; index < 500; ++index) {
    const Problem problem = count_letters({3, Split::Train, index});
    const std::string word = problem.metadata["word"], letter = problem.metadata["letter"];
    EXPECT_EQ(problem.answer, std::to_string(std::count(word.begin(), word.end(), letter[0])));
    EXPECT_EQ(problem.question,
              "How many times does the letter " + letter + " occur in the word \"" + word + "\"?");
  }
}

TEST(CharCount, SolutionWalksThroughTheWord) {
  for (int64_t index = 0; index < 200; ++index) {
    const Problem problem = count_letters({4, Split::Sft, index});
    const std::string word = problem.metadata["word"], letter = problem.metadata["letter"];
    std::string expected;
    int count = 0;
    for (char c : word) {
      expected += expected.empty() ? "" : ", ";
      expected += c;
      if (c == letter[0]) expected += ": " + std::to_string(++count);
    }
    EXPECT_EQ(problem.solution, expected + ". So the answer is \\boxed{" + problem.answer + "}.");
  }
}

TEST(CharCount, RespectsLengthsAlphabetAndShare) {
  const CharCountConfig config{.min_length = 4, .max_length = 6, .alphabet_size = 3, .occurs_share = 0.5};
  std::set<size_t> lengths;
  std::map<std::string, int> answers;
  for (int64_t index = 0; index < 2000; ++index) {
    const Problem problem = count_letters({5, Split::Train, index}, config);
    const std::string word = problem.metadata["word"];
    lengths.insert(word.size());
    ++answers[problem.answer];
    ASSERT_EQ(word.find_first_not_of("abc"), std::string::npos) << word;
  }
  EXPECT_EQ(lengths, (std::set<size_t>{4, 5, 6}));
  EXPECT_NEAR(answers["0"], 1000, 200);
  for (const char* count : {"1", "2", "3", "4", "5", "6"}) EXPECT_GT(answers[count], 20) << count;
}

// Position by position, the asked letter is as likely at the front of a word as at its back.
TEST(CharCount, PlacesTheLetterEvenly) {
  const CharCountConfig config{.min_length = 5, .max_length = 5, .occurs_share = 1};
  std::map<size_t, int> hits;
  for (int64_t index = 0; index < 2000; ++index) {
    const Problem problem = count_letters({6, Split::Train, index}, config);
    const std::string word = problem.metadata["word"], letter = problem.metadata["letter"];
    for (size_t at = 0; at < word.size(); ++at) hits[at] += word[at] == letter[0];
  }
  for (size_t at = 0; at < 5; ++at) EXPECT_NEAR(hits[at], 1200, 150) << at;  // the mean count is 3 of 5
}

TEST(CharCount, KeepsItsGoldenFirstProblem) {
  const Problem problem = count_letters({1, Split::Train, 0});
  EXPECT_EQ(problem.question, "How many times does the letter o occur in the word \"cqcko\"?");
  EXPECT_EQ(problem.solution, "c, q, c, k, o: 1. So the answer is \\boxed{1}.");
}

TEST(Arithmetic, SolutionEndsInTheAnswerAndStartsWithTheQuestion) {
  const ArithmeticConfig config{.max_digits = 3, .max_terms = 5};
  for (int64_t index = 0; index < 300; ++index) {
    const Problem problem = arithmetic_problem(config, {7, Split::Train, index});
    const std::string chain = problem.question.substr(8, problem.question.size() - 9);
    EXPECT_TRUE(problem.solution.starts_with(chain + " = ")) << problem.solution;
    EXPECT_TRUE(problem.solution.ends_with(" = " + problem.answer + ". So the answer is \\boxed{" +
                                           problem.answer + "}."))
        << problem.solution;
  }
}

TEST(Arithmetic, ProductsComeBeforeSums) {
  // An independent evaluation: split at + and -, multiply inside.
  for (int64_t index = 0; index < 300; ++index) {
    const Problem problem = arithmetic_problem({.max_terms = 4}, {8, Split::Train, index});
    int64_t total = 0, product = 0, number = 0, sign = 1;
    bool have_product = false;
    char pending = '+';
    const std::string text = problem.question.substr(8);
    for (char c : text) {
      if (c >= '0' && c <= '9') number = number * 10 + (c - '0');
      if (c == ' ' || (c >= '0' && c <= '9')) continue;
      product = have_product && pending == '*' ? product * number : number;
      have_product = true;
      number = 0;
      if (c != '*') {
        total += sign * product;
        have_product = false;
        sign = c == '-' ? -1 : 1;
      }
      pending = c;
    }
    EXPECT_EQ(problem.answer, std::to_string(total)) << problem.question;
  }
}

TEST(Countdown, TargetIsInRangeAndNumbersAreAsConfigured) {
  const CountdownConfig config{.min_numbers = 2, .max_numbers = 5, .max_number = 20, .max_target = 50};
  for (int64_t index = 0; index < 300; ++index) {
    const Problem problem = countdown_problem(config, {2, Split::Train, index});
    const auto numbers = problem.metadata["numbers"].get<std::vector<int64_t>>();
    EXPECT_GE(numbers.size(), 2u);
    EXPECT_LE(numbers.size(), 5u);
    for (int64_t number : numbers) EXPECT_TRUE(number >= 1 && number <= 20);
    const int64_t target = problem.metadata["target"];
    EXPECT_TRUE(target >= 1 && target <= 50);
    EXPECT_EQ(problem.answer, std::to_string(target));
  }
}

TEST(Generators, DemonstrationIsTheExampleWithTheAssistantsTurn) {
  const Problem problem = count_letters({1, Split::Sft, 3});
  const Example example = problem_example(problem, "x/3", " Think.");
  const Example demonstration = problem_demonstration(problem, "x/3", " Think.");
  ASSERT_EQ(example.messages.size(), 1u);
  EXPECT_EQ(example.messages[0], (Message{"user", problem.question + " Think."}));
  ASSERT_EQ(demonstration.messages.size(), 2u);
  EXPECT_EQ(demonstration.messages[0], example.messages[0]);
  EXPECT_EQ(demonstration.messages[1], (Message{"assistant", problem.solution}));
  EXPECT_EQ(example.verifier, "math");
}

TEST(Generators, ImpossibleRangesAreConfigErrorsThatNameTheField) {
  auto message = [](const auto& config) -> std::string {
    try {
      config.validate("data.x");
      return "accepted";
    } catch (const ConfigError& error) {
      return error.what();
    }
  };
  EXPECT_EQ(message(CharCountConfig{}), "accepted");
  EXPECT_EQ(message(CharCountConfig{.min_length = 5, .max_length = 4}),
            "data.x.max_length=4: use min_length or more");
  EXPECT_EQ(message(CharCountConfig{.alphabet_size = 1}), "data.x.alphabet_size=1: use 2 to 26");
  EXPECT_EQ(message(CharCountConfig{.occurs_share = 2}),
            "data.x.occurs_share=2: a share lies between 0 and 1");
  EXPECT_EQ(message(ArithmeticConfig{.operations = "+/"}),
            "data.x.operations=\"+/\": use one or more of + - *");
  EXPECT_EQ(message(ArithmeticConfig{.max_digits = 9, .max_terms = 3}),
            "data.x.max_terms=3: max_terms * max_digits is at most 18");
  EXPECT_EQ(message(CountdownConfig{.min_numbers = 1}), "data.x.min_numbers=1: use 2 or more");
}

}  // namespace
}  // namespace r1
