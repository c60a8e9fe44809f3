#include "rewards/math/compare/solutions.h"

#include <algorithm>
#include <string>

#include "rewards/math/compare/collections.h"
#include "rewards/math/compare/compare.h"
#include "rewards/math/compare/inequality.h"
#include "rewards/math/compare/interval_sets.h"

namespace r1::math {
namespace {

bool is_capital(const Node* node) {
  return node->kind == Kind::Symbol && node->text.size() == 1 && node->text[0] >= 'A' && node->text[0] <= 'Z';
}

bool is_function_value(const Node* node) {
  return node->kind == Kind::Call &&
         (node->function == Function::Named || node->function == Function::Derivative);
}

bool is_symbol_tuple(const Node* node) {
  return (node->kind == Kind::Tuple || node->kind == Kind::List) && node->args.size() >= 2 &&
         std::ranges::all_of(node->args, [](const Node* arg) { return arg->kind == Kind::Symbol; });
}

// A function's arguments are its own: f(x) = x + 1 gives a value to f(x).
bool holds_name(const Node* value, const Node* name) {
  if (name->kind == Kind::Call) {
    if (value->kind == Kind::Call && value->function == name->function && value->text == name->text &&
        name->function == Function::Named) {
      return true;
    }
    return std::ranges::any_of(value->args, [&](const Node* arg) { return holds_name(arg, name); });
  }
  return occurs(name, value);
}

// Whether `tail` is what one writes for `value` in decimals: within one unit of its last place.
bool is_approximation(const Node* value, const Node* tail, Context& context) {
  const Node* number = tail->kind == Kind::Neg ? tail->args[0] : tail;
  if (!is_scalar(value) || !is_scalar(tail)) return false;
  if (number->kind != Kind::Number || number->number->repeat) {
    return is_equal(equal_values(value, tail, context));
  }
  Arena& arena = context.arena;
  const Node* unit = arena.node(
      Kind::Pow,
      {arena.integer(10), arena.integer(std::clamp<int64_t>(number->number->exponent, -400, 400))});
  const Node* above = arena.node(Kind::Add, {tail, unit});
  const Node* below = difference(arena, tail, unit);
  return order(below, value, context) == Order::Less && order(value, above, context) == Order::Less;
}

enum class ChainState { Sound, Broken, Uncertain };

// Checks the links of args[from ...] and gives the last exact value.
ChainState check_links(const Node* chain, size_t from, const Node*& value, Context& context) {
  const bool named = from > 0;
  value = chain->args[from];
  for (size_t i = from; i + 1 < chain->args.size(); ++i) {
    const Node *left = chain->args[i], *right = chain->args[i + 1];
    if (chain->relations[i] == Relation::Approximately) {
      if (!is_approximation(value, right, context)) return ChainState::Uncertain;
      continue;
    }
    const bool formula = free_symbols(left).empty() != free_symbols(right).empty();
    if (formula && named && is_scalar(left) && is_scalar(right)) {  // S = n(n + 1)/2 = 55
      value = right;
      continue;
    }
    const Decision link = compare_trees(right, left, context);
    if (is_different(link)) return ChainState::Broken;
    if (is_unknown(link)) return ChainState::Uncertain;
    value = right;
  }
  return ChainState::Sound;
}

bool all_equalities(const Node* chain) {
  return std::ranges::all_of(chain->relations, [](Relation relation) {
    return relation == Relation::Equal || relation == Relation::Approximately;
  });
}

// Multiplies the rows out: every row of `a` with every row of `b`.
std::optional<Solutions> join(const Solutions& a, const Solutions& b) {
  Solutions joined;
  joined.names = a.names;
  joined.names.insert(joined.names.end(), b.names.begin(), b.names.end());
  if (a.rows.size() * b.rows.size() > kMaxRows) return std::nullopt;
  for (const auto& left : a.rows) {
    for (const auto& right : b.rows) {
      joined.rows.push_back(left);
      joined.rows.back().insert(joined.rows.back().end(), right.begin(), right.end());
    }
  }
  return joined;
}

bool same_names(const std::vector<const Node*>& a, const std::vector<const Node*>& b) {
  return std::ranges::equal(a, b, same_tree);
}

bool share_names(const Solutions& a, const Solutions& b) {
  return std::ranges::any_of(a.names, [&](const Node* name) {
    return std::ranges::any_of(b.names, [&](const Node* other) { return same_tree(name, other); });
  });
}

// Columns of `from` in the order of `names`; none when the names are others.
std::optional<Solutions> reordered(const Solutions& from, const std::vector<const Node*>& names) {
  if (from.names.size() != names.size()) return std::nullopt;
  std::vector<size_t> columns;
  for (const Node* name : names) {
    const auto found = std::ranges::find_if(from.names, [&](const Node* n) { return same_tree(n, name); });
    if (found == from.names.end()) return std::nullopt;
    columns.push_back(static_cast<size_t>(found - from.names.begin()));
  }
  Solutions result{names, {}, from.ordered};
  for (const auto& row : from.rows) {
    std::vector<const Node*> values;
    for (size_t column : columns) values.push_back(row[column]);
    result.rows.push_back(values);
  }
  return result;
}

class Reader {
 public:
  explicit Reader(Context& context) : context_(context) {}

