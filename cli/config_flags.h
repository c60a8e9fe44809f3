// --config and --set, the same for every verb that has a configuration struct.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/files.h"

namespace r1::cli {

struct ConfigFlags {
  std::string file;
  std::vector<std::string> settings;

  void declare(CLI::App& verb) {
    verb.add_option("--config", file, "JSON file of settings (comments allowed)");
    verb.add_option("--set", settings, "key=value, over the file; may be repeated")->allow_extra_args(false);
  }
  // Defaults (or a preset's values) < file < --set.
  template <ConfigStruct C>
  void apply(C& config) const {
    if (!file.empty()) apply_config_text(config_fields(config), read_file(file), file);
    for (const std::string& setting : settings) apply_config_setting(config_fields(config), setting);
  }
};

}  // namespace r1::cli
