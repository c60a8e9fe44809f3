// The number of threads changes how fast the program is and nothing else: not a byte of its results.
#include <gtest/gtest.h>

#include "rl/metrics_writer.h"
#include "tests/cli/tiny_run.h"

namespace r1 {
namespace {

ProgramResult with_threads(int threads, const std::vector<std::string>& arguments) {
  const std::string count = std::to_string(threads);
  ProgramResult result =
      RunningProgram(arguments, "", {{"R1_THREADS", count}, {"OMP_NUM_THREADS", count}}).wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result;
}

// metrics.jsonl without what depends on the clock.
std::string deterministic_metrics(const std::string& run) {
  std::string lines;
  const std::string text = read_file(run + "/metrics.jsonl");
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    const Json metrics = parse_json(text.substr(at, text.find('\n', at) - at), "metrics");
    Json kept = Json::object();
    for (const auto& [name, value] : metrics.items()) {
      if (is_deterministic_metric(name)) kept[name] = value;
    }
    lines += dump_json(kept) + "\n";
  }
  return lines;
}

class Threads : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Precisions, Threads, testing::Values("float32", "bfloat16"),
                         [](const auto& info) { return info.param; });

TEST_P(Threads, OneAndThreeGiveTheSameCompletionsByteForByte) {
  const TinyRuns runs;
  const std::vector<std::string> words = {"rollout",
                                          "--set",
                                          "model=" + runs.model(),
                                          "--set",
                                          "samples=5",
                                          "--set",
                                          "data.kind=arithmetic",
                                          "--set",
                                          "data.size=4",
                                          "--set",
                                          "sampling.max_new_tokens=40",
                                          "--set",
                                          "engine.max_batch=7",
                                          "--set",
                                          std::string("precision=") + GetParam()};
  const std::string one = with_threads(1, words).out;
  EXPECT_EQ(std::count(one.begin(), one.end(), '\n'), 20);
  EXPECT_NE(one.find("\"logprobs\""), std::string::npos);
  EXPECT_EQ(with_threads(3, words).out, one);
}

TEST_P(Threads, OneAndThreeTrainToTheSameMetricsAndWeightsByteForByte) {
  const TinyRuns runs;
  const std::vector<std::string> precision = {"--set", std::string("precision=") + GetParam()};
  with_threads(1, runs.grpo("one", 4, precision));
  with_threads(3, runs.grpo("three", 4, precision));
  const std::string metrics = deterministic_metrics(runs.run("one"));
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), '\n'), 4);
  EXPECT_NE(metrics.find("grad_norm"), std::string::npos);
  EXPECT_EQ(deterministic_metrics(runs.run("three")), metrics);
  EXPECT_EQ(sha256_of_file(runs.run("three") + "/model/model.safetensors"),
            sha256_of_file(runs.run("one") + "/model/model.safetensors"));
  EXPECT_NE(sha256_of_file(runs.run("one") + "/model/model.safetensors"),
            sha256_of_file(runs.model() + "/model.safetensors"))
      << "nothing was trained";
}

TEST(Precisions, GiveDifferentResultsAndBothAreRecorded) {
  const TinyRuns runs;
  with_threads(2, runs.grpo("fp32", 2, {"--set", "precision=float32"}));
  with_threads(2, runs.grpo("bf16", 2));
  EXPECT_NE(deterministic_metrics(runs.run("fp32")), deterministic_metrics(runs.run("bf16")));
  EXPECT_NE(read_file(runs.run("fp32") + "/config.json").find("\"float32\""), std::string::npos);
  EXPECT_NE(read_file(runs.run("bf16") + "/config.json").find("\"bfloat16\""), std::string::npos);
}

}  // namespace
}  // namespace r1
