#include "datasets/tokenizer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/errors.h"
#include "base/json.h"
#include "base/utf8.h"
#include "tests/datasets/tokenizer_fixture.h"

namespace r1 {
namespace {

using testing_files::load_tokenizer;
using testing_files::shared_folder;
using Ids = std::vector<TokenId>;

// --- a tokenizer small enough to work out by hand --------------------------------------------------------------------

Json toy_json() {
  Json vocab = Json::object();
  for (const char* token : {"a", "b", "c", "d", "\u0120", "ab", "cd", "abc", "bc", "\u0120a"})
    vocab[token] = vocab.size();
  Json added = Json::array();
  auto add = [&](int id, const char* content, bool special, Json flags = Json::object()) {
    flags.update({{"id", id}, {"content", content}, {"special", special}});
    added.push_back(flags);
  };
  add(10, "<s>", true);
  add(11, "<tool>", false);
  add(12, "<tool>x", false);
  add(13, "<l>", false, {{"lstrip", true}, {"rstrip", true}});
  add(14, "cab", false, {{"single_word", true}});
  return {
      {"added_tokens", added},
      {"normalizer", nullptr},
      {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}}},
      {"post_processor", nullptr},
      {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", {"b c", "a b", "c d", "ab c", "\u0120 a"}}}}};
}

Tokenizer toy(const Json& json = toy_json()) {
  return Tokenizer::from_hf_json(json.dump(), R"({"bos_token": "<s>"})", "toy");
}

TEST(Tokenizer, TheLowestRankMergesFirst) {
  EXPECT_EQ(toy().encode("abc"), (Ids{0, 8}));  // b c has rank 0, so a b never meets
  EXPECT_EQ(toy().encode("abcd"), (Ids{0, 8, 3}));
  EXPECT_EQ(toy().encode("ab cd a"), (Ids{5, 4, 6, 9}));
}

TEST(Tokenizer, MergesMayBePairsAsWellAsLines) {
  Json json = toy_json();
  for (auto& merge : json["model"]["merges"]) {
    std::string line = merge;
    merge = Json::array({line.substr(0, line.find(' ')), line.substr(line.find(' ') + 1)});
  }
  EXPECT_EQ(toy(json).encode("ab cd a"), (Ids{5, 4, 6, 9}));
}

TEST(Tokenizer, IgnoreMergesTakesAWholeWordFromTheVocabulary) {
  Json json = toy_json();
  json["model"]["ignore_merges"] = true;
  EXPECT_EQ(toy(json).encode("abc"), Ids{7});
}

TEST(Tokenizer, BytesTheVocabularyLacksVanish) { EXPECT_EQ(toy().encode("axb"), (Ids{5})); }

TEST(Tokenizer, LongWordsMergeAsShortOnesDo) {
  // 31, 32 and 33 symbols and more: both sides of the change from scanning to a queue.
  for (int n : {10, 11, 30, 3000}) {
    std::string word;
    Ids expected;
    for (int i = 0; i < n; ++i) {
      word += "abcd";
      for (TokenId id : {0, 8, 3}) expected.push_back(id);
    }
    EXPECT_EQ(toy().encode(word), expected) << n;
    EXPECT_EQ(toy().encode(std::string(2 * n, 'a') + "b").back(), 5) << n;
  }
}

TEST(Tokenizer, SpecialTokensAreTextUnlessTheyAreParsed) {
  EXPECT_EQ(toy().encode("a<s>b"), (Ids{0, 10, 1}));
  Ids as_text = toy().encode("a<s>b", /*parse_special=*/false);
  EXPECT_EQ(std::count(as_text.begin(), as_text.end(), 10), 0);
}

TEST(Tokenizer, OtherAddedTokensAreAlwaysFoundTheLongestFirst) {
  EXPECT_EQ(toy().encode("a<tool>b", false), (Ids{0, 11, 1}));
  EXPECT_EQ(toy().encode("a<tool>xb", false), (Ids{0, 12, 1}));
}

TEST(Tokenizer, AddedTokensStripAndRespectWords) {
  EXPECT_EQ(toy().encode("a \n <l>\t b"), (Ids{0, 13, 1}));
  EXPECT_EQ(toy().encode("cab"), Ids{14});
  EXPECT_EQ(toy().encode("cabd"), toy().encode("cabd"));
  EXPECT_EQ(toy().encode("dcab"), (Ids{3, 2, 5}));
  EXPECT_EQ(toy().encode("cabd"), (Ids{2, 5, 3}));
}

TEST(Tokenizer, DecodeSkipsSpecialTokensAndUnknownIds) {
  EXPECT_EQ(toy().decode(Ids{10, 5, 11, 999, -1}), "<s>ab<tool>");
  EXPECT_EQ(toy().decode(Ids{10, 5, 11}, /*skip_special=*/true), "ab<tool>");
}

TEST(Tokenizer, SpecialTokensComeFromTheConfig) {
  Tokenizer tokenizer = toy();
  EXPECT_EQ(tokenizer.special_tokens().bos, 10);
  EXPECT_EQ(tokenizer.special_tokens().eos, std::nullopt);
  EXPECT_EQ(tokenizer.find_token("<tool>"), 11);
  EXPECT_EQ(tokenizer.find_token("nope"), std::nullopt);
  EXPECT_TRUE(tokenizer.is_special(10));
  EXPECT_FALSE(tokenizer.is_special(11));
  EXPECT_EQ(tokenizer.vocab_size(), 15);
  EXPECT_EQ(tokenizer.token_bytes(9), " a");
}

TEST(Tokenizer, WhatItDoesNotKnowIsRefusedByName) {
  auto refused = [](const char* pointer, Json value) {
    Json json = toy_json();
    json[Json::json_pointer(pointer)] = std::move(value);
    try {
      toy(json);
    } catch (const CheckpointError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  using ::testing::HasSubstr;
  EXPECT_THAT(refused("/model/type", "Unigram"), HasSubstr("Unigram"));
  EXPECT_THAT(refused("/model/byte_fallback", true), HasSubstr("SentencePiece"));
  EXPECT_THAT(refused("/model/end_of_word_suffix", "</w>"), HasSubstr("</w>"));
  EXPECT_THAT(refused("/model/vocab/zz", -1), HasSubstr("zz"));
  EXPECT_THAT(refused("/model/vocab/zz", 1e15), HasSubstr("zz"));
  EXPECT_THAT(refused("/model/vocab/zz", 3), HasSubstr("belongs to both"));
  EXPECT_THAT(refused("/model/merges/0", "a"), HasSubstr("merge 0"));
  EXPECT_THAT(refused("/model/merges/0", "a d"), HasSubstr("merge 0"));
  EXPECT_THAT(refused("/normalizer", {{"type", "Lowercase"}}), HasSubstr("Lowercase"));
  EXPECT_THAT(refused("/pre_tokenizer", {{"type", "Metaspace"}}), HasSubstr("Metaspace"));
  EXPECT_THAT(refused("/pre_tokenizer", nullptr), HasSubstr("pre-tokenizer"));
  EXPECT_THAT(refused("/post_processor", {{"type", "BertProcessing"}}), HasSubstr("BertProcessing"));
  EXPECT_THROW(Tokenizer::from_hf_json("[", "", "x"), CheckpointError);
  EXPECT_THROW(Tokenizer::from_hf_json("{}", "", "x"), CheckpointError);
}

// --- against Hugging Face --------------------------------------------------------------------------------------------

std::string fnv1a(std::string_view bytes) {
  uint64_t hash = 0xCBF29CE484222325;
  for (char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  return fmt::format("{:016x}", hash);
}

uint64_t splitmix64(uint64_t& state) {
  state += 0x9E3779B97F4A7C15;
  uint64_t z = state;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

// The rule of synthetic_text() in scripts/golden/tokenizer_golden.py.
std::string synthetic_text() {
  constexpr std::pair<uint32_t, uint32_t> kRanges[] = {{32, 127},
                                                       {32, 127},
                                                       {9, 14},
                                                       {0, 32},
                                                       {0xA0, 0x250},
                                                       {0x300, 0x370},
                                                       {0x370, 0x530},
                                                       {0x600, 0x700},
                                                       {0x900, 0x980},
                                                       {0xE00, 0xE80},
                                                       {0x1100, 0x1200},
                                                       {0x2000, 0x2070},
                                                       {0x3000, 0x3100},
                                                       {0x4E00, 0xA000},
                                                       {0xAC00, 0xD7A4},
                                                       {0x1F300, 0x1F700},
                                                       {0xFB00, 0xFB50},
                                                       {0x1D400, 0x1D800},
                                                       {0x11F00, 0x11F60},
                                                       {0x180A, 0x1810}};
  constexpr std::string_view kSnippets[] = {" the",
                                            "'s",
                                            "'LL",
                                            "\n\n",
                                            "\r\n",
                                            "    ",
                                            "\t\t",
                                            "1234567",
                                            "<|im_start|>",
                                            "<|im_end|>",
                                            "<|endoftext|>",
                                            "<|eot_id|>",
                                            "<think>",
                                            "</tool_call>",
                                            "<\xEF\xBD\x9CUser\xEF\xBD\x9C>",
                                            "<|im_st",
                                            "e\xCC\x81",
                                            "\xE1\x84\x80\xE1\x85\xA1",
                                            " \n x",
                                            "'\xC5\xBF",
                                            "====",
                                            "--------"};
  uint64_t state = 1;
  auto draw = [&](uint64_t n) { return splitmix64(state) % n; };
  std::string text;
  while (text.size() < 400'000) {
    auto [first, end] = kRanges[draw(std::size(kRanges))];
    for (uint64_t left = 1 + draw(8); left > 0; --left)
      append_utf8(text, first + static_cast<uint32_t>(draw(end - first)));
    if (draw(4) == 0) text += kSnippets[draw(std::size(kSnippets))];
  }
  return text;
}

void expect_golden_blocks(const Tokenizer& tokenizer, const std::string& name, std::string_view text,
                          const Json& blocks) {
  size_t at = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    size_t size = blocks[i][0];
    ASSERT_LE(at + size, text.size()) << name << ": not the text the golden file was made from";
    std::string_view block = text.substr(at, size);
    at += size;
    Ids ids = tokenizer.encode(block);
    EXPECT_EQ(ids.size(), blocks[i][1].get<size_t>()) << name << " block " << i;
    std::string_view bytes(reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(TokenId));
    EXPECT_EQ(fnv1a(bytes), blocks[i][2].get<std::string>())
        << name << " block " << i << " from byte " << at - size;
    EXPECT_EQ(fnv1a(tokenizer.decode(ids)), blocks[i][3].get<std::string>()) << name << " block " << i;
  }
  EXPECT_EQ(at, text.size()) << name;
}

class TokenizerGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(TokenizerGolden, IdsAndTextEqualHuggingFace) {
  auto tokenizer = load_tokenizer(GetParam());
  if (!tokenizer)
    GTEST_SKIP() << GetParam() << ": the tokenizer is not here; set R1_DATA_DIR and R1_DEMO_MODEL";
  Json goldens = read_json_file(R1_SOURCE_DIR "/tests/golden/tokenizers.json").at(GetParam());
  for (const auto& [name, blocks] : goldens.items()) {
    std::string path = shared_folder() + "/data/" + name;
    bool synthetic = name == "synthetic";
    if (!synthetic && !std::filesystem::exists(path)) GTEST_SKIP() << path << " is missing; set R1_DATA_DIR";
    expect_golden_blocks(*tokenizer, name, synthetic ? synthetic_text() : read_file(path), blocks);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, TokenizerGolden,
                         ::testing::Values("smollm2", "qwen2_5", "llama3_1", "qwen3", "deepseek_v3"),
                         [](const auto& info) { return std::string(info.param); });

TEST(TokenizerModels, WrittenFilesLoadAgainWithTheSameIds) {
  std::string text = synthetic_text().substr(0, 20000);
  for (const char* name : {"smollm2", "qwen2_5"}) {
    auto tokenizer = load_tokenizer(name);
    if (!tokenizer) GTEST_SKIP() << name << ": the tokenizer is not here; set R1_DATA_DIR and R1_DEMO_MODEL";
    std::string config = tokenizer->to_tokenizer_config_json("TEMPLATE", 8192);
    Tokenizer again = Tokenizer::from_hf_json(tokenizer->to_tokenizer_json(), config, "again");
    // The synthetic text is cut anywhere, so its last character may be ill-formed; both repair it.
    EXPECT_EQ(again.encode(text), tokenizer->encode(text)) << name;
    EXPECT_EQ(again.encode(text, false), tokenizer->encode(text, false)) << name;
    EXPECT_EQ(again.special_tokens().eos, tokenizer->special_tokens().eos);
    EXPECT_EQ(again.chat_template(), "TEMPLATE");
    EXPECT_EQ(again.vocab_size(), tokenizer->vocab_size());
    EXPECT_EQ(parse_json(config, "config").at("model_max_length"), 8192);
  }
}

TEST(TokenizerModels, Llama3PutsItsBosInFront) {
  auto tokenizer = load_tokenizer("llama3_1");
  if (!tokenizer) GTEST_SKIP() << "the tokenizer is not here; set R1_DATA_DIR";
  EXPECT_TRUE(tokenizer->special_tokens().add_bos);
  EXPECT_EQ(tokenizer->encode("Hi", true, /*add_special=*/true), (Ids{128000, 13347}));
  EXPECT_EQ(tokenizer->encode("Hi"), (Ids{13347}));
}

TEST(TokenizerModels, SentencePieceIsRefused) {
  if (!std::filesystem::exists(shared_folder() + "/tokenizers/llama2")) GTEST_SKIP() << "set R1_DATA_DIR";
  EXPECT_THROW(load_tokenizer("llama2"), CheckpointError);
}

TEST(TokenizerModels, HostileTextIsEncodedInLinearTime) {
  auto tokenizer = load_tokenizer("smollm2");
  auto qwen = load_tokenizer("qwen2_5");
  if (!tokenizer || !qwen) GTEST_SKIP() << "the tokenizers are not here; set R1_DATA_DIR and R1_DEMO_MODEL";
  constexpr size_t kSize = 1 << 20;  // a quadratic step would take minutes, and the test its time limit
  std::string marks, pairs;
  while (marks.size() < kSize) marks += "\xCC\x81\xCC\xA3";  // two classes of mark, always in the wrong order
  while (pairs.size() < kSize) pairs += "<|im_";
  for (const auto& text : {std::string(kSize, 'a'), std::string(kSize, ' ') + "x", std::string(kSize, '\n'),
                           marks, pairs, std::string(kSize, '\xFF')}) {
    for (const Tokenizer* one : {&*tokenizer, &*qwen}) {
      Ids ids = one->encode(text);
      EXPECT_FALSE(ids.empty());
      bool keeps_text = one == &*tokenizer;  // the other one normalises
      EXPECT_TRUE(!keeps_text || one->decode(ids) == repair_utf8(text));
    }
  }
}

TEST(TokenizerModels, ManyThreadsMayEncodeAtOnce) {
  auto tokenizer = load_tokenizer("smollm2");
  if (!tokenizer) GTEST_SKIP() << "the demo model is not here; set R1_DEMO_MODEL";
  std::string text = synthetic_text().substr(0, 50000);
  Ids expected = tokenizer->encode(text);
  std::vector<Ids> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results) threads.emplace_back([&] { result = tokenizer->encode(text); });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, expected);
}

// --- streaming -------------------------------------------------------------------------------------------------------

TEST(StreamingDecoder, NoPieceEndsInsideACharacterAndTogetherTheyAreTheText) {
  auto tokenizer = load_tokenizer("smollm2");
  if (!tokenizer) GTEST_SKIP() << "the demo model is not here; set R1_DEMO_MODEL";
  std::string text = synthetic_text();
  text.resize(complete_utf8_prefix(std::string_view(text).substr(0, 30000)));
  Ids ids = tokenizer->encode(text, /*parse_special=*/false);
  StreamingDecoder decoder(*tokenizer);
  std::string streamed;
  bool held_back = false;
  for (TokenId id : ids) {
    std::string piece = decoder.push(id);
    EXPECT_TRUE(is_valid_utf8(piece));
    held_back |= piece.empty();
    streamed += piece;
  }
  // Not `text`: SmolLM2's vocabulary lacks some control characters.
  EXPECT_EQ(streamed + decoder.finish(), tokenizer->decode(ids));
  EXPECT_TRUE(held_back);
}

TEST(StreamingDecoder, WhatNeverBecomesACharacterEndsAsReplacementCharacter) {
  auto tokenizer = load_tokenizer("smollm2");
  if (!tokenizer) GTEST_SKIP() << "the demo model is not here; set R1_DEMO_MODEL";
  Ids emoji = tokenizer->encode("\xF0\x9F\xA6\x84");
  ASSERT_GT(emoji.size(), 1u);
  StreamingDecoder decoder(*tokenizer);
  EXPECT_EQ(decoder.push(emoji[0]), "");
  EXPECT_EQ(decoder.push(*tokenizer->find_token("a")),
            "\xEF\xBF\xBD"
            "a");
  EXPECT_EQ(decoder.push(emoji[0]), "");
  EXPECT_EQ(decoder.finish(), "\xEF\xBF\xBD");
  EXPECT_EQ(decoder.finish(), "");
}

}  // namespace
}  // namespace r1
