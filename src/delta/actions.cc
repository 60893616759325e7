#include "delta/actions.h"

#include "storage/object_store.h"

namespace headrace::delta {

namespace {

/// Writers differ in what they escape, so the decoded path is compared.
std::string KeyOf(const std::string& path, const std::optional<DeletionVectorDescriptor>& vector) {
  std::string key = path.find('%') == std::string::npos ? path : storage::DecodePath(path);
  if (vector) key.append(1, '\0').append(vector->UniqueId());
  return key;
}

}  // namespace

std::string DeletionVectorDescriptor::UniqueId() const {
  std::string id = storage_type + path_or_inline;
  if (offset) id += "@" + std::to_string(*offset);
  return id;
}

std::string AddFile::Key() const { return KeyOf(path, deletion_vector); }
std::string RemoveFile::Key() const { return KeyOf(path, deletion_vector); }

RemoveFile RemoveOf(const AddFile& file, bool data_change) {
  RemoveFile remove;
  remove.path = file.path;
  remove.data_change = data_change;
  remove.extended_file_metadata = true;
  remove.partition_values = file.partition_values;
  remove.size = file.size;
  remove.stats = file.stats;
  remove.tags = file.tags;
  remove.deletion_vector = file.deletion_vector;
  remove.base_row_id = file.base_row_id;
  remove.default_row_commit_version = file.default_row_commit_version;
  return remove;
}

std::optional<int64_t> CommitInfo::Integer(std::string_view name) const {
  const auto* value = fields.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<int64_t>();
}

std::optional<std::string> CommitInfo::Text(std::string_view name) const {
  const auto* value = fields.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->as_string());
}

std::optional<bool> CommitInfo::Boolean(std::string_view name) const {
  const auto* value = fields.if_contains(name);
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return value->as_bool();
}

}  // namespace headrace::delta
