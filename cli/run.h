// The program apart from main(), so that tests can call it.
#pragma once

namespace r1::cli {

// Parses the command line, runs the verb and returns the exit code: 0 done, 1 the run failed, 2 bad usage or config,
// 130 interrupted. Every r1::Error ends here as one line on standard error.
int run(int argc, char** argv);

}  // namespace r1::cli
