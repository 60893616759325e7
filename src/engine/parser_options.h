#pragma once

#include "engine/session.h"
#include "sql/parser.h"

namespace headrace::engine {

/// How a session's settings have SQL text read.
sql::ParserOptions ParserOptionsOf(const Session& session);

}  // namespace headrace::engine
