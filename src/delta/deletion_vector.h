#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "delta/actions.h"
#include "storage/object_store.h"

namespace headrace::delta {

/// A set of row positions in a file (0 is the first row). Compressed; copies are deep. Reading from several threads at
/// once is safe.
class RowIndexSet {
 public:
  RowIndexSet();
  RowIndexSet(const RowIndexSet& other);
  RowIndexSet(RowIndexSet&& other) noexcept;
  RowIndexSet& operator=(RowIndexSet other) noexcept;
  ~RowIndexSet();

  void Add(uint64_t row);
  void AddMany(const std::vector<uint64_t>& rows);
  void Union(const RowIndexSet& other);
  bool Contains(uint64_t row) const;
  uint64_t Cardinality() const;
  bool empty() const { return Cardinality() == 0; }
  std::vector<uint64_t> ToVector() const;  ///< Ascending.
  /// Ascending positions in [begin, end).
  std::vector<uint64_t> Range(uint64_t begin, uint64_t end) const;

  /// Protocol "Deletion Vector Format": magic 1681511377 and the portable 64-bit Roaring bitmap.
  std::string Serialize() const;
  /// Throws Error(kRuntime, "DELTA_DELETION_VECTOR_…") on broken bytes.
  static RowIndexSet Deserialize(std::string_view bytes);

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

/// Base85 as Z85 has it. `length` of the decoded bytes are kept.
std::string EncodeZ85(std::string_view bytes);
std::string DecodeZ85(std::string_view text, size_t length);

/// The absolute path of a vector that lies in a file.
std::string DeletionVectorPath(const std::string& table_root, const DeletionVectorDescriptor& descriptor);

/// Reads a vector, checking size, CRC and cardinality.
RowIndexSet ReadDeletionVector(storage::ObjectStore& store, const std::string& table_root,
                               const DeletionVectorDescriptor& descriptor);

/// Writes several vectors into one new file "deletion_vector_<uuid>.bin" in the table's root, and gives a descriptor
/// for each. Durable on return; unreferenced until a transaction commits the descriptors.
std::vector<DeletionVectorDescriptor> WriteDeletionVectors(storage::ObjectStore& store, const std::string& table_root,
                                                           const std::vector<const RowIndexSet*>& vectors);

/// A descriptor that carries the vector itself.
DeletionVectorDescriptor InlineDeletionVector(const RowIndexSet& rows);

}  // namespace headrace::delta
