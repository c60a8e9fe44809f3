#include "datasets/generators.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/errors.h"
#include "base/rng.h"

namespace r1 {
namespace {

// Names of the generators in the random addresses. Part of reproducibility: never renumber.
enum class Kind : uint64_t { CharCount = 1, Arithmetic = 2, Countdown = 3 };

// The random numbers of one drawn problem, used up in order.
class Draws {
 public:
  Draws(uint64_t seed, uint64_t item) : seed_(seed), item_(item) {}

  // Uniform in [low, high].
  int64_t between(int64_t low, int64_t high) {
    const uint64_t bound = static_cast<uint64_t>(high - low) + 1;
    return low + static_cast<int64_t>(random_below(bound, seed_, Stream::Generator, item_, index_++));
  }
  bool with_probability(double share) {
    return random_uniform(seed_, Stream::Generator, item_, index_++) < share;
  }

 private:
  uint64_t seed_, item_;
  uint32_t index_ = 0;
};

// Draws until a problem of the wanted split appears. `draw` may refuse by returning none.
template <class Draw>
Problem first_in_split(Kind kind, const ProblemAddress& address, Draw draw) {
  constexpr uint64_t kMaxAttempts = 10000;  // the rarest split takes ten draws on average
  const uint64_t seed = mix(address.seed, static_cast<uint64_t>(kind));
  for (uint64_t attempt = 0; attempt < kMaxAttempts; ++attempt) {
    Draws draws(seed, mix(static_cast<uint64_t>(address.index), attempt));
    std::optional<Problem> problem = draw(draws);
    if (problem && split_of_key(problem->key) == address.split) return *std::move(problem);
  }
  throw ConfigError(fmt::format("the generator found no problem of split {} in {} draws; widen its ranges",
                                enum_name(address.split), kMaxAttempts));
}

void require(bool ok, const std::string& where, const char* field, int64_t value, const char* remedy) {
  if (!ok) throw ConfigError(fmt::format("{}.{}={}: {}", where, field, value, remedy));
}

}  // namespace

Split split_of_key(std::string_view key) {
  const uint64_t bucket = hash_text(key) % 10;
  return bucket == 0 ? Split::Eval : bucket <= 2 ? Split::Sft : Split::Train;
}

Example problem_example(const Problem& problem, const std::string& id, const std::string& instruction) {
  Example example;
  example.id = id;
  example.messages = {{"user", problem.question + instruction}};
  example.answer = problem.answer;
  example.verifier = problem.verifier;
  example.metadata = problem.metadata;
  return example;
}

Example problem_demonstration(const Problem& problem, const std::string& id, const std::string& instruction) {
  Example example = problem_example(problem, id, instruction);
  example.messages.push_back({"assistant", problem.solution});
  return example;
}

// ---- char_count
// ------------------------------------------------------------------------------------------------------

namespace {

// A word of `length` letters in which `letter` occurs exactly `count` times, at evenly drawn places.
std::string word_with_letter(Draws& draws, int64_t length, char letter, int64_t count,
                             int64_t alphabet_size) {
  std::string word;
  for (int64_t left = length; left > 0; --left) {
    if (draws.between(1, left) <= count) {
      word += letter;
      --count;
    } else {  // one of the other letters
      const char other = static_cast<char>('a' + draws.between(0, alphabet_size - 2));
      word += static_cast<char>(other + (other >= letter));
    }
  }
  return word;
}

std::string counting_walk(const std::string& word, char letter) {
  std::vector<std::string> steps;
  int64_t count = 0;
  for (char c : word) {
    steps.push_back(c == letter ? fmt::format("{}: {}", c, ++count) : std::string(1, c));
  }
  return fmt::format("{}. So the answer is \\boxed{{{}}}.", fmt::join(steps, ", "), count);
}

}  // namespace

void CharCountConfig::validate(const std::string& where) const {
  require(min_length >= 1, where, "min_length", min_length, "a word has at least one letter");
  require(max_length >= min_length, where, "max_length", max_length, "use min_length or more");
  require(max_length <= 10000, where, "max_length", max_length, "use 10000 or less");
  require(alphabet_size >= 2 && alphabet_size <= 26, where, "alphabet_size", alphabet_size, "use 2 to 26");
  if (!(occurs_share >= 0 && occurs_share <= 1)) {
    throw ConfigError(fmt::format("{}.occurs_share={}: a share lies between 0 and 1", where, occurs_share));
  }
}

Problem char_count_problem(const CharCountConfig& config, const ProblemAddress& address) {
  return first_in_split(Kind::CharCount, address, [&](Draws& draws) {
    const int64_t length = draws.between(config.min_length, config.max_length);
    const char letter = static_cast<char>('a' + draws.between(0, config.alphabet_size - 1));
    const int64_t count = draws.with_probability(config.occurs_share) ? draws.between(1, length) : 0;
    const std::string word = word_with_letter(draws, length, letter, count, config.alphabet_size);
    Problem problem;
    problem.question =
        fmt::format("How many times does the letter {} occur in the word \"{}\"?", letter, word);
    problem.answer = std::to_string(count);
    problem.solution = counting_walk(word, letter);
    problem.key = fmt::format("char_count {} {}", letter, word);
    problem.verifier = "math";
    problem.metadata = {{"word", word}, {"letter", std::string(1, letter)}};
    return std::optional(std::move(problem));
  });
}

// ---- arithmetic
// ------------------------------------------------------------------------------------------------------

namespace {

struct Chain {
  std::vector<int64_t> terms;
  std::vector<char> operations;  // one fewer

