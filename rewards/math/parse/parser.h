// Text of one final answer -> its tree: LaTeX, ASCII and Unicode mathematics and plain words in one pass.
//
// A hand-written tokenizer (lexer.h) and a Pratt parser; nothing is rewritten as text first, nothing is evaluated. A text has one
// reading: where two are possible (is "(1,2)" a point or an interval, is "m" metres or a variable?) the tree holds the
// plain one and compare.h bridges to what the other side is. Never throws but OutOfFuel; any bytes are allowed as input.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rewards/math/policy.h"
#include "rewards/math/tree/expression.h"

namespace r1::math {

struct Parsed {
  const Node* node = nullptr;  // none when the text has no reading
  std::string problem;         // why not: "unbalanced '{' at byte 12"; empty when node is set
  bool repaired = false;       // a malformed spot was read by a rule of `repair_latex`
};

// What the tree says beyond expression.h: a Unit is "" for "units" (with its power: square units), "#apples" for what was
// counted, "#ordinal" for "3rd". "x = 1, 2" and "x = 1, x = 2" are an Or, "x \ne 1, 2" an And. x \mapsto 2x defines f.
// Choices between readings are listed in parser_rules.h.
//
// Costs one step a byte and a node. Texts over 64 KiB and nesting over 200 have no reading.
Parsed parse_answer(Arena& arena, std::string_view text, const MathPolicy& policy);

}  // namespace r1::math
