#include "rewards/math/compare/collections.h"

#include <algorithm>
#include <numeric>

#include "rewards/math/compare/compare.h"
#include "rewards/math/compare/interval_sets.h"

namespace r1::math {
namespace {

// Kuhn's algorithm over a table of decisions; `least` is the weakest decision that may pair two items.
class Matching {
 public:
  Matching(const std::vector<Decision>& table, size_t size, bool unknown_pairs)
      : table_(table), size_(size), unknown_pairs_(unknown_pairs), partner_(size, size) {}

  bool perfect(Fuel& fuel) {
    for (size_t i = 0; i < size_; ++i) {
      fuel.spend(1);
      std::vector<bool> seen(size_, false);
      if (!augment(i, seen)) return false;
    }
    return true;
  }

  Evidence weakest_evidence() const {
    Evidence weakest = Evidence::Exact;
    for (size_t j = 0; j < size_; ++j) {
      weakest = std::max(weakest, table_[partner_[j] * size_ + j].evidence);
    }
    return weakest;
  }

 private:
  bool allowed(const Decision& decision) const {
    return is_equal(decision) || (unknown_pairs_ && is_unknown(decision));
  }

  bool augment(size_t i, std::vector<bool>& seen) {  // depth <= kMaxMatched
    for (size_t j = 0; j < size_; ++j) {
      if (seen[j] || !allowed(table_[i * size_ + j])) continue;
      seen[j] = true;
      if (partner_[j] == size_ || augment(partner_[j], seen)) {
        partner_[j] = i;
        return true;
      }
    }
    return false;
  }

