#include "engine/functions/random.h"

#include <cmath>
#include <random>

#include "engine/functions/decimal_math.h"
#include "engine/functions/groups.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

uint32_t Rotate(uint32_t x, int n) { return (x << n) | (x >> (32 - n)); }

/// scala.util.hashing.MurmurHash3.bytesHash.
int32_t ScalaBytesHash(const unsigned char* data, size_t size, int32_t seed) {
  auto mix_k = [](uint32_t k) { return Rotate(k * 0xcc9e2d51u, 15) * 0x1b873593u; };
  uint32_t h = static_cast<uint32_t>(seed);
  for (size_t i = 0; i + 4 <= size; i += 4) {
    uint32_t k = data[i] | (data[i + 1] << 8) | (data[i + 2] << 16) | (static_cast<uint32_t>(data[i + 3]) << 24);
    h = Rotate(h ^ mix_k(k), 13) * 5 + 0xe6546b64u;
  }
  h ^= static_cast<uint32_t>(size);
  h ^= h >> 16;
  h *= 0x85ebca6bu;
  h ^= h >> 13;
  h *= 0xc2b2ae35u;
  h ^= h >> 16;
  return static_cast<int32_t>(h);
}

int64_t HashSeed(int64_t seed) {
  unsigned char bytes[8];
  for (int i = 0; i < 8; i++) bytes[i] = static_cast<unsigned char>(static_cast<uint64_t>(seed) >> (56 - 8 * i));
  int32_t low = ScalaBytesHash(bytes, 8, static_cast<int32_t>(0x3c074a61));
  int32_t high = ScalaBytesHash(bytes, 8, low);
  return (static_cast<int64_t>(high) << 32) | static_cast<uint32_t>(low);
}

int64_t FreshSeed() {
  std::random_device device;
  return (static_cast<int64_t>(device()) << 32) | device();
}

/// One generator a thread and call: Spark has one a partition, seeded with the seed plus the partition's number.
struct RandomState : duckdb::FunctionLocalState {
  explicit RandomState(int64_t seed) : seed(seed), random(seed) {}
  const int64_t seed;
  XorShiftRandom random;
  std::map<int32_t, XorShiftRandom> streams;
  int64_t next_row = 0;  ///< The row whose number `random` gives next.
};

duckdb::unique_ptr<duckdb::FunctionLocalState> InitRandom(duckdb::ExpressionState&,
                                                          const duckdb::BoundFunctionExpression& expression,
                                                          duckdb::FunctionData*) {
  int64_t seed = FreshSeed();
  if (!expression.children.empty()) {
    auto& last = *expression.children.back();
    if (last.GetExpressionClass() == duckdb::ExpressionClass::BOUND_CONSTANT) {
      const auto& value = last.Cast<duckdb::BoundConstantExpression>().value;
      seed = value.IsNull() ? 0 : value.GetValue<int64_t>();
    }
  }
  return duckdb::make_uniq<RandomState>(seed);
}

RandomState& StateOf(duckdb::ExpressionState& state) {
  return duckdb::ExecuteFunctionState::GetFunctionState(state)->Cast<RandomState>();
}

template <bool kGaussian>
void Uniform01(duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& result) {
  auto& random = StateOf(state).random;
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<double>(result);
  for (duckdb::idx_t row = 0; row < args.size(); row++) out[row] = kGaussian ? random.NextGaussian() : random.NextDouble();
}

template <bool kGaussian>
void Uniform01At(duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& result) {
  auto& streams = StateOf(state).streams;
  duckdb::UnifiedVectorFormat partitions, seeds;
  args.data[0].ToUnifiedFormat(args.size(), partitions);
  args.data[1].ToUnifiedFormat(args.size(), seeds);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<double>(result);
  for (duckdb::idx_t row = 0; row < args.size(); row++) {
    auto partition = duckdb::UnifiedVectorFormat::GetData<int32_t>(partitions)[partitions.sel->get_index(row)];
    auto seed = duckdb::UnifiedVectorFormat::GetData<int64_t>(seeds)[seeds.sel->get_index(row)];
    auto& random = streams.try_emplace(partition, XorShiftRandom(seed + partition)).first->second;
    out[row] = kGaussian ? random.NextGaussian() : random.NextDouble();
  }
}