  std::optional<Solutions> read(const Node* node) {
    context_.fuel().spend(1);
    switch (node->kind) {
      case Kind::Compare:
        return read_chain(node);
      case Kind::Or:
        return read_alternatives(node->args);
      case Kind::And:
      case Kind::List:
        return read_together(node->args);
      default:
        return std::nullopt;
    }
  }

  bool broken = false, uncertain = false;

 private:
  std::optional<Solutions> read_chain(const Node* chain) {
    const Node* name = chain->args[0];
    if (chain->relations.size() == 1 && chain->relations[0] == Relation::In) {
      const Node* set = chain->args[1];
      if (!is_name(name) || set->kind != Kind::Set || set->args.empty()) return std::nullopt;
      return one_name(name, set->args);
    }
    if (!all_equalities(chain)) return std::nullopt;
    if (is_symbol_tuple(name)) return read_tuple(chain);
    if (!is_name(name)) {
      const bool mirrored = chain->args.size() == 2 && is_name(chain->args[1]) &&
                            chain->relations[0] == Relation::Equal && free_symbols(name).empty();
      if (!mirrored) return std::nullopt;
      const Node* values[] = {name};
      return one_name(chain->args[1], values);
    }
    if (chain->args.size() > 2 && is_name(chain->args[1])) return read_same_value(chain);
    const Node* value = nullptr;
    const ChainState state = check_links(chain, 1, value, context_);
    broken = broken || state == ChainState::Broken;
    uncertain = uncertain || state == ChainState::Uncertain;
    if (state != ChainState::Sound) return std::nullopt;
    if (value->kind == Kind::List) return one_name(name, value->args);
    const Node* values[] = {value};
    return one_name(name, values);
  }

  // (x, y) = (1, 2), also several tuples
  std::optional<Solutions> read_tuple(const Node* chain) {
    if (chain->args.size() != 2) return std::nullopt;
    const Node* names = chain->args[0];
    const Node* value = chain->args[1];
    Solutions solutions{{names->args.begin(), names->args.end()}, {}, true};
    const Node* const one[] = {value};
    const bool several = value->kind == Kind::List || value->kind == Kind::Set;
    for (const Node* row : several ? value->args : std::span<const Node* const>(one)) {
      if (row->kind != Kind::Tuple || row->args.size() != names->args.size()) return std::nullopt;
      solutions.rows.emplace_back(row->args.begin(), row->args.end());
    }
    return checked(std::move(solutions));
  }

  // x = y = 5
  std::optional<Solutions> read_same_value(const Node* chain) {
    Solutions solutions;
    size_t i = 0;
    while (i + 1 < chain->args.size() && is_name(chain->args[i])) solutions.names.push_back(chain->args[i++]);
    if (i + 1 != chain->args.size()) return std::nullopt;
    solutions.rows.emplace_back(solutions.names.size(), chain->args[i]);
    return checked(std::move(solutions));
  }

