// The door of the math verifier: is the final answer of a text the gold answer?
//
//   MathJudgement j = judge_completion(completion, {"\\frac{1}{2}"}, MathPolicy::strict());
//   j.outcome == MathOutcome::Equal, j.reason == "exact rationals", j.extracted == "0.5"
//
// Exact where mathematics allows, UNKNOWN where it does not; the same verdict and the same fuel on every machine. Any bytes are
// allowed as input and nothing is thrown. Safe to call from several threads; no state is kept between calls, but FLINT's
// allocator keeps memory per thread (release_thread_memory).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rewards/math/extraction/answer_extraction.h"
#include "rewards/math/policy.h"
#include "rewards/math/value/value.h"

namespace r1::math {

enum class MathOutcome : uint8_t {
  Equal,      // the only one that is rewarded
  Different,  // proved
  Unknown,    // neither could be shown within the fuel
  NoAnswer,   // the completion names no answer
  BadGold,    // a gold cannot be read: says nothing about the answer, so the sample is masked
};

const char* outcome_name(MathOutcome outcome);  // "EQUAL", "DIFFERENT", "UNKNOWN", "NO_ANSWER", "BAD_GOLD"
const char* evidence_name(Evidence evidence);   // "none", "exact", "modular", "numeric"

struct MathJudgement {
  MathOutcome outcome = MathOutcome::Unknown;
  Evidence evidence = Evidence::None;
  std::string reason;     // the deciding step, or what is wrong; one line, may quote nothing
  std::string extracted;  // the answer that was compared
  size_t
      begin = 0,
      end =
          0;  // its characters in the text given; of joined answers the first part's begin, the last part's end
  std::vector<TextSpan> parts;         // where joined answers lie; empty when there is one
  std::optional<AnswerRule> rule;      // what found it; none when the answer was given as such
  size_t gold_index = 0;               // the alternative that decided
  std::string gold;                    // its text as compared
  int64_t fuel = 0;                    // steps of all comparisons made
  std::string answer_tree, gold_tree;  // with `explain`; empty for a side without a reading
};

struct JudgeOptions {
  bool thinking_open = false;  // as in ExtractionOptions
  bool explain = false;
  std::string_view question{};  // what was asked: an answer copied from it is none; may be empty
};

constexpr size_t kMaxGolds = 64;  // more alternatives are BadGold

// `golds` are alternatives: Equal when the answer equals one; else BadGold when one has no reading; else Unknown when one comparison
// is; else Different. A gold may be a whole solution (gold_answer). A completion that offers alternatives ("\boxed{1} or \boxed{2}") is
// Equal when their list is, or when each of them is.
MathJudgement judge_completion(std::string_view completion, std::span<const std::string> golds,
                               const MathPolicy& policy, JudgeOptions options = {});

// An answer that is extracted already: no mark such as \boxed is looked for.
MathJudgement judge_answer(std::string_view answer, std::span<const std::string> golds,
                           const MathPolicy& policy, JudgeOptions options = {});

// A thread that judged and is about to end, or to idle, gives FLINT's caches back.
void release_thread_memory();

}  // namespace r1::math