/// The number of the row, of the one stream of the seed. Rows come in ascending order: the stream runs on to each.
template <bool kGaussian>
void Uniform01Row(duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& result) {
  auto& local = StateOf(state);
  duckdb::UnifiedVectorFormat rows;
  args.data[0].ToUnifiedFormat(args.size(), rows);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<double>(result);
  for (duckdb::idx_t i = 0; i < args.size(); i++) {
    auto row = duckdb::UnifiedVectorFormat::GetData<int64_t>(rows)[rows.sel->get_index(i)];
    if (row < local.next_row) {
      local.random = XorShiftRandom(local.seed);
      local.next_row = 0;
    }
    do {
      out[i] = kGaussian ? local.random.NextGaussian() : local.random.NextDouble();
    } while (local.next_row++ < row);
  }
}

void UniformBetween(duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& result) {
  auto& random = StateOf(state).random;
  for (duckdb::idx_t row = 0; row < args.size(); row++) {
    auto low = args.data[0].GetValue(row), high = args.data[1].GetValue(row);
    if (low.IsNull() || high.IsNull()) {
      result.SetValue(row, Value(result.GetType()));
      continue;
    }
    double from = low.GetValue<double>(), to = high.GetValue<double>(), at = from + random.NextDouble() * (to - from);
    Value value = low.type().IsIntegral() ? Value::BIGINT(static_cast<int64_t>(at)) : Value::DOUBLE(at);
    result.SetValue(row, value.DefaultCastAs(result.GetType()));
  }
}

void RandomText(duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& result) {
  static constexpr char kPool[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  auto& random = StateOf(state).random;
  for (duckdb::idx_t row = 0; row < args.size(); row++) {
    auto length = args.data[0].GetValue(row).GetValue<int64_t>();
    std::string text;
    for (int64_t i = 0; i < length; i++) text += kPool[std::abs(random.NextInt() % 62)];
    result.SetValue(row, Value(text));
  }
}

void Uuid(duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& result) {
  auto& random = StateOf(state).random;
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  for (duckdb::idx_t row = 0; row < args.size(); row++) {
    uint32_t words[4];
    for (auto& word : words) word = static_cast<uint32_t>(random.NextInt());
    char text[40];
    std::snprintf(text, sizeof(text), "%08x-%04x-4%03x-%04x-%04x%08x", words[0], words[1] >> 16, words[1] & 0xfff,
                  ((words[2] >> 16) & 0x3fff) | 0x8000, words[2] & 0xffff, words[3]);
    result.SetValue(row, Value(std::string(text)));
  }
}

void AddVolatile(KernelRegistry& registry, const char* name, std::vector<LogicalType> arguments, LogicalType result,
                 duckdb::scalar_function_t run, int extra = 0) {
  registry.Put(name, std::move(arguments), std::move(result), std::move(run),
               {.extra = extra, .is_volatile = true, .local_state = InitRandom}, false);
}

}  // namespace

XorShiftRandom::XorShiftRandom(int64_t seed) : seed_(HashSeed(seed)) {}

int32_t XorShiftRandom::Next(int bits) {
  auto next = static_cast<uint64_t>(seed_);
  next ^= next << 21;
  next ^= next >> 35;
  next ^= next << 4;
  seed_ = static_cast<int64_t>(next);
  return static_cast<int32_t>(next & ((uint64_t{1} << bits) - 1));
}

double XorShiftRandom::NextDouble() {
  int64_t high = static_cast<int64_t>(static_cast<uint32_t>(Next(26))) << 27;
  return static_cast<double>(high + static_cast<uint32_t>(Next(27))) * 0x1.0p-53;
}

