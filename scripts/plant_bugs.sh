#!/usr/bin/env bash
# Plants one bug at a time in a copy of the tree and says whether the test that should notice it does.
#
#   scripts/plant_bugs.sh            all of the table below
#   scripts/plant_bugs.sh rl/loss    only entries that match this regular expression (file, expression, program, tests)
#
# The copy (R1_PLANT_DIR, default <tmp>/r1kit-plant) is kept, so that a second run builds little. Exit code 1 when a bug
# is missed, an entry is stale (its sed expression changes nothing, or the result does not compile), or a test that
# should notice fails without any bug. Ends with the tests that ran and that no entry made fail.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD copy=${R1_PLANT_DIR:-${TMPDIR:-/tmp}/r1kit-plant} only=${1:-.} jobs=${R1_JOBS:-2}

# plant FILE SED-EXPRESSION TEST-PROGRAM GTEST-FILTER: a line for each way to be wrong that must never come back.
bugs() {
  plant base/rng.cpp 's/round < 10/round < 9/' base_test 'Rng*'
  plant base/rng.cpp 's/return mix(hash, text.size());/return hash;/' base_test 'Rng*'
  plant rewards/reward.h '1i #include "rl/batch.h"' docs_test 'Layers*'
  plant rewards/math/extraction/answer_extraction.cpp 's/completion.rfind(kClose)/completion.find(kClose)/' rewards_test '*Extract*:*Answer*'
  plant datasets/braces.cpp 's/--depth == 0/--depth <= 1/' rewards_test '*Extract*:*Answer*'
  plant datasets/braces.cpp 's/^      ++i;/      ;/' datasets_test 'Braces*'
  plant datasets/braces.cpp 's/return std::nullopt;/return text;/' datasets_test 'Braces*'
  plant datasets/braces.cpp "s/if (text\[i\] == '.*')\$/if (text[i] == 92 \&\& i + 1 < text.size() \&\& text[i + 1] != 92)/" datasets_test 'Braces*'

  # policy/kernels: every kernel, and the promise that a row's bits are its own
  local gemm=policy/kernels/gemm_isa.cpp rows=policy/kernels/rows_isa.cpp tile=policy/kernels/tile.h
  local kernels='*KernelSet*' attention='*Attention*'
  plant $gemm 's/if (product.bias) value += /if (product.bias) value -= /' kernels_test "$kernels"
  plant $gemm 's/value = load_n(residual + i, c) + value/value = value - load_n(residual + i, c)/' kernels_test "$kernels"
  plant $gemm 's/load_n(y + i, c) + load(sums + i), c); })/load(sums + i), c); })/' kernels_test "$kernels"
  plant $gemm 's/g \* sigmoid(g) \* u, c/g * sigmoid(u) * u, c/' kernels_test "$kernels"
  plant $gemm 's/kept + features + first + i, load(up + i)/kept + features + first + i, load(gate + i)/' kernels_test "$kernels"
  plant $gemm 's/panel + m % kPanel \* Format::kStep/panel + m % 8 * Format::kStep/' kernels_test "$kernels"
  plant $gemm 's/const bool odd = product.K % 2 != 0/const bool odd = product.K % 2 != 0 \&\& false/' kernels_test "$kernels"
  plant $gemm 's/pairs = low | high << 16/pairs = high | low << 16/' kernels_test "$kernels"
  plant $gemm 's/sum - kBias \* w_sum/sum - 127 * w_sum/' policy_test '*Int8*'
  plant $gemm 's/bytes\[k\] = kBias;/bytes[k] = 0;/; s/k < int8_columns(K); ++k) bytes/k < K; ++k) bytes/' policy_test '*Int8*'
  plant $gemm 's/ | (magnitude != magnitude);/;/' policy_test '*Int8*'
  plant $gemm 's/n = p \* kPanel;/n = (p - panel_begin) * kPanel;/' policy_test '*Int8*'
  plant $gemm 's/int8.x_scale\[m + r\]/int8.x_scale[m]/' policy_test '*Int8*'
  plant $gemm 's/largest_magnitude(from, K) \/ 127.0f/largest_magnitude(from, K) \/ 64.0f/' policy_test '*Int8*'
  plant $gemm 's/^  return scale;/  return scale + 0.0f \/ scale;/' policy_test '*Int8*'
  plant $gemm 's/g \* sigmoid(g) \* u, c/g * sigmoid(u) * u, c/' policy_test '*Int8*'
  plant $gemm 's/finish<Format>(product, m + r, p \* kPanel,/finish<Format>(product, m + r, (p - panel_begin) * kPanel,/' kernels_test '*KernelSet*'
  plant $gemm 's/const int64_t first = (n + pair) \/ 2,/const int64_t first = pair \/ 2,/' kernels_test '*KernelSet*'
  plant $gemm 's/^    store_n(y + i, value, c);/    store(y + i, value);/' kernels_test '*KernelSet.NanOutside*'
  plant $tile 's/const Vec input = broadcast(x\[r \* x_row\]);/const Vec input = broadcast(x[r * x_row]) + 0.0f * broadcast(x[(Rows - 1) * x_row]);/' kernels_test '*KernelSet.ANan*'
  plant $tile 's/sums\[r\]\[p\]\[v\] += input \* weights\[p\]\[v\]/& * (Rows == 1 ? 1.0000001f : 1.0f)/' kernels_test "$kernels"
  plant $tile 's/const VecBits low = pairs << 16, high/const VecBits low = pairs << 15, high/' kernels_test "$kernels"
  plant policy/kernels/vector.h 's/bits + 0x7fff + (bits >> 16 \& 1)/bits + 0x8000/' kernels_test "$kernels"
  plant policy/kernels/vector.h 's/x < low ? low : x;/x > low ? x : low;/' rollout_test 'Sampler*:*Engine*'
  plant $rows 's/dot(x, x, K) \/ static_cast<float>(K)/dot(x, x, K) \/ static_cast<float>(K - 1)/' kernels_test "$kernels"
  plant $rows 's/gradient \* input \* inverse_rms/gradient * input/' kernels_test "$kernels"
  plant $rows 's/(K) \* inverse_rms \* inverse_rms;/(K) * inverse_rms;/' kernels_test "$kernels"
  plant $rows 's/a \* c - b \* s/a * c + b * s/' kernels_test "$kernels"
  plant $rows 's/(1.0f + g \* (1.0f - s))/(1.0f - g * (1.0f - s))/' kernels_test "$kernels"
  plant $rows 's/shifted = load_n(logits + i, n, kLowest)/shifted = load_n(logits + i, n)/' kernels_test "$kernels"
  plant $rows 's/store_n(dlogits + i, (-p \* dlogprob/store_n(dlogits + i, (p * dlogprob/' kernels_test "$kernels"
  plant $rows 's/p \* (log_p + stats.entropy)/p * log_p/' kernels_test "$kernels"
  plant $rows 's/step.rate \* m \/ (sqrt_vec(v) \* step.root/step.rate * m \/ (sqrt_vec(v)/' kernels_test '*KernelSet*'
  plant $gemm 's/load_n(from + (k + 1) \* stride + column + i, count) : Vec{}/load_n(from + k * stride + column + i, count) : Vec{}/' kernels_test '*KernelSet*'
  plant $gemm 's/const VecBits low = __builtin_convertvector(round_to_bf16(first), VecBits),/const VecBits low = (VecBits)first >> 16,/' kernels_test '*KernelSet.EveryWay*'
  plant $gemm 's/Element\* out = to + (begin + k) \* kPanel;/Element* out = to + k * kPanel;/' kernels_test '*KernelSet.Pack*'
  plant $gemm 's/product.x_panel ? product.x_panel : round_up/round_up/' kernels_test '*KernelSet.APackedX*'
  plant $rows 's/const float max = max_lanes(largest) \* inverse_temperature;/const float max = max_lanes(largest);/' kernels_test '*KernelSet.Chunks*'
  plant $rows 's/^    sum += weight;/    sum += weight > 0.0f ? weight : Vec{};/' kernels_test '*KernelSet.ANanOr*'
  plant $rows 's/store_n(logits + i, exp_vec(\(.*\)), n);/store_n(logits + i, exp_vec(max_vec(\1, broadcast(-87.0f))), n);/' kernels_test '*KernelSet.Exponentials*'
  plant $rows 's/lanes\[i % kLanes\] += double{values\[i\]} \* values\[i\];/lanes[i % kLanes] += static_cast<double>(values[i] * values[i]);/' kernels_test '*KernelSet.Sums*'
  plant policy/kernels/vector.h 's/clamped = clamped_below > high ? high : clamped_below;/clamped = clamped_below > high ? clamped_below : clamped_below;/' kernels_test '*KernelSet.SwigluBackward*'
  plant $rows 's/if (kept) store_n(kept + i, weight, n);/if (kept) store_n(kept + i, shifted, n);/' kernels_test '*KernelSet.*Kep*'
  plant $rows 's/from_float(at_target, dlogits\[target\])/from_float(-at_target, dlogits[target])/' kernels_test '*KernelSet.*Kept*'
  plant policy/ops_cpu.cpp 's/d \* (1 - std::exp(logprobs\[r\])),/d * std::exp(logprobs[r]),/' policy_test 'Ops*:*ToyModels*'
  plant policy/ops_cpu.cpp 's/\[\](float d) { return d == 0; })/[](float) { return true; })/' policy_test 'Ops*:*Head*'
  plant policy/kernels/dispatch.cpp 's/log_sum - weighted \/ sum/log_sum + weighted \/ sum/' kernels_test "$kernels"
  plant policy/kernels/dispatch.cpp 's/(chunks\[c\].weighted + chunks\[c\].sum \* shift)/(chunks[c].weighted)/' kernels_test "$kernels"
  plant policy/kernels/attention_parts.h 's/1.0f \/ __builtin_sqrtf(static_cast<float>(Dh))/1.0f \/ static_cast<float>(Dh)/' kernels_test "$attention"
  plant policy/kernels/attention_parts.h 's/v \* kWidth, sums\[r\]\[p\]\[v\]);/v * kWidth, sums[r][p][v] * (R < kRows ? 1.0000002f : 1.0f));/' kernels_test '*Isa/Attention*'
  plant policy/kernels/attention_parts.h 's/return lanes < broadcast/return lanes <= broadcast/' kernels_test '*Isa/Attention*'
  plant policy/kernels/attention_isa.cpp 's/row = position % kKeyBlock;/row = i % kKeyBlock;/' kernels_test '*Isa/Attention*'
  plant policy/kernels/attention_isa.cpp 's/if (tile.num_pieces > 1) find_panels/if (false) find_panels/' kernels_test '*Isa/Attention*'
  plant policy/kernels/attention.h 's/if (held > 0) finish(num_segments/if (held > target) finish(num_segments/' kernels_test 'PlanAttention*'

  # policy: ops, weights, the decoder and its cache
  plant policy/attention_cpu.cpp 's/.position = segment.own_past + piece.begin/.position = piece.begin/' policy_test '*ToyModels*:*Layouts*:Ops*'
  plant policy/attention_cpu.cpp 's/heads.num_heads, Dh, -1.0f/heads.num_heads, Dh, 1.0f/' policy_test 'Ops*'
  plant policy/attention_cpu.cpp 's/.prefix_row = segment.prefix_begin/.prefix_row = segment.query_begin/' policy_test 'Ops*:*ToyModels*:*Layouts*'
  plant policy/ops_cpu.cpp 's/logits\[token\] \* inverse_temperature - logsumexp/logits[token] - logsumexp/' policy_test '*Head*:Ops*'
  plant policy/ops_cpu.cpp 's/return {c, remaining \/ scale};/return {c, remaining};/' policy_test '*Head*:Ops*'
  plant policy/ops_cpu.cpp 's/if (weights\[i\] <= 0) continue;//' policy_test '*Head*'
  plant policy/ops_cpu.cpp 's/row_of\[t\] == padding_id/false/' policy_test 'Ops*'
  plant policy/ops_cpu.cpp 's/targets\[r\] - chunk.begin/targets[r]/' policy_test 'Ops*:*Head*:*ToyModels*'
  plant policy/ops_cpu.cpp 's/.finish = Finish::Accumulate,/.finish = Finish::Store,/' policy_test 'Ops*:*Head*:*ToyModels*'
  plant policy/ops_cpu.cpp 's/a.max < b.max/a.max <= b.max/' policy_test '*Head.Greedy*'
  plant policy/ops_cpu.cpp 's/result.logprobs\[d\] = std::numeric_limits<float>::quiet_NaN();/result.logprobs[d] = 0;/' policy_test '*Head.ARowThat*'
  plant policy/ops.cpp 's/result\[3\] = at::sum(gradients\[0\], 0)/result[3] = gradients[0][0]/' policy_test 'Ops*:*ToyModels*'
  plant policy/ops.cpp 's/result\[4\] = gradients\[0\]/result[4] = at::zeros_like(gradients[0])/' policy_test 'Ops*:*ToyModels*'
  plant policy/ops.cpp 's/weight.has_int8() \&\& !gradients_wanted()/weight.has_int8()/' policy_test '*Int8*'
  plant policy/ops.cpp 's/return {x.grad(), at::Tensor()};/return {gradients[0], at::Tensor()};/' policy_test 'Ops*:*ToyModels*'
  plant policy/ops.cpp 's/return {x.grad(), at::Tensor()};/return {gradients[0], at::Tensor()};/' rl_test '*UpdateGradient*'
  plant policy/ops.cpp 's/^    return layer(x);  \/\/ autograd/    const at::AutoGradMode on(true);\n&/' policy_test 'Ops*'
  plant policy/ops.cpp 's/if (context->saved_data\["trained"\].toBool())/if (true)/' policy_test 'Ops.AFrozen*'
  plant policy/ops.cpp 's/check(!cache || !gradients_wanted(),/check(true,/' policy_test 'Ops.GradientsThroughACache*'
  plant policy/ops.cpp 's/cpu::rms_norm(x, weight, eps, precision).y;/cpu::rms_norm(x, weight, 1.1 * eps, precision).y;/' policy_test 'Ops.KernelsWithAndWithout*'
  plant policy/ops_reference.cpp 's/at::mean(x \* x/at::mean(x.detach() * x/' policy_test 'Ops*'
  plant policy/weight.cpp 's/state_->panels_version != state_->value._version()/false/' policy_test 'Weight*:*Weights*'
  plant policy/weight.cpp 's/state_->transposed_version != state_->value._version()/false/' policy_test 'Weight*:*Weights*'
  plant policy/weight.cpp 's/state_->int8_version != state_->value._version()/false/' policy_test '*Int8*'
  plant policy/weight.cpp 's/panel % 2 \* half + first/panel % 2 * half/' policy_test 'Weight*:*Weights*:Ops*'
  plant policy/weight.cpp 's/if (!state_->panels.defined() || .*) state_->pack();/state_->pack();/' policy_test '*Weights.Unchanged*'
  plant policy/weight.cpp 's/constexpr int64_t kRows = 64;/constexpr int64_t kRows = 63;/' policy_test '*Weights.PanelsHold*'
  plant policy/weight.cpp 's/if (!gradient.defined()) gradient = at::zeros_like/gradient = at::zeros_like/' policy_test 'Weight.*:Ops.AMatrixs*'
  plant policy/weight.cpp 's/ \&\& state_->value.scalar_type() == at::kFloat;/;/' policy_test 'Weight.*'
  plant policy/weight.cpp 's/check(order == Order::AsTheyStand ||/check(true ||/' policy_test 'Weight.*'
  plant policy/adamw.cpp '/bump_version/d' policy_test 'Weight*:*Weights*'
  local adamw=policy/adamw.cpp
  plant $adamw 's/check(gradients.size() == slots_.size(), .*;/;/; s/check(at != gradients.end() .*/if (at == gradients.end()) continue;/; s/for (auto& \[name, slot\] : slots_) {/& if (!gradients.contains(name)) continue;/' policy_test 'AdamW.*'
  plant $adamw 's/if (!std::isfinite(learning_rate) || !std::isfinite(gradient_scale))/if (false)/' policy_test 'AdamW.*'
  plant $adamw 's/^  steps_ = steps;/  ;/' policy_test 'AdamW.*'
  plant $adamw 's/if (!own.contains(key))/if (false)/' policy_test 'AdamW.*'
  plant $adamw 's/gradient.const_data_ptr<float>() + begin,/gradient.const_data_ptr<float>(),/' policy_test 'AdamW.*'
  plant $adamw 's/parameter.dim() >= 2 ?/parameter.dim() >= 1 ?/' policy_test 'AdamW.*'
  plant $adamw 's/gradients.at(name).contiguous()/gradients.at(name).mul_(gradient_scale)/' policy_test 'AdamW.*'
  plant $adamw 's/denominator = slot.exp_avg_sq.sqrt()/denominator = slot.exp_avg_sq.cpu().sqrt()/' policy_test 'AdamW.*'
  plant $adamw 's/config.epsilon > 0 \&\&/config.epsilon >= 0 \&\&/' policy_test 'AdamWConfig*'
  plant policy/policy.cpp 's/layer.post_norm, config_.rms_norm_eps/layer.post_norm, 1e-3/' policy_test '*ToyModels*:DemoModel.Logprobs*:DemoModel.Sixty*'
  plant policy/policy.cpp 's/embedding_, config_.pad_token_id)/embedding_)/' policy_test '*ToyModels*:DemoModel.Sft*'
  plant policy/policy.cpp 's/\&cache->layers\[index\]/\&cache->layers[0]/' policy_test '*Layouts*'
  plant policy/policy.cpp 's/rope_cos_ = angles.cos().to(dtype).to(device_)/rope_cos_ = angles.cos().to(dtype)/' policy_test '*ToyModels*'
  plant policy/policy.cpp 's/^      .to(device_);/      ;/' policy_test '*ToyModels*'
  plant policy/policy.cpp 's/const bool recompute = recompute_ \&\&/const bool recompute = false \&\&/' policy_test '*ToyModels*'
  plant policy/policy.cpp 's/ \&\& !cache \&\& at::GradMode::is_enabled();/;/' policy_test '*ToyModels*'
  plant policy/policy.cpp 's/sin, plan = batch.plan\]/sin, \&plan = batch.plan]/' policy_test '*ToyModels*'
  local memory=policy/tensor_memory.cpp
  plant $memory 's/^    free.pop_back();//' policy_test 'TensorMemory*'
  plant $memory 's/^    free.pop_back();//' policy_test 'TensorMemory.TwoThreads*'
  plant $memory 's/free_\[size\].push_back(data);//' policy_test 'TensorMemory*'
  plant $memory 's/^      ::munmap(data, size);//' policy_test 'TensorMemory*'
  plant $memory 's/most_in_use_ \/ 2/most_in_use_/' policy_test 'TensorMemory*'
  plant $memory 's/bytes < kSmallest ?/bytes < 1000 ?/' policy_test 'TensorMemory*'
  plant $memory 's/kHugePage - 1) \/ kHugePage \* kHugePage/4096) \/ 4096 * 4096/' policy_test 'TensorMemory*'
  plant $memory 's/std::max(power \/ 4,/std::max(power \/ 4000,/' policy_test 'TensorMemory*'
  plant policy/policy.cpp 's/leaf.mutable_grad().zero_();/leaf.mutable_grad() = at::Tensor();/' policy_test '*ToyModels.Zeroed*'
  plant base/thread_pool.cpp 's/if (task >= tasks) return;/if (task > tasks) return;/' base_test '*Pool*'
  plant base/thread_pool.cpp 's/finished.wait(done)/return/' base_test '*Pool*'
  local threads=base/thread_pool.cpp
  plant $threads 's/^        (\*body)(static_cast<int64_t>(task));/        if (task + 1 < tasks) &/' base_test '*Pool*'
  plant $threads 's/for (int64_t task = 0; task < tasks; ++task) body(task);/for (int64_t task = 0; task + 1 < tasks; ++task) body(task);/' base_test '*Pool*'
  plant $threads 's/for (int i = 1; i < size_; ++i)/for (int i = 2; i < size_; ++i)/' base_test '*Pools.StartOne*:ThreadPool.TasksOfOne*'
  plant $threads 's/^  shared.announce();/  shared.loop.fetch_add(1);/' base_test '*Pools.Sleeping*'
  plant $threads 's/std::exchange(shared.failure, nullptr)/shared.failure/' base_test '*Pools.AnException*'
  plant $threads 's/failure = std::current_exception();//' base_test '*Pools.AnException*'
  plant $threads 's/(kTaskBits - 1), "/kTaskBits, "/' base_test '*Pools.TakeAsMany*'
  plant $threads 's/kTaskBits = 20/kTaskBits = 16/' base_test '*Pools.RunAHundredThousand*:*Pools.TakeAsMany*'
  plant $threads 's/size_(std::max(threads, 1))/size_(threads)/' base_test 'ThreadPool*'
  plant $threads 's/static ThreadPool pool(default_threads());/ThreadPool\& pool = *new ThreadPool(default_threads());/' base_test 'ArithmeticPool*'

  # rollout: the sampler
  local sampler=rollout/sampler.cpp engine=rollout/local_engine.cpp
  plant $sampler 's/double remaining = u \* total/double remaining = u/' rollout_test 'Sampler*'
  plant $sampler 's/double remaining = u \* total/double remaining = (1 - u) * total/' rollout_test 'Sampler*'
  plant $sampler 's/if (remaining < 0) return id/if (remaining < 0.1) return id/' rollout_test 'Sampler*'
  plant $sampler 's/best = std::max_element/best = std::min_element/' rollout_test 'Sampler*'
  plant $sampler 's/return logit \* inverse_temperature - stats/return logit - stats/' rollout_test 'Sampler*'
  plant $sampler 's/cumulative < config.top_p \* total/cumulative <= config.top_p * total/' rollout_test 'Sampler*'
  plant $sampler 's/config.min_p \* largest/(config.min_p + 0 * largest)/' rollout_test 'Sampler*'
  plant $sampler 's/order.resize(static_cast<size_t>(config.top_k))/order.resize(static_cast<size_t>(config.top_k + 1))/' rollout_test 'Sampler*'
  plant $sampler 's/config.top_p <= 1,/config.top_p <= 2,/' rollout_test 'Sampler*'
  # rollout: the engine
  plant $engine 's/static_cast<uint64_t>(slot.completion.sample_index));/static_cast<uint64_t>(draws_[i].slot));/' rollout_test '*Engine*'
  plant $engine 's/static_cast<uint64_t>(slot.completion.sample_index));/0);/' rollout_test '*Engine*'
  plant $engine 's/mix(prompt_hashes_\[slot.prompt->request\]/mix(slot.prompt->request/' rollout_test '*Engine*'
  plant $engine 's/random_uniform(seed_,/random_uniform(1,/' rollout_test '*Engine*'
  plant $engine 's/first_sample_index + slot.sample/first_sample_index/' rollout_test '*Engine*'
  plant $engine 's/batch_.positions.push_back(length + written)/batch_.positions.push_back(written)/' rollout_test '*Engine*'
  plant $engine 's/.own_past = prompt.computed,/.own_past = 0,/' rollout_test '*Engine*'
  plant $engine 's/last_rows_.push_back(row + count - 1)/last_rows_.push_back(row)/' rollout_test '*Engine*'
  plant $engine 's/for (PromptEntry\& prompt : active_) prompt.plan_blocks = -1;//' rollout_test '*Engine*'
  plant $engine 's/return finish(slot, FinishReason::Stop);/return completion.token_ids.pop_back(), finish(slot, FinishReason::Stop);/' rollout_test '*Engine*'
  plant $engine 's/(slot.completion.token_ids, true)/(slot.completion.token_ids, false)/' rollout_test '*Engine*'
  plant $engine 's/.substr(0, text_end);/;/' rollout_test '*Engine*'
  plant $engine 's/token_ids.size()) >= limit/token_ids.size()) > limit/' rollout_test '*Engine*'
  plant $engine 's/if (room(request) < 1)/if (room(request) < 0)/' rollout_test '*Engine*'
  plant $engine 's/if (wanted < largest)/if (false)/' rollout_test '*Engine*'
  plant $engine 's/engine_.cache_tokens, largest \* kKvBlockRows/engine_.cache_tokens, largest/' rollout_test '*Engine.ACache*'
  plant $engine 's/config_, u\[at\])/config_, 1 - u[at])/' rollout_test '*Engine.BothSamplingPaths*'
  plant $engine 's/policy_version = policy_version_;/policy_version = 0 * policy_version_;/' rollout_test '*Engine.CompletionsCarry*'
  plant $engine 's/the prompt has no tokens", request.example.id/the prompt has no tokens", length/' rollout_test '*Engine.NoRequests*'
  plant $engine 's/config.prefill_tokens >= 1/config.prefill_tokens >= 0/' rollout_test '*Engine.Sizes*'
  plant $engine 's/newly_finished_.clear();//' rollout_test '*Engine*'
  plant $engine 's/if (should_stop \&\& should_stop())/if (false)/' rollout_test '*Engine*'
  plant rollout/block_pool.h 's/promised_ -= count/promised_ -= 0 * count/' rollout_test 'BlockPool*:*Engine*'
  local pool=rollout/block_pool.h
  plant $pool 's/static_cast<int32_t>(block));/static_cast<int32_t>(num_blocks - 1 - block));/' rollout_test 'BlockPool*'
  plant $pool 's/check(promised_ > 0 \&\& !free_.empty()/check(!free_.empty()/' rollout_test 'BlockPool*'
  plant $pool 's/blocks.clear();//' rollout_test 'BlockPool*'
  # rollout: the text side
  local language=rollout/language_model.cpp
  plant $language 's/at::kHalf : at::kFloat/at::kHalf : at::kBFloat16/' rollout_test 'LanguageModel*'
  plant $language 's/tokenizer.vocab_size() > files/tokenizer.vocab_size() > 9 * files/' rollout_test 'LanguageModel*'
  plant $language 's/prompt.text.substr(closed.size())/prompt.text/' rollout_test 'LanguageModel*'
  plant $language 's/prompt.text = example.prompt_text;/prompt.text = example.prompt_text + " ";/' rollout_test 'LanguageModel*'
  plant $language 's/parse_special=\*\/true/parse_special=*\/false/' rollout_test 'LanguageModel*'

  # rl: the loss
  plant rl/loss.cpp 's/1 + config.clip_high) \* A/1 + config.clip_low) * A/' rl_test 'Loss*'
  plant rl/loss.cpp 's/if (config.clip == ClipKind::Ppo)/if (true)/' rl_test 'Loss*'
  plant rl/loss.cpp 's/at::exp(x) - x - 1/at::exp(x) - x/' rl_test 'Loss*'
  plant rl/loss.cpp 's/at::exp(x) - x - 1/at::exp(x) - 1/' rl_test 'Loss*'
  plant rl/loss.cpp 's/at::where(A < 0, at::maximum/at::where(A > 0, at::maximum/' rl_test 'Loss*'
  plant rl/loss.cpp 's/log_ratio = sequence_mean(log_ratio, inputs)/log_ratio = log_ratio + 0 * sequence_mean(log_ratio, inputs)/' rl_test 'Loss*'
  plant rl/loss.cpp 's/ratio = at::exp(log_ratio)/ratio = at::exp(log_ratio.detach())/' rl_test 'Loss*:Update.Gradient*'
  plant rl/loss.cpp 's/token_loss - inputs.entropy/token_loss + inputs.entropy/' rl_test 'Loss*'
  plant rl/loss.cpp 's/count((ratio < 1 - config.clip_low) \& (A < 0))/count(ratio < 1 - config.clip_low)/' rl_test 'Loss*'
  plant rl/loss.cpp 's/at::sum(token_loss \* inputs.weights)/at::sum(token_loss)/' rl_test 'Loss*:Update*'
  plant rl/loss.cpp 's/-at::sum(inputs.logprobs.to(at::kDouble) \* inputs.weights)/-at::sum(inputs.logprobs.to(at::kDouble))/' rl_test 'Loss*'
  plant rl/loss.cpp 's/? -surrogate \* inputs.importance : -surrogate/? -surrogate : -surrogate/' rl_test 'Loss*:Mismatch*'
  plant rl/loss.cpp 's/kl \* config.kl_coef/& * (inputs.importance.defined() ? inputs.importance : at::ones_like(kl))/' rl_test 'Loss*'
  # rl: weights for a sampler that is not the policy
  plant rl/mismatch.cpp 's/std::min(weight, config.importance_cap)/weight/' rl_test 'Mismatch*'
  plant rl/mismatch.cpp 's/double{policy_logprobs\[t\]} - sample.old_logprobs\[t\]/sample.old_logprobs[t] - double{policy_logprobs[t]}/' rl_test 'Mismatch*'
  plant rl/mismatch.cpp 's/if (!sample.loss_mask\[t\]) continue;//' rl_test 'Mismatch*'
  plant rl/mismatch.cpp 's/  sample.old_logprobs = std::move(policy_logprobs);//' rl_test 'Mismatch*'
  plant rl/mismatch.cpp 's/weight > config.importance_cap/weight >= config.importance_cap/' rl_test 'Mismatch*'
  plant rl/mismatch.cpp 's/config.importance_cap >= 1/config.importance_cap > 0/' rl_test 'Mismatch*'
  # rl: scoring in the background
  local scoring=rl/scoring.cpp
  plant $scoring 's/scores_PG_\[job.index\] =/scores_PG_[scores_PG_.size() - 1 - job.index] =/' rl_test 'BackgroundScorer*'
  plant $scoring 's/scores_PG_\[job.index\] =/scores_PG_[0 * job.index] =/' rl_test 'BackgroundScorer.AGroup*'
  plant $scoring 's/if (failure_) std::rethrow_exception(failure_);//' rl_test 'BackgroundScorer*'
  plant $scoring 's/if (dropped_ || jobs_.empty()) return;/if (jobs_.empty()) return;/' rl_test 'BackgroundScorer*'
  plant $scoring 's/^    complete_ = true;/    dropped_ = true;/' rl_test 'BackgroundScorer.Finish*'
  plant $scoring 's/job.group, job.prompt_tail/job.group, ""/' rl_test 'BackgroundScorer*'
  # rl: advantages
  plant rl/advantages.cpp 's/result.count - 1/result.count/' rl_test 'Advantages*'
  plant rl/advantages.cpp 's/silent ? 0.0 :/silent \&\& false ? 0.0 :/' rl_test 'Advantages*'
  plant rl/advantages.cpp 's/config.scale == AdvantageScale::Group/config.scale != AdvantageScale::Batch/' rl_test 'Advantages*'
  plant rl/advantages.cpp 's/count \/ (count - 1)/(count - 1) \/ count/' rl_test 'Advantages*'
  plant rl/advantages.cpp 's/moments(whole_step).std/moments(whole_step).mean/' rl_test 'Advantages*'
  plant rl/advantages.cpp 's/if (value) sum += \*value, /sum += value.value_or(0), /' rl_test 'Advantages*'
  plant rl/advantages.cpp 's/(\*reward - group.mean) \/ divisor/*reward \/ divisor/' rl_test 'Advantages*'
  # rl: batches
  plant rl/batch.cpp 's/prompt_row_ + length - 1/prompt_row_ + length/' rl_test 'Batch*'
  plant rl/batch.cpp 's/if (!sample.loss_mask\[i\]) continue;//' rl_test 'Batch*:Update*'
  plant rl/batch.cpp 's/return has_prompt_ \&\&/return false \&\&/' rl_test 'Batch*'
  plant rl/batch.cpp 's/.prefix_begin = prompt_row_/.prefix_begin = 0/' rl_test 'Batch*'
  plant rl/batch.cpp 's/> token_budget/> 2 * token_budget/' rl_test 'Batch*'
  plant rl/batch.cpp 's/packer.num_tokens() > 0 \&\& packer/packer/' rl_test 'Batch*'
  plant rl/batch.cpp 's/result.num_tokens += trained;/result.num_tokens += 1;/' rl_test 'Batch*'
  plant rl/batch.cpp 's/batch.samples\[index\].num_trained()/batch.samples[0 * index].num_trained()/' rl_test 'Batch*'
  plant rl/batch.cpp 's/1.0 \/ (sequences \* static_cast<double>(std::max/1.0 \/ (static_cast<double>(std::max/' rl_test 'Batch*'
  plant rl/batch.cpp 's/check(i > 0 || length > 0/check(true/' rl_test 'Batch*'
  # rl: updates
  plant rl/update.cpp 's/if (result.finite)/if (true)/' rl_test 'Update*'
  plant rl/update.cpp 's/weights.push_back(token_weight.*;/weights.push_back(1.0 \/ static_cast<double>(micro.rows.size()));/' rl_test 'Update*'
  plant rl/update.cpp 's/weights.push_back(token_weight.*;/weights.push_back(1.0 \/ static_cast<double>(micro.rows.size()));/' rl_test '*UpdateGradient*'
  plant rl/update.cpp 's/^  policy.set_recompute(true);//' rl_test 'Recompute*'
  plant rl/update.cpp 's/needed <= free \/ 2/true/' rl_test 'Recompute*'
  plant rl/update.cpp 's/policy.set_recompute(wanted == Recompute::Always);//' rl_test '*UpdateGradient*'
  plant rl/update.cpp 's/.abs().max().item/.abs().min().item/' rl_test 'Update*'
  plant rl/grpo_updates.cpp 's/sample.advantage == 0;/sample.advantage >= 0;/' rl_test 'Update*'
  plant rl/grpo_updates.cpp 's/silent = loss.zero_advantage_is_silent() \&\&/silent =/' rl_test 'Update*'
  plant rl/grpo_updates.cpp 's/result\[batch.samples\[i\].prompt \* parts \/ num_prompts\]/result[(i + 0 * num_prompts) % parts]/' rl_test 'Update.Minibatches*'
  plant rl/quarantine.cpp '/config_detail::read(json.at("aggregation"/d' rl_test 'Quarantine*'
  plant rl/quarantine.cpp 's/if (json == kCrossEntropy) return std::nullopt;/if (json == kCrossEntropy) return LossConfig();/' rl_test 'Quarantine*'
  plant rl/quarantine.cpp 's/batch.samples\[index\]/batch.samples[index + 1]/' rl_test 'Quarantine*'
  plant rl/quarantine.cpp 's/kBadStepsAllowed = 3/kBadStepsAllowed = 9/' rl_test 'Quarantine*:Grpo.Three*'
  # rl: the loops
  plant rl/grpo_updates.cpp 's/options{config.sampling.temperature/options{1.0/' rl_test '*GrpoPrecision.Parity*'
  plant rl/grpo_updates.cpp 's/if (totals.attempts == 0)/if (true)/' rl_test 'Grpo.EverySwitch*'
  plant rl/grpo_updates.cpp 's/.advantage = advantage.value_or(0)/.advantage = -advantage.value_or(0)/' rl_test '*GrpoPrecision.TheLength*'
  plant rl/grpo.cpp 's/  reference.use_stored_weights();/& at.data_cursor = 0;/' rl_test '*GrpoPrecision.Resumed*'
  plant rl/grpo.cpp '/observer.stop_requested/,/throw/ s/run.checkpoint(.*;/;/' rl_test 'Grpo.AnInterrupt*'
  plant rl/grpo_config.cpp 's/config.group_size >= 2/config.group_size >= 1/' rl_test 'Grpo.Config*'
  plant rl/grpo_config.cpp 's/clip_high = 0.28/clip_high = 0.2/' rl_test 'Grpo.Presets*'
  plant rl/reference.cpp 's/\*reward -= config_/*reward += config_/' rl_test 'Reference*'
  plant rl/reference.cpp 's/if (sample.loss_mask\[t\]) distance/distance/' rl_test 'Reference*'
  plant rl/reference.cpp 's/policy.clone_weights()/policy.weights()/' rl_test 'Reference*'
  plant rl/reference.cpp 's/if (!config.loss.needs_reference()) return;//' rl_test 'Reference*'
  plant rl/reference.cpp 's/ || step % config_.reference_refresh_every != 0//' rl_test 'Reference*'
  plant rl/reference.cpp 's/if (!policy_ || config_.reference_refresh_every <= 0.*/if (!policy_) return;/' rl_test 'Grpo.KlIs*:Reference*'
  plant rl/sft.cpp 's/append_piece(model, text.substr(at), false/append_piece(model, text.substr(at), true/' rl_test 'Sft.Loss*'
  plant rl/sft.cpp 's/at = run.restore(model, optimizer);/& at.data_cursor = 0;/' rl_test 'Sft.Resume*'
  plant rl/sft.cpp 's/if (sample.num_trained() == 0)/if (false)/' rl_test 'Sft.ADemo*'
  plant rl/distill.cpp 's/  config.num_layers = num_layers;//' rl_test 'Distill.AShallower*'
  plant rl/distill.cpp 's/(from - 1) + (to - 1) \/ 2)/(from - 1))/' rl_test 'Distill.Layers*'
  # rl: evaluation and its statistics
  plant rl/evaluate.cpp 's/result.truncated += completion.finish_reason == FinishReason::Length/result.truncated += completion.finish_reason == FinishReason::Stop/' rl_test 'Evaluate*'
  plant rl/evaluate.cpp 's/a.second.first < b.second.first/a.second.first > b.second.first/' rl_test 'Evaluate*'
  plant rl/evaluate.cpp 's/num_correct > 0;/num_correct > 1;/' rl_test 'Evaluate*'
  plant rl/evaluate.cpp 's/share_correct(a) > share_correct(b)/share_correct(a) < share_correct(b)/' rl_test 'Evaluate*'
  plant rl/evaluate.cpp 's/if (first.problems.size() != second.problems.size())/if (false)/' rl_test 'Evaluate*'
  plant rl/evaluate.cpp 's/if (examples.empty())/if (false)/' rl_test 'Evaluate*'
  plant rl/evaluate.cpp 's/requests\[i\].prompt_tail/""/' rl_test 'Evaluate*'
  plant rl/statistics.cpp 's/z = 1.95996/z = 1.64485/' rl_test 'Statistics*'
  plant rl/statistics.cpp 's/std::min(1.0, 2 \* tail)/std::min(1.0, tail)/' rl_test 'Statistics*'
  plant rl/statistics.cpp 's/i = num_samples - num_correct + 1; i <= num_samples/i = num_samples - num_correct; i < num_samples/' rl_test 'Statistics*'
  plant rl/statistics.cpp 's/at(0.025), at(0.975)/at(0.05), at(0.95)/' rl_test 'Statistics*'
  plant rl/statistics.cpp 's/static_cast<uint64_t>(round),$/static_cast<uint64_t>(0 * round),/' rl_test 'Statistics*'
  plant rl/statistics.cpp 's/as_extreme += std::abs(sum) >=/as_extreme += sum >=/' rl_test 'Statistics*'

  # cli
  plant cli/recipe.cpp 's/if (!holds(evaluated_, word))/if (false)/' cli_test 'Recipe.Compare*'
  plant cli/recipe.cpp 's/if (holds(names_, name))/if (false)/' cli_test 'Recipe.Unknown*'
  plant cli/recipe.cpp '/const EvalRunConfig/! s/check_stage(config);//' cli_test 'Recipe.Configs*'
  plant cli/recipe.cpp 's/const bool finished = /&!/' cli_test 'Recipe.Runs*'
  plant cli/run.cpp 's/!message.empty()) return/message.size() > 999) return/' cli_test 'BadInput.UnknownVerb*'
  plant cli/stages.cpp 's/device_of(config.device), config.precision)/device_of(config.device))/' cli_test 'Precisions.Give*'
  plant rollout/local_engine.cpp 's/random_uniform(seed_,/random_uniform(seed_ + static_cast<uint64_t>(arithmetic_pool().size()),/' cli_test '*Threads*'
  plant policy/ops_cpu.cpp 's/constexpr int64_t kRows = 128;/const int64_t kRows = arithmetic_pool().size() > 1 ? 16 : 128;/' cli_test '*Threads*'
}

