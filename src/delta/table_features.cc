#include "delta/table_features.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "delta/schema.h"
#include "delta/table_properties.h"

namespace headrace::delta {

namespace {

/// One feature of the protocol, and what Headrace can do with a table that has it.
struct Feature {
  std::string_view name;
  bool reader;  ///< A reader must know it too.
  int legacy_reader;  ///< The reader version that implies it; 0: none does.
  int legacy_writer;  ///< The writer version that implies it; 0: none does.
  bool can_read;
  bool can_write;
};

constexpr Feature kFeatures[] = {
    {"appendOnly", false, 0, 2, true, true},
    {"invariants", false, 0, 2, true, true},
    {"checkConstraints", false, 0, 3, true, true},
    {"changeDataFeed", false, 0, 4, true, true},
    {"generatedColumns", false, 0, 4, true, true},
    {"columnMapping", true, 2, 5, true, true},
    {"identityColumns", false, 0, 6, true, true},
    {"deletionVectors", true, 0, 0, true, true},
    {"timestampNtz", true, 0, 0, true, true},
    {"v2Checkpoint", true, 0, 0, true, true},
    {"vacuumProtocolCheck", true, 0, 0, true, true},
    {"typeWidening", true, 0, 0, true, true},
    {"typeWidening-preview", true, 0, 0, true, true},
    {"domainMetadata", false, 0, 0, true, true},
    {"rowTracking", false, 0, 0, true, true},
    {"inCommitTimestamp", false, 0, 0, true, true},
    {"inCommitTimestamp-preview", false, 0, 0, true, true},
    {"clustering", false, 0, 0, true, true},
    {"allowColumnDefaults", false, 0, 0, true, true},
    {"checkpointProtection", false, 0, 0, true, true},
    {"materializePartitionColumns", false, 0, 0, true, false},
    {"icebergCompatV1", false, 0, 0, true, false},
    {"icebergCompatV2", false, 0, 0, true, false},
    {"icebergCompatV3", false, 0, 0, true, false},
    {"icebergWriterCompatV1", false, 0, 0, true, false},
    {"collations", false, 0, 0, true, false},
    {"variantType", true, 0, 0, false, false},
    {"variantType-preview", true, 0, 0, false, false},
    {"variantShredding", true, 0, 0, false, false},
    {"variantShredding-preview", true, 0, 0, false, false},
    {"catalogManaged", true, 0, 0, false, false},
    {"catalogOwned-preview", true, 0, 0, false, false},
    {"coordinatedCommits-preview", false, 0, 0, true, false},
    {"redirectReaderWriter-preview", true, 0, 0, false, false},
    {"redirectWriterOnly-preview", false, 0, 0, true, false},
};

const Feature* FindFeature(std::string_view name) {
  for (const auto& feature : kFeatures) {
    if (EqualsIgnoreCase(feature.name, name)) return &feature;
  }
  return nullptr;
}

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

constexpr const char* kVersionName = "Headrace 0.1.0";

void CheckVersions(const Protocol& protocol, const std::string& table) {
  if (protocol.min_reader_version <= 3 && protocol.min_writer_version <= 7) return;
  throw Error(ErrorKind::kUnsupported, "DELTA_INVALID_PROTOCOL_VERSION",
              fmt::format("Unsupported Delta protocol version: table \"{}\" requires reader version {} and writer version "
                          "{}, but {} supports reader versions 1, 2, 3 and writer versions 1 to 7.",
                          table, protocol.min_reader_version, protocol.min_writer_version, kVersionName),
              {{"tableNameOrPath", table},
               {"readerRequired", std::to_string(protocol.min_reader_version)},
               {"writerRequired", std::to_string(protocol.min_writer_version)},
               {"deltaVersion", kVersionName},
               {"supportedReaders", "1, 2, 3"},
               {"supportedWriters", "1, 2, 3, 4, 5, 6, 7"}})
      .WithSqlState("KD004");
}

void CheckFeatures(const std::set<std::string>& features, bool write, const std::string& table) {
  std::vector<std::string> missing;
  for (const auto& name : features) {
    const Feature* feature = FindFeature(name);
    if (feature == nullptr || !(write ? feature->can_write : feature->can_read)) missing.push_back(name);
  }
  if (missing.empty()) return;
  const char* kind = write ? "write" : "read";
  throw Error(ErrorKind::kUnsupported, write ? "DELTA_UNSUPPORTED_FEATURES_FOR_WRITE" : "DELTA_UNSUPPORTED_FEATURES_FOR_READ",
              fmt::format("Unsupported Delta {} feature: table \"{}\" requires {}er table feature(s) that are unsupported "
                          "by {}: {}.",
                          kind, table, write ? "writ" : "read", kVersionName, Join(missing)),
              {{"tableNameOrPath", table}, {"deltaVersion", kVersionName}, {"unsupported", Join(missing)}})
      .WithSqlState("56038");
}

std::set<std::string> Implied(int version, int Feature::*since) {
  std::set<std::string> features;
  for (const auto& feature : kFeatures) {
    if (feature.*since > 0 && feature.*since <= version) features.emplace(feature.name);
  }
  return features;
}

/// Types anywhere in a schema.
bool AnyType(const DataType& type, const std::function<bool(const DataType&)>& test) {
  if (test(type)) return true;
  if (type.element && AnyType(*type.element, test)) return true;
  if (type.key && AnyType(*type.key, test)) return true;
  return std::any_of(type.fields.begin(), type.fields.end(), [&](const Field& f) { return AnyType(*f.type, test); });
}

bool AnyField(const std::vector<Field>& fields, std::string_view key) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const Field& f) { return f.metadata.contains(key) || AnyField(f.type->fields, key); });
}

