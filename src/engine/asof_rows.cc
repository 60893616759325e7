#include "engine/asof_rows.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace headrace::engine {

namespace {

constexpr uint64_t kPauseRows = 1 << 16;
/// From so many rows on a key has a directory.
constexpr uint32_t kManyRows = 16;
/// So many searches at once hide each other's waits.
constexpr uint64_t kTogether = 32;

}  // namespace

template <typename Key>
void AsOfRows<Key>::Grow() {
  std::vector<Slot> old = std::move(table_);
  table_ = std::vector<Slot>(std::max<size_t>(old.size() * 2, 1024));
  mask_ = table_.size() - 1;
  for (auto& slot : old) {
    if (slot.range.begin == kEmpty) continue;
    uint64_t at = Hash(slot.key) & mask_;
    while (table_[at].range.begin != kEmpty) at = (at + 1) & mask_;
    table_[at] = std::move(slot);
  }
}

template <typename Key>
uint32_t AsOfRows<Key>::GroupOf(const Key& key) {
  if (table_.size() < 2 * (begins_.size() + 1)) Grow();
  uint64_t at = Hash(key) & mask_;
  while (table_[at].range.begin != kEmpty) {
    if (table_[at].key == key) return table_[at].range.begin;
    at = (at + 1) & mask_;
  }
  table_[at].key = key;
  table_[at].range.begin = static_cast<uint32_t>(begins_.size());
  begins_.push_back(0);
  return table_[at].range.begin;
}

