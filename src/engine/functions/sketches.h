#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headrace::engine {

/// How two summaries of one key become one.
enum class SummaryMode { kSum, kMin, kMax, kAlwaysOne };

/// Theta and tuple sketches: the smallest hashes below theta, each with a summary (theta sketches: none). The hash is that
/// of Apache DataSketches; the bytes are Headrace's own.
class ThetaSketch {
 public:
  static constexpr uint64_t kMaxTheta = uint64_t{1} << 63;

  explicit ThetaSketch(int lg_entries = 12) : lg_(lg_entries) {}
  /// Nothing when the bytes are no sketch.
  static std::optional<ThetaSketch> Parse(std::string_view bytes);
  std::string Bytes() const;

  static uint64_t HashOf(std::string_view bytes);
  static uint64_t HashOf(int64_t value);
  static uint64_t HashOf(double value);

  void Add(uint64_t hash, double summary, SummaryMode mode);
  void Union(const ThetaSketch& other, SummaryMode mode);
  void Intersect(const ThetaSketch& other, SummaryMode mode);
  void Subtract(const ThetaSketch& other);

  double Estimate() const { return static_cast<double>(entries_.size()) / Theta(); }
  double Theta() const { return static_cast<double>(theta_) / static_cast<double>(kMaxTheta); }
  int lg() const { return lg_; }
  const std::map<uint64_t, double>& entries() const { return entries_; }
  static double Combine(double a, double b, SummaryMode mode);

 private:
  void Trim();

  int lg_;
  uint64_t theta_ = kMaxTheta;
  std::map<uint64_t, double> entries_;
};

/// HyperLogLog with 2^lg registers.
class HllSketch {
 public:
  explicit HllSketch(int lg = 12) : lg_(lg), registers_(size_t{1} << lg, 0) {}
  static std::optional<HllSketch> Parse(std::string_view bytes);
  std::string Bytes() const;

  void Add(uint64_t hash);
  /// The coarser of the two; registers of the finer one are folded.
  void Union(const HllSketch& other);
  double Estimate() const;
  int lg() const { return lg_; }

 private:
  void FoldTo(int lg);

  int lg_;
  std::vector<uint8_t> registers_;
};

/// The quantile sketch of Karnin, Lang and Liberty: level h holds items of weight 2^h.
template <class T>
class KllSketch {
 public:
  explicit KllSketch(int k = 200) : k_(k), levels_(1) {}
  static std::optional<KllSketch> Parse(std::string_view bytes);
  std::string Bytes() const;

  void Add(T item);
  void Merge(const KllSketch& other);
  int64_t n() const { return n_; }
  int k() const { return k_; }
  /// The smallest item whose rank is at least `rank`; the sketch is not empty.
  T Quantile(double rank) const;
  /// The share of items that are not above `item`.
  double Rank(T item) const;
  std::string Text() const;

 private:
  size_t Capacity(size_t level) const;
  void Compress();
  std::vector<std::pair<T, int64_t>> Weighted() const;

  int k_;
  int64_t n_ = 0;
  uint64_t coin_ = 0x9E3779B97F4A7C15ull;
  std::vector<std::vector<T>> levels_;
};

extern template class KllSketch<int64_t>;
extern template class KllSketch<float>;
extern template class KllSketch<double>;

}  // namespace headrace::engine
