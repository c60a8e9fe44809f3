#include "rollout/local_engine.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <list>

#include "base/errors.h"
#include "base/rng.h"
#include "base/thread_pool.h"
#include "rollout/block_pool.h"

namespace r1 {
namespace {

int64_t blocks_for(int64_t rows) { return (rows + kKvBlockRows - 1) / kKvBlockRows; }

// A prompt whose keys and values lie in the cache, shared by the slots that sample from it.
struct PromptEntry {
  size_t request = 0;
  std::vector<int32_t> blocks;
  int64_t computed = 0;      // tokens whose keys and values are in the cache
  int64_t next_sample = 0;   // samples not yet given to a slot
  int64_t unfinished = 0;    // samples not yet whole
  at::Tensor hidden;         // [1, D] after the last prompt token: where every sample of the group starts
  int64_t plan_blocks = -1;  // where this step's plan lists its blocks
  int64_t draw_row = -1;     // where this step's rows to draw from hold `hidden`
};

struct Slot {
  PromptEntry* prompt = nullptr;  // null: free
  int64_t sample = 0;             // index into the group
  std::vector<int32_t> blocks;    // of the completion; one more is taken when it grows into it
  int64_t promised = 0;           // blocks it may still take
  Completion completion;
};

uint64_t hash_ids(const std::vector<TokenId>& ids) {
  return hash_text({reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(TokenId)});
}

// Position of the earliest stop string in the text, or npos.
size_t find_stop(const std::string& text, const std::vector<std::string>& stops) {
  size_t earliest = std::string::npos;
  for (const std::string& stop : stops) earliest = std::min(earliest, text.find(stop));
  return earliest;
}

int64_t length_of(const RolloutRequest& request) { return static_cast<int64_t>(request.prompt_ids.size()); }

// One call of generate(): all the state that lives while its samples decode.
class Generation {
 public:
  Generation(const Policy& policy, const Tokenizer& tokenizer, const EngineConfig& engine,
             const std::vector<RolloutRequest>& requests, const SamplingConfig& config, uint64_t seed,
             int64_t policy_version, KvCache& cache)
      : policy_(policy),
        tokenizer_(tokenizer),
        engine_(engine),
        requests_(requests),
        config_(config),
        seed_(seed),
        policy_version_(policy_version),
        cache_(cache),
        blocks_(prepare()) {
    if (engine.int8) batch_.products = ops::Products::Int8;
  }

  std::vector<Group> run(const std::function<void(size_t, const Group&)>& on_group,
                         const std::function<bool()>& should_stop) {
    while (finished_groups_ < groups_.size()) {
      if (should_stop && should_stop()) throw Interrupted("interrupted while sampling");
      step();
      for (size_t request : newly_finished_) {
        if (on_group) on_group(request, groups_[request]);
      }
      newly_finished_.clear();
    }
    return std::move(groups_);
  }

 private:
  // A token to be drawn for a slot from a row of hidden states.
  struct Draw {
    size_t slot;
    int64_t row;
  };

  int64_t prepare();
  void step();
  void admit_prompts();
  void add_prefill();
  void add_decoding();
  int64_t list_blocks(const std::vector<int32_t>& blocks);
  void start_samples(std::vector<at::Tensor>& rows);
  void draw(const std::vector<at::Tensor>& rows);
  std::vector<SampledToken> sample(const at::Tensor& rows) const;
  void accept(Slot& slot, SampledToken sampled);
  bool ends_here(TokenId token) const;
  size_t stop_position(const Completion& completion) const;
  void finish(Slot& slot, FinishReason reason, size_t text_end = std::string::npos);
  void release_finished_prompts();

  // Tokens a completion may have.
  int64_t room(const RolloutRequest& request) const {
    return std::min(config_.max_new_tokens, policy_.config().max_positions - length_of(request));
  }
  // Blocks a completion may need; the last token's keys are never used.
  int64_t completion_blocks(const RolloutRequest& request) const { return blocks_for(room(request) - 1); }
  const RolloutRequest& request_of(const PromptEntry& prompt) const { return requests_[prompt.request]; }
  bool computed(const PromptEntry& prompt) const { return prompt.computed == length_of(request_of(prompt)); }
  int64_t free_slots() const {
    return std::count_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return !slot.prompt; });
  }

