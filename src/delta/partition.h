#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "delta/actions.h"
#include "delta/schema.h"
#include "delta/value.h"

namespace headrace::delta {

/// Protocol "Partition Value Serialization". nullopt and "" are NULL. Timestamps without a zone are taken as
/// `offset_micros` east of UTC. Throws Error(kRuntime, "DELTA_INVALID_PARTITION_VALUE") when the text does not fit.
Value ParsePartitionValue(const DataType& type, const std::optional<std::string>& text, int64_t offset_micros = 0);

/// The reverse: the text for AddFile::partition_values. Timestamps are written in UTC with 'Z'.
std::optional<std::string> FormatPartitionValue(const DataType& type, const Value& value);

/// Hive's escaping of a folder name's part.
std::string EscapePartitionName(std::string_view text);
std::string UnescapePartitionName(std::string_view text);

/// "country=de/day=2024-01-31", in the order of `columns` (physical names); NULL and "" are
/// "__HIVE_DEFAULT_PARTITION__". This is a path on disk: an AddFile's path is its EncodePath.
std::string PartitionFolder(const std::vector<std::string>& columns, const PartitionValues& values);

}  // namespace headrace::delta
