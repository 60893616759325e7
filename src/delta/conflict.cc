#include "delta/conflict.h"

#include <fmt/format.h>

namespace headrace::delta {

namespace {

constexpr const char* kDocs = "https://docs.delta.io/latest/concurrency-control.html";

std::string OperationOf(const WinningCommit& winner) { return winner.info.Text("operation").value_or("UNKNOWN"); }

/// The three conflicts that Delta words by partition.
[[noreturn]] void ThrowFileConflict(const WinningCommit& winner, const std::string& partition, const char* condition,
                                    const char* exception, const std::string& what, const std::string& how) {
  std::string hint = partition.empty() ? how : how + " It concerns the partition " + partition + ".";
  throw Error(ErrorKind::kConcurrent, fmt::format("{}.{}", condition, partition.empty() ? "WITHOUT_HINT" : "WITH_PARTITION_HINT"),
              fmt::format("Transaction conflict detected: a concurrent {} {} (table {}, committed at version {}). {} Please "
                          "retry the operation. Refer to {} for more information.",
                          OperationOf(winner), what, winner.table, winner.version, hint, kDocs),
              {{"operation", OperationOf(winner)},
               {"tableName", winner.table},
               {"version", std::to_string(winner.version)},
               {"partitionValues", partition},
               {"docLink", kDocs}})
      .WithSqlState("2D521")
      .WithExceptionClass(fmt::format("io.delta.exceptions.{}", exception));
}

/// The others name the conflicting commit as JSON.
[[noreturn]] void ThrowConflict(const WinningCommit& winner, const char* condition, const char* exception,
                                const std::string& text) {
  json::object commit = winner.info.fields;
  commit["version"] = winner.version;
  std::string conflicting = "\nConflicting commit: " + json::serialize(commit);
  throw Error(ErrorKind::kConcurrent, condition,
              fmt::format("{}: {}{}\nRefer to {} for more details.", exception, text, conflicting, kDocs),
              {{"tableName", winner.table}, {"conflictingCommit", conflicting}, {"docLink", kDocs}})
      .WithSqlState("2D521")
      .WithExceptionClass(fmt::format("io.delta.exceptions.{}", exception));
}

}  // namespace

void ThrowConcurrentAppend(const WinningCommit& winner, const std::string& partition) {
  ThrowFileConflict(winner, partition, "DELTA_CONCURRENT_APPEND", "ConcurrentAppendException", "added data",
                    "The concurrent operation added data that this operation should have read.");
}
void ThrowConcurrentDeleteRead(const WinningCommit& winner, const std::string& partition) {
  ThrowFileConflict(winner, partition, "DELTA_CONCURRENT_DELETE_READ", "ConcurrentDeleteReadException",
                    "deleted data that this transaction read", "The concurrent operation deleted data that was read.");
}
void ThrowConcurrentDeleteDelete(const WinningCommit& winner, const std::string& partition) {
  ThrowFileConflict(winner, partition, "DELTA_CONCURRENT_DELETE_DELETE", "ConcurrentDeleteDeleteException",
                    "deleted data that this transaction attempted to delete",
                    "The concurrent operation deleted data that this one deletes too.");
}
void ThrowMetadataChanged(const WinningCommit& winner) {
  ThrowConflict(winner, "DELTA_METADATA_CHANGED", "MetadataChangedException",
                fmt::format("The metadata of the Delta table {} has been changed by a concurrent update. Please try the "
                            "operation again.",
                            winner.table));
}
void ThrowProtocolChanged(const WinningCommit& winner) {
  std::string hint = winner.version == 0 ? " Several writers were creating the table in the same place; creating it "
                                           "ahead of time avoids this."
                                         : "";
  ThrowConflict(winner, "DELTA_PROTOCOL_CHANGED", "ProtocolChangedException",
                "The protocol version of the Delta table has been changed by a concurrent update." + hint);
}
void ThrowConcurrentTransaction(const WinningCommit& winner) {
  ThrowConflict(winner, "DELTA_CONCURRENT_TRANSACTION", "ConcurrentTransactionException",
                "Several streaming queries with the same checkpoint are writing into this table at the same time.");
}
void ThrowConcurrentWrite(const WinningCommit& winner, const std::string& what) {
  ThrowConflict(winner, "DELTA_CONCURRENT_WRITE", "ConcurrentWriteException", what + " Please try the operation again.");
}

}  // namespace headrace::delta
