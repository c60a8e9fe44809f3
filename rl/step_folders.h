// Folders named by step that are there as a whole or not at all, whatever crashes: the mechanism under
// checkpoints.
//
//   step_000100.tmp-<pid>/   being written; removed when the folder is next opened for writing
//   step_000100/             complete: MANIFEST.json lists every file with its size and SHA-256, and has one of its own
//
// Order of a save: free space is checked; files are written; each is flushed to the disk and hashed;
// MANIFEST.json is written last; the folder is flushed; it gets its name; the parent is flushed. Only then,
// after the sizes on the disk have been compared with the manifest, are older folders removed. So at every
// moment the newest complete folder is intact, and a folder that a disk damaged later is noticed when it is
// read. (SHA-256: 1.5 s for 2 GB where the processor has instructions for it, and `sha256sum` can check it
// too.)
//
// One process writes (it holds the run's lock); any number may read. Errors are IoError or CheckpointError.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace r1 {

struct StepFolder {
  int64_t step = 0;
  std::string path;
};

// Complete folders under `parent`, oldest first. Empty when there is no such parent.
std::vector<StepFolder> list_step_folders(const std::string& parent);

enum class Thoroughness { Sizes, Hashes };

// Why the folder cannot be trusted, in one line that begins with its path; none when all is well.
std::optional<std::string> find_damage(const StepFolder& folder, Thoroughness thoroughness);

class StepFolders {
 public:
  struct Options {
    int keep = 2;  // complete folders that stay; at least 2, so that one may be found damaged
    // Tests only: called with a name between groups of system calls, and may throw or end the process.
    std::function<void(const char* point)> fault_point = {};
  };

  // Makes `parent` when needed and removes what an interrupted save or removal left behind.
  StepFolders(std::string parent, Options options);

  // Publishes step_<step> with the files that `write(folder)` makes, and removes folders beyond `keep`. A
  // folder of the same step is replaced. When anything throws, nothing of the new folder remains and the
  // older ones are intact. `expected_bytes` is what write() will write: 1.1 times that must be free.
  std::string save(int64_t step, uint64_t expected_bytes,
                   const std::function<void(const std::string&)>& write);

  // A run that resumes at `step` abandons its later folders.
  void discard_after(int64_t step);

 private:
  void reached(const char* point) const;
  void seal(int64_t step, const std::string& folder) const;
  void publish(const std::string& temporary, const StepFolder& folder) const;
  void remove_older_than(const StepFolder& newest) const;
  void remove(const StepFolder& folder) const;

  std::string parent_;
  Options options_;
};

}  // namespace r1
