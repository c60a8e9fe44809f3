// What a file or folder holds, as one JSON value: `r1 inspect` prints it as text, or as it is with --json.
#pragma once

#include <string>

#include "base/json.h"

namespace r1::cli {

// One function per kind. The weights' values are never read, so a large model takes no time.
OrderedJson inspect_gguf(const std::string& path);
OrderedJson inspect_safetensors(const std::string& path);
OrderedJson inspect_model_folder(const std::string& path);
OrderedJson inspect_checkpoint(const std::string& path);  // hashes every file
OrderedJson inspect_run(const std::string& path);
OrderedJson inspect_data_file(const std::string& path);  // reads and checks every record

// Whichever of them fits. ConfigError when nothing does.
OrderedJson inspect_path(const std::string& path);

}  // namespace r1::cli
