#include "delta/deletion_vector.h"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <cstring>
#include <map>
#include <roaring/roaring.hh>

#include "base/error.h"
#include "base/ids.h"

namespace headrace::delta {

namespace {

constexpr int32_t kMagic = 1681511377;
constexpr char kFileFormatVersion = 1;
constexpr std::string_view kZ85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

[[noreturn]] void ThrowVector(const char* condition, const std::string& what) {
  throw Error(ErrorKind::kRuntime, condition, what, {}).WithSqlState("XXKDS");
}
[[noreturn]] void ThrowBroken(const std::string& what) {
  ThrowVector("DELTA_DELETION_VECTOR_SIZE_MISMATCH", "A deletion vector is broken: " + what + ".");
}

template <typename T>
void PutLittle(std::string* out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) out->push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i)));
}

template <typename T>
T TakeLittle(std::string_view* in) {
  if (in->size() < sizeof(T)) ThrowBroken("it ends too early");
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value |= uint64_t{static_cast<unsigned char>((*in)[i])} << (8 * i);
  in->remove_prefix(sizeof(T));
  return static_cast<T>(value);
}

std::string BigEndian32(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

uint32_t FromBigEndian32(std::string_view bytes) {
  uint32_t value = 0;
  for (char c : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

uint32_t Crc(std::string_view bytes) {
  return static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

std::string UuidBytes(const std::string& uuid) {
  std::string bytes;
  std::string digits;
  for (char c : uuid) {
    if (c != '-') digits += c;
  }
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::string UuidText(std::string_view bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", static_cast<unsigned char>(bytes[i]));
  }
  return text;
}

}  // namespace

struct RowIndexSet::Rep {
  std::map<uint32_t, Roaring> high;  ///< By the upper 32 bits.
};

RowIndexSet::RowIndexSet() : rep_(std::make_unique<Rep>()) {}
RowIndexSet::RowIndexSet(const RowIndexSet& other) : rep_(std::make_unique<Rep>(*other.rep_)) {}
RowIndexSet::RowIndexSet(RowIndexSet&& other) noexcept = default;
RowIndexSet& RowIndexSet::operator=(RowIndexSet other) noexcept {
  std::swap(rep_, other.rep_);
  return *this;
}
RowIndexSet::~RowIndexSet() = default;

void RowIndexSet::Add(uint64_t row) { rep_->high[static_cast<uint32_t>(row >> 32)].add(static_cast<uint32_t>(row)); }

void RowIndexSet::AddMany(const std::vector<uint64_t>& rows) {
  Roaring* bitmap = nullptr;
  uint64_t high = ~uint64_t{0};
  for (uint64_t row : rows) {
    if (row >> 32 != high) {
      high = row >> 32;
      bitmap = &rep_->high[static_cast<uint32_t>(high)];
    }
    bitmap->add(static_cast<uint32_t>(row));
  }
}

void RowIndexSet::Union(const RowIndexSet& other) {
  for (const auto& [high, bitmap] : other.rep_->high) rep_->high[high] |= bitmap;
}

bool RowIndexSet::Contains(uint64_t row) const {
  auto found = rep_->high.find(static_cast<uint32_t>(row >> 32));
  return found != rep_->high.end() && found->second.contains(static_cast<uint32_t>(row));
}

uint64_t RowIndexSet::Cardinality() const {
  uint64_t count = 0;
  for (const auto& [high, bitmap] : rep_->high) count += bitmap.cardinality();
  return count;
}

std::vector<uint64_t> RowIndexSet::ToVector() const {
  std::vector<uint64_t> rows;
  rows.reserve(Cardinality());
  std::vector<uint32_t> low;
  for (const auto& [high, bitmap] : rep_->high) {
    low.resize(bitmap.cardinality());
    bitmap.toUint32Array(low.data());
    for (uint32_t row : low) rows.push_back(uint64_t{high} << 32 | row);
  }
  return rows;
}

std::vector<uint64_t> RowIndexSet::Range(uint64_t begin, uint64_t end) const {
  std::vector<uint64_t> rows;
  for (auto it = rep_->high.lower_bound(static_cast<uint32_t>(begin >> 32)); it != rep_->high.end(); ++it) {
    uint64_t base = uint64_t{it->first} << 32;
    if (base >= end) break;
    auto row = it->second.begin();
    if (begin > base) row.equalorlarger(static_cast<uint32_t>(begin - base));
    for (; row != it->second.end() && (base | *row) < end; ++row) rows.push_back(base | *row);
  }
  return rows;
}

std::string RowIndexSet::Serialize() const {
  std::string bytes;
  PutLittle<int32_t>(&bytes, kMagic);
  PutLittle<int64_t>(&bytes, static_cast<int64_t>(rep_->high.size()));
  for (const auto& [high, bitmap] : rep_->high) {
    PutLittle<uint32_t>(&bytes, high);
    Roaring compact = bitmap;
    compact.runOptimize();
    size_t at = bytes.size();
    bytes.resize(at + compact.getSizeInBytes());
    compact.write(bytes.data() + at);
  }
  return bytes;
}

RowIndexSet RowIndexSet::Deserialize(std::string_view bytes) {
  if (TakeLittle<int32_t>(&bytes) != kMagic) ThrowBroken("it does not start with the portable format's magic number");
  RowIndexSet rows;
  auto count = TakeLittle<int64_t>(&bytes);
  for (int64_t i = 0; i < count; ++i) {
    auto high = TakeLittle<uint32_t>(&bytes);
    size_t size = roaring_bitmap_portable_deserialize_size(bytes.data(), bytes.size());
    if (size == 0 || size > bytes.size()) ThrowBroken("a bitmap does not parse");
    rows.rep_->high[high] = Roaring::readSafe(bytes.data(), bytes.size());
    bytes.remove_prefix(size);
  }
  return rows;
}

std::string EncodeZ85(std::string_view bytes) {
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += 4) {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; ++i) value = value << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0);
    char digits[5];
    for (int i = 4; i >= 0; --i) {
      digits[i] = kZ85[value % 85];
      value /= 85;
    }
    text.append(digits, 5);
  }
  return text;
}

