#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "connect/operation.h"
#include "engine/query_service.h"

namespace headrace::connect {

/// How rows are cut into messages.
struct RowLimits {
  int64_t batch_bytes = 4 << 20;  ///< A message's Arrow data stays about below this.
  std::optional<int64_t> chunk_bytes;  ///< Cuts the data of a larger batch into pieces, for clients that take them.
};

/// The serialized ExecutePlanResponse of that number without its arrow_batch field; `with_schema` for the first one.
using ResponsePrefix = std::function<std::string(int64_t number, bool with_schema)>;

/// Sends a stream's rows as arrow_batch messages: one record batch each, an empty one with the schema when there are no
/// rows. Small batches are joined, large ones cut. Throws what the stream throws, and Error(kCancelled).
void SendRows(engine::ResultStream& stream, Operation& operation, const RowLimits& limits, const ResponsePrefix& prefix);

/// All rows as one Arrow IPC stream.
std::string ToIpcStream(engine::ResultStream& stream);

}  // namespace headrace::connect
