#include "delta/actions_json.h"

#include <fmt/format.h>

#include <unordered_map>

#include "base/error.h"

namespace headrace::delta {

namespace {

// --- reading -----------------------------------------------------------------------------------------------------
// The readers throw std::invalid_argument-like errors through boost::json's checked access (as_string, at); ParseActions
// names the file and line.

std::string Text(const json::value& value) { return std::string(value.as_string()); }

std::optional<std::string> OptionalText(const json::object& o, std::string_view name) {
  const auto* value = o.if_contains(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return Text(*value);
}

std::optional<int64_t> OptionalInteger(const json::object& o, std::string_view name) {
  const auto* value = o.if_contains(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return value->to_number<int64_t>();
}

bool BoolOr(const json::object& o, std::string_view name, bool otherwise) {
  const auto* value = o.if_contains(name);
  return value == nullptr || value->is_null() ? otherwise : value->as_bool();
}

std::map<std::string, std::string> TextMap(const json::value& value) {
  std::map<std::string, std::string> map;
  // Tags with a null value are rare and mean nothing; an empty text keeps the key.
  for (const auto& [key, item] : value.as_object()) map[std::string(key)] = item.is_null() ? "" : Text(item);
  return map;
}

std::optional<std::map<std::string, std::string>> OptionalTextMap(const json::object& o, std::string_view name) {
  const auto* value = o.if_contains(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return TextMap(*value);
}

PartitionValues ReadPartitionValues(const json::value& value) {
  PartitionValues values;
  for (const auto& [key, item] : value.as_object()) {
    values[std::string(key)] = item.is_null() ? std::nullopt : std::optional(Text(item));
  }
  return values;
}

std::vector<std::string> TextList(const json::value& value) {
  std::vector<std::string> list;
  for (const auto& item : value.as_array()) list.push_back(Text(item));
  return list;
}

std::optional<DeletionVectorDescriptor> ReadVector(const json::object& o) {
  const auto* value = o.if_contains("deletionVector");
  if (value == nullptr || value->is_null()) return std::nullopt;
  const auto& v = value->as_object();
  DeletionVectorDescriptor descriptor;
  descriptor.storage_type = Text(v.at("storageType"));
  descriptor.path_or_inline = Text(v.at("pathOrInlineDv"));
  if (auto offset = OptionalInteger(v, "offset")) descriptor.offset = static_cast<int32_t>(*offset);
  descriptor.size_in_bytes = v.at("sizeInBytes").to_number<int32_t>();
  descriptor.cardinality = v.at("cardinality").to_number<int64_t>();
  descriptor.max_row_index = OptionalInteger(v, "maxRowIndex");
  return descriptor;
}

Action ReadAdd(const json::object& o) {
  AddFile add;
  add.path = Text(o.at("path"));
  if (const auto* values = o.if_contains("partitionValues"); values != nullptr && !values->is_null()) {
    add.partition_values = ReadPartitionValues(*values);
  }
  add.size = o.at("size").to_number<int64_t>();
  add.modification_time_ms = OptionalInteger(o, "modificationTime").value_or(0);
  add.data_change = BoolOr(o, "dataChange", true);
  add.stats = OptionalText(o, "stats");
  add.tags = OptionalTextMap(o, "tags");
  add.deletion_vector = ReadVector(o);
  add.base_row_id = OptionalInteger(o, "baseRowId");
  add.default_row_commit_version = OptionalInteger(o, "defaultRowCommitVersion");
  add.clustering_provider = OptionalText(o, "clusteringProvider");
  return add;
}

Action ReadRemove(const json::object& o) {
  RemoveFile remove;
  remove.path = Text(o.at("path"));
  remove.deletion_timestamp_ms = OptionalInteger(o, "deletionTimestamp");
  remove.data_change = BoolOr(o, "dataChange", true);
  remove.extended_file_metadata = BoolOr(o, "extendedFileMetadata", false);
  if (const auto* values = o.if_contains("partitionValues"); values != nullptr && !values->is_null()) {
    remove.partition_values = ReadPartitionValues(*values);
  }
  remove.size = OptionalInteger(o, "size");
  remove.stats = OptionalText(o, "stats");
  remove.tags = OptionalTextMap(o, "tags");
  remove.deletion_vector = ReadVector(o);
  remove.base_row_id = OptionalInteger(o, "baseRowId");
  remove.default_row_commit_version = OptionalInteger(o, "defaultRowCommitVersion");
  return remove;
}

Action ReadMetadata(const json::object& o) {
  Metadata metadata;
  metadata.id = Text(o.at("id"));
  metadata.name = OptionalText(o, "name");
  metadata.description = OptionalText(o, "description");
  if (const auto* format = o.if_contains("format"); format != nullptr && format->is_object()) {
    metadata.provider = OptionalText(format->as_object(), "provider").value_or("parquet");
    metadata.format_options = OptionalTextMap(format->as_object(), "options").value_or(std::map<std::string, std::string>());
  }
  metadata.schema_string = OptionalText(o, "schemaString").value_or("");
  if (const auto* columns = o.if_contains("partitionColumns"); columns != nullptr && !columns->is_null()) {
    metadata.partition_columns = TextList(*columns);
  }
  metadata.configuration = OptionalTextMap(o, "configuration").value_or(std::map<std::string, std::string>());
  metadata.created_time_ms = OptionalInteger(o, "createdTime");
  return metadata;
}

Action ReadProtocol(const json::object& o) {
  Protocol protocol;
  protocol.min_reader_version = o.at("minReaderVersion").to_number<int>();
  protocol.min_writer_version = o.at("minWriterVersion").to_number<int>();
  if (const auto* list = o.if_contains("readerFeatures"); list != nullptr && !list->is_null()) {
    protocol.reader_features = TextList(*list);
  }
  if (const auto* list = o.if_contains("writerFeatures"); list != nullptr && !list->is_null()) {
    protocol.writer_features = TextList(*list);
  }
  return protocol;
}

Action ReadTransaction(const json::object& o) {
  return SetTransaction{Text(o.at("appId")), o.at("version").to_number<int64_t>(), OptionalInteger(o, "lastUpdated")};
}

Action ReadCommitInfo(const json::object& o) {
  CommitInfo info;
  info.fields = json::object(o, json::storage_ptr());
  return info;
}

Action ReadCdc(const json::object& o) {
  AddCdcFile cdc;
  cdc.path = Text(o.at("path"));
  if (const auto* values = o.if_contains("partitionValues"); values != nullptr && !values->is_null()) {
    cdc.partition_values = ReadPartitionValues(*values);
  }
  cdc.size = o.at("size").to_number<int64_t>();
  cdc.data_change = BoolOr(o, "dataChange", false);
  cdc.tags = OptionalTextMap(o, "tags");
  return cdc;
}

Action ReadDomain(const json::object& o) {
  return DomainMetadata{Text(o.at("domain")), OptionalText(o, "configuration").value_or(""), BoolOr(o, "removed", false)};
}

Action ReadSidecar(const json::object& o) {
  return Sidecar{Text(o.at("path")), o.at("sizeInBytes").to_number<int64_t>(),
                 OptionalInteger(o, "modificationTime").value_or(0)};
}

Action ReadCheckpointMetadata(const json::object& o) { return CheckpointMetadata{o.at("version").to_number<int64_t>()}; }

using Reader = Action (*)(const json::object&);

Reader ReaderOf(std::string_view name) {
  static const std::unordered_map<std::string_view, Reader> readers = {
      {"add", ReadAdd},           {"remove", ReadRemove},
      {"metaData", ReadMetadata}, {"protocol", ReadProtocol},
      {"txn", ReadTransaction},   {"commitInfo", ReadCommitInfo},
      {"cdc", ReadCdc},           {"domainMetadata", ReadDomain},
      {"sidecar", ReadSidecar},   {"checkpointMetadata", ReadCheckpointMetadata},
  };
  auto found = readers.find(name);
  return found == readers.end() ? nullptr : found->second;
}

// --- writing -----------------------------------------------------------------------------------------------------

template <typename T>
void Put(json::object& o, const char* name, const std::optional<T>& value) {
  if (value) o[name] = *value;
}

json::object MapJson(const std::map<std::string, std::string>& map) {
  json::object o;
  for (const auto& [key, value] : map) o[key] = value;
  return o;
}

json::object MapJson(const PartitionValues& map) {
  json::object o;
  for (const auto& [key, value] : map) o[key] = value ? json::value(*value) : json::value(nullptr);
  return o;
}

json::array ListJson(const std::vector<std::string>& list) {
  json::array a;
  for (const auto& item : list) a.push_back(json::value(item));
  return a;
}

json::object VectorJson(const DeletionVectorDescriptor& v) {
  json::object o{{"storageType", v.storage_type}, {"pathOrInlineDv", v.path_or_inline}};
  Put(o, "offset", v.offset);
  o["sizeInBytes"] = v.size_in_bytes;
  o["cardinality"] = v.cardinality;
  Put(o, "maxRowIndex", v.max_row_index);
  return o;
}

struct Named {
  const char* name;
  json::object object;
};

Named Write(const AddFile& add) {
  json::object o{{"path", add.path},
                 {"partitionValues", MapJson(add.partition_values)},
                 {"size", add.size},
                 {"modificationTime", add.modification_time_ms},
                 {"dataChange", add.data_change}};
  Put(o, "stats", add.stats);
  if (add.tags) o["tags"] = MapJson(*add.tags);
  if (add.deletion_vector) o["deletionVector"] = VectorJson(*add.deletion_vector);
  Put(o, "baseRowId", add.base_row_id);
  Put(o, "defaultRowCommitVersion", add.default_row_commit_version);
  Put(o, "clusteringProvider", add.clustering_provider);
  return {"add", std::move(o)};
}

Named Write(const RemoveFile& remove) {
  json::object o{{"path", remove.path}};
  Put(o, "deletionTimestamp", remove.deletion_timestamp_ms);
  o["dataChange"] = remove.data_change;
  if (remove.extended_file_metadata) {
    o["extendedFileMetadata"] = true;
    o["partitionValues"] = MapJson(remove.partition_values.value_or(PartitionValues()));
    Put(o, "size", remove.size);
    if (remove.tags) o["tags"] = MapJson(*remove.tags);
  }
  if (remove.deletion_vector) o["deletionVector"] = VectorJson(*remove.deletion_vector);
  Put(o, "baseRowId", remove.base_row_id);
  Put(o, "defaultRowCommitVersion", remove.default_row_commit_version);
  Put(o, "stats", remove.stats);
  return {"remove", std::move(o)};
}

Named Write(const Metadata& m) {
  json::object o{{"id", m.id}};
  Put(o, "name", m.name);
  Put(o, "description", m.description);
  o["format"] = json::object{{"provider", m.provider}, {"options", MapJson(m.format_options)}};
  o["schemaString"] = m.schema_string;
  o["partitionColumns"] = ListJson(m.partition_columns);
  o["configuration"] = MapJson(m.configuration);
  Put(o, "createdTime", m.created_time_ms);
  return {"metaData", std::move(o)};
}

Named Write(const Protocol& p) {
  json::object o{{"minReaderVersion", p.min_reader_version}, {"minWriterVersion", p.min_writer_version}};
  if (p.reader_features) o["readerFeatures"] = ListJson(*p.reader_features);
  if (p.writer_features) o["writerFeatures"] = ListJson(*p.writer_features);
  return {"protocol", std::move(o)};
}

Named Write(const SetTransaction& t) {
  json::object o{{"appId", t.app_id}, {"version", t.version}};
  Put(o, "lastUpdated", t.last_updated_ms);
  return {"txn", std::move(o)};
}

Named Write(const CommitInfo& info) { return {"commitInfo", info.fields}; }

Named Write(const AddCdcFile& cdc) {
  json::object o{{"path", cdc.path},
                 {"partitionValues", MapJson(cdc.partition_values)},
                 {"size", cdc.size},
                 {"dataChange", cdc.data_change}};
  if (cdc.tags) o["tags"] = MapJson(*cdc.tags);
  return {"cdc", std::move(o)};
}

Named Write(const DomainMetadata& d) {
  return {"domainMetadata", json::object{{"domain", d.domain}, {"configuration", d.configuration}, {"removed", d.removed}}};
}

Named Write(const Sidecar& s) {
  return {"sidecar", json::object{{"path", s.path}, {"sizeInBytes", s.size}, {"modificationTime", s.modification_time_ms}}};
}

Named Write(const CheckpointMetadata& c) { return {"checkpointMetadata", json::object{{"version", c.version}}}; }

}  // namespace

std::vector<Action> ParseActions(std::string_view text, const std::string& origin) {
  std::vector<Action> actions;
  // One arena for each line's tree: the values are copied out, so it is reused line by line.
  std::vector<unsigned char> arena(64 * 1024);
  json::parser parser;
  size_t line_number = 0;
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++line_number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    try {
      json::monotonic_resource memory(arena.data(), arena.size());
      parser.reset(&memory);
      parser.write(line);
      json::value value = parser.release();
      for (const auto& [name, body] : value.as_object()) {
        if (Reader read = ReaderOf(name); read != nullptr && !body.is_null()) actions.push_back(read(body.as_object()));
      }
    } catch (const std::exception& error) {
      throw Error(ErrorKind::kRuntime, "DELTA_LOG_CORRUPTED",
                  fmt::format("The Delta log file {} is broken in line {}: {}.", origin, line_number, error.what()),
                  {{"file", origin}, {"line", std::to_string(line_number)}})
          .WithSqlState("XXKDS");
    }
  }
  return actions;
}

std::string ToJsonLine(const Action& action) {
  Named named = std::visit([](const auto& a) { return Write(a); }, action);
  return json::serialize(json::object{{named.name, std::move(named.object)}});
}

std::string ToJsonLines(const std::vector<Action>& actions) {
  std::string text;
  for (const auto& action : actions) text.append(ToJsonLine(action)).push_back('\n');
  return text;
}

}  // namespace headrace::delta
