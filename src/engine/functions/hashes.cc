#include "engine/functions/hashes.h"

#include <openssl/evp.h>
#include <xxhash.h>
#include <zlib.h>

#include <cmath>
#include <cstring>

#include "engine/functions/decimal_math.h"
#include "engine/functions/groups.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;

/// Murmur3_x86_32 as Spark has it: the tail is mixed byte by byte, each as an int.
struct Murmur {
  using Seed = int32_t;
  static uint32_t Rotate(uint32_t x, int n) { return (x << n) | (x >> (32 - n)); }
  static uint32_t MixK(uint32_t k) { return Rotate(k * 0xcc9e2d51u, 15) * 0x1b873593u; }
  static uint32_t MixH(uint32_t h, uint32_t k) { return Rotate(h ^ k, 13) * 5 + 0xe6546b64u; }
  static int32_t Finish(uint32_t h, uint32_t length) {
    h ^= length;
    h ^= h >> 16;
    h *= 0x85ebca6bu;
    h ^= h >> 13;
    h *= 0xc2b2ae35u;
    h ^= h >> 16;
    return static_cast<int32_t>(h);
  }
  static int32_t Int(int32_t value, int32_t seed) {
    return Finish(MixH(static_cast<uint32_t>(seed), MixK(static_cast<uint32_t>(value))), 4);
  }
  static int32_t Long(int64_t value, int32_t seed) {
    uint32_t h = MixH(static_cast<uint32_t>(seed), MixK(static_cast<uint32_t>(value)));
    return Finish(MixH(h, MixK(static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32))), 8);
  }
  static int32_t Bytes(const char* data, size_t size, int32_t seed) {
    uint32_t h = static_cast<uint32_t>(seed);
    size_t aligned = size & ~size_t{3};
    for (size_t i = 0; i < aligned; i += 4) {
      uint32_t word;
      std::memcpy(&word, data + i, 4);
      h = MixH(h, MixK(word));
    }
    for (size_t i = aligned; i < size; i++)
      h = MixH(h, MixK(static_cast<uint32_t>(static_cast<int32_t>(static_cast<int8_t>(data[i])))));
    return Finish(h, static_cast<uint32_t>(size));
  }
};

struct Xx {
  using Seed = int64_t;
  static int64_t Int(int32_t value, int64_t seed) {
    // XXH64 of the four bytes.
    return static_cast<int64_t>(XXH64(&value, 4, static_cast<uint64_t>(seed)));
  }
  static int64_t Long(int64_t value, int64_t seed) { return static_cast<int64_t>(XXH64(&value, 8, static_cast<uint64_t>(seed))); }
  static int64_t Bytes(const char* data, size_t size, int64_t seed) {
    return static_cast<int64_t>(XXH64(data, size, static_cast<uint64_t>(seed)));
  }
};

/// BigInteger.toByteArray: big-endian two's complement, as short as it goes.
std::string BigEndian(Int128 value) {
  std::string bytes;
  for (int i = 15; i >= 0; i--) bytes += static_cast<char>(value >> (i * 8));
  size_t start = 0;
  while (start < 15 &&
         ((bytes[start] == '\0' && !(bytes[start + 1] & 0x80)) || (bytes[start] == '\xff' && (bytes[start + 1] & 0x80))))
    start++;
  return bytes.substr(start);
}

