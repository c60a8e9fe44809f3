#include "rollout/local_engine.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <list>

#include "base/errors.h"
#include "base/rng.h"

namespace r1 {
namespace {

// A prompt whose keys and values lie in the cache, shared by the slots that sample from it.
struct PromptEntry {
  size_t request = 0;
  int64_t region = 0;         // which prompt region of the cache it occupies
  int64_t next_sample = 0;    // samples not yet given to a slot
  int64_t unfinished = 0;     // samples not yet whole
  std::vector<float> logits;  // [V] after the last prompt token: where every sample of the group starts
};

struct Slot {
  PromptEntry* prompt = nullptr;  // null: free
  int64_t sample = 0;             // index into the group
  TokenId last_token = 0;
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

// One call of generate(): all the state that lives while its samples decode.
class Generation {
 public:
  Generation(const Policy& policy, const Tokenizer& tokenizer, const EngineConfig& engine,
             const std::vector<RolloutRequest>& requests, const SamplingConfig& config, uint64_t seed,
             int64_t policy_version)
      : policy_(policy),
        tokenizer_(tokenizer),
        engine_(engine),
        requests_(requests),
        config_(config),
        seed_(seed),
        policy_version_(policy_version),
        slots_(static_cast<size_t>(engine.max_batch)) {
    prepare();
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
  void prepare();
  void step();
  void admit_prompts(TokenBatch& batch, std::vector<PromptEntry*>& admitted,
                     std::vector<int64_t>& logit_rows);
  void add_decoding(TokenBatch& batch, std::vector<size_t>& decoding, std::vector<int64_t>& logit_rows);
  void fill_slots();
  void sample_many(const std::vector<size_t>& slots, const float* logits);
  void accept(Slot& slot, SampledToken sampled);
  bool ends_here(TokenId token) const;
  size_t stop_position(const Completion& completion) const;
  void finish(Slot& slot, FinishReason reason, size_t text_end = std::string::npos);

  int64_t prompt_row(const PromptEntry& prompt) const { return prompt.region * longest_prompt_; }
  int64_t slot_row(size_t slot) const {
    return static_cast<int64_t>(slots_.size()) * longest_prompt_ +
           static_cast<int64_t>(slot) * longest_completion_;
  }
  int64_t room(const RolloutRequest& request) const {
    return std::min(config_.max_new_tokens,
                    policy_.config().max_positions - static_cast<int64_t>(request.prompt_ids.size()));
  }

  const Policy& policy_;
  const Tokenizer& tokenizer_;
  const EngineConfig& engine_;
  const std::vector<RolloutRequest>& requests_;
  const SamplingConfig& config_;
  const uint64_t seed_;
  const int64_t policy_version_;

  std::vector<Slot> slots_;
  std::list<PromptEntry> active_;  // prompts with samples to hand out or unfinished; addresses are stable
  std::vector<int64_t> free_regions_;
  size_t next_request_ = 0;
  std::vector<Group> groups_;
  std::vector<uint64_t> prompt_hashes_;
  std::vector<size_t> newly_finished_;
  size_t finished_groups_ = 0;
  int64_t longest_prompt_ = 0, longest_completion_ = 0;
  KvCache cache_;
};

void Generation::prepare() {
  for (const RolloutRequest& request : requests_) {
    const int64_t length = static_cast<int64_t>(request.prompt_ids.size());
    if (length == 0) throw DataError(fmt::format("{}: the prompt has no tokens", request.example.id));
    if (room(request) < 1) {
      throw DataError(
          fmt::format("{}: the prompt has {} tokens and the context {}; shorten the prompt or drop it",
                      request.example.id, length, policy_.config().max_positions));
    }
    longest_prompt_ = std::max(longest_prompt_, length);
    longest_completion_ = std::max(longest_completion_, room(request));
    groups_.push_back({request.example, request.prompt_ids,
                       std::vector<Completion>(static_cast<size_t>(request.num_samples))});
    prompt_hashes_.push_back(hash_ids(request.prompt_ids));
    check(request.num_samples > 0, "a request asks for at least one sample");
  }
  // Never more slots than samples: the cache is sized by slots.
  int64_t samples = 0;
  for (const RolloutRequest& request : requests_) samples += request.num_samples;
  slots_.resize(std::min<size_t>(slots_.size(), static_cast<size_t>(samples)));
  for (int64_t region = static_cast<int64_t>(slots_.size()); region-- > 0;) free_regions_.push_back(region);
  cache_ = policy_.make_cache(static_cast<int64_t>(slots_.size()) * (longest_prompt_ + longest_completion_));
}

// One forward: new prompts and one token of every decoding slot together; then one token is drawn for each.
void Generation::step() {
  TokenBatch batch;
  std::vector<PromptEntry*> admitted;
  std::vector<size_t> decoding;
  std::vector<int64_t> logit_rows;
  admit_prompts(batch, admitted, logit_rows);
  add_decoding(batch, decoding, logit_rows);
  for (size_t i = 0; i <= batch.plan.segments.size(); ++i)
    batch.plan.group_begin.push_back(static_cast<int64_t>(i));

  const at::Tensor hidden = policy_.forward(batch, &cache_);
  const at::Tensor logits = policy_.logits(hidden, logit_rows).cpu().to(at::kFloat).contiguous();
  const float* rows = logits.const_data_ptr<float>();
  const int64_t V = logits.size(1);
  for (PromptEntry* prompt : admitted) {
    prompt->logits.assign(rows, rows + V);
    rows += V;
  }
  sample_many(decoding, rows);
  fill_slots();
}

// Adds whole prompts while slots wait for work and the token budget lasts (at least one, so progress is certain).
void Generation::admit_prompts(TokenBatch& batch, std::vector<PromptEntry*>& admitted,
                               std::vector<int64_t>& logit_rows) {
  int64_t waiting = 0;  // samples that have a prompt but no slot yet
  for (const PromptEntry& prompt : active_) {
    waiting += requests_[prompt.request].num_samples - prompt.next_sample;
  }
  int64_t idle =
      std::count_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return !slot.prompt; }) - waiting;
  while (idle > 0 && next_request_ < requests_.size() && !free_regions_.empty()) {
    const RolloutRequest& request = requests_[next_request_];
    const int64_t length = static_cast<int64_t>(request.prompt_ids.size());
    const int64_t begin = static_cast<int64_t>(batch.token_ids.size());
    if (!admitted.empty() && begin + length > engine_.prefill_tokens) break;
    PromptEntry& entry = active_.emplace_back();
    entry.request = next_request_++;
    entry.region = free_regions_.back();
    entry.unfinished = request.num_samples;
    free_regions_.pop_back();
    for (int64_t i = 0; i < length; ++i) {
      batch.token_ids.push_back(request.prompt_ids[static_cast<size_t>(i)]);
      batch.positions.push_back(i);
      batch.cache_rows.push_back(prompt_row(entry) + i);
    }
    batch.plan.segments.push_back(
        {.query_begin = begin, .num_queries = length, .own_begin = prompt_row(entry)});
    logit_rows.push_back(begin + length - 1);
    admitted.push_back(&entry);
    idle -= request.num_samples;
  }
}

void Generation::add_decoding(TokenBatch& batch, std::vector<size_t>& decoding,
                              std::vector<int64_t>& logit_rows) {
  for (size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (!slot.prompt) continue;
    const int64_t prompt_length = static_cast<int64_t>(requests_[slot.prompt->request].prompt_ids.size());
    const int64_t written =
        static_cast<int64_t>(slot.completion.token_ids.size()) - 1;  // keys already in the cache
    const int64_t row = static_cast<int64_t>(batch.token_ids.size());
    batch.token_ids.push_back(slot.last_token);
    batch.positions.push_back(prompt_length + written);
    batch.cache_rows.push_back(slot_row(i) + written);
    batch.plan.segments.push_back({.query_begin = row,
                                   .num_queries = 1,
                                   .prefix_begin = prompt_row(*slot.prompt),
                                   .prefix_len = prompt_length,
                                   .own_begin = slot_row(i),
                                   .own_past = written});
    logit_rows.push_back(row);
    decoding.push_back(i);
  }
}

// Gives waiting samples to free slots; their first token comes from the prompt's own logits.
void Generation::fill_slots() {
  for (;;) {
    auto waiting = std::find_if(active_.begin(), active_.end(), [&](const PromptEntry& prompt) {
      return prompt.next_sample < requests_[prompt.request].num_samples;
    });
    auto free = std::find_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return !slot.prompt; });
    if (waiting == active_.end() || free == slots_.end()) break;
    const RolloutRequest& request = requests_[waiting->request];
    free->prompt = &*waiting;
    free->sample = waiting->next_sample++;
    free->completion = {};
    free->completion.sample_index = request.first_sample_index + free->sample;
    free->completion.policy_version = policy_version_;
    const size_t index = static_cast<size_t>(free - slots_.begin());
    sample_many({index}, waiting->logits.data());
  }
  // Prompts all of whose samples are whole give their region back.
  active_.remove_if([&](const PromptEntry& prompt) {
    if (prompt.unfinished == 0) free_regions_.push_back(prompt.region);
    return prompt.unfinished == 0;
  });
}

