#include "engine/asof_rows.h"

#include <algorithm>
#include <utility>

namespace headrace::engine {

namespace {

constexpr uint64_t kPauseRows = 1 << 16;

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
    slot.range = {static_cast<uint32_t>(begins_[group]), static_cast<uint32_t>(begins_[group + 1])};
  }
  times_.reserve(count_);
  left_.reserve(count_ + unmatched_.size());
  for (const auto& [time, row] : rows) {
    times_.push_back(time);
    left_.push_back(row);
  }
  left_.insert(left_.end(), unmatched_.begin(), unmatched_.end());
  right_.assign(left_.size(), nullptr);
  latest_ = std::make_unique<std::atomic<int64_t>[]>(count_);
  for (uint64_t i = 0; i < count_; ++i) latest_[i].store(std::numeric_limits<int64_t>::min(), std::memory_order_relaxed);
  locks_ = std::make_unique<std::mutex[]>(kLocks);
}

template <typename Key>
void AsOfRows<Key>::Offer(uint64_t place, int64_t time, uint8_t* row) {
  std::lock_guard lock(locks_[place % kLocks]);
  if (right_[place] != nullptr && latest_[place].load(std::memory_order_relaxed) >= time) return;
  latest_[place].store(time, std::memory_order_relaxed);
  right_[place] = row;
}

template <typename Key>
void AsOfRows<Key>::Settle() {
  for (size_t group = 0; group + 1 < begins_.size(); ++group) {
    for (uint64_t place = begins_[group] + 1; place < begins_[group + 1]; ++place) {
      if (right_[place] == nullptr) right_[place] = right_[place - 1];
    }
  }
}

template class AsOfRows<int64_t>;
template class AsOfRows<std::string>;

}  // namespace headrace::engine
