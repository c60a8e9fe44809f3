// From the rewards of a step to one advantage per completion.
//
// Legend: P prompts, G completions of a prompt (groups may differ in size when samples were masked).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/config.h"

namespace r1 {

enum class Baseline {
  Mean,         // A_i = r_i - mean(r)
  LeaveOneOut,  // A_i = r_i - mean of the others = G / (G - 1) (r_i - mean(r))   (RLOO, arXiv 2402.14740)
};
enum class AdvantageScale {
  None,   // Dr.GRPO, arXiv 2503.20783
  Group,  // divided by the group's standard deviation   (GRPO, arXiv 2402.03300)
  Batch,  // divided by the standard deviation of the whole step's A
};

template <>
struct EnumNames<Baseline> {
  static constexpr std::pair<Baseline, const char*> values[] = {{Baseline::Mean, "mean"},
                                                                {Baseline::LeaveOneOut, "leave_one_out"}};
};
template <>
struct EnumNames<AdvantageScale> {
  static constexpr std::pair<AdvantageScale, const char*> values[] = {
      {AdvantageScale::None, "none"}, {AdvantageScale::Group, "group"}, {AdvantageScale::Batch, "batch"}};
};

struct AdvantageConfig {
  Baseline baseline = Baseline::Mean;
  AdvantageScale scale = AdvantageScale::Group;

  static void fields(auto& self, auto& visit) {
    visit("baseline", self.baseline,
          "what a reward is compared with: the group's mean, or the mean of the others");
    visit("scale", self.scale,
          "divide by the standard deviation of the group, of the whole batch, or not at all");
  }
};

constexpr double kStdEpsilon = 1e-6;  // verl's; standard deviations carry Bessel's correction

// rewards_PG holds none where the sample is masked (unjudged): it takes part in no mean and gets none back. A group
// whose rewards are all equal, or with fewer than two judged samples, gets exactly 0.
using RewardsPG = std::vector<std::vector<std::optional<double>>>;
RewardsPG group_advantages(const RewardsPG& rewards_PG, const AdvantageConfig& config);

}  // namespace r1
