#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <cstdint>

namespace headrace::engine {

class KernelRegistry;

/// org.apache.spark.util.random.XORShiftRandom over java.util.Random: the same numbers for the same seed.
class XorShiftRandom {
 public:
  explicit XorShiftRandom(int64_t seed);
  int32_t Next(int bits);
  int32_t NextInt() { return Next(32); }
  double NextDouble();
  double NextGaussian();

 private:
  int64_t seed_;
  double next_gaussian_ = 0;
  bool has_gaussian_ = false;
};

void RegisterRandom(KernelRegistry& registry);

/// partitions.cc: in which partition of a shuffle a row is.
void RegisterPartitions(KernelRegistry& registry);

}  // namespace headrace::engine
