#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

namespace headrace::engine {

/// The core of the as-of join, without operators: left rows by key and time, and for each the latest right row at or before it.
/// Rows are pointers that it never follows. `Key` is int64_t or std::string. `Add` and `Seal` come first, from one thread at a
/// time; then `Find` and `Offer` from any threads; then `Settle`; then the rows can be read.
template <typename Key>
class AsOfRows {
 public:
  struct Entry {
    Key key;
    int64_t time;
    uint8_t* row;
  };
  static constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();
  static constexpr uint32_t kEmpty = std::numeric_limits<uint32_t>::max();  ///< At most as many left rows.

  /// `strict`: a right row at exactly a left row's time does not belong to it.
  explicit AsOfRows(bool strict) : strict_(strict) {}

  void Add(std::vector<Entry> entries) {
    count_ += entries.size();
    parts_.push_back(std::move(entries));
  }
  /// Left rows that match nothing (a NULL key or time).
  void AddUnmatched(const std::vector<uint8_t*>& rows) { unmatched_.insert(unmatched_.end(), rows.begin(), rows.end()); }

  /// Sorts the left rows. `pause` is called now and then and may throw.
  void Seal(const std::function<void()>& pause);

  /// Starts loading what Find will read.
  void Prefetch(uint64_t hash) const { __builtin_prefetch(&table_[hash & mask_]); }
  static uint64_t Hash(const Key& key) {
    uint64_t hash;
    if constexpr (std::is_same_v<Key, std::string>) {
      hash = std::hash<std::string>()(key);
    } else {
      // The finalizer of MurmurHash3: neighbouring keys end far apart.
      hash = static_cast<uint64_t>(key);
      hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdULL;
      hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53ULL;
      hash ^= hash >> 33;
    }
    return hash;
  }
  /// Where the left rows of a key stand; empty when there are none.
  struct Range {
    uint32_t begin = kEmpty;
    uint32_t end = kEmpty;
    uint32_t directory = kEmpty;  ///< Of a key with many rows.
  };
  Range RangeOf(const Key& key, uint64_t hash) const {
    uint64_t at = hash & mask_;
    while (table_[at].range.begin != kEmpty && !(table_[at].key == key)) at = (at + 1) & mask_;
    return table_[at].range;
  }
  void Prefetch(const Range& range) const {
    if (range.directory == kEmpty) __builtin_prefetch(times_.data() + range.begin / 2 + range.end / 2);
  }
  /// The places of right rows, each the first left row of its key that is not before it; kNone where there is none. The ranges
  /// have rows. Binary searches go side by side, step by step: one alone waits for memory at each of its steps.
  void FindAll(const Range* ranges, const int64_t* times, uint64_t count, uint64_t* places) const;
  void PrefetchLatest(uint64_t place) const { __builtin_prefetch(&best_[place], 1); }
  /// Whether a right row of this time would be its place's latest now.
  bool IsLatest(uint64_t place, int64_t time) const {
    return best_[place].time.load(std::memory_order_relaxed) < time || time == std::numeric_limits<int64_t>::min();
  }
  void Offer(uint64_t place, int64_t time, uint8_t* row);
  /// Gives every left row without a right row of its own that of the row before it.
  void Settle();

  uint64_t size() const { return left_.size(); }
  uint8_t* left(uint64_t place) const { return left_[place]; }
  /// Null: nothing matches.
  uint8_t* right(uint64_t place) const { return place < count_ ? best_[place].row : nullptr; }

 private:
  struct Slot {
    Key key{};
    Range range;  ///< Until the rows are sorted its begin is the key's number.
  };
  /// The latest right row of a place so far.
  struct Best {
    std::atomic<int64_t> time{std::numeric_limits<int64_t>::min()};
    uint8_t* row = nullptr;
  };
  static constexpr size_t kLocks = 1024;

  /// Cuts the time of a key with many rows into even pieces, about as many as rows: which rows stand in each. A search is then
  /// one of few rows, as long as the times are not all in a few pieces.
  struct Directory {
    int64_t first;  ///< The key's first time.
    uint32_t shift;  ///< A piece is 2^shift long.
    uint32_t pieces;
    uint64_t offset;  ///< Of the pieces' begins in `begins_of_pieces_`; one more is the end of the last.
  };
  struct Window {
    uint32_t begin, end;
  };

  void MakeDirectory(Range& range);
  /// Where among a key's rows the place of a time is: at a row of the window or right behind it.
  Window WindowOf(const Range& range, int64_t time) const;
  uint32_t GroupOf(const Key& key);
  void Grow();

  const bool strict_;
  uint64_t count_ = 0;
  std::vector<std::vector<Entry>> parts_;
  std::vector<uint8_t*> unmatched_;
  std::vector<Slot> table_;
  uint64_t mask_ = 0;
  std::vector<uint64_t> begins_;  ///< Of each group in the arrays below, and the end of the last.
  std::vector<int64_t> times_;
  std::vector<Directory> directories_;
  std::vector<uint32_t> begins_of_pieces_;
  std::vector<uint8_t*> left_;
  std::unique_ptr<Best[]> best_;
  std::unique_ptr<std::mutex[]> locks_;
};

extern template class AsOfRows<int64_t>;
extern template class AsOfRows<std::string>;

}  // namespace headrace::engine
