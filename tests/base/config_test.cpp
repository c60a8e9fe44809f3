#include "base/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"

namespace r1 {

enum class Colour { Red, DarkBlue };
template <>
struct EnumNames<Colour> {
  static constexpr std::pair<Colour, const char*> values[] = {{Colour::Red, "red"},
                                                              {Colour::DarkBlue, "dark_blue"}};
};

namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

struct Sampling {
  double temperature = 1.0;
  int top_k = 0;
  static void fields(auto& self, auto& visit) {
    visit("temperature", self.temperature, "divides the logits; 0 is greedy");
    visit("top_k", self.top_k, "0: all");
  }
};

struct Config {
  int64_t total_steps = 100;
  uint64_t seed = 1;
  bool fast = false;
  std::string name = "run";
  Colour colour = Colour::Red;
  std::vector<std::string> sets = {"a"};
  std::vector<int64_t> sizes;
  std::map<std::string, double> weights = {{"math", 1.0}};
  Sampling sampling;
  static void fields(auto& self, auto& visit) {
    visit("total_steps", self.total_steps, "steps");
    visit("seed", self.seed, "seed");
    visit("fast", self.fast, "fast");
    visit("name", self.name, "name");
    visit("colour", self.colour, "colour");
    visit("sets", self.sets, "sets");
    visit("sizes", self.sizes, "sizes");
    visit("weights", self.weights, "weights");
    visit("sampling", self.sampling, "");
  }
};

Config from_text(const std::string& text) {
  Config config;
  apply_config_text(config_fields(config), text, "c.json");
  return config;
}

Config from_setting(const std::string& setting) {
  Config config;
  apply_config_setting(config_fields(config), setting);
  return config;
}

auto Fails(const std::string& text) {  // a one-line ConfigError that holds the text
  return ThrowsMessage<ConfigError>(AllOf(HasSubstr(text), Not(HasSubstr("\n"))));
}

TEST(Config, ReadsEveryKindOfField) {
  const Config config = from_text(R"({
    // comments are allowed
    "total_steps": 1e4, "seed": 7, "fast": true, "name": "x", "colour": "dark_blue", "sets": ["b", "c"],
    "sizes": [1, 2], "weights": {"format": 0.5}, "sampling": {"temperature": 0, "top_k": 20}})");
  EXPECT_EQ(config.total_steps, 10000);
  EXPECT_EQ(config.seed, 7u);
  EXPECT_TRUE(config.fast);
  EXPECT_EQ(config.name, "x");
  EXPECT_EQ(config.colour, Colour::DarkBlue);
  EXPECT_THAT(config.sets, ElementsAre("b", "c"));
  EXPECT_THAT(config.sizes, ElementsAre(1, 2));
  EXPECT_EQ(config.weights, (std::map<std::string, double>{{"format", 0.5}}));
  EXPECT_EQ(config.sampling.temperature, 0.0);
  EXPECT_EQ(config.sampling.top_k, 20);
  EXPECT_EQ(from_text("{}").total_steps, 100);
}

TEST(Config, AnUnknownKeyNamesTheNearestOneAndItsLine) {
  EXPECT_THAT([] { from_text("{\n\"seed\": 1,\n\"totl_steps\": 5}"); },
              Fails("c.json:3: unknown key \"totl_steps\"; did you mean \"total_steps\"?"));
  EXPECT_THAT([] { from_text("{\"sampling\": {\n\n\"temprature\": 1}}"); },
              Fails("c.json:3: unknown key \"sampling.temprature\"; did you mean \"sampling.temperature\"?"));
  EXPECT_THAT([] { from_text("{\"temperature\": 1}"); }, Fails("did you mean \"sampling.temperature\"?"));
  EXPECT_THAT([] { from_text("{\"samplin\": {\"temperature\": 1}}"); }, Fails("did you mean \"sampling\"?"));
  EXPECT_THAT([] { from_text("{\"zzzzzzzz\": 1}"); }, Fails("config explain"));
  EXPECT_THAT([] { from_text("{\"sampling\": 3}"); }, Fails("\"sampling\" is a group of keys"));
}

TEST(Config, LinesAreRightBehindCommentsAndStringsAndLists) {
  EXPECT_THAT(
      [] { from_text("/*/ \n \" { */ {\n// \"seed\": [\n\"sets\": [\"a\\\"\",\n\"}\"],\n\"bad\": 1}"); },
      Fails("c.json:6: unknown key \"bad\""));
  EXPECT_THAT([] { from_text("{\"weights\": {\"bad\": 1},\n\"bad\": 1}"); }, Fails("c.json:2: unknown key"));
}

