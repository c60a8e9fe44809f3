// Cuts a template into text and the tokens inside its tags, applying jinja2's white-space rules with trim_blocks and
// lstrip_blocks on. Private to datasets/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace r1::jinja {

struct Token {
  enum class Kind {
    Text,
    BlockBegin,
    BlockEnd,
    VariableBegin,
    VariableEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End
  };
  Kind kind;
  std::string text;
  int line;
};

// Throws CheckpointError naming the line.
std::vector<Token> tokenize(std::string_view source);

}  // namespace r1::jinja
