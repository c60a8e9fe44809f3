#include "rewards/math/vocabulary/units.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace r1::math {
namespace {

std::string key_of(std::string_view spelled) { return std::string(find_unit(spelled).value_or("-")); }

// "m s^-1", with "|" and what was left unread.
std::string phrase(std::string_view text) {
  const auto read = read_unit_phrase(text);
  if (!read) return "-";
  std::string out;
  for (const UnitPower& power : read->units) {
    if (!out.empty()) out += ' ';
    out += power.key;
    if (power.exponent != 1) out += "^" + std::to_string(power.exponent);
  }
  if (read->bytes < text.size()) out += "|" + std::string(text.substr(read->bytes));
  return out;
}

UnitProduct product(std::string_view text) {
  const auto read = read_unit_phrase(text);
  EXPECT_TRUE(read && read->bytes == text.size()) << text;
  return read ? read->units : UnitProduct{};
}

// "numerator/denominator pi^k", in lowest terms, or "different" or "unknown".
std::string factor(std::string_view a, std::string_view b) {
  const UnitConversion c = convert_units(product(a), product(b));
  if (c.relation == UnitRelation::Different) return "different";
  if (c.relation == UnitRelation::Unknown) return "unknown";
  __extension__ using Natural = unsigned __int128;
  const auto read = [](const std::string& digits) {
    Natural value = 0;
    for (char digit : digits) value = value * 10 + static_cast<Natural>(digit - '0');
    return value;
  };
  const auto write = [](Natural value) {
    std::string digits;
    do digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    while (value /= 10);
    return digits;
  };
  EXPECT_LE(std::max(c.numerator.size(), c.denominator.size()), 38u) << a << " " << b;
  Natural above = read(c.numerator), below = read(c.denominator), x = above, y = below;
  while (y != 0) std::swap(x %= y, y);
  std::string text = write(above / x) + (below / x == 1 ? "" : "/" + write(below / x));
  if (c.pi_power != 0) text += " pi^" + std::to_string(c.pi_power);
  if (c.offset_numerator != "0")
    text += (c.offset_negative ? " - " : " + ") + c.offset_numerator + "/" + c.offset_denominator;
  return text;
}

TEST(Units, NoSpellingLeadsToTwoUnits) {
  std::map<std::string, std::string> seen;
  for (const UnitSpelling& spelling : unit_spellings()) {
    const auto [entry, fresh] = seen.emplace(spelling.spelled, spelling.key);
    EXPECT_TRUE(fresh || entry->second == spelling.key)
        << spelling.spelled << ": " << entry->second << " and " << spelling.key;
  }
  EXPECT_GT(seen.size(), 1500u);
}

TEST(Units, EverySpellingFindsItsUnit) {
  for (const UnitSpelling& spelling : unit_spellings())
    EXPECT_EQ(key_of(spelling.spelled), spelling.key) << spelling.spelled;
}

TEST(Units, SymbolsTellUpperFromLowerCase) {
  EXPECT_EQ(key_of("mm"), "mm");
  EXPECT_EQ(key_of("Mm"), "Mm");
  EXPECT_EQ(key_of("MM"), "-");
  EXPECT_EQ(key_of("mW"), "mW");
  EXPECT_EQ(key_of("MW"), "MW");
  EXPECT_EQ(key_of("mPa"), "mPa");
  EXPECT_EQ(key_of("MPa"), "MPa");
  EXPECT_EQ(key_of("s"), "s");
  EXPECT_EQ(key_of("S"), "S");
  EXPECT_EQ(key_of("K"), "K");
  EXPECT_EQ(key_of("k"), "-");
  EXPECT_EQ(key_of("Kg"), "kg");
  EXPECT_EQ(key_of("KB"), "kB");
  EXPECT_EQ(key_of("gm"), "g");
  EXPECT_EQ(key_of("\u00b5m"), "um");
  EXPECT_EQ(key_of("\u03bcm"), "um");
  EXPECT_EQ(key_of("\u2126"), "ohm");
}

TEST(Units, WordsInAnyCaseAndNumber) {
  EXPECT_EQ(key_of("Meters"), "m");
  EXPECT_EQ(key_of("METRES"), "m");
  EXPECT_EQ(key_of("kilometre"), "km");
  EXPECT_EQ(key_of("centimeters"), "cm");
  EXPECT_EQ(key_of("feet"), "ft");
  EXPECT_EQ(key_of("foot"), "ft");
  EXPECT_EQ(key_of("inches"), "in");
  EXPECT_EQ(key_of("in."), "in");
  EXPECT_EQ(key_of("hrs."), "h");
  EXPECT_EQ(key_of("lbs"), "lb");
  EXPECT_EQ(key_of("pounds"), "pound");
  EXPECT_EQ(key_of("Hours"), "h");
  EXPECT_EQ(key_of("mins"), "min");
  EXPECT_EQ(key_of("centuries"), "century");
  EXPECT_EQ(key_of("milliliters"), "mL");
  EXPECT_EQ(key_of("kilowatts"), "kW");
  EXPECT_EQ(key_of("mph"), "mph");
  EXPECT_EQ(key_of("degrees"), "degree");
  EXPECT_EQ(key_of("\u00b0"), "degree");
  EXPECT_EQ(key_of("\u00b0C"), "degC");
  EXPECT_EQ(key_of("degrees Fahrenheit"), "degF");
  EXPECT_EQ(key_of("light years"), "ly");
  EXPECT_EQ(key_of("kibibytes"), "KiB");
}

TEST(Units, Money) {
  EXPECT_EQ(key_of("$"), "USD");
  EXPECT_EQ(key_of("dollars"), "USD");
  EXPECT_EQ(key_of("cents"), "cent");
  EXPECT_EQ(key_of("\u20ac"), "EUR");
  EXPECT_EQ(key_of("\u00a3"), "GBP");
  EXPECT_EQ(key_of("\u00a5"), "yen_sign");
  EXPECT_EQ(key_of("\u20b9"), "INR");
  EXPECT_EQ(key_of("pence"), "pence");
  EXPECT_EQ(key_of("\u5143"), "CNY");
  EXPECT_EQ(key_of("\u5186"), "JPY");
  EXPECT_EQ(key_of("\u0440\u0443\u0431\u043b\u0435\u0439"), "RUB");
  EXPECT_TRUE(is_currency("USD"));
  EXPECT_TRUE(is_currency("cent"));
  EXPECT_TRUE(is_currency("ILS"));
  EXPECT_FALSE(is_currency("kg"));
  EXPECT_FALSE(is_currency("year"));
  EXPECT_FALSE(is_currency("nonsense"));
}

TEST(Units, OtherLanguages) {
  EXPECT_EQ(key_of("\u5398\u7c73"), "cm");
  EXPECT_EQ(key_of("\u7c73"), "m");
  EXPECT_EQ(key_of("\u5343\u7c73"), "km");
  EXPECT_EQ(key_of("\u516c\u91cc"), "km");
  EXPECT_EQ(key_of("\u5343\u514b"), "kg");
  EXPECT_EQ(key_of("\u5c0f\u65f6"), "h");
  EXPECT_EQ(key_of("\u5206\u949f"), "min");
  EXPECT_EQ(key_of("\u5ea6"), "degree");
  EXPECT_EQ(key_of("\u6444\u6c0f\u5ea6"), "degC");
  EXPECT_EQ(key_of("\u043c\u0435\u0442\u0440"), "m");
  EXPECT_EQ(key_of("\u0421\u041c"), "cm");
  EXPECT_EQ(key_of("\u0447\u0430\u0441\u043e\u0432"), "h");
  EXPECT_EQ(key_of("m\u00e8tres"), "m");
  EXPECT_EQ(key_of("me\u0300tres"), "m");
  EXPECT_EQ(key_of("Stunden"), "h");
  EXPECT_EQ(key_of("a\u00f1os"), "year");
  EXPECT_EQ(key_of("\u30ad\u30ed\u30e1\u30fc\u30c8\u30eb"), "km");
  EXPECT_EQ(key_of("\uc2dc\uac04"), "h");
  EXPECT_EQ(key_of("gi\u1edd"), "h");
}

TEST(Units, WhatIsNoUnit) {
  for (const char* text : {"",        " ",       "apples", "x",   "yards per", "am",  "pm",      "ways",
                           "metersx", "mmm",     "kk",     "5",   "km2",       "nan", "pi",      "\xff\xfe",
                           "people",  "percent", "%",      "inf", "mb",        "cmm", "dollarss"})
    EXPECT_EQ(key_of(text), "-") << text;
  EXPECT_EQ(key_of(std::string(100000, 'm')), "-");
  EXPECT_EQ(phrase(std::string(100000, 'm')), "-");
}

TEST(Units, LettersNeedANumberBefore) {
  for (const char* text : {"m", "s", "g", "h", "A", "in", "min", "sec", "deg", "second", "bar", "PA", "mT"})
    EXPECT_TRUE(needs_number_before(text)) << text;
  for (const char* text :
       {"cm", "kg", "km", "inches", "meters", "mph", "dollars", "$", "kWh", "\u5398\u7c73"})
    EXPECT_FALSE(needs_number_before(text)) << text;
}

TEST(UnitPhrase, PowersBeforeAndBehind) {
  EXPECT_EQ(phrase("square meters"), "m^2");
  EXPECT_EQ(phrase("sq ft"), "ft^2");
  EXPECT_EQ(phrase("sq. ft."), "ft^2");
  EXPECT_EQ(phrase("sq. inches"), "in^2");
  EXPECT_EQ(phrase("cubic inches"), "in^3");
  EXPECT_EQ(phrase("cu. cm"), "cm^3");
  EXPECT_EQ(phrase("Square Centimeters"), "cm^2");
  EXPECT_EQ(phrase("cm^2"), "cm^2");
  EXPECT_EQ(phrase("cm^{2}"), "cm^2");
  EXPECT_EQ(phrase("cm\u00b2"), "cm^2");
  EXPECT_EQ(phrase("m3"), "m^3");
  EXPECT_EQ(phrase("s^{-2}"), "s^-2");
  EXPECT_EQ(phrase("s\u207b\u00b9"), "s^-1");
  EXPECT_EQ(phrase("inches squared"), "in^2");
  EXPECT_EQ(phrase("feet cubed"), "ft^3");
  EXPECT_EQ(phrase("\u33a1"), "m^2");
  EXPECT_EQ(phrase("\u339d"), "cm");
  EXPECT_EQ(phrase("\u5e73\u65b9\u5398\u7c73"), "cm^2");
  EXPECT_EQ(phrase("\u7acb\u65b9\u7c73"), "m^3");
  EXPECT_EQ(phrase("Quadratmeter"), "m^2");
  EXPECT_EQ(phrase("m\u00e8tres carr\u00e9s"), "m^2");
  EXPECT_EQ(phrase("\u043a\u0432. \u0441\u043c"), "cm^2");
  EXPECT_EQ(phrase("\uc81c\uacf1\ubbf8\ud130"), "m^2");
  EXPECT_EQ(phrase("m\u00e9t vu\u00f4ng"), "m^2");
}

TEST(UnitPhrase, QuotientsAndProducts) {
  EXPECT_EQ(phrase("m/s"), "m s^-1");
  EXPECT_EQ(phrase("m/s^2"), "m s^-2");
  EXPECT_EQ(phrase("m/s/s"), "m s^-2");
  EXPECT_EQ(phrase("meters per second"), "m s^-1");
  EXPECT_EQ(phrase("km per hour"), "km h^-1");
  EXPECT_EQ(phrase("km/h"), "km h^-1");
  EXPECT_EQ(phrase("miles an hour"), "mi h^-1");
  EXPECT_EQ(phrase("miles per hour per second"), "mi h^-1 s^-1");
  EXPECT_EQ(phrase("meters per second squared"), "m s^-2");
  EXPECT_EQ(phrase("kg m^2 s^-2"), "kg m^2 s^-2");
  EXPECT_EQ(phrase("N*m"), "N m");
  EXPECT_EQ(phrase("N\u00b7m"), "N m");
  EXPECT_EQ(phrase("kilowatt-hours"), "kW h");
  EXPECT_EQ(phrase("J/(kg K)"), "J kg^-1 K^-1");
  EXPECT_EQ(phrase("g/cm^3"), "g cm^-3");
  EXPECT_EQ(phrase("dollars per pound"), "USD pound^-1");
  EXPECT_EQ(phrase("$ per hour"), "USD h^-1");
  EXPECT_EQ(phrase("pages per minute"), "min^-1");
  EXPECT_EQ(phrase("words per minute"), "min^-1");
  EXPECT_EQ(phrase("dollars per apple"), "USD");
  EXPECT_EQ(phrase("m m"), "m^2");
  EXPECT_EQ(phrase("m/m"), "");
  EXPECT_EQ(phrase("\u5343\u7c73/\u5c0f\u65f6"), "km h^-1");
  EXPECT_EQ(phrase("\u7c73\u6bcf\u79d2"), "m s^-1");
  EXPECT_EQ(phrase("\u043a\u043c/\u0447"), "km h^-1");
}

TEST(UnitPhrase, GenericUnitsAreNoUnit) {
  EXPECT_EQ(phrase("units"), "");
  EXPECT_EQ(phrase("square units"), "");
  EXPECT_EQ(phrase("cubic units"), "");
  EXPECT_EQ(phrase("units^2"), "");
  EXPECT_EQ(phrase("\u5e73\u65b9\u5355\u4f4d"), "");
}

TEST(UnitPhrase, DecorationBelongsToTheUnit) {
  EXPECT_EQ(phrase("feet tall"), "ft");
  EXPECT_EQ(phrase("cm long"), "cm");
  EXPECT_EQ(phrase("years old"), "year");
  EXPECT_EQ(phrase("inches of snow"), "in");
  EXPECT_EQ(phrase("liters of paint"), "L");
  EXPECT_EQ(phrase("minutes each"), "min");
  EXPECT_EQ(phrase("cm in length"), "cm");
  EXPECT_EQ(phrase("cups of flour"), "cup");
}

TEST(UnitPhrase, WhatChangesTheMeaningStaysUnread) {
  EXPECT_EQ(phrase("feet less"), "ft| less");
  EXPECT_EQ(phrase("years ago"), "year| ago");
  EXPECT_EQ(phrase("cm or 6 cm"), "cm| or 6 cm");
  EXPECT_EQ(phrase("miles north"), "mi| north");
  EXPECT_EQ(phrase("inches of not snow"), "in| of not snow");
  EXPECT_EQ(phrase("cm^x"), "-");
  EXPECT_EQ(phrase("cm^22"), "-");
  EXPECT_EQ(phrase("ft 7 in"), "ft| 7 in");
  EXPECT_EQ(phrase("m + 3"), "m| + 3");
  EXPECT_EQ(phrase("square apples"), "-");
  EXPECT_EQ(phrase("apples"), "-");
  EXPECT_EQ(phrase(""), "-");
  EXPECT_EQ(phrase("per hour"), "-");
  EXPECT_EQ(phrase("/h"), "-");
  EXPECT_EQ(phrase("mx"), "-");
  EXPECT_EQ(phrase("cm23"), "cm|23");
}

TEST(UnitConversion, LengthsAreExact) {
  EXPECT_EQ(factor("m", "cm"), "100");
  EXPECT_EQ(factor("cm", "m"), "1/100");
  EXPECT_EQ(factor("km", "mm"), "1000000");
  EXPECT_EQ(factor("in", "cm"), "127/50");
  EXPECT_EQ(factor("ft", "in"), "12");
  EXPECT_EQ(factor("yd", "ft"), "3");
  EXPECT_EQ(factor("miles", "feet"), "5280");
  EXPECT_EQ(factor("miles", "km"), "25146/15625");
  EXPECT_EQ(factor("nm", "m"), "1/1000000000");
  EXPECT_EQ(factor("\u91cc", "m"), "500");
  EXPECT_EQ(factor("\u5c3a", "\u5bf8"), "10");
}

TEST(UnitConversion, AreasAndVolumes) {
  EXPECT_EQ(factor("m^2", "cm^2"), "10000");
  EXPECT_EQ(factor("square feet", "square inches"), "144");
  EXPECT_EQ(factor("cubic yards", "cubic feet"), "27");
  EXPECT_EQ(factor("acres", "square feet"), "43560");
  EXPECT_EQ(factor("square miles", "acres"), "640");
  EXPECT_EQ(factor("ha", "m^2"), "10000");
  EXPECT_EQ(factor("L", "cm^3"), "1000");
  EXPECT_EQ(factor("mL", "cc"), "1");
  EXPECT_EQ(factor("gallons", "quarts"), "4");
  EXPECT_EQ(factor("quarts", "pints"), "2");
  EXPECT_EQ(factor("pints", "cups"), "2");
  EXPECT_EQ(factor("cups", "fluid ounces"), "8");
  EXPECT_EQ(factor("gallons", "cubic inches"), "231");
  EXPECT_EQ(factor("tablespoons", "teaspoons"), "3");
  EXPECT_EQ(factor("cups", "tablespoons"), "16");
}

TEST(UnitConversion, MassTimeSpeed) {
  EXPECT_EQ(factor("kg", "g"), "1000");
  EXPECT_EQ(factor("lb", "oz"), "16");
  EXPECT_EQ(factor("tons", "pounds"), "2000");
  EXPECT_EQ(factor("tonnes", "kg"), "1000");
  EXPECT_EQ(factor("\u65a4", "\u5343\u514b"), "1/2");
  EXPECT_EQ(factor("hours", "minutes"), "60");
  EXPECT_EQ(factor("days", "hours"), "24");
  EXPECT_EQ(factor("weeks", "days"), "7");
  EXPECT_EQ(factor("years", "months"), "12");
  EXPECT_EQ(factor("centuries", "years"), "100");
  EXPECT_EQ(factor("mph", "miles per hour"), "1");
  EXPECT_EQ(factor("m/s", "km/h"), "18/5");
  EXPECT_EQ(factor("kph", "km/h"), "1");
  EXPECT_EQ(factor("mpg", "miles per gallon"), "1");
  EXPECT_EQ(factor("knots", "km/h"), "463/250");
}

TEST(UnitConversion, DerivedUnits) {
  EXPECT_EQ(factor("N", "kg m/s^2"), "1");
  EXPECT_EQ(factor("J", "N m"), "1");
  EXPECT_EQ(factor("kWh", "J"), "3600000");
  EXPECT_EQ(factor("W", "J/s"), "1");
  EXPECT_EQ(factor("Pa", "N/m^2"), "1");
  EXPECT_EQ(factor("atm", "Pa"), "101325");
  EXPECT_EQ(factor("V", "W/A"), "1");
  EXPECT_EQ(factor("ohm", "V/A"), "1");
  EXPECT_EQ(factor("F", "C/V"), "1");
  EXPECT_EQ(factor("H", "V s/A"), "1");
  EXPECT_EQ(factor("T", "Wb/m^2"), "1");
  EXPECT_EQ(factor("kcal", "J"), "4184");
  EXPECT_EQ(factor("GHz", "MHz"), "1000");
  EXPECT_EQ(factor("bytes", "bits"), "8");
  EXPECT_EQ(factor("KiB", "bytes"), "1024");
  EXPECT_EQ(factor("psi", "Pa"), "8896443230521/1290320000");
}

TEST(UnitConversion, AnglesCarryPi) {
  EXPECT_EQ(factor("degrees", "radians"), "1/180 pi^1");
  EXPECT_EQ(factor("radians", "degrees"), "180 pi^-1");
  EXPECT_EQ(factor("degrees", "arcmin"), "60");
  EXPECT_EQ(factor("arcmin", "arcsec"), "60");
  EXPECT_EQ(factor("revolutions", "degrees"), "360");
  EXPECT_EQ(factor("gradians", "degrees"), "9/10");
  EXPECT_EQ(factor("rpm", "rad/s"), "1/30 pi^1");
  for (const char* key : {"degree", "arcmin", "arcsec", "radian", "gradian", "revolution"})
    EXPECT_TRUE(is_angle(key));
  EXPECT_FALSE(is_angle("min"));
  EXPECT_FALSE(is_angle("sr"));
  EXPECT_FALSE(is_angle(""));
}

TEST(UnitConversion, TemperaturesHaveOffsets) {
  EXPECT_EQ(factor("\u00b0C", "K"), "1 + 5463/20");
  EXPECT_EQ(factor("\u00b0C", "\u00b0F"), "9/5 + 32/1");
  EXPECT_EQ(factor("\u00b0F", "\u00b0C"), "5/9 - 160/9");
  EXPECT_EQ(factor("K", "\u00b0F"), "9/5 - 45967/100");
  EXPECT_EQ(factor("\u00b0C", "\u00b0C"), "1");
  EXPECT_EQ(factor("J/\u00b0C", "J/K"), "1");
}

TEST(UnitConversion, Currencies) {
  EXPECT_EQ(factor("dollars", "cents"), "100");
  EXPECT_EQ(factor("\u00a3", "pence"), "100");
  EXPECT_EQ(factor("\u5143", "\u89d2"), "10");
  EXPECT_EQ(factor("$", "\u20ac"), "different");
  EXPECT_EQ(factor("$", "\u20b9"), "different");
  EXPECT_EQ(factor("JPY", "CNY"), "different");
}

TEST(UnitConversion, OtherKindsAreDifferent) {
  EXPECT_EQ(factor("m", "s"), "different");
  EXPECT_EQ(factor("m", "m^2"), "different");
  EXPECT_EQ(factor("cm^2", "cm^3"), "different");
  EXPECT_EQ(factor("kg", "L"), "different");
  EXPECT_EQ(factor("m/s", "m/s^2"), "different");
  EXPECT_EQ(factor("m/s", "s/m"), "different");
  EXPECT_EQ(factor("degrees", "cm"), "different");
  EXPECT_EQ(factor("dollars", "hours"), "different");
  EXPECT_EQ(factor("dollars per hour", "dollars"), "different");
  EXPECT_FALSE(same_dimension(product("m"), product("s")));
  EXPECT_TRUE(same_dimension(product("m"), product("miles")));
}

TEST(UnitConversion, WhatASpellingLeavesOpenIsUnknown) {
  EXPECT_EQ(factor("months", "days"), "unknown");
  EXPECT_EQ(factor("weeks", "years"), "unknown");
  EXPECT_EQ(factor("$", "AUD"), "unknown");
  EXPECT_EQ(factor("tons", "kg"), "unknown");
  EXPECT_EQ(factor("MB", "kB"), "unknown");
  EXPECT_EQ(factor("oz", "cups"), "unknown");
  EXPECT_EQ(factor("minutes", "degrees"), "unknown");
  EXPECT_EQ(factor("units", "cm"), "unknown");
  EXPECT_EQ(factor("square units", "units"), "1");
  EXPECT_EQ(factor("MB", "MB"), "1");
  EXPECT_EQ(factor("tons", "tons"), "1");
}

TEST(UnitConversion, ASpellingWithTwoMeaningsTakesTheOneThatFits) {
  EXPECT_EQ(factor("pounds", "oz"), "16");
  EXPECT_EQ(factor("pounds", "lb"), "1");
  EXPECT_EQ(factor("pounds", "\u00a3"), "1");
  EXPECT_EQ(factor("pence", "pounds"), "1/100");
  EXPECT_EQ(factor("pounds per square inch", "psi"), "1");
  EXPECT_EQ(factor("lb", "\u00a3"), "different");
  EXPECT_EQ(factor("pounds", "$"), "different");
  EXPECT_EQ(factor("\u00a5", "\u5143"), "1");
  EXPECT_EQ(factor("yen", "\u00a5"), "1");
  EXPECT_EQ(factor("\u00a5", "$"), "different");
  EXPECT_EQ(factor("\u00b0", "\u00b0C"), "different");
}

TEST(UnitConversion, UnknownKeysAndHugeExponentsAreDifferent) {
  EXPECT_EQ(convert_units({{"nonsense", 1}}, {{"m", 1}}).relation, UnitRelation::Different);
  EXPECT_EQ(convert_units({{"nonsense", 1}}, {{"nonsense", 1}}).relation, UnitRelation::Convertible);
  EXPECT_EQ(convert_units({{"m", 1000000}}, {{"m", 1}}).relation, UnitRelation::Different);
  EXPECT_EQ(convert_units(UnitProduct(1000, {"m", 1}), {{"m", 1}}).relation, UnitRelation::Different);
}

TEST(CountNouns, PlainNounsAreDecoration) {
  for (const char* text : {"apples",
                           "people",
                           "students",
                           "ways",
                           "pieces of candy",
                           "different arrangements",
                           "tickets",
                           "CDs",
                           "DVDs",
                           "tee-shirts",
                           "bottle caps",
                           "slices of pizza",
                           "pairs of shoes",
                           "points",
                           "times",
                           "eggs",
                           "children tickets",
                           "cards",
                           "men",
                           "books.",
                           "\u4e2a",
                           "\u4e2a\u82f9\u679c",
                           "\u4eba",
                           "\u53ea",
                           "\uba85",
                           "\u0447\u0435\u043b\u043e\u0432\u0435\u043a",
                           "personnes"})
    EXPECT_TRUE(is_count_noun(text)) << text;
}

TEST(CountNouns, AWordThatMayChangeTheNumberIsNot) {
  for (const char* text : {"repeating", "recurring", "Prozent", "Millionen", "milliards", "approximately",
                           "rounded", "wait", "exactly", "wrongly", "tiers", "squared", "greatest",
                           "consecutive", "negative", "doubled", "apples wrongly", "viertel"})
    EXPECT_FALSE(is_count_noun(text)) << text;
  for (const char* text : {"butterfly", "butterflies", "rings", "wedding", "flash drives",
                           "pieces of clothing", "olive", "vegetables"})
    EXPECT_TRUE(is_count_noun(text)) << text;
}

TEST(CountNouns, WordsThatTellAreNot) {
  for (const char* text : {"",
                           " ",
                           "cm",
                           "meters",
                           "dollars",
                           "hundred",
                           "million",
                           "percent",
                           "more",
                           "apples more",
                           "less",
                           "not",
                           "not apples",
                           "ago",
                           "years ago",
                           "people ago",
                           "before noon",
                           "p.m.",
                           "am",
                           "squared",
                           "factorial",
                           "pi",
                           "sin",
                           "theta",
                           "infinity",
                           "or 6",
                           "and",
                           "apples or pears",
                           "quarters",
                           "halves",
                           "thirds",
                           "dozen",
                           "mod",
                           "north",
                           "profit",
                           "x",
                           "ab",
                           "abc",
                           "xyz",
                           "apples = 5",
                           "apples, pears",
                           "2 apples",
                           "at least",
                           "undefined",
                           "no solution",
                           "times more",
                           "per hour",
                           "than",
                           "degrees",
                           "one two three four five six seven",
                           "of candy",
                           "\u4e07",
                           "\u4e0d",
                           "\u4e2a\u4e0d\u662f",
                           "\u5143",
                           "\u500d",
                           "\u767e\u4e2a",
                           "\xff\xff",
                           "left",
                           "base",
                           "solutions of"})
    EXPECT_FALSE(is_count_noun(text)) << text;
  EXPECT_FALSE(is_count_noun(std::string(5000, 'a')));
}

}  // namespace
}  // namespace r1::math
