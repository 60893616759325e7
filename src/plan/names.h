#pragma once

#include <string>

#include "plan/expression.h"

namespace headrace::plan {

/// "`a b`": a name as Spark's messages quote it; backquotes inside are doubled.
std::string QuotedName(const std::string& name);
/// "`a`.`b c`": Spark's toSQLId.
std::string QuotedName(const NameParts& parts);
/// As it is when it needs no backquotes in SQL: a letter or underscore, then these and digits (Spark's quoteIfNeeded).
std::string QuotedIfNeeded(const std::string& name);

}  // namespace headrace::plan
