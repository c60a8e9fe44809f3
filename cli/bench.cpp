#include "cli/bench.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/randn.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <sstream>

#include "base/errors.h"
#include "base/rng.h"
#include "base/thread_pool.h"
#include "policy/adamw.h"
#include "policy/kernels/kernels.h"
#include "policy/ops_cpu.h"
#include "rl/update.h"
#include "rollout/language_model.h"
#include "rollout/local_engine.h"

namespace r1::cli {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

int64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} * 1024;
}

// Seconds since the kernel started this process.
double process_age() {
  std::ifstream stat("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string field;
  for (int i = 3; i <= 22; ++i) fields >> field;  // 22: starttime in ticks since boot
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9 -
         std::stod(field) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double peak_gflops_of(Precision precision) {
  const auto& kernel = kernels::active(precision);
  const int threads = arithmetic_pool().size();
  double best = 0;
  for (int i = 0; i < 5; ++i) {
    std::vector<int64_t> flops(static_cast<size_t>(threads));
    const auto begin = Clock::now();
    arithmetic_pool().run(
        threads, [&](int64_t t) { flops[static_cast<size_t>(t)] = kernel.peak_flops(precision, 4000000); });
    best = std::max(best, static_cast<double>(std::accumulate(flops.begin(), flops.end(), int64_t{0})) / 1e9 /
                              seconds_since(begin));
  }
  return best;
}

double read_gbps() {
  const int64_t floats = int64_t{1} << 25, pieces = 256;  // 128 MB, four times a large last-level cache
  const std::vector<float> memory(static_cast<size_t>(floats), 1.0f);
  const auto& kernel = kernels::active(Precision::Fp32).rows;
  std::vector<float> sums(pieces);
  double best = 0;
  for (int i = 0; i < 3; ++i) {
    const auto begin = Clock::now();
    arithmetic_pool().run(pieces, [&](int64_t p) {
      sums[static_cast<size_t>(p)] = kernel.dot(memory.data() + p * (floats / pieces),
                                                memory.data() + p * (floats / pieces), floats / pieces);
    });
    best = std::max(best, static_cast<double>(floats) * 4 / 1e9 / seconds_since(begin));
  }
  return best;
}

std::vector<TokenId> random_ids(int64_t count, int64_t vocabulary, uint64_t item) {
  std::vector<TokenId> ids;
  for (int64_t i = 0; i < count; ++i) {
    ids.push_back(static_cast<TokenId>(
        random_below(static_cast<uint64_t>(vocabulary), 7, Stream::Init, item, static_cast<uint32_t>(i))));
  }
  return ids;
}

std::vector<RolloutRequest> random_requests(const BenchFlags& flags, const Policy& policy) {
  std::vector<RolloutRequest> requests;
  for (int64_t p = 0; p < flags.prompts; ++p) {
    requests.push_back(
        {.example = {.id = "prompt" + std::to_string(p)},
         .prompt_ids = random_ids(flags.prompt_tokens, policy.config().vocab_size, static_cast<uint64_t>(p)),
         .num_samples = flags.samples});
  }
  return requests;
}

SamplingConfig full_length(const BenchFlags& flags) {
  SamplingConfig config;
  config.max_new_tokens = flags.new_tokens;
  config.ignore_eos = true;
  return config;
}

LanguageModel load(const BenchFlags& flags) {
  if (flags.model.empty()) throw ConfigError("--model is empty: name a GGUF file or a Hugging Face folder");
  return load_language_model(flags.model, c10::Device("cpu"), flags.precision);
}

int64_t matrix_weights(const Policy& policy) {
  int64_t count =
      policy.config().tied_embeddings ? 0 : -policy.config().vocab_size * policy.config().hidden_size;
  for (const auto& [name, weight] : policy.weights()) count += weight.numel();
  return count;
}

Json common(const BenchFlags& flags) {
  const int64_t peak_rss = peak_rss_bytes();  // before the measurement below takes memory of its own
  Json json = measure_peaks();
  json["kernels"] = kernels::active(flags.precision).name;
  json["precision"] = flags.precision == Precision::Bf16 ? "bfloat16" : "float32";
  json["threads"] = arithmetic_pool().size();
  json["peak_rss_bytes"] = peak_rss;
  return json;
}

TrainBatch batch_of(const std::vector<Group>& groups) {
  TrainBatch batch;
  for (const Group& group : groups) {
    batch.prompts.push_back(group.prompt_ids);
    for (size_t g = 0; g < group.completions.size(); ++g) {
      const Completion& completion = group.completions[g];
      batch.samples.push_back({.prompt = batch.prompts.size() - 1,
                               .token_ids = completion.token_ids,
                               .loss_mask = std::vector<bool>(completion.token_ids.size(), true),
                               .old_logprobs = completion.rollout_logprobs,
                               .advantage = g % 2 == 0 ? 1.0 : -1.0});
    }
  }
  return batch;
}

// One optimizer update on the whole batch; returns what its backward passes produced.
GradientResult update(Policy& policy, AdamW& optimizer, const TrainBatch& batch, const BenchFlags& flags,
                      const LossFunction& loss) {
  std::vector<size_t> all(batch.samples.size());
  std::iota(all.begin(), all.end(), size_t{0});
  const UpdateOptions options{1.0, Aggregation::TokenMean, count_denominators(batch, all, flags.new_tokens),
                              flags.token_budget};
  const GradientResult result = accumulate_gradients(policy, batch, all, options, loss);
  apply_gradients(policy, optimizer, result.loss, 1e-6, 1.0);
  return result;
}

// One batch, not counted: packs the weights and touches memory for the first time, as a peer has done when it starts to count.
void warm_up(LocalEngine& engine, const std::vector<RolloutRequest>& requests, const BenchFlags& flags) {
  const size_t count = std::min(requests.size(), static_cast<size_t>(flags.batch));
  engine.generate({requests.begin(), requests.begin() + static_cast<int64_t>(count)}, full_length(flags), 1);
}

}  // namespace

Json measure_peaks() {
  const double fp32 = peak_gflops_of(Precision::Fp32), bf16 = peak_gflops_of(Precision::Bf16);
  return {{"peak_fp32_gflops", fp32},
          {"peak_bf16_gflops", bf16},
          {"peak_gflops", std::max(fp32, bf16)},
          {"read_gbps", read_gbps()}};
}

Json bench_rollout(const BenchFlags& flags) {
  const LanguageModel model = load(flags);
  LocalEngine engine(model.policy, model.tokenizer, {.max_batch = flags.batch, .int8 = flags.int8});
  const auto requests = random_requests(flags, model.policy);
  warm_up(engine, requests, flags);
  const auto begin = Clock::now();
  engine.generate(requests, full_length(flags), 1);
  const double seconds = seconds_since(begin);
  const double tokens = static_cast<double>(flags.prompts * flags.samples * flags.new_tokens);
  const double all_tokens = tokens + static_cast<double>(flags.prompts * flags.prompt_tokens);
  Json json = common(flags);
  json["tokens_per_second"] = tokens / seconds;
  json["seconds"] = seconds;
  json["gflops"] = 2e-9 * static_cast<double>(matrix_weights(model.policy)) * all_tokens / seconds;
  json["share_of_peak"] = json["gflops"].get<double>() / json["peak_gflops"].get<double>();
  json["read_share"] = static_cast<double>(matrix_weights(model.policy)) *
                       (flags.precision == Precision::Bf16 ? 2e-9 : 4e-9) * tokens /
                       static_cast<double>(flags.batch) / seconds / json["read_gbps"].get<double>();
  return json;
}

Json bench_train(const BenchFlags& flags) {
  LanguageModel model = load(flags);
  model.policy.set_requires_grad(true);
  AdamW optimizer(model.policy.weights(), {});
  TrainBatch batch{{{}}, {}};
  for (int64_t i = 0; i < flags.batch; ++i) {
    TrainSample sample{
        .token_ids = random_ids(flags.tokens, model.policy.config().vocab_size, static_cast<uint64_t>(i)),
        .loss_mask = std::vector<bool>(static_cast<size_t>(flags.tokens), true)};
    sample.loss_mask[0] = false;
    batch.samples.push_back(std::move(sample));
  }
  std::vector<double> seconds;
  for (int64_t step = 0; step < flags.steps; ++step) {
    const auto begin = Clock::now();
    update(model.policy, optimizer, batch, flags, cross_entropy_loss);
    seconds.push_back(seconds_since(begin));
  }
  Json json = common(flags);
  json["first_step_seconds"] = seconds[0];
  if (seconds.size() > 1) seconds.erase(seconds.begin());
  const double tokens = static_cast<double>(flags.batch * flags.tokens), typical = median(seconds);
  json["seconds_per_step"] = typical;
  json["tokens_per_second"] = tokens / typical;
  json["gflops"] = 6e-9 * static_cast<double>(matrix_weights(model.policy)) * tokens / typical;
  json["share_of_peak"] = json["gflops"].get<double>() / json["peak_gflops"].get<double>();
  // Six operations a weight leave out attention itself, which grows with the length: here with its causal half.
  const ModelConfig& config = model.policy.config();
  const double attention = 6e-9 *
                           static_cast<double>(config.num_layers * config.num_heads * config.head_dim) *
                           static_cast<double>(flags.tokens) * tokens / typical;
  json["share_of_peak_with_attention"] =
      (json["gflops"].get<double>() + attention) / json["peak_gflops"].get<double>();
  return json;
}

Json bench_grpo(const BenchFlags& flags) {
  LanguageModel model = load(flags);
  model.policy.set_requires_grad(true);
  AdamW optimizer(model.policy.weights(), {});
  LocalEngine engine(model.policy, model.tokenizer, {.max_batch = flags.batch, .int8 = flags.int8});
  const auto requests = random_requests(flags, model.policy);
  const LossConfig loss_config;
  std::vector<double> rollout, updates;
  double parity = 0, first = 0;
  for (int64_t step = 0; step < flags.steps; ++step) {
    const auto begin = Clock::now();
    const auto groups = engine.generate(requests, full_length(flags), static_cast<uint64_t>(step));
    rollout.push_back(seconds_since(begin));
    const GradientResult result =
        update(model.policy, optimizer, batch_of(groups), flags,
               [&](const LossInputs& inputs) { return policy_gradient_loss(inputs, loss_config); });
    parity = std::max(parity, result.parity);
    updates.push_back(seconds_since(begin) - rollout.back());
    if (step == 0) first = process_age();
  }
  if (flags.steps > 1) rollout.erase(rollout.begin()), updates.erase(updates.begin());
  Json json = common(flags);
  json["first_step_seconds"] = first;  // from the start of the process
  json["rollout_seconds"] = median(rollout);
  json["update_seconds"] = median(updates);
  json["seconds_per_step"] = median(rollout) + median(updates);
  json["rollout_tokens_per_second"] =
      static_cast<double>(flags.prompts * flags.samples * flags.new_tokens) / median(rollout);
  json["parity"] = parity;
  return json;
}

namespace {

// The best of three batches of repeats, in GFLOP/s.
template <class Body>
double gflops_of(double work, const Body& body) {
  double best = 0;
  for (int i = 0; i < 3; ++i) {
    const int64_t repeats = std::max<int64_t>(2, static_cast<int64_t>(1 / work));
    const auto begin = Clock::now();
    for (int64_t r = 0; r < repeats; ++r) body();
    best = std::max(best, work * static_cast<double>(repeats) / seconds_since(begin));
  }
  return best;
}

}  // namespace

// Weights are walked through in turn, so that they come from memory as in a model, not from the last cache.
Json bench_ops(const BenchFlags& flags) {
  const at::NoGradGuard no_grad;
  Json json = common(flags);
  const auto dtype = flags.precision == Precision::Bf16 ? at::kBFloat16 : at::kFloat;
  for (const auto& [N, K] :
       {std::pair<int64_t, int64_t>{960, 576}, {576, 576}, {3072, 576}, {576, 1536}, {49152, 576}}) {
    const int64_t copies = std::max<int64_t>(1, (int64_t{1} << 26) / (N * K));
    std::vector<Weight> weights;
    std::vector<at::Tensor> plain;
    for (int64_t c = 0; c < copies; ++c) {
      weights.emplace_back(at::randn({N, K}), flags.precision);
      weights.back().panels();
      plain.push_back(weights.back().value().to(dtype));
    }
    for (const int64_t M : {1, 4, 8, 16, 32, 64, 256, 1024, 4096}) {
      if (M * N > 1 << 26) continue;
      const at::Tensor x = ops::cpu::to_elements(at::randn({M, K}), flags.precision);
      const double work = 2e-9 * static_cast<double>(M * N * K);
      size_t next = 0;
      const double own =
          gflops_of(work, [&] { ops::cpu::linear(x, weights[next++ % weights.size()], {}, {}); });
      at::set_num_threads(arithmetic_pool().size());
      const double aten = gflops_of(work, [&] { at::linear(x, plain[next++ % plain.size()]); });
      at::set_num_threads(1);
      json["linear"].push_back({{"M", M}, {"N", N}, {"K", K}, {"gflops", own}, {"aten_gflops", aten}});
    }
  }
  return json;
}

}  // namespace r1::cli
