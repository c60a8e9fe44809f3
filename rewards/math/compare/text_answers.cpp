#include "rewards/math/compare/text_answers.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "rewards/math/compare/collections.h"
#include "rewards/math/compare/compare.h"
#include "rewards/math/compare/interval_sets.h"
#include "rewards/math/vocabulary/words.h"

namespace r1::math {
namespace {

// Words of one group exclude each other.
constexpr std::string_view kYesNo[] = {"yes", "no"};
constexpr std::string_view kParity[] = {"even", "odd"};
constexpr std::string_view kConvergence[] = {"converges", "diverges"};
constexpr std::string_view kWeekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                          "friday", "saturday", "sunday"};
constexpr std::string_view kMonths[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
constexpr std::string_view kSolutions[] = {"no solution",  "infinitely many", "finitely many",
                                           "one solution", "solution",        "all"};
constexpr std::string_view kOthers[] = {
    "undefined", "cannot be determined", "none of these", "all real numbers", "empty set", "nan"};
// Words that may be said of one thing.
constexpr std::pair<std::string_view, std::string_view> kCompatible[] = {
    {"undefined", "no solution"},
    {"undefined", "diverges"},
    {"undefined", "nan"},
    {"no solution", "empty set"},
    {"no solution", "none of these"},
    {"infinitely many", "all real numbers"},
    {"infinitely many", "all"},
    {"all", "all real numbers"},
    {"infinitely many", "solution"},
    {"one solution", "solution"},
    {"finitely many", "one solution"},
    {"finitely many", "solution"},
    {"undefined", "cannot be determined"},
    {"undefined", "empty set"},
    {"undefined", "none of these"},
    {"infinitely many", "cannot be determined"}};
constexpr std::span<const std::string_view> kGroups[] = {kYesNo,    kParity,    kConvergence, kMonths,
                                                         kWeekdays, kSolutions, kOthers};

bool holds(std::span<const std::string_view> group, std::string_view word) {
  return std::ranges::find(group, word) != group.end();
}

bool is_known_word(std::string_view word) {
  return std::ranges::any_of(kGroups, [&](const auto& group) { return holds(group, word); });
}

// One word for yes and true, and for an equation without solutions.
std::string_view meaning(std::string_view words) {
  if (words == "true") return "yes";
  if (words == "false") return "no";
  return words == "no real solution" ? "no solution" : words;
}

bool exclude_each_other(std::string_view a, std::string_view b) {
  for (const auto& [first, second] : kCompatible) {
    if ((a == first && b == second) || (a == second && b == first)) return false;
  }
  return a != b && is_known_word(a) && is_known_word(b);
}

bool is_word(std::string_view text) {  // one word of Latin letters
  return text.size() >= 2 && std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

// "not blue" and "blue"
bool denies(std::string_view a, std::string_view b) { return a.starts_with("not ") && a.substr(4) == b; }

// "blue and red" and "blue": one of the parts, and more.
bool adds_to(std::string_view more, std::string_view less) {
  for (std::string_view joint : {" and ", " or "}) {
    const size_t place = more.find(joint);
    if (place == std::string_view::npos || less.find(joint) != std::string_view::npos) continue;
    if (more.substr(0, place) == less || more.substr(place + joint.size()) == less) return true;
  }
  return false;
}

// The text of a Text, and "undefined" for the constant; empty for others.
std::string_view words_of(const Node* node) {
  if (node->kind == Kind::Text) return node->text;
  const bool undefined = node->kind == Kind::Constant && node->constant == Constant::Undefined;
  return undefined ? "undefined" : std::string_view();
}

// The words that a set is called by.
std::string_view set_words(const Node* node) {
  if (node->kind == Kind::Set && node->args.empty()) return "empty";
  return node->kind == Kind::NamedSet ? node->text : std::string_view();
}

std::string_view set_of_words(std::string_view words) {
  if (words == "no solution" || words == "no real solution") return "empty";
  return named_set_words(words);
}

Decision compare_words_with_other(std::string_view words, const Node* other, Context& context) {
  if (other->kind == Kind::Quantity &&
      other->args[1]->kind == Kind::Unit) {  // "a parallelogram", read as a of them
    const Node *value = other->args[0], *unit = other->args[1];
    const bool article = value->kind == Kind::Symbol && value->text == "a" && unit->text.starts_with('#');
    if (article && unit->text.substr(1) == words) return equal("the same words but for an article");
  }
  const std::string_view named = set_of_words(words), set = set_words(other);
  if (!named.empty() && !set.empty()) {
    if (named != set) return different("words for another set");
    return words == "no real solution" ? unknown("no real solution may leave complex ones")
                                       : equal("words for this set");
  }
  if (!named.empty() && other->kind != Kind::Text) {
    const Node* meant = context.arena.text(Kind::NamedSet, named);
    if (other->kind >= Kind::Interval && other->kind <= Kind::SetBuilder) {
      return compare_trees(meant, other, context);
    }
  }
  const bool value = is_scalar(other) || other->kind == Kind::Quantity || other->kind == Kind::List ||
                     other->kind == Kind::Compare || (other->kind == Kind::Set && !other->args.empty());
  if (value && (words.starts_with("not ") || words.starts_with("either "))) {
    return different("a denial or a choice is no value");
  }
  if (words == "no solution" && value && !is_scalar(other))
    return different("no solution against a solution");
  if (is_known_word(words) && (is_scalar(other) || other->kind == Kind::Quantity)) {
    if (words == "infinitely many" || words == "diverges") {
      const int sign = infinity_sign(other);
      if (sign > 0 || (sign < 0 && words == "diverges")) return unknown("words that may say infinity");
    }
    return different("words against a value");
  }
  return unknown("words against something else");
}

// A capital letter as the name of a choice.
std::string_view letter_of(const Node* node) {
  if (node->kind == Kind::Choice) return node->text;
  const bool capital =
      node->kind == Kind::Symbol && node->text.size() == 1 && node->text[0] >= 'A' && node->text[0] <= 'J';
  return capital ? node->text : std::string_view();
}

std::vector<std::string_view> letters_of(const Node* node) {
  std::vector<std::string_view> letters;
  const Node* const one[] = {node};
  const bool several = node->kind == Kind::List || node->kind == Kind::Set;
  for (const Node* item : several ? node->args : std::span<const Node* const>(one)) {
    if (letter_of(item).empty()) return {};
    letters.push_back(letter_of(item));
  }
  return letters;
}

}  // namespace

bool is_text_answer(const Node* node) { return !words_of(node).empty() || node->kind == Kind::Text; }

Decision compare_texts(const Node* answer, const Node* gold, Context& context) {
  const std::string_view a = words_of(answer), g = words_of(gold);
  if (is_text_answer(answer) && is_text_answer(gold)) {
    if (a == g) return a.empty() ? unknown("no words") : equal("the same words");
    if (meaning(a) == meaning(g)) return equal("words with the same meaning");
    if (exclude_each_other(meaning(a), meaning(g))) return different("words that exclude each other");
    if (is_known_word(meaning(a)) && is_known_word(meaning(g))) return unknown("words that may both be said");
    if (denies(a, g) || denies(g, a)) return different("one denies the other");
    if (adds_to(a, g) || adds_to(g, a)) return different("one names more than the other");
    if (is_word(a) && is_word(g)) return different("another word");
    return unknown("other words");
  }
  return is_text_answer(answer) ? compare_words_with_other(a, gold, context)
                                : compare_words_with_other(g, answer, context);
}

Decision compare_choices(const Node* answer, const Node* gold, Context& context) {
  if (answer->kind == Kind::Choice && gold->kind == Kind::Choice) {
    if (answer->text != gold->text) return different("another choice");
    if (answer->args.empty() || gold->args.empty()) return equal("the same choice");
    const Decision values = compare_trees(answer->args[0], gold->args[0], context);
    return is_equal(values) ? because(values, "the same choice")
                            : because(values, "the same letter with another value");
  }
  const Node* choice = answer->kind == Kind::Choice ? answer : gold;
  const Node* other = choice == answer ? gold : answer;
  const std::vector<std::string_view> letters = letters_of(other);
  if (!letters.empty()) {
    if (letters.size() > 1) return different("several choices against one");
    return letters[0] == choice->text ? equal("the letter of the choice") : different("another choice");
  }
  if (choice->args.empty()) return unknown("a letter against a value");
  const Decision value = choice == answer ? compare_trees(choice->args[0], gold, context)
                                          : compare_trees(answer, choice->args[0], context);
  return is_equal(value) ? because(value, "the value of the choice") : value;
}

}  // namespace r1::math
