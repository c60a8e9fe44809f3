#include "datasets/jinja_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "base/errors.h"
#include "datasets/jinja_lexer.h"

namespace r1::jinja {

namespace {

using Kind = Token::Kind;

constexpr int kMaxNesting = 100;    // of brackets and blocks
constexpr int kMaxTreeDepth = 400;  // of one expression: a + b + c + ... is a deep tree

class Parser {
 public:
  explicit Parser(std::string_view source) : tokens_(tokenize(source)) {}

  Block parse_template() {
    Block block = parse_block({});
    if (peek().kind != Kind::End) fail("an unexpected end of the template");
    return block;
  }

 private:
  // Counts recursion, which a template must not drive to the end of the stack.
  struct Nested {
    explicit Nested(Parser& parser) : depth(parser.nesting_) {
      if (++depth > kMaxNesting) parser.fail(fmt::format("more than {} nested levels", kMaxNesting));
    }
    ~Nested() { --depth; }
    int& depth;
  };

  [[noreturn]] void fail(const std::string& what) const {
    throw CheckpointError(fmt::format("chat template line {}: {}", peek().line, what));
  }

  const Token& peek(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  Token next() { return tokens_[at_ < tokens_.size() - 1 ? at_++ : at_]; }
  bool at_operator(std::string_view text) const {
    return peek().kind == Kind::Operator && peek().text == text;
  }
  bool at_name(std::string_view text) const { return peek().kind == Kind::Name && peek().text == text; }
  bool skip_operator(std::string_view text) {
    bool found = at_operator(text);
    if (found) ++at_;
    return found;
  }
  bool skip_name(std::string_view text) {
    bool found = at_name(text);
    if (found) ++at_;
    return found;
  }
  void expect_operator(std::string_view text) {
    if (!skip_operator(text)) fail(fmt::format("expected '{}' but found '{}'", text, peek().text));
  }
  std::string expect_name() {
    if (peek().kind != Kind::Name) fail(fmt::format("expected a name but found '{}'", peek().text));
    return next().text;
  }
  void expect_block_end() {
    if (peek().kind != Kind::BlockEnd) fail(fmt::format("expected '%}}' but found '{}'", peek().text));
    ++at_;
  }

  // --- expressions -------------------------------------------------------------------------------------------------

  ExprPtr make(Expr::Kind kind, std::string text = "") {
    auto expr = std::make_unique<Expr>();
    expr->kind = kind;
    expr->line = peek().line;
    expr->text = std::move(text);
    return expr;
  }

  void add_child(Expr& expr, ExprPtr child) {
    if (child) expr.depth = std::max(expr.depth, child->depth + 1);
    if (expr.depth > kMaxTreeDepth) fail("an expression with too many parts");
    expr.children.push_back(std::move(child));
  }

  template <typename... Children>
  ExprPtr make_with(Expr::Kind kind, std::string text, Children... children) {
    auto expr = make(kind, std::move(text));
    (add_child(*expr, std::move(children)), ...);
    return expr;
  }

  ExprPtr parse_expression() {
    Nested nested(*this);
    ExprPtr expr = parse_or();
    while (skip_name("if")) {
      ExprPtr condition = parse_or();
      ExprPtr otherwise = skip_name("else") ? parse_expression() : nullptr;
      expr =
          make_with(Expr::Kind::Condition, "", std::move(expr), std::move(condition), std::move(otherwise));
    }
    return expr;
  }

  // `a, b` without brackets is a tuple; we have lists only.
  ExprPtr parse_tuple() {
    ExprPtr first = parse_expression();
    if (!at_operator(",")) return first;
    auto list = make_with(Expr::Kind::List, "", std::move(first));
    while (skip_operator(",") && peek().kind != Kind::BlockEnd && !at_operator(")"))
      add_child(*list, parse_expression());
    return list;
  }

  ExprPtr parse_or() {
    ExprPtr left = parse_and();
    while (skip_name("or")) left = make_with(Expr::Kind::Binary, "or", std::move(left), parse_and());
    return left;
  }

  ExprPtr parse_and() {
    ExprPtr left = parse_not();
    while (skip_name("and")) left = make_with(Expr::Kind::Binary, "and", std::move(left), parse_not());
    return left;
  }

  ExprPtr parse_not() {
    Nested nested(*this);
    if (skip_name("not")) return make_with(Expr::Kind::Unary, "not", parse_not());
    return parse_compare();
  }

  ExprPtr parse_compare() {
    ExprPtr left = parse_binary(0);
    if (!at_comparison()) return left;
    auto compare = make_with(Expr::Kind::Compare, "", std::move(left));
    while (at_comparison()) {
      std::string text = next().text;
      if (text == "not") {
        text = "not in";
        ++at_;
      }
      compare->texts.push_back(text);
      add_child(*compare, parse_binary(0));
    }
    return compare;
  }

  bool at_comparison() const {
    for (auto text : {"==", "!=", "<", "<=", ">", ">="}) {
      if (at_operator(text)) return true;
    }
    return at_name("in") || (at_name("not") && peek(1).kind == Kind::Name && peek(1).text == "in");
  }

  // jinja2's levels from loose to tight: + -, then ~, then * / // %, then **.
  ExprPtr parse_binary(int level) {
    static const std::vector<std::vector<std::string_view>> kLevels = {
        {"+", "-"}, {"~"}, {"*", "/", "//", "%"}, {"**"}};
    if (level == static_cast<int>(kLevels.size())) return parse_unary(true);
    ExprPtr left = parse_binary(level + 1);
    while (true) {
      auto found = std::find_if(kLevels[level].begin(), kLevels[level].end(),
                                [&](auto text) { return at_operator(text); });
      if (found == kLevels[level].end()) return left;
      ++at_;
      left = make_with(Expr::Kind::Binary, std::string(*found), std::move(left), parse_binary(level + 1));
    }
  }

  ExprPtr parse_unary(bool with_filters) {
    Nested nested(*this);
    ExprPtr expr;
    if (at_operator("-") || at_operator("+")) {
      std::string sign = next().text;
      expr = make_with(Expr::Kind::Unary, sign, parse_unary(false));
    } else {
      expr = parse_primary();
    }
    expr = parse_postfix(std::move(expr));
    return with_filters ? parse_filters(std::move(expr)) : std::move(expr);
  }

  ExprPtr parse_primary() {
    const Token& token = peek();
    switch (token.kind) {
      case Kind::Name:
        return parse_name();
      case Kind::String:
        return parse_string();
      case Kind::Integer:
        return constant(static_cast<int64_t>(std::stoll(next().text)));
      case Kind::Float:
        return constant(std::stod(next().text));
      default:
        break;
    }
    if (skip_operator("(")) return parse_parenthesis();
    if (skip_operator("[")) return parse_list();
    if (skip_operator("{")) return parse_dict();
    fail(fmt::format("expected an expression but found '{}'", token.text));
  }

  ExprPtr constant(Value value) {
    auto expr = make(Expr::Kind::Constant);
    expr->value = std::move(value);
    return expr;
  }

  ExprPtr parse_name() {
    std::string name = next().text;
    if (name == "true" || name == "True") return constant(true);
    if (name == "false" || name == "False") return constant(false);
    if (name == "none" || name == "None") return constant(Value());
    return make(Expr::Kind::Name, name);
  }

  ExprPtr parse_string() {
    std::string text;
    while (peek().kind == Kind::String) text += next().text;  // adjacent literals are one
    return constant(text);
  }

  ExprPtr parse_parenthesis() {
    if (skip_operator(")")) return make(Expr::Kind::List);
    ExprPtr inner = parse_tuple();
    expect_operator(")");
    return inner;
  }

  ExprPtr parse_list() {
    auto list = make(Expr::Kind::List);
    while (!at_operator("]")) {
      add_child(*list, parse_expression());
      if (!skip_operator(",")) break;
    }
    expect_operator("]");
    return list;
  }

  ExprPtr parse_dict() {
    auto dict = make(Expr::Kind::Dict);
    while (!at_operator("}")) {
      add_child(*dict, parse_expression());
      expect_operator(":");
      add_child(*dict, parse_expression());
      if (!skip_operator(",")) break;
    }
    expect_operator("}");
    return dict;
  }

  ExprPtr parse_postfix(ExprPtr expr) {
    while (true) {
      if (skip_operator(".")) {
        expr = parse_attribute(std::move(expr));
      } else if (skip_operator("[")) {
        expr = parse_subscript(std::move(expr));
      } else if (at_operator("(")) {
        expr = parse_call(std::move(expr));
      } else {
        return expr;
      }
    }
  }

  ExprPtr parse_attribute(ExprPtr object) {
    if (peek().kind == Kind::Integer) {
      ExprPtr index = constant(static_cast<int64_t>(std::stoll(next().text)));
      return make_with(Expr::Kind::Subscript, "", std::move(object), std::move(index));
    }
    return make_with(Expr::Kind::Attribute, expect_name(), std::move(object));
  }

  ExprPtr parse_subscript(ExprPtr object) {
    ExprPtr parts[3];
    int colons = 0;
    while (!at_operator("]")) {
      if (skip_operator(":")) {
        if (++colons > 2) fail("a slice with more than two colons");
      } else if (parts[colons]) {
        fail(fmt::format("expected ']' but found '{}'", peek().text));
      } else {
        parts[colons] = parse_expression();
      }
    }
    ++at_;
    if (colons > 0) {
      return make_with(Expr::Kind::Slice, "", std::move(object), std::move(parts[0]), std::move(parts[1]),
                       std::move(parts[2]));
    }
    if (!parts[0]) fail("an empty subscript");
    return make_with(Expr::Kind::Subscript, "", std::move(object), std::move(parts[0]));
  }

  // ( a, b, name=c ) after a call, a filter or a test.
  void parse_arguments(Expr& expr) {
    expect_operator("(");
    while (!at_operator(")")) {
      if (at_operator("*") || at_operator("**")) fail("* and ** in arguments are not supported");
      bool named = peek().kind == Kind::Name && peek(1).kind == Kind::Operator && peek(1).text == "=";
      if (named) {
        std::string name = next().text;
        ++at_;
        expr.kwargs.emplace_back(name, parse_expression());
      } else {
        add_child(expr, parse_expression());
      }
      if (!skip_operator(",")) break;
    }
    expect_operator(")");
  }

  ExprPtr parse_call(ExprPtr callee) {
    auto call = make_with(Expr::Kind::Call, "", std::move(callee));
    parse_arguments(*call);
    return call;
  }

  ExprPtr parse_filters(ExprPtr expr) {
    while (true) {
      if (skip_operator("|")) {
        expr = make_with(Expr::Kind::Filter, expect_name(), std::move(expr));
        if (at_operator("(")) parse_arguments(*expr);
      } else if (skip_name("is")) {
        expr = parse_test(std::move(expr));
      } else if (at_operator("(")) {
        expr = parse_call(std::move(expr));
      } else {
        return expr;
      }
    }
  }

  ExprPtr parse_test(ExprPtr operand) {
    bool negated = skip_name("not");
    auto test = make_with(Expr::Kind::Test, expect_name(), std::move(operand));
    if (at_operator("(")) {
      parse_arguments(*test);
    } else if (starts_test_argument()) {
      add_child(*test, parse_postfix(parse_primary()));
    }
    return negated ? make_with(Expr::Kind::Unary, "not", std::move(test)) : std::move(test);
  }

  bool starts_test_argument() const {
    if (peek().kind == Kind::Name)
      return !at_name("else") && !at_name("or") && !at_name("and") && !at_name("is") && !at_name("if");
    return peek().kind == Kind::String || peek().kind == Kind::Integer || peek().kind == Kind::Float ||
           at_operator("[") || at_operator("{");
  }

  // --- statements --------------------------------------------------------------------------------------------------

  StmtPtr make_stmt(Stmt::Kind kind) {
    auto stmt = std::make_unique<Stmt>();
    stmt->kind = kind;
    stmt->line = peek().line;
    return stmt;
  }

  // Parses until a tag whose name is in `ends` (left unread), or to the end of the template when there are none.
  Block parse_block(std::initializer_list<std::string_view> ends) {
    Nested nested(*this);
    Block block;
    while (peek().kind != Kind::End) {
      if (peek().kind == Kind::Text) {
        block.push_back(make_stmt(Stmt::Kind::Text));
        block.back()->text = next().text;
      } else if (peek().kind == Kind::VariableBegin) {
        block.push_back(parse_output());
      } else {
        const Token& name = peek(1);
        if (std::find(ends.begin(), ends.end(), name.text) != ends.end()) return block;
        ++at_;
        block.push_back(parse_statement());
      }
    }
    if (ends.size() > 0) fail(fmt::format("the template ends before {{% {} %}}", *(ends.end() - 1)));
    return block;
  }

  void end_tag(std::string_view name) {
    ++at_;  // {%
    if (!skip_name(name)) fail(fmt::format("expected '{}' but found '{}'", name, peek().text));
    expect_block_end();
  }

  StmtPtr parse_output() {
    ++at_;
    auto stmt = make_stmt(Stmt::Kind::Output);
    stmt->expr = parse_tuple();
    if (peek().kind != Kind::VariableEnd) fail(fmt::format("expected '}}}}' but found '{}'", peek().text));
    ++at_;
    return stmt;
  }

  StmtPtr parse_statement() {
    std::string name = expect_name();
    if (name == "if") return parse_if();
    if (name == "for") return parse_for();
    if (name == "set") return parse_set();
    if (name == "macro") return parse_macro();
    if (name == "generation") return parse_generation();
    if (name == "break" || name == "continue") {
      auto stmt = make_stmt(name == "break" ? Stmt::Kind::Break : Stmt::Kind::Continue);
      if (loops_ == 0) fail(fmt::format("{{% {} %}} outside a loop", name));
      expect_block_end();
      return stmt;
    }
    fail(fmt::format("the tag {{% {} %}} is not supported here", name));
  }

  StmtPtr parse_if() {
    auto stmt = make_stmt(Stmt::Kind::If);
    stmt->expr = parse_tuple();
    expect_block_end();
    stmt->body = parse_block({"elif", "else", "endif"});
    ++at_;
    if (skip_name("elif")) {
      Nested nested(*this);
      stmt->otherwise.push_back(parse_if());
      return stmt;
    }
    if (skip_name("else")) {
      expect_block_end();
      stmt->otherwise = parse_block({"endif"});
      ++at_;
    }
    if (!skip_name("endif")) fail("expected 'endif'");
    expect_block_end();
    return stmt;
  }

  std::vector<std::string> parse_targets() {
    std::vector<std::string> names;
    bool bracket = skip_operator("(");
    do {
      if (at_name("in") || at_operator(")")) break;
      names.push_back(expect_name());
    } while (skip_operator(","));
    if (bracket) expect_operator(")");
    if (names.empty()) fail(fmt::format("expected a name but found '{}'", peek().text));
    return names;
  }

  StmtPtr parse_for() {
    auto stmt = make_stmt(Stmt::Kind::For);
    stmt->names = parse_targets();
    if (!skip_name("in")) fail(fmt::format("expected 'in' but found '{}'", peek().text));
    stmt->expr = parse_iterable();
    if (skip_name("if")) stmt->condition = parse_expression();
    if (at_name("recursive")) fail("recursive loops are not supported");
    expect_block_end();
    ++loops_;
    stmt->body = parse_block({"else", "endfor"});
    --loops_;
    ++at_;
    if (skip_name("else")) {
      expect_block_end();
      stmt->otherwise = parse_block({"endfor"});
      ++at_;
    }
    if (!skip_name("endfor")) fail("expected 'endfor'");
    expect_block_end();
    return stmt;
  }

  // What a loop runs over: no `x if y` here, the `if` belongs to the loop.
  ExprPtr parse_iterable() {
    ExprPtr first = parse_or();
    if (!at_operator(",")) return first;
    auto list = make_with(Expr::Kind::List, "", std::move(first));
    while (skip_operator(",")) add_child(*list, parse_or());
    return list;
  }

  StmtPtr parse_set() {
    auto stmt = make_stmt(Stmt::Kind::Set);
    stmt->names = parse_targets();
    if (skip_operator(".")) {
      stmt->text = stmt->names.at(0);
      stmt->names = {expect_name()};
    }
    if (skip_operator("=")) {
      stmt->expr = parse_tuple();
      expect_block_end();
      return stmt;
    }
    stmt->kind = Stmt::Kind::SetBlock;
    if (stmt->names.size() != 1 || !stmt->text.empty()) fail("a {% set %} block sets one plain name");
    expect_block_end();
    stmt->body = parse_block({"endset"});
    end_tag("endset");
    return stmt;
  }

  StmtPtr parse_macro() {
    auto stmt = make_stmt(Stmt::Kind::Macro);
    stmt->text = expect_name();
    expect_operator("(");
    while (!at_operator(")")) {
      stmt->names.push_back(expect_name());
      stmt->defaults.push_back(skip_operator("=") ? parse_expression() : nullptr);
      if (!skip_operator(",")) break;
    }
    expect_operator(")");
    expect_block_end();
    int outer_loops = std::exchange(loops_, 0);
    stmt->body = parse_block({"endmacro"});
    loops_ = outer_loops;
    end_tag("endmacro");
    return stmt;
  }

  StmtPtr parse_generation() {
    auto stmt = make_stmt(Stmt::Kind::Group);
    expect_block_end();
    stmt->body = parse_block({"endgeneration"});
    end_tag("endgeneration");
    return stmt;
  }

  std::vector<Token> tokens_;
  size_t at_ = 0;
  int nesting_ = 0;
  int loops_ = 0;
};

}  // namespace

Block parse(std::string_view source) { return Parser(source).parse_template(); }

}  // namespace r1::jinja
