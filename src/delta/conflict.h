#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "delta/actions.h"

namespace headrace::delta {

/// The commit that won the race, for messages.
struct WinningCommit {
  std::string table;
  int64_t version = 0;
  CommitInfo info;
};

/// Delta's conflict exceptions. `partition` describes where it happened; "" when the table has no partitions.
[[noreturn]] void ThrowConcurrentAppend(const WinningCommit& winner, const std::string& partition);
[[noreturn]] void ThrowConcurrentDeleteRead(const WinningCommit& winner, const std::string& partition);
[[noreturn]] void ThrowConcurrentDeleteDelete(const WinningCommit& winner, const std::string& partition);
[[noreturn]] void ThrowMetadataChanged(const WinningCommit& winner);
[[noreturn]] void ThrowProtocolChanged(const WinningCommit& winner);
[[noreturn]] void ThrowConcurrentTransaction(const WinningCommit& winner);
[[noreturn]] void ThrowConcurrentWrite(const WinningCommit& winner, const std::string& what);

}  // namespace headrace::delta
