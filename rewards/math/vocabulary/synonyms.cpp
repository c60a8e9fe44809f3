#include "rewards/math/vocabulary/synonyms.h"

namespace r1::math {
namespace {

// A question with two answers takes "true" for "yes" and "false" for "no": golds and answers mix them freely, and no answer to it
// gains by it. That an equation has no real solution does not
// say that it has none; "none" of a list is not a set. Spellings are the output of normalise_text: no articles.
// clang-format off
constexpr TextRow kSynonyms[] = {
    // yes and no
    {"yes it is", "yes"}, {"yes, it is", "yes"}, {"yes it does", "yes"}, {"yes, it does", "yes"}, {"yes it can", "yes"},
    {"yes, it can", "yes"}, {"yes they are", "yes"}, {"yes, they are", "yes"}, {"yep", "yes"}, {"yeah", "yes"},
    {"oui", "yes"}, {"ja", "yes"}, {"s\u00ed", "yes"}, {"si", "yes"}, {"s\u00ec", "yes"}, {"sim", "yes"}, {"\u0434\u0430", "yes"}, {"\u662f", "yes"},
    {"\u662f\u7684", "yes"}, {"\u306f\u3044", "yes"}, {"\uc608", "yes"}, {"\ub124", "yes"}, {"\u0646\u0639\u0645", "yes"}, {"\u0939\u093e\u0901", "yes"}, {"\u0939\u093e\u0902", "yes"}, {"c\u00f3", "yes"},
    {"nope", "no"}, {"no it is not", "no"}, {"no, it is not", "no"}, {"no it isn't", "no"}, {"no, it isn't", "no"},
    {"no it does not", "no"}, {"no, it does not", "no"}, {"no, it doesn't", "no"}, {"no it cannot", "no"}, {"no, it cannot", "no"},
    {"no, it can't", "no"}, {"no they are not", "no"}, {"no, they are not", "no"}, {"non", "no"}, {"nein", "no"}, {"n\u00e3o", "no"},
    {"\u043d\u0435\u0442", "no"}, {"\u5426", "no"}, {"\u4e0d\u662f", "no"}, {"\u3044\u3044\u3048", "no"}, {"\uc544\ub2c8\uc694", "no"}, {"\uc544\ub2c8\uc624", "no"}, {"\u0644\u0627", "no"}, {"\u0928\u0939\u0940\u0902", "no"},
    {"kh\u00f4ng", "no"},
    // true and false
    {"true", "yes"}, {"it is true", "yes"}, {"statement is true", "yes"}, {"this is true", "yes"}, {"correct", "yes"}, {"is true", "yes"},
    {"statement is correct", "yes"}, {"vrai", "yes"}, {"wahr", "yes"}, {"richtig", "yes"}, {"verdadero", "yes"},
    {"verdadeiro", "yes"}, {"vero", "yes"}, {"\u0432\u0435\u0440\u043d\u043e", "yes"}, {"\u0438\u0441\u0442\u0438\u043d\u0430", "yes"}, {"\u043f\u0440\u0430\u0432\u0434\u0430", "yes"}, {"\u771f", "yes"},
    {"\u6b63\u786e", "yes"}, {"\u5bf9", "yes"}, {"\u6b63\u3057\u3044", "yes"}, {"\ucc38", "yes"}, {"\u0635\u062d\u064a\u062d", "yes"}, {"\u0938\u0924\u094d\u092f", "yes"}, {"\u0111\u00fang", "yes"},
    {"false", "no"}, {"it is false", "no"}, {"statement is false", "no"}, {"this is false", "no"}, {"incorrect", "no"},
    {"is false", "no"}, {"not true", "no"}, {"untrue", "no"}, {"statement is incorrect", "no"}, {"faux", "no"},
    {"falsch", "no"}, {"falso", "no"}, {"\u043d\u0435\u0432\u0435\u0440\u043d\u043e", "no"}, {"\u043b\u043e\u0436\u044c", "no"}, {"\u5047", "no"}, {"\u9519\u8bef", "no"},
    {"\u9519", "no"}, {"\u4e0d\u6b63\u786e", "no"}, {"\u8aa4\u308a", "no"}, {"\uac70\uc9d3", "no"}, {"\u062e\u0637\u0623", "no"}, {"\u0905\u0938\u0924\u094d\u092f", "no"}, {"sai", "no"},
    // no solution
    {"none", "no solution"}, {"no solutions", "no solution"}, {"no solution exists", "no solution"},
    {"no solutions exist", "no solution"}, {"there is no solution", "no solution"}, {"there are no solutions", "no solution"},
    {"there's no solution", "no solution"}, {"there is no solutions", "no solution"}, {"has no solution", "no solution"},
    {"has no solutions", "no solution"}, {"it has no solution", "no solution"}, {"it has no solutions", "no solution"},
    {"equation has no solution", "no solution"}, {"equation has no solutions", "no solution"},
    {"system has no solution", "no solution"}, {"system has no solutions", "no solution"}, {"solution does not exist", "no solution"},
    {"solutions do not exist", "no solution"}, {"solution doesn't exist", "no solution"}, {"inconsistent", "no solution"},
    {"system is inconsistent", "no solution"}, {"no roots", "no solution"}, {"no root", "no solution"},
    {"no such number", "no solution"}, {"no such number exists", "no solution"}, {"no such numbers exist", "no solution"},
    {"no such integer exists", "no solution"}, {"no such integers exist", "no solution"}, {"no values", "no solution"},
    {"no value", "no solution"}, {"none exist", "no solution"}, {"none exists", "no solution"}, {"no such value exists", "no solution"},
    {"\u65e0\u89e3", "no solution"}, {"\u7121\u89e3", "no solution"}, {"\u6ca1\u6709\u89e3", "no solution"}, {"\u65b9\u7a0b\u65e0\u89e3", "no solution"}, {"\u539f\u65b9\u7a0b\u65e0\u89e3", "no solution"},
    {"\u65b9\u7a0b\u7ec4\u65e0\u89e3", "no solution"}, {"\u89e3\u306a\u3057", "no solution"}, {"\u89e3\u306f\u306a\u3044", "no solution"}, {"\ud574\uac00 \uc5c6\ub2e4", "no solution"},
    {"\ud574 \uc5c6\uc74c", "no solution"}, {"\ud574\uac00 \uc5c6\uc74c", "no solution"}, {"keine l\u00f6sung", "no solution"}, {"keine l\u00f6sungen", "no solution"},
    {"pas de solution", "no solution"}, {"aucune solution", "no solution"}, {"sin soluci\u00f3n", "no solution"},
    {"no hay soluci\u00f3n", "no solution"}, {"no tiene soluci\u00f3n", "no solution"}, {"sem solu\u00e7\u00e3o", "no solution"},
    {"n\u00e3o h\u00e1 solu\u00e7\u00e3o", "no solution"}, {"n\u00e3o tem solu\u00e7\u00e3o", "no solution"}, {"nessuna soluzione", "no solution"},
    {"\u043d\u0435\u0442 \u0440\u0435\u0448\u0435\u043d\u0438\u0439", "no solution"}, {"\u0440\u0435\u0448\u0435\u043d\u0438\u0439 \u043d\u0435\u0442", "no solution"}, {"\u043d\u0435\u0442 \u0440\u0435\u0448\u0435\u043d\u0438\u044f", "no solution"}, {"\u0644\u0627 \u064a\u0648\u062c\u062f \u062d\u0644", "no solution"},
    {"\u0915\u094b\u0908 \u0939\u0932 \u0928\u0939\u0940\u0902", "no solution"}, {"v\u00f4 nghi\u1ec7m", "no solution"},
    // no real solution
    {"no real solutions", "no real solution"}, {"there are no real solutions", "no real solution"},
    {"there is no real solution", "no real solution"}, {"no real roots", "no real solution"}, {"no real root", "no real solution"},
    {"there are no real roots", "no real solution"}, {"no real number", "no real solution"}, {"no real numbers", "no real solution"},
    {"no real values", "no real solution"}, {"no real value", "no real solution"}, {"no real solution exists", "no real solution"},
    {"no real solutions exist", "no real solution"}, {"\u65e0\u5b9e\u6570\u89e3", "no real solution"}, {"\u6ca1\u6709\u5b9e\u6570\u89e3", "no real solution"},
    {"\u65e0\u5b9e\u6570\u6839", "no real solution"}, {"\u6ca1\u6709\u5b9e\u6570\u6839", "no real solution"}, {"\u65b9\u7a0b\u65e0\u5b9e\u6570\u6839", "no real solution"},
    {"\u5b9f\u6570\u89e3\u306a\u3057", "no real solution"}, {"\u043d\u0435\u0442 \u0434\u0435\u0439\u0441\u0442\u0432\u0438\u0442\u0435\u043b\u044c\u043d\u044b\u0445 \u0440\u0435\u0448\u0435\u043d\u0438\u0439", "no real solution"},
    {"\u043d\u0435\u0442 \u0434\u0435\u0439\u0441\u0442\u0432\u0438\u0442\u0435\u043b\u044c\u043d\u044b\u0445 \u043a\u043e\u0440\u043d\u0435\u0439", "no real solution"}, {"keine reelle l\u00f6sung", "no real solution"},
    {"keine reellen l\u00f6sungen", "no real solution"},
    // undefined
    {"dne", "undefined"}, {"d.n.e", "undefined"}, {"does not exist", "undefined"}, {"doesn't exist", "undefined"},
    {"do not exist", "undefined"}, {"it does not exist", "undefined"}, {"limit does not exist", "undefined"},
    {"limit doesn't exist", "undefined"}, {"not defined", "undefined"}, {"is undefined", "undefined"}, {"it is undefined", "undefined"},
    {"is not defined", "undefined"}, {"nonexistent", "undefined"}, {"non-existent", "undefined"}, {"undef", "undefined"},
    {"undefined slope", "undefined"}, {"slope is undefined", "undefined"}, {"\u4e0d\u5b58\u5728", "undefined"}, {"\u672a\u5b9a\u4e49", "undefined"},
    {"\u65e0\u5b9a\u4e49", "undefined"}, {"\u65e0\u610f\u4e49", "undefined"}, {"\u6975\u9650\u306f\u5b58\u5728\u3057\u306a\u3044", "undefined"}, {"\u5b58\u5728\u3057\u306a\u3044", "undefined"},
    {"\u5b9a\u7fa9\u3055\u308c\u306a\u3044", "undefined"}, {"\uc874\uc7ac\ud558\uc9c0 \uc54a\ub294\ub2e4", "undefined"}, {"\uc874\uc7ac\ud558\uc9c0 \uc54a\uc74c", "undefined"}, {"\uc815\uc758\ub418\uc9c0 \uc54a\uc74c", "undefined"},
    {"undefiniert", "undefined"}, {"nicht definiert", "undefined"}, {"existiert nicht", "undefined"},
    {"n'existe pas", "undefined"}, {"non d\u00e9fini", "undefined"}, {"ind\u00e9fini", "undefined"}, {"no existe", "undefined"},
    {"indefinido", "undefined"}, {"n\u00e3o existe", "undefined"}, {"non esiste", "undefined"}, {"indefinito", "undefined"},
    {"\u043d\u0435 \u0441\u0443\u0449\u0435\u0441\u0442\u0432\u0443\u0435\u0442", "undefined"}, {"\u043d\u0435 \u043e\u043f\u0440\u0435\u0434\u0435\u043b\u0435\u043d\u043e", "undefined"}, {"\u043d\u0435 \u043e\u043f\u0440\u0435\u0434\u0435\u043b\u0435\u043d\u0430", "undefined"}, {"\u063a\u064a\u0631 \u0645\u0639\u0631\u0641", "undefined"},
    {"\u063a\u064a\u0631 \u0645\u0648\u062c\u0648\u062f", "undefined"}, {"\u0905\u092a\u0930\u093f\u092d\u093e\u0937\u093f\u0924", "undefined"}, {"kh\u00f4ng t\u1ed3n t\u1ea1i", "undefined"}, {"kh\u00f4ng x\u00e1c \u0111\u1ecbnh", "undefined"},
    // infinitely many
    {"infinite", "infinitely many"}, {"infinitely many solutions", "infinitely many"},
    {"infinite number of solutions", "infinitely many"}, {"infinite solutions", "infinitely many"},
    {"infinite number", "infinitely many"}, {"infinite amount", "infinitely many"}, {"infinite many", "infinitely many"},
    {"infinitely many solution", "infinitely many"}, {"there are infinitely many solutions", "infinitely many"},
    {"there are infinitely many", "infinitely many"}, {"infinity many", "infinitely many"},
    {"infinite number of ways", "infinitely many"}, {"infinitely many ways", "infinitely many"},
    {"system has infinitely many solutions", "infinitely many"}, {"equation has infinitely many solutions", "infinitely many"},
    {"\u65e0\u6570\u4e2a", "infinitely many"}, {"\u65e0\u6570", "infinitely many"}, {"\u65e0\u7a77\u591a", "infinitely many"}, {"\u65e0\u7a77\u591a\u4e2a", "infinitely many"},
    {"\u65e0\u7a77\u591a\u89e3", "infinitely many"}, {"\u65e0\u7a77\u591a\u4e2a\u89e3", "infinitely many"}, {"\u65e0\u6570\u89e3", "infinitely many"}, {"\u6709\u65e0\u6570\u4e2a\u89e3", "infinitely many"},
    {"\u6709\u65e0\u7a77\u591a\u4e2a\u89e3", "infinitely many"}, {"\u7121\u6570", "infinitely many"}, {"\u7121\u6570\u500b", "infinitely many"}, {"\u7121\u9650\u500b", "infinitely many"},
    {"\ubb34\uc218\ud788 \ub9ce\ub2e4", "infinitely many"}, {"\ubb34\ud55c\ud788 \ub9ce\ub2e4", "infinitely many"}, {"unendlich viele", "infinitely many"},
    {"unendlich viele l\u00f6sungen", "infinitely many"}, {"une infinit\u00e9", "infinitely many"},
    {"une infinit\u00e9 de solutions", "infinitely many"}, {"infinit\u00e9 de solutions", "infinitely many"},
    {"infinitas soluciones", "infinitely many"}, {"infinitas", "infinitely many"}, {"infinitas solu\u00e7\u00f5es", "infinitely many"},
    {"infinite soluzioni", "infinitely many"}, {"\u0431\u0435\u0441\u043a\u043e\u043d\u0435\u0447\u043d\u043e \u043c\u043d\u043e\u0433\u043e", "infinitely many"},
    {"\u0431\u0435\u0441\u043a\u043e\u043d\u0435\u0447\u043d\u043e \u043c\u043d\u043e\u0433\u043e \u0440\u0435\u0448\u0435\u043d\u0438\u0439", "infinitely many"}, {"\u0639\u062f\u062f \u0644\u0627 \u0646\u0647\u0627\u0626\u064a \u0645\u0646 \u0627\u0644\u062d\u0644\u0648\u0644", "infinitely many"},
    {"\u0905\u0928\u0902\u0924 \u0939\u0932", "infinitely many"}, {"v\u00f4 s\u1ed1 nghi\u1ec7m", "infinitely many"}, {"v\u00f4 s\u1ed1", "infinitely many"},
    // all real numbers
    {"all reals", "all real numbers"}, {"all real", "all real numbers"}, {"any real number", "all real numbers"},
    {"every real number", "all real numbers"}, {"real numbers", "all real numbers"}, {"all real number", "all real numbers"},
    {"all real values", "all real numbers"}, {"set of all real numbers", "all real numbers"}, {"set of real numbers", "all real numbers"},
    {"reals", "all real numbers"}, {"entire real line", "all real numbers"}, {"real line", "all real numbers"},
    {"all of reals", "all real numbers"}, {"\u5168\u4f53\u5b9e\u6570", "all real numbers"}, {"\u4e00\u5207\u5b9e\u6570", "all real numbers"},
    {"\u4efb\u610f\u5b9e\u6570", "all real numbers"}, {"\u6240\u6709\u5b9e\u6570", "all real numbers"}, {"\u5b9f\u6570\u5168\u4f53", "all real numbers"},
    {"\u3059\u3079\u3066\u306e\u5b9f\u6570", "all real numbers"}, {"\ubaa8\ub4e0 \uc2e4\uc218", "all real numbers"}, {"alle reellen zahlen", "all real numbers"},
    {"tous les r\u00e9els", "all real numbers"}, {"tous les nombres r\u00e9els", "all real numbers"},
    {"todos los n\u00fameros reales", "all real numbers"}, {"todos os n\u00fameros reais", "all real numbers"},
    {"tutti i numeri reali", "all real numbers"}, {"\u0432\u0441\u0435 \u0434\u0435\u0439\u0441\u0442\u0432\u0438\u0442\u0435\u043b\u044c\u043d\u044b\u0435 \u0447\u0438\u0441\u043b\u0430", "all real numbers"},
    {"\u043b\u044e\u0431\u043e\u0435 \u0434\u0435\u0439\u0441\u0442\u0432\u0438\u0442\u0435\u043b\u044c\u043d\u043e\u0435 \u0447\u0438\u0441\u043b\u043e", "all real numbers"}, {"\u062c\u0645\u064a\u0639 \u0627\u0644\u0623\u0639\u062f\u0627\u062f \u0627\u0644\u062d\u0642\u064a\u0642\u064a\u0629", "all real numbers"},
    {"\u0938\u092d\u0940 \u0935\u093e\u0938\u094d\u0924\u0935\u093f\u0915 \u0938\u0902\u0916\u094d\u092f\u093e\u090f\u0901", "all real numbers"}, {"m\u1ecdi s\u1ed1 th\u1ef1c", "all real numbers"},
    // the empty set
    {"null set", "empty set"}, {"void set", "empty set"}, {"\u7a7a\u96c6", "empty set"}, {"\u7a7a\u96c6\u5408", "empty set"}, {"\uacf5\uc9d1\ud569", "empty set"},
    {"leere menge", "empty set"}, {"ensemble vide", "empty set"}, {"l'ensemble vide", "empty set"},
    {"conjunto vac\u00edo", "empty set"}, {"conjunto vazio", "empty set"}, {"insieme vuoto", "empty set"},
    {"\u043f\u0443\u0441\u0442\u043e\u0435 \u043c\u043d\u043e\u0436\u0435\u0441\u0442\u0432\u043e", "empty set"}, {"\u0627\u0644\u0645\u062c\u0645\u0648\u0639\u0629 \u0627\u0644\u062e\u0627\u0644\u064a\u0629", "empty set"}, {"t\u1eadp r\u1ed7ng", "empty set"},
    // series
    {"divergent", "diverges"}, {"it diverges", "diverges"}, {"series diverges", "diverges"}, {"is divergent", "diverges"},
    {"integral diverges", "diverges"}, {"sequence diverges", "diverges"}, {"\u53d1\u6563", "diverges"}, {"\u767a\u6563", "diverges"},
    {"\u767a\u6563\u3059\u308b", "diverges"}, {"\ubc1c\uc0b0", "diverges"}, {"diverge", "diverges"}, {"divergiert", "diverges"}, {"\u0440\u0430\u0441\u0445\u043e\u0434\u0438\u0442\u0441\u044f", "diverges"},
    {"ph\u00e2n k\u1ef3", "diverges"},
    {"convergent", "converges"}, {"it converges", "converges"}, {"series converges", "converges"}, {"is convergent", "converges"},
    {"integral converges", "converges"}, {"sequence converges", "converges"}, {"\u6536\u655b", "converges"}, {"\u53ce\u675f", "converges"},
    {"\u53ce\u675f\u3059\u308b", "converges"}, {"\uc218\ub834", "converges"}, {"converge", "converges"}, {"konvergiert", "converges"},
    {"\u0441\u0445\u043e\u0434\u0438\u0442\u0441\u044f", "converges"}, {"h\u1ed9i t\u1ee5", "converges"},
    // not enough is known
    {"cannot be determined", "cannot be determined"}, {"can not be determined", "cannot be determined"},
    {"can't be determined", "cannot be determined"}, {"it cannot be determined", "cannot be determined"},
    {"cannot determine", "cannot be determined"}, {"not enough information", "cannot be determined"},
    {"insufficient information", "cannot be determined"}, {"there is not enough information", "cannot be determined"},
    {"not enough information to determine", "cannot be determined"}, {"relationship cannot be determined", "cannot be determined"},
    {"cannot be determined from information given", "cannot be determined"}, {"\u65e0\u6cd5\u786e\u5b9a", "cannot be determined"},
    {"\u4e0d\u80fd\u786e\u5b9a", "cannot be determined"},
    // none of a list
    {"none of above", "none of these"}, {"none of given", "none of these"}, {"none of options", "none of these"},
    {"none of given options", "none of these"}, {"none of choices", "none of these"}, {"\u4ee5\u4e0a\u90fd\u4e0d\u662f", "none of these"},
    {"\u4ee5\u4e0a\u90fd\u4e0d\u5bf9", "none of these"},
    // parity, comparison
    {"even number", "even"}, {"\u5076\u6570", "even"}, {"even function", "even"}, {"\u5076\u51fd\u6570", "even"}, {"odd number", "odd"},
    {"\u5947\u6570", "odd"}, {"odd function", "odd"}, {"\u5947\u51fd\u6570", "odd"},
    {"they are equal", "equal"}, {"both are equal", "equal"}, {"they are same", "equal"}, {"\u76f8\u7b49", "equal"}, {"\u4e00\u6837", "equal"},
    {"they're equal", "equal"}, {"two are equal", "equal"}, {"two quantities are equal", "equal"},
    // days of the week; "sun" and "sat" are words of their own
    {"mon", "monday"}, {"tue", "tuesday"}, {"tues", "tuesday"}, {"wed", "wednesday"}, {"weds", "wednesday"}, {"thu", "thursday"},
    {"thur", "thursday"}, {"thurs", "thursday"}, {"fri", "friday"}, {"\u661f\u671f\u4e00", "monday"}, {"\u5468\u4e00", "monday"}, {"\u6708\u66dc\u65e5", "monday"},
    {"\u661f\u671f\u4e8c", "tuesday"}, {"\u5468\u4e8c", "tuesday"}, {"\u706b\u66dc\u65e5", "tuesday"}, {"\u661f\u671f\u4e09", "wednesday"}, {"\u5468\u4e09", "wednesday"},
    {"\u6c34\u66dc\u65e5", "wednesday"}, {"\u661f\u671f\u56db", "thursday"}, {"\u5468\u56db", "thursday"}, {"\u6728\u66dc\u65e5", "thursday"}, {"\u661f\u671f\u4e94", "friday"},
    {"\u5468\u4e94", "friday"}, {"\u91d1\u66dc\u65e5", "friday"}, {"\u661f\u671f\u516d", "saturday"}, {"\u5468\u516d", "saturday"}, {"\u571f\u66dc\u65e5", "saturday"},
    {"\u661f\u671f\u65e5", "sunday"}, {"\u661f\u671f\u5929", "sunday"}, {"\u5468\u65e5", "sunday"}, {"\u65e5\u66dc\u65e5", "sunday"},
    {"jan", "january"}, {"feb", "february"}, {"apr", "april"}, {"jun", "june"}, {"jul", "july"}, {"aug", "august"},
    {"sept", "september"}, {"sep", "september"}, {"oct", "october"}, {"nov", "november"}, {"dec", "december"},
};

constexpr TextRow kNamedSets[] = {
    
    {"all integers", "Z"}, {"integers", "Z"}, {"set of integers", "Z"}, {"set of all integers", "Z"}, {"any integer", "Z"},
    {"every integer", "Z"}, {"\u5168\u4f53\u6574\u6570", "Z"}, {"\u6240\u6709\u6574\u6570", "Z"}, {"\u4efb\u610f\u6574\u6570", "Z"},
    {"rational numbers", "Q"}, {"all rational numbers", "Q"}, {"rationals", "Q"}, {"all rationals", "Q"},
    {"set of rational numbers", "Q"}, {"set of all rational numbers", "Q"}, {"\u5168\u4f53\u6709\u7406\u6570", "Q"},
    {"natural numbers", "N"}, {"all natural numbers", "N"}, {"set of natural numbers", "N"}, {"set of all natural numbers", "N"},
    {"complex numbers", "C"}, {"all complex numbers", "C"}, {"set of complex numbers", "C"}, {"set of all complex numbers", "C"},
};

constexpr JoinerRow kJoiners[] = {
    {"and", Joiner::And}, {"&", Joiner::And}, {"und", Joiner::And}, {"sowie", Joiner::And}, {"et", Joiner::And},
    {"\u0438", Joiner::And}, {"\u548c", Joiner::And}, {"\u4e0e", Joiner::And}, {"\u8207", Joiner::And}, {"\u53ca", Joiner::And}, {"\u4ee5\u53ca", Joiner::And},
    {"\u4e14", Joiner::And}, {"\u3068", Joiner::And}, {"\u304a\u3088\u3073", Joiner::And}, {"\u53ca\u3073", Joiner::And}, {"\u304b\u3064", Joiner::And},
    {"\uc640", Joiner::And}, {"\uacfc", Joiner::And}, {"\uadf8\ub9ac\uace0", Joiner::And}, {"\ubc0f", Joiner::And}, {"\u0648", Joiner::And}, {"\u0914\u0930", Joiner::And},
    {"\u0924\u0925\u093e", Joiner::And}, {"v\u00e0", Joiner::And}, {"ed", Joiner::And},
    {"or", Joiner::Or}, {"oder", Joiner::Or}, {"bzw", Joiner::Or}, {"ou", Joiner::Or}, {"\u0438\u043b\u0438", Joiner::Or}, {"\u043b\u0438\u0431\u043e", Joiner::Or},
    {"\u6216", Joiner::Or}, {"\u6216\u8005", Joiner::Or}, {"\u307e\u305f\u306f", Joiner::Or}, {"\u53c8\u306f", Joiner::Or}, {"\u3042\u308b\u3044\u306f", Joiner::Or},
    {"\u3082\u3057\u304f\u306f", Joiner::Or}, {"\ub610\ub294", Joiner::Or}, {"\ud639\uc740", Joiner::Or}, {"\u0623\u0648", Joiner::Or}, {"\u092f\u093e", Joiner::Or},
    {"\u0905\u0925\u0935\u093e", Joiner::Or}, {"ho\u1eb7c", Joiner::Or}, {"oppure", Joiner::Or},
};
// clang-format on

}  // namespace

std::span<const TextRow> synonym_rows() { return kSynonyms; }
std::span<const TextRow> named_set_rows() { return kNamedSets; }
std::span<const JoinerRow> joiner_rows() { return kJoiners; }

}  // namespace r1::math