template <class H>
typename H::Seed HashValue(const Value& value, const LogicalType& type, typename H::Seed seed) {
  if (value.IsNull()) return seed;
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN:
      return H::Int(value.GetValue<bool>() ? 1 : 0, seed);
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
      return H::Int(value.GetValue<int32_t>(), seed);
    case LogicalTypeId::DATE:
      return H::Int(value.GetValueUnsafe<int32_t>(), seed);
    case LogicalTypeId::BIGINT:
      return H::Long(value.GetValue<int64_t>(), seed);
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_TZ:
      return H::Long(value.GetValueUnsafe<int64_t>(), seed);
    case LogicalTypeId::TIME:
      return H::Long(value.GetValueUnsafe<int64_t>() * 1000, seed);
    case LogicalTypeId::FLOAT: {
      float f = value.GetValue<float>();
      int32_t bits = 0x7fc00000;
      if (f == 0) f = 0;
      if (!std::isnan(f)) std::memcpy(&bits, &f, 4);
      return H::Int(bits, seed);
    }
    case LogicalTypeId::DOUBLE: {
      double d = value.GetValue<double>();
      int64_t bits = 0x7ff8000000000000;
      if (d == 0) d = 0;
      if (!std::isnan(d)) std::memcpy(&bits, &d, 8);
      return H::Long(bits, seed);
    }
    case LogicalTypeId::DECIMAL: {
      auto wide = duckdb::HugeIntValue::Get(value.DefaultCastAs(LogicalType::DECIMAL(38, duckdb::DecimalType::GetScale(type))));
      Int128 unscaled = ToInt128(wide);
      if (duckdb::DecimalType::GetWidth(type) <= 18) return H::Long(static_cast<int64_t>(unscaled), seed);
      std::string bytes = BigEndian(unscaled);
      return H::Bytes(bytes.data(), bytes.size(), seed);
    }
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::BLOB: {
      const auto& text = duckdb::StringValue::Get(value);
      return H::Bytes(text.data(), text.size(), seed);
    }
    case LogicalTypeId::INTERVAL: {
      auto interval = value.GetValueUnsafe<duckdb::interval_t>();
      return H::Int(interval.months, H::Int(interval.days, H::Long(interval.micros, seed)));
    }
    case LogicalTypeId::LIST:
      for (const auto& child : duckdb::ListValue::GetChildren(value))
        seed = HashValue<H>(child, duckdb::ListType::GetChildType(type), seed);
      return seed;
    case LogicalTypeId::STRUCT: {
      const auto& children = duckdb::StructValue::GetChildren(value);
      for (size_t i = 0; i < children.size(); i++)
        seed = HashValue<H>(children[i], duckdb::StructType::GetChildType(type, i), seed);
      return seed;
    }
    default:
      return seed;
  }
}

template <class H>
void HashRows(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result) {
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<typename H::Seed>(result);
  std::fill(out, out + args.size(), 42);
  for (auto& column : args.data) {
    const auto& type = column.GetType();
    duckdb::UnifiedVectorFormat format;
    column.ToUnifiedFormat(args.size(), format);
    for (duckdb::idx_t row = 0; row < args.size(); row++) {
      auto index = format.sel->get_index(row);
      if (!format.validity.RowIsValid(index)) continue;
      switch (type.id()) {
        case LogicalTypeId::INTEGER:
          out[row] = H::Int(duckdb::UnifiedVectorFormat::GetData<int32_t>(format)[index], out[row]);
          break;
        case LogicalTypeId::BIGINT:
          out[row] = H::Long(duckdb::UnifiedVectorFormat::GetData<int64_t>(format)[index], out[row]);
          break;
        case LogicalTypeId::VARCHAR: {
          const auto& text = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format)[index];
          out[row] = H::Bytes(text.GetData(), text.GetSize(), out[row]);
          break;
        }
        default:
          out[row] = HashValue<H>(column.GetValue(row), type, out[row]);
      }
    }
  }
}

std::string Digest(const EVP_MD* method, std::string_view bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), out, &size, method, nullptr);
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; i++) {
    text += kHex[out[i] >> 4];
    text += kHex[out[i] & 15];
  }
  return text;
}

}  // namespace

int64_t XxHash64(const Value& value, const LogicalType& type, int64_t seed) { return HashValue<Xx>(value, type, seed); }
int32_t Murmur3(const Value& value, const LogicalType& type, int32_t seed) { return HashValue<Murmur>(value, type, seed); }

void RegisterHashes(KernelRegistry& registry) {
  registry.AddVector("spark_murmur3", {}, LogicalType::INTEGER, HashRows<Murmur>, kPlain, true);
  registry.AddVector("spark_xxhash64", {}, LogicalType::BIGINT, HashRows<Xx>, kPlain, true);
  registry.Add("spark_crc32",
               [](const Call&, std::string_view v) -> int64_t {
                 return static_cast<int64_t>(crc32(0, reinterpret_cast<const Bytef*>(v.data()), static_cast<uInt>(v.size())));
               },
               kPlain, {LogicalType::BLOB});
  registry.Add("spark_md5", [](const Call&, std::string_view v) { return Digest(EVP_md5(), v); }, kPlain, {LogicalType::BLOB});
  registry.Add("spark_sha1", [](const Call&, std::string_view v) { return Digest(EVP_sha1(), v); }, kPlain, {LogicalType::BLOB});
  registry.Add("spark_sha2",
               [](const Call&, std::string_view v, int32_t bits) -> std::optional<std::string> {
                 switch (bits) {
                   case 224:
                     return Digest(EVP_sha224(), v);
                   case 0:
                   case 256:
                     return Digest(EVP_sha256(), v);
                   case 384:
                     return Digest(EVP_sha384(), v);
                   case 512:
                     return Digest(EVP_sha512(), v);
                   default:
                     return std::nullopt;
                 }
               },
               kPlain, {LogicalType::BLOB, LogicalType::INTEGER});
}

}  // namespace headrace::engine
