#include "rewards/countdown_reward.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "base/errors.h"
#include "base/json.h"
#include "base/utf8.h"
#include "rewards/math/extraction/answer_extraction.h"

namespace r1 {
namespace {

constexpr size_t kMaxExpression = 1024;
constexpr int kMaxDepth = 64;

struct Fraction {
  int64_t top = 0, bottom = 1;  // lowest terms, bottom > 0
};

// Why an expression has no value. Overflow is not the policy's fault alone, so it is Undecided, not Wrong.
enum class Trouble { None, Syntax, DivisionByZero, Overflow };

// Recursive descent over + - * / and brackets; notes the numbers it meets.
class ExpressionReader {
 public:
  explicit ExpressionReader(std::string_view text) : text_(text) {}

  std::optional<Fraction> read() {
    std::optional<Fraction> value = sum(0);
    if (value && at_ != text_.size()) return fail(Trouble::Syntax);
    return value;
  }
  Trouble trouble() const { return trouble_; }
  const std::vector<int64_t>& numbers() const { return numbers_; }

 private:
  std::optional<Fraction> sum(int depth) {
    std::optional<Fraction> left = product(depth);
    while (left && (peek() == '+' || peek() == '-')) {
      const bool minus = text_[at_++] == '-';
      const std::optional<Fraction> right = product(depth);
      if (!right) return std::nullopt;
      const __int128 other = static_cast<__int128>(right->top) * left->bottom;
      left = reduced(static_cast<__int128>(left->top) * right->bottom + (minus ? -other : other),
                     static_cast<__int128>(left->bottom) * right->bottom);
    }
    return left;
  }

  std::optional<Fraction> product(int depth) {
    std::optional<Fraction> left = factor(depth);
    while (left && (peek() == '*' || peek() == '/')) {
      const bool divide = text_[at_++] == '/';
      std::optional<Fraction> right = factor(depth);
      if (!right) return std::nullopt;
      if (divide) {
        if (right->top == 0) return fail(Trouble::DivisionByZero);
        std::swap(right->top, right->bottom);
      }
      left = reduced(static_cast<__int128>(left->top) * right->top,
                     static_cast<__int128>(left->bottom) * right->bottom);
    }
    return left;
  }

  std::optional<Fraction> factor(int depth) {
    if (depth > kMaxDepth) return fail(Trouble::Syntax);
    if (peek() == '-') {
      ++at_;
      std::optional<Fraction> value = factor(depth + 1);
      if (value) value->top = -value->top;
      return value;
    }
    if (peek() != '(') return number();
    ++at_;
    const std::optional<Fraction> value = sum(depth + 1);
    if (!value) return std::nullopt;
    if (peek() != ')') return fail(Trouble::Syntax);
    ++at_;
    return value;
  }

  std::optional<Fraction> number() {
    __int128 value = 0;
    const size_t begin = at_;
    for (; peek() >= '0' && peek() <= '9'; ++at_) {
      value = value * 10 + (peek() - '0');
      if (value > INT64_MAX) return fail(Trouble::Overflow);
    }
    if (at_ == begin) return fail(Trouble::Syntax);
    numbers_.push_back(static_cast<int64_t>(value));
    return Fraction{static_cast<int64_t>(value), 1};
  }

  std::optional<Fraction> reduced(__int128 top, __int128 bottom) {
    if (bottom < 0) top = -top, bottom = -bottom;
    __int128 a = top < 0 ? -top : top, b = bottom;
    while (b != 0) a = std::exchange(b, a % b);
    if (a != 0) top /= a, bottom /= a;
    if (top > INT64_MAX || top < -static_cast<__int128>(INT64_MAX) || bottom > INT64_MAX) {
      return fail(Trouble::Overflow);
    }
    return Fraction{static_cast<int64_t>(top), static_cast<int64_t>(bottom)};
  }