  const std::vector<Decision>& table_;
  size_t size_;
  bool unknown_pairs_;
  std::vector<size_t> partner_;  // of a gold item: the answer item, or size_
};

using Items = std::vector<const Node*>;

// Takes equal trees off both sides.
void strip_same(Items& a, Items& b) {
  const auto by_hash = [](const Node* x, const Node* y) { return x->hash < y->hash; };
  std::ranges::stable_sort(a, by_hash);
  std::ranges::stable_sort(b, by_hash);
  Items rest_a, rest_b;
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (a[i]->hash == b[j]->hash && same_tree(a[i], b[j])) {
      ++i, ++j;
    } else if (a[i]->hash <= b[j]->hash) {
      rest_a.push_back(a[i++]);
    } else {
      rest_b.push_back(b[j++]);
    }
  }
  rest_a.insert(rest_a.end(), a.begin() + static_cast<std::ptrdiff_t>(i), a.end());
  rest_b.insert(rest_b.end(), b.begin() + static_cast<std::ptrdiff_t>(j), b.end());
  a = std::move(rest_a);
  b = std::move(rest_b);
}

// Whether every item of `from` has an equal one in `in`.
Decision all_found(std::span<const Node* const> from, std::span<const Node* const> in, bool from_answer,
                   Context& context) {
  AllEqual all;
  for (const Node* item : from) {
    Decision best = different("an element that the other set lacks");
    for (const Node* other : in) {
      context.fuel().spend(1);
      const Decision pair =
          from_answer ? compare_trees(item, other, context) : compare_trees(other, item, context);
      if (is_equal(pair)) {
        best = pair;
        break;
      }
      if (is_unknown(pair)) best = pair;
    }
    all.add(best);
    if (all.failed()) break;
  }
  return all.result("the same elements");
}

bool has_ellipsis(std::span<const Node* const> items) {
  return std::ranges::any_of(items, [](const Node* item) { return item->kind == Kind::Ellipsis; });
}

bool holds_grid(const Node* node) {
  switch (node->kind) {
    case Kind::Matrix:
    case Kind::Tuple:
      return true;
    case Kind::Add:
    case Kind::Mul:
    case Kind::Neg:
    case Kind::Div:
      return std::ranges::any_of(node->args, holds_grid);
    case Kind::Call:
      return (node->function == Function::Transpose || node->function == Function::Inverse) &&
             holds_grid(node->args[0]);
    default:
      return false;
  }
}

// \hat i, \mathbf j: written as unit vectors.
bool holds_unit_vector(const Node* node) {
  if (node->kind == Kind::Symbol)
    return node->text == "hat_i" || node->text == "hat_j" || node->text == "hat_k";
  return std::ranges::any_of(node->args, holds_unit_vector);
}

Grid scaled(const Grid& grid, const Node* factor, Context& context) {
  Grid result = grid;
  for (const Node*& entry : result.entries) entry = context.arena.node(Kind::Mul, {factor, entry});
  return result;
}

std::optional<Grid> add_grids(const Node* sum, Context& context) {
  std::optional<Grid> total;
  for (const Node* term : sum->args) {
    const std::optional<Grid> grid = read_grid(term, context);
    if (!grid) return std::nullopt;
    if (!total) {
      total = grid;
      continue;
    }
    if (grid->rows != total->rows || grid->columns != total->columns) return std::nullopt;
    total->tuple = total->tuple && grid->tuple;
    for (size_t i = 0; i < grid->entries.size(); ++i) {
      total->entries[i] = context.arena.node(Kind::Add, {total->entries[i], grid->entries[i]});
    }
  }
  return total;
}

std::optional<Grid> multiply_grids(const Grid& a, const Grid& b, Context& context) {
  if (a.tuple || b.tuple || a.columns != b.rows || a.rows * b.columns * a.columns > 512) return std::nullopt;
  Grid product{a.rows, b.columns, {}, false};
  for (size_t i = 0; i < a.rows; ++i) {
    for (size_t j = 0; j < b.columns; ++j) {
      Items terms;
      for (size_t k = 0; k < a.columns; ++k) {
        terms.push_back(
            context.arena.node(Kind::Mul, {a.entries[i * a.columns + k], b.entries[k * b.columns + j]}));
      }
      product.entries.push_back(terms.size() == 1 ? terms[0] : context.arena.node(Kind::Add, terms));
    }
  }
  return product;
}

std::optional<Grid> multiply(const Node* node, Context& context) {
  std::optional<Grid> product;
  Items scalars;
  for (const Node* factor : node->args) {
    if (!holds_grid(factor)) {
      if (!is_scalar(factor)) return std::nullopt;
      scalars.push_back(factor);
      continue;
    }
    const std::optional<Grid> grid = read_grid(factor, context);
    if (!grid) return std::nullopt;
    product = product ? multiply_grids(*product, *grid, context) : grid;
    if (!product) return std::nullopt;
  }
  for (const Node* scalar : scalars) product = scaled(*product, scalar, context);
  return product;
}

Grid transposed(const Grid& grid) {
  if (grid.tuple) return grid;
  Grid result{grid.columns, grid.rows, {}, false};
  for (size_t i = 0; i < grid.columns; ++i) {
    for (size_t j = 0; j < grid.rows; ++j) result.entries.push_back(grid.entries[j * grid.columns + i]);
  }
  return result;
}

// a i + b j + c k as a vector of `size` components.
std::optional<Grid> read_units(const Node* node, size_t size, Context& context) {
  if (size < 2 || size > 3 || !is_scalar(node)) return std::nullopt;
  Arena& arena = context.arena;
  const Node* plain = replace_part(arena, node, arena.constant(Constant::I), arena.symbol("i"));
  for (const auto& [hat, letter] : {std::pair{"hat_i", "i"}, {"hat_j", "j"}, {"hat_k", "k"}}) {
    plain = substitute(arena, plain, hat, arena.symbol(letter));
  }
  const std::vector<std::string_view> names = free_symbols(plain);
  const auto has = [&](std::string_view name) { return std::ranges::find(names, name) != names.end(); };
  if (!has("j") && !has("k") && !holds_unit_vector(node)) return std::nullopt;
  if (size == 2 && has("k")) return std::nullopt;
  const std::string_view units[] = {"i", "j", "k"};
  Grid grid{size, 1, {}, true};
  Items terms;
  for (size_t n = 0; n < size; ++n) {
    const Node* alone = plain;
    for (std::string_view unit : units) {
      alone = substitute(arena, alone, unit, arena.integer(unit == units[n] ? 1 : 0));
    }
    grid.entries.push_back(alone);
    terms.push_back(arena.node(Kind::Mul, {alone, arena.symbol(units[n])}));
  }
  const Node* rebuilt = arena.node(Kind::Add, terms);  // it was linear and without a constant term
  return is_equal(equal_values(plain, rebuilt, context)) ? std::optional(grid) : std::nullopt;
}

Decision compare_grids(const Grid& a, const Grid& g, const Node* answer, const Node* gold, Context& context) {
  const bool same_shape = a.rows == g.rows && a.columns == g.columns;
  const bool vectors = (a.rows == 1 || a.columns == 1) && (g.rows == 1 || g.columns == 1) &&
                       a.entries.size() == g.entries.size();
  const bool turned = vectors && (context.policy.row_column || a.tuple || g.tuple);
  if (!same_shape && !turned) return different("matrices or vectors of another shape");
  const Decision entries = compare_in_order(a.entries, g.entries, context);
  if (is_equal(entries)) return because(entries, "the same entries");
  const bool plain = (answer->kind == Kind::Tuple || answer->kind == Kind::Matrix) &&
                     (gold->kind == Kind::Tuple || gold->kind == Kind::Matrix);
  // Two ways to run through one line differ in every entry.
  const auto has_parameter = [](const Grid& grid) {
    return std::ranges::any_of(grid.entries, [](const Node* entry) { return !free_symbols(entry).empty(); });
  };
  if (is_different(entries) && !plain && (has_parameter(a) || has_parameter(g))) {
    return unknown("vectors with parameters");
  }
  return entries;
}

// Both are sums, one at least with unit vectors: "2 i + 3 j" may be written without their marks.
Decision compare_unit_vectors(const Node* answer, const Node* gold, Context& context) {
  for (const size_t size : {2, 3}) {
    const auto a = read_units(answer, size, context), g = read_units(gold, size, context);
    if (a && g) return compare_in_order(a->entries, g->entries, context);
  }
  const bool number = free_symbols(answer).empty() || free_symbols(gold).empty();
  return number && is_scalar(answer) && is_scalar(gold) ? different("a vector against a number")
                                                        : unknown("a vector against something else");
}

bool is_determinant(const Node* node) {
  return node->kind == Kind::Call && node->function == Function::Determinant &&
         node->args[0]->kind == Kind::Matrix && node->args[0]->rows == node->args[0]->columns &&
         node->args[0]->rows <= 4;
}

bool holds_determinant(const Node* node) {
  return is_determinant(node) || std::ranges::any_of(node->args, holds_determinant);
}

// The minor of the rows from `row` on and the columns, by its first row.
const Node* expanded_minor(const Node* matrix, size_t row, const std::vector<size_t>& columns, Arena& arena) {
  const auto entry = [&](size_t column) { return matrix->args[row * matrix->columns + column]; };
  if (columns.size() == 1) return entry(columns[0]);
  Items terms;
  for (size_t i = 0; i < columns.size(); ++i) {
    std::vector<size_t> rest = columns;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    const Node* term =
        arena.node(Kind::Mul, {entry(columns[i]), expanded_minor(matrix, row + 1, rest, arena)});
    terms.push_back(i % 2 == 0 ? term : arena.node(Kind::Neg, {term}));
  }
  return arena.node(Kind::Add, terms);
}

bool is_list_or_set(const Node* node) { return node->kind == Kind::List || node->kind == Kind::Set; }

Decision compare_lists(const Node* answer, const Node* gold, Context& context) {
  if (has_ellipsis(answer->args) || has_ellipsis(gold->args)) {
    const Decision in_order = compare_in_order(answer->args, gold->args, context);
    return is_equal(in_order) ? in_order : unknown("a collection that goes on");
  }
  if (answer->kind == Kind::Set || gold->kind == Kind::Set) {
    return match_sets(answer->args, gold->args, context);
  }
  return context.policy.list_order_free ? match_trees(answer->args, gold->args, context)
                                        : compare_in_order(answer->args, gold->args, context);
}

// A Tuple and a List or Set.
Decision compare_tuple_with_list(const Node* answer, const Node* gold, Context& context) {
  const Node* list = answer->kind == Kind::Tuple ? gold : answer;
  if (context.policy.set_as_tuple) {
    return list->kind == Kind::Set ? match_sets(answer->args, gold->args, context)
                                   : match_trees(answer->args, gold->args, context);
  }
  if (list->kind == Kind::Set) return different("a tuple is no set");
  const Decision in_order = compare_in_order(answer->args, gold->args, context);
  if (is_equal(in_order)) {
    // (1, 2) may be an interval; a list of two values is none.
    return list->args.size() == 2 ? unknown("a list of two values, a pair or an interval") : in_order;
  }
  const Decision any_order = match_trees(answer->args, gold->args, context);
  return is_different(any_order) ? any_order : unknown("a list in another order than the tuple");
}

}  // namespace

