// The learning rate of each update.
#pragma once

#include <cstdint>
#include <string>

#include "base/config.h"

namespace r1 {

enum class ScheduleKind { Constant, Linear, Cosine };
template <>
struct EnumNames<ScheduleKind> {
  static constexpr std::pair<ScheduleKind, const char*> values[] = {{ScheduleKind::Constant, "constant"},
                                                                    {ScheduleKind::Linear, "linear"},
                                                                    {ScheduleKind::Cosine, "cosine"}};
};

struct ScheduleConfig {
  double learning_rate = 1e-6;  // the peak
  ScheduleKind kind = ScheduleKind::Constant;
  int64_t warmup_steps = 0;
  int64_t total_steps = 0;
  double final_ratio = 0.0;

  static void fields(auto& self, auto& visit) {
    visit("learning_rate", self.learning_rate, "the peak, reached when the warm-up ends");
    visit("kind", self.kind, "how it falls after the warm-up");
    visit("warmup_steps", self.warmup_steps, "updates over which it rises linearly to the peak");
    visit("total_steps", self.total_steps, "updates until it has fallen; 0: as many as the run makes");
    visit("final_ratio", self.final_ratio, "of the peak, from total_steps on; constant ignores it");
  }
};

// Ranges. Throws ConfigError naming the field.
void validate(const ScheduleConfig& config, const std::string& where);

// The learning rate of update `step`, counted from 0, with W = warmup_steps, N = total_steps:
//   step < W   peak (step + 1) / W: the first update is not wasted on a rate of zero
//   constant   peak
//   linear     peak (final + (1 - final) (1 - x)),                x = min(1, (step - W) / (N - W))
//   cosine     peak (final + (1 - final) (1 + cos(pi x)) / 2)
// REQUIRES total_steps > 0 unless the kind is constant: the loop fills in the run's own length.
double learning_rate_at(const ScheduleConfig& config, int64_t step);

}  // namespace r1
