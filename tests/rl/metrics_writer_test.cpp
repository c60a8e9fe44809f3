#include "rl/metrics_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>

#include "base/errors.h"
#include "base/json.h"
#include "tests/temp_folder.h"

namespace r1 {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

MetricsWriterOptions options_in(const TempFolder& folder, int64_t last_step = 0) {
  return {.jsonl_path = folder / "metrics.jsonl",
          .tensorboard_folder = folder / "tb",
          .last_step = last_step,
          .wall_seconds = [] { return 1700000000.5; }};
}

TEST(MetricsWriter, WritesOneLineAStepInAFixedOrder) {
  TempFolder folder;
  MetricsWriter writer(options_in(folder));
  writer.write(1, {{"reward", 0.1}, {"grad_norm", 1e-7}, {"kl", std::nan("")}, {"z", INFINITY}, {"n", 3}});
  writer.write(2, {{"odd \"name\"", -2}});
  writer.sync();
  EXPECT_EQ(read_file(folder / "metrics.jsonl"),
            "{\"step\":1,\"grad_norm\":1e-07,\"kl\":null,\"n\":3.0,\"reward\":0.1,\"time/wall\":1700000000.5,"
            "\"z\":null}\n"
            "{\"step\":2,\"odd \\\"name\\\"\":-2.0,\"time/wall\":1700000000.5}\n");
}

TEST(MetricsWriter, NumbersComeBackBitForBit) {
  for (double value : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0}) {
    const Json line = parse_json(metrics_line(1, {{"x", value}}), "line");
    EXPECT_EQ(std::bit_cast<uint64_t>(line["x"].get<double>()), std::bit_cast<uint64_t>(value));
  }
}

TEST(MetricsWriter, ResumingDropsLaterLinesAndATornOne) {
  TempFolder folder;
  {
    MetricsWriter writer(options_in(folder));
    for (int step = 1; step <= 4; ++step) writer.write(step, {{"reward", step}});
  }
  FileWriter(folder / "metrics.jsonl", FileWriter::Mode::Append).write("{\"step\":5,\"rew");
  MetricsWriter writer(options_in(folder, 2));
  writer.write(3, {{"reward", 30}});
  EXPECT_EQ(read_file(folder / "metrics.jsonl"),
            "{\"step\":1,\"reward\":1.0,\"time/wall\":1700000000.5}\n"
            "{\"step\":2,\"reward\":2.0,\"time/wall\":1700000000.5}\n"
            "{\"step\":3,\"reward\":30.0,\"time/wall\":1700000000.5}\n");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "tb"))
    files += entry.is_regular_file();
  EXPECT_EQ(files, 2);
}

TEST(MetricsWriter, ATornLastLineIsDroppedEvenWithItsNewlineAndStepInside) {
  TempFolder folder;
  const std::string path = folder / "metrics.jsonl";
  write_file_durably(path, "{\"step\":1}\n{\"step\":2,\"re\n");
  truncate_metrics_file(path, 9);
  EXPECT_EQ(read_file(path), "{\"step\":1}\n");
  write_file_durably(path, "{\"step\":1}\n{\"step\":2}");  // whole, but the newline is missing: done again
  truncate_metrics_file(path, 9);
  EXPECT_EQ(read_file(path), "{\"step\":1}\n");
}

TEST(MetricsWriter, ABrokenLineInTheMiddleIsAnErrorThatNamesIt) {
  TempFolder folder;
  const std::string path = folder / "metrics.jsonl";
  write_file_durably(path, "{\"step\":1}\nnonsense\n{\"step\":3}\n");
  EXPECT_THAT([&] { truncate_metrics_file(path, 1); }, ThrowsMessage<DataError>(HasSubstr(path + ":2: ")));
  truncate_metrics_file(folder / "absent.jsonl", 1);
}

TEST(MetricsWriter, StepsGrowAndNoMetricIsCalledStep) {
  TempFolder folder;
  MetricsWriter writer(options_in(folder, 5));
  EXPECT_THROW(writer.write(5, {}), std::logic_error);
  EXPECT_THROW(writer.write(6, {{"step", 1}}), std::logic_error);
}

TEST(MetricsWriter, KnowsWhichMetricsDependOnTheClock) {
  for (const char* name :
       {"step_time", "time/wall", "time/rollout", "tokens_per_second", "perf/samples_per_second"}) {
    EXPECT_FALSE(is_deterministic_metric(name)) << name;
  }
  for (const char* name : {"reward", "times", "completions/mean_length", "timed_out", "sometime/x",
                           "overtime", "per_second_x"}) {
    EXPECT_TRUE(is_deterministic_metric(name)) << name;
  }
}

}  // namespace
}  // namespace r1
