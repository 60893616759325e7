#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "delta/actions.h"

namespace headrace::delta {

/// Every feature a protocol stands for: listed ones, and those its versions imply (appendOnly by writer 2, …).
std::set<std::string> ReaderFeatures(const Protocol& protocol);
std::set<std::string> WriterFeatures(const Protocol& protocol);
bool HasFeature(const Protocol& protocol, std::string_view feature);

/// Throws DELTA_UNSUPPORTED_FEATURES_FOR_READ / _FOR_WRITE naming the features that Headrace does not have, or
/// DELTA_INVALID_PROTOCOL_VERSION for a version beyond (3, 7). A feature that only concerns some writes (checked when
/// such a write is made) does not count here.
void CheckReadable(const Protocol& protocol, const std::string& table);
void CheckWritable(const Protocol& protocol, const std::string& table);

/// The least protocol that `metadata` needs beside `base`: never lower than `base`. Handles `delta.feature.X` =
/// "supported", `delta.minReaderVersion`/`minWriterVersion`, and features that properties and types bring (deletion
/// vectors, column mapping, change data feed, check constraints, timestampNtz, …). Removes the protocol's own keys from
/// `metadata->configuration`. Throws DELTA_UNSUPPORTED_FEATURES_IN_CONFIG for a feature nobody knows.
Protocol ProtocolFor(Metadata* metadata, const Protocol& base);

/// `base` with one more feature, upgraded to table features where that is needed.
Protocol WithFeature(Protocol base, const std::string& feature);

/// All names Headrace knows, for SHOW-like listings.
std::vector<std::string> KnownFeatures();

}  // namespace headrace::delta