  const Policy& policy_;
  const Tokenizer& tokenizer_;
  const EngineConfig& engine_;
  const std::vector<RolloutRequest>& requests_;
  const SamplingConfig& config_;
  const uint64_t seed_;
  const int64_t policy_version_;
  KvCache& cache_;

  std::vector<Slot> slots_;
  std::vector<Group> groups_;
  std::vector<uint64_t> prompt_hashes_;
  BlockPool blocks_;
  std::list<PromptEntry> active_;  // prompts with samples to hand out or unfinished; addresses are stable
  size_t next_request_ = 0;
  std::vector<size_t> newly_finished_;
  size_t finished_groups_ = 0;

  // One step's work, kept for its memory.
  TokenBatch batch_;
  std::vector<size_t> order_;            // busy slots, those of one prompt together
  std::vector<int64_t> hidden_rows_;     // rows of the forward's result that are needed
  std::vector<PromptEntry*> prefilled_;  // prompts that this forward completes
  std::vector<int64_t> last_rows_;       // and their last rows
  std::vector<Draw> draws_;
};

// Checks the requests, sizes slots and cache; returns the number of blocks.
int64_t Generation::prepare() {
  int64_t samples = 0, longest_prompt = 0, longest_completion = 0, largest = 0;
  for (const RolloutRequest& request : requests_) {
    const int64_t length = length_of(request);
    if (length == 0) throw DataError(fmt::format("{}: the prompt has no tokens", request.example.id));
    if (room(request) < 1) {
      throw DataError(
          fmt::format("{}: the prompt has {} tokens and the context {}; shorten the prompt or drop it",
                      request.example.id, length, policy_.config().max_positions));
    }
    check(request.num_samples > 0, "a request asks for at least one sample");
    samples += request.num_samples;
    longest_prompt = std::max(longest_prompt, blocks_for(length));
    longest_completion = std::max(longest_completion, completion_blocks(request));
    largest = std::max(largest, blocks_for(length) + completion_blocks(request));
    groups_.push_back({request.example, request.prompt_ids,
                       std::vector<Completion>(static_cast<size_t>(request.num_samples))});
    prompt_hashes_.push_back(hash_ids(request.prompt_ids));
  }
  slots_.resize(static_cast<size_t>(std::min(engine_.max_batch, samples)));  // the cache is sized by slots
  int64_t wanted = static_cast<int64_t>(slots_.size()) * (longest_prompt + longest_completion);
  if (engine_.cache_tokens > 0) wanted = std::min(wanted, engine_.cache_tokens / kKvBlockRows);
  if (wanted < largest) {
    throw DataError(fmt::format("engine.cache_tokens={}: the longest prompt with its completion needs {}",
                                engine_.cache_tokens, largest * kKvBlockRows));
  }
  if (cache_.num_blocks < wanted) {
    cache_ = {};  // the old one is gone before the new one is made
    cache_ = policy_.make_cache(wanted);
  }
  return wanted;
}

// One forward: a piece of the waiting prompts and one token of every busy slot together; then one token is drawn for each
// busy slot, and the first one of samples that start.
void Generation::step() {
  batch_.token_ids.clear();
  batch_.positions.clear();
  batch_.plan.segments.clear();
  batch_.plan.group_begin.clear();
  batch_.plan.blocks.clear();
  hidden_rows_.clear();
  draws_.clear();
  prefilled_.clear();
  last_rows_.clear();
  admit_prompts();
  add_prefill();
  add_decoding();

  std::vector<at::Tensor> rows;
  if (!batch_.token_ids.empty()) {
    const at::Tensor hidden = policy_.forward(batch_, &cache_);
    const at::Tensor needed =
        at::index_select(hidden, 0, at::tensor(hidden_rows_, at::kLong).to(hidden.device()));
    const int64_t decoding = static_cast<int64_t>(draws_.size());
    for (size_t i = 0; i < prefilled_.size(); ++i) {
      prefilled_[i]->hidden = needed.narrow(0, decoding + static_cast<int64_t>(i), 1).clone();
    }
    if (decoding > 0) rows.push_back(needed.narrow(0, 0, decoding));
  }
  start_samples(rows);
  draw(rows);
  release_finished_prompts();
}

