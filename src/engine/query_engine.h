#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "engine/query_service.h"

namespace headrace::catalog {
class Catalog;
}

namespace headrace::engine {

struct EngineOptions {
  std::string spill_directory;
  std::string memory_limit = "70%";
  int threads = 0;  ///< 0: one a core.
  std::shared_ptr<const Clock> clock = SystemClock();
};

/// The query service over DuckDB. `catalog` must outlive it.
std::unique_ptr<QueryService> MakeQueryEngine(const EngineOptions& options, catalog::Catalog* catalog);

}  // namespace headrace::engine