Decision match_items(size_t num_answer, size_t num_gold, const ComparePair& compare, Context& context) {
  if (num_answer != num_gold) return different("another number of items");
  const size_t size = num_gold;
  if (size > kMaxMatched) return unknown("too many items to match");
  std::vector<Decision> table;
  table.reserve(size * size);
  for (size_t i = 0; i < size; ++i) {
    for (size_t j = 0; j < size; ++j) {
      context.fuel().spend(1);
      table.push_back(compare(i, j));
    }
  }
  Matching sure(table, size, false);
  if (sure.perfect(context.fuel())) return equal("the same items", sure.weakest_evidence());
  if (!Matching(table, size, true).perfect(context.fuel())) {
    return size == 1 ? table[0] : different("an item without an equal partner");
  }
  return size == 1 ? table[0] : unknown("items that may be equal");
}

Decision match_trees(std::span<const Node* const> answer, std::span<const Node* const> gold,
                     Context& context) {
  if (answer.size() != gold.size()) return different("another number of items");
  context.fuel().spend(static_cast<int64_t>(answer.size() / 8));
  Items a(answer.begin(), answer.end()), g(gold.begin(), gold.end());
  strip_same(a, g);
  return match_items(
      a.size(), g.size(), [&](size_t i, size_t j) { return compare_trees(a[i], g[j], context); }, context);
}

