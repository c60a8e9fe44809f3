// Speed of the math verifier on one thread: short pairs of real golds, and hard pairs. Not part of the test command:
//
//   cmake --build --preset release --target math_bench && build/release/tests/math_bench
//
// items_per_second is pairs per second. p50, p99 and max are microseconds of one pair, each the best of five, so that a
// neighbour's work is not counted. `undecided` is the share of UNKNOWN. Golds are read from shared/data (R1_DATA_DIR).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/jsonl_reader.h"
#include "rewards/math/math_verifier.h"
#include "tests/bench/hard_pairs.h"
#include "tests/datasets/shared_data.h"

namespace r1::math {
namespace {

struct Pair {
  std::string answer;
  std::vector<std::string> golds;
};

// One digit up, or "+ 1" where there is none: a near miss as models make them.
std::string perturbed(std::string text) {
  const size_t digit = text.find_last_of("0123456789");
  if (digit == std::string::npos) return text + " + 1";
  text[digit] = text[digit] == '9' ? '1' : static_cast<char>(text[digit] + 1);
  return text;
}

std::vector<Pair> golds_of(const char* file, bool perturb) {
  std::vector<Pair> pairs;
  const std::string path = shared_data(file);
  if (!std::filesystem::exists(path)) return pairs;
  for (const Example& example : read_examples(path))
    pairs.push_back({perturb ? perturbed(example.answer) : example.answer, {example.answer}});
  return pairs;
}

std::vector<Pair> hard_pairs() {
  std::vector<Pair> pairs;
  for (const auto& [answer, gold] : kHardPairs) pairs.push_back({answer, {gold}});
  return pairs;
}

MathJudgement judge(const Pair& pair) { return judge_answer(pair.answer, pair.golds, MathPolicy::strict()); }

double best_microseconds(const Pair& pair) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(judge(pair));
    const std::chrono::duration<double, std::micro> elapsed = std::chrono::steady_clock::now() - begin;
    best = std::min(best, elapsed.count());
  }
  return best;
}

void add_latencies(benchmark::State& state, const std::vector<Pair>& pairs) {
  std::vector<double> times;
  double unknown = 0;
  for (const Pair& pair : pairs) {
    times.push_back(best_microseconds(pair));
    unknown += judge(pair).outcome == MathOutcome::Unknown;
  }
  const auto worst = std::max_element(times.begin(), times.end());
  state.SetLabel("slowest: " + pairs[static_cast<size_t>(worst - times.begin())].answer.substr(0, 60));
  std::sort(times.begin(), times.end());
  state.counters["p50_us"] = times[times.size() / 2];
  state.counters["p99_us"] = times[times.size() * 99 / 100];
  state.counters["max_us"] = times.back();
  state.counters["undecided"] = unknown / static_cast<double>(pairs.size());
}

void judge_all(benchmark::State& state, const std::vector<Pair>& pairs) {
  if (pairs.empty()) return state.SkipWithError("no data; set R1_DATA_DIR");
  for (auto _ : state) {
    for (const Pair& pair : pairs) benchmark::DoNotOptimize(judge(pair));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(pairs.size()));
  add_latencies(state, pairs);
}

// The longest texts a model may write: time and memory must stay bounded.
void judge_hostile(benchmark::State& state, const std::string& text) {
  const std::vector<std::string> golds = {"5"};
  const std::string completion = "\\boxed{" + text + "}";
  for (auto _ : state) {
    benchmark::DoNotOptimize(judge_answer(text, golds, MathPolicy::strict()));
    benchmark::DoNotOptimize(judge_answer(text, std::vector<std::string>{text}, MathPolicy::strict()));
    benchmark::DoNotOptimize(judge_completion(completion, golds, MathPolicy::strict()));
  }
}

std::string repeated(std::string_view piece, size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += piece;
  return out;
}

void register_all() {
  for (const char* file : {"math500/test.jsonl", "gsm8k/test.jsonl", "math/test.jsonl"}) {
    for (const bool perturb : {false, true}) {
      const auto pairs = golds_of(file, perturb);
      const std::string name = std::string(perturb ? "Perturbed/" : "Self/") + file;
      benchmark::RegisterBenchmark(name.c_str(), [pairs](benchmark::State& state) {
        judge_all(state, pairs);
      })->Unit(benchmark::kMillisecond);
    }
  }
  benchmark::RegisterBenchmark("Hard", [](benchmark::State& state) {
    judge_all(state, hard_pairs());
  })->Unit(benchmark::kMillisecond);
  for (const size_t kib : {4, 64}) {
    for (const char* piece : {"(", "{", "9", "x+", "1,", "\\frac{", "\\sqrt", "2^", "-", "\\boxed{", "(x+1)",
                              "!", "x^{9}", "\\sin x+", "\\{1,", "1<", "\\sum_{k=1}^", "\xE2\x88\x9A"}) {
      const std::string name = "Hostile/" + std::to_string(kib) + "KiB/" + piece;
      benchmark::RegisterBenchmark(name.c_str(), [text =
                                                      repeated(piece, kib << 10)](benchmark::State& state) {
        judge_hostile(state, text);
      })->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace
}  // namespace r1::math

int main(int argc, char** argv) {
  r1::math::register_all();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
