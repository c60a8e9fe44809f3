#include "tests/rewards/math/generator/print.h"

#include <fmt/format.h>

#include <initializer_list>
#include <string_view>
#include <utility>

#include "tests/rewards/math/generator/literals.h"

namespace r1::math::generator {
namespace {

struct Printed {
  std::string text;
  Binding binding = Binding::Atom;
};

class Printer {
 public:
  explicit Printer(Random* random) : random_(random) {}

  std::string plain(const Tree& tree) { return print(tree).text; }
  std::string answer(const Answer& answer);

 private:
  // The first is the plain spelling.
  const char* choose(std::initializer_list<const char*> spellings) {
    return !random_ || random_->one_in(2) ? *spellings.begin() : random_->pick(spellings);
  }
  bool sometimes() { return random_ && random_->one_in(3); }
  std::string space() { return choose({" ", "", "  ", "\\,", "\\ "}); }
  std::string minus() { return choose({"-", "-", "−"}); }

  std::string bracketed(const std::string& inside) {
    return sometimes() ? "\\left(" + inside + "\\right)" : "(" + inside + ")";
  }
  std::string at_least(const Tree& tree, Binding binding) {
    const Printed p = print(tree);
    return p.binding >= binding ? p.text : bracketed(p.text);
  }
  std::string number(int64_t n) { return (n < 0 ? minus() : "") + std::to_string(n < 0 ? -n : n); }

  Printed print(const Tree& tree);
  Printed print_fraction(const std::string& top, const std::string& bottom, bool slash_ok);
  Printed print_sum(const Tree& tree);
  Printed print_product(const Tree& tree);
  Printed print_power(const Tree& tree);
  Printed print_call(const Tree& tree);
  std::string print_region(const Answer& answer);
  std::string print_interval(const Piece& piece);
  std::string print_condition(const Piece& piece, bool turned);
  std::string print_list(const Answer& answer);
  std::string print_matrix(const Answer& answer);
  std::string print_quantity(const Answer& answer);
  std::string joined(const std::vector<Tree>& parts, const std::string& separator);