// Lets prompts in while slots wait for work and the cache has room for the prompt and one of its completions.
void Generation::admit_prompts() {
  int64_t idle = free_slots();
  for (const PromptEntry& prompt : active_) idle -= request_of(prompt).num_samples - prompt.next_sample;
  while (idle > 0 && next_request_ < requests_.size()) {
    const RolloutRequest& request = requests_[next_request_];
    const int64_t needed = blocks_for(length_of(request));
    if (blocks_.available() < needed + completion_blocks(request)) break;
    PromptEntry& entry = active_.emplace_back();
    entry.request = next_request_++;
    entry.unfinished = request.num_samples;
    blocks_.promise(needed);
    for (int64_t i = 0; i < needed; ++i) entry.blocks.push_back(blocks_.take_promised());
    idle -= request.num_samples;
  }
}

int64_t Generation::list_blocks(const std::vector<int32_t>& blocks) {
  const int64_t begin = static_cast<int64_t>(batch_.plan.blocks.size());
  batch_.plan.blocks.insert(batch_.plan.blocks.end(), blocks.begin(), blocks.end());
  return begin;
}

// The next tokens of prompts that are not in the cache yet, as many as the budget allows.
void Generation::add_prefill() {
  int64_t budget = engine_.prefill_tokens;
  for (PromptEntry& prompt : active_) {
    const RolloutRequest& request = request_of(prompt);
    const int64_t count = std::min(budget, length_of(request) - prompt.computed);
    if (count <= 0) continue;
    const int64_t row = static_cast<int64_t>(batch_.token_ids.size());
    for (int64_t i = prompt.computed; i < prompt.computed + count; ++i) {
      batch_.token_ids.push_back(request.prompt_ids[static_cast<size_t>(i)]);
      batch_.positions.push_back(i);
    }
    batch_.plan.segments.push_back({.query_begin = row,
                                    .num_queries = count,
                                    .own_past = prompt.computed,
                                    .own_blocks = list_blocks(prompt.blocks)});
    prompt.computed += count;
    budget -= count;
    if (!computed(prompt)) continue;
    prefilled_.push_back(&prompt);
    last_rows_.push_back(row + count - 1);
  }
}

// One token of every busy slot. Slots of one prompt stand together, so that attention reads the prompt once for them.
void Generation::add_decoding() {
  order_.clear();
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].prompt) order_.push_back(i);
  }
  std::stable_sort(order_.begin(), order_.end(),
                   [&](size_t a, size_t b) { return slots_[a].prompt->request < slots_[b].prompt->request; });
  for (PromptEntry& prompt : active_) prompt.plan_blocks = -1;
  for (size_t index : order_) {
    Slot& slot = slots_[index];
    PromptEntry& prompt = *slot.prompt;
    const int64_t length = length_of(request_of(prompt));
    const int64_t written =
        static_cast<int64_t>(slot.completion.token_ids.size()) - 1;  // keys already in the cache
    if (written == static_cast<int64_t>(slot.blocks.size()) * kKvBlockRows) {
      slot.blocks.push_back(blocks_.take_promised());
      --slot.promised;
    }
    if (prompt.plan_blocks < 0) prompt.plan_blocks = list_blocks(prompt.blocks);
    const int64_t row = static_cast<int64_t>(batch_.token_ids.size());
    batch_.token_ids.push_back(slot.completion.token_ids.back());
    batch_.positions.push_back(length + written);
    batch_.plan.segments.push_back({.query_begin = row,
                                    .num_queries = 1,
                                    .prefix_len = length,
                                    .own_past = written,
                                    .prefix_blocks = prompt.plan_blocks,
                                    .own_blocks = list_blocks(slot.blocks)});
    draws_.push_back({index, static_cast<int64_t>(hidden_rows_.size())});
    hidden_rows_.push_back(row);
  }
  // Behind the decoding rows: the last rows of prompts that are whole now.
  hidden_rows_.insert(hidden_rows_.end(), last_rows_.begin(), last_rows_.end());
}

