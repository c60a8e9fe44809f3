#include "policy/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/errors.h"

namespace r1 {

void validate(const ScheduleConfig& config, const std::string& where) {
  auto require = [&](bool ok, const char* name, auto value, const std::string& range) {
    if (!ok) throw ConfigError(fmt::format("{}{}={}: must be {}", where, name, value, range));
  };
  require(config.learning_rate >= 0 && std::isfinite(config.learning_rate), "learning_rate",
          config.learning_rate, "at least 0");
  require(config.warmup_steps >= 0, "warmup_steps", config.warmup_steps, "at least 0");
  require(config.total_steps == 0 || config.total_steps >= config.warmup_steps, "total_steps",
          config.total_steps, fmt::format("0 or at least warmup_steps={}", config.warmup_steps));
  require(config.final_ratio >= 0 && config.final_ratio <= 1, "final_ratio", config.final_ratio, "in [0, 1]");
}

double learning_rate_at(const ScheduleConfig& config, int64_t step) {
  check(step >= 0, "updates are counted from 0");
  const double peak = config.learning_rate;
  if (step < config.warmup_steps) return peak * static_cast<double>(step + 1) / config.warmup_steps;
  if (config.kind == ScheduleKind::Constant) return peak;
  check(config.total_steps > 0, "a falling schedule knows its length");
  const int64_t falling = config.total_steps - config.warmup_steps;
  const double x =
      falling <= 0 ? 1.0 : std::min(1.0, static_cast<double>(step - config.warmup_steps) / falling);
  const double height =
      config.kind == ScheduleKind::Linear ? 1 - x : (1 + std::cos(std::numbers::pi * x)) / 2;
  return peak * (config.final_ratio + (1 - config.final_ratio) * height);
}

}  // namespace r1
