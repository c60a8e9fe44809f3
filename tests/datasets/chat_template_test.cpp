#include "datasets/chat_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "base/files.h"
#include "tests/datasets/tokenizer_fixture.h"

namespace r1 {
namespace {

using ::testing::HasSubstr;
using testing_files::load_tokenizer;

constexpr const char* kChatMl =
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + "
    "'<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

std::string rendered(const std::string& source, const OrderedJson& variables = OrderedJson::object()) {
  ChatTemplateOptions options;
  options.variables = variables;
  return ChatTemplate(source, "", "").render({}, options);
}

std::string error_of(const std::string& source) {
  try {
    rendered(source);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

OrderedJson golden(const char* name) {
  std::string path = std::string(R1_SOURCE_DIR "/tests/golden/") + name;
  return parse_ordered_json(read_file(path), path);
}

TEST(ChatTemplate, TheLanguageRendersAsInJinja2) {
  OrderedJson cases = golden("jinja_cases.json");
  int compared = 0;
  for (const auto& one : cases.at("cases")) {
    std::string source = one.at("template");
    if (one.contains("error")) {
      EXPECT_THROW(rendered(source, cases.at("variables")), DataError) << source;
    } else {
      EXPECT_EQ(rendered(source, cases.at("variables")), one.at("text").get<std::string>()) << source;
    }
    ++compared;
  }
  EXPECT_GE(compared, 60);
}

class ChatTemplateGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(ChatTemplateGolden, ConversationsRenderAsInJinja2) {
  auto tokenizer = load_tokenizer(GetParam());
  if (!tokenizer)
    GTEST_SKIP() << GetParam() << ": the tokenizer is not here; set R1_DATA_DIR and R1_DEMO_MODEL";
  OrderedJson expected = golden("chat_templates.json").at(GetParam());
  ASSERT_EQ(sha256_hex(tokenizer->chat_template()), expected.at("sha256").get<std::string>());
  ChatTemplate chat_template(tokenizer->chat_template(), expected.at("bos"), expected.at("eos"));
  int compared = 0;
  for (const auto& one : expected.at("cases")) {
    ChatTemplateOptions options;
    options.add_generation_prompt = one.at("add_generation_prompt");
    if (one.contains("tools")) options.tools = one.at("tools");
    if (one.contains("variables")) options.variables = one.at("variables");
    if (one.contains("error")) {
      EXPECT_THROW(chat_template.render_json(one.at("messages"), options), DataError) << one.dump();
    } else {
      EXPECT_EQ(chat_template.render_json(one.at("messages"), options), one.at("text").get<std::string>())
          << one.dump();
    }
    ++compared;
  }
  EXPECT_GE(compared, 60);
}

INSTANTIATE_TEST_SUITE_P(Models, ChatTemplateGolden,
                         ::testing::Values("smollm2", "qwen2_5", "llama3_1", "qwen3", "deepseek_v3"),
                         [](const auto& info) { return std::string(info.param); });

TEST(ChatTemplate, MessagesAreRenderedWithAndWithoutThePrompt) {
  ChatTemplate chat_template(kChatMl, "", "");
  std::vector<Message> messages = {{"user", "Hi"}};
  EXPECT_EQ(chat_template.render(messages), "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
  ChatTemplateOptions options;
  options.add_generation_prompt = false;
  EXPECT_EQ(chat_template.render(messages, options), "<|im_start|>user\nHi<|im_end|>\n");
}

TEST(ChatTemplate, TheDateComesFromTheVariablesOrFromTheClock) {
  const char* source =
      "{% if not date_string is defined %}{% if strftime_now is defined %}"
      "{% set date_string = strftime_now('%d %b %Y') %}{% endif %}{% endif %}{{ date_string }}";
  EXPECT_EQ(rendered(source, {{"date_string", "26 Jul 2024"}}), "26 Jul 2024");
  EXPECT_EQ(rendered(source).size(), 11u);
}

TEST(ChatTemplate, TemplatesThatDoNotParseNameTheLineAndTheConstruct) {
  struct Case {
    const char* source;
    const char* reason;
  };
  for (const auto& [source, reason] :
       std::initializer_list<Case>{{"a\n{% include 'x' %}", "line 2: the tag {% include %}"},
                                   {"\n\n{% if x %}", "line 3"},
                                   {"{{ 'open }}", "string without"},
                                   {"{{ a", "without }}"},
                                   {"{# a", "comment"},
                                   {"{{ a b }}", "expected '}}' but found 'b'"},
                                   {"{% for x in y recursive %}{% endfor %}", "recursive"},
                                   {"{% endif %}", "endif"},
                                   {"{{ ) }}", "')'"},
                                   {"{{ $ }}", "'$'"},
                                   {"{% break %}", "outside a loop"},
                                   {"{{ 99999999999999999999 }}", "too many digits"}}) {
    EXPECT_THROW(ChatTemplate(source, "", ""), CheckpointError) << source;
    EXPECT_THAT(error_of(source), HasSubstr(reason));
  }
}

TEST(ChatTemplate, RefusalsAndMistakesNameTheLine) {
  EXPECT_THAT(error_of("\n{{ raise_exception('no system role') }}"),
              HasSubstr("line 2: the template refuses this conversation: no system role"));
  EXPECT_THAT(error_of("{{ a.b }}"), HasSubstr("'a' is undefined"));
  EXPECT_THAT(error_of("{{ 1 | nofilter }}"), HasSubstr("no filter 'nofilter'"));
}

std::string repeated(const std::string& text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

TEST(ChatTemplate, HostileTemplatesEndInAnError) {
  std::string loops = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";
  EXPECT_THAT(error_of(loops), HasSubstr("budget"));
  EXPECT_THAT(error_of("{% for a in range(99999999) %}{% endfor %}"), HasSubstr("range of more than"));
  EXPECT_THAT(error_of("{{ 'aaaaaaaaaa' * 999999999999 }}"), HasSubstr("budget"));
  EXPECT_THAT(error_of("{{ '' * 999999999999 }}"), HasSubstr("budget"));
  EXPECT_THAT(error_of("{% set ns = namespace(s='aaaaaaaa') %}{% for i in range(99) %}{% set ns.s = ns.s + "
                       "ns.s %}{% endfor %}"),
              HasSubstr("budget"));
  EXPECT_THAT(error_of("{% set ns = namespace(s='aa') %}{% for i in range(99) %}{% set ns.s = "
                       "ns.s.replace('a', 'aa') %}{% endfor %}"),
              HasSubstr("budget"));
  EXPECT_THAT(
      error_of(
          "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}"),
      HasSubstr("budget"));
  EXPECT_THAT(error_of("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"), HasSubstr("too deeply"));
  EXPECT_THAT(
      error_of(
          "{% set ns = namespace(s=[1]) %}{% for i in range(9999) %}{% set ns.s = [ns.s] %}{% endfor %}"),
      HasSubstr("nested deeper"));
  EXPECT_THAT(error_of("{% set ns = namespace(s=1) %}{% for i in range(9999) %}{% set ns.s = "
                       "namespace(s=ns.s) %}{% endfor %}"),
              HasSubstr("namespace inside"));
  EXPECT_THAT(error_of("{{ " + repeated("(", 100000) + "1" + repeated(")", 100000) + " }}"),
              HasSubstr("nested levels"));
  EXPECT_THAT(error_of("{{ " + repeated("not ", 100000) + "1 }}"), HasSubstr("nested levels"));
  EXPECT_THAT(error_of("{{ 1" + repeated(" + 1", 100000) + " }}"), HasSubstr("too many parts"));
  EXPECT_THAT(error_of("{{ 1" + repeated("|d", 100000) + " }}"), HasSubstr("too many parts"));
  EXPECT_THAT(error_of(repeated("{% if 1 %}", 100000)), HasSubstr("nested levels"));
  EXPECT_THAT(error_of("{% if 1 %}" + repeated("{% elif 1 %}", 50000) + "{% endif %}"),
              HasSubstr("nested levels"));
  EXPECT_THAT(error_of("{{ 9223372036854775807 * 2 }}{{ 2 ** 63 }}"), HasSubstr("digits"));
  EXPECT_THAT(error_of("{{ 2 ** 63 }}"), HasSubstr("64 bits"));
  EXPECT_EQ(rendered("{{ (-1) ** 999999999999 }}"), "-1");
  EXPECT_EQ(rendered("{{ (-(2 ** 62) * 2) // 1 % -1 }}"), "0");
}

// --- spans -----------------------------------------------------------------------------------------------------------

std::vector<std::string> span_texts(const RenderedChat& chat) {
  std::vector<std::string> texts;
  for (auto [begin, end] : chat.assistant_spans) texts.push_back(chat.text.substr(begin, end - begin));
  return texts;
}

TEST(AssistantSpans, TheyCoverWhatTheAssistantWroteAndItsEndMark) {
  ChatTemplate chat_template(kChatMl, "", "<|im_end|>");
  RenderedChat chat = render_with_assistant_spans(
      chat_template,
      {{"user", "a"}, {"assistant", "Hi"}, {"user", "b"}, {"assistant", "trailing \n"}, {"assistant", ""}});
  EXPECT_EQ(span_texts(chat),
            (std::vector<std::string>{"Hi<|im_end|>", "trailing \n<|im_end|>", "<|im_end|>"}));
}

TEST(AssistantSpans, WithoutAnEndMarkTheWhiteSpaceStays) {
  ChatTemplate chat_template(
      "{% for m in messages %}{{ m.role ~ ':' ~ m.content }}{% endfor %}"
      "{% if add_generation_prompt %}assistant:{% endif %}",
      "", "");
  RenderedChat chat = render_with_assistant_spans(chat_template, {{"user", "a"}, {"assistant", "Hi \n"}});
  EXPECT_EQ(span_texts(chat), std::vector<std::string>{"Hi \n"});
}

TEST(AssistantSpans, ATemplateThatRewritesThePastIsRefused) {
  ChatTemplate chat_template(
      "{% for m in messages %}{% if loop.last %}{{ m.role }}{% endif %}{{ m.content }}{% endfor %}", "", "");
  EXPECT_THROW(render_with_assistant_spans(chat_template, {{"user", "a"}, {"assistant", "b"}, {"user", "c"}}),
               DataError);
}

}  // namespace
}  // namespace r1