/// What a table's metadata asks for by properties and types.
std::set<std::string> FeaturesOfMetadata(const Metadata& metadata) {
  std::set<std::string> features;
  TableProperties properties(metadata.configuration);
  Schema schema = Schema::Parse(metadata.schema_string);
  auto row = StructType(schema.fields());
  auto need = [&](bool condition, const char* name) {
    if (condition) features.insert(name);
  };
  need(properties.AppendOnly(), "appendOnly");
  need(!properties.CheckConstraints().empty(), "checkConstraints");
  need(properties.ChangeDataFeedEnabled(), "changeDataFeed");
  need(properties.DeletionVectorsEnabled(), "deletionVectors");
  need(properties.ColumnMapping() != ColumnMappingMode::kNone, "columnMapping");
  need(properties.V2Checkpoints(), "v2Checkpoint");
  need(properties.InCommitTimestampsEnabled(), "inCommitTimestamp");
  need(properties.Boolean("delta.enableTypeWidening", false), "typeWidening");
  if (properties.RowTrackingEnabled()) features.insert({"rowTracking", "domainMetadata"});
  need(properties.Boolean("delta.enableIcebergCompatV1", false), "icebergCompatV1");
  need(properties.Boolean("delta.enableIcebergCompatV2", false), "icebergCompatV2");
  need(properties.Boolean("delta.enableIcebergCompatV3", false), "icebergCompatV3");
  need(AnyField(schema.fields(), "delta.invariants"), "invariants");
  need(AnyField(schema.fields(), "delta.generationExpression"), "generatedColumns");
  need(AnyField(schema.fields(), "delta.identity.start"), "identityColumns");
  need(AnyType(*row, [](const DataType& t) { return t.name == "timestamp_ntz"; }), "timestampNtz");
  need(AnyType(*row, [](const DataType& t) { return t.name == "variant"; }), "variantType");
  return features;
}

}  // namespace

std::vector<std::string> KnownFeatures() {
  std::vector<std::string> names;
  for (const auto& feature : kFeatures) names.emplace_back(feature.name);
  return names;
}

std::set<std::string> ReaderFeatures(const Protocol& protocol) {
  if (protocol.min_reader_version >= 3) {
    const auto list = protocol.reader_features.value_or(std::vector<std::string>());
    return {list.begin(), list.end()};
  }
  return Implied(protocol.min_reader_version, &Feature::legacy_reader);
}

std::set<std::string> WriterFeatures(const Protocol& protocol) {
  if (protocol.min_writer_version >= 7) {
    const auto list = protocol.writer_features.value_or(std::vector<std::string>());
    return {list.begin(), list.end()};
  }
  return Implied(protocol.min_writer_version, &Feature::legacy_writer);
}

bool HasFeature(const Protocol& protocol, std::string_view feature) {
  return WriterFeatures(protocol).count(std::string(feature)) > 0;
}

void CheckReadable(const Protocol& protocol, const std::string& table) {
  if (protocol.min_reader_version > 3) CheckVersions(protocol, table);
  CheckFeatures(ReaderFeatures(protocol), false, table);
}

