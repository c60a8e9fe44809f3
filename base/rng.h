// Addressed randomness: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
//
// A random number is a function of where it is used (seed, stream, and two indices), never of what was drawn before.
// So a sample's tokens do not depend on its neighbours in the batch, on the number of workers, or on a restart, and
// a checkpoint holds no generator state.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace r1 {

// What a number is for; keeps users of one seed apart. Values are part of the run's reproducibility: never renumber.
enum class Stream : uint32_t { Order = 1, Sampling = 2, Generator = 3, Init = 4, Split = 5, Bootstrap = 6 };

using PhiloxBlock = std::array<uint32_t, 4>;

// The Philox4x32-10 bijection: four 32-bit words from a 128-bit counter and a 64-bit key.
PhiloxBlock philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// The random words at address (seed, stream, item, index).
PhiloxBlock random_block(uint64_t seed, Stream stream, uint64_t item, uint32_t index);

// Uniform in (0, 1): 52 bits, never 0 and never 1, so log() of it is finite.
double random_uniform(uint64_t seed, Stream stream, uint64_t item, uint32_t index);

// Uniform integer in [0, bound); bound > 0. Bias below 2^-32 for bound <= 2^32.
uint64_t random_below(uint64_t bound, uint64_t seed, Stream stream, uint64_t item, uint32_t index);

// Mixes values into one 64-bit address (SplitMix64 finaliser); order matters.
uint64_t mix(uint64_t a, uint64_t b);

// Stable 64-bit hash of text (FNV-1a, then mixed); the same on every machine.
uint64_t hash_text(std::string_view text);

}  // namespace r1
