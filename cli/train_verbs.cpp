// r1 sft, r1 grpo, r1 distill, r1 replay.
#include <fmt/format.h>

#include <cstdio>

#include "cli/config_flags.h"
#include "cli/progress.h"
#include "cli/stages.h"
#include "cli/verbs.h"
#include "rl/quarantine.h"

namespace r1::cli {
namespace {

// What the training verbs share. Flags live as long as the parsed command line.
struct TrainFlags {
  ConfigFlags config;
  std::string preset;
  bool resume = false;
  bool dry_run = false;

  void declare(CLI::App& verb) {
    config.declare(verb);
    verb.add_flag("--resume", resume, "continue the run in run.output exactly where it stopped");
    verb.add_flag("--dry-run", dry_run, "print the resolved configuration and stop");
  }
};

template <ConfigStruct C>
bool printed_instead(const TrainFlags& flags, C& config) {
  if (flags.dry_run) fmt::print("{}\n", dump_json(config_to_json(config_fields(config)), 2));
  return flags.dry_run;
}

}  // namespace

void add_sft(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("sft", "supervised fine-tuning on the assistant's tokens");
  auto flags = std::make_shared<TrainFlags>();
  flags->declare(*verb);
  verb->callback([flags] {
    SftConfig config;
    flags->config.apply(config);
    validate(config);
    if (!printed_instead(*flags, config)) run_sft(config, flags->resume);
  });
}

void add_grpo(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("grpo", "reinforcement learning from verified rewards");
  auto flags = std::make_shared<TrainFlags>();
  flags->declare(*verb);
  verb->add_option("--preset", flags->preset, "values to start from: r1 or dapo");
  verb->callback([flags] {
    GrpoConfig config = grpo_preset(flags->preset);
    flags->config.apply(config);
    validate(config);
    if (!printed_instead(*flags, config)) run_grpo(config, flags->resume);
  });
}

void add_distill(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("distill", "train a smaller student on a teacher's verified completions");
  auto flags = std::make_shared<TrainFlags>();
  flags->declare(*verb);
  verb->callback([flags] {
    DistillConfig config;
    flags->config.apply(config);
    validate(config);
    if (!printed_instead(*flags, config)) run_distill(config, flags->resume);
  });
}

void add_replay(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("replay", "repeat a quarantined update and say which sample is not finite");
  auto folder = std::make_shared<std::string>();
  verb->add_option("folder", *folder, "runs/<name>/quarantine/step_<n>")->required();
  verb->callback([folder] {
    const ReplayReport report = replay_quarantine(*folder, c10::Device("cpu"));
    for (const auto& sample : report.samples) {
      fmt::print("sample {:4}  loss {:12.6g}  grad_norm {:12.6g}{}\n", sample.index, sample.loss,
                 sample.grad_norm, sample.finite ? "" : "  NOT FINITE");
    }
    fmt::print("all          loss {:12.6g}  grad_norm {:12.6g}\n", report.loss, report.grad_norm);
  });
}

}  // namespace r1::cli
