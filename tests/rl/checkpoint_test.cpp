#include "rl/checkpoint.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "base/errors.h"
#include "base/files.h"
#include "tests/child_process.h"
#include "tests/temp_folder.h"

namespace r1 {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

// Bits that rounding or a float conversion would lose.
at::Tensor awkward_floats(int64_t step) {
  at::Tensor tensor = at::empty({2, 3}, at::kFloat);
  const float values[6] = {0.1f * static_cast<float>(step), -0.0f, 1e-42f, 3.4e38f, 1.0f / 3,
                           static_cast<float>(step)};
  std::memcpy(tensor.data_ptr(), values, sizeof(values));
  return tensor;
}

TrainerState make_state(int64_t step) {
  TrainerState state{.step = step, .data_cursor = step * 16, .policy_version = step * 2};
  state.extra = {{"skipped", 1}, {"ema", 0.1}};
  state.tensors["exp_avg.w"] = awkward_floats(step);
  state.tensors["reference.w"] = at::full({4}, step, at::kBFloat16);
  state.tensors["count"] = at::full({1}, step + (int64_t{1} << 40), at::kLong);
  return state;
}

void write_model(const std::string& folder) {
  write_file_durably(folder + "/config.json", "{\"model_type\": \"llama\"}\n");
  write_file_durably(folder + "/model.safetensors", std::string(300, 'm'));
}

void save(CheckpointStore& store, int64_t step) { store.save(make_state(step), 400, write_model); }

bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() &&
         std::memcmp(a.data_ptr(), b.data_ptr(), a.nbytes()) == 0;
}

void expect_state(const TrainerState& state, int64_t step) {
  const TrainerState expected = make_state(step);
  EXPECT_EQ(state.step, step);
  EXPECT_EQ(state.data_cursor, step * 16);
  EXPECT_EQ(state.policy_version, step * 2);
  EXPECT_EQ(state.extra, expected.extra);
  ASSERT_EQ(state.tensors.size(), expected.tensors.size());
  for (const auto& [name, tensor] : expected.tensors)
    EXPECT_TRUE(same_bits(state.tensors.at(name), tensor)) << name;
}

TEST(Checkpoint, ComesBackBitForBitWithItsModelFolder) {
  TempFolder folder;
  CheckpointStore store(folder / "c");
  const std::string path = store.save(make_state(100), 400, write_model);
  EXPECT_EQ(path, folder / "c/step_000100");
  const CheckpointSearch search = store.load_newest();
  ASSERT_TRUE(search.found);
  EXPECT_THAT(search.skipped, IsEmpty());
  EXPECT_EQ(search.found->folder, path);
  expect_state(search.found->state, 100);
  EXPECT_EQ(read_file(path + "/model.safetensors"), std::string(300, 'm'));
  EXPECT_EQ(num_bytes(search.found->state.tensors), 24u + 8u + 8u);
}

TEST(Checkpoint, MayHoldNoTensors) {
  TempFolder folder;
  CheckpointStore store(folder / "c");
  store.save({.step = 1}, 0, write_model);
  EXPECT_THAT(store.load_newest().found->state.tensors, IsEmpty());
}

TEST(Checkpoint, TheSameStateIsTheSameBytes) {
  TempFolder folder;
  CheckpointStore a(folder / "a"), b(folder / "b");
  save(a, 3);
  save(b, 3);
  EXPECT_EQ(read_file(folder / "a/step_000003/MANIFEST.json"),
            read_file(folder / "b/step_000003/MANIFEST.json"));
}

TEST(Checkpoint, AnEmptyFolderHoldsNoneAndThatIsNoError) {
  TempFolder folder;
  EXPECT_FALSE(load_newest_checkpoint(folder / "nowhere").found);
  CheckpointStore store(folder / "c");
  EXPECT_FALSE(store.load_newest().found);
}

TEST(Checkpoint, TheSearchMayBeBoundedAndTheFutureDiscarded) {
  TempFolder folder;
  CheckpointStore store(folder / "c", {.keep = 5});
  for (int64_t step : {10, 20, 30}) save(store, step);
  EXPECT_EQ(store.load_newest(25).found->state.step, 20);
  store.discard_after(10);
  EXPECT_EQ(store.load_newest().found->state.step, 10);
}

