#include <fmt/format.h>

#include "base/errors.h"
#include "rl/grpo.h"

namespace r1 {

GrpoConfig grpo_preset(const std::string& name) {
  GrpoConfig config;
  if (name.empty()) return config;
  if (name == "r1") {
    // notes on the sources: rl/loss.h; clip 10 leaves A < 0 unbounded, so it is paired with dual clip.
    config.loss.clip_low = config.loss.clip_high = 10.0;
    config.loss.dual_clip = 3.0;
    config.loss.kl = KlKind::LossK3;
    config.loss.kl_coef = 0.001;
    config.loss.aggregation = Aggregation::SequenceMean;
    config.group_size = 16;
    config.prompts_per_step = 32;
    config.reference_refresh_every = 400;
    config.sampling.temperature = 1.0;
    config.schedule.learning_rate = 3e-6;
    return config;
  }
  if (name == "dapo") {
    config.loss.clip_low = 0.2;
    config.loss.clip_high = 0.28;
    config.loss.kl = KlKind::Off;
    config.loss.aggregation = Aggregation::TokenMean;
    config.group_size = 16;
    config.dynamic_sampling = true;
    config.overlong = OverlongPolicy::Mask;
    config.schedule.learning_rate = 1e-6;
    config.schedule.warmup_steps = 20;
    config.sampling.temperature = 1.0;
    return config;
  }
  throw ConfigError(fmt::format("--preset {}: no such preset; use r1 or dapo", name));
}

void validate(const GrpoConfig& config) {
  auto require = [](bool ok, const char* field, int64_t value, const char* wanted) {
    if (!ok) throw ConfigError(fmt::format("{}={}: {}", field, value, wanted));
  };
  if (config.model.empty()) throw ConfigError("model is empty: name a GGUF file or a Hugging Face folder");
  require(config.group_size >= 2, "group_size", config.group_size,
          "a group of one has no baseline; use 2 or more");
  require(config.steps >= 1, "steps", config.steps, "use 1 or more");
  require(config.prompts_per_step >= 1, "prompts_per_step", config.prompts_per_step, "use 1 or more");
  require(config.epochs >= 1, "epochs", config.epochs, "use 1 or more");
  require(config.minibatches >= 1 && config.minibatches <= config.prompts_per_step, "minibatches",
          config.minibatches, "use 1 ... prompts_per_step, so that each has a prompt");
  require(config.token_budget >= 1, "token_budget", config.token_budget, "use 1 or more");
  require(config.engine.max_batch >= 1, "engine.max_batch", config.engine.max_batch, "use 1 or more");
  require(config.max_refills >= 0, "max_refills", config.max_refills, "use 0 or more");
  if (config.sampling.temperature == 0) {
    throw ConfigError("sampling.temperature=0: greedy samples of a group are all equal; use e.g. 1.0");
  }
  validate(config.run, "run.");
  validate(config.sampling, "sampling.");
  validate(config.loss, "loss.");
  validate(config.mismatch, "mismatch.");
  validate(config.optimizer, "optimizer.");
  validate(config.schedule, "schedule.");
}

}  // namespace r1
