#include "engine/functions/random.h"

#include <cmath>
#include <random>

#include "engine/functions/decimal_math.h"
#include "engine/functions/decimal_vector.h"
#include "engine/functions/groups.h"
#include "engine/functions/strict_math.h"

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

/// A number in [0, bound), as Java draws it of a generator's 31 bits.
template <class Generator>
int32_t BoundedInt(Generator& random, int32_t bound) {
  if ((bound & (bound - 1)) == 0) return static_cast<int32_t>((static_cast<int64_t>(bound) * random.Next(31)) >> 31);
  // Numbers above the last whole multiple of the bound are drawn again.
  for (;;) {
    int64_t bits = random.Next(31), value = bits % bound;
    if (bits - value + (bound - 1) <= INT32_MAX) return static_cast<int32_t>(value);
  }
}

/// Where a call's next number comes from.
enum class Order {
  kCalls,  ///< One generator a thread and call.
  kPartitions,  ///< The first argument is the row's partition: as in Spark each has a generator, seeded with the seed plus its
                ///< number.
  kRows,  ///< The first argument is the row's number, from 0, of the one stream of the seed.
};

template <class Generator>
struct RandomState : duckdb::FunctionLocalState {
  explicit RandomState(int64_t seed) : seed(seed), random(seed) {}
  const int64_t seed;
  Generator random;
  std::map<int32_t, Generator> streams;
  int64_t next_row = 0;  ///< The row whose number `random` gives next.
};

/// `kSeed` is how many arguments there are when the last of them is the seed.
template <class Generator, size_t kSeed>
duckdb::unique_ptr<duckdb::FunctionLocalState> InitRandom(duckdb::ExpressionState& state,
                                                          const duckdb::BoundFunctionExpression& expression,
                                                          duckdb::FunctionData*) {
  int64_t seed = FreshSeed();
  if (expression.children.size() >= kSeed) {
    auto value = duckdb::ExpressionExecutor::EvaluateScalar(state.GetContext(), *expression.children.back());
    seed = value.IsNull() ? 0 : value.GetValue<int64_t>();
  }
  return duckdb::make_uniq<RandomState<Generator>>(seed);
}

/// Gives each row the generator as it is where the row's numbers begin; `draw(generator, row)` draws them.
template <class Generator, Order kOrder, class Draw>
void DrawRows(duckdb::DataChunk& args, duckdb::ExpressionState& state, const Draw& draw) {
  auto& local = duckdb::ExecuteFunctionState::GetFunctionState(state)->Cast<RandomState<Generator>>();
  duckdb::UnifiedVectorFormat places;
  if constexpr (kOrder != Order::kCalls) args.data[0].ToUnifiedFormat(args.size(), places);
  for (duckdb::idx_t i = 0; i < args.size(); i++) {
    if constexpr (kOrder == Order::kCalls) {
      draw(local.random, i);
    } else if constexpr (kOrder == Order::kPartitions) {
      auto partition = duckdb::UnifiedVectorFormat::GetData<int32_t>(places)[places.sel->get_index(i)];
      auto found = local.streams.find(partition);
      if (found == local.streams.end()) found = local.streams.emplace(partition, Generator(local.seed + partition)).first;
      draw(found->second, i);
    } else {
      // Rows come in ascending order: the stream runs on to each.
      auto row = duckdb::UnifiedVectorFormat::GetData<int64_t>(places)[places.sel->get_index(i)];
      if (row < local.next_row) {
        local.random = Generator(local.seed);
        local.next_row = 0;
      }
      do {
        draw(local.random, i);
      } while (local.next_row++ < row);
    }
  }
}

template <bool kGaussian>
struct Uniform01 {
  using Generator = XorShiftRandom;
  template <Order kOrder>
  static void Run(duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& result) {
    result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
    auto* out = duckdb::FlatVector::GetData<double>(result);
    DrawRows<Generator, kOrder>(args, state, [&](Generator& random, duckdb::idx_t row) {
      out[row] = kGaussian ? random.NextGaussian() : random.NextDouble();
    });
  }
};

