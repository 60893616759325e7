#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <array>
#include <cstddef>
#include <cstdint>

namespace headrace::engine {

class KernelRegistry;

/// org.apache.spark.util.random.XORShiftRandom over java.util.Random: the same numbers for the same seed.
class XorShiftRandom {
 public:
  explicit XorShiftRandom(int64_t seed);
  int32_t Next(int bits);
  int32_t NextInt() { return Next(32); }
  /// A number in [0, bound).
  int32_t NextInt(int32_t bound);
  double NextDouble();
  double NextGaussian();

 private:
  int64_t seed_;
  double next_gaussian_ = 0;
  bool has_gaussian_ = false;
};

/// org.apache.commons.math3.random.MersenneTwister seeded with 64 bits: the same numbers for the same seed.
class MersenneTwister {
 public:
  explicit MersenneTwister(int64_t seed);
  uint32_t Next(int bits);
  int64_t NextLong();
  /// A number in [0, bound).
  int32_t NextInt(int32_t bound);

 private:
  void Refill();
  std::array<uint32_t, 624> words_{};
  size_t used_ = 624;
};

void RegisterRandom(KernelRegistry& registry);

/// partitions.cc: in which partition of a shuffle a row is.
void RegisterPartitions(KernelRegistry& registry);

}  // namespace headrace::engine
