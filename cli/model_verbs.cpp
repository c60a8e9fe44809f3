// r1 import and r1 export: a model from any format we read into a Hugging Face folder.
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <numeric>

#include "base/errors.h"
#include "base/files.h"
#include "cli/text_output.h"
#include "cli/verbs.h"
#include "rollout/language_model.h"

namespace r1::cli {
namespace {

namespace fs = std::filesystem;

struct ConvertFlags {
  std::string source, out, dtype = "float32";
  bool verify = false;
};

constexpr const char* kFixedPrompt = "The quick brown fox jumps over the lazy dog. 2 + 2 = 4; x^2 = 16.";

// Logits after every token of a fixed prompt, [T, V].
at::Tensor fixed_prompt_logits(const LanguageModel& model) {
  const at::NoGradGuard no_grad;
  TokenBatch batch;
  for (const TokenId id : model.tokenizer.encode(kFixedPrompt)) batch.token_ids.push_back(id);
  const size_t room = static_cast<size_t>(model.policy.config().max_positions);
  batch.token_ids.resize(std::min(batch.token_ids.size(), room));
  batch.positions.resize(batch.token_ids.size());
  std::iota(batch.positions.begin(), batch.positions.end(), 0);
  batch.plan.segments = {{.num_queries = static_cast<int64_t>(batch.token_ids.size())}};
  batch.plan.group_begin = {0, 1};
  return model.policy.logits(model.policy.forward(batch), batch.positions);
}

// float32 is the arithmetic's own format, so the written model must be the same model, bit for bit. The short formats
// round; their difference is for the user to judge, as long as it is a number.
std::string verify_copy(const LanguageModel& model, const std::string& folder, const std::string& dtype) {
  const LanguageModel copy = load_language_model(folder, c10::Device("cpu"));
  if (copy.tokenizer.encode(kFixedPrompt) != model.tokenizer.encode(kFixedPrompt)) {
    throw CheckpointError(folder +
                          ": the written tokenizer gives other ids; nothing was kept, please report it");
  }
  const at::Tensor before = fixed_prompt_logits(model), after = fixed_prompt_logits(copy);
  const double difference = before.sub(after).abs().max().item<double>();
  const bool same = dtype == "float32" ? difference == 0 : std::isfinite(difference);
  if (!same) {
    throw CheckpointError(
        fmt::format("{}: logits of the written {} model differ by {:g}; {}", folder, dtype, difference,
                    dtype == "float16" ? "its range is too small for these weights, use bfloat16"
                                       : "nothing was kept, please report it"));
  }
  const int64_t agree = before.argmax(-1).eq(after.argmax(-1)).sum().item<int64_t>();
  return fmt::format("verified: largest logit difference {:g}, most likely token equal at {} of {} places",
                     difference, agree, before.size(0));
}

// Everything happens under a temporary name: OUT is there as a whole or not at all.
void convert(const ConvertFlags& flags) {
  if (fs::exists(flags.out))
    throw ConfigError(flags.out + ": exists already; choose another name or remove it");
  const LanguageModel model = load_language_model(flags.source, c10::Device("cpu"));
  const std::string unfinished = (fs::path(flags.out) / "").parent_path().string() + ".tmp";
  std::string verified;
  try {
    fs::remove_all(unfinished);
    save_language_model(unfinished, model, flags.dtype);
    if (flags.verify) verified = verify_copy(model, unfinished, flags.dtype);
    fs::rename(unfinished, flags.out);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(unfinished, ignored);
    throw;
  }
  if (!verified.empty()) print_line(verified);
  print_line(fmt::format("{} -> {}: {} tensors, {}", one_line(flags.source, 500), one_line(flags.out, 500),
                         model.policy.weights().size(), flags.dtype));
}

void add_converter(CLI::App& app, const char* name, const char* help, const char* source_help) {
  CLI::App* verb = app.add_subcommand(name, help);
  auto flags = std::make_shared<ConvertFlags>();
  verb->add_option("source", flags->source, source_help)->required();
  verb->add_option("out", flags->out, "folder to write; must not exist")->required();
  verb->add_option("--dtype", flags->dtype, "of the weights in the file")
      ->check(CLI::IsMember({"float32", "bfloat16", "float16"}));
  verb->add_flag("--verify", flags->verify,
                 "load the written folder again and compare logits on a fixed text");
  verb->callback([flags] { convert(*flags); });
}

}  // namespace

void add_import(CLI::App& app) {
  add_converter(app, "import", "write a GGUF file or model folder as a Hugging Face folder",
                "GGUF file or Hugging Face folder");
}

void add_export(CLI::App& app) {
  add_converter(app, "export", "write a trained model as a Hugging Face folder",
                "runs/<name>/model, a checkpoint folder, or any model");
}

}  // namespace r1::cli
