#include "engine/query_service.h"

namespace headrace::engine {

ResultStream::~ResultStream() = default;
QueryService::~QueryService() = default;

}  // namespace headrace::engine