// Gives samples of computed prompts to free slots; their first token is drawn from the prompt's own last row.
void Generation::start_samples(std::vector<at::Tensor>& rows) {
  int64_t num_rows = static_cast<int64_t>(draws_.size());
  for (PromptEntry& prompt : active_) prompt.draw_row = -1;
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].prompt) continue;
    auto waiting = std::find_if(active_.begin(), active_.end(), [&](const PromptEntry& prompt) {
      return computed(prompt) && prompt.next_sample < request_of(prompt).num_samples &&
             blocks_.available() >= completion_blocks(request_of(prompt));
    });
    if (waiting == active_.end()) return;
    if (waiting->draw_row < 0) {
      waiting->draw_row = num_rows++;
      rows.push_back(waiting->hidden);
    }
    Slot& slot = slots_[i];
    slot.prompt = &*waiting;
    slot.sample = waiting->next_sample++;
    slot.promised = completion_blocks(request_of(*waiting));
    blocks_.promise(slot.promised);
    slot.completion = {};
    slot.completion.sample_index = request_of(*waiting).first_sample_index + slot.sample;
    slot.completion.policy_version = policy_version_;
    draws_.push_back({i, waiting->draw_row});
  }
}

void Generation::draw(const std::vector<at::Tensor>& rows) {
  if (draws_.empty()) return;
  const std::vector<SampledToken> sampled = sample(rows.size() == 1 ? rows[0] : at::cat(rows, 0));
  for (size_t i = 0; i < draws_.size(); ++i) accept(slots_[draws_[i].slot], sampled[i]);
}

// Every draw has its own random address, so threads may take them in any order.
std::vector<SampledToken> Generation::sample(const at::Tensor& rows) const {
  std::vector<double> u(draws_.size());
  std::vector<int64_t> row_of(draws_.size());
  for (size_t i = 0; i < draws_.size(); ++i) {
    const Slot& slot = slots_[draws_[i].slot];
    const uint64_t item =
        mix(prompt_hashes_[slot.prompt->request], static_cast<uint64_t>(slot.completion.sample_index));
    u[i] = random_uniform(seed_, Stream::Sampling, item,
                          static_cast<uint32_t>(slot.completion.token_ids.size()));
    row_of[i] = draws_[i].row;
  }
  std::vector<SampledToken> result(draws_.size());
  if (policy_.draws_tokens() && !is_filtered(config_)) {
    const ops::Draws drawn = policy_.draw_tokens(rows, config_.temperature, row_of, u, batch_.products);
    for (size_t i = 0; i < result.size(); ++i) {
      if (!std::isfinite(drawn.logprobs[i])) throw_not_finite();
      result[i] = {static_cast<TokenId>(drawn.tokens[i]), drawn.logprobs[i]};
    }
    return result;
  }
  std::vector<int64_t> all(static_cast<size_t>(rows.size(0)));
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
  const at::Tensor logits = policy_.logits(rows, all).cpu().to(at::kFloat).contiguous();
  const int64_t V = logits.size(1);
  arithmetic_pool().run(static_cast<int64_t>(result.size()), [&](int64_t i) {
    const size_t at = static_cast<size_t>(i);
    const float* row = logits.const_data_ptr<float>() + row_of[at] * V;
    result[at] = sample_token({row, static_cast<size_t>(V)}, config_, u[at]);
  });
  return result;
}

