#include "rewards/math/extraction/answer_denials.h"

#include "rewards/math/extraction/answer_words.h"

namespace r1::math {

bool denied_before(std::string_view folded, size_t at) {
  constexpr std::string_view kWords =
      "not|not be|n't|n\u2019t|n't be|never|never be|instead of|rather than|than|cannot be|cannot equal|not "
      "equal to|not equal|no longer|wrong answer|incorrect answer|"
      "wrong answer is|incorrect answer is|wrong answer of|wrong answer:|other than|ne pas|n'est "
      "pas|pas|plutôt que|au lieu de|nicht|statt|anstatt|kein|"
      "no|no es|en lugar de|en vez de|não|não é|em vez de|ao invés de|non|non è|invece di|не|вместо|а "
      "не|ليس|ليست|بدلا من|بدلاً من|غير|नहीं|không|không phải|không phải là|"
      "thay vì|niet|geen|in plaats van|nie|inte|ikke|ei|nu|hindi|bukan|nije|nem|není|δεν είναι|אינה|לא";
  constexpr std::string_view kAttached =
      "不是|不等于|不等於|而非|而不是|不为|不為|不会是|不可能是|并非|並非|ไม่ใช่";
  for (;;) {  // back over spaces, math delimiters and "="
    const size_t before = at;
    at = back_over_marks(folded, at);
    const std::string_view head = folded.substr(0, at);
    if (head.ends_with("\\(") || head.ends_with("\\["))
      at -= 2;
    else if (head.ends_with("$") || head.ends_with("`") || head.ends_with(":") || head.ends_with("\""))
      at -= 1;
    if (at == before) break;
  }
  return word_before(folded, at, kWords) != 0 || word_before(folded, at, kAttached, true) != 0 ||
         folded.substr(0, at).ends_with("n't") || folded.substr(0, at).ends_with("n\u2019t");
}

bool denied_after(std::string_view folded, size_t at) {
  constexpr std::string_view kWords =
      "is wrong|is incorrect|is not|isn't|isn\u2019t|was wrong|was incorrect|was not|is false|is "
      "invalid|would be wrong|would be incorrect|"
      "cannot be|can't be|can\u2019t be|are wrong|are incorrect|are not|(wrong)|(incorrect)|is a mistake|is "
      "an error|does not work|doesn't work|"
      "est faux|est fausse|est incorrect|n'est pas|ist falsch|ist nicht|stimmt nicht|es incorrecto|es "
      "incorrecta|no es|está mal|es falso|"
      "está errado|está errada|não é|está incorreto|è sbagliato|è sbagliata|non è|è "
      "errato|неверно|неправильно|не является|не подходит|"
      "خطأ|ليس صحيحا|غير صحيح|ليست|नहीं|गलत|là sai|không đúng|không phải|is fout|is niet|is onjuist|to nie|är "
      "fel|är inte|er feil|er ikke";
  constexpr std::string_view kAttached =
      "不对|不對|不正确|不正確|是错的|是錯的|是错误的|是錯誤的|错了|錯了|不是|并不是|並不是|ではない|"
      "ではありません|じゃない|は間違い|は誤り|は違います|"
      "이 아닙니다|가 아닙니다|이 아니|가 아니|은 틀|는 틀|은 아니|는 아니|아닙니다|ไม่ใช่|ผิด";
  for (;;) {  // over spaces, math delimiters, quotes
    const size_t before = at;
    at = skip_marks(folded, at);
    const std::string_view rest = folded.substr(std::min(at, folded.size()));
    if (rest.starts_with("\\)") || rest.starts_with("\\]"))
      at += 2;
    else if (rest.starts_with("$") || rest.starts_with("\""))
      at += 1;
    if (at == before) break;
  }
  return word_at(folded, at, kWords) != 0 || word_at(folded, at, kAttached, true) != 0;
}

bool retracts(std::string_view folded) {
  constexpr std::string_view kWords =
      "scratch that|strike that|that's wrong|that\u2019s wrong|that is wrong|that was wrong|this is "
      "wrong|this was wrong|it is wrong|it's wrong|"
      "that's incorrect|that\u2019s incorrect|that is incorrect|this is incorrect|that's not "
      "right|that\u2019s not right|that is not right|that isn't right|that's not correct|"
      "that is not correct|this is not correct|this isn't correct|this is not right|i made a mistake|i made "
      "an error|i was wrong|i am wrong|my mistake|oops|"
      "wait, no|wait no|no, wait|no wait|disregard|ignore that|ignore this|ignore the above|ignore my|let me "
      "correct|correction:|i take that back|take it back|on second thought|"
      "that can't be right|that cannot be right|that can\u2019t be right|cannot be correct|can't be "
      "correct|must be wrong|the answer above is wrong|my answer is wrong|not the answer|"
      "not the correct answer|not the final answer|that answer is wrong|this answer is wrong|that answer is "
      "incorrect|this answer is incorrect|i misread|i retract|never mind|nevermind|"
      "c'est faux|c\u2019est faux|je me suis trompé|je me suis trompée|erreur de ma part|c'est "
      "incorrect|oubliez|das ist falsch|das stimmt nicht|ich habe mich geirrt|korrektur:|"
      "eso es incorrecto|me equivoqué|eso está mal|corrección:|olvida eso|isso está errado|me enganei|me "
      "equivoquei|correção:|mi sono sbagliato|è sbagliato|correzione:|"
      "это неверно|это неправильно|я ошибся|я ошиблась|исправление:|нет, неверно|هذا خطأ|لقد أخطأت|تصحيح:|यह "
      "गलत है|मैंने गलती की|sai rồi|tôi nhầm|tôi đã sai|điều đó sai|"
      "dat is fout|dat klopt niet|to jest źle|pomyliłem się|det är fel|det er feil|yanıldım|bu yanlış";
  constexpr std::string_view kAttached =
      "不对|不對|算错|算錯|我错了|我錯了|更正|这是错|這是錯|有误|不正确|不正確|弄错|搞错|間違えました|"
      "間違いでした|間違いです|訂正|撤回|これは誤り|違います|틀렸|정정|잘못 계산|실수했|ผิดแล้ว|ไม่ถูกต้อง";
  return contains_word(folded, kWords) || contains_word(folded, kAttached, true);
}

}  // namespace r1::math
