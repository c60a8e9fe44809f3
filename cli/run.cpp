#include "cli/run.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/errors.h"
#include "cli/text_output.h"
#include "cli/verbs.h"
#include "policy/tensor_memory.h"

namespace r1::cli {
namespace {

int fail(int code, const std::string& message) {
  std::fputs(fmt::format("r1: {}\n", printable(message)).c_str(), stderr);
  return code;
}

void declare_verbs(CLI::App& app) {
  app.require_subcommand(1);
  app.set_version_flag("--version", "r1kit 0.1.0");
  for (auto add :
       {add_sft, add_grpo, add_distill, add_recipe, add_rollout, add_eval, add_verify, add_import, add_export,
        add_inspect, add_runs, add_samples, add_why, add_replay, add_config, add_doctor, add_bench}) {
    add(app);
  }
  app.footer(
      "Exit codes: 0 done, 1 the run failed, 2 bad usage or config, 130 interrupted after a clean "
      "checkpoint.");
}

// What to say about the first word that stands where a verb should and is none; empty when there is no such word.
// (CLI11 would answer "A subcommand is required".)
std::string unknown_verb(const CLI::App& app, int argc, char** argv) {
  const CLI::App* at = &app;
  std::string words;
  for (int i = 1; i < argc && argv[i][0] != '-'; ++i) {
    std::vector<std::string> verbs;
    const CLI::App* found = nullptr;
    for (const CLI::App* verb : at->get_subcommands([](const CLI::App*) { return true; })) {
      verbs.push_back(verb->get_name());
      if (verb->check_name(argv[i])) found = verb;
    }
    if (verbs.empty()) break;  // the words behind the last verb are its arguments
    if (!found) {
      const std::string near = nearest_word(argv[i], verbs);
      const std::string hint = near.empty() ? "" : fmt::format("did you mean \"{}{}\"? ", words, near);
      return fmt::format("unknown verb \"{}{}\"; {}see r1 --help", words, argv[i], hint);
    }
    at = found;
    words += found->get_name() + " ";
  }
  return "";
}

}  // namespace

int run(int argc, char** argv) {
  use_tensor_memory();
  at::set_num_threads(1);  // as a policy does; models are read before there is one
  CLI::App app("r1: R1-style reinforcement learning of language models, from the command line", "r1");
  declare_verbs(app);
  install_signal_handlers();
  if (const std::string message = unknown_verb(app, argc, argv); !message.empty()) return fail(2, message);
  try {
    app.parse(argc, argv);
    flush_output();
    return 0;
  } catch (const CLI::ParseError& error) {
    // Help and version are "errors" with code 0 in CLI11.
    return error.get_exit_code() == 0 ? app.exit(error)
                                      : fail(2, std::string(error.what()) + "; see r1 --help");
  } catch (const ConfigError& error) {
    return fail(2, error.what());
  } catch (const Interrupted& error) {
    return fail(130, error.what());
  } catch (const Error& error) {
    return fail(1, error.what());
  } catch (const std::bad_alloc&) {
    return fail(1, "out of memory; lower token_budget, engine.max_batch or the model's size");
  } catch (const std::exception& error) {
    // LibTorch appends a backtrace; the first line says what happened.
    const std::string text = error.what();
    return fail(1, text.substr(0, text.find('\n')));
  }
}

}  // namespace r1::cli
