#pragma once

#include "plan/types.h"

namespace headrace::analysis {

/// A table's columns as queries see them: what a Delta log notes of a column for readers and writers (names in files,
/// generation expressions, identities) does not go with the column into frames and new tables.
plan::Schema WithoutLogNotes(plan::Schema schema);

}  // namespace headrace::analysis
