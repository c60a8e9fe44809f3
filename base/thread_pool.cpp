#include "base/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/errors.h"

namespace r1 {
namespace {

// One word says which loop is running, how many tasks it has and which is next, so that a claim can never be taken for a
// claim on a later loop: loop number (24 bits) | tasks (20 bits) | next task (20 bits).
constexpr int kTaskBits = 20;
constexpr uint64_t kTaskMask = (uint64_t{1} << kTaskBits) - 1;

uint64_t ticket_of(uint64_t loop, int64_t tasks) {
  return loop << (2 * kTaskBits) | static_cast<uint64_t>(tasks) << kTaskBits;
}

// About 30 microseconds: longer than the serial code between two loops of a decoding step, shorter than a scheduler's slice.
constexpr int kSpins = 1000;

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

thread_local bool inside_task = false;

}  // namespace

struct ThreadPool::Shared {
  alignas(64) std::atomic<uint64_t> ticket{0};
  alignas(64) std::atomic<uint32_t> finished{0};  // tasks of this loop that have ended
  alignas(64) std::atomic<uint32_t> loop{0};      // sleeping threads wait for this to change
  std::atomic<uint32_t> sleepers{0};
  std::atomic<bool> stopping{false};
  const TaskRef* body = nullptr;
  std::mutex failure_mutex;
  std::exception_ptr failure;
  std::vector<std::thread> threads;

  // Claims and runs tasks until there are none left to claim.
  void work() {
    for (;;) {
      const uint64_t claimed = ticket.fetch_add(1, std::memory_order_acq_rel);
      const uint64_t task = claimed & kTaskMask, tasks = claimed >> kTaskBits & kTaskMask;
      if (task >= tasks) return;
      // The loop cannot end, so body and failure stay this loop's, until this task is counted below.
      inside_task = true;
      try {
        (*body)(static_cast<int64_t>(task));
      } catch (...) {
        const std::lock_guard lock(failure_mutex);
        failure = std::current_exception();
      }
      inside_task = false;
      if (finished.fetch_add(1, std::memory_order_acq_rel) + 1 == tasks) finished.notify_one();
    }
  }

  void serve() {
    uint32_t seen = 0;
    for (;;) {
      for (int i = 0; i < kSpins && loop.load(std::memory_order_acquire) == seen; ++i) pause();
      if (loop.load(std::memory_order_acquire) == seen) {
        sleepers.fetch_add(1, std::memory_order_seq_cst);
        loop.wait(seen, std::memory_order_seq_cst);
        sleepers.fetch_sub(1, std::memory_order_relaxed);
      }
      seen = loop.load(std::memory_order_acquire);
      if (stopping.load(std::memory_order_acquire)) return;
      work();
    }
  }

  void wait_until_finished(uint32_t tasks) {
    for (int i = 0; i < kSpins; ++i) {
      if (finished.load(std::memory_order_acquire) == tasks) return;
      pause();
    }
    // Sleeping lets the scheduler run the thread that holds the last task on this core.
    for (uint32_t done; (done = finished.load(std::memory_order_acquire)) != tasks;) finished.wait(done);
  }

  void announce() {
    loop.fetch_add(1, std::memory_order_seq_cst);
    if (sleepers.load(std::memory_order_seq_cst) > 0) loop.notify_all();
  }
};

ThreadPool::ThreadPool(int threads) : shared_(std::make_unique<Shared>()), size_(std::max(threads, 1)) {
  for (int i = 1; i < size_; ++i)
    shared_->threads.emplace_back([shared = shared_.get()] { shared->serve(); });
}

ThreadPool::~ThreadPool() {
  shared_->stopping.store(true, std::memory_order_release);
  shared_->announce();
  for (std::thread& thread : shared_->threads) thread.join();
}

void ThreadPool::run(int64_t tasks, TaskRef body) {
  check(tasks >= 0 && tasks <= int64_t{1} << (kTaskBits - 1), "a parallel loop has at most 2^19 tasks");
  if (size_ == 1 || tasks <= 1 || inside_task) {
    for (int64_t task = 0; task < tasks; ++task) body(task);
    return;
  }
  Shared& shared = *shared_;
  shared.body = &body;
  shared.finished.store(0, std::memory_order_relaxed);
  shared.ticket.store(ticket_of(shared.loop.load(std::memory_order_relaxed) + 1, tasks),
                      std::memory_order_release);
  shared.announce();
  shared.work();
  shared.wait_until_finished(static_cast<uint32_t>(tasks));
  if (shared.failure) std::rethrow_exception(std::exchange(shared.failure, nullptr));
}

namespace {

int default_threads() {
  for (const char* name : {"R1_THREADS", "OMP_NUM_THREADS"}) {
    if (const char* value = std::getenv(name)) {
      if (const int threads = std::atoi(value); threads > 0) return std::min(threads, 1024);
    }
  }
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) == 0) return CPU_COUNT(&cores);
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

}  // namespace

ThreadPool& arithmetic_pool() {
  static ThreadPool pool(default_threads());
  return pool;
}

}  // namespace r1
