#include "rollout/language_model.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "tests/demo_model.h"
#include "tests/temp_folder.h"
#include "tests/toy_model.h"

namespace r1 {
namespace {

TEST(LanguageModel, ASavedFolderLoadsBackToTheSameModel) {
  TempFolder folder;
  const LanguageModel model = make_toy_model(3);
  save_language_model(folder / "m", model, "float32");
  const LanguageModel loaded = load_language_model(folder / "m", c10::Device("cpu"));
  EXPECT_EQ(loaded.policy.config(), model.policy.config());
  for (const auto& [name, weight] : model.policy.weights())
    EXPECT_TRUE(weight.equal(loaded.policy.weights().at(name)));
  EXPECT_EQ(loaded.chat_template.source(), model.chat_template.source());
  const Example example{.id = "e", .messages = {{"user", "hi"}}};
  EXPECT_EQ(render_prompt(loaded, example).token_ids, render_prompt(model, example).token_ids);
}

TEST(LanguageModel, ATokenizerLargerThanTheModelIsRefused) {
  TempFolder folder;
  write_toy_model_folder(folder / "m", {.vocab_size = 100});
  try {
    load_language_model(folder / "m", c10::Device("cpu"));
    FAIL();
  } catch (const CheckpointError& error) {
    EXPECT_NE(std::string(error.what()).find("259"), std::string::npos) << error.what();
  }
}

TEST(LanguageModel, ThePromptOpensTheAssistantsTurn) {
  const LanguageModel model = make_toy_model(1);
  const Prompt prompt = render_prompt(model, {.id = "e", .messages = {{"user", "hi"}}});
  EXPECT_EQ(prompt.text, "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_EQ(prompt.tail, "<|im_start|>assistant\n");
}

TEST(LanguageModel, ARawPromptIsNotTemplated) {
  EXPECT_EQ(render_prompt(make_toy_model(1), {.id = "e", .prompt_text = "2+2="}).text, "2+2=");
}

TEST(LanguageModel, TheDemoModelKnowsTheCapitalOfFrance) {
  if (demo_model_path().empty()) GTEST_SKIP() << "the demo model is not installed: run scripts/setup.sh";
  const LanguageModel model = load_language_model(demo_model_path(), c10::Device("cpu"));
  EXPECT_EQ(model.policy.config().num_layers, 30);
  const auto ids =
      render_prompt(model, {.id = "e", .messages = {{"user", "What is the capital of France?"}}}).token_ids;
  EXPECT_EQ(ids.front(), *model.tokenizer.find_token("<|im_start|>"));
}

}  // namespace
}  // namespace r1
