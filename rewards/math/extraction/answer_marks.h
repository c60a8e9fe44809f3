// The explicit marks of an answer: \boxed{...}, <answer>...</answer>, <|begin_of_box|>...<|end_of_box|> and "#### 5".
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "rewards/math/extraction/searched_text.h"

namespace r1::math {

// A mark from its first byte to its last, and the answer in it, trimmed. Empty answers and placeholders are left out.
struct Mark {
  TextSpan outer;
  TextSpan inner;
};

// \boxed{...} and \fbox{...} with matching braces, "\boxed 5", "\boxed5", in order. Of boxes in each other the outermost, unless
// it holds nothing but the inner one or a paragraph's end; unfinished ones are left out. Linear time.
std::vector<Mark> find_boxes(std::string_view text, std::string_view folded);

std::vector<Mark> find_tags(std::string_view text, std::string_view folded, std::string_view open,
                            std::string_view close);

// "#### 5 apples": a line's rest that begins with a value. A heading ("#### Step 3", "#### 1. Setup") is none.
std::vector<Mark> find_hashes(std::string_view text, std::string_view folded);

// The span without delimiters around the whole of it: $5$, \(5\), \[5\], **5**, `5`, "5", and stops at its end.
TextSpan undecorated(std::string_view text, TextSpan span);

}  // namespace r1::math
