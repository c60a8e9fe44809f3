// The parsed template. Private to datasets/.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "datasets/jinja_value.h"

namespace r1::jinja {

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Expr {
  enum class Kind {
    Constant,   // value
    Name,       // text
    List,       // children
    Dict,       // children: key, value, key, value, ...
    Attribute,  // children[0] . text
    Subscript,  // children[0] [ children[1] ]
    Slice,      // children[0] [ children[1] : children[2] : children[3] ], each of 1..3 may be null
    Call,       // children[0] ( children[1..], kwargs )
    Filter,     // children[0] | text ( children[1..], kwargs )
    Test,       // children[0] is text ( children[1..] )
    Unary,      // text: "-", "+", "not"
    Binary,     // text: "+", "and", ...
    Compare,    // children[0] texts[0] children[1] texts[1] children[2] ...
    Condition,  // children[0] if children[1] else children[2] (may be null)
  };
  Kind kind;
  int line = 0;
  int depth = 1;  // of this tree; bounded, because trees are walked and destroyed recursively
  std::string text;
  Value value;
  std::vector<ExprPtr> children;
  std::vector<std::pair<std::string, ExprPtr>> kwargs;
  std::vector<std::string> texts;
};

struct Stmt;
using StmtPtr = std::unique_ptr<Stmt>;
using Block = std::vector<StmtPtr>;

struct Stmt {
  enum class Kind {
    Text,      // text
    Output,    // expr
    If,        // expr, body, otherwise
    For,       // names in expr, with an optional condition; body, otherwise
    Set,       // names = expr, or text.names[0] = expr (a namespace's field)
    SetBlock,  // names[0] = what body renders
    Macro,     // text (names with kwargs-like defaults); body
    Group,     // body: {% generation %}
    Break,
    Continue,
  };
  Kind kind;
  int line = 0;
  std::string text;
  ExprPtr expr, condition;
  std::vector<std::string> names;
  std::vector<ExprPtr> defaults;  // of a macro's parameters, null where there is none
  Block body, otherwise;
};

}  // namespace r1::jinja
