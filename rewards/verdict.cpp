#include "rewards/verdict.h"

namespace r1 {

const char* verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::Correct:
      return "correct";
    case Verdict::Wrong:
      return "wrong";
    case Verdict::NoAnswer:
      return "no_answer";
    case Verdict::Undecided:
      return "undecided";
    case Verdict::BadGold:
      return "bad_gold";
    case Verdict::TimedOut:
      return "timed_out";
    case Verdict::JudgeError:
      return "judge_error";
  }
  return "?";
}

bool is_judged(Verdict verdict) { return verdict != Verdict::BadGold && verdict != Verdict::JudgeError; }

}  // namespace r1