  Random* random_;
  bool bars_ = true;  // |x| may be written without \left
};

bool is_minus(std::string_view text) { return text.starts_with("-") || text.starts_with("−"); }

std::string without_minus(const std::string& text) {
  return text.substr(text.starts_with("-") ? 1 : std::string_view("−").size());
}

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Whether `b` may stand behind `a` without a sign and mean the product.
bool juxtaposed(const Tree& left, const std::string& a, const Tree& right, const std::string& b) {
  if (a.find("√") != std::string::npos) return false;
  if (digit(b[0]) || b.starts_with("\\frac") || b.starts_with("\\dfrac") || b.starts_with("\\tfrac"))
    return false;
  if (left->op == Op::Call || left->op == Op::Log || left->op == Op::Factorial || left->op == Op::Literal)
    return false;
  if (left->op == Op::Constant && right->op == Op::Constant) return false;  // "eeee" is a word
  if (right->op == Op::Literal || right->op == Op::Factorial) return false;
  if (left->op == Op::Quotient || (left->op == Op::Rational && left->denominator != 1))
    return a.ends_with("}");
  return true;
}

Printed Printer::print(const Tree& tree) {
  switch (tree->op) {
    case Op::Rational:
      if (tree->denominator == 1)
        return {number(tree->numerator), tree->numerator < 0 ? Binding::Sum : Binding::Atom};
      {
        Printed p = print_fraction(std::to_string(std::abs(tree->numerator)),
                                   std::to_string(tree->denominator), true);
        return tree->numerator < 0 ? Printed{minus() + p.text, Binding::Sum} : p;
      }
    case Op::Literal:
      return {tree->text, tree->binding};
    case Op::Variable:
      return {tree->text};
    case Op::Constant:
      if (tree->text == "pi") return {choose({"\\pi", "π"})};
      return {tree->text};
    case Op::Sum:
      return print_sum(tree);
    case Op::Product:
      return print_product(tree);
    case Op::Quotient: {
      const Printed top = print(tree->args[0]), bottom = print(tree->args[1]);
      const bool slash = top.binding >= Binding::Power && bottom.binding >= Binding::Power &&
                         tree->args[1]->op != Op::Call && tree->args[1]->op != Op::Log;
      return print_fraction(top.text, bottom.text, slash);
    }
    case Op::Power:
      return print_power(tree);
    case Op::Root: {
      const std::string inside = plain(tree->args[0]);
      if (tree->numerator != 2) return {fmt::format("\\sqrt[{}]{{{}}}", tree->numerator, inside)};
      if (sometimes() && is_integer(tree->args[0])) return {"√" + inside};
      if (sometimes() && inside.size() == 1) return {"\\sqrt " + inside};
      return {fmt::format("\\sqrt{{{}}}", inside)};
    }
    case Op::Negate: {
      const std::string inside = at_least(tree->args[0], Binding::Product);
      return {minus() + (is_minus(inside) ? bracketed(inside) : inside), Binding::Sum};
    }
    case Op::Call:
      return print_call(tree);
    case Op::Log:
      return {fmt::format("\\log_{}({})",
                          tree->numerator < 10 && sometimes() ? std::to_string(tree->numerator)
                                                              : fmt::format("{{{}}}", tree->numerator),
                          plain(tree->args[0])),
              Binding::Power};
    case Op::Factorial:
      return {plain(tree->args[0]) + "!", Binding::Power};
  }
  return {};
}

Printed Printer::print_fraction(const std::string& top, const std::string& bottom, bool slash_ok) {
  const std::string command = choose({"\\frac", "\\dfrac", "\\tfrac"});
  if (slash_ok && sometimes()) return {top + "/" + bottom, Binding::Product};
  if (top.size() == 1 && bottom.size() == 1 && sometimes() && digit(top[0]) && digit(bottom[0])) {
    return {command + top + bottom, Binding::Power};
  }
  return {fmt::format("{}{{{}}}{{{}}}", command, top, bottom), Binding::Power};
}

Printed Printer::print_sum(const Tree& tree) {
  std::string out;
  for (const Tree& arg : tree->args) {
    Printed p = print(arg);
    if (arg->op == Op::Sum && !out.empty()) p.text = bracketed(p.text);
    if (out.empty()) {
      out = p.text;
      continue;
    }
    const bool negative = is_minus(p.text);
    const std::string gap = space();
    out += gap + (negative ? minus() : "+") + gap + (negative ? without_minus(p.text) : p.text);
  }
  return {out, Binding::Sum};
}

Printed Printer::print_product(const Tree& tree) {
  std::string out;
  bool negative = false;
  for (size_t i = 0; i < tree->args.size(); ++i) {
    const Tree& arg = tree->args[i];
    Printed p = print(arg);
    const bool first = i == 0;
    const bool literal_minus = first && arg->op == Op::Rational && is_minus(p.text);
    const bool plain_slash = p.text.find('/') != std::string::npos && arg->op != Op::Call;
    if (!literal_minus && (p.binding < Binding::Power || arg->op == Op::Product || plain_slash))
      p.text = bracketed(p.text);
    if (literal_minus && plain_slash) p.text = bracketed(p.text);
    if (first) {
      negative = is_minus(p.text);
      out = p.text;
      continue;
    }
    const bool gap_needed = letter(out.back()) && letter(p.text[0]) && out.find('\\') != std::string::npos;
    if (juxtaposed(tree->args[i - 1], out, arg, p.text) && !sometimes()) {
      out += (gap_needed || sometimes() ? " " : "") + p.text;
    } else {
      out += fmt::format(" {} ", choose({"\\cdot", "\\times", "*"})) + p.text;
    }
  }
  return {out, negative ? Binding::Sum : Binding::Product};
}

Printed Printer::print_power(const Tree& tree) {
  const Tree &base = tree->args[0], &exponent = tree->args[1];
  if (base->op == Op::Call && base->text != "abs" && is_integer(exponent) && exponent->numerator > 1 &&
      !sometimes()) {
    const std::string inside = bracketed(plain(base->args[0]));
    return {fmt::format("\\{}^{{{}}}{}", base->text, exponent->numerator, inside), Binding::Power};
  }
  std::string left = at_least(base, Binding::Atom);
  if (base->op == Op::Root || (base->op == Op::Constant && base->text == "pi"))
    left = sometimes() ? left : "{" + left + "}";
  if (base->op == Op::Root && left[0] != '{') left = bracketed(left);
  const std::string right = plain(exponent);
  if (right == "2" && sometimes()) return {left + "²", Binding::Power};
  if (right.size() == 1 && sometimes()) return {left + "^" + right, Binding::Power};
  return {fmt::format("{}^{{{}}}", left, right), Binding::Power};
}

Printed Printer::print_call(const Tree& tree) {
  const std::string inside = plain(tree->args[0]);
  if (tree->text == "abs") {
    const bool bars = bars_ && inside.find('|') == std::string::npos;
    return {bars && !sometimes() ? "|" + inside + "|" : "\\left|" + inside + "\\right|", Binding::Atom};
  }
  const bool simple =
      tree->args[0]->op == Op::Variable || (is_integer(tree->args[0]) && tree->args[0]->numerator >= 0);
  // "\sin x \cdot y" could be read either way: without brackets of its own it gets some in a product.
  if (simple && sometimes()) return {fmt::format("\\{} {}", tree->text, inside), Binding::Product};
  if (simple && sometimes()) return {fmt::format("\\{}{{{}}}", tree->text, inside), Binding::Product};
  return {fmt::format("\\{}{}", tree->text, bracketed(inside)), Binding::Power};
}

std::string Printer::joined(const std::vector<Tree>& parts, const std::string& separator) {
  std::string out;
  for (const Tree& part : parts) out += (out.empty() ? "" : separator) + plain(part);
  return out;
}

std::string Printer::print_interval(const Piece& piece) {
  const std::string infinity = choose({"\\infty", "∞"});
  const std::string lower = piece.lower ? plain(piece.lower) : minus() + infinity;
  const std::string upper = piece.upper ? plain(piece.upper) : std::string(choose({"", "", "+"})) + infinity;
  const bool sized = sometimes();
  return fmt::format("{}{}{},{}{}{}{}", sized ? "\\left" : "", piece.open_lower ? "(" : "[", lower, space(),
                     upper, sized ? "\\right" : "", piece.open_upper ? ")" : "]");
}

std::string Printer::print_condition(const Piece& piece, bool turned) {
  const std::string below = choose({"\\le", "\\leq", "≤", "\\leqslant"}),
                    above = choose({"\\ge", "\\geq", "≥"});
  const std::string up = piece.open_upper ? "<" : below, low = piece.open_lower ? "<" : below;
  const std::string down = piece.open_upper ? ">" : above, high = piece.open_lower ? ">" : above;
  if (piece.lower && piece.upper) {
    const std::string a = plain(piece.lower), b = plain(piece.upper);
    return turned ? fmt::format("{} {} x {} {}", b, down, high, a)
                  : fmt::format("{} {} x {} {}", a, low, up, b);
  }
  if (piece.lower) {
    const std::string a = plain(piece.lower);
    return turned ? fmt::format("{} {} x", a, low) : fmt::format("x {} {}", high, a);
  }
  const std::string b = plain(piece.upper);
  return turned ? fmt::format("{} {} x", b, down) : fmt::format("x {} {}", up, b);
}

std::string Printer::print_region(const Answer& answer) {
  std::string intervals, conditions;
  for (const Piece& piece : answer.pieces) {
    intervals +=
        (intervals.empty() ? "" : std::string(choose({" \\cup ", "\\cup ", " ∪ "}))) + print_interval(piece);
    conditions += (conditions.empty() ? "" : std::string(choose({" \\text{ or } ", " \\lor "}))) +
                  print_condition(piece, answer.form == Form::Turned);
  }
  switch (answer.form) {
    case Form::Inequality:
    case Form::Turned:
      return conditions;
    case Form::Member:
      return "x \\in " + intervals;
    case Form::Builder:
      return fmt::format("\\{{x {} {}\\}}", choose({"\\mid", ":", "|"}), conditions);
    default:
      return intervals;
  }
}

std::string Printer::print_list(const Answer& answer) {
  if (answer.form == Form::PlusMinus) return "\\pm " + at_least(answer.parts[0], Binding::Product);
  if (answer.form == Form::Semicolon) return joined(answer.parts, ";" + space());
  if (answer.form != Form::And)
    return joined(answer.parts, choose({", ", ",\\ ", ",  "}));  // "1,234" is one number
  std::vector<Tree> front(answer.parts.begin(), answer.parts.end() - 1);
  return joined(front, ", ") + choose({" \\text{ and } ", " \\text{ or } "}) + plain(answer.parts.back());
}

std::string Printer::print_matrix(const Answer& answer) {
  const char* name = answer.form == Form::Brackets ? "bmatrix" : "pmatrix";
  std::string out = fmt::format("\\begin{{{}}}", name);
  for (size_t i = 0; i < answer.parts.size(); ++i) {
    if (i > 0) out += i % answer.columns == 0 ? " \\\\ " : " & ";
    out += plain(answer.parts[i]);
  }
  return out + fmt::format("\\end{{{}}}", name);
}

std::string Printer::print_quantity(const Answer& answer) {
  const Printed printed = print(answer.parts[0]);
  const Op op = answer.parts[0]->op;
  const bool holds = printed.binding >= Binding::Product || op == Op::Rational || op == Op::Literal;
  const bool slash =
      printed.text.find('/') != std::string::npos;  // 1/2 m: a half of a metre, or one a two metres?
  const std::string amount = holds && !slash ? printed.text : bracketed(printed.text);
  if (answer.unit == "degrees" && !sometimes()) return amount + choose({"^\\circ", "^{\\circ}", "°"});
  std::string unit = answer.unit, raised;
  if (const size_t at = unit.find('^'); at != std::string::npos) {
    raised = unit.substr(at);
    unit.resize(at);
  }
  const std::string command = choose({"\\text", "\\mathrm", "\\textrm"});
  return command == "\\text" ? fmt::format("{}\\text{{ {}}}{}", amount, unit, raised)
                             : fmt::format("{}\\ {}{{{}}}{}", amount, command, unit, raised);
}

std::string Printer::answer(const Answer& answer) {
  switch (answer.shape) {
    case Shape::Number:
      return (answer.form == Form::Named ? "x" + space() + "=" + space() : "") + plain(answer.parts[0]);
    case Shape::Function:
      return plain(answer.parts[0]);
    case Shape::Region:
      return print_region(answer);
    case Shape::Set: {
      const bool sized = sometimes();
      bars_ = false;  // "{1|-2|}" would be a condition
      return fmt::format("{}\\{{{}{}\\}}", sized ? "\\left" : "", joined(answer.parts, "," + space()),
                         sized ? "\\right" : "");
    }
    case Shape::Tuple:
      return bracketed(joined(answer.parts, "," + space()));
    case Shape::List:
      return print_list(answer);
    case Shape::Equation:
      return plain(answer.parts[0]) + space() + "=" + space() + plain(answer.parts[1]);
    case Shape::Matrix:
      return print_matrix(answer);
    case Shape::Quantity:
      return print_quantity(answer);
    case Shape::Ratio:
      return joined(answer.parts, choose({":", " : ", "\\colon "}));
    case Shape::BaseNumber:
      return fmt::format(fmt::runtime(choose({"{}_{{{}}}", "{}_{{{}}}", "({})_{{{}}}", "{}_{}"})),
                         in_base(answer.parts[0]->numerator, answer.base), answer.base);
  }
  return {};
}

}  // namespace

std::string text(const Tree& tree, Random* spelling) { return Printer(spelling).plain(tree); }

std::string text(const Answer& answer, Random* spelling) {
  const std::string inside = Printer(spelling).answer(answer);
  return spelling && spelling->one_in(6) ? "$" + inside + "$" : inside;
}

}  // namespace r1::math::generator
