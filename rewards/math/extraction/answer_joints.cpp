#include "rewards/math/extraction/answer_joints.h"

#include <algorithm>

#include "rewards/math/extraction/answer_words.h"

namespace r1::math {
namespace {

constexpr std::string_view kOr =
    "or|or maybe|or perhaps|or possibly|or even|or alternatively|or equivalently|ou|ou bien|ou "
    "peut-être|oder|oder vielleicht|o|o bien|o quizás|o tal vez|ou talvez|"
    "oppure|o forse|или|или может быть|أو|या|yoki|hoặc|hoặc là|of misschien|lub|albo|veya|ya "
    "da|або|eller|eller kanske|tai|nebo|vagy|sau|ή|או|یا|atau|o kaya|ili|või";
constexpr std::string_view kAttachedOr = "或者|或|还是|還是|または|もしくは|あるいは|또는|혹은|หรือ";
constexpr std::string_view kAnd = "and|et|und|ed|и|و|और|và|та|och|og|és|și|και|וגם|as well as|also";
constexpr std::string_view kShortAnd =
    "y|e|a|i|en|ve|ja|dan|at|na|и|та|u|o";  // only when nothing else stands there
constexpr std::string_view kAttachedAnd = "和|与|與|及|以及|、|，|；|と|および|와|과|및|그리고|และ|،";
constexpr std::string_view kUnsure =
    "maybe|perhaps|possibly|either|probably|might|could|alternatively|peut-être|vielleicht|entweder|quizás|"
    "tal vez|talvez|forse|может быть|возможно|либо|ربما|शायद|có thể|có lẽ";
constexpr std::string_view kAttachedUnsure = "可能|也许|也許|或许|或許|かもしれ|たぶん|아마|어쩌면";

// "2)" or "(b)" before the next answer.
bool is_numbered(std::string_view gap) {
  const size_t bracket = gap.rfind(')');
  if (bracket == std::string_view::npos || bracket == 0) return false;
  const char before = gap[bracket - 1];
  const bool alone =
      bracket < 2 || gap[bracket - 2] == ' ' || gap[bracket - 2] == '(' || gap[bracket - 2] == '*';
  return alone && (is_digit(before) || is_ascii_letter(before));
}

}  // namespace

bool hedges(std::string_view folded) {
  return contains_word(folded, kOr) || contains_word(folded, kAttachedOr, true) ||
         contains_word(folded, kUnsure) || contains_word(folded, kAttachedUnsure, true);
}

size_t or_length(std::string_view folded) {
  size_t at = skip_spaces(folded, 0);
  if (at < folded.size() && (folded[at] == ',' || folded[at] == '(')) at = skip_spaces(folded, at + 1);
  size_t length = word_at(folded, at, kOr);
  if (length == 0) length = word_at(folded, at, kAttachedOr, true);
  if (length == 0) length = word_at(folded, at, kUnsure);
  if (length == 0) return 0;
  at = skip_spaces(folded, at + length);
  // "or it could also be"
  for (int i = 0; i < 3; ++i) {
    const size_t more =
        word_at(folded, at, "maybe|perhaps|possibly|it could be|it might be|it may be|could be|also");
    if (more == 0) break;
    at = skip_spaces(folded, at + more);
  }
  return at;
}

bool unsure_before(std::string_view folded, size_t at) {
  const size_t end = back_over_marks(folded, at);
  return word_before(folded, end, kUnsure) != 0 || word_before(folded, end, kAttachedUnsure, true) != 0;
}

size_t or_begin(std::string_view folded, size_t at) {
  const size_t end = back_over_marks(folded, at);
  size_t length = word_before(folded, end, kOr);
  if (length == 0) length = word_before(folded, end, kAttachedOr, true);
  return length == 0 ? at : back_over_marks(folded, end - length);
}

Joint joint_between(std::string_view gap) {
  constexpr size_t kLongest = 100;
  constexpr std::string_view kSteps =
      "then|so|thus|hence|therefore|get|gets|gives|giving|gave|implies|becomes|but|instead|actually|wait|no|"
      "not|i.e|i.e.|that is|which|because|since|from|"
      "sorry|rather|correct|correction|simplifies|simplify|simplified|reduces|equals|namely|meaning|is|donc|"
      "alors|mais|dann|aber|sondern|entonces|pero|luego|sino|então|mas|"
      "quindi|ma|поэтому|значит|но|если|إذن|لكن|इसलिए|लेकिन|nên|vậy|nhưng|if|when|for|after|where";
  constexpr std::string_view kAttachedSteps =
      "\\implies|\\rightarrow|\\to "
      "|\\iff|\\times|\\div|\\cdot|\u21D2|所以|因此|而不是|不是|但|即|したがって|よって|だから|すなわち|"
      "따라서|그러므로|아니라";
  if (gap.size() > kLongest) return Joint::None;
  if (contains_word(gap, kSteps)) {
    // "x = \\boxed{1} or x is \\boxed{2}" is still a choice.
    return hedges(gap) && !contains_word(gap, "not|but|instead|actually|wait|no|sorry|correction|rather")
               ? Joint::Alternatives
               : Joint::None;
  }
  if (contains_word(gap, kAttachedSteps, true)) return Joint::None;
  const bool broken = gap.find("\\\\") != std::string_view::npos;  // a LaTeX line break: one display
  for (size_t at = 0; at < gap.size(); ++at) {
    if (gap[at] == '\n') {
      const size_t next = skip_spaces(gap, at + 1);
      const bool goes_on = word_at(gap, next, kAnd) != 0 || word_at(gap, next, kOr) != 0;
      if (!broken && !goes_on) return Joint::None;
      if (next < gap.size() && gap[next] == '\n') return Joint::None;
    } else if (stop_at(gap, at) != 0) {
      return Joint::None;
    }
  }
  if (hedges(gap) || contains_word(gap, "\\lor|\\vee|\u2228", true)) return Joint::Alternatives;
  const TextSpan core =
      trimmed(gap, {std::min(gap.find_first_not_of(" $"), gap.size()), gap.find_last_not_of(" $") + 1});
  if (core.begin < core.end && (slice(gap, core) == "/" || slice(gap, core) == "|"))
    return Joint::Alternatives;
  if (is_numbered(gap)) return Joint::List;
  const bool marked = gap.find(',') != std::string_view::npos || gap.find(';') != std::string_view::npos ||
                      gap.find('&') != std::string_view::npos || broken;
  if (marked || contains_word(gap, kAnd) || contains_word(gap, kAttachedAnd, true)) return Joint::List;
  if (core.begin < core.end && word_at(gap, core.begin, kShortAnd) == core.end - core.begin)
    return Joint::List;
  // "\\boxed{1} \\boxed{2}": side by side.
  return gap.find_first_not_of(" $\t\n\\()[]") == std::string_view::npos ? Joint::List : Joint::None;
}

bool is_placeholder(std::string_view folded) {
  constexpr std::string_view kWords =
      "...|....|\u2026|\\ldots|\\dots|\\cdots|?|??|answer|your answer|final answer|the answer|your final "
      "answer|your answer here|answer here|insert answer here|"
      "your_answer|final_answer|\\text{answer}|\\text{your answer}|\\text{final answer}|\\text{your final "
      "answer}|\\text{the answer}|\\text{answer here}|[answer]|[your answer]|<answer>|"
      "{}|\\|\\text{}|\\;|\\,|\\quad|\\phantom{2}|\\,\\,|\u7B54\u6848|\\text{答案}|___|__|_";
  return any_word(kWords, [&](std::string_view word) { return folded == word; });
}

bool restates_question(std::string_view line) {
  constexpr size_t kLongest = 60;  // with the marks before it
  line = line.substr(0, kLongest);
  if (line.find(':') == std::string_view::npos && line.find("\xEF\xBC\x9A") == std::string_view::npos)
    return false;
  size_t at = skip_marks(line, 0);
  while (at < line.size() && (line[at] == '#' || line[at] == '>')) at = skip_marks(line, at + 1);
  const size_t length =
      word_at(line, at,
              "Question|Problem|QUESTION|PROBLEM|question|problem|题目|問題|问题|Вопрос|Задача|Frage|Aufgabe|"
              "Pregunta|Problème|Domanda|Pergunta|문제|प्रश्न|السؤال|Đề bài",
              true);
  if (length == 0) return false;
  at = skip_marks(line, at + length);
  return line.substr(at).starts_with(":") || line.substr(at).starts_with("\xEF\xBC\x9A");
}

bool is_remark(std::string_view folded) {
  constexpr std::string_view kFirst =
      "correct|right|reasonable|consistent|valid|verified|confirmed|complete|clear|obvious|in|as|that|this|"
      "found|obtained|what|same|the same|plausible|acceptable|"
      "simple|well|now|ready|what's|indeed|to|about|incorrect|wrong|here|below|above|following|the "
      "following|unchanged|checked|good|fine|okay|ok|also|based|"
      "let's|let|we|i|first|because|since|when|how|correcte|richtig|korrekt|correcta|correto|correta|"
      "corretta|верный|правильный";
  constexpr std::string_view kAttached = "正确|正確|如下|对的|對的|次の|以下|正しい|다음|맞";
  return word_at(folded, 0, kFirst) != 0 || word_at(folded, 0, kAttached, true) != 0;
}

bool is_rejection(std::string_view folded) {
  constexpr std::string_view kWords =
      "wrong|incorrect|mistaken|erroneous|not correct|not "
      "right|invalid|fausse|incorrecte|falsch|incorrecta|errónea|errada|incorreta|sbagliata|errata|неверный|"
      "неправильный|"
      "неверен|خاطئة|غير صحيحة|गलत|sai|fout|onjuist|błędna|yanlış|fel|feil|forkert";
  return word_at(folded, 0, kWords) != 0 ||
         word_at(folded, 0, "错误|錯誤|错的|錯的|不对|不對|間違|誤り|틀렸|틀린", true) != 0;
}

bool is_value_word(std::string_view folded) {
  constexpr std::string_view kWords =
      "yes|no|true|false|none|infinity|infinite|infinitely many|undefined|no solution|no "
      "solutions|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
      "half|one half|never|always|sometimes|even|odd|positive infinity|negative infinity|does not "
      "exist|dne|oui|non|ja|nein|sí|sim|não|sì|да|нет|是|否|はい|いいえ|예|아니오|"
      "نعم|لا|हाँ|नहीं|có|không";
  return any_word(kWords, [&](std::string_view word) { return folded == word; });
}

size_t explanation_in(std::string_view folded, TextSpan span) {
  constexpr std::string_view kAfterComma =
      "because|since|as required|as desired|as claimed|as expected|as needed|as stated|as wanted|as shown|as "
      "we|as the|which|so|and not|not|"
      "instead of|rather than|thus|hence|therefore|by|i.e.|that is|in other "
      "words|car|comme|puisque|weil|da|denn|wie|nicht|porque|ya que|pues|como|"
      "no|pois|já que|não|perché|poiché|come|non|так как|потому что|поскольку|что и требовалось|а "
      "не|не|vì|bởi vì|kerana|karena|want|bo|ponieważ|çünkü";
  constexpr std::string_view kWords = "because|since|weil|porque|perché|потому что|因为|因為";
  for (size_t at = span.begin + 1; at < span.end; ++at) {
    const std::string_view here = folded.substr(at, span.end - at);
    const size_t comma = here[0] == ',' && !is_digit(folded[at - 1])                            ? 1
                         : here[0] == ',' && here.size() > 1 && here[1] == ' '                  ? 1
                         : here.starts_with("\xEF\xBC\x8C") || here.starts_with("\xE3\x80\x81") ? 3
                                                                                                : 0;
    bool explains = false;
    if (comma != 0) {
      const size_t next = skip_spaces(folded, at + comma);
      explains = word_at(folded, next, kAfterComma) != 0 ||
                 word_at(folded, next, "因为|因為|所以|因此|即|而不是|不是|なぜなら", true) != 0;
    } else if (folded[at - 1] == ' ') {
      explains = word_at(folded, at, kWords) != 0;
    }
    if (!explains) continue;
    return hedges(here) ? span.end : at;
  }
  return span.end;
}

}  // namespace r1::math
