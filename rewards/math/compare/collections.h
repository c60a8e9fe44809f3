// Several values at once: tuples, lists, sets, vectors and matrices.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "rewards/math/compare/decision.h"
#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

constexpr size_t kMaxMatched = 64;  // items that are matched in any order; beyond, only equal trees match

using ComparePair = std::function<Decision(size_t answer, size_t gold)>;

// One to one in any order. Equal: every item has its own equal partner. Different: not even when what is unknown is taken for
// equal. Unknown: the rest, and more than kMaxMatched items.
Decision match_items(size_t num_answer, size_t num_gold, const ComparePair& compare, Context& context);

// The same, of trees; equal trees are paired first.
Decision match_trees(std::span<const Node* const> answer, std::span<const Node* const> gold,
                     Context& context);
// Each item equals one of the other side and the reverse: sets, in which a repeated item counts once.
Decision match_sets(std::span<const Node* const> answer, std::span<const Node* const> gold, Context& context);
// Item by item.
Decision compare_in_order(std::span<const Node* const> answer, std::span<const Node* const> gold,
                          Context& context);

// Whether the node is a Tuple, List, Set or Matrix, a vector in i, j, k or arithmetic of such.
bool is_collection(const Node* node);

// At least one side is a collection.
Decision compare_collections(const Node* answer, const Node* gold, Context& context);

// Determinants of matrices up to 4 by 4 written out as sums of products.
const Node* with_determinants(const Node* node, Arena& arena);

// Entries row by row.
struct Grid {
  size_t rows = 0, columns = 0;
  std::vector<const Node*> entries;
  bool tuple = false;  // written as (a, b, c), not as a matrix: neither row nor column
};
// Matrices, tuples, sums, multiples, transposes of them and a i + b j + c k; none for others and for shapes that do not fit.
std::optional<Grid> read_grid(const Node* node, Context& context);

}  // namespace r1::math