struct UniformBetween {
  using Generator = XorShiftRandom;
  template <Order kOrder>
  static void Run(duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& result) {
    result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
    constexpr size_t kFirst = kOrder == Order::kCalls ? 0 : 1;
    std::vector<double> drawn(args.size());
    DrawRows<Generator, kOrder>(args, state, [&](Generator& random, duckdb::idx_t row) { drawn[row] = random.NextDouble(); });
    if (args.size() == 0) return;
    Call call{kernel_internal::DataOf(state)};
    const auto& type = result.GetType();
    // The bounds are the same for all rows.
    auto low = args.data[kFirst].GetValue(0), high = args.data[kFirst + 1].GetValue(0);
    bool missing = low.IsNull() || high.IsNull();
    double from = missing ? 0 : low.GetValue<double>(), width = missing ? 0 : high.GetValue<double>() - from;
    for (duckdb::idx_t row = 0; row < args.size(); row++) {
      double at = from + width * drawn[row];
      if (missing) {
        duckdb::FlatVector::SetNull(result, row, true);
      } else if (type.id() == duckdb::LogicalTypeId::DOUBLE) {
        duckdb::FlatVector::GetData<double>(result)[row] = at;
      } else if (type.id() == duckdb::LogicalTypeId::DECIMAL) {
        int precision = duckdb::DecimalType::GetWidth(type), scale = duckdb::DecimalType::GetScale(type);
        auto value = DoubleToDecimal(at, scale);
        if (!value || !FitsPrecision(*value, precision)) ThrowDecimalOutOfRange(call.site(), PlainText(at), precision, scale);
        PutDecimal(result, row, value);
      } else {
        Value value = type.IsIntegral() ? Value::BIGINT(static_cast<int64_t>(at)) : Value::DOUBLE(at);
        result.SetValue(row, value.DefaultCastAs(type));
      }
    }
  }
};