  std::string text() const {
    std::string out = std::to_string(terms[0]);
    for (size_t i = 0; i < operations.size(); ++i) out += fmt::format(" {} {}", operations[i], terms[i + 1]);
    return out;
  }

  // Carries out the operation that comes first: the leftmost product, else the leftmost.
  void reduce() {
    const auto product = std::find(operations.begin(), operations.end(), '*');
    const auto first = product == operations.end() ? operations.begin() : product;
    const size_t i = static_cast<size_t>(first - operations.begin());
    const int64_t a = terms[i], b = terms[i + 1];
    terms[i] = *first == '+' ? a + b : *first == '-' ? a - b : a * b;
    terms.erase(terms.begin() + static_cast<long>(i) + 1);
    operations.erase(first);
  }
};

int64_t power_of_ten(int64_t exponent) {
  int64_t power = 1;
  for (int64_t i = 0; i < exponent; ++i) power *= 10;
  return power;
}

int64_t draw_number(Draws& draws, const ArithmeticConfig& config) {
  const int64_t digits = draws.between(config.min_digits, config.max_digits);
  return draws.between(digits == 1 ? 0 : power_of_ten(digits - 1), power_of_ten(digits) - 1);
}

}  // namespace

void ArithmeticConfig::validate(const std::string& where) const {
  if (operations.empty() || operations.find_first_not_of("+-*") != std::string::npos) {
    throw ConfigError(fmt::format("{}.operations=\"{}\": use one or more of + - *", where, operations));
  }
  require(min_digits >= 1, where, "min_digits", min_digits, "a number has at least one digit");
  require(max_digits >= min_digits && max_digits <= 9, where, "max_digits", max_digits,
          "use min_digits to 9");
  require(min_terms >= 2, where, "min_terms", min_terms, "a chain has at least two numbers");
  require(max_terms >= min_terms, where, "max_terms", max_terms, "use min_terms or more");
  require(max_terms <= 18 / max_digits, where, "max_terms", max_terms,
          "max_terms * max_digits is at most 18");
}

Problem arithmetic_problem(const ArithmeticConfig& config, const ProblemAddress& address) {
  return first_in_split(Kind::Arithmetic, address, [&](Draws& draws) {
    Chain chain;
    const int64_t num_terms = draws.between(config.min_terms, config.max_terms);
    const int64_t last_operation = static_cast<int64_t>(config.operations.size()) - 1;
    chain.terms.push_back(draw_number(draws, config));
    while (static_cast<int64_t>(chain.terms.size()) < num_terms) {
      chain.operations.push_back(config.operations[static_cast<size_t>(draws.between(0, last_operation))]);
      chain.terms.push_back(draw_number(draws, config));
    }
    Problem problem;
    problem.question = fmt::format("What is {}?", chain.text());
    problem.key = "arithmetic " + chain.text();
    problem.solution = chain.text();
    while (!chain.operations.empty()) {
      chain.reduce();
      problem.solution += " = " + chain.text();
    }
    problem.answer = std::to_string(chain.terms[0]);
    problem.solution += fmt::format(". So the answer is \\boxed{{{}}}.", problem.answer);
    problem.verifier = "math";
    return std::optional(std::move(problem));
  });
}

// ---- countdown
// -------------------------------------------------------------------------------------------------------

namespace {

// A number or a bracketed expression on the table.
struct Piece {
  int64_t value;
  std::string text;
};

struct CountdownPlay {
  std::vector<int64_t> numbers;
  std::string expression;
  std::vector<std::string> steps;
  int64_t target = 0;
};

constexpr int64_t kLargestIntermediate = 1'000'000;

// Joins two pieces by a drawn operation among those whose result is a positive integer of modest size.
Piece join_pieces(Draws& draws, Piece a, Piece b, std::vector<std::string>& steps) {
  if (a.value < b.value) std::swap(a, b);
  std::string allowed = "+";
  if (a.value > b.value) allowed += '-';
  if (a.value * b.value <= kLargestIntermediate) allowed += '*';
  if (a.value % b.value == 0) allowed += '/';
  const char op = allowed[static_cast<size_t>(draws.between(0, static_cast<int64_t>(allowed.size()) - 1))];
  const int64_t value = op == '+'   ? a.value + b.value
                        : op == '-' ? a.value - b.value
                        : op == '*' ? a.value * b.value
                                    : a.value / b.value;
  steps.push_back(fmt::format("{} {} {} = {}", a.value, op, b.value, value));
  return {value, fmt::format("({} {} {})", a.text, op, b.text)};
}

Piece take_piece(Draws& draws, std::vector<Piece>& pieces) {
  const auto at = pieces.begin() + draws.between(0, static_cast<int64_t>(pieces.size()) - 1);
  Piece piece = std::move(*at);
  pieces.erase(at);
  return piece;
}

CountdownPlay play_countdown(Draws& draws, const CountdownConfig& config) {
  CountdownPlay play;
  std::vector<Piece> pieces;
  const int64_t num_numbers = draws.between(config.min_numbers, config.max_numbers);
  for (int64_t i = 0; i < num_numbers; ++i) {
    play.numbers.push_back(draws.between(1, config.max_number));
    pieces.push_back({play.numbers.back(), std::to_string(play.numbers.back())});
  }
  while (pieces.size() > 1) {
    Piece a = take_piece(draws, pieces);
    Piece b = take_piece(draws, pieces);
    pieces.push_back(join_pieces(draws, std::move(a), std::move(b), play.steps));
  }
  play.target = pieces[0].value;
  play.expression = pieces[0].text.substr(1, pieces[0].text.size() - 2);  // the outer brackets say nothing
  return play;
}

}  // namespace

void CountdownConfig::validate(const std::string& where) const {
  require(min_numbers >= 2, where, "min_numbers", min_numbers, "use 2 or more");
  require(max_numbers >= min_numbers && max_numbers <= 8, where, "max_numbers", max_numbers,
          "use min_numbers to 8");
  require(max_number >= 1 && max_number <= kLargestIntermediate, where, "max_number", max_number,
          "use 1 to 1000000");
  require(max_target >= 1, where, "max_target", max_target, "use 1 or more");
}

Problem countdown_problem(const CountdownConfig& config, const ProblemAddress& address) {
  return first_in_split(Kind::Countdown, address, [&](Draws& draws) -> std::optional<Problem> {
    const CountdownPlay play = play_countdown(draws, config);
    if (play.target > config.max_target) return std::nullopt;
    std::vector<int64_t> sorted = play.numbers;  // another order of the numbers is the same question
    std::sort(sorted.begin(), sorted.end());
    Problem problem;
    problem.question = fmt::format(
        "Using the numbers [{}], make an expression that equals {}. Use the operations + - * / and brackets, "
        "and use "
        "every number exactly once. Put the expression in <answer> </answer>, for example "
        "<answer>(1 + 2) * 3</answer>.",
        fmt::join(play.numbers, ", "), play.target);
    problem.answer = std::to_string(play.target);
    problem.solution = fmt::format("<think>\n{}\n</think>\n<answer>{}</answer>", fmt::join(play.steps, "\n"),
                                   play.expression);
    problem.key = fmt::format("countdown {} = {}", fmt::join(sorted, " "), play.target);
    problem.verifier = "countdown";
    problem.metadata = {{"numbers", play.numbers}, {"target", play.target}, {"solution", play.expression}};
    return problem;
  });
}

}  // namespace r1
