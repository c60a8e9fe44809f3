#include "rewards/math/math_reward.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/utf8.h"
#include "rewards/math/answer_extraction.h"
#include "rewards/math/number_text.h"

namespace r1 {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool braces_balanced(std::string_view text) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '{')
      ++depth;
    else if (text[i] == '}' && --depth < 0)
      return false;
  }
  return depth == 0;
}

// "x = 5" as {'x', "5"}; {0, text} when no single letter is assigned to.
std::pair<char, std::string_view> split_assignment(std::string_view text) {
  text = trim_decoration(text);
  if (text.empty() || !is_letter(text[0])) return {0, text};
  size_t at = 1;
  while (at < text.size() && text[at] == ' ') ++at;
  if (at >= text.size() || text[at] != '=') return {0, text};
  return {text[0], text.substr(at + 1)};
}

// White space and marks gone, one spelling per thing: "\dfrac12" -> "\frac{1}{2}", "x^{2}" -> "x^2".
std::string normal_text(std::string_view text) {
  const std::string spelled = rewrite_number_text(text);
  std::string out;
  bool gap = false;
  for (size_t i = 0; i < spelled.size(); ++i) {
    const char c = spelled[i];
    if (c == ' ' || c == kThinSpace || c == kTextMark || c == '$') {
      gap = true;
      continue;
    }
    if (gap && is_digit(c) && !out.empty() && is_digit(out.back())) out += ' ';  // "1 2" is not "12"
    gap = false;
    const bool single = c == '{' && i + 2 < spelled.size() && spelled[i + 2] == '}' && spelled[i + 1] != '\\';
    if (single && !out.empty() && (out.back() == '^' || out.back() == '_')) {
      out += spelled[i + 1];
      i += 2;
      continue;
    }
    out += c;
    if (out.ends_with("\\frac")) {
      for (int argument = 0; argument < 2 && i + 1 < spelled.size() && is_digit(spelled[i + 1]); ++argument) {
        out += fmt::format("{{{}}}", spelled[++i]);
      }
    }
  }
  return out;
}

// At most this much of an untrusted text goes into a detail line, on one line and as valid UTF-8.
std::string shown_text(std::string_view text) {
  constexpr size_t kMaxShown = 120;
  std::string shown = repair_utf8(text.substr(0, kMaxShown));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return fmt::format("\"{}{}\"", shown, text.size() > kMaxShown ? "..." : "");
}

Verdict verdict_of(Comparison comparison) {
  return comparison == Comparison::Equal       ? Verdict::Correct
         : comparison == Comparison::Different ? Verdict::Wrong
                                               : Verdict::Undecided;
}

const char* reason_of(Comparison comparison) {
  return comparison == Comparison::Equal       ? "equal"
         : comparison == Comparison::Different ? "different numbers"
                                               : "cannot tell whether they are equal";
}

}  // namespace

Comparison compare_answers(std::string_view answer, std::string_view gold, NumberPolicy policy) {
  const auto [answer_name, answer_value] = split_assignment(answer);
  const auto [gold_name, gold_value] = split_assignment(gold);
  const bool names_differ = answer_name != 0 && gold_name != 0 && answer_name != gold_name;
  if (names_differ) return Comparison::Unknown;
  const NumberReading a = read_exact_number(answer_value), g = read_exact_number(gold_value);
  if (a.kind == NumberKind::Number && g.kind == NumberKind::Number) {
    return compare_numbers(a.number, g.number, policy);
  }
  constexpr size_t kMaxCompared = 8192;
  if (answer_value.size() > kMaxCompared || gold_value.size() > kMaxCompared) return Comparison::Unknown;
  return normal_text(answer_value) == normal_text(gold_value) ? Comparison::Equal : Comparison::Unknown;
}

std::string gold_problem(std::string_view gold) {
  if (trim_decoration(gold).empty()) return "the gold answer is empty";
  if (!is_valid_utf8(gold)) return "the gold answer is not UTF-8";
  if (!braces_balanced(gold)) return "the gold answer has unbalanced braces";
  return "";
}

MathVerdict verify_math(std::string_view completion, std::string_view gold, bool thinking_open,
                        NumberPolicy policy) {
  const std::optional<std::string> boxed_gold = last_box(gold);  // a whole solution is allowed as gold
  const std::string_view gold_text = boxed_gold ? std::string_view(*boxed_gold) : gold;
  if (std::string problem = gold_problem(gold_text); !problem.empty()) {
    return {Verdict::BadGold, fmt::format("gold {}: {}", shown_text(gold), problem)};
  }
  const std::optional<ExtractedAnswer> answer = extract_answer(completion, thinking_open);
  if (!answer) return {Verdict::NoAnswer, fmt::format("no answer found, gold {}", shown_text(gold_text))};
  const Comparison comparison = compare_answers(answer->text, gold_text, policy);
  return {verdict_of(comparison),
          fmt::format("answer {} ({}), gold {}: {}", shown_text(answer->text), answer_rule_name(answer->rule),
                      shown_text(gold_text), reason_of(comparison))};
}

std::vector<Score> MathReward::score(std::span<const RewardInput> inputs) {
  std::vector<Score> scores;
  for (const RewardInput& input : inputs) {
    MathVerdict result =
        verify_math(input.completion, input.example.answer, opens_thinking(input.prompt_tail), policy_);
    Score& score = scores.emplace_back();
    if (is_judged(result.verdict)) score.value = result.verdict == Verdict::Correct ? 1.0 : 0.0;
    score.verdict = result.verdict;
    score.detail = std::move(result.detail);
  }
  return scores;
}

}  // namespace r1