std::string DecodeZ85(std::string_view text, size_t length) {
  static const auto kDigits = [] {
    std::array<int, 256> digits;
    digits.fill(-1);
    for (size_t i = 0; i < kZ85.size(); ++i) digits[static_cast<unsigned char>(kZ85[i])] = static_cast<int>(i);
    return digits;
  }();
  if (text.size() % 5 != 0 || text.size() / 5 * 4 < length) ThrowBroken("its base85 text has the wrong length");
  std::string bytes;
  for (size_t at = 0; at < text.size(); at += 5) {
    uint64_t value = 0;
    for (size_t i = 0; i < 5; ++i) {
      int digit = kDigits[static_cast<unsigned char>(text[at + i])];
      if (digit < 0) ThrowBroken("its base85 text has a character that is not of base85");
      value = value * 85 + static_cast<uint64_t>(digit);
    }
    bytes += BigEndian32(static_cast<uint32_t>(value));
  }
  bytes.resize(length);
  return bytes;
}

std::string DeletionVectorPath(const std::string& table_root, const DeletionVectorDescriptor& descriptor) {
  if (descriptor.storage_type == "p") {
    return storage::Resolve(descriptor.path_or_inline).path;
  }
  if (descriptor.storage_type != "u" || descriptor.path_or_inline.size() < 20) {
    ThrowBroken("its storage type '" + descriptor.storage_type + "' has no file");
  }
  std::string prefix = descriptor.path_or_inline.substr(0, descriptor.path_or_inline.size() - 20);
  std::string uuid = UuidText(DecodeZ85(std::string_view(descriptor.path_or_inline).substr(prefix.size()), 16));
  std::string name = "deletion_vector_" + uuid + ".bin";
  return storage::JoinPath(table_root, prefix.empty() ? name : prefix + "/" + name);
}

RowIndexSet ReadDeletionVector(storage::ObjectStore& store, const std::string& table_root,
                               const DeletionVectorDescriptor& descriptor) {
  auto size = static_cast<size_t>(std::max(descriptor.size_in_bytes, 0));
  RowIndexSet rows;
  if (descriptor.storage_type == "i") {
    rows = RowIndexSet::Deserialize(DecodeZ85(descriptor.path_or_inline, size));
  } else {
    std::string path = DeletionVectorPath(table_root, descriptor);
    std::string bytes = store.ReadRange(path, descriptor.offset.value_or(0), static_cast<int64_t>(size) + 8);
    if (bytes.size() != size + 8 || FromBigEndian32(bytes) != size) ThrowBroken("its size differs in " + path);
    std::string_view data = std::string_view(bytes).substr(4, size);
    if (FromBigEndian32(std::string_view(bytes).substr(4 + size)) != Crc(data)) {
      ThrowVector("DELTA_DELETION_VECTOR_CHECKSUM_MISMATCH",
                  "Could not verify deletion vector integrity, CRC checksum verification failed for " + path + ".");
    }
    rows = RowIndexSet::Deserialize(data);
  }
  if (rows.Cardinality() != static_cast<uint64_t>(descriptor.cardinality)) {
    ThrowVector("DELTA_DELETION_VECTOR_CARDINALITY_MISMATCH",
                "Deletion vector integrity check failed. Encountered a cardinality mismatch.");
  }
  return rows;
}

std::vector<DeletionVectorDescriptor> WriteDeletionVectors(storage::ObjectStore& store, const std::string& table_root,
                                                           const std::vector<const RowIndexSet*>& vectors) {
  std::vector<DeletionVectorDescriptor> descriptors;
  if (vectors.empty()) return descriptors;
  std::string uuid = NewUuid();
  std::string file(1, kFileFormatVersion);
  for (const RowIndexSet* rows : vectors) {
    std::string bytes = rows->Serialize();
    DeletionVectorDescriptor descriptor;
    descriptor.storage_type = "u";
    descriptor.path_or_inline = EncodeZ85(UuidBytes(uuid));
    descriptor.offset = static_cast<int32_t>(file.size());
    descriptor.size_in_bytes = static_cast<int32_t>(bytes.size());
    descriptor.cardinality = static_cast<int64_t>(rows->Cardinality());
    file += BigEndian32(static_cast<uint32_t>(bytes.size()));
    file += bytes;
    file += BigEndian32(Crc(bytes));
    descriptors.push_back(std::move(descriptor));
  }
  store.Put(DeletionVectorPath(table_root, descriptors[0]), file);
  return descriptors;
}

DeletionVectorDescriptor InlineDeletionVector(const RowIndexSet& rows) {
  std::string bytes = rows.Serialize();
  DeletionVectorDescriptor descriptor;
  descriptor.storage_type = "i";
  descriptor.size_in_bytes = static_cast<int32_t>(bytes.size());
  descriptor.path_or_inline = EncodeZ85(bytes);
  descriptor.cardinality = static_cast<int64_t>(rows.Cardinality());
  return descriptor;
}

}  // namespace headrace::delta
