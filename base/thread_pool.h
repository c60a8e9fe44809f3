// A few threads for short parallel loops: hundreds per token while decoding, each some microseconds long.
//
// Tasks are claimed one by one, so a thread that a neighbour pre-empts holds up nobody but the task in its hands, and the
// caller can finish a loop alone. Waiting threads spin briefly, then sleep.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

namespace r1 {

// A borrowed reference to something callable with a task index; valid while run() runs.
class TaskRef {
 public:
  template <class Body>
  requires(!std::is_same_v<std::remove_cvref_t<Body>, TaskRef>)
      TaskRef(const Body& body)  // NOLINT: implicit, so that lambdas can be passed
      : body_(&body),
        call_([](const void* object, int64_t task) { (*static_cast<const Body*>(object))(task); }) {}
  void operator()(int64_t task) const { call_(body_, task); }

 private:
  const void* body_;
  void (*call_)(const void*, int64_t);
};

class ThreadPool {
 public:
  // The caller of run() is one of the `threads`; threads - 1 are started. At least 1.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Calls body(task) once for every task in [0, tasks), on this thread and the pool's, in any order, and returns when all
  // are done. When tasks throw, one of the exceptions is rethrown here once none runs any more. A call from inside a task of a
  // loop of several runs on that thread alone. Two threads must not call run() of one pool at the same time. REQUIRES tasks <= 2^19.
  void run(int64_t tasks, TaskRef body);

  int size() const { return size_; }

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
  int size_;
};

// The pool that arithmetic uses. Its size is R1_THREADS, else OMP_NUM_THREADS, else the cores this process may run on.
ThreadPool& arithmetic_pool();

}  // namespace r1
