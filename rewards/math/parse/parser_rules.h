// The grammar behind parser.h: a Pratt parser over tokens, its rules in parser_*.cpp by subject.
//
// Precedence, loosest first: or | and , ; rows | relations | : | union, intersection, set minus | + - | * / and juxtaposition |
// sign | ! % degree | powers. Choices where writers differ:
//   1/2x is (1/2)x, but a/bc, x/2y, 1/(x)(y) and sin x/2 have no reading.
//   2^10 is 2^{10} in plain text; in LaTeX, where it prints as 2^1 0, it has none (a repair reads 2^{10}).
//   2\frac34 is a mixed number, x\frac34 a product, 3\frac52 has no reading.
//   e and i are the constants, unless a sum or product binds them. f(x), g(x) are functions, k(x+1) a product.
//   In brackets a comma separates: (1,234) is a pair. Outside 1,234 is one number, and 1, 234 two.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rewards/math/parse/lexer.h"
#include "rewards/math/parse/parser.h"
#include "rewards/math/vocabulary/units.h"

namespace r1::math {

class Parser {
 public:
  Parser(Arena& arena, std::string_view source, std::vector<Token> tokens, bool latex,
         const MathPolicy& policy)
      : arena_(arena), source_(source), tokens_(std::move(tokens)), latex_(latex), policy_(policy) {
    mark_brackets();
  }

  // All tokens as one answer. Throws NoReading.
  const Node* whole();
  bool repaired() const { return repaired_; }

 private:
  // Counts the rules entered and not left: each one that can enter itself holds one.
  class Deeper {
   public:
    explicit Deeper(Parser& parser) : parser_(parser) {
      if (++parser_.depth_ > 200) throw NoReading{"nested over 200 deep"};
    }
    ~Deeper() { --parser_.depth_; }

   private:
    Parser& parser_;
  };

  using Nodes = std::vector<const Node*>;

  // What encloses the tokens being read: what a comma, a bar or a bracket means depends on it.
  struct Scope {
    bool bracketed = false;      // a comma separates
    bool bar_closes = false;     // | ends an absolute value
    bool bar_separates = false;  // | or : ends the element of a set-builder
    bool angle_closes = false;   // > ends a vector
    bool square_closes = false;  // [ may end a French interval
    bool spaced_commas =
        false;               // the commas of this bracket are followed by spaces, so "1,000" is a number here
    bool integrand = false;  // d ends it
    bool rows = false;       // & and \\ belong to the environment
  };

  // --- cursor (parser.cpp)
  const Token& peek(size_t ahead = 0) const;
  bool is(TokenKind kind, size_t ahead = 0) const { return peek(ahead).kind == kind; }
  bool is_open(Bracket bracket, size_t ahead = 0) const;
  bool is_close(Bracket bracket, size_t ahead = 0) const;
  bool is_letter(std::string_view name, size_t ahead = 0) const;
  Token take();
  bool accept(TokenKind kind);
  bool accept_close(Bracket bracket);
  void expect_close(Bracket bracket);
  [[noreturn]] void fail(std::string_view problem) const;
  void repair(std::string_view problem);  // goes on when the policy allows it
  const Node* make(Node node);
  const Node* make(Kind kind, std::initializer_list<const Node*> args);
  const Node* make(Kind kind, const Nodes& args);
  const Node* call(Function function, std::initializer_list<const Node*> args);
  const Node* product(Nodes factors);

  // --- lists, systems and statements (parser_statements.cpp)
  enum class Separator : uint8_t { Comma, Semicolon, And, Or, Row };
  struct Sequence {
    Nodes items;
    std::vector<Separator> separators;
    bool logic = false;  // joined by signs of logic
  };
  Sequence sequence();
  std::optional<Separator> separator();
  const Node* combine(const Sequence& sequence);
  const Node* join(const Nodes& items, Separator separator);
  const Node* share_left_side(const Nodes& items, Kind joined);
  const Node* statement();
  const Node* negation();
  const Node* mapping();
  const Node* implication(const Node* left);
  const Node* parity(const Node* value);
  const Node* residues(const Node* left, const Node* first);
  const Node* congruence(const Node* left, const Node* right);
  const Node* modulus();

  // --- operators (parser_operators.cpp)
  const Node* relation();
  const Node* ratio();
  const Node* set_operation();
  const Node* sum();
  const Node* signed_term();
  const Node* term();
  const Node* juxtaposed(const Node* last, bool after_slash);
  bool attach_unit(Nodes& factors);
  const Node* measured(const Node* value);
  bool begins_factor() const;
  bool mixes_with(const Node* last, const Token& next) const;
  const Node* factor();
  const Node* signed_factor();
  const Node* postfix(const Node* base);
  const Node* power(const Node* base);
  const Node* exponent();
  const Node* superscript(const Node* base, std::string_view text);
  const Node* script_value(std::string_view text);
  const Node* group();     // {...}
  const Node* argument();  // {...} or one token, as a command takes it

