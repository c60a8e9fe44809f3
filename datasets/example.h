// One problem, or one demonstration, as every reader and generator produces it.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace r1 {

struct Message {
  std::string role;  // "system", "user", "assistant", ...
  std::string content;

  bool operator==(const Message&) const = default;
};

// Exactly one of `messages` and (`prompt_text`, `completion_text`) is used.
//   for RL:  messages end with the user's turn, or prompt_text is the raw prompt that no template touches
//   for SFT: the assistant's turns in messages are trained, or completion_text is trained after prompt_text
//            (a record with only `text` has an empty prompt_text)
struct Example {
  std::string id;  // unique inside its data set, e.g. "gsm8k/train/17"
  std::vector<Message> messages;
  std::string prompt_text;
  std::string completion_text;
  std::string answer;    // gold answer; empty when the record has none
  std::string verifier;  // which verifier decides: "math", "countdown", ...; empty: the run's default
  Json metadata = Json::object();
};

}  // namespace r1