void Generation::accept(Slot& slot, SampledToken sampled) {
  Completion& completion = slot.completion;
  completion.token_ids.push_back(sampled.token);
  completion.rollout_logprobs.push_back(sampled.logprob);
  if (ends_here(sampled.token)) return finish(slot, FinishReason::Stop);
  if (!config_.stop.empty()) {
    if (const size_t at = stop_position(completion); at != std::string::npos)
      return finish(slot, FinishReason::Stop, at);
  }
  const int64_t limit = room(request_of(*slot.prompt));
  if (static_cast<int64_t>(completion.token_ids.size()) >= limit) finish(slot, FinishReason::Length);
}

// Where a stop string begins in the completion's text, or npos. Every token has at least one byte, so a match that this
// token completed shows in the last few tokens; only then is the whole text decoded.
size_t Generation::stop_position(const Completion& completion) const {
  size_t longest = 0;
  for (const std::string& stop : config_.stop) longest = std::max(longest, stop.size());
  constexpr size_t kUnfinishedCharacter = 4;
  const std::span<const TokenId> ids(completion.token_ids);
  const auto tail = ids.last(std::min(ids.size(), longest + kUnfinishedCharacter));
  if (find_stop(tokenizer_.decode(tail, true), config_.stop) == std::string::npos) return std::string::npos;
  return find_stop(tokenizer_.decode(ids, true), config_.stop);
}

bool Generation::ends_here(TokenId token) const {
  if (config_.ignore_eos) return false;
  const auto& model_ends = policy_.config().eos_token_ids;
  auto contains = [&](const std::vector<int64_t>& ids) {
    return std::find(ids.begin(), ids.end(), token) != ids.end();
  };
  return contains(model_ends) || contains(config_.stop_token_ids);
}

void Generation::finish(Slot& slot, FinishReason reason, size_t text_end) {
  slot.completion.finish_reason = reason;
  slot.completion.text = tokenizer_.decode(slot.completion.token_ids, true).substr(0, text_end);
  PromptEntry& prompt = *slot.prompt;
  groups_[prompt.request].completions[static_cast<size_t>(slot.sample)] = std::move(slot.completion);
  blocks_.give_back(slot.blocks);
  blocks_.forget_promise(slot.promised);
  slot = Slot{};
  if (--prompt.unfinished == 0) {
    newly_finished_.push_back(prompt.request);
    ++finished_groups_;
  }
}

void Generation::release_finished_prompts() {
  active_.remove_if([&](PromptEntry& prompt) {
    if (prompt.unfinished == 0) blocks_.give_back(prompt.blocks);
    return prompt.unfinished == 0;
  });
}

}  // namespace

LocalEngine::LocalEngine(const Policy& policy, const Tokenizer& tokenizer, EngineConfig config)
    : policy_(policy), tokenizer_(tokenizer), config_(config) {
  const auto require = [](bool ok, const char* name, int64_t value, const char* wanted) {
    if (!ok) throw ConfigError(fmt::format("engine.{}={}: {}", name, value, wanted));
  };
  require(config.max_batch >= 1, "max_batch", config.max_batch, "use 1 or more");
  require(config.prefill_tokens >= 1, "prefill_tokens", config.prefill_tokens, "use 1 or more");
  require(config.cache_tokens >= 0, "cache_tokens", config.cache_tokens,
          "use 0 (enough for max_batch) or a count");
  if (config.int8 && !policy.has_int8()) {
    throw ConfigError(
        fmt::format("engine.int8=true: no int8 dot products with {} (AVX512-VNNI and AVX512-BF16 have them, "
                    "R1_KERNELS may hide them); use false",
                    policy.arithmetic()));
  }
}

std::vector<Group> LocalEngine::generate(const std::vector<RolloutRequest>& requests,
                                         const SamplingConfig& config, uint64_t seed,
                                         const std::function<void(size_t, const Group&)>& on_group,
                                         const std::function<bool()>& should_stop) {
  at::NoGradGuard no_grad;
  if (requests.empty()) return {};
  try {
    return Generation(policy_, tokenizer_, config_, requests, config, seed, policy_version_, cache_)
        .run(on_group, should_stop);
  } catch (...) {
    cache_ = {};  // it may hold numbers that are not finite, which no later row may meet
    throw;
  }
}

}  // namespace r1
