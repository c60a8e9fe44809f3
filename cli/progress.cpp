#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "cli/verbs.h"

namespace r1::cli {
namespace {

double get(const Metrics& metrics, const char* name) {
  auto found = metrics.find(name);
  return found == metrics.end() ? 0 : found->second;
}

std::string summary(const Metrics& metrics) {
  std::string line;
  auto add = [&](const char* metric, const char* label, int digits, double factor = 1,
                 const char* unit = "") {
    if (auto found = metrics.find(metric); found != metrics.end()) {
      line += fmt::format("{}{} {:.{}f}{}", line.empty() ? "" : "  ", label, found->second * factor, digits,
                          unit);
    }
  };
  add("reward", "reward", 3);
  add("loss", "loss", 4);
  add("completions/mean_length", "length", 0);
  add("completions/clipped_ratio", "truncated", 0, 100, "%");
  add("kl", "kl", 4);
  add("grad_norm", "grad", 2);
  if (auto found = metrics.find("parity"); found != metrics.end())
    line += fmt::format("  parity {:g}", found->second);
  return line;
}

}  // namespace

std::string format_duration(double seconds) {
  const int64_t whole = static_cast<int64_t>(std::llround(seconds));
  if (whole >= 3600) return fmt::format("{}h{:02}m", whole / 3600, whole % 3600 / 60);
  if (whole >= 60) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}s", whole);
}

std::string explain_zero(const Metrics& metrics) {
  if (!metrics.contains("reward")) return "";
  const double silent = get(metrics, "frac_reward_zero_std");
  if (get(metrics, "reward") == 0 && silent == 1) {
    return fmt::format(
        "every reward is equal, so nothing is learned: truncated {:.0f}%, no answer {:.0f}%, wrong {:.0f}%",
        100 * get(metrics, "completions/clipped_ratio"), 100 * get(metrics, "verdicts/no_answer"),
        100 * get(metrics, "verdicts/wrong"));
  }
  if (get(metrics, "trained_tokens") == 0) {
    return fmt::format("loss 0: {:.0f}% of the groups have equal rewards, {:.0f}% of the samples are masked",
                       100 * silent, 100 * get(metrics, "masked_ratio"));
  }
  if (std::abs(get(metrics, "loss")) < 1e-9 && get(metrics, "clip_ratio/region_mean") == 0) {
    return "loss 0 by construction: advantages of a group sum to 0 and the ratio is 1; the gradient is not";
  }
  return "";
}

Progress::Progress(std::string label) : label_(std::move(label)), terminal_(::isatty(STDOUT_FILENO) != 0) {}

TrainObserver Progress::observer() {
  return {[this](int64_t at, int64_t total, const Metrics& metrics) { step(at, total, metrics); },
          [this](const std::string& text) { note(text); }, [] { return stop_requested(); }};
}

std::string Progress::remaining(int64_t step, int64_t total) {
  return format_duration(seconds_per_step_ * static_cast<double>(total - step));
}

void Progress::step(int64_t step, int64_t total, const Metrics& metrics) {
  const double seconds = get(metrics, "step_time");
  seconds_per_step_ = seconds_per_step_ == 0 ? seconds : 0.8 * seconds_per_step_ + 0.2 * seconds;
  const std::string zero = explain_zero(metrics);
  const std::string line =
      fmt::format("{} {}/{}  {}  {:.1f}s/step  left {}{}", label_, step, total, summary(metrics), seconds,
                  remaining(step, total), zero.empty() ? "" : "  (" + zero + ")");
  // A terminal keeps one line; a file or pipe gets every step.
  if (terminal_)
    std::fputs(fmt::format("\r\x1b[2K{}{}", line, step == total ? "\n" : "").c_str(), stdout);
  else
    std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

void Progress::note(const std::string& text) {
  std::fputs(fmt::format("{}{}\n", terminal_ ? "\r\x1b[2K" : "", text).c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace r1::cli
