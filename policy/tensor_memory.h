// Memory of large CPU tensors: kept when a tensor ends and given to the next one of its size, in huge pages.
//
// A training step makes and drops gigabytes of activations of the same sizes each time. Handed back to the system, every
// page of them would be cleared and mapped again: a sixth of a step's time (docs/log.md).
#pragma once

#include <cstdint>

namespace r1 {

// Makes LibTorch take CPU tensors' memory from here, for the life of the process; later calls change nothing. The program
// calls it first thing in main(); a library's user decides for himself.
void use_tensor_memory();

// Bytes that are kept for later tensors at this moment; for tests.
int64_t kept_tensor_bytes();

}  // namespace r1
