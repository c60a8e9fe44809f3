// One record of a data set as an Example: the formats other toolkits write, and the benchmarks as their
// authors publish them.
//
//   trl      prompt (text, or messages) and any other columns (metadata); the gold is answer, solution or ground_truth
//   verl     data_source, prompt (messages), reward_model.ground_truth, extra_info
//   sft      messages; or prompt and completion (both texts, or both messages); or text
//   gsm8k    question, answer ("... #### 18")
//   math     problem, solution (the gold is its last \boxed{})
//   math500, aime, amc   problem, answer; an appended "Please reason step by step, ..." is taken off
//   svamp    Body, Question, Answer
//   asdiv    body, question, answer ("9 (apples)")
//   mawps    input, target
//
// Where a benchmark's record holds a worked solution it goes to metadata.solution, ready to be a
// demonstration. To add one: a name in DataFormat, its fields in detect_format, a function in
// record_formats.cpp.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/config.h"
#include "base/json.h"
#include "datasets/example.h"

namespace r1 {

enum class DataFormat { Auto, Trl, Verl, Sft, Gsm8k, Math, Math500, Aime, Amc, Svamp, Asdiv, Mawps };

template <>
struct EnumNames<DataFormat> {
  static constexpr std::pair<DataFormat, const char*> values[] = {
      {DataFormat::Auto, "auto"},       {DataFormat::Trl, "trl"},     {DataFormat::Verl, "verl"},
      {DataFormat::Sft, "sft"},         {DataFormat::Gsm8k, "gsm8k"}, {DataFormat::Math, "math"},
      {DataFormat::Math500, "math500"}, {DataFormat::Aime, "aime"},   {DataFormat::Amc, "amc"},
      {DataFormat::Svamp, "svamp"},     {DataFormat::Asdiv, "asdiv"}, {DataFormat::Mawps, "mawps"}};
};

// What the benchmarks' questions are followed by unless told otherwise.
constexpr std::string_view kMathInstruction =
    "\nPlease reason step by step, and put your final answer within \\boxed{}.";

// The format whose fields this record has. Throws DataError that lists the fields. Never Auto.
DataFormat detect_format(const Json& record, const std::string& where);

// The example of one record; its id is left as the record's own ("" without one). `where` ("train.jsonl:17")
// begins every error. REQUIRES format is not Auto.
Example example_from_record(DataFormat format, const Json& record, const std::string& where);

// The instruction a format's questions get by default: kMathInstruction for benchmarks, nothing for trl,
// verl, sft.
std::string_view default_instruction(DataFormat format);

}  // namespace r1
