#include "datasets/chat_template.h"

#include <fmt/format.h>

#include "base/errors.h"
#include "datasets/jinja_parser.h"
#include "datasets/jinja_render.h"

namespace r1 {

namespace {

// A template is a few kilobytes; the largest known has about 20.
constexpr size_t kMaxSourceBytes = 1 << 20;

jinja::Block parse_checked(std::string_view source) {
  if (source.size() > kMaxSourceBytes) {
    throw CheckpointError(
        fmt::format("chat template: {} bytes, more than the {} allowed", source.size(), kMaxSourceBytes));
  }
  return jinja::parse(source);
}

size_t length_without_trailing_space(std::string_view text) {
  size_t last = text.find_last_not_of(" \t\r\n\v\f");
  return last == std::string_view::npos ? 0 : last + 1;
}

// How many bytes of a rendered assistant turn the assistant wrote.
size_t written_length(std::string_view turn, std::string_view content) {
  size_t length = length_without_trailing_space(turn);
  std::string_view trimmed = content.substr(0, length_without_trailing_space(content));
  bool no_mark = !trimmed.empty() && turn.substr(0, length).ends_with(trimmed);
  return no_mark ? turn.size() : length;
}

}  // namespace

struct ChatTemplate::Impl {
  std::string source;
  jinja::Block block;
  std::string bos_token, eos_token;
};

ChatTemplate::ChatTemplate(std::string_view source, std::string bos_token, std::string eos_token)
    : impl_(
          new Impl{std::string(source), parse_checked(source), std::move(bos_token), std::move(eos_token)}) {}

ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;
ChatTemplate::~ChatTemplate() = default;

const std::string& ChatTemplate::source() const { return impl_->source; }

std::string ChatTemplate::render(const std::vector<Message>& messages,
                                 const ChatTemplateOptions& options) const {
  OrderedJson array = OrderedJson::array();
  for (const auto& message : messages) {
    array.push_back(OrderedJson{{"role", message.role}, {"content", message.content}});
  }
  return render_json(array, options);
}

std::string ChatTemplate::render_json(const OrderedJson& messages, const ChatTemplateOptions& options) const {
  // The names transformers hands to a template. A token the tokenizer lacks is not defined there.
  OrderedJson variables = {{"messages", messages},
                           {"tools", options.tools},
                           {"documents", nullptr},
                           {"add_generation_prompt", options.add_generation_prompt}};
  if (!impl_->bos_token.empty()) variables["bos_token"] = impl_->bos_token;
  if (!impl_->eos_token.empty()) variables["eos_token"] = impl_->eos_token;
  for (const auto& [name, value] : options.variables.items()) variables[name] = value;
  return jinja::render(impl_->block, *jinja::from_json(variables).dict());
}

RenderedChat render_with_assistant_spans(const ChatTemplate& chat_template,
                                         const std::vector<Message>& messages) {
  ChatTemplateOptions finished, prompting;
  finished.add_generation_prompt = false;
  RenderedChat chat;
  chat.text = chat_template.render(messages, finished);
  for (size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].role != "assistant") continue;
    std::vector<Message> so_far(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(i));
    std::string prompt = chat_template.render(so_far, prompting);
    so_far.push_back(messages[i]);
    std::string including = chat_template.render(so_far, finished);
    if (!including.starts_with(prompt) || !chat.text.starts_with(including)) {
      throw DataError(fmt::format(
          "message {}: the chat template renders a conversation differently once it goes on, so what the "
          "assistant wrote "
          "cannot be marked; train on conversations with one assistant turn, or change the template",
          i + 1));
    }
    std::string_view turn = std::string_view(including).substr(prompt.size());
    chat.assistant_spans.emplace_back(prompt.size(),
                                      prompt.size() + written_length(turn, messages[i].content));
  }
  return chat;
}

}  // namespace r1
