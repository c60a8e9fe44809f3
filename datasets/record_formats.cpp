#include "datasets/record_formats.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <vector>

#include "base/errors.h"
#include "base/utf8.h"
#include "datasets/braces.h"

namespace r1 {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

const Json& field(const Json& record, const char* name, const std::string& where) {
  const auto found = record.find(name);
  if (found != record.end()) return *found;
  std::vector<std::string> names;
  for (const auto& [key, value] : record.items()) names.push_back(key);
  throw DataError(fmt::format("{}: no field \"{}\" among {}; correct the record or the format", where, name,
                              fmt::join(names, ", ")));
}

const std::string& text_field(const Json& record, const char* name, const std::string& where) {
  const Json& value = field(record, name, where);
  if (value.is_string()) return value.get_ref<const std::string&>();
  throw DataError(
      fmt::format("{}: \"{}\" is {}, not text; correct the record", where, name, value.type_name()));
}

// A gold answer of any JSON type as text: 145.0 is "145", an object stays JSON.
std::string scalar_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "";
  std::string text = dump_json(value);
  if (value.is_number_float() && text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

// An answer that must not be empty: an example without a gold can never be right.
std::string gold_text(std::string_view text, const std::string& where) {
  text = trimmed(text);
  if (text.empty())
    throw DataError(where + ": the gold answer is empty; remove the record or give its answer");
  return std::string(text);
}

// The content of a message: text, or a list of {"type": "text", "text": ...} parts.
std::string content_text(const Json& content, const std::string& where) {
  if (content.is_string()) return content.get<std::string>();
  std::string joined;
  bool readable = content.is_array() && !content.empty();
  for (const Json& part : content) {
    if (!readable || !part.is_object() || !part.contains("text") || !part["text"].is_string()) {
      readable = false;
      break;
    }
    joined += part["text"].get_ref<const std::string&>();
  }
  if (!readable) throw DataError(where + ": a message's content must be text; drop other kinds of content");
  return joined;
}

std::vector<Message> messages_of(const Json& list, const char* name, const std::string& where) {
  if (!list.is_array() || list.empty()) {
    throw DataError(fmt::format("{}: \"{}\" must be a list of messages that is not empty", where, name));
  }
  std::vector<Message> messages;
  for (const Json& entry : list) {
    if (!entry.is_object()) {
      throw DataError(fmt::format("{}: \"{}\" holds {}; a message is an object with role and content", where,
                                  name, entry.type_name()));
    }
    Message& message = messages.emplace_back();
    message.role = text_field(entry, "role", where);
    message.content = content_text(field(entry, "content", where), where);
  }
  return messages;
}

// Everything of the record except `taken`.
Json other_fields(const Json& record, std::initializer_list<const char*> taken) {
  Json rest = Json::object();
  for (const auto& [key, value] : record.items()) {
    if (std::find(taken.begin(), taken.end(), key) == taken.end()) rest[key] = value;
  }
  return rest;
}

std::string own_id(const Json& record) {
  for (const char* name : {"id", "ID", "unique_id", "task_id"}) {
    const auto found = record.find(name);
    if (found != record.end() && (found->is_string() || found->is_number_integer()))
      return scalar_text(*found);
  }
  return "";
}

// ---- formats of other toolkits
// ---------------------------------------------------------------------------------------

Example from_trl(const Json& record, const std::string& where) {
  Example example;
  const Json& prompt = field(record, "prompt", where);
  if (prompt.is_string())
    example.prompt_text = prompt.get<std::string>();
  else
    example.messages = messages_of(prompt, "prompt", where);
  example.metadata = other_fields(record, {"prompt", "verifier"});
  if (record.contains("verifier")) example.verifier = text_field(record, "verifier", where);
  for (const char* name : {"answer", "solution", "ground_truth"}) {
    if (!record.contains(name)) continue;
    example.answer = scalar_text(record[name]);
    example.metadata.erase(name);
    break;
  }
  return example;
}

Example from_verl(const Json& record, const std::string& where) {
  Example example;
  const Json& prompt = field(record, "prompt", where);
  if (prompt.is_string())
    example.messages = {{"user", prompt.get<std::string>()}};
  else
    example.messages = messages_of(prompt, "prompt", where);
  const Json& reward_model = field(record, "reward_model", where);
  if (!reward_model.is_object())
    throw DataError(where + ": \"reward_model\" must be an object with ground_truth");
  example.answer = scalar_text(field(reward_model, "ground_truth", where));
  example.metadata = other_fields(record, {"prompt", "reward_model"});
  if (record.contains("data_source") && record["data_source"] == "countdown") example.verifier = "countdown";
  return example;
}

Example from_sft(const Json& record, const std::string& where) {
  Example example;
  if (record.contains("messages")) {
    example.messages = messages_of(record["messages"], "messages", where);
    example.metadata = other_fields(record, {"messages"});
  } else if (record.contains("text")) {
    example.completion_text = text_field(record, "text", where);
    example.metadata = other_fields(record, {"text"});
  } else {
    const Json& prompt = field(record, "prompt", where);
    const Json& completion = field(record, "completion", where);
    example.metadata = other_fields(record, {"prompt", "completion"});
    if (prompt.is_string() != completion.is_string()) {
      throw DataError(where + ": prompt and completion must both be texts or both be lists of messages");
    }
    if (prompt.is_string()) {
      example.prompt_text = prompt.get<std::string>();
      example.completion_text = text_field(record, "completion", where);
    } else {
      example.messages = messages_of(prompt, "prompt", where);
      for (Message& message : messages_of(completion, "completion", where))
        example.messages.push_back(std::move(message));
    }
  }
  const bool has_turn = std::any_of(example.messages.begin(), example.messages.end(),
                                    [](const Message& message) { return message.role == "assistant"; });
  if (!has_turn && example.completion_text.empty()) {
    throw DataError(where +
                    ": nothing to train on: no assistant message and no completion; remove the record");
  }
  return example;
}

// ---- benchmarks
// ------------------------------------------------------------------------------------------------------

Example question_and_gold(std::string_view question, std::string_view gold, const std::string& where) {
  Example example;
  if (trimmed(question).empty()) throw DataError(where + ": the question is empty; remove the record");
  example.messages = {{"user", std::string(trimmed(question))}};
  example.answer = gold_text(gold, where);
  example.verifier = "math";
  return example;
}

// GSM8K's solutions carry calculator marks: "16 - 3 = <<16-3=13>>13".
std::string without_calculator_marks(std::string_view text) {
  std::string out;
  for (size_t open; (open = text.find("<<")) != std::string_view::npos;) {
    const size_t close = text.find(">>", open);
    if (close == std::string_view::npos) break;
    out += text.substr(0, open);
    text.remove_prefix(close + 2);
  }
  return out += text;
}

Example from_gsm8k(const Json& record, const std::string& where) {
  const std::string& answer = text_field(record, "answer", where);
  const size_t mark = answer.rfind("####");
  if (mark == std::string::npos)
    throw DataError(where + ": the answer has no \"#### number\"; correct the record");
  std::string gold(trimmed(std::string_view(answer).substr(mark + 4)));
  gold.erase(std::remove(gold.begin(), gold.end(), ','), gold.end());
  Example example = question_and_gold(text_field(record, "question", where), gold, where);
  const std::string steps = without_calculator_marks(trimmed(std::string_view(answer).substr(0, mark)));
  example.metadata["solution"] = fmt::format("{}\nSo the answer is \\boxed{{{}}}.", steps, gold);
  return example;
}

// The last \boxed{...} or \fbox{...}, or "\boxed 5$", of a MATH solution.
std::optional<std::string_view> boxed_gold(std::string_view solution) {
  const size_t boxed = solution.rfind("\\boxed"), fbox = solution.rfind("\\fbox");
  if (boxed == std::string_view::npos && fbox == std::string_view::npos) return std::nullopt;
  const bool is_fbox = boxed == std::string_view::npos || (fbox != std::string_view::npos && fbox > boxed);
  const size_t at = is_fbox ? fbox + 5 : boxed + 6;
  const size_t begin = solution.find_first_not_of(kBlank, at);
  if (begin == std::string_view::npos) return std::nullopt;
  if (solution[begin] == '{') return braced(solution, begin);
  return solution.substr(begin, solution.find_first_of(" $\n", begin) - begin);
}

Example from_math(const Json& record, const std::string& where) {
  const std::string& solution = text_field(record, "solution", where);
  const std::optional<std::string_view> gold = boxed_gold(solution);
  if (!gold) throw DataError(where + ": the solution has no closed \\boxed{}; correct or remove the record");
  Example example = question_and_gold(text_field(record, "problem", where), *gold, where);
  example.metadata = other_fields(record, {"problem"});  // keeps solution, level, type
  return example;
}

// The mirrors these files came from append the usual instruction to every problem.
Example from_math500(const Json& record, const std::string& where) {
  std::string_view problem = trimmed(text_field(record, "problem", where));
  const std::string_view appended = kMathInstruction.substr(1);
  if (problem.ends_with(appended)) problem.remove_suffix(appended.size());
  Example example = question_and_gold(problem, scalar_text(field(record, "answer", where)), where);
  example.metadata = other_fields(record, {"problem", "answer"});
  return example;
}

// "There are 5 apples" + "How many ...?" with a period between when the body lacks one.
std::string body_and_question(std::string_view body, std::string_view question) {
  body = trimmed(body);
  const bool ends = body.empty() || std::string_view(".?!,;:\"").find(body.back()) != std::string_view::npos;
  return fmt::format("{}{} {}", body, ends ? "" : ".", trimmed(question));
}

Example from_svamp(const Json& record, const std::string& where) {
  return question_and_gold(
      body_and_question(text_field(record, "Body", where), text_field(record, "Question", where)),
      scalar_text(field(record, "Answer", where)), where);
}

Example from_asdiv(const Json& record, const std::string& where) {
  const std::string answer = scalar_text(field(record, "answer", where));
  const size_t unit = answer.find(" (");
  Example example = question_and_gold(
      body_and_question(text_field(record, "body", where), text_field(record, "question", where)),
      std::string_view(answer).substr(0, unit), where);
  if (unit != std::string::npos)
    example.metadata["unit"] = answer.substr(unit + 2, answer.rfind(')') - unit - 2);
  return example;
}

Example from_mawps(const Json& record, const std::string& where) {
  return question_and_gold(text_field(record, "input", where), scalar_text(field(record, "target", where)),
                           where);
}

}  // namespace

DataFormat detect_format(const Json& record, const std::string& where) {
  auto has = [&](std::initializer_list<const char*> names) {
    return std::all_of(names.begin(), names.end(), [&](const char* name) { return record.contains(name); });
  };
  if (has({"prompt", "reward_model"})) return DataFormat::Verl;
  if (has({"messages"}) || has({"prompt", "completion"})) return DataFormat::Sft;
  if (has({"prompt"}) && !has({"canonical_solution"})) return DataFormat::Trl;
  if (has({"text"}) && !has({"code"})) return DataFormat::Sft;
  if (has({"body", "question", "answer"})) return DataFormat::Asdiv;
  if (has({"Body", "Question", "Answer"})) return DataFormat::Svamp;
  if (has({"question", "answer"})) return DataFormat::Gsm8k;
  if (has({"problem", "solution"}) && !has({"answer"})) return DataFormat::Math;
  if (has({"problem", "answer"})) return DataFormat::Math500;
  if (has({"input", "target"})) return DataFormat::Mawps;
  std::vector<std::string> names;
  for (const auto& [key, value] : record.items()) names.push_back(key);
  throw DataError(fmt::format("{}: cannot tell the format from the fields {}; set format to one of {}", where,
                              fmt::join(names, ", "),
                              fmt::join(config_detail::names_of<DataFormat>(), ", ")));
}

Example example_from_record(DataFormat format, const Json& record, const std::string& where) {
  auto convert = [&] {
    switch (format) {
      case DataFormat::Trl:
        return from_trl(record, where);
      case DataFormat::Verl:
        return from_verl(record, where);
      case DataFormat::Sft:
        return from_sft(record, where);
      case DataFormat::Gsm8k:
        return from_gsm8k(record, where);
      case DataFormat::Math:
        return from_math(record, where);
      case DataFormat::Math500:
      case DataFormat::Aime:
      case DataFormat::Amc:
        return from_math500(record, where);
      case DataFormat::Svamp:
        return from_svamp(record, where);
      case DataFormat::Asdiv:
        return from_asdiv(record, where);
      case DataFormat::Mawps:
        return from_mawps(record, where);
      case DataFormat::Auto:
        break;
    }
    check(false, "the format was detected before records are converted");
    return Example();
  };
  Example example = convert();
  example.id = own_id(record);
  return example;
}

std::string_view default_instruction(DataFormat format) {
  const bool asks_itself =
      format == DataFormat::Trl || format == DataFormat::Verl || format == DataFormat::Sft;
  return asks_itself ? std::string_view() : kMathInstruction;
}

}  // namespace r1
