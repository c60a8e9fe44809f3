// Chat templates: an own small renderer for the Jinja subset that model templates use, byte-equal to jinja2 as
// transformers calls it (trim_blocks, lstrip_blocks, loop controls). Work, output and depth are budgeted: a template
// comes with a model, and a hostile one must end in an error, not in a hang. Never render a template from a request.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "datasets/example.h"

namespace r1 {

struct ChatTemplateOptions {
  bool add_generation_prompt = true;
  OrderedJson tools;                              // null: none; printed with their keys in this order
  OrderedJson variables = OrderedJson::object();  // extra variables, e.g. {"enable_thinking": false}
};

class ChatTemplate {
 public:
  // Parses once. bos/eos are the texts the template may print. Throws CheckpointError naming line and construct.
  ChatTemplate(std::string_view source, std::string bos_token, std::string eos_token);
  ChatTemplate(ChatTemplate&&) noexcept;
  ChatTemplate& operator=(ChatTemplate&&) noexcept;
  ~ChatTemplate();

  // Throws DataError when the template refuses the conversation (raise_exception) or a budget is spent.
  std::string render(const std::vector<Message>& messages, const ChatTemplateOptions& options = {}) const;

  // The same for messages with more fields than a role and a content, such as tool_calls: an array of objects.
  std::string render_json(const OrderedJson& messages, const ChatTemplateOptions& options = {}) const;

  const std::string& source() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A rendered conversation and the byte ranges [begin, end) of it that the assistant wrote, the end-of-turn mark
// included: what SFT trains on. White space that the template puts behind that mark is not part of it: in ChatML's
// "<|im_start|>assistant\nHi<|im_end|>\n" the range is "Hi<|im_end|>". Where a template marks no end of turn, that is
// where the turn's text ends with the content itself, the range keeps its white space. Found by rendering prefixes, so it works for any template whose rendering of a
// conversation starts with its rendering of the conversation so far; where that does not hold, DataError says so.
struct RenderedChat {
  std::string text;
  std::vector<std::pair<size_t, size_t>> assistant_spans;
};
RenderedChat render_with_assistant_spans(const ChatTemplate& chat_template,
                                         const std::vector<Message>& messages);

}  // namespace r1