Decision match_sets(std::span<const Node* const> answer, std::span<const Node* const> gold,
                    Context& context) {
  context.fuel().spend(static_cast<int64_t>((answer.size() + gold.size()) / 8));
  Items a(answer.begin(), answer.end()), g(gold.begin(), gold.end());
  strip_same(a, g);
  if (a.empty() && g.empty()) return equal("the same elements");
  if (answer.size() == 1 && gold.size() == 1) return compare_trees(answer[0], gold[0], context);
  if (answer.size() > kMaxMatched || gold.size() > kMaxMatched) {
    // Too many to look for each: but what is left over on one side only is checked against the whole other side.
    if (a.size() + g.size() > kMaxMatched) return unknown("too many elements to match");
  }
  AllEqual both;
  both.add(all_found(a, gold, true, context));
  if (!both.failed()) both.add(all_found(g, answer, false, context));
  return both.result("the same elements");
}

Decision compare_in_order(std::span<const Node* const> answer, std::span<const Node* const> gold,
                          Context& context) {
  if (answer.size() != gold.size()) return different("another number of items");
  AllEqual all;
  for (size_t i = 0; i < gold.size() && !all.failed(); ++i) {
    all.add(compare_trees(answer[i], gold[i], context));
  }
  return all.result("the same items in order");
}

const Node* with_determinants(const Node* node, Arena& arena) {
  if (!holds_determinant(node)) return node;
  std::vector<const Node*> args;
  for (const Node* arg : node->args) args.push_back(with_determinants(arg, arena));
  if (is_determinant(node)) {
    const Node* matrix = args[0];
    std::vector<size_t> columns(matrix->columns);
    std::iota(columns.begin(), columns.end(), size_t{0});
    return expanded_minor(matrix, 0, columns, arena);
  }
  Node copy = *node;
  copy.args = args;
  return arena.add(copy);
}

