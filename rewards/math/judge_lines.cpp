#include "rewards/math/judge_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <numeric>
#include <vector>

#include "base/errors.h"
#include "base/json.h"

namespace r1::math {
namespace {

constexpr const char* kForm = "write {\"id\": 1, \"gold\": \"...\", \"answer\": \"...\"}";

struct LineRequest {
  std::vector<std::string> golds;
  std::string text;
  bool is_completion = false;
  bool thinking_open = false;
  std::string question;
};

std::string text_of(const Json& value, const char* key) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return dump_json(value);  // exact; a double would lose digits
  throw DataError(fmt::format("\"{}\" is not text; put it in quotes", key));
}

std::vector<std::string> golds_of(const Json& record) {
  const char* key = record.contains("gold") ? "gold" : "answer_gold";
  if (!record.contains(key)) throw DataError(fmt::format("no \"gold\"; {}", kForm));
  const Json& gold = record[key];
  if (!gold.is_array()) return {text_of(gold, key)};
  std::vector<std::string> golds;
  for (const Json& one : gold) golds.push_back(text_of(one, key));
  return golds;
}

LineRequest request_of(const Json& record) {
  if (!record.is_object()) throw DataError(fmt::format("not a JSON object; {}", kForm));
  LineRequest request;
  request.golds = golds_of(record);
  const bool has_answer = record.contains("answer");
  request.is_completion = record.contains("completion");
  if (has_answer == request.is_completion)
    throw DataError(fmt::format("needs one of \"answer\" and \"completion\"; {}", kForm));
  const char* key = request.is_completion ? "completion" : "answer";
  request.text = text_of(record[key], key);
  if (record.contains("thinking_open")) {
    if (!record["thinking_open"].is_boolean()) throw DataError("\"thinking_open\" is neither true nor false");
    request.thinking_open = record["thinking_open"].get<bool>();
  }
  if (record.contains("question")) request.question = text_of(record["question"], "question");
  return request;
}

Json result_of(const Json& id, const MathJudgement& judgement, bool explain) {
  Json out = {{"id", id},
              {"verdict", outcome_name(judgement.outcome)},
              {"reason", judgement.reason},
              {"evidence", evidence_name(judgement.evidence)},
              {"extracted", judgement.extracted},
              {"fuel", judgement.fuel}};
  if (explain) {
    out["gold"] = judgement.gold;
    out["answer_tree"] = judgement.answer_tree;
    out["gold_tree"] = judgement.gold_tree;
  }
  return out;
}

}  // namespace

JudgedLine judge_line(std::string_view line, int64_t number, const std::string& where,
                      const MathPolicy& policy, bool explain) {
  JudgedLine out;
  Json id = number;
  try {
    const Json record = parse_json(line, where);
    if (record.is_object() && record.contains("id")) id = record["id"];
    LineRequest request;
    try {
      request = request_of(record);
    } catch (const DataError& error) {
      throw DataError(fmt::format("{}: {}", where, error.what()));
    }
    const JudgeOptions options{request.thinking_open, explain, request.question};
    const MathJudgement judgement = request.is_completion
                                        ? judge_completion(request.text, request.golds, policy, options)
                                        : judge_answer(request.text, request.golds, policy, options);
    out.outcome = judgement.outcome;
    out.result = dump_json(result_of(id, judgement, explain));
  } catch (const std::exception&
               error) {  // also a number beyond double, which the parser reports in a class of its own
    out.error = error.what();
    if (!out.error.starts_with(where)) out.error = fmt::format("{}: {}", where, out.error);
    out.result = dump_json(Json{{"id", id}, {"error", out.error}});
  }
  return out;
}

int64_t LineTally::num_judged() const {
  return std::accumulate(outcomes.begin(), outcomes.end(), int64_t{0});
}

LineTally judge_lines(LineBlocks& lines, const MathPolicy& policy, bool explain, ThreadPool& pool,
                      const std::function<void(const JudgedLine&)>& write) {
  constexpr size_t kLinesPerTask = 16, kLinesPerRound = 8192;
  LineTally tally;
  std::vector<TextLine> block;
  std::vector<JudgedLine> judged;
  const auto judge_block = [&] {
    judged.assign(block.size(), {});
    const auto tasks = static_cast<int64_t>((block.size() + kLinesPerTask - 1) / kLinesPerTask);
    pool.run(tasks, [&](int64_t task) {
      const size_t begin = static_cast<size_t>(task) * kLinesPerTask;
      for (size_t i = begin; i < std::min(begin + kLinesPerTask, block.size()); ++i) {
        const std::string where = fmt::format("{}:{}", lines.name(), block[i].number);
        if (block[i].too_long) {
          judged[i].error = where + ": a line of more than 16 MiB; split it";
          judged[i].result = dump_json(Json{{"id", block[i].number}, {"error", judged[i].error}});
        } else {
          judged[i] = judge_line(block[i].text, block[i].number, where, policy, explain);
        }
      }
    });
    for (const JudgedLine& line : judged) {
      if (line.error.empty())
        ++tally.outcomes[static_cast<size_t>(line.outcome)];
      else
        ++tally.num_bad_lines;
      write(line);
    }
    block.clear();
  };
  for (auto some = lines.next(); !some.empty(); some = lines.next()) {
    for (const TextLine& line : some) {
      if (line.text.find_first_not_of(" \t\r") != std::string_view::npos) block.push_back(line);
      if (block.size() == kLinesPerRound) judge_block();
    }
    judge_block();
  }
  return tally;
}

}  // namespace r1::math
