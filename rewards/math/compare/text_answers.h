// Words and choices.
//
// Words are equal when their normalised texts are (words.h); there is no substring match. "(B) 5" is the letter with its option's value: the
// letter alone equals it, and so does the value alone.
#pragma once

#include "rewards/math/compare/decision.h"
#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// One side at least is a Text or the constant Undefined.
Decision compare_texts(const Node* answer, const Node* gold, Context& context);
// One side at least is a Choice.
Decision compare_choices(const Node* answer, const Node* gold, Context& context);

bool is_text_answer(const Node* node);

}  // namespace r1::math
