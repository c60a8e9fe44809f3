// Runs the cases of catalogue/*.tsv; catalogue/README.md states their format.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rewards/math/compare/compare.h"

namespace r1::math {
namespace {

struct Case {
  size_t line = 0;
  std::string gold, answer, expected, why, switches;
  MathPolicy policy = {};
  bool asymmetric = false;
};

std::filesystem::path catalogue_folder() {
  return std::filesystem::path(R1_SOURCE_DIR) / "tests/rewards/math/catalogue";
}

void append_utf8(std::string& text, uint32_t code) {
  const auto byte = [&](uint32_t value) { text.push_back(static_cast<char>(value)); };
  const auto tail = [&](int shift) { byte(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6), tail(0);
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12), tail(6), tail(0);
  } else {
    byte(0xF0 | code >> 18), tail(12), tail(6), tail(0);
  }
}

// "␤" and "\u{200B}" to what they stand for.
std::string unescape(std::string_view text) {
  constexpr std::string_view kNewline = "␤", kCode = "\\u{";
  std::string result;
  while (!text.empty()) {
    if (text.starts_with(kNewline)) {
      result += '\n';
      text.remove_prefix(kNewline.size());
    } else if (text.starts_with(kCode)) {
      const size_t end = text.find('}');
      append_utf8(result, static_cast<uint32_t>(std::stoul(
                              std::string(text.substr(kCode.size(), end - kCode.size())), nullptr, 16)));
      text.remove_prefix(end + 1);
    } else {
      result += text.front();
      text.remove_prefix(1);
    }
  }
  return result;
}

bool* policy_switch(MathPolicy& policy, std::string_view name) {
  bool* found = nullptr;
  auto visit = [&](std::string_view known, bool& value, std::string_view) {
    if (known == name) found = &value;
  };
  MathPolicy::fields(policy, visit);
  return found;
}

void read_switches(Case& item) {
  std::istringstream words(item.switches);
  for (std::string word; words >> word;) {
    if (word == "asymmetric") {
      item.asymmetric = true;
      continue;
    }
    bool* value = word.size() > 2 && word[word.size() - 2] == '='
                      ? policy_switch(item.policy, std::string_view(word).substr(0, word.size() - 2))
                      : nullptr;
    if (value == nullptr)
      ADD_FAILURE() << "line " << item.line << ": no such switch: " << word;
    else
      *value = word.back() == '1';
  }
}

std::vector<Case> read_cases(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<Case> cases;
  std::string line;
  for (size_t number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.starts_with("# ")) continue;
    std::vector<std::string> fields;
    std::istringstream stream(line);
    for (std::string field; std::getline(stream, field, '\t');) fields.push_back(field);
    if (fields.size() < 4 || fields.size() > 5) {
      ADD_FAILURE() << path.filename() << " line " << number << " has " << fields.size() << " fields";
      continue;
    }
    Case item{.line = number,
              .gold = unescape(fields[0]),
              .answer = unescape(fields[1]),
              .expected = fields[2],
              .why = fields[3],
              .switches = fields.size() > 4 ? fields[4] : ""};
    read_switches(item);
    cases.push_back(std::move(item));
  }
  return cases;
}

std::vector<std::string> catalogue_files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(catalogue_folder()))
    if (entry.path().extension() == ".tsv") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

const char* verdict_name(Comparison comparison) {
  switch (comparison) {
    case Comparison::Equal:
      return "EQUAL";
    case Comparison::Different:
      return "DIFFERENT";
    case Comparison::Unknown:
      return "UNKNOWN";
  }
  return "?";
}

bool meets(const std::string& expected, Comparison comparison) {
  if (expected == "NOT_EQUAL") return comparison != Comparison::Equal;
  return expected == verdict_name(comparison);
}

std::string describe(const Case& item, const AnswerComparison& result) {
  std::ostringstream text;
  text << "line " << item.line << ": gold " << item.gold << "   answer " << item.answer << "   expected "
       << item.expected << " (" << item.why << ")\n    got " << verdict_name(result.decision.comparison)
       << ": " << result.decision.reason;
  if (!result.gold_problem.empty()) text << "; gold: " << result.gold_problem;
  if (!result.answer_problem.empty()) text << "; answer: " << result.answer_problem;
  text << "\n    gold   " << result.gold_tree << "\n    answer " << result.answer_tree << '\n';
  return text.str();
}

class Catalogue : public testing::TestWithParam<std::string> {
 protected:
  std::vector<Case> cases() const { return read_cases(catalogue_folder() / (GetParam() + ".tsv")); }
};

TEST_P(Catalogue, GivesTheExpectedVerdictForEachCase) {
  std::string failures;
  size_t num_failures = 0;
  const std::vector<Case> all = cases();
  for (const Case& item : all) {
    const AnswerComparison result = compare_answer_texts(item.answer, item.gold, item.policy, true);
    if (meets(item.expected, result.decision.comparison)) continue;
    failures += describe(item, result);
    ++num_failures;
  }
  EXPECT_EQ(num_failures, 0u) << "of " << all.size() << " cases in " << GetParam() << ":\n" << failures;
}

// A side without a reading is told apart by which side it is, and NOT_EQUAL says little; so those only must not become EQUAL.
TEST_P(Catalogue, GivesTheSameVerdictWhenTheSidesChangePlaces) {
  std::string failures;
  for (const Case& item : cases()) {
    if (item.asymmetric) continue;
    const AnswerComparison there = compare_answer_texts(item.answer, item.gold, item.policy);
    const AnswerComparison back = compare_answer_texts(item.gold, item.answer, item.policy);
    const bool loose =
        item.expected == "NOT_EQUAL" || !there.answer_problem.empty() || !there.gold_problem.empty();
    const Comparison first = there.decision.comparison, second = back.decision.comparison;
    const bool same = loose ? (first == Comparison::Equal) == (second == Comparison::Equal) : first == second;
    if (same) continue;
    failures += "line " + std::to_string(item.line) + ": " + item.gold + "   " + item.answer + "   there " +
                verdict_name(first) + ", back " + verdict_name(second) + "\n";
  }
  EXPECT_TRUE(failures.empty()) << failures;
}

INSTANTIATE_TEST_SUITE_P(Files, Catalogue, testing::ValuesIn(catalogue_files()),
                         [](const auto& file) { return file.param; });

TEST(CatalogueContents, HasEnoughCasesEnoughNegativesAndNoneTwice) {
  size_t num_cases = 0, num_negatives = 0;
  std::set<std::string> seen;
  for (const std::string& name : catalogue_files()) {
    for (const Case& item : read_cases(catalogue_folder() / (name + ".tsv"))) {
      ++num_cases;
      num_negatives += item.expected != "EQUAL";
      EXPECT_TRUE(seen.insert(item.gold + '\t' + item.answer + '\t' + item.switches).second)
          << name << " line " << item.line << " repeats a case";
      EXPECT_TRUE(item.expected == "EQUAL" || item.expected == "DIFFERENT" || item.expected == "UNKNOWN" ||
                  item.expected == "NOT_EQUAL")
          << name << " line " << item.line << ": " << item.expected;
    }
  }
  EXPECT_GE(num_cases, 2500u);
  EXPECT_GE(static_cast<double>(num_negatives), 0.45 * static_cast<double>(num_cases));
}

}  // namespace
}  // namespace r1::math
