// A loop's tasks run once each, its results are the caller's when run() returns, and no loop's claim reaches another.
#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace r1 {
namespace {

// Tasks that each wait until all have begun. A pool that runs them one after another must fail the test, not hang it, so
// they do not wait for ever.
class Gathering {
 public:
  explicit Gathering(int size) : size_(size) {}
  void wait() {
    ++arrived_;
    while (arrived_ < size_ && std::chrono::steady_clock::now() < deadline_) std::this_thread::yield();
    if (arrived_ == size_) ++met_;
  }
  int met() const { return met_; }  // tasks that saw all the others

 private:
  int size_;
  std::chrono::steady_clock::time_point deadline_ =
      std::chrono::steady_clock::now() + std::chrono::seconds(10);
  std::atomic<int> arrived_{0}, met_{0};
};

class Pools : public testing::TestWithParam<int> {
 protected:
  ThreadPool pool_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Threads, Pools, testing::Values(1, 2, 3, 8));

TEST_P(Pools, RunEveryTaskOnceAndTheResultsAreTheCallers) {
  for (int round = 0; round < 50; ++round) {
    for (int64_t tasks : {int64_t{0}, int64_t{1}, int64_t{2}, int64_t{7}, int64_t{1000}}) {
      // Plain memory: that the caller sees it, and nothing of it twice, is the claim.
      std::vector<int> runs(static_cast<size_t>(tasks));
      pool_.run(tasks, [&](int64_t task) { ++runs[static_cast<size_t>(task)]; });
      for (int64_t task = 0; task < tasks; ++task)
        ASSERT_EQ(runs[static_cast<size_t>(task)], 1) << task << " of " << tasks << ", round " << round;
    }
  }
}

TEST_P(Pools, RunAHundredThousandTasks) {
  std::vector<int> runs(100'000);
  for (int round = 1; round <= 3; ++round) {
    pool_.run(100'000, [&](int64_t task) { ++runs[static_cast<size_t>(task)]; });
    ASSERT_EQ(runs, std::vector<int>(100'000, round));
  }
}

TEST_P(Pools, TakeAsManyTasksAsTheyPromiseAndRefuseOneMore) {
  constexpr int64_t kMost = int64_t{1} << 19;
  std::atomic<int64_t> sum{0};
  pool_.run(kMost, [&](int64_t task) { sum.fetch_add(task, std::memory_order_relaxed); });
  EXPECT_EQ(sum, kMost * (kMost - 1) / 2);
  EXPECT_THROW(pool_.run(kMost + 1, [](int64_t) {}), std::logic_error);
  EXPECT_THROW(pool_.run(-1, [](int64_t) {}), std::logic_error);
}

TEST_P(Pools, ARunInsideATaskRunsOnThatTasksThread) {
  std::vector<std::vector<std::thread::id>> where(5, std::vector<std::thread::id>(9));
  std::vector<std::thread::id> outer(5);
  pool_.run(5, [&](int64_t task) {
    const size_t t = static_cast<size_t>(task);
    outer[t] = std::this_thread::get_id();
    pool_.run(9, [&](int64_t inner) { where[t][static_cast<size_t>(inner)] = std::this_thread::get_id(); });
  });
  for (size_t t = 0; t < 5; ++t)
    EXPECT_EQ(where[t], std::vector<std::thread::id>(9, outer[t])) << "task " << t;
}

TEST_P(Pools, ATaskAfterANestedRunIsStillInsideTheLoop) {
  // Two nested runs in one task: the first one's end must not look like the end of the outer loop's task.
  std::vector<int> runs(64);
  pool_.run(8, [&](int64_t task) {
    for (int64_t half = 0; half < 2; ++half) {
      pool_.run(4, [&](int64_t inner) { ++runs[static_cast<size_t>(task * 8 + half * 4 + inner)]; });
    }
  });
  EXPECT_EQ(runs, std::vector<int>(64, 1));
}

TEST_P(Pools, AnExceptionIsRethrownOnceNoTaskRunsAnyMoreAndTheNextLoopIsWhole) {
  for (int round = 0; round < 80; ++round) {
    std::atomic<int> running{0}, ran{0};
    std::string said;
    try {
      pool_.run(40, [&](int64_t task) {
        running.fetch_add(1);
        ran.fetch_add(1);
        const bool fails = task == round % 40 || task == 39;
        if (task % 16 == 1) std::this_thread::yield();
        running.fetch_sub(1);
        if (fails) throw std::runtime_error("task " + std::to_string(task));
      });
    } catch (const std::runtime_error& error) {
      said = error.what();
    }
    EXPECT_EQ(running, 0);
    if (pool_.size() > 1) {
      EXPECT_EQ(ran, 40);
    }
    ASSERT_TRUE(said == "task 39" || said == "task " + std::to_string(round % 40)) << said;
    std::vector<int> runs(33);
    pool_.run(33, [&](int64_t task) { ++runs[static_cast<size_t>(task)]; });
    ASSERT_EQ(runs, std::vector<int>(33, 1)) << "the loop after round " << round;
  }
}

TEST_P(Pools, AnExceptionOfANestedRunReachesTheCaller) {
  EXPECT_THROW(
      pool_.run(4, [&](int64_t) { pool_.run(3, [](int64_t inner) { inner == 2 ? throw 7 : void(); }); }),
      int);
  int total = 0;
  pool_.run(1, [&](int64_t) { ++total; });
  EXPECT_EQ(total, 1);
}

// A claim that a slow thread takes late must find its own loop over. Two bodies in turn, each with what only its own loop
// may touch: a task that a thread took for the loop before would count at the wrong place.
TEST_P(Pools, ThousandsOfTinyLoopsNeverRunATaskOfAFinishedLoop) {
  for (int loop = 0; loop < 20'000; ++loop) {
    const int64_t tasks = 2 + loop % 5;
    int64_t seen[8] = {}, other[8] = {};
    std::atomic<int> runs{0};
    const auto first = [&](int64_t task) {
      ++seen[task];
      runs.fetch_add(1, std::memory_order_relaxed);
    };
    const auto second = [&](int64_t task) {
      ++other[task];
      runs.fetch_add(100, std::memory_order_relaxed);
    };
    pool_.run(tasks, first);
    ASSERT_EQ(runs, tasks) << "loop " << loop;
    pool_.run(tasks, second);
    ASSERT_EQ(runs, 101 * tasks) << "loop " << loop;
    for (int64_t task = 0; task < 8; ++task) {
      ASSERT_EQ(seen[task], task < tasks) << "loop " << loop;
      ASSERT_EQ(other[task], task < tasks) << "loop " << loop;
    }
  }
}

TEST_P(Pools, SleepingThreadsAreWokenAndTheirWorkCounts) {
  for (int round = 0; round < 20; ++round) {
    // Longer than threads spin, on a busy machine too. Then a loop that needs them all: any other the caller could run alone.
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    Gathering all(pool_.size());
    pool_.run(pool_.size(), [&](int64_t) { all.wait(); });
    ASSERT_EQ(all.met(), pool_.size()) << "round " << round;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::vector<int> runs(100);
    pool_.run(100, [&](int64_t task) { ++runs[static_cast<size_t>(task)]; });
    ASSERT_EQ(runs, std::vector<int>(100, 1));
  }
}

std::set<std::string> threads_of_this_process() {
  std::set<std::string> ids;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task"))
    ids.insert(thread.path().string());
  return ids;
}

TEST_P(Pools, StartOneThreadLessThanTheirSizeAndLeaveNone) {
  const std::set<std::string> before = threads_of_this_process();
  std::set<std::string> started;
  {
    ThreadPool pool(GetParam());
    EXPECT_EQ(pool.size(), GetParam());
    for (const std::string& thread : threads_of_this_process()) {
      if (!before.contains(thread)) started.insert(thread);
    }
    EXPECT_EQ(static_cast<int>(started.size()), GetParam() - 1);
  }
  // A joined thread may be listed a moment longer.
  const auto is_left = [&](const std::string& thread) { return threads_of_this_process().contains(thread); };
  while (std::any_of(started.begin(), started.end(), is_left)) std::this_thread::yield();
}

TEST(ThreadPool, TasksOfOneLoopRunOnSeveralThreadsAtOnce) {
  ThreadPool pool(2);
  Gathering both(2);
  pool.run(2, [&](int64_t) { both.wait(); });
  EXPECT_EQ(both.met(), 2);
}

TEST(ThreadPool, MayBeDestroyedUnusedJustUsedAndAsleep) {
  for (int round = 0; round < 100; ++round) {
    { ThreadPool unused(3); }
    ThreadPool pool(3);
    std::atomic<int> runs{0};
    pool.run(5, [&](int64_t) { ++runs; });
    ASSERT_EQ(runs, 5);
    if (round % 10 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

TEST(ThreadPool, HasAtLeastItsCaller) {
  for (int wanted : {-3, 0, 1}) {
    ThreadPool pool(wanted);
    int runs = 0;
    pool.run(3, [&](int64_t) { ++runs; });
    EXPECT_EQ(runs, 3);
    EXPECT_EQ(pool.size(), 1);
  }
}

// Pools share nothing.
TEST(ThreadPool, PoolsOfDifferentThreadsWorkSideBySide) {
  std::vector<int64_t> sums(4);
  std::vector<std::thread> callers;
  for (size_t i = 0; i < sums.size(); ++i) {
    callers.emplace_back([&sums, i] {
      ThreadPool pool(2);
      for (int loop = 0; loop < 500; ++loop) {
        std::atomic<int64_t> sum{0};
        pool.run(10, [&](int64_t task) { sum += task; });
        sums[i] += sum;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sums, std::vector<int64_t>(4, 45 * 500));
}

TEST(ArithmeticPool, IsOnePool) {
  EXPECT_EQ(&arithmetic_pool(), &arithmetic_pool());
  EXPECT_GE(arithmetic_pool().size(), 1);
}

}  // namespace
}  // namespace r1