// Damages `file` of the newest of two checkpoints and expects the older one with a reason that names the
// file.
void expect_fallback(const std::string& parent, const std::string& file, const std::string& content) {
  const std::string path = parent + "/step_000002/" + file;
  const std::string good = read_file(path);
  {
    FileWriter writer(path, FileWriter::Mode::Truncate);
    writer.write(content);
  }
  const CheckpointSearch search = load_newest_checkpoint(parent);
  ASSERT_TRUE(search.found);
  expect_state(search.found->state, 1);
  ASSERT_THAT(search.skipped, SizeIs(1));
  EXPECT_THAT(search.skipped[0], HasSubstr("step_000002/" + file));
  EXPECT_THAT(search.skipped[0], Not(HasSubstr("\n")));
  FileWriter(path, FileWriter::Mode::Truncate).write(good);
}

TEST(Checkpoint, ADamagedFileFallsBackToTheOlderOneAndSaysWhy) {
  TempFolder folder;
  CheckpointStore store(folder / "c");
  save(store, 1);
  save(store, 2);
  for (const char* file :
       {"config.json", "model.safetensors", "trainer.json", "trainer.safetensors", "MANIFEST.json"}) {
    SCOPED_TRACE(file);
    const std::string good = read_file(folder / "c/step_000002/" + file);
    for (size_t byte = 0; byte < good.size(); byte += 7) {
      std::string bad = good;
      bad[byte] = static_cast<char>(bad[byte] ^ (1 << (byte % 8)));
      expect_fallback(folder / "c", file, bad);
    }
    for (size_t size : {size_t{0}, size_t{1}, good.size() / 2, good.size() - 2}) {
      expect_fallback(folder / "c", file, good.substr(0, size));
    }
    expect_fallback(folder / "c", file, good + "x");
  }
  EXPECT_EQ(store.load_newest().found->state.step, 2);  // everything was put back
}

TEST(Checkpoint, AllDamagedIsAnErrorThatListsEveryReason) {
  TempFolder folder;
  CheckpointStore store(folder / "c");
  save(store, 1);
  save(store, 2);
  fs::remove(folder / "c/step_000001/MANIFEST.json");
  fs::remove(folder / "c/step_000002/model.safetensors");
  EXPECT_THAT([&] { store.load_newest(); },
              ThrowsMessage<CheckpointError>(AllOf(HasSubstr("step_000001/MANIFEST.json"),
                                                   HasSubstr("step_000002/model.safetensors"),
                                                   HasSubstr("restore"))));
}

TEST(Checkpoint, AStateOfAnotherFormatIsSkippedThoughItsHashesAreRight) {
  TempFolder folder;
  CheckpointStore store(folder / "c");
  save(store, 1);
  StepFolders(folder / "c", {}).save(2, 10, [](const std::string& path) {
    write_file_durably(path + "/trainer.json", "{\"format\":9}");
  });
  const CheckpointSearch search = store.load_newest();
  EXPECT_EQ(search.found->state.step, 1);
  EXPECT_THAT(search.skipped, ElementsAre(HasSubstr("another format")));
}

TEST(Checkpoint, AModelThatCannotBeWrittenLeavesNothing) {
  TempFolder folder;
  CheckpointStore store(folder / "c");
  save(store, 1);
  EXPECT_THROW(store.save(make_state(2), 400,
                          [](const std::string& path) {
                            write_model(path);
                            throw IoError("disk on fire");
                          }),
               IoError);
  int entries = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder / "c")) ++entries;
  EXPECT_EQ(entries, 1);
  EXPECT_EQ(store.load_newest().found->state.step, 1);
}

// The child saves checkpoint after checkpoint and says each step through a pipe; it is killed at a random
// moment.
TEST(Checkpoint, NoAcknowledgedCheckpointIsLostWhenKilled) {
  for (int round = 0; round < 10; ++round) {
    TempFolder folder;
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = start_child([&] {
      CheckpointStore store(folder / "c");
      for (char step = 1; step < 100; ++step) {
        save(store, step);
        if (::write(ends[1], &step, 1) != 1) return;
      }
    });
    ::close(ends[1]);
    char acknowledged = 0;
    ASSERT_EQ(::read(ends[0], &acknowledged, 1), 1);
    ::usleep(static_cast<useconds_t>(round * 1577));
    ::kill(child, SIGKILL);
    for (char step; ::read(ends[0], &step, 1) == 1;) acknowledged = step;
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);

    CheckpointStore store(folder / "c");
    const CheckpointSearch search = store.load_newest();
    EXPECT_THAT(search.skipped, IsEmpty());
    ASSERT_GE(search.found->state.step, acknowledged);
    expect_state(search.found->state, search.found->state.step);
    save(store, search.found->state.step + 1);
    EXPECT_THAT(list_step_folders(folder / "c"), SizeIs(2));
  }
}

}  // namespace
}  // namespace r1