bool is_collection(const Node* node) {
  return is_list_or_set(node) || holds_grid(node) || holds_unit_vector(node);
}

std::optional<Grid> read_grid(const Node* node, Context& context) {
  context.fuel().spend(1);
  switch (node->kind) {
    case Kind::Matrix:
      return Grid{node->rows, node->columns, {node->args.begin(), node->args.end()}, false};
    case Kind::Tuple:
      return Grid{node->args.size(), 1, {node->args.begin(), node->args.end()}, true};
    case Kind::Add:
      return add_grids(node, context);
    case Kind::Mul:
      return holds_grid(node) ? multiply(node, context) : std::nullopt;
    case Kind::Neg: {
      const auto grid = read_grid(node->args[0], context);
      return grid ? std::optional(scaled(*grid, context.arena.integer(-1), context)) : std::nullopt;
    }
    case Kind::Div: {
      const auto grid = read_grid(node->args[0], context);
      if (!grid || !is_scalar(node->args[1])) return std::nullopt;
      return scaled(*grid, context.arena.node(Kind::Div, {context.arena.integer(1), node->args[1]}), context);
    }
    case Kind::Call: {
      if (node->function != Function::Transpose) return std::nullopt;
      const auto grid = read_grid(node->args[0], context);
      return grid ? std::optional(transposed(*grid)) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

Decision compare_collections(const Node* answer, const Node* gold, Context& context) {
  if (is_list_or_set(answer) && is_list_or_set(gold)) return compare_lists(answer, gold, context);
  if ((answer->kind == Kind::Tuple && is_list_or_set(gold)) ||
      (gold->kind == Kind::Tuple && is_list_or_set(answer))) {
    return compare_tuple_with_list(answer, gold, context);
  }
  const bool answer_grid = holds_grid(answer), gold_grid = holds_grid(gold);
  if (answer_grid || gold_grid) {
    std::optional<Grid> a = read_grid(answer, context), g = read_grid(gold, context);
    if (a && !g) g = read_units(gold, a->entries.size(), context);
    if (g && !a) a = read_units(answer, g->entries.size(), context);
    if (a && g) return compare_grids(*a, *g, answer, gold, context);
    const bool one_entry = (a && a->entries.size() == 1) || (g && g->entries.size() == 1);
    if (one_entry) {
      const Decision entry =
          a ? compare_trees(a->entries[0], gold, context) : compare_trees(answer, g->entries[0], context);
      return is_equal(entry) ? unknown("a matrix of one entry against its entry") : entry;
    }
    if (answer_grid && gold_grid) return unknown("matrix arithmetic that is not carried out");
    const Grid* grid = a ? &*a : g ? &*g : nullptr;
    if (!grid) return unknown("matrix arithmetic that is not carried out");
    return grid->entries.size() > 1 && is_scalar(a ? gold : answer)
               ? different("several components against one value")
               : unknown("a matrix or tuple against something else");
  }
  if (!is_list_or_set(answer) && !is_list_or_set(gold)) return compare_unit_vectors(answer, gold, context);
  const Node* list = is_list_or_set(answer) ? answer : gold;
  const Node* single = list == answer ? gold : answer;
  if (list->kind == Kind::List || has_ellipsis(list->args)) {
    return list->args.size() > 1 ? different("several values against one")
                                 : unknown("a list against a value");
  }
  if (!is_scalar(single) && single->kind != Kind::Quantity && single->kind != Kind::Text) {
    return unknown("a set against something else");
  }
  if (list->args.empty()) return different("the empty set against a value");
  const Node* one[] = {single};  // {5} and 5: the set of the one solution, and the solution
  return list == answer ? match_sets(answer->args, one, context) : match_sets(one, gold->args, context);
}

}  // namespace r1::math
