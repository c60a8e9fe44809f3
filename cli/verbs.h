// One function per verb, each in a file of its own: it declares its flags on a subcommand and sets what runs.
#pragma once

#include <CLI/CLI.hpp>

namespace r1::cli {

// Set by SIGINT and SIGTERM; the loops ask it between tokens and steps. A second signal ends the process at once.
bool stop_requested();
void install_signal_handlers();

void add_sft(CLI::App& app);
void add_grpo(CLI::App& app);
void add_distill(CLI::App& app);
void add_recipe(CLI::App& app);
void add_replay(CLI::App& app);
void add_rollout(CLI::App& app);
void add_eval(CLI::App& app);
void add_verify(CLI::App& app);
void add_import(CLI::App& app);
void add_export(CLI::App& app);
void add_inspect(CLI::App& app);
void add_runs(CLI::App& app);
void add_samples(CLI::App& app);
void add_why(CLI::App& app);
void add_config(CLI::App& app);
void add_doctor(CLI::App& app);
void add_bench(CLI::App& app);

}  // namespace r1::cli
