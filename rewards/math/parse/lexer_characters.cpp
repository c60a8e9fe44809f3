// The meaning of characters beyond ASCII. Letters of other scripts that only look Latin are not here: they stay themselves.
#include <algorithm>
#include <iterator>

#include "rewards/math/parse/lexer.h"

namespace r1::math {
namespace {

struct Character {
  uint32_t codepoint;
  Spelling spelling;
};

template <typename Enum>
constexpr uint8_t at(Enum value) {
  return static_cast<uint8_t>(value);
}

// By code point, for a binary search.
constexpr Character kCharacters[] = {
    {0x00A2, {TokenKind::Currency, 0, "cent"}},                    // ¢
    {0x00A3, {TokenKind::Currency, 0, "GBP"}},                     // £
    {0x00A5, {TokenKind::Currency, 0, "JPY"}},                     // ¥
    {0x00AC, {TokenKind::Not}},                                    // ¬
    {0x00B0, {TokenKind::Degree}},                                 // °
    {0x00B1, {TokenKind::PlusMinus}},                              // ±
    {0x00B2, {TokenKind::Superscript, 0, "2"}},                    // ²
    {0x00B3, {TokenKind::Superscript, 0, "3"}},                    // ³
    {0x00B7, {TokenKind::Times}},                                  // ·
    {0x00B9, {TokenKind::Superscript, 0, "1"}},                    // ¹
    {0x00BA, {TokenKind::Degree}},                                 // º
    {0x00BC, {TokenKind::Vulgar, 20}},                             // ¼
    {0x00BD, {TokenKind::Vulgar, 18}},                             // ½
    {0x00BE, {TokenKind::Vulgar, 52}},                             // ¾
    {0x00D7, {TokenKind::Times}},                                  // ×
    {0x00D8, {TokenKind::NamedSet, 0, "empty"}},                   // Ø
    {0x00F7, {TokenKind::Slash, 1}},                               // ÷
    {0x0131, {TokenKind::Letter, 0, "i"}},                         // ı
    {0x02B8, {TokenKind::Superscript, 0, "y"}},                    // ʸ
    {0x02B9, {TokenKind::Prime, 1}},                               // ʹ
    {0x02DA, {TokenKind::Degree}},                                 // ˚
    {0x02E3, {TokenKind::Superscript, 0, "x"}},                    // ˣ
    {0x0393, {TokenKind::Letter, 0, "Gamma"}},                     // Γ
    {0x0394, {TokenKind::Letter, 0, "Delta"}},                     // Δ
    {0x0398, {TokenKind::Letter, 0, "Theta"}},                     // Θ
    {0x039B, {TokenKind::Letter, 0, "Lambda"}},                    // Λ
    {0x039E, {TokenKind::Letter, 0, "Xi"}},                        // Ξ
    {0x03A0, {TokenKind::Letter, 0, "Pi"}},                        // Π
    {0x03A3, {TokenKind::Letter, 0, "Sigma"}},                     // Σ
    {0x03A6, {TokenKind::Letter, 0, "Phi"}},                       // Φ
    {0x03A8, {TokenKind::Letter, 0, "Psi"}},                       // Ψ
    {0x03A9, {TokenKind::Letter, 0, "Omega"}},                     // Ω
    {0x03B1, {TokenKind::Letter, 0, "alpha"}},                     // α
    {0x03B2, {TokenKind::Letter, 0, "beta"}},                      // β
    {0x03B3, {TokenKind::Letter, 0, "gamma"}},                     // γ
    {0x03B4, {TokenKind::Letter, 0, "delta"}},                     // δ
    {0x03B5, {TokenKind::Letter, 0, "epsilon"}},                   // ε
    {0x03B6, {TokenKind::Letter, 0, "zeta"}},                      // ζ
    {0x03B7, {TokenKind::Letter, 0, "eta"}},                       // η
    {0x03B8, {TokenKind::Letter, 0, "theta"}},                     // θ
    {0x03B9, {TokenKind::Letter, 0, "iota"}},                      // ι
    {0x03BA, {TokenKind::Letter, 0, "kappa"}},                     // κ
    {0x03BB, {TokenKind::Letter, 0, "lambda"}},                    // λ
    {0x03BC, {TokenKind::Letter, 0, "mu"}},                        // μ
    {0x03BD, {TokenKind::Letter, 0, "nu"}},                        // ν
    {0x03BE, {TokenKind::Letter, 0, "xi"}},                        // ξ
    {0x03C0, {TokenKind::Constant, at(Constant::Pi)}},             // π
    {0x03C1, {TokenKind::Letter, 0, "rho"}},                       // ρ
    {0x03C2, {TokenKind::Letter, 0, "sigma"}},                     // ς
    {0x03C3, {TokenKind::Letter, 0, "sigma"}},                     // σ
    {0x03C4, {TokenKind::Letter, 0, "tau"}},                       // τ
    {0x03C5, {TokenKind::Letter, 0, "upsilon"}},                   // υ
    {0x03C6, {TokenKind::Letter, 0, "phi"}},                       // φ
    {0x03C7, {TokenKind::Letter, 0, "chi"}},                       // χ
    {0x03C8, {TokenKind::Letter, 0, "psi"}},                       // ψ
    {0x03C9, {TokenKind::Letter, 0, "omega"}},                     // ω
    {0x03D1, {TokenKind::Letter, 0, "theta"}},                     // ϑ
    {0x03D5, {TokenKind::Letter, 0, "phi"}},                       // ϕ
    {0x03D6, {TokenKind::Constant, at(Constant::Pi)}},             // ϖ
    {0x03F5, {TokenKind::Letter, 0, "epsilon"}},                   // ϵ
    {0x060C, {TokenKind::Comma}},                                  // ،
    {0x066B, {TokenKind::Dot}},                                    // ٫
    {0x066C, {TokenKind::Comma, 1}},                               // ٬
    {0x1D40, {TokenKind::Superscript, 0, "T"}},                    // ᵀ
    {0x1D43, {TokenKind::Superscript, 0, "a"}},                    // ᵃ
    {0x1D47, {TokenKind::Superscript, 0, "b"}},                    // ᵇ
    {0x1D4F, {TokenKind::Superscript, 0, "k"}},                    // ᵏ
    {0x1D50, {TokenKind::Superscript, 0, "m"}},                    // ᵐ
    {0x1D62, {TokenKind::Subscript, 0, "i"}},                      // ᵢ
    {0x2010, {TokenKind::Minus, 1}},                               // ‐
    {0x2011, {TokenKind::Minus, 1}},                               // ‑
    {0x2012, {TokenKind::Minus, 1}},                               // ‒
    {0x2013, {TokenKind::Minus, 1}},                               // –
    {0x2014, {TokenKind::Minus, 1}},                               // —
    {0x2016, {TokenKind::DoubleBar}},                              // ‖
    {0x2018, {TokenKind::Prime, 1}},                               // ‘
    {0x2019, {TokenKind::Prime, 1}},                               // ’
    {0x201C, {TokenKind::Quote}},                                  // “
    {0x201D, {TokenKind::Quote}},                                  // ”
    {0x2022, {TokenKind::Times}},                                  // •
    {0x2026, {TokenKind::Ellipsis}},                               // …
    {0x2030, {TokenKind::Percent, 1}},                             // ‰
    {0x2032, {TokenKind::Prime, 1}},                               // ′
    {0x2033, {TokenKind::Quote}},                                  // ″
    {0x2034, {TokenKind::Prime, 3}},                               // ‴
    {0x2044, {TokenKind::Slash}},                                  // ⁄
    {0x2070, {TokenKind::Superscript, 0, "0"}},                    // ⁰
    {0x2071, {TokenKind::Superscript, 0, "i"}},                    // ⁱ
    {0x2074, {TokenKind::Superscript, 0, "4"}},                    // ⁴
    {0x2075, {TokenKind::Superscript, 0, "5"}},                    // ⁵
    {0x2076, {TokenKind::Superscript, 0, "6"}},                    // ⁶
    {0x2077, {TokenKind::Superscript, 0, "7"}},                    // ⁷
    {0x2078, {TokenKind::Superscript, 0, "8"}},                    // ⁸
    {0x2079, {TokenKind::Superscript, 0, "9"}},                    // ⁹
    {0x207A, {TokenKind::Superscript, 0, "+"}},                    // ⁺
    {0x207B, {TokenKind::Superscript, 0, "-"}},                    // ⁻
    {0x207D, {TokenKind::Superscript, 0, "("}},                    // ⁽
    {0x207E, {TokenKind::Superscript, 0, ")"}},                    // ⁾
    {0x207F, {TokenKind::Superscript, 0, "n"}},                    // ⁿ
    {0x2080, {TokenKind::Subscript, 0, "0"}},                      // ₀
    {0x2081, {TokenKind::Subscript, 0, "1"}},                      // ₁
    {0x2082, {TokenKind::Subscript, 0, "2"}},                      // ₂
    {0x2083, {TokenKind::Subscript, 0, "3"}},                      // ₃
    {0x2084, {TokenKind::Subscript, 0, "4"}},                      // ₄
    {0x2085, {TokenKind::Subscript, 0, "5"}},                      // ₅
    {0x2086, {TokenKind::Subscript, 0, "6"}},                      // ₆
    {0x2087, {TokenKind::Subscript, 0, "7"}},                      // ₇
    {0x2088, {TokenKind::Subscript, 0, "8"}},                      // ₈
    {0x2089, {TokenKind::Subscript, 0, "9"}},                      // ₉
    {0x208A, {TokenKind::Subscript, 0, "+"}},                      // ₊
    {0x208B, {TokenKind::Subscript, 0, "-"}},                      // ₋
    {0x2090, {TokenKind::Subscript, 0, "a"}},                      // ₐ
    {0x2093, {TokenKind::Subscript, 0, "x"}},                      // ₓ
    {0x2096, {TokenKind::Subscript, 0, "k"}},                      // ₖ
    {0x2098, {TokenKind::Subscript, 0, "m"}},                      // ₘ
    {0x2099, {TokenKind::Subscript, 0, "n"}},                      // ₙ
    {0x20A9, {TokenKind::Currency, 0, "KRW"}},                     // ₩
    {0x20AC, {TokenKind::Currency, 0, "EUR"}},                     // €
    {0x20B9, {TokenKind::Currency, 0, "INR"}},                     // ₹
    {0x20BD, {TokenKind::Currency, 0, "RUB"}},                     // ₽
    {0x2102, {TokenKind::NamedSet, 0, "C"}},                       // ℂ
    {0x2113, {TokenKind::Letter, 0, "ell"}},                       // ℓ
    {0x2115, {TokenKind::NamedSet, 0, "N"}},                       // ℕ
    {0x211A, {TokenKind::NamedSet, 0, "Q"}},                       // ℚ
    {0x211D, {TokenKind::NamedSet, 0, "R"}},                       // ℝ
    {0x2124, {TokenKind::NamedSet, 0, "Z"}},                       // ℤ
    {0x2147, {TokenKind::Constant, at(Constant::E)}},              // ⅇ
    {0x2148, {TokenKind::Constant, at(Constant::I)}},              // ⅈ
    {0x2150, {TokenKind::Vulgar, 23}},                             // ⅐
    {0x2151, {TokenKind::Vulgar, 25}},                             // ⅑
    {0x2152, {TokenKind::Vulgar, 26}},                             // ⅒
    {0x2153, {TokenKind::Vulgar, 19}},                             // ⅓
    {0x2154, {TokenKind::Vulgar, 35}},                             // ⅔
    {0x2155, {TokenKind::Vulgar, 21}},                             // ⅕
    {0x2156, {TokenKind::Vulgar, 37}},                             // ⅖
    {0x2157, {TokenKind::Vulgar, 53}},                             // ⅗
    {0x2158, {TokenKind::Vulgar, 69}},                             // ⅘
    {0x2159, {TokenKind::Vulgar, 22}},                             // ⅙
    {0x215A, {TokenKind::Vulgar, 86}},                             // ⅚
    {0x215B, {TokenKind::Vulgar, 24}},                             // ⅛
    {0x215C, {TokenKind::Vulgar, 56}},                             // ⅜
    {0x215D, {TokenKind::Vulgar, 88}},                             // ⅝
    {0x215E, {TokenKind::Vulgar, 120}},                            // ⅞
    {0x2190, {TokenKind::Arrow, 3}},                               // ←
    {0x2192, {TokenKind::Arrow, 1}},                               // →
    {0x2194, {TokenKind::Arrow, 2}},                               // ↔
    {0x21A6, {TokenKind::Arrow, 4}},                               // ↦
    {0x21D0, {TokenKind::Arrow, 3}},                               // ⇐
    {0x21D2, {TokenKind::Arrow, 1}},                               // ⇒
    {0x21D4, {TokenKind::Arrow, 2}},                               // ⇔
    {0x2205, {TokenKind::NamedSet, 0, "empty"}},                   // ∅
    {0x2206, {TokenKind::Letter, 0, "Delta"}},                     // ∆
    {0x2208, {TokenKind::Relation, at(Relation::In)}},             // ∈
    {0x2209, {TokenKind::Relation, at(Relation::NotIn)}},          // ∉
    {0x220F, {TokenKind::Product}},                                // ∏
    {0x2211, {TokenKind::Sum}},                                    // ∑
    {0x2212, {TokenKind::Minus}},                                  // −
    {0x2213, {TokenKind::PlusMinus, 1}},                           // ∓
    {0x2215, {TokenKind::Slash}},                                  // ∕
    {0x2216, {TokenKind::SetMinus}},                               // ∖
    {0x2217, {TokenKind::Times}},                                  // ∗
    {0x2218, {TokenKind::Circle}},                                 // ∘
    {0x2219, {TokenKind::Times}},                                  // ∙
    {0x221A, {TokenKind::Sqrt, 1}},                                // √
    {0x221B, {TokenKind::Root, 3}},                                // ∛
    {0x221C, {TokenKind::Root, 4}},                                // ∜
    {0x221E, {TokenKind::Constant, at(Constant::Infinity)}},       // ∞
    {0x2220, {TokenKind::Figure}},                                 // ∠
    {0x2223, {TokenKind::Mid}},                                    // ∣
    {0x2225, {TokenKind::DoubleBar}},                              // ∥
    {0x2227, {TokenKind::And, 1}},                                 // ∧
    {0x2228, {TokenKind::Or, 1}},                                  // ∨
    {0x2229, {TokenKind::Cap}},                                    // ∩
    {0x222A, {TokenKind::Cup}},                                    // ∪
    {0x222B, {TokenKind::Integral, 1}},                            // ∫
    {0x222C, {TokenKind::Integral, 2}},                            // ∬
    {0x2234, {TokenKind::Arrow}},                                  // ∴
    {0x2235, {TokenKind::Arrow}},                                  // ∵
    {0x2236, {TokenKind::Colon}},                                  // ∶
    {0x2243, {TokenKind::Relation, at(Relation::Approximately)}},  // ≃
    {0x2245, {TokenKind::Relation, at(Relation::Approximately)}},  // ≅
    {0x2248, {TokenKind::Relation, at(Relation::Approximately)}},  // ≈
    {0x2260, {TokenKind::Relation, at(Relation::NotEqual)}},       // ≠
    {0x2261, {TokenKind::Equivalent}},                             // ≡
    {0x2264, {TokenKind::Relation, at(Relation::LessEqual)}},      // ≤
    {0x2265, {TokenKind::Relation, at(Relation::GreaterEqual)}},   // ≥
    {0x2266, {TokenKind::Relation, at(Relation::LessEqual)}},      // ≦
    {0x2267, {TokenKind::Relation, at(Relation::GreaterEqual)}},   // ≧
    {0x2282, {TokenKind::Relation, at(Relation::Subset)}},         // ⊂
    {0x2286, {TokenKind::Relation, at(Relation::Subset)}},         // ⊆
    {0x2299, {TokenKind::Figure}},                                 // ⊙
    {0x22A4, {TokenKind::Transposed}},                             // ⊤
    {0x22C0, {TokenKind::And, 1}},                                 // ⋀
    {0x22C1, {TokenKind::Or, 1}},                                  // ⋁
    {0x22C2, {TokenKind::Cap}},                                    // ⋂
    {0x22C3, {TokenKind::Cup}},                                    // ⋃
    {0x22C5, {TokenKind::Times}},                                  // ⋅
    {0x22EF, {TokenKind::Ellipsis}},                               // ⋯
    {0x2300, {TokenKind::NamedSet, 0, "empty"}},                   // ⌀
    {0x2308, {TokenKind::Open, at(Bracket::Ceiling)}},             // ⌈
    {0x2309, {TokenKind::Close, at(Bracket::Ceiling)}},            // ⌉
    {0x230A, {TokenKind::Open, at(Bracket::Floor)}},               // ⌊
    {0x230B, {TokenKind::Close, at(Bracket::Floor)}},              // ⌋
    {0x25B1, {TokenKind::Figure}},                                 // ▱
    {0x25B3, {TokenKind::Figure}},                                 // △
    {0x25CB, {TokenKind::Circle}},                                 // ○
    {0x2715, {TokenKind::Times}},                                  // ✕
    {0x2716, {TokenKind::Times}},                                  // ✖
    {0x2794, {TokenKind::Arrow, 1}},                               // ➔
    {0x27E8, {TokenKind::Open, at(Bracket::Angle)}},               // ⟨
    {0x27E9, {TokenKind::Close, at(Bracket::Angle)}},              // ⟩
    {0x27F6, {TokenKind::Arrow, 1}},                               // ⟶
    {0x27F9, {TokenKind::Arrow, 1}},                               // ⟹
    {0x27FA, {TokenKind::Arrow, 2}},                               // ⟺
    {0x29F5, {TokenKind::SetMinus}},                               // ⧵
    {0x2A2F, {TokenKind::Times}},                                  // ⨯
    {0x2A7D, {TokenKind::Relation, at(Relation::LessEqual)}},      // ⩽
    {0x2A7E, {TokenKind::Relation, at(Relation::GreaterEqual)}},   // ⩾
    {0x2C7C, {TokenKind::Subscript, 0, "j"}},                      // ⱼ
    {0x3001, {TokenKind::Comma}},                                  // 、
    {0x3002, {TokenKind::Dot}},                                    // 。
    {0x3008, {TokenKind::Open, at(Bracket::Angle)}},               // 〈
    {0x3009, {TokenKind::Close, at(Bracket::Angle)}},              // 〉
    {0x30FB, {TokenKind::Times}},                                  // ・
    {0xFE50, {TokenKind::Comma}},                                  // ﹐
    {0xFE52, {TokenKind::Dot}},                                    // ﹒
    {0xFE54, {TokenKind::Semicolon}},                              // ﹔
    {0xFE55, {TokenKind::Colon}},                                  // ﹕
    {0xFE59, {TokenKind::Open, at(Bracket::Round)}},               // ﹙
    {0xFE5A, {TokenKind::Close, at(Bracket::Round)}},              // ﹚
    {0xFE62, {TokenKind::Plus}},                                   // ﹢
    {0xFE63, {TokenKind::Minus}},                                  // ﹣
    {0xFE64, {TokenKind::Relation, at(Relation::Less)}},           // ﹤
    {0xFE65, {TokenKind::Relation, at(Relation::Greater)}},        // ﹥
    {0xFE6A, {TokenKind::Percent}},                                // ﹪
    {0xFF01, {TokenKind::Bang}},                                   // ！
    {0xFF04, {TokenKind::Currency, 0, "USD"}},                     // ＄
    {0xFF05, {TokenKind::Percent}},                                // ％
    {0xFF08, {TokenKind::Open, at(Bracket::Round)}},               // （
    {0xFF09, {TokenKind::Close, at(Bracket::Round)}},              // ）
    {0xFF0A, {TokenKind::Times}},                                  // ＊
    {0xFF0B, {TokenKind::Plus}},                                   // ＋
    {0xFF0C, {TokenKind::Comma}},                                  // ，
    {0xFF0D, {TokenKind::Minus}},                                  // －
    {0xFF0E, {TokenKind::Dot}},                                    // ．
    {0xFF0F, {TokenKind::Slash}},                                  // ／
    {0xFF1A, {TokenKind::Colon}},                                  // ：
    {0xFF1B, {TokenKind::Semicolon}},                              // ；
    {0xFF1C, {TokenKind::Relation, at(Relation::Less)}},           // ＜
    {0xFF1D, {TokenKind::Relation, at(Relation::Equal)}},          // ＝
    {0xFF1E, {TokenKind::Relation, at(Relation::Greater)}},        // ＞
    {0xFF3B, {TokenKind::Open, at(Bracket::Square)}},              // ［
    {0xFF3C, {TokenKind::SetMinus}},                               // ＼
    {0xFF3D, {TokenKind::Close, at(Bracket::Square)}},             // ］
    {0xFF5B, {TokenKind::Open, at(Bracket::Set)}},                 // ｛
    {0xFF5C, {TokenKind::Bar}},                                    // ｜
    {0xFF5D, {TokenKind::Close, at(Bracket::Set)}},                // ｝
    {0xFFE1, {TokenKind::Currency, 0, "GBP"}},                     // ￡
    {0xFFE5, {TokenKind::Currency, 0, "JPY"}},                     // ￥
};
static_assert(std::ranges::is_sorted(kCharacters, {}, &Character::codepoint));

}  // namespace

const Spelling* find_character(uint32_t codepoint) {
  const Character* found = std::ranges::lower_bound(kCharacters, codepoint, {}, &Character::codepoint);
  return found != std::end(kCharacters) && found->codepoint == codepoint ? &found->spelling : nullptr;
}

}  // namespace r1::math
