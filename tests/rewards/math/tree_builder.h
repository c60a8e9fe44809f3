// Trees from short plain formulas, for tests: "sqrt(2)+3^x", "root(x,3)", "sum(1/k,k,1,n)". Not the parser under test.
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "rewards/math/tree/expression.h"

namespace r1::math {

// + - * / ^ ! %, calls by function_name and a few more (sqrt, cbrt, C, P, deg), pi, e, i, inf, undef, 0.1(6) as 0.1r6.
class TreeBuilder {
 public:
  TreeBuilder(Arena& arena, std::string_view text) : arena_(arena), text_(text) {}

  const Node* build() {
    const Node* node = sum();
    if (at_ != text_.size()) ADD_FAILURE() << "unread: " << text_.substr(at_) << " in " << text_;
    return node;
  }

 private:
  char peek() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  const Node* sum() {
    std::vector<const Node*> terms{product()};
    while (peek() == '+' || peek() == '-') {
      const bool minus = text_[at_++] == '-';
      const Node* term = product();
      terms.push_back(minus ? arena_.node(Kind::Neg, {term}) : term);
    }
    return terms.size() == 1 ? terms[0] : arena_.node(Kind::Add, std::span<const Node* const>(terms));
  }

  const Node* product() {
    const Node* left = signed_power();
    while (peek() == '*' || peek() == '/') {
      const bool divides = text_[at_++] == '/';
      const Node* right = signed_power();
      left = arena_.node(divides ? Kind::Div : Kind::Mul, {left, right});
    }
    return left;
  }

  const Node* signed_power() {
    if (take('-')) return arena_.node(Kind::Neg, {signed_power()});
    const Node* base = postfix();
    return take('^') ? arena_.node(Kind::Pow, {base, signed_power()}) : base;
  }

  const Node* postfix() {
    const Node* node = primary();
    while (true) {
      if (take('!')) {
        node = arena_.call(Function::Factorial, {node});
      } else if (take('%')) {
        node = arena_.node(Kind::Percent, {node});
      } else {
        return node;
      }
    }
  }

  const Node* primary() {
    if (take('(')) {
      const Node* node = sum();
      EXPECT_TRUE(take(')')) << text_;
      return node;
    }
    if (std::isdigit(static_cast<unsigned char>(peek()))) return number();
    std::string name;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_'))
      name += text_[at_++];
    if (name.empty()) {
      ADD_FAILURE() << "no primary at " << at_ << " of " << text_;
      at_ = text_.size();
      return arena_.integer(0);
    }
    return peek() == '(' ? call(name) : named(name);
  }

  const Node* number() {
    std::string digits;
    Decimal decimal;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (std::isdigit(static_cast<unsigned char>(c))) {
        digits += c;
        decimal.exponent -= decimal.pointed;
        decimal.repeat += repeating_;
      } else if (c == '.') {
        decimal.pointed = true;
      } else if (c == 'r') {
        repeating_ = true;
      } else {
        break;
      }
      ++at_;
    }
    repeating_ = false;
    decimal.digits = digits;
    return arena_.add({.kind = Kind::Number, .number = &decimal});
  }

  const Node* named(const std::string& name) {
    if (name == "pi") return arena_.constant(Constant::Pi);
    if (name == "e") return arena_.constant(Constant::E);
    if (name == "i") return arena_.constant(Constant::I);
    if (name == "inf") return arena_.constant(Constant::Infinity);
    if (name == "undef") return arena_.constant(Constant::Undefined);
    return arena_.symbol(name);
  }

  const Node* call(const std::string& name) {
    take('(');
    std::vector<const Node*> args;
    if (peek() != ')') {
      do args.push_back(statement());
      while (take(','));
    }
    EXPECT_TRUE(take(')')) << text_;
    if (name == "sqrt") return arena_.call(Function::Root, {args.at(0), arena_.integer(2)});
    if (name == "cbrt") return arena_.call(Function::Root, {args.at(0), arena_.integer(3)});
    if (name == "deg") return arena_.node(Kind::Quantity, {args.at(0), arena_.text(Kind::Unit, "degree")});
    Node node{.kind = Kind::Call, .args = args};
    node.function = function_of(name);
    if (node.function == Function::Named) node.text = name;
    return arena_.add(node);
  }

  // Only what conditions of piecewise need.
  const Node* statement() {
    std::vector<const Node*> args{sum()};
    std::vector<Relation> relations;
    while (peek() == '<' || peek() == '>' || peek() == '=') {
      const char c = text_[at_++];
      const bool equal = c != '=' && take('=');
      relations.push_back(c == '<'   ? (equal ? Relation::LessEqual : Relation::Less)
                          : c == '>' ? (equal ? Relation::GreaterEqual : Relation::Greater)
                                     : Relation::Equal);
      args.push_back(sum());
    }
    if (relations.empty()) return args[0];
    return arena_.add({.kind = Kind::Compare, .args = args, .relations = relations});
  }

  static Function function_of(const std::string& name) {
    if (name == "C") return Function::Binomial;
    if (name == "P") return Function::Permutations;
    if (name == "lg") return Function::LogUnstated;
    for (int f = 0; f < static_cast<int>(Function::Named); ++f) {
      if (name == function_name(static_cast<Function>(f))) return static_cast<Function>(f);
    }
    return Function::Named;
  }

  Arena& arena_;
  std::string_view text_;
  size_t at_ = 0;
  bool repeating_ = false;
};

inline const Node* build(Arena& arena, std::string_view text) { return TreeBuilder(arena, text).build(); }

}  // namespace r1::math