double XorShiftRandom::NextGaussian() {
  if (has_gaussian_) {
    has_gaussian_ = false;
    return next_gaussian_;
  }
  double v1, v2, s;
  do {
    v1 = 2 * NextDouble() - 1;
    v2 = 2 * NextDouble() - 1;
    s = v1 * v1 + v2 * v2;
  } while (s >= 1 || s == 0);
  double multiplier = std::sqrt(-2 * std::log(s) / s);
  next_gaussian_ = v2 * multiplier;
  has_gaussian_ = true;
  return v1 * multiplier;
}

void RegisterRandom(KernelRegistry& registry) {
  RegisterPartitions(registry);
  for (int arity : {0, 1}) {
    std::vector<LogicalType> seed(arity, LogicalType::BIGINT);
    AddVolatile(registry, "spark_rand", seed, LogicalType::DOUBLE, Uniform01<false>);
    AddVolatile(registry, "spark_randn", seed, LogicalType::DOUBLE, Uniform01<true>);
    AddVolatile(registry, "spark_uuid", seed, LogicalType::VARCHAR, Uuid);
    std::vector<LogicalType> length{LogicalType::INTEGER};
    length.insert(length.end(), seed.begin(), seed.end());
    AddVolatile(registry, "spark_randstr", length, LogicalType::VARCHAR, RandomText);
    for (auto type : {LogicalType::BIGINT, LogicalType::DOUBLE}) {
      std::vector<LogicalType> bounds{type, type};
      bounds.insert(bounds.end(), seed.begin(), seed.end());
      AddVolatile(registry, "spark_uniform", bounds, LogicalType::ANY, UniformBetween, 1);
    }
  }
  // The same per partition: each has a stream of its own.
  AddVolatile(registry, "spark_rand_at", {LogicalType::INTEGER, LogicalType::BIGINT}, LogicalType::DOUBLE, Uniform01At<false>);
  AddVolatile(registry, "spark_randn_at", {LogicalType::INTEGER, LogicalType::BIGINT}, LogicalType::DOUBLE, Uniform01At<true>);
  // The same per row, numbered from 0, of one stream.
  AddVolatile(registry, "spark_rand_row", {LogicalType::BIGINT, LogicalType::BIGINT}, LogicalType::DOUBLE, Uniform01Row<false>);
  AddVolatile(registry, "spark_randn_row", {LogicalType::BIGINT, LogicalType::BIGINT}, LogicalType::DOUBLE, Uniform01Row<true>);
  registry.Add("spark_row_id", [](const Call&, int32_t partition, int64_t number) -> int64_t {
    return (static_cast<int64_t>(partition) << 33) + number - 1;
  });
  // A sample takes the rows whose number is in [lower, upper).
  registry.Add("spark_outside",
               [](const Call&, double x, double lower, double upper) -> bool { return x < lower || x >= upper; });
  // How often a row is in a sample with replacement: the Poisson distribution's quantile of a number in [0, 1).
  registry.Add("spark_poisson", [](const Call&, double x, double mean) -> int64_t {
    if (!(mean > 0)) return 0;
    // Twelve deviations below the mean there is no weight that a number in [0, 1) tells.
    double count = std::max(0.0, std::floor(mean - 12 * std::sqrt(mean)));
    double weight = std::exp(count * std::log(mean) - mean - std::lgamma(count + 1));
    double last = mean + 12 * std::sqrt(mean) + 40;
    for (double below = weight; below <= x && count < last; below += weight) weight *= mean / ++count;
    return static_cast<int64_t>(count);
  });
  AddVolatile(registry, "spark_partition_id", {}, LogicalType::INTEGER,
              [](duckdb::DataChunk&, duckdb::ExpressionState&, duckdb::Vector& out) { out.Reference(Value::INTEGER(0)); });
}

}  // namespace headrace::engine
