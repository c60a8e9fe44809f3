// Why a reward is what it is. One vocabulary for every verifier.
#pragma once

#include <string>

namespace r1 {

enum class Verdict {
  Correct,
  Wrong,
  NoAnswer,   // the completion holds no answer to compare; counts as wrong
  Undecided,  // the comparator could not decide (neither equal nor different); counts as wrong, counted apart
  BadGold,    // the gold answer itself cannot be read: the sample is masked
  TimedOut,   // the program under judgement ran out of time; counts as wrong, counted apart
  JudgeError,  // the verifier itself failed or missed its deadline: the sample is masked, never a reward of 0
};

const char* verdict_name(Verdict verdict);  // "correct", "wrong", "no_answer", ...

// Whether a sample with this verdict may be trained on. BadGold and JudgeError say nothing about the policy.
bool is_judged(Verdict verdict);

}  // namespace r1