// Draws the next token of each slot from its row of logits. Rows are independent, so threads may take them in any order.
void Generation::sample_many(const std::vector<size_t>& slots, const float* logits) {
  const int64_t V = policy_.config().vocab_size;
  std::vector<SampledToken> sampled(slots.size());
  at::parallel_for(0, static_cast<int64_t>(slots.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Slot& slot = slots_[slots[static_cast<size_t>(i)]];
      const uint64_t item =
          mix(prompt_hashes_[slot.prompt->request], static_cast<uint64_t>(slot.completion.sample_index));
      const double u = random_uniform(seed_, Stream::Sampling, item,
                                      static_cast<uint32_t>(slot.completion.token_ids.size()));
      sampled[static_cast<size_t>(i)] = sample_token({logits + i * V, static_cast<size_t>(V)}, config_, u);
    }
  });
  for (size_t i = 0; i < slots.size(); ++i) accept(slots_[slots[i]], sampled[i]);
}

void Generation::accept(Slot& slot, SampledToken sampled) {
  Completion& completion = slot.completion;
  completion.token_ids.push_back(sampled.token);
  completion.rollout_logprobs.push_back(sampled.logprob);
  slot.last_token = sampled.token;
  if (ends_here(sampled.token)) return finish(slot, FinishReason::Stop);
  if (!config_.stop.empty()) {
    if (const size_t at = stop_position(completion); at != std::string::npos)
      return finish(slot, FinishReason::Stop, at);
  }
  const int64_t limit = room(requests_[slot.prompt->request]);
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
  slot = Slot{};
  if (--prompt.unfinished == 0) {
    newly_finished_.push_back(prompt.request);
    ++finished_groups_;
  }
}

}  // namespace

LocalEngine::LocalEngine(const Policy& policy, const Tokenizer& tokenizer, EngineConfig config)
    : policy_(policy), tokenizer_(tokenizer), config_(config) {}

std::vector<Group> LocalEngine::generate(const std::vector<RolloutRequest>& requests,
                                         const SamplingConfig& config, uint64_t seed,
                                         const std::function<void(size_t, const Group&)>& on_group,
                                         const std::function<bool()>& should_stop) {
  at::NoGradGuard no_grad;
  if (requests.empty()) return {};
  return Generation(policy_, tokenizer_, config_, requests, config, seed, policy_version_)
      .run(on_group, should_stop);
}

}  // namespace r1