  std::nullopt_t fail(Trouble trouble) {
    trouble_ = trouble;
    return std::nullopt;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  std::string_view text_;
  size_t at_ = 0;
  Trouble trouble_ = Trouble::None;
  std::vector<int64_t> numbers_;
};

// White space gone, Unicode and LaTeX operators spelled in ASCII.
std::string plain_expression(std::string_view text) {
  static constexpr std::pair<std::string_view, char> kSpellings[] = {{"\xC3\x97", '*'},     {"\xC3\xB7", '/'},
                                                                     {"\xE2\x88\x92", '-'}, {"\\times", '*'},
                                                                     {"\\cdot", '*'},       {"\\div", '/'}};
  std::string out;
  while (!text.empty()) {
    const auto* spelling = std::find_if(std::begin(kSpellings), std::end(kSpellings),
                                        [&](const auto& entry) { return text.starts_with(entry.first); });
    const bool found = spelling != std::end(kSpellings);
    const char c = found ? spelling->second : text.front();
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    // Two numbers side by side must not melt into one: "1 2" stays unreadable.
    const bool splits_digits = blank && !out.empty() && out.back() >= '0' && out.back() <= '9' &&
                               text.size() > 1 && text[1] >= '0' && text[1] <= '9';
    if (!blank || splits_digits) out += c;
    text.remove_prefix(found ? spelling->first.size() : 1);
  }
  return out;
}

CountdownVerdict verdict_of_trouble(Trouble trouble, const std::string& shown) {
  switch (trouble) {
    case Trouble::DivisionByZero:
      return {Verdict::Wrong, shown + " divides by zero"};
    case Trouble::Overflow:
      return {Verdict::Undecided, shown + " leaves 64-bit fractions"};
    default:
      return {Verdict::Wrong, shown + " is not an arithmetic expression"};
  }
}

struct Puzzle {
  std::vector<int64_t> numbers;
  int64_t target = 0;
};

std::optional<int64_t> integer_of(const Json& value) {
  if (value.is_number_integer()) return value.get<int64_t>();
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.get_ref<const std::string&>();
  if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  return std::stoll(text);
}

std::optional<Puzzle> puzzle_of(const Json& source, const Json& fallback_target) {
  if (!source.is_object()) return std::nullopt;
  const auto list = source.contains("numbers") ? source.find("numbers") : source.find("nums");
  if (list == source.end() || !list->is_array() || list->empty()) return std::nullopt;
  Puzzle puzzle;
  for (const Json& element : *list) {
    const std::optional<int64_t> number = integer_of(element);
    if (!number) return std::nullopt;
    puzzle.numbers.push_back(*number);
  }
  const std::optional<int64_t> target =
      integer_of(source.contains("target") ? source["target"] : fallback_target);
  if (!target) return std::nullopt;
  puzzle.target = *target;
  return puzzle;
}

std::optional<Puzzle> puzzle_of_example(const Example& example) {
  if (auto puzzle = puzzle_of(example.metadata, example.answer)) return puzzle;
  if (!example.answer.starts_with('{')) return std::nullopt;
  try {
    return puzzle_of(parse_json(example.answer, example.id), nullptr);
  } catch (const DataError&) {  // a gold that is not JSON: the caller says BadGold
    return std::nullopt;
  }
}

CountdownVerdict verify_input(const RewardInput& input) {
  const std::optional<Puzzle> puzzle = puzzle_of_example(input.example);
  if (!puzzle) return {Verdict::BadGold, "the example has no metadata \"numbers\" and \"target\""};
  const auto expression = last_answer_tag(input.completion, opens_thinking(input.prompt_tail));
  if (!expression) return {Verdict::NoAnswer, "no <answer>...</answer> found"};
  return verify_countdown(*expression, puzzle->numbers, puzzle->target);
}

}  // namespace

CountdownVerdict verify_countdown(std::string_view expression, std::vector<int64_t> numbers, int64_t target) {
  const std::string shown = fmt::format("\"{}\"", repair_utf8(expression.substr(0, 120)));
  if (expression.size() > kMaxExpression) return {Verdict::Wrong, shown + "... is longer than any solution"};
  const std::string plain = plain_expression(expression.substr(0, expression.find('=')));
  ExpressionReader reader(plain);
  const std::optional<Fraction> value = reader.read();
  if (!value) return verdict_of_trouble(reader.trouble(), shown);
  std::vector<int64_t> used = reader.numbers();
  std::sort(used.begin(), used.end());
  std::sort(numbers.begin(), numbers.end());
  if (used != numbers) {
    return {Verdict::Wrong,
            fmt::format("{} uses [{}], given [{}]", shown, fmt::join(used, ", "), fmt::join(numbers, ", "))};
  }
  if (value->bottom != 1 || value->top != target) {
    const std::string result =
        value->bottom == 1 ? std::to_string(value->top) : fmt::format("{}/{}", value->top, value->bottom);
    return {Verdict::Wrong, fmt::format("{} is {}, target {}", shown, result, target)};
  }
  return {Verdict::Correct, fmt::format("{} is {}", shown, target)};
}

std::vector<Score> CountdownReward::score(std::span<const RewardInput> inputs) {
  std::vector<Score> scores;
  for (const RewardInput& input : inputs) {
    CountdownVerdict result = verify_input(input);
    Score& score = scores.emplace_back();
    if (is_judged(result.verdict)) score.value = result.verdict == Verdict::Correct ? 1.0 : 0.0;
    score.verdict = result.verdict;
    score.detail = std::move(result.detail);
  }
  return scores;
}

}  // namespace r1
