// r1 config explain: every key of a verb's configuration, from the list that parsing walks too.
#include <fmt/format.h>

#include <memory>

#include "base/errors.h"
#include "cli/stages.h"
#include "cli/text_output.h"
#include "cli/verbs.h"

namespace r1::cli {
namespace {

struct ExplainFlags {
  std::string verb, key;
  bool json = false;
};

template <ConfigStruct C>
void explain(C config, const ExplainFlags& flags) {
  std::vector<ConfigField> fields = config_fields(config);
  std::vector<std::string> names;
  for (const ConfigField& field : fields) names.push_back(field.name);
  std::erase_if(fields, [&](const ConfigField& field) { return !field.name.starts_with(flags.key); });
  if (fields.empty()) {
    const std::string near = nearest_word(flags.key, names);
    throw ConfigError(
        fmt::format("config explain {}: no key begins with \"{}\"{}", flags.verb, one_line(flags.key, 80),
                    near.empty() ? "; leave it out to see all" : "; did you mean \"" + near + "\"?"));
  }
  if (!flags.json) {
    const std::string text = explain_config(fields);
    return print_line(std::string_view(text).substr(0, text.size() - 1));
  }
  Json out = Json::array();
  for (const ConfigField& field : fields) {
    out.push_back(
        {{"key", field.name}, {"type", field.type}, {"default", field.value}, {"help", field.help}});
  }
  print_json(out);
}

void explain_verb(const ExplainFlags& flags) {
  if (flags.verb == "sft") return explain(SftConfig(), flags);
  if (flags.verb == "grpo") return explain(GrpoConfig(), flags);
  if (flags.verb == "distill") return explain(DistillConfig(), flags);
  if (flags.verb == "eval") return explain(EvalRunConfig(), flags);
  if (flags.verb == "rollout") return explain(RolloutRunConfig(), flags);
  throw ConfigError(fmt::format("config explain \"{}\": use sft, grpo, distill, eval or rollout",
                                one_line(flags.verb, 40)));
}

}  // namespace

void add_config(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("config", "explain the keys of a configuration");
  verb->require_subcommand(1);
  CLI::App* explain_app = verb->add_subcommand("explain", "key, default, type and meaning");
  auto flags = std::make_shared<ExplainFlags>();
  explain_app->add_option("verb", flags->verb, "sft, grpo, distill, eval or rollout")->required();
  explain_app->add_option("key", flags->key, "only keys that begin with this, e.g. sampling");
  explain_app->add_flag("--json", flags->json, "one JSON list");
  explain_app->callback([flags] { explain_verb(*flags); });
}

}  // namespace r1::cli
