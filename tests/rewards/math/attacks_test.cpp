// Completions written to be rewarded without a right answer: none of tests/rewards/math/attacks may be. The controls, honest
// answers in similar clothing, must be, so that refusing everything does not pass. The format is in attacks/README.md.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rewards/math/compare/compare.h"
#include "rewards/math/extraction/answer_extraction.h"
#include "rewards/math/math_reward.h"

namespace r1 {
namespace {

constexpr std::string_view kControls = "controls.tsv";

struct Attack {
  std::string file;
  int line = 0;
  std::string gold, completion, name, why;
};

std::string utf8(uint32_t code) {
  const auto byte = [](uint32_t value) { return static_cast<char>(value); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6), byte(0x80 | (code & 0x3F))};
  const char last = byte(0x80 | (code & 0x3F)), middle = byte(0x80 | (code >> 6 & 0x3F));
  if (code < 0x10000) return {byte(0xE0 | code >> 12), middle, last};
  return {byte(0xF0 | code >> 18), byte(0x80 | (code >> 12 & 0x3F)), middle, last};
}

// "\u{200B}" is a character, "\u{xC0}" a byte. Moves `text` past it; none when it is not an escape.
std::optional<std::string> take_escape(std::string_view& text) {
  const size_t close = text.find('}');
  if (!text.starts_with("\\u{") || close == std::string_view::npos) return std::nullopt;
  std::string_view digits = text.substr(3, close - 3);
  const bool byte = digits.starts_with('x');
  if (byte) digits.remove_prefix(1);
  uint32_t code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  text.remove_prefix(close + 1);
  return byte ? std::string(1, static_cast<char>(code)) : utf8(code);
}

// Reads up to the end of `text`, or, inside a repetition, past its "⟫".
std::string expanded(std::string_view& text, bool inside = false) {
  constexpr std::string_view kOpen = "⟪", kTimes = "×", kClose = "⟫", kLine = "␤";
  std::string out;
  while (!text.empty()) {
    if (auto escape = take_escape(text)) {
      out += *escape;
    } else if (text.starts_with(kLine)) {
      out += '\n';
      text.remove_prefix(kLine.size());
    } else if (inside && text.starts_with(kClose)) {
      text.remove_prefix(kClose.size());
      return out;
    } else if (text.starts_with(kOpen)) {
      text.remove_prefix(kOpen.size());
      const size_t times = text.find(kTimes);
      const int count = std::stoi(std::string(text.substr(0, times)));
      text.remove_prefix(times + kTimes.size());
      const std::string part = expanded(text, true);
      for (int i = 0; i < count; ++i) out += part;
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string expand(std::string_view text) { return expanded(text); }

std::vector<Attack> read_file(const std::filesystem::path& path) {
  std::vector<Attack> attacks;
  std::ifstream in(path);
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    std::vector<std::string> fields{""};
    for (char c : line) {
      if (c == '\t')
        fields.emplace_back();
      else
        fields.back() += c;
    }
    if (fields.size() != 4) {
      ADD_FAILURE() << path << ":" << number << " has " << fields.size() << " fields";
      continue;
    }
    attacks.push_back(
        {path.filename().string(), number, expand(fields[0]), expand(fields[1]), fields[2], fields[3]});
  }
  return attacks;
}

std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(R1_SOURCE_DIR "/tests/rewards/math/attacks")) {
    if (entry.path().extension() == ".tsv") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<Attack> attacks() {
  std::vector<Attack> all;
  for (const std::filesystem::path& path : files()) {
    if (path.filename() == kControls) continue;
    for (Attack& attack : read_file(path)) all.push_back(std::move(attack));
  }
  return all;
}

std::vector<Attack> controls() {
  return read_file(R1_SOURCE_DIR "/tests/rewards/math/attacks/" + std::string(kControls));
}

MathVerdict judged(const Attack& attack) {
  return verify_math(attack.completion, attack.gold, attack.name == "thinking_open");
}

std::string shown(const std::string& text) { return text.size() <= 160 ? text : text.substr(0, 160) + "..."; }

std::string described(const Attack& attack, const MathVerdict& verdict) {
  return fmt::format("{}:{} ({}: {})\n  completion: {}\n  {}: {}\n", attack.file, attack.line, attack.name,
                     attack.why, shown(attack.completion), verdict_name(verdict.verdict), verdict.detail);
}

TEST(Attacks, NoneIsRewarded) {
  std::string rewarded;
  std::map<std::string, int> verdicts;
  for (const Attack& attack : attacks()) {
    const MathVerdict verdict = judged(attack);
    ++verdicts[verdict_name(verdict.verdict)];
    if (verdict.verdict == Verdict::Correct) rewarded += described(attack, verdict);
  }
  for (const auto& [name, count] : verdicts) RecordProperty(name, count);
  EXPECT_TRUE(rewarded.empty()) << verdicts["correct"] << " rewarded\n" << rewarded;
}

TEST(Attacks, HonestAnswersInSimilarClothingAreRewarded) {
  std::string refused;
  int count = 0;
  for (const Attack& control : controls()) {
    const MathVerdict verdict = judged(control);
    if (verdict.verdict == Verdict::Correct) continue;
    refused += described(control, verdict);
    ++count;
  }
  EXPECT_TRUE(refused.empty()) << count << " refused\n" << refused;
}

TEST(Attacks, ThereAreAtLeast330OfThemAnd60Controls) {
  EXPECT_GE(attacks().size(), 330u);
  EXPECT_GE(controls().size(), 60u);
}

TEST(Attacks, NoneIsListedTwice) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const Attack& attack : attacks()) {
    if (attack.name == "thinking_open") continue;
    EXPECT_TRUE(seen.emplace(attack.gold, attack.completion).second) << attack.file << ":" << attack.line;
  }
}

// Work is counted, not timed: the step that runs out of fuel may overshoot, by no more than all of it again.
TEST(Attacks, EachIsJudgedWithinItsFuelAndAlwaysTheSame) {
  for (const Attack& attack : attacks()) {
    const std::optional<ExtractedAnswer> answer =
        extract_answer(attack.completion, attack.name == "thinking_open");
    if (!answer) continue;
    const auto first = math::compare_answer_texts(answer->text, attack.gold, math::MathPolicy::strict());
    const auto second = math::compare_answer_texts(answer->text, attack.gold, math::MathPolicy::strict());
    EXPECT_LE(first.fuel, 2 * math::kFuel) << attack.file << ":" << attack.line;
    EXPECT_EQ(first.fuel, second.fuel) << attack.file << ":" << attack.line;
    EXPECT_EQ(first.decision.comparison, second.decision.comparison) << attack.file << ":" << attack.line;
  }
}

TEST(Attacks, RepetitionsAndEscapesOfTheFormatAreExpanded) {
  EXPECT_EQ(expand("a⟪3×b⟪2×c⟫⟫d"), "abccbccbccd");
  EXPECT_EQ(expand("⟪2×␤⟫\\u{41}\\u{xFF}\\upsilon"), "\n\nA\xFF\\upsilon");
  EXPECT_EQ(expand("\\u{0}"), std::string(1, '\0'));
}

}  // namespace
}  // namespace r1