void CheckWritable(const Protocol& protocol, const std::string& table) {
  CheckVersions(protocol, table);
  CheckReadable(protocol, table);
  CheckFeatures(WriterFeatures(protocol), true, table);
}

Protocol WithFeature(Protocol base, const std::string& name) {
  const Feature* feature = FindFeature(name);
  if (feature == nullptr) ThrowInternal("unknown Delta table feature " + name);
  std::string canonical(feature->name);
  auto writer = WriterFeatures(base);
  if (writer.count(canonical) && (!feature->reader || base.min_reader_version < 3 || ReaderFeatures(base).count(canonical))) {
    return base;
  }
  writer.insert(canonical);
  auto reader = ReaderFeatures(base);
  if (base.min_writer_version < 7 && base.min_reader_version < 3 && feature->legacy_writer > 0) {
    // A version that implies exactly the wanted features is kept simple, as Delta does.
    for (int version = base.min_writer_version; version <= 6; ++version) {
      if (Implied(version, &Feature::legacy_writer) == writer) {
        base.min_writer_version = version;
        base.min_reader_version = std::max(base.min_reader_version, feature->legacy_reader);
        return base;
      }
    }
  }
  base.min_writer_version = 7;
  base.writer_features = std::vector<std::string>(writer.begin(), writer.end());
  if (feature->reader) reader.insert(canonical);
  bool needs_reader_list = base.min_reader_version >= 3 || std::any_of(reader.begin(), reader.end(), [](const auto& n) {
                             return FindFeature(n)->legacy_reader == 0;
                           });
  if (needs_reader_list) {
    base.min_reader_version = 3;
    base.reader_features = std::vector<std::string>(reader.begin(), reader.end());
  } else if (!reader.empty()) {
    base.min_reader_version = std::max(base.min_reader_version, 2);
  }
  return base;
}

Protocol ProtocolFor(Metadata* metadata, const Protocol& base) {
  std::set<std::string> wanted = FeaturesOfMetadata(*metadata);
  Protocol protocol = base;
  auto& configuration = metadata->configuration;
  auto version_of = [&](const char* key, int least, int most) {
    auto found = configuration.find(key);
    if (found == configuration.end()) return least;
    TableProperties single({*found});
    auto version = static_cast<int>(single.Integer(key, least, 1));
    if (version > most) CheckVersions({version, version, {}, {}}, "");
    configuration.erase(found);
    return version;
  };
  int reader = version_of("delta.minReaderVersion", 1, 3);
  int writer = version_of("delta.minWriterVersion", 1, 7);
  if (protocol.min_writer_version < 7 && writer < 7 && writer > protocol.min_writer_version) {
    protocol.min_writer_version = writer;
  }
  if (protocol.min_reader_version < 3 && reader < 3 && reader > protocol.min_reader_version) {
    protocol.min_reader_version = reader;
  }
  std::vector<std::string> unknown;
  for (auto it = configuration.begin(); it != configuration.end();) {
    static constexpr std::string_view kPrefix = "delta.feature.";
    if (it->first.size() <= kPrefix.size() || !EqualsIgnoreCase(std::string_view(it->first).substr(0, kPrefix.size()), kPrefix)) {
      ++it;
      continue;
    }
    const Feature* feature = FindFeature(std::string_view(it->first).substr(kPrefix.size()));
    bool supported = EqualsIgnoreCase(it->second, "supported") || EqualsIgnoreCase(it->second, "enabled");
    if (feature == nullptr || !supported) {
      unknown.push_back(it->first);
    } else {
      wanted.emplace(feature->name);
    }
    it = configuration.erase(it);
  }
  if (!unknown.empty()) {
    throw Error(ErrorKind::kAnalysis, "DELTA_UNSUPPORTED_FEATURES_IN_CONFIG",
                fmt::format("Table features configured in the following Spark configs or Delta table properties are not "
                            "recognized by this version of Delta Lake: {}.",
                            Join(unknown)),
                {{"configs", Join(unknown)}})
        .WithSqlState("56038");
  }
  if (wanted.count("rowTracking") || wanted.count("clustering")) wanted.insert("domainMetadata");
  if (writer == 7 && protocol.min_writer_version < 7) {
    auto features = WriterFeatures(protocol);
    protocol.min_writer_version = 7;
    protocol.writer_features = std::vector<std::string>(features.begin(), features.end());
  }
  for (const auto& name : wanted) protocol = WithFeature(protocol, name);
  return protocol;
}

}  // namespace headrace::delta