  std::optional<Solutions> one_name(const Node* name, std::span<const Node* const> values) {
    Solutions solutions{{name}, {}, false};
    for (const Node* value : values) {
      for (const Node* signed_value : both_signs(context_.arena, value)) {
        solutions.rows.push_back({signed_value});
      }
    }
    return checked(std::move(solutions));
  }

  std::optional<Solutions> checked(Solutions solutions) {
    if (solutions.rows.empty() || solutions.rows.size() > kMaxRows) return std::nullopt;
    for (const auto& row : solutions.rows) {
      for (const Node* value : row) {
        if (value->kind == Kind::Compare || value->kind == Kind::Ellipsis) return std::nullopt;
        for (const Node* name : solutions.names) {
          if (holds_name(value, name)) return std::nullopt;
        }
      }
    }
    return solutions;
  }

  // x = 1 or x = 2; also "x = 1 or 2"
  std::optional<Solutions> read_alternatives(std::span<const Node* const> args) {
    std::optional<Solutions> all = read(args[0]);
    for (size_t i = 1; i < args.size() && all; ++i) {
      const bool bare = all->names.size() == 1 && (is_scalar(args[i]) || holds_plus_minus(args[i]));
      std::optional<Solutions> next = bare ? one_name(all->names[0], args.subspan(i, 1)) : read(args[i]);
      if (next && !same_names(next->names, all->names)) next = reordered(*next, all->names);
      if (!next) return std::nullopt;
      all->rows.insert(all->rows.end(), next->rows.begin(), next->rows.end());
      if (all->rows.size() > kMaxRows) return std::nullopt;
    }
    return all;
  }

  // x = 1, y = 2; but "x = 1, x = 2" and "x = 1, 2" are alternatives
  std::optional<Solutions> read_together(std::span<const Node* const> args) {
    if (args.empty()) return std::nullopt;
    std::optional<Solutions> all = read(args[0]);
    for (size_t i = 1; i < args.size() && all; ++i) {
      const bool bare = all->names.size() == 1 && (is_scalar(args[i]) || holds_plus_minus(args[i]));
      std::optional<Solutions> next = bare ? one_name(all->names[0], args.subspan(i, 1)) : read(args[i]);
      if (!next) return std::nullopt;
      if (same_names(next->names, all->names)) {
        all->rows.insert(all->rows.end(), next->rows.begin(), next->rows.end());
        if (all->rows.size() > kMaxRows) return std::nullopt;
      } else if (share_names(*next, *all)) {
        return read_pairs(args);
      } else {
        all = join(*all, *next);
      }
    }
    return all ? checked(std::move(*all)) : std::nullopt;
  }

  // x = 1, y = 2, x = 3, y = 4: rows of the names of the first round
  std::optional<Solutions> read_pairs(std::span<const Node* const> args) {
    std::vector<Solutions> items;
    for (const Node* arg : args) {
      std::optional<Solutions> item = read(arg);
      if (!item || item->names.size() != 1 || item->rows.size() != 1) return std::nullopt;
      items.push_back(std::move(*item));
    }
    size_t width = 1;
    while (width < items.size() && !same_tree(items[width].names[0], items[0].names[0])) ++width;
    if (items.size() % width != 0) return std::nullopt;
    Solutions all;
    for (size_t i = 0; i < items.size(); ++i) {
      if (i < width) all.names.push_back(items[i].names[0]);
      if (!same_tree(items[i].names[0], all.names[i % width])) return std::nullopt;
      if (i % width == 0) all.rows.emplace_back();
      all.rows.back().push_back(items[i].rows[0][0]);
    }
    return checked(std::move(all));
  }

