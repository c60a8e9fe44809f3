// Speed of the CPU kernels alone, on one thread, for every kernel set this processor runs. Not part of the test command:
//
//   cmake --build --preset release --target kernels_bench && build/release/tests/kernels_bench --benchmark_filter=Product
//
// Shapes are SmolLM2-135M's. Absolute times of different machines, or minutes, do not compare; two columns of one run do.
#include <benchmark/benchmark.h>

#include <numeric>
#include <string>
#include <vector>

#include "policy/kernels/kernels.h"

namespace r1::kernels {
namespace {

std::vector<uint8_t> elements(const Kernels& set, Precision precision, int64_t count, float value) {
  std::vector<uint8_t> out(static_cast<size_t>(count * element_size(precision)));
  const std::vector<float> floats(static_cast<size_t>(count), value);
  set.rows.to_elements(floats.data(), out.data(), count);
  return out;
}

// y [M, N] = x [M, K] w^T. The weights lie in memory several times and are walked through, so that they come from there.
void product(benchmark::State& state, const Kernels* set, Precision precision, int64_t N, int64_t K) {
  const int64_t M = state.range(0), copies = std::max<int64_t>(1, (int64_t{64} << 20) / (N * K * 2));
  const auto x = elements(*set, precision, M * K, 0.5f);
  const auto w = elements(*set, precision, copies * packed_elements(precision, N, K), 0.25f);
  std::vector<float> y(static_cast<size_t>(M * N));
  Product product{.x = x.data(),
                  .x_row = K,
                  .x_step = step_of(precision),
                  .M = M,
                  .N = N,
                  .K = K,
                  .y = y.data(),
                  .y_row = N};
  int64_t copy = 0;
  for (auto _ : state) {
    product.w = w.data() + copy++ % copies * packed_elements(precision, N, K) * element_size(precision);
    for (int64_t p = 0; p < num_panels(N); p += 6)
      set->gemm.product(product, 0, M, p, std::min(p + 6, num_panels(N)));
    benchmark::DoNotOptimize(y.data());
  }
  state.counters["flops"] =
      benchmark::Counter(static_cast<double>(2 * M * N * K), benchmark::Counter::kIsIterationInvariantRate);
}

// One token for each of 32 sequences of `keys` keys, nothing shared: decoding, one layer.
void decoding_attention(benchmark::State& state, const Kernels* set, Precision precision) {
  const AttentionShape shape{9, 3, 64};
  const int64_t keys = state.range(0), sequences = 32, each = num_key_blocks(keys);
  const auto k = elements(*set, precision, sequences * each * 3 * key_block_elements(precision, 64), 0.01f);
  const auto v = elements(*set, precision, sequences * each * 3 * value_block_elements(precision, 64), 0.5f);
  const auto q = elements(*set, precision, sequences * 9 * 64, 0.1f);
  std::vector<uint8_t> out(q.size());
  std::vector<int32_t> blocks(static_cast<size_t>(sequences * each));
  std::iota(blocks.begin(), blocks.end(), 0);
  std::vector<AttentionSegment> segments;
  for (int64_t s = 0; s < sequences; ++s) {
    segments.push_back(
        {.query_begin = s, .num_queries = 1, .own_blocks = blocks.data() + s * each, .own_past = keys - 1});
  }
  const AttentionForward call{.shape = shape,
                              .segments = segments.data(),
                              .q = q.data(),
                              .keys = k.data(),
                              .values = v.data(),
                              .out = out.data()};
  const auto tasks = plan_attention_tasks(segments.data(), sequences, shape, 1);
  for (auto _ : state) {
    for (const AttentionTask& task : tasks) set->attention.forward(call, task);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(k.size() + v.size()));
}

// AdamW on a million weights.
void adamw(benchmark::State& state, const Kernels* set) {
  constexpr int64_t n = 1 << 20;
  std::vector<float> w(n, 0.1f), g(n, 0.01f), m(n), v(n);
  const AdamWStep step{1, 0.1f, 0.999f, 0.001f, 1, 1e-6f, 1, 1e-8f};
  for (auto _ : state) set->rows.adamw(w.data(), g.data(), m.data(), v.data(), n, step);
  state.SetBytesProcessed(state.iterations() * n * 28);
}

// Statistics of one chunk of a row of logits.
void chunk_stats(benchmark::State& state, const Kernels* set) {
  const std::vector<float> logits(kVocabularyChunk, 0.5f);
  for (auto _ : state)
    benchmark::DoNotOptimize(set->rows.chunk_stats(logits.data(), kVocabularyChunk, 1.0f, nullptr));
  state.SetItemsProcessed(state.iterations() * kVocabularyChunk);
}

void register_all(Precision precision, const std::string& suffix) {
  const KernelList list = runnable(precision);
  for (int i = 0; i < list.count; ++i) {
    const Kernels* set = list.sets[i];
    const std::string tail = "/" + std::string(set->name) + "/" + suffix;
    for (const auto& [name, N, K] :
         {std::tuple{"Qkv", 960, 576}, {"GateUp", 3072, 576}, {"Down", 576, 1536}}) {
      benchmark::RegisterBenchmark(("Product" + std::string(name) + tail).c_str(), product, set, precision, N,
                                   K)
          ->Arg(1)
          ->Arg(8)
          ->Arg(32)
          ->Arg(256);
    }
    benchmark::RegisterBenchmark(("DecodingAttention" + tail).c_str(), decoding_attention, set, precision)
        ->Arg(192)
        ->Arg(1024);
    if (precision != Precision::Fp32) continue;
    benchmark::RegisterBenchmark(("AdamW" + tail).c_str(), adamw, set);
    benchmark::RegisterBenchmark(("ChunkStats" + tail).c_str(), chunk_stats, set);
  }
}

}  // namespace
}  // namespace r1::kernels

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  r1::kernels::register_all(r1::kernels::Precision::Fp32, "fp32");
  r1::kernels::register_all(r1::kernels::Precision::Bf16, "bf16");
  benchmark::RunSpecifiedBenchmarks();
}
