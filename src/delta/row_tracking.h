#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "delta/actions.h"

namespace headrace::delta {

/// Protocol "Row Tracking": every file gets the id of its first row, counted up over the table's life.
inline constexpr const char* kRowTrackingDomain = "delta.rowTracking";

/// The highest row id given so far; -1 when none was.
int64_t RowIdHighWaterMark(const DomainMetadata& domain);

/// Gives base row ids above `high_water_mark` and the commit's version to files that have none, and returns the domain
/// with the new mark; nullopt when no file needed one. Throws when such a file does not say how many rows it has.
std::optional<DomainMetadata> AssignRowIds(std::vector<AddFile>* adds, int64_t version, int64_t high_water_mark);

/// Names the columns that a table with row tracking would keep moved rows' ids in, unless they have names.
void NameRowTrackingColumns(std::map<std::string, std::string>* configuration);

}  // namespace headrace::delta