  Context& context_;
};

// Whether a value without variables stands before one with some.
bool ends_wilder(const Node* chain) {
  return std::ranges::any_of(chain->args, [](const Node* arg) { return free_symbols(arg).empty(); });
}

// "Area", "number of ways"; not words that deny what follows.
bool is_naming(std::string_view words) {
  static constexpr std::string_view kDenials[] = {"not",       "no",    "never",  "wrong",
                                                  "incorrect", "isn't", "cannot", "or"};
  size_t count = 0;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    if (std::ranges::find(kDenials, word) != std::end(kDenials)) return false;
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    if (++count > 5) return false;
  }
  return count > 0;
}

// y and f(x) both stand for the value of a function.
bool is_function_name(const Node* name) {
  return is_function_value(name) || (name->kind == Kind::Symbol && name->text == "y");
}

bool same_function(const Node* a, const Node* g) {
  return is_function_value(a) && is_function_value(g) && a->function == g->function && a->text == g->text &&
         a->args.size() == g->args.size();
}

bool is_derivative_name(const Node* name) {
  if (name->kind == Kind::Call && name->function == Function::Derivative) return true;
  return !name->text.empty() && name->text.back() == '\'';
}

// The rows of the answer's function with its variables named as the gold's: all at once, by names that no text has.
std::optional<Solutions> with_variables_of(const Solutions& answer, const Solutions& gold, Context& context) {
  const Node *a = answer.names[0], *g = gold.names[0];
  if (!same_function(a, g)) return std::nullopt;
  Arena& arena = context.arena;
  Solutions renamed{gold.names, answer.rows, answer.ordered};
  std::vector<std::string> fresh;
  for (size_t i = 0; i < a->args.size(); ++i) {
    if (a->args[i]->kind != Kind::Symbol || g->args[i]->kind != Kind::Symbol) return std::nullopt;
    fresh.push_back(std::string(i + 1, '\x01'));
    for (auto& row : renamed.rows)
      row[0] = substitute(arena, row[0], a->args[i]->text, arena.symbol(fresh[i]));
  }
  for (size_t i = 0; i < a->args.size(); ++i) {
    for (auto& row : renamed.rows) {
      if (occurs(g->args[i], row[0])) return std::nullopt;  // the name is taken by something else
    }
  }
  for (size_t i = 0; i < a->args.size(); ++i) {
    for (auto& row : renamed.rows) row[0] = substitute(arena, row[0], fresh[i], g->args[i]);
  }
  return renamed;
}

Decision compare_rows(const Solutions& answer, const Solutions& gold, Context& context) {
  const auto row_sets = [&](const Solutions& s) {
    std::vector<const Node*> rows;
    for (const auto& row : s.rows) {
      rows.push_back(row.size() == 1 ? row[0] : context.arena.node(Kind::Tuple, row));
    }
    return rows;
  };
  if (answer.rows.size() == 1 && gold.rows.size() == 1) {
    return compare_in_order(answer.rows[0], gold.rows[0], context);
  }
  return match_sets(row_sets(answer), row_sets(gold), context);
}

// The columns in the order of the alphabet, which is how a tuple is meant: (x, y). None when a name is no variable.
std::optional<Solutions> sorted_by_name(const Solutions& solutions) {
  std::vector<const Node*> names = solutions.names;
  if (!std::ranges::all_of(names, [](const Node* name) { return name->kind == Kind::Symbol; }))
    return std::nullopt;
  std::ranges::sort(names, [](const Node* a, const Node* b) { return a->text < b->text; });
  return reordered(solutions, names);
}

// x_1, x_2, ...: values of one unknown.
bool are_numbered(const std::vector<const Node*>& names) {
  const auto stem = [](std::string_view text) { return text.substr(0, text.find('_')); };
  return std::ranges::all_of(names, [&](const Node* name) {
    const std::string_view text = name->text;
    const bool numbered =
        text.size() >= 3 && text[text.size() - 2] == '_' && text.back() >= '1' && text.back() <= '9';
    return name->kind == Kind::Symbol && numbered && stem(text) == stem(names[0]->text);
  });
}

}  // namespace

bool is_name(const Node* node) {
  switch (node->kind) {
    case Kind::Symbol:
    case Kind::Text:  // words come as either
      return is_naming(node->text);
    case Kind::Call:
      if (node->function == Function::Abs) return node->args[0]->kind == Kind::Mul && is_name(node->args[0]);
      return is_function_value(node);
    case Kind::Mul:
      if (node->args.size() == 2 && is_capital(node->args[0]) && node->args[1]->kind >= Kind::Union &&
          node->args[1]->kind <= Kind::Difference) {
        return true;  // P(A \cup B)
      }
      return node->args.size() <= 4 && std::ranges::all_of(node->args, is_capital);
    default:
      return false;
  }
}

