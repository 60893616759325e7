#pragma once

#include <string>

#include "analysis/analyzer.h"

namespace headrace::analysis {

/// The expression of SQL text, read under the session's settings. Throws ParseException.
plan::ExpressionPtr ParseExpressionText(const std::string& text, AnalysisContext& context);
/// The query of SQL text; `arguments` stand for its parameter markers.
plan::RelationPtr ParseQueryText(const plan::SqlText& text, AnalysisContext& context);
/// "a.`b.c`" → [a, b.c].
plan::NameParts ParseName(const std::string& text);

}  // namespace headrace::analysis