TEST(Config, AValueOfTheWrongTypeNamesKeyLineAndType) {
  EXPECT_THAT([] { from_text("{\n\"total_steps\": 1.5}"); },
              Fails("c.json:2: total_steps: 1.5 is not an integer"));
  EXPECT_THAT([] { from_text("{\"total_steps\": \"5\"}"); }, Fails("\"5\" is not an integer"));
  EXPECT_THAT([] { from_text("{\"total_steps\": true}"); }, Fails("not an integer"));
  EXPECT_THAT([] { from_text("{\"seed\": -1}"); }, Fails("-1 is not an integer >= 0"));
  EXPECT_THAT([] { from_text("{\"fast\": 1}"); }, Fails("1 is not true or false"));
  EXPECT_THAT([] { from_text("{\"name\": 1}"); }, Fails("1 is not text"));
  EXPECT_THAT([] { from_text("{\"sets\": \"a\"}"); }, Fails("not a list of texts"));
  EXPECT_THAT([] { from_text("{\"sets\": [1]}"); }, Fails("1 is not text"));
  EXPECT_THAT([] { from_text("{\"sizes\": [\"x\"]}"); }, Fails("not an integer"));
  EXPECT_THAT([] { from_text("{\"weights\": {\"m\": \"x\"}}"); }, Fails("weights.m: \"x\" is not a number"));
  EXPECT_THAT([] { from_text("{\"sampling\": {\"temperature\": null}}"); }, Fails("null is not a number"));
}

TEST(Config, NumbersThatDoNotFitAreRefused) {
  EXPECT_THAT([] { from_text("{\"total_steps\": 1e300}"); }, Fails("not an integer"));
  EXPECT_THAT([] { from_text("{\"total_steps\": 9223372036854775808}"); }, Fails("not an integer"));
  EXPECT_EQ(from_text("{\"total_steps\": 9223372036854775807}").total_steps, INT64_MAX);
  EXPECT_EQ(from_text("{\"total_steps\": -3}").total_steps, -3);
  EXPECT_THAT([] { from_text("{\"sampling\": {\"top_k\": 2147483648}}"); }, Fails("32 bits"));
  EXPECT_EQ(from_text("{\"sampling\": {\"top_k\": 2147483647}}").sampling.top_k, INT32_MAX);
}

TEST(Config, EnumsListTheirNames) {
  EXPECT_THAT([] { from_text("{\"colour\": \"dark_bleu\"}"); },
              Fails("\"dark_bleu\" is not one of red, dark_blue; did you mean dark_blue?"));
  EXPECT_THAT([] { from_text("{\"colour\": 1}"); }, Fails("1 is not one of red, dark_blue"));
  EXPECT_STREQ(enum_name(Colour::DarkBlue), "dark_blue");
}

TEST(Config, TextThatIsNoConfigIsAConfigError) {
  EXPECT_THAT([] { from_text("[1]"); }, Fails("one JSON object"));
  EXPECT_THAT([] { from_text("{\"seed\": }"); }, Fails("c.json"));
  EXPECT_THAT([] { from_text(std::string(100000, '[')); }, Fails("nested deeper"));
}

TEST(Config, SettingsAreJsonOrBareText) {
  EXPECT_EQ(from_setting("sampling.temperature=0.6").sampling.temperature, 0.6);
  EXPECT_EQ(from_setting("name=plain text = with equals").name, "plain text = with equals");
  EXPECT_EQ(from_setting("name=12").name, "12");
  EXPECT_EQ(from_setting("name=\"quoted\"").name, "quoted");
  EXPECT_EQ(from_setting("name=").name, "");
  EXPECT_EQ(from_setting("colour=dark_blue").colour, Colour::DarkBlue);
  EXPECT_THAT(from_setting("sets=[\"x\",\"y\"]").sets, ElementsAre("x", "y"));
  EXPECT_TRUE(from_setting("fast=true").fast);
}

TEST(Config, ABadSettingIsNamed) {
  EXPECT_THAT([] { from_setting("seed"); }, Fails("--set seed: write key=value"));
  EXPECT_THAT([] { from_setting("sed=1"); }, Fails("did you mean \"seed\"?"));
  EXPECT_THAT([] { from_setting("seed=x"); }, Fails("--set seed=x: \"x\" is not an integer"));
  EXPECT_THAT([] { from_setting("sampling=1"); }, Fails("group of keys"));
  EXPECT_THAT([] { from_setting("seed=" + std::string(200000, '[')); }, Fails("is not an integer"));
}

TEST(Config, WhatIsSavedReadsBackTheSame) {
  Config config = from_text("{\"total_steps\": 5, \"colour\": \"dark_blue\", \"sampling\": {\"top_k\": 3}}");
  const Json saved = config_to_json(config_fields(config));
  EXPECT_EQ(saved["sampling"]["top_k"], 3);
  EXPECT_EQ(saved["colour"], "dark_blue");
  Config again = from_text(dump_json(saved));
  EXPECT_EQ(config_to_json(config_fields(again)), saved);
}

TEST(Config, ExplainsFieldsWithDefaultsAndChoices) {
  Config config;
  const std::string all = explain_config(config_fields(config));
  EXPECT_THAT(all, HasSubstr("colour = \"red\"   (red|dark_blue)"));
  EXPECT_THAT(all, HasSubstr("sampling.temperature = 1.0   (number)\n    divides the logits; 0 is greedy\n"));
  EXPECT_THAT(explain_config(config_fields(config), "sampling"), Not(HasSubstr("colour")));
}

TEST(Config, TheNearestWordIsNearOrNone) {
  EXPECT_EQ(nearest_word("lerning_rate", {"learning_rate", "lr"}), "learning_rate");
  EXPECT_EQ(nearest_word("temprature", {"sampling.temperature"}), "sampling.temperature");
  EXPECT_EQ(nearest_word("abcdef", {"uvwxyz"}), "");
  EXPECT_EQ(nearest_word("x", {}), "");
}

}  // namespace
}  // namespace r1
