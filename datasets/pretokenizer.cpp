#include "datasets/pretokenizer.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <array>

#include "base/errors.h"
#include "datasets/unicode16.h"

namespace r1 {

namespace {

// Backtracking steps one match may take. The known patterns need about one per byte of a word.
constexpr uint32_t kMatchLimit = 100'000'000;

// The White_Space property, which is what \s means to Oniguruma; PCRE2's also has U+180E.
constexpr std::string_view kWhiteSpace =
    R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";

struct Free {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

std::string error_text(int code) {
  std::array<PCRE2_UCHAR, 160> buffer{};
  pcre2_get_error_message(code, buffer.data(), buffer.size());
  return reinterpret_cast<const char*>(buffer.data());
}

// The inside of brackets that matches what \\p{name} matches in Oniguruma; "" for a property taken as it is.
std::string property_class(std::string_view name) {
  if (name == "L") return fmt::format("\\p{{L}}{}", unicode16::kNewLetters);
  if (name == "N") return fmt::format("\\p{{N}}{}", unicode16::kNewNumbers);
  if (name == "M") return fmt::format("\\p{{M}}{}", unicode16::kNewMarks);
  if (name == "P") return fmt::format("\\p{{P}}{}", unicode16::kNewPunctuation);
  if (name == "S") return fmt::format("\\p{{S}}{}", unicode16::kNewSymbols);
  return "";
}

// Rewrites a pattern of Oniguruma's dialect into PCRE2's, where the two read the same text differently.
class DialectRewriter {
 public:
  DialectRewriter(std::string_view pattern, const std::string& where) : pattern_(pattern), where_(where) {}

  std::string rewrite() {
    while (at_ < pattern_.size()) {
      char c = pattern_[at_];
      if (c == '\\' && at_ + 1 < pattern_.size()) {
        rewrite_escape();
        continue;
      }
      if (in_class_ && (c == '[' || pattern_.substr(at_, 2) == "&&")) refuse("nested brackets");
      if (c == '[') in_class_ = true;
      if (c == ']') in_class_ = false;
      out_ += c;
      ++at_;
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] void refuse(const char* what) const {
    throw CheckpointError(fmt::format("{}: pre-tokenizer pattern has {} at offset {}, which is not supported",
                                      where_, what, at_));
  }

  void rewrite_escape() {
    char escaped = pattern_[at_ + 1];
    std::string text(pattern_.substr(at_, 2));
    std::string inside;  // of brackets
    if (escaped == 's') {
      inside = kWhiteSpace;
    } else if (escaped == 'S') {
      if (in_class_) refuse("\\S inside brackets");
      text = fmt::format("[^{}]", kWhiteSpace);
    } else if (escaped == 'p' && pattern_.substr(at_ + 2, 1) == "{") {
      size_t close = std::min(pattern_.find('}', at_), pattern_.size() - 1);
      inside = property_class(pattern_.substr(at_ + 3, close - at_ - 3));
      if (!inside.empty()) at_ = close - 1;  // the two characters stepped over below end at the brace
    } else if (escaped == 'w' || escaped == 'd' || escaped == 'W' || escaped == 'D') {
      refuse("\\w or \\d");
    }
    out_ += inside.empty() ? text : in_class_ ? inside : fmt::format("[{}]", inside);
    at_ += 2;
  }

  std::string_view pattern_;
  const std::string& where_;
  std::string out_;
  size_t at_ = 0;
  bool in_class_ = false;
};

}  // namespace

struct PreTokenizer::Pattern {
  std::unique_ptr<pcre2_code, Free> code;
  std::unique_ptr<pcre2_match_context, Free> limits;

  Pattern(std::string_view source, const std::string& where);
  void split(std::string_view piece, pcre2_match_data* data, std::vector<std::string_view>& pieces) const;
  bool find(std::string_view piece, size_t from, pcre2_match_data* data) const;
};

PreTokenizer::Pattern::Pattern(std::string_view source, const std::string& where) {
  std::string pattern = DialectRewriter(source, where).rewrite();
  int error = 0;
  PCRE2_SIZE offset = 0;
  code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                           PCRE2_UTF | PCRE2_UCP, &error, &offset, nullptr));
  if (!code) {
    throw CheckpointError(fmt::format("{}: pre-tokenizer pattern is not usable at offset {}: {}", where,
                                      offset, error_text(error)));
  }
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);  // without JIT matching is slower, not different
  limits.reset(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(limits.get(), kMatchLimit);
}

bool PreTokenizer::Pattern::find(std::string_view piece, size_t from, pcre2_match_data* data) const {
  auto match = [&](uint32_t options) {
    return pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(piece.data()), piece.size(), from,
                       PCRE2_NO_UTF_CHECK | options, data, limits.get());
  };
  int result = match(0);
  if (result == PCRE2_ERROR_JIT_STACKLIMIT)
    result = match(PCRE2_NO_JIT);  // the interpreter's stack is the heap
  if (result == PCRE2_ERROR_NOMATCH) return false;
  if (result < 0) {
    throw DataError(fmt::format("text of {} bytes: the pre-tokenizer gave up at byte {}: {}; cut the text",
                                piece.size(), from, error_text(result)));
  }
  return true;
}

void PreTokenizer::Pattern::split(std::string_view piece, pcre2_match_data* data,
                                  std::vector<std::string_view>& pieces) const {
  size_t emitted = 0;
  size_t from = 0;
  auto emit_to = [&](size_t end) {
    if (end > emitted) pieces.push_back(piece.substr(emitted, end - emitted));
    emitted = std::max(emitted, end);
  };
  while (from < piece.size() && find(piece, from, data)) {
    const PCRE2_SIZE* match = pcre2_get_ovector_pointer(data);
    emit_to(match[0]);
    emit_to(match[1]);
    // An empty match cuts nothing: step over one whole character.
    from = match[1] > match[0] ? match[1] : match[1] + 1;
    while (from < piece.size() && (static_cast<uint8_t>(piece[from]) & 0xC0) == 0x80) ++from;
  }
  emit_to(piece.size());
}

PreTokenizer::PreTokenizer(const std::vector<std::string>& patterns, const std::string& where) {
  for (const auto& pattern : patterns) patterns_.emplace_back(pattern, where);
}

PreTokenizer::PreTokenizer(PreTokenizer&&) noexcept = default;
PreTokenizer& PreTokenizer::operator=(PreTokenizer&&) noexcept = default;
PreTokenizer::~PreTokenizer() = default;

std::vector<std::string_view> PreTokenizer::split(std::string_view text) const {
  std::vector<std::string_view> pieces;
  if (!text.empty()) pieces.push_back(text);
  for (const auto& pattern : patterns_) {
    std::unique_ptr<pcre2_match_data, Free> data(
        pcre2_match_data_create_from_pattern(pattern.code.get(), nullptr));
    std::vector<std::string_view> finer;
    finer.reserve(text.size() / 4 + 1);
    for (auto piece : pieces) pattern.split(piece, data.get(), finer);
    pieces.swap(finer);
  }
  return pieces;
}

std::string digits_pattern(bool individual) {
  return fmt::format("[\\p{{N}}{}]{}", unicode16::kNewNumbers17, individual ? "" : "+");
}

std::string escape_pattern(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    bool plain = static_cast<uint8_t>(c) >= 0x80 || isalnum(static_cast<uint8_t>(c)) != 0;
    escaped += plain ? std::string(1, c) : fmt::format("\\x{{{:x}}}", static_cast<uint8_t>(c));
  }
  return escaped;
}

}  // namespace r1
