#pragma once

#include <string>

#include "base/error.h"
#include "plan/expression.h"
#include "plan/names.h"

namespace headrace::analysis {

/// An AnalysisException at `origin`.
Error AnalysisError(std::string condition, std::string message, Error::Parameters parameters = {},
                    const plan::Origin& origin = {});

/// The error of a typing rule, its parameter `sqlExpr` the call's text as Spark writes it.
Error WithCallText(const Error& error, const std::string& sql);

/// In double quotes: toSQLExpr, toSQLType.
std::string QuotedExpression(const std::string& sql);
std::string QuotedType(const plan::DataType& type);

}  // namespace headrace::analysis
