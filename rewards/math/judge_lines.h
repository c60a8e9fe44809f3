// Many pairs at once: JSON lines in, one JSON line out for each, in the same order, with as many threads as the pool has.
//
// In:   {"id": anything, "gold": text or list of texts, "answer": text}          an answer that is extracted already
//       {"id": anything, "gold": ..., "completion": text}                      a text that holds one; also "thinking_open": true where
//       the prompt opened its thinking part, and "question": text, copies of which are no answers
// Out:  {"id", "verdict", "reason", "evidence", "extracted", "fuel"}, with `explain` also "answer_tree", "gold_tree" and "gold"
//       {"id", "error"}   for a line that asks nothing: nothing is lost, and the order stays
// A missing id is the line's number. Golds and answers may be whole numbers without quotes; other numbers would lose digits.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/line_blocks.h"
#include "base/thread_pool.h"
#include "rewards/math/math_verifier.h"

namespace r1::math {

struct JudgedLine {
  std::string result;  // the JSON line, without a newline
  std::string error;   // "pairs.jsonl:17: ...; remedy"; empty when the line was judged
  MathOutcome outcome = MathOutcome::Unknown;
};

// One line. `where` ("pairs.jsonl:17") begins an error.
JudgedLine judge_line(std::string_view line, int64_t number, const std::string& where,
                      const MathPolicy& policy, bool explain = false);

struct LineTally {
  std::array<int64_t, 5> outcomes{};  // by MathOutcome
  int64_t num_bad_lines = 0;
  int64_t num_judged() const;
};

// Blank lines are passed over. `write` gets the result lines in the order of the input, from the calling thread. Memory is bounded
// by a block of lines and their results.
LineTally judge_lines(LineBlocks& lines, const MathPolicy& policy, bool explain, ThreadPool& pool,
                      const std::function<void(const JudgedLine&)>& write);

}  // namespace r1::math
