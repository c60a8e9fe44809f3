#include "rewards/external_reward.h"

#include <fmt/format.h>

#include <cmath>
#include <exception>
#include <utility>

#include "base/errors.h"
#include "base/json.h"
#include "base/utf8.h"
#include "rewards/line_process.h"

namespace r1 {
namespace {

Json prompt_of(const Example& example) {
  if (example.messages.empty()) return example.prompt_text;
  Json messages = Json::array();
  for (const Message& message : example.messages) {
    messages.push_back({{"role", message.role}, {"content", message.content}});
  }
  return messages;
}

std::string request_line(const RewardInput& input, int64_t id) {
  const Json request = {{"id", id},
                        {"example_id", input.example.id},
                        {"prompt", prompt_of(input.example)},
                        {"completion", std::string(input.completion)},
                        {"answer", input.example.answer},
                        {"metadata", input.example.metadata},
                        {"num_tokens", input.num_tokens},
                        {"truncated", input.truncated}};
  return dump_json(request) + "\n";
}

// Fills `score` from one line of the program. Returns what is wrong with the line, "" when nothing is.
std::string read_answer(std::string_view line, Score& score) {
  Json answer;
  try {
    answer = parse_json(line, "answer");
  } catch (
      const std::exception&) {  // also a number beyond double, which the parser reports in a class of its own
    return "is not JSON";
  }
  if (!answer.is_object() || !answer.contains("reward")) return "is not an object with \"reward\"";
  const Json& reward = answer["reward"];
  if (!reward.is_number() && !reward.is_null()) return "has a \"reward\" that is neither a number nor null";
  if (reward.is_number()) {
    const double value = reward.get<double>();
    if (!std::isfinite(value)) return "has a \"reward\" that is not finite";
    score.value = value;
  }
  if (answer.contains("detail") && answer["detail"].is_string())
    score.detail = answer["detail"].get<std::string>();
  return "";
}

std::string outcome_text(LineProcess::Outcome outcome, LineProcess& process,
                         std::chrono::milliseconds timeout) {
  switch (outcome) {
    case LineProcess::Outcome::TimedOut:
      return fmt::format("no answer within {} ms", timeout.count());
    case LineProcess::Outcome::Ended:
      return "the program ended: " + process.state();
    case LineProcess::Outcome::TooLong:
      return "a line of more than 1 MiB";
    case LineProcess::Outcome::Done:
      break;
  }
  return "";
}

}  // namespace

ExternalReward::ExternalReward(std::vector<std::string> command, std::chrono::milliseconds timeout)
    : command_(std::move(command)), timeout_(timeout) {
  check(!command_.empty() && timeout.count() > 0, "an external reward has a command and a positive timeout");
}

ExternalReward::~ExternalReward() = default;

std::vector<Score> ExternalReward::score(std::span<const RewardInput> inputs) {
  const std::lock_guard lock(mutex_);
  if (inputs.empty()) return {};
  std::vector<Score> answered;
  std::string trouble = run_batch(inputs, answered);
  if (!trouble.empty()) {
    if (process_) {
      const std::string errors = process_->stderr_tail();
      if (!errors.empty()) trouble += "; stderr: " + repair_utf8(errors);
    }
    process_.reset();  // a new one for the next batch
  }
  const std::string detail = fmt::format("{}: {}", command_[0], trouble);
  while (answered.size() < inputs.size()) answered.push_back({std::nullopt, Verdict::JudgeError, detail});
  return answered;
}

// Returns why the batch, or the rest of it, has no answers; "" when all is well.
std::string ExternalReward::run_batch(std::span<const RewardInput> inputs, std::vector<Score>& scores) {
  const auto deadline = std::chrono::steady_clock::now() + timeout_;
  // A line left over from the last batch would be taken for an answer; a program that has ended answers nothing.
  if (process_ && (process_->has_unasked_output() || !process_->is_open())) process_.reset();
  try {
    if (!process_) process_ = std::make_unique<LineProcess>(command_);
  } catch (const IoError& error) {
    return error.what();
  }
  std::string requests, trouble;
  for (const RewardInput& input : inputs) requests += request_line(input, next_id_++);
  const auto outcome = process_->exchange(requests, deadline, [&](std::string_view line) {
    Score score;
    trouble = read_answer(line, score);
    if (!trouble.empty()) {
      trouble = fmt::format("the line \"{}\" {}", repair_utf8(line.substr(0, 120)), trouble);
      return false;
    }
    scores.push_back(std::move(score));
    return scores.size() < inputs.size();
  });
  if (!trouble.empty()) return trouble;
  if (outcome != LineProcess::Outcome::Done) return outcome_text(outcome, *process_, timeout_);
  if (!process_->has_unasked_output()) return "";
  scores.clear();  // nobody can say which line is the one too many
  return "more lines than requests";
}

}  // namespace r1
