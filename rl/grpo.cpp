// Legend: P prompts of a step, G completions of a prompt, [P][G] one entry per completion.
#include "rl/grpo.h"

#include <fmt/format.h>

#include <chrono>

#include "base/errors.h"
#include "base/rng.h"
#include "rl/grpo_updates.h"
#include "rl/phase.h"
#include "rl/reference.h"

namespace r1 {
namespace {

class Stopwatch {
 public:
  // Seconds since the last call.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(start_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::vector<std::vector<CompletionScore>> ledger_scores(const Phase& phase, const RewardsPG& advantages_PG) {
  std::vector<std::vector<CompletionScore>> result;
  for (size_t p = 0; p < phase.scores_PG.size(); ++p) {
    auto& row = result.emplace_back();
    for (size_t g = 0; g < phase.scores_PG[p].size(); ++g) {
      row.push_back(to_ledger_score(phase.scores_PG[p][g], advantages_PG[p][g].value_or(0)));
    }
  }
  return result;
}

}  // namespace

void train_grpo(const GrpoConfig& config, LanguageModel& model, bool resume, const TrainObserver& observer) {
  GrpoConfig resolved = config;
  const PromptSource prompts(load_examples(config.data), model, config.seed);  // datasets
  const std::vector<Example> eval_examples =
      config.eval_every > 0 ? load_examples(config.eval_data) : std::vector<Example>{};
  RewardSet rewards(config.reward);  // rewards
  // What cannot work fails here, before there is a run folder: data, rewards, the template on the first step's prompts.
  prompts.take(0, config.prompts_per_step, 1, 1);
  TrainingRun run(config.run, "grpo", config_to_json(config_fields(resolved)), resume, model, observer);
  LocalEngine engine(model.policy, model.tokenizer, config.engine);  // rollout
  AdamW optimizer(model.policy.weights(), config.optimizer);         // policy
  Reference reference(config, model.policy);                         // frozen policy for KL terms
  TrainPosition at = run.restore(model, optimizer, reference.stored_weights());
  reference.use_stored_weights();
  model.policy.set_requires_grad(true);
  observer.note(choose_recompute(config.recompute, model.policy, config.token_budget));

  while (at.step < config.steps) {
    Stopwatch watch;
    const int64_t step = at.step + 1;
    if (observer.stop_requested()) {
      run.checkpoint(model, optimizer, at, reference.stored_weights());
      throw Interrupted(fmt::format("interrupted after step {}; continue with --resume", at.step));
    }
    engine.set_policy_version(at.policy_version);

    // Sample G completions of each of P prompts and score each group as soon as it is whole.
    const Phase phase =
        sample_phase(config, prompts, engine, rewards, at.data_cursor, mix(config.seed, step), {});
    const double rollout_seconds = watch.lap();

    // Compare each completion with its group.
    TrainBatch batch = make_batch(phase, config.overlong);
    std::map<std::string, double> metrics;
    if (config.engine.int8) {  // the sampler rounded where the policy does not
      metrics = correct_for_sampler(config.mismatch, model.policy, batch, config.sampling.temperature,
                                    config.token_budget);
    }
    reference.score(batch);
    const RewardsPG rewards_PG = reference.penalise(rewards_of(phase), batch);
    const RewardsPG advantages_PG = group_advantages(rewards_PG, config.advantages);
    assign_advantages(batch, advantages_PG);
    const double score_seconds = watch.lap();

    // Update the policy.
    const UpdateSummary updates = run_updates(config, model, optimizer, batch, at, run);
    const double update_seconds = watch.lap();

    // Record everything of the step in one transaction; then what is due.
    at.step = step;
    at.data_cursor += phase.prompts_taken;
    at.policy_version += updates.num_updates;
    metrics.merge(phase_metrics(phase, rewards_PG));
    metrics.merge(std::map(updates.metrics));
    metrics.merge(step_times(rollout_seconds, score_seconds, update_seconds, phase, updates));
    run.record({step, at.policy_version, at.data_cursor, metrics, phase.groups_P,
                ledger_scores(phase, advantages_PG)},
               config.steps);
    reference.refresh_if_due(step, model.policy);
    if (config.eval_every > 0 && (step % config.eval_every == 0 || step == config.steps)) {
      run.record_eval(
          to_ledger_record(evaluate(model, engine, rewards, eval_examples, config.eval, config.seed), step));
    }
    if (run.checkpoint_due(step, config.steps))
      run.checkpoint(model, optimizer, at, reference.stored_weights());
  }
  run.save_final_model(model);
}

}  // namespace r1