SolutionsReading read_solutions(const Node* statement, Context& context) {
  Reader reader(context);
  SolutionsReading reading;
  reading.solutions = reader.read(statement);
  reading.broken = reader.broken;
  reading.uncertain = reader.uncertain;
  return reading;
}

ChainReading chain_value(const Node* chain, Context& context) {
  if (chain->kind != Kind::Compare || !all_equalities(chain) || is_name(chain->args[0]) ||
      is_symbol_tuple(chain->args[0])) {
    return {};
  }
  const Node* value = nullptr;
  const ChainState state = check_links(chain, 0, value, context);
  const bool closed = free_symbols(chain).empty();
  if (state == ChainState::Sound && !free_symbols(value).empty() && ends_wilder(chain)) return {};  // 0 = 0 x
  return {state == ChainState::Sound ? value : nullptr, closed && state == ChainState::Broken,
          state == ChainState::Uncertain};
}

Decision compare_solutions(const Solutions& answer, const Solutions& gold, Context& context) {
  if (answer.names.size() == 1 && gold.names.size() == 1 && !same_names(answer.names, gold.names)) {
    if (const auto renamed = with_variables_of(answer, gold, context)) {
      return compare_rows(*renamed, gold, context);
    }
    const Node *a = answer.names[0], *g = gold.names[0];
    const bool one_is_y = a->kind == Kind::Symbol || g->kind == Kind::Symbol;
    if (is_function_name(a) && is_function_name(g) && one_is_y) return compare_rows(answer, gold, context);
    if (is_derivative_name(a) && is_derivative_name(g)) return compare_rows(answer, gold, context);
    if (same_function(a, g)) return different("a function's value at another place");
    if (a->kind == Kind::Symbol && g->kind == Kind::Symbol) return different("a value of another variable");
    return unknown("values of other names");
  }
  const auto columns = reordered(answer, gold.names);
  if (columns) return compare_rows(*columns, gold, context);
  return different("values of other variables");
}

Decision compare_solutions_with_value(const Solutions& solutions, const Node* value, bool value_is_gold,
                                      Context& context) {
  const auto compare = [&](const Node* node) {
    return value_is_gold ? compare_trees(node, value, context) : compare_trees(value, node, context);
  };
  Arena& arena = context.arena;
  if (solutions.names.size() == 1) {
    if (value->kind != Kind::Text && holds_name(value, solutions.names[0])) {
      return value_is_gold ? unknown("the gold holds the name that is given a value")
                           : different("the answer holds the name whose value is asked for");
    }
    std::vector<const Node*> values;
    for (const auto& row : solutions.rows) values.push_back(row[0]);
    return compare(values.size() == 1 ? values[0] : arena.node(Kind::Set, values));
  }
  const bool plain_list = value->kind == Kind::List || value->kind == Kind::Set;
  if (solutions.rows.size() == 1 && plain_list && are_numbered(solutions.names)) {
    return compare(arena.node(Kind::Set, solutions.rows[0]));
  }
  const std::optional<Solutions> columns = solutions.ordered ? solutions : sorted_by_name(solutions);
  if (!columns) return unknown("named values against values without names");
  std::vector<const Node*> rows;
  for (const auto& row : columns->rows) rows.push_back(arena.node(Kind::Tuple, row));
  if (rows.size() > 1) return compare(arena.node(Kind::Set, rows));
  if (!plain_list || !std::ranges::all_of(value->args, is_scalar)) return compare(rows[0]);
  const Decision in_order = value_is_gold ? compare_in_order(rows[0]->args, value->args, context)
                                          : compare_in_order(value->args, rows[0]->args, context);
  return is_equal(in_order) && value->kind == Kind::List
             ? in_order
             : unknown("named values against a list without names");
}

}  // namespace r1::math