  // --- numbers (parser_numbers.cpp)
  const Node* number();
  bool begins_number() const;
  const Node* decimal();
  bool decimal_comma() const;
  size_t pointed_groups() const;
  void thousands(std::string& digits);
  void grouped_decimals(std::string& digits, int64_t& exponent);
  void repetition(std::string& digits, int64_t& exponent, uint32_t& repeat);
  void dotted(std::string& digits, int64_t& exponent, uint32_t& repeat);
  bool dotted_digit_ahead() const;
  uint32_t repeated_block(std::string& digits, int64_t& exponent);
  bool scientific_exponent(std::string_view digits, int64_t& exponent);
  const Node* mixed(const Node* whole_part, const Token& first);
  const Node* based(std::string& digits, int64_t exponent, bool pointed);
  bool letters_are_digits(size_t ahead) const;
  const Node* base_suffix();
  int base_in_words();
  void refuse_base_prefix() const;
  bool is_digit_fraction(size_t ahead) const;
  const Node* script_fraction();
  const Node* vulgar(uint8_t value);
  const Node* literal(std::string_view digits, int64_t exponent = 0, uint32_t repeat = 0,
                      bool pointed = false, bool scientific = false);

  // --- primaries (parser_primary.cpp, parser_counts.cpp)
  const Node* primary();
  const Node* named_set();
  const Node* letter();
  const Node* symbol(std::string name);
  std::string subscript_name();
  const Node* applied(const std::string& name);
  const Node* fraction();
  const Node* root();
  const Node* accent();
  const Node* figure();
  const Node* hex_number();
  const Node* absolute();
  const Node* overline();
  const Node* combination();
  const Node* scripted_count();
  bool script_number(size_t& ahead, std::string& digits) const;
  const Node* choice_count();

  // --- functions and big operators (parser_functions.cpp)
  const Node* function();
  const Node* function_argument();
  const Node* log_base();
  const Node* apply_function(Function function, const Node* base, bool decimal_log);
  Nodes set_items();
  Nodes arguments();
  const Node* big_operator();
  const Node* integral();
  const Node* limit();
  const Node* limit_point(std::string& name, std::string& side);
  const Node* derivative();
  const Node* bound(std::string& name);

  // --- brackets, sets, matrices (parser_collections.cpp)
  const Node* bracketed();
  void mark_brackets();
  const Node* bracket_of(const Token& open);
  const Node* interval_or_tuple(const Token& open);
  const Node* closed(const Sequence& inside, const Token& open, const Token& close);
  static bool is_vector_cell(const Node* node);
  const Node* grouped(const Node* node);
  const Node* interval(const Sequence& inside, bool open_lower, bool open_upper);
  const Node* nested_rows(const Nodes& rows);
  const Node* braces(Bracket kind);
  const Node* set_builder(const Node* element, Bracket kind);
  const Node* angle();
  const Node* environment();
  const Node* matrix(std::string_view name);
  void end_block(std::string_view name);
  const Node* aligned();
  void drop_alignment();
  const Node* cases_in_brace();
  const Node* cases();
  const Node* case_condition();
  Nodes row_cells();

  // --- quantities (parser_quantities.cpp, parser_units.cpp)
  const Node* degrees(const Node* value);
  bool is_minute_mark(size_t ahead) const;
  bool is_second_mark(size_t ahead) const;
  void take_mark();
  const Node* arc_minutes(const Node* value);
  const Node* currency();
  const Node* rate();
  const Node* scale_word(const Node* value);
  bool unit_may_follow() const;
  const Node* with_unit(const Node* value);
  size_t percent_words() const;
  const Node* base_words(const Node* value);
  const Node* letter_units(const Node* value);
  const Node* fraction_unit(const Node* value);
  const Node* unit_phrase();
  const Node* unit_part();
  const Node* unit_node(const std::vector<UnitPower>& units, int power_of_generic);
  int power_of_generic(std::string_view words) const;
  std::optional<int> unit_power();
  const Node* compound(const Node* quantity);
  const Node* joined_compound(const Node* quantity);
  const Node* counted_noun();
  const Node* bracketed_noun(const Node* value);
  bool skip_source(size_t end);
  const Node* text_operand();

  Arena& arena_;
  std::string_view source_;
  std::vector<Token> tokens_;
  bool latex_;
  const MathPolicy& policy_;
  size_t at_ = 0;
  int depth_ = 0;
  bool logic_ = false;  // a sign of logic separated the items of the sequence being read
  Scope scope_;
  std::vector<std::string> bound_;  // names that sums bind: e and i among them are variables
  std::string integrand_variable_;  // of a "dx" found inside of the integrand: \frac{dx}{x}
  bool repaired_ = false;
};

}  // namespace r1::math