struct RandomText {
  using Generator = XorShiftRandom;
  template <Order kOrder>
  static void Run(duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& result) {
    static constexpr char kPool[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
    if (args.size() == 0) return;
    // The same for all rows.
    auto given = args.data[kOrder == Order::kCalls ? 0 : 1].GetValue(0);
    auto length = given.IsNull() ? 0 : given.GetValue<int64_t>();
    if (length < 0) {
      ThrowInvalidParameter(-1, "LENGTH", "randstr", {{"parameter", "`length`"}, {"length", std::to_string(length)}},
                            "The value of parameter(s) `length` in `randstr` is invalid: Expects `length` greater than or "
                            "equal to 0, but got " +
                                std::to_string(length) + ".");
    }
    std::vector<std::string> texts(args.size(), std::string(length, ' '));
    DrawRows<Generator, kOrder>(args, state, [&](Generator& random, duckdb::idx_t row) {
      for (char& letter : texts[row]) letter = kPool[std::abs(random.NextInt() % 62)];
    });
    auto* out = duckdb::FlatVector::GetData<duckdb::string_t>(result);
    for (duckdb::idx_t row = 0; row < args.size(); row++) out[row] = duckdb::StringVector::AddString(result, texts[row]);
  }
};

struct Uuid {
  using Generator = MersenneTwister;
  template <Order kOrder>
  static void Run(duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& result) {
    result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
    std::vector<std::pair<uint64_t, uint64_t>> drawn(args.size());
    DrawRows<Generator, kOrder>(args, state, [&](Generator& random, duckdb::idx_t row) {
      drawn[row].first = static_cast<uint64_t>(random.NextLong());
      drawn[row].second = static_cast<uint64_t>(random.NextLong());
    });
    auto* out = duckdb::FlatVector::GetData<duckdb::string_t>(result);
    for (duckdb::idx_t row = 0; row < args.size(); row++) {
      uint64_t high = (drawn[row].first & ~uint64_t{0xf000}) | 0x4000;
      uint64_t low = (drawn[row].second & ~(uint64_t{3} << 62)) | (uint64_t{1} << 63);
      char text[40];
      std::snprintf(text, sizeof(text), "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(high >> 32),
                    static_cast<unsigned>(high >> 16) & 0xffff, static_cast<unsigned>(high) & 0xffff,
                    static_cast<unsigned>(low >> 48), static_cast<unsigned long long>(low & 0xffffffffffff));
      out[row] = duckdb::StringVector::AddString(result, text, 36);
    }
  }
};

/// How many numbers a row takes depends on its array, so rows that are known by their numbers have a stream each.
struct Shuffle {
  using Generator = MersenneTwister;
  template <Order kOrder>
  static void Run(duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& result) {
    auto& arrays = args.data[kOrder == Order::kCalls ? 0 : 1];
    auto put = [&](auto& random, duckdb::idx_t row) {
      Value array = arrays.GetValue(row);
      if (!array.IsNull()) {
        const auto& given = duckdb::ListValue::GetChildren(array);
        duckdb::vector<Value> items;
        for (size_t i = 0; i < given.size(); i++) {
          auto at = static_cast<size_t>(random.NextInt(static_cast<int32_t>(i + 1)));
          items.push_back(at < i ? items[at] : given[i]);
          items[at] = given[i];
        }
        array = Value::LIST(duckdb::ListType::GetChildType(result.GetType()), std::move(items));
      }
      result.SetValue(row, array);
    };
    if constexpr (kOrder == Order::kRows) {
      auto& local = duckdb::ExecuteFunctionState::GetFunctionState(state)->Cast<RandomState<Generator>>();
      duckdb::UnifiedVectorFormat rows;
      args.data[0].ToUnifiedFormat(args.size(), rows);
      for (duckdb::idx_t row = 0; row < args.size(); row++) {
        XorShiftRandom own(local.seed + duckdb::UnifiedVectorFormat::GetData<int64_t>(rows)[rows.sel->get_index(row)]);
        put(own, row);
      }
    } else {
      DrawRows<Generator, kOrder>(args, state, put);
    }
  }
};

/// A function and its forms by partition ("_at") and by row ("_row") when it has a seed, the last of `arguments`.
template <class Function, size_t kArguments>
void AddRandom(KernelRegistry& registry, const std::string& name, std::vector<LogicalType> arguments, const LogicalType& result,
               KernelTraits traits = {}) {
  using Generator = typename Function::Generator;
  traits.is_volatile = true;
  traits.local_state = InitRandom<Generator, kArguments>;
  registry.Put(name, arguments, result, Function::template Run<Order::kCalls>, traits, false);
  auto place = [&](LogicalType type) {
    std::vector<LogicalType> all{std::move(type)};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
  };
  auto at = place(LogicalType::INTEGER), row = place(LogicalType::BIGINT);
  arguments.pop_back();
  registry.Put(name, arguments, result, Function::template Run<Order::kCalls>, traits, false);
  registry.Put(name + "_at", at, result, Function::template Run<Order::kPartitions>, traits, false);
  registry.Put(name + "_row", row, result, Function::template Run<Order::kRows>, traits, false);
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

int32_t XorShiftRandom::NextInt(int32_t bound) { return BoundedInt(*this, bound); }

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
  double multiplier = std::sqrt(-2 * StrictLog(s) / s);
  next_gaussian_ = v2 * multiplier;
  has_gaussian_ = true;
  return v1 * multiplier;
}

MersenneTwister::MersenneTwister(int64_t seed) {
  // The reference's initialisation by an array, here of the seed's two halves.
  const uint32_t key[] = {static_cast<uint32_t>(static_cast<uint64_t>(seed) >> 32), static_cast<uint32_t>(seed)};
  constexpr uint32_t kSize = 624;
  words_[0] = 19650218;
  for (uint32_t i = 1; i < kSize; i++) words_[i] = 1812433253u * (words_[i - 1] ^ (words_[i - 1] >> 30)) + i;
  uint32_t i = 1, j = 0;
  auto mix = [&](uint32_t factor) { return words_[i] ^ ((words_[i - 1] ^ (words_[i - 1] >> 30)) * factor); };
  auto advance = [&] {
    if (++i < kSize) return;
    words_[0] = words_[kSize - 1];
    i = 1;
  };
  for (uint32_t k = kSize; k > 0; k--) {
    words_[i] = mix(1664525) + key[j] + j;
    j = 1 - j;
    advance();
  }
  for (uint32_t k = kSize - 1; k > 0; k--) {
    words_[i] = mix(1566083941) - i;
    advance();
  }
  words_[0] = 0x80000000;
}

void MersenneTwister::Refill() {
  constexpr size_t kSize = 624, kMiddle = 397;
  for (size_t i = 0; i < kSize; i++) {
    uint32_t y = (words_[i] & 0x80000000) | (words_[(i + 1) % kSize] & 0x7fffffff);
    words_[i] = words_[(i + kMiddle) % kSize] ^ (y >> 1) ^ ((y & 1) != 0 ? 0x9908b0dfu : 0);
  }
  used_ = 0;
}

uint32_t MersenneTwister::Next(int bits) {
  if (used_ == words_.size()) Refill();
  uint32_t y = words_[used_++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  y ^= y >> 18;
  return y >> (32 - bits);
}

int64_t MersenneTwister::NextLong() {
  uint64_t high = Next(32);
  return static_cast<int64_t>((high << 32) | Next(32));
}

int32_t MersenneTwister::NextInt(int32_t bound) { return BoundedInt(*this, bound); }

void RegisterRandom(KernelRegistry& registry) {
  RegisterPartitions(registry);
  const LogicalType seed = LogicalType::BIGINT;
  AddRandom<Uniform01<false>, 1>(registry, "spark_rand", {seed}, LogicalType::DOUBLE);
  AddRandom<Uniform01<true>, 1>(registry, "spark_randn", {seed}, LogicalType::DOUBLE);
  AddRandom<Uuid, 1>(registry, "spark_uuid", {seed}, LogicalType::VARCHAR);
  AddRandom<RandomText, 2>(registry, "spark_randstr", {LogicalType::INTEGER, seed}, LogicalType::VARCHAR);
  AddRandom<UniformBetween, 3>(registry, "spark_uniform", {LogicalType::DOUBLE, LogicalType::DOUBLE, seed}, LogicalType::ANY,
                               {.extra = 1, .fallible = true});
  AddRandom<Shuffle, 2>(registry, "spark_shuffle", {LogicalType::ANY, seed}, LogicalType::ANY, {.extra = 1});
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
  registry.Put(
      "spark_partition_id", {}, LogicalType::INTEGER,
      [](duckdb::DataChunk&, duckdb::ExpressionState&, duckdb::Vector& out) { out.Reference(Value::INTEGER(0)); },
      {.is_volatile = true}, false);
}

}  // namespace headrace::engine
