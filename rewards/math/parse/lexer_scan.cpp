#include "rewards/math/parse/lexer_scan.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>

namespace r1::math::scan {
namespace {

constexpr std::string_view kTextCommands[] = {"text", "textrm", "textbf", "textit",     "textsf", "texttt",
                                              "mbox", "hbox",   "emph",   "textnormal", "textsl", "textsc"};

constexpr std::string_view kTags[] = {"br", "sup", "sub", "b", "i", "em", "strong", "p", "span", "code"};

// The control character a string literal makes of "\b", "\f", ... and the commands worth to be recovered.
struct Eaten {
  char control;
  std::string_view rest, name;
};
constexpr Eaten kEaten[] = {
    {'\f', "rac", "frac"},     {'\f', "box", "fbox"},     {'\t', "imes", "times"},
    {'\t', "ext", "text"},     {'\t', "frac", "tfrac"},   {'\t', "heta", "theta"},
    {'\t', "an", "tan"},       {'\t', "au", "tau"},       {'\b', "oxed", "boxed"},
    {'\b', "egin", "begin"},   {'\b', "inom", "binom"},   {'\b', "eta", "beta"},
    {'\b', "ar", "bar"},       {'\b', "mod", "bmod"},     {'\r', "ight", "right"},
    {'\r', "angle", "rangle"}, {'\r', "floor", "rfloor"}, {'\r', "ceil", "rceil"},
    {'\r', "ho", "rho"},       {'\v', "ec", "vec"},       {'\v', "arnothing", "varnothing"},
    {'\a', "lpha", "alpha"},   {'\n', "eq", "neq"},       {'\n', "otin", "notin"}};

}  // namespace

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

size_t decode(std::string_view text, uint32_t& codepoint) {
  utf8proc_int32_t value = 0;
  const auto length =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(std::min<size_t>(text.size(), 4)), &value);
  codepoint = value < 0 ? 0 : static_cast<uint32_t>(value);
  return length <= 0 ? 1 : static_cast<size_t>(length);
}

void check_text(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const unsigned char c = static_cast<unsigned char>(text[at]);
    if (c == 0) throw NoReading{"a NUL at byte " + std::to_string(at)};
    if (c < 0x80) {
      ++at;
      continue;
    }
    utf8proc_int32_t codepoint = 0;
    const auto length =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                         static_cast<utf8proc_ssize_t>(std::min<size_t>(text.size() - at, 4)), &codepoint);
    if (length <= 0) throw NoReading{"bad UTF-8 at byte " + std::to_string(at)};
    const bool reorders =
        (codepoint >= 0x202A && codepoint <= 0x202E) || (codepoint >= 0x2066 && codepoint <= 0x2069);
    if (reorders) throw NoReading{"a bidirectional override at byte " + std::to_string(at)};
    at += static_cast<size_t>(length);
  }
}

bool looks_like_latex(std::string_view text) {
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && text[i + 1] != '$' && text[i + 1] != '%') return true;
    if ((text[i] == '^' || text[i] == '_') && text[i + 1] == '{') return true;
  }
  return false;
}

// An even number of unescaped dollars, where the last one closes: nothing that looks like an amount stands behind it.
bool dollars_are_delimiters(std::string_view text) {
  size_t count = 0, last = 0, first = std::string_view::npos;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '$') {
      if (count == 0) first = i;
      ++count;
      last = i;
    }
  }
  if (count == 0 || count % 2 != 0) return false;
  const bool amount_behind_last = last + 1 < text.size() && is_digit(text[last + 1]);
  const bool amount_behind_first = is_digit(text[first + 1]);
  return !(amount_behind_last && amount_behind_first);
}

bool is_text_command(std::string_view name) {
  return std::ranges::find(kTextCommands, name) != std::end(kTextCommands);
}

bool is_known_command(std::string_view name) {
  return find_command(name) || is_text_command(name) || name == "left" || name == "right" ||
         name == "mathrm" || name == "operatorname" || name == "mathbb" || name == "begin" || name == "end";
}

bool is_invisible(uint32_t c) {
  return (c >= 0x200B && c <= 0x200F) || c == 0xFEFF || (c >= 0x2060 && c <= 0x2064) || c == 0x00AD ||
         c == 0x034F || (c >= 0xFE00 && c <= 0xFE0F);
}

Gap unicode_space(uint32_t c) {
  if (c == 0x202F || c == 0x2009 || c == 0x200A || c == 0x2006 || c == 0x2008) return Gap::Thin;
  if (c == 0x00A0 || c == 0x3000 || c == 0x205F || (c >= 0x2000 && c <= 0x2007)) return Gap::Space;
  if (c == 0x2028 || c == 0x2029 || c == 0x0085) return Gap::Newline;
  return Gap::None;
}

int unicode_digit(uint32_t c) {
  if (c < 0x660 || utf8proc_category(static_cast<utf8proc_int32_t>(c)) != UTF8PROC_CATEGORY_ND) return -1;
  // every block of decimal digits begins with its zero; all but the mathematical ones begin at a multiple of 16 or at 6 of one
  if (c >= 0x1D7CE && c <= 0x1D7FF) return static_cast<int>((c - 0x1D7CE) % 10);
  uint32_t zero = c;
  while (c - zero < 9 && utf8proc_category(static_cast<utf8proc_int32_t>(zero - 1)) == UTF8PROC_CATEGORY_ND)
    --zero;
  return static_cast<int>(c - zero);
}

bool is_unicode_letter(uint32_t c) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
         category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
         category == UTF8PROC_CATEGORY_SO;
}

uint32_t plain_form(uint32_t c) {
  const bool styled =
      (c >= 0xFF01 && c <= 0xFF5E) || (c >= 0x1D400 && c <= 0x1D7CB) || (c >= 0x2100 && c <= 0x214F);
  if (!styled) return c;
  utf8proc_int32_t out[4];
  int last_bound_class = 0;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE);
  const auto length =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), out, 4, options, &last_bound_class);
  return length == 1 ? static_cast<uint32_t>(out[0]) : c;
}

char ascii_form(uint32_t c) {
  const uint32_t plain = plain_form(c);
  return plain > 0x20 && plain < 0x7f ? static_cast<char>(plain) : 0;
}

bool lost_backslash(std::string_view word, char next) {
  if (word == "frac" || word == "dfrac" || word == "tfrac") return next == '{' || is_digit(next);
  if (word == "begin" || word == "text" || word == "mathrm") return next == '{';
  return word == "cdot" || word == "infty";
}

Tag html_tag(std::string_view text) {
  size_t at = 1;
  Tag tag;
  if (at < text.size() && text[at] == '/') {
    tag.closing = true;
    ++at;
  }
  const size_t begin = at;
  while (at < text.size() && at < begin + 8 && is_letter(text[at])) ++at;
  tag.name = text.substr(begin, at - begin);
  while (at < text.size() && (text[at] == ' ' || text[at] == '/')) ++at;
  if (at >= text.size() || text[at] != '>' || std::ranges::find(kTags, tag.name) == std::end(kTags))
    return {};
  tag.bytes = at + 1;
  return tag;
}

std::string_view eaten_command(std::string_view text) {
  if (text.size() < 2) return {};
  for (const Eaten& eaten : kEaten) {
    if (text.front() == eaten.control && text.substr(1).starts_with(eaten.rest)) return eaten.name;
  }
  return {};
}

}  // namespace r1::math::scan