template <typename Key>
void AsOfRows<Key>::Seal(const std::function<void()>& pause) {
  Grow();
  // A counting sort by key, then each key's rows by time.
  std::vector<uint32_t> groups;
  groups.reserve(count_);
  for (const auto& part : parts_) {
    for (const auto& entry : part) {
      if (groups.size() % kPauseRows == 0) pause();
      uint32_t group = GroupOf(entry.key);
      ++begins_[group];
      groups.push_back(group);
    }
  }
  uint64_t sum = 0;
  for (auto& begin : begins_) sum += std::exchange(begin, sum);
  begins_.push_back(sum);
  std::vector<std::pair<int64_t, uint8_t*>> rows(count_);
  {
    std::vector<uint64_t> next = begins_;
    uint64_t index = 0;
    for (auto& part : parts_) {
      for (const auto& entry : part) rows[next[groups[index++]]++] = {entry.time, entry.row};
      pause();
      std::vector<Entry>().swap(part);
    }
  }
  for (size_t group = 0; group + 1 < begins_.size(); ++group) {
    if (group % 256 == 0) pause();
    std::sort(rows.begin() + static_cast<int64_t>(begins_[group]), rows.begin() + static_cast<int64_t>(begins_[group + 1]),
              [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  for (auto& slot : table_) {
    if (slot.range.begin == kEmpty) continue;
    uint32_t group = slot.range.begin;
    slot.range = {static_cast<uint32_t>(begins_[group]), static_cast<uint32_t>(begins_[group + 1]), kEmpty};
  }
  times_.reserve(count_);
  left_.reserve(count_ + unmatched_.size());
  for (const auto& [time, row] : rows) {
    times_.push_back(time);
    left_.push_back(row);
  }
  for (auto& slot : table_) {
    if (slot.range.begin != kEmpty) MakeDirectory(slot.range);
  }
  left_.insert(left_.end(), unmatched_.begin(), unmatched_.end());
  best_ = std::make_unique<Best[]>(count_);
  locks_ = std::make_unique<std::mutex[]>(kLocks);
}

namespace {

/// Whether a left row is before the place of a right row.
template <bool strict>
bool IsBefore(int64_t left, int64_t right) {
  return strict ? left <= right : left < right;
}

/// For each row the first place in its window that is not before it, or the window's end.
template <bool strict>
void SearchTogether(const int64_t* sorted, const uint32_t* begins, const uint32_t* ends, const int64_t* times, uint64_t count,
                    uint64_t* places) {
  std::array<uint32_t, kTogether> left;
  uint32_t longest = 0;
  for (uint64_t i = 0; i < count; ++i) {
    places[i] = begins[i];
    left[i] = ends[i] - begins[i];
    longest = std::max(longest, left[i]);
  }
  for (; longest > 1; longest -= longest / 2) {
    for (uint64_t i = 0; i < count; ++i) {
      uint32_t half = left[i] / 2;
      if (half == 0) continue;
      places[i] += half * static_cast<uint64_t>(IsBefore<strict>(sorted[places[i] + half - 1], times[i]));
      left[i] -= half;
    }
  }
  for (uint64_t i = 0; i < count; ++i) {
    if (left[i] != 0) places[i] += static_cast<uint64_t>(IsBefore<strict>(sorted[places[i]], times[i]));
  }
}

}  // namespace

template <typename Key>
void AsOfRows<Key>::MakeDirectory(Range& range) {
  if (range.end - range.begin < kManyRows) return;
  Directory made{times_[range.begin], 0, 0, begins_of_pieces_.size()};
  uint64_t length = static_cast<uint64_t>(times_[range.end - 1]) - static_cast<uint64_t>(made.first);
  while ((length >> made.shift) >= 2 * static_cast<uint64_t>(range.end - range.begin)) ++made.shift;
  made.pieces = static_cast<uint32_t>(length >> made.shift) + 1;
  uint32_t row = range.begin;
  for (uint64_t piece = 0; piece <= made.pieces; ++piece) {
    while (row < range.end && (static_cast<uint64_t>(times_[row]) - static_cast<uint64_t>(made.first)) >> made.shift < piece)
      ++row;
    begins_of_pieces_.push_back(row);
  }
  range.directory = static_cast<uint32_t>(directories_.size());
  directories_.push_back(made);
}

template <typename Key>
typename AsOfRows<Key>::Window AsOfRows<Key>::WindowOf(const Range& range, int64_t time) const {
  if (range.directory == kEmpty) return {range.begin, range.end};
  const Directory& directory = directories_[range.directory];
  if (time < directory.first) return {range.begin, range.begin};
  uint64_t piece = (static_cast<uint64_t>(time) - static_cast<uint64_t>(directory.first)) >> directory.shift;
  if (piece >= directory.pieces) return {range.end, range.end};
  const uint32_t* begins = begins_of_pieces_.data() + directory.offset + piece;
  return {begins[0], begins[1]};
}

template <typename Key>
void AsOfRows<Key>::FindAll(const Range* ranges, const int64_t* times, uint64_t count, uint64_t* places) const {
  std::array<uint32_t, kTogether> begins;
  std::array<uint32_t, kTogether> ends;
  auto search = strict_ ? SearchTogether<true> : SearchTogether<false>;
  for (uint64_t start = 0; start < count; start += kTogether) {
    uint64_t some = std::min(count - start, kTogether);
    for (uint64_t i = 0; i < some; ++i) {
      Window window = WindowOf(ranges[start + i], times[start + i]);
      begins[i] = window.begin;
      ends[i] = window.end;
      __builtin_prefetch(times_.data() + window.begin);
    }
    search(times_.data(), begins.data(), ends.data(), times + start, some, places + start);
    for (uint64_t i = start; i < start + some; ++i) {
      if (places[i] == ranges[i].end) places[i] = kNone;
    }
  }
}

template <typename Key>
void AsOfRows<Key>::Offer(uint64_t place, int64_t time, uint8_t* row) {
  std::lock_guard lock(locks_[place % kLocks]);
  Best& best = best_[place];
  if (best.row != nullptr && best.time.load(std::memory_order_relaxed) >= time) return;
  best.time.store(time, std::memory_order_relaxed);
  best.row = row;
}

template <typename Key>
void AsOfRows<Key>::Settle() {
  for (size_t group = 0; group + 1 < begins_.size(); ++group) {
    for (uint64_t place = begins_[group] + 1; place < begins_[group + 1]; ++place) {
      if (best_[place].row == nullptr) best_[place].row = best_[place - 1].row;
    }
  }
}

template class AsOfRows<int64_t>;
template class AsOfRows<std::string>;

}  // namespace headrace::engine
