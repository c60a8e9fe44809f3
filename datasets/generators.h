// Seeded problem generators: endless, checkable, the same on every machine.
//
// Problem `index` is a function of (config, seed, split, index) alone: any worker can make any problem at any
// time.
//
// Splits never share a question, whatever their seeds, by construction: the hash of a problem's key (what
// makes two questions the same question) decides its split, 7/10 train, 2/10 sft, 1/10 eval, and a draw that
// falls into another split is drawn again. Inside a split a question may repeat when the space of questions
// is small.
//
// To add one: a config struct, a `..._problem` function built like char_count_problem, a DataKind in
// data_source.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/config.h"
#include "datasets/example.h"

namespace r1 {

enum class Split { Train, Sft, Eval };

template <>
struct EnumNames<Split> {
  static constexpr std::pair<Split, const char*> values[] = {
      {Split::Train, "train"}, {Split::Sft, "sft"}, {Split::Eval, "eval"}};
};

struct ProblemAddress {
  uint64_t seed = 0;
  Split split = Split::Train;
  int64_t index = 0;
};

// What every generator makes; problem_example and problem_demonstration turn it into an Example.
struct Problem {
  std::string question;
  std::string answer;    // gold
  std::string solution;  // what a demonstration's assistant says
  std::string key;       // equal for two problems that are the same question
  std::string verifier;
  Json metadata = Json::object();
};

// "How many times does the letter y occur in the word "yyas"?" (after verl's char_count recipe). The solution
// walks through the word: "y: 1, y: 2, a, s. So the answer is \boxed{2}."
struct CharCountConfig {
  int64_t min_length = 3;
  int64_t max_length = 8;
  int64_t alphabet_size = 26;
  double occurs_share = 0.9;

  void validate(const std::string& where) const;  // throws ConfigError
  static void fields(auto& self, auto& visit) {
    visit("min_length", self.min_length, "letters in the shortest word");
    visit("max_length", self.max_length, "letters in the longest word; lengths are drawn evenly");
    visit("alphabet_size", self.alphabet_size, "words use the first so many letters of a to z; 2 to 26");
    visit("occurs_share", self.occurs_share,
          "share of words that hold the letter, 0 to 1; then the count is drawn evenly from 1 to the word's "
          "length");
  }
};
Problem char_count_problem(const CharCountConfig& config, const ProblemAddress& address);

// "What is 12 + 3 * 45?" The solution reduces one operation at a time: "12 + 3 * 45 = 12 + 135 = 147. So ..."
struct ArithmeticConfig {
  std::string operations = "+-*";
  int64_t min_digits = 1;
  int64_t max_digits = 2;
  int64_t min_terms = 2;
  int64_t max_terms = 3;

  void validate(const std::string& where) const;
  static void fields(auto& self, auto& visit) {
    visit("operations", self.operations, "the operations drawn from, any of + - *");
    visit("min_digits", self.min_digits, "digits of the shortest number");
    visit("max_digits", self.max_digits, "digits of the longest number");
    visit("min_terms", self.min_terms, "numbers in the shortest chain; 2 or more");
    visit("max_terms", self.max_terms, "numbers in the longest chain; max_terms * max_digits is at most 18");
  }
};
Problem arithmetic_problem(const ArithmeticConfig& config, const ProblemAddress& address);

// "Using the numbers [3, 5, 7], make an expression that equals 22 ..." (the Countdown game). The target is
// computed from a random expression over all the numbers, so it can be reached. Metadata: numbers, target,
// solution.
struct CountdownConfig {
  int64_t min_numbers = 3;
  int64_t max_numbers = 4;
  int64_t max_number = 99;
  int64_t max_target = 999;

  void validate(const std::string& where) const;
  static void fields(auto& self, auto& visit) {
    visit("min_numbers", self.min_numbers, "fewest numbers given; 2 or more");
    visit("max_numbers", self.max_numbers, "most numbers given; at most 8");
    visit("max_number", self.max_number, "numbers are drawn from 1 to this");
    visit("max_target", self.max_target, "targets lie between 1 and this");
  }
};
Problem countdown_problem(const CountdownConfig& config, const ProblemAddress& address);

// The split a problem with this key belongs to.
Split split_of_key(std::string_view key);

// For RL: one user message, the question followed by `instruction`.
Example problem_example(const Problem& problem, const std::string& id, const std::string& instruction);

// For SFT: the same with the assistant's turn, the solution.
Example problem_demonstration(const Problem& problem, const std::string& id, const std::string& instruction);

}  // namespace r1