copy_tree() { # writes only files that differ: those, and no others, are built again
  local file
  mkdir -p "$copy/build"
  (cd "$copy" && find . -path ./build -prune -o -path ./.deps -prune -o -type f -print0) |
    while IFS= read -r -d '' file; do
      if [[ ! -e $file ]]; then rm "$copy/$file"; fi
    done
  git ls-files -zco --exclude-standard | while IFS= read -r -d '' file; do
    if [[ ! -e $file ]] || cmp -s "$file" "$copy/$file"; then continue; fi
    mkdir -p "$(dirname "$copy/$file")"
    cp "$file" "$copy/$file"
  done
  if [[ -e .deps ]]; then ln -sfn "$root/.deps" "$copy/.deps"; fi
}

preset_of() { # the LibTorch-free programs build in seconds, and sanitizers only help
  case $1 in
    base_test | datasets_test | rewards_test | docs_test) echo asan ;;
    *) echo release ;;
  esac
}

build() { # preset, program
  (cd "$copy" && { [[ -e build/$1/build.ninja ]] || cmake --preset "$1"; } && cmake --build --preset "$1" -j "$jobs" --target "$2") \
    >"$copy/build/log" 2>&1 </dev/null
}

run() { # preset, program, filter; a filter that selects nothing fails, for it shows nothing
  (cd "$copy" && OMP_NUM_THREADS=1 timeout 600 "build/$1/tests/$2" --gtest_filter="$3" --gtest_brief=0) >"$copy/build/log" 2>&1 </dev/null &&
    ! grep -q '^\[  PASSED  \] 0 tests' "$copy/build/log"
}

