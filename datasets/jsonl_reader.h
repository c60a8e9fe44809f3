// Reads a data set file: one JSON object per line (JSONL), blank lines skipped.
//
// Errors are DataError, one line with place and remedy: "train.jsonl:17: the gold answer is empty; ...".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "datasets/example.h"
#include "datasets/record_formats.h"

namespace r1 {

struct ReadOptions {
  DataFormat format = DataFormat::Auto;  // Auto: decided by the first record's fields
  int64_t limit = 0;                     // at most so many examples; 0: all
  std::optional<std::string>
      instruction{};  // follows the last user message; none: default_instruction(format)
};

// All examples of the file, in its order; never empty. Ids are "<folder>/<file>/<the record's id, or its
// line>", with
// "#<line>" behind an id that was seen before, so they are unique.
std::vector<Example> read_examples(const std::string& path, const ReadOptions& options = {});

}  // namespace r1
