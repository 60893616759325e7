#include "engine/functions/sketches.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace headrace::engine {

namespace {

uint64_t Rotate(uint64_t x, int r) { return (x << r) | (x >> (64 - r)); }
uint64_t Mix(uint64_t k) {
  k ^= k >> 33;
  k *= 0xff51afd7ed558ccdull;
  k ^= k >> 33;
  k *= 0xc4ceb9fe1a85ec53ull;
  return k ^ (k >> 33);
}

/// The first half of MurmurHash3_x64_128.
uint64_t Murmur128(std::string_view bytes, uint64_t seed) {
  constexpr uint64_t c1 = 0x87c37b91114253d5ull, c2 = 0x4cf5ad432745937full;
  uint64_t h1 = seed, h2 = seed;
  size_t blocks = bytes.size() / 16;
  for (size_t i = 0; i < blocks; i++) {
    uint64_t k1, k2;
    std::memcpy(&k1, bytes.data() + i * 16, 8);
    std::memcpy(&k2, bytes.data() + i * 16 + 8, 8);
    h1 ^= Rotate(k1 * c1, 31) * c2;
    h1 = (Rotate(h1, 27) + h2) * 5 + 0x52dce729;
    h2 ^= Rotate(k2 * c2, 33) * c1;
    h2 = (Rotate(h2, 31) + h1) * 5 + 0x38495ab5;
  }
  uint64_t k1 = 0, k2 = 0;
  size_t rest = bytes.size() % 16;
  for (size_t i = 0; i < rest; i++) {
    auto byte = static_cast<uint64_t>(static_cast<unsigned char>(bytes[blocks * 16 + i]));
    if (i < 8)
      k1 |= byte << (8 * i);
    else
      k2 |= byte << (8 * (i - 8));
  }
  if (rest > 8) h2 ^= Rotate(k2 * c2, 33) * c1;
  if (rest > 0) h1 ^= Rotate(k1 * c1, 31) * c2;
  h1 ^= bytes.size();
  h2 ^= bytes.size();
  h1 += h2;
  h2 += h1;
  return Mix(h1) + Mix(h2);
}

class Writer {
 public:
  template <class T>
  Writer& Put(T value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    return *this;
  }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <class T>
  T Get() {
    T value{};
    if (rest_.size() < sizeof(T)) {
      good_ = false;
      rest_ = {};
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return value;
  }
  size_t left() const { return rest_.size(); }
  bool Finished() const { return good_ && rest_.empty(); }
  bool good() const { return good_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

constexpr uint32_t kThetaMagic = 0x31545248, kHllMagic = 0x31485248, kKllMagic = 0x314B5248;
constexpr uint64_t kSeed = 9001;

}  // namespace

uint64_t ThetaSketch::HashOf(std::string_view bytes) { return Murmur128(bytes, kSeed) >> 1; }
uint64_t ThetaSketch::HashOf(int64_t value) {
  return HashOf(std::string_view(reinterpret_cast<const char*>(&value), sizeof(value)));
}
uint64_t ThetaSketch::HashOf(double value) {
  if (value == 0) value = 0;
  if (std::isnan(value)) value = std::nan("");
  return HashOf(std::string_view(reinterpret_cast<const char*>(&value), sizeof(value)));
}

std::optional<ThetaSketch> ThetaSketch::Parse(std::string_view bytes) {
  Reader reader(bytes);
  if (reader.Get<uint32_t>() != kThetaMagic) return std::nullopt;
  ThetaSketch sketch(reader.Get<int32_t>());
  sketch.theta_ = reader.Get<uint64_t>();
  if (reader.left() % 16 != 0) return std::nullopt;
  while (reader.left() > 0) {
    auto hash = reader.Get<uint64_t>();
    sketch.entries_[hash] = reader.Get<double>();
  }
  if (!reader.Finished() || sketch.lg_ < 4 || sketch.lg_ > 26 || sketch.theta_ == 0) return std::nullopt;
  return sketch;
}

std::string ThetaSketch::Bytes() const {
  Writer writer;
  writer.Put(kThetaMagic).Put(static_cast<int32_t>(lg_)).Put(theta_);
  for (const auto& [hash, summary] : entries_) writer.Put(hash).Put(summary);
  return writer.Take();
}

double ThetaSketch::Combine(double a, double b, SummaryMode mode) {
  switch (mode) {
    case SummaryMode::kMin:
      return std::min(a, b);
    case SummaryMode::kMax:
      return std::max(a, b);
    case SummaryMode::kAlwaysOne:
      return 1;
    default:
      return a + b;
  }
}

void ThetaSketch::Trim() {
  size_t limit = size_t{1} << lg_;
  while (entries_.size() > limit || (!entries_.empty() && entries_.rbegin()->first >= theta_)) {
    auto last = std::prev(entries_.end());
    theta_ = std::min(theta_, last->first);
    entries_.erase(last);
  }
}

void ThetaSketch::Add(uint64_t hash, double summary, SummaryMode mode) {
  if (hash >= theta_) return;
  if (mode == SummaryMode::kAlwaysOne) summary = 1;
  auto [entry, is_new] = entries_.try_emplace(hash, summary);
  if (!is_new) entry->second = Combine(entry->second, summary, mode);
  Trim();
}

void ThetaSketch::Union(const ThetaSketch& other, SummaryMode mode) {
  theta_ = std::min(theta_, other.theta_);
  for (const auto& [hash, summary] : other.entries_) Add(hash, summary, mode);
  Trim();
}

void ThetaSketch::Intersect(const ThetaSketch& other, SummaryMode mode) {
  theta_ = std::min(theta_, other.theta_);
  std::map<uint64_t, double> both;
  for (const auto& [hash, summary] : entries_) {
    auto found = other.entries_.find(hash);
    if (hash < theta_ && found != other.entries_.end()) both[hash] = Combine(summary, found->second, mode);
  }
  entries_ = std::move(both);
}

void ThetaSketch::Subtract(const ThetaSketch& other) {
  theta_ = std::min(theta_, other.theta_);
  std::erase_if(entries_, [&](const auto& entry) { return entry.first >= theta_ || other.entries_.count(entry.first) != 0; });
}

std::optional<HllSketch> HllSketch::Parse(std::string_view bytes) {
  Reader reader(bytes);
  if (reader.Get<uint32_t>() != kHllMagic) return std::nullopt;
  auto lg = reader.Get<int32_t>();
  if (lg < 4 || lg > 21 || reader.left() != size_t{1} << lg) return std::nullopt;
  HllSketch sketch(lg);
  for (auto& value : sketch.registers_) value = reader.Get<uint8_t>();
  return sketch;
}

std::string HllSketch::Bytes() const {
  Writer writer;
  writer.Put(kHllMagic).Put(static_cast<int32_t>(lg_));
  for (uint8_t value : registers_) writer.Put(value);
  return writer.Take();
}

void HllSketch::Add(uint64_t hash) {
  hash <<= 1;  // 63 bits are known.
  size_t index = hash >> (64 - lg_);
  uint64_t rest = (hash << lg_) | (uint64_t{1} << (lg_ - 1));
  registers_[index] = std::max<uint8_t>(registers_[index], static_cast<uint8_t>(__builtin_clzll(rest) + 1));
}

void HllSketch::FoldTo(int lg) {
  if (lg >= lg_) return;
  int shift = lg_ - lg;
  std::vector<uint8_t> folded(size_t{1} << lg, 0);
  for (size_t i = 0; i < registers_.size(); i++) {
    if (registers_[i] == 0) continue;
    size_t low = i & ((size_t{1} << shift) - 1);
    int rank = low == 0 ? shift + registers_[i] : shift - (63 - __builtin_clzll(low));
    auto& to = folded[i >> shift];
    to = std::max<uint8_t>(to, static_cast<uint8_t>(rank));
  }
  lg_ = lg;
  registers_ = std::move(folded);
}

void HllSketch::Union(const HllSketch& other) {
  HllSketch fine = other;
  int lg = std::min(lg_, other.lg_);
  FoldTo(lg);
  fine.FoldTo(lg);
  for (size_t i = 0; i < registers_.size(); i++) registers_[i] = std::max(registers_[i], fine.registers_[i]);
}

double HllSketch::Estimate() const {
  double m = static_cast<double>(registers_.size()), inverse = 0, zeros = 0;
  for (uint8_t value : registers_) {
    inverse += std::ldexp(1.0, -value);
    zeros += value == 0;
  }
  double alpha = lg_ == 4 ? 0.673 : lg_ == 5 ? 0.697 : lg_ == 6 ? 0.709 : 0.7213 / (1.0 + 1.079 / m);
  double raw = alpha * m * m / inverse;
  return raw <= 2.5 * m && zeros > 0 ? m * std::log(m / zeros) : raw;
}

template <class T>
std::optional<KllSketch<T>> KllSketch<T>::Parse(std::string_view bytes) {
  Reader reader(bytes);
  if (reader.Get<uint32_t>() != kKllMagic || reader.Get<uint32_t>() != sizeof(T) + (std::is_integral_v<T> ? 16 : 0))
    return std::nullopt;
  KllSketch sketch(reader.Get<int32_t>());
  sketch.n_ = reader.Get<int64_t>();
  auto count = reader.Get<uint32_t>();
  if (!reader.good() || count == 0 || count > 64) return std::nullopt;
  sketch.levels_.resize(count);
  for (auto& level : sketch.levels_) {
    auto size = reader.Get<uint32_t>();
    if (size > reader.left() / sizeof(T)) return std::nullopt;
    for (uint32_t i = 0; i < size; i++) level.push_back(reader.Get<T>());
  }
  if (!reader.Finished()) return std::nullopt;
  return sketch;
}

template <class T>
std::string KllSketch<T>::Bytes() const {
  Writer writer;
  writer.Put(kKllMagic)
      .Put(static_cast<uint32_t>(sizeof(T) + (std::is_integral_v<T> ? 16 : 0)))
      .Put(static_cast<int32_t>(k_))
      .Put(n_);
  writer.Put(static_cast<uint32_t>(levels_.size()));
  for (const auto& level : levels_) {
    writer.Put(static_cast<uint32_t>(level.size()));
    for (T item : level) writer.Put(item);
  }
  return writer.Take();
}

template <class T>
size_t KllSketch<T>::Capacity(size_t level) const {
  double depth = static_cast<double>(levels_.size() - 1 - level);
  return std::max<size_t>(8, static_cast<size_t>(std::ceil(k_ * std::pow(2.0 / 3.0, depth))));
}

template <class T>
void KllSketch<T>::Compress() {
  for (size_t h = 0; h < levels_.size(); h++) {
    if (levels_[h].size() <= Capacity(h)) continue;
    if (h + 1 == levels_.size()) levels_.emplace_back();
    auto& level = levels_[h];
    std::sort(level.begin(), level.end());
    coin_ = Mix(coin_ + static_cast<uint64_t>(n_));
    size_t even = level.size() / 2 * 2;
    for (size_t i = coin_ & 1; i < even; i += 2) levels_[h + 1].push_back(level[i]);
    level.erase(level.begin(), level.begin() + static_cast<long>(even));
  }
}

template <class T>
void KllSketch<T>::Add(T item) {
  n_++;
  levels_[0].push_back(item);
  Compress();
}

template <class T>
void KllSketch<T>::Merge(const KllSketch& other) {
  k_ = std::min(k_, other.k_);
  n_ += other.n_;
  if (levels_.size() < other.levels_.size()) levels_.resize(other.levels_.size());
  for (size_t h = 0; h < other.levels_.size(); h++)
    levels_[h].insert(levels_[h].end(), other.levels_[h].begin(), other.levels_[h].end());
  Compress();
}

template <class T>
std::vector<std::pair<T, int64_t>> KllSketch<T>::Weighted() const {
  std::vector<std::pair<T, int64_t>> items;
  for (size_t h = 0; h < levels_.size(); h++) {
    for (T item : levels_[h]) items.emplace_back(item, int64_t{1} << h);
  }
  std::sort(items.begin(), items.end());
  return items;
}

template <class T>
T KllSketch<T>::Quantile(double rank) const {
  auto items = Weighted();
  int64_t total = 0, seen = 0;
  for (const auto& [item, weight] : items) total += weight;
  for (const auto& [item, weight] : items) {
    seen += weight;
    if (static_cast<double>(seen) >= rank * static_cast<double>(total)) return item;
  }
  return items.back().first;
}

template <class T>
double KllSketch<T>::Rank(T bound) const {
  int64_t total = 0, below = 0;
  for (const auto& [item, weight] : Weighted()) {
    total += weight;
    if (item <= bound) below += weight;
  }
  return total == 0 ? std::nan("") : static_cast<double>(below) / static_cast<double>(total);
}

template <class T>
std::string KllSketch<T>::Text() const {
  size_t retained = 0;
  for (const auto& level : levels_) retained += level.size();
  return "### KLL sketch summary:\n   K              : " + std::to_string(k_) + "\n   N              : " + std::to_string(n_) +
         "\n   Levels         : " + std::to_string(levels_.size()) + "\n   Retained items : " + std::to_string(retained) +
         "\n### End sketch summary\n";
}

template class KllSketch<int64_t>;
template class KllSketch<float>;
template class KllSketch<double>;

}  // namespace headrace::engine