failed_tests() { # of the last run: Suite.Name without instantiation and parameter
  sed -n 's/^\[  FAILED  \] \([^ ,]*\)\.\([^ ,/]*\).*/\1.\2/p' "$copy/build/log" | sed 's/^[^.]*\///' | sort -u
}

listed_tests() { # preset, program, filter
  (cd "$copy" && "build/$1/tests/$2" --gtest_list_tests --gtest_filter="$3") 2>/dev/null |
    awk '/^[^ ]/ {suite = $1; sub(/^.*\//, "", suite)} /^ / {name = $1; sub(/\/.*/, "", name); print suite name}' | sort -u
}

num_caught=0 num_bad=0
declare -A baseline never_failed # test -> 1 until an entry makes it fail
report() { # word, file, sed, remark
  printf '%-8s %s  %s%s\n' "$1" "$2" "$3" "${4:+  ($4)}"
  if [[ $1 == caught ]]; then num_caught=$((num_caught + 1)); else num_bad=$((num_bad + 1)); fi
}

plant() {
  local file=$1 expression=$2 program=$3 filter=$4 preset outcome=caught remark='' test
  [[ "$file $expression $program $filter" =~ $only ]] || return 0
  preset=$(preset_of "$program")
  if [[ -z ${baseline[$program $filter]:-} ]]; then
    baseline[$program $filter]=red
    if build "$preset" "$program" && run "$preset" "$program" "$filter"; then
      baseline[$program $filter]=green
      for test in $(listed_tests "$preset" "$program" "$filter"); do
        never_failed[$test]=${never_failed[$test]:-1}
      done
    fi
  fi
  if [[ ${baseline[$program $filter]} == red ]]; then
    report BASELINE "$file" "$expression" "$program, tests $filter: do not build, do not exist or fail without the bug"
    return 0
  fi
  sed -i "$expression" "$copy/$file"
  if cmp -s "$file" "$copy/$file"; then
    outcome=STALE remark='the expression changes nothing'
  elif ! build "$preset" "$program"; then
    # A file that cannot compile shows nothing about the tests, save where the test reads sources (docs_test).
    outcome=STALE remark='does not compile'
  elif run "$preset" "$program" "$filter"; then
    outcome=MISSED remark="tests $filter pass"
  else
    for test in $(failed_tests); do never_failed[$test]=0; done
    remark=$(failed_tests | paste -sd' ')
    remark=${remark:-the program died: $(tail -1 "$copy/build/log" | cut -c1-80)}
  fi
  cp "$file" "$copy/$file" # a new mtime, so that the object file of the bug is not taken for the right one
  report "$outcome" "$file" "$expression" "$remark"
}

copy_tree
export R1_TORCH_DIR=${R1_TORCH_DIR:-$copy/.deps/python/torch}
bugs
echo "$num_caught caught, $num_bad not"
for test in "${!never_failed[@]}"; do
  if [[ ${never_failed[$test]} == 1 ]]; then echo "no entry made it fail: $test"; fi
done | sort
((num_bad == 0))
