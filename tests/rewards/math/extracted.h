// What extract_answer finds in a text, in short: "rule: text", or "none". Checks the spans on the way.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "rewards/math/extraction/answer_extraction.h"

namespace r1 {

inline std::string extract(const std::string& completion, const ExtractionOptions& options) {
  const auto answer = extract_answer(completion, options);
  if (!answer) return "none";
  EXPECT_LE(answer->begin, answer->end);
  EXPECT_LE(answer->end, completion.size());
  std::string joined;
  for (const math::TextSpan& part : answer->parts) {
    EXPECT_GE(part.begin, answer->begin);
    EXPECT_LE(part.end, answer->end);
    if (!joined.empty()) joined += answer->alternatives ? " or " : ", ";
    joined += completion.substr(part.begin, part.end - part.begin);
  }
  if (answer->parts.empty()) joined = completion.substr(answer->begin, answer->end - answer->begin);
  EXPECT_EQ(joined, answer->text);
  EXPECT_EQ(answer->parts.size() == 1, false);
  return std::string(answer_rule_name(answer->rule)) + ": " + answer->text +
         (answer->alternatives ? " [alternatives]" : "");
}

inline std::string extract(const std::string& completion, bool thinking_open = false) {
  return extract(completion, ExtractionOptions{.thinking_open = thinking_open});
}

}  // namespace r1
