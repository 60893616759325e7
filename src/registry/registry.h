#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "metastore/metastore.h"
#include "registry/entities.h"
#include "registry/webhooks.h"
#include "tracking/tracking.h"

namespace headrace::registry {

/// MLflow's model registry with stages and aliases. Thread-safe; every change is durable when the call returns, and so
/// are the webhook deliveries it causes. Errors carry the error_code and message of MLflow's own SQL store.
class Registry {
 public:
  Registry(std::shared_ptr<metastore::Metastore> store, std::shared_ptr<const Clock> clock,
           std::shared_ptr<tracking::Tracking> tracking, std::shared_ptr<Webhooks> webhooks);

  RegisteredModel CreateModel(const std::string& name, const std::string& description, const std::vector<Tag>& tags);
  RegisteredModel GetModel(const std::string& name) const;
  RegisteredModel UpdateModel(const std::string& name, const std::string& description);
  RegisteredModel RenameModel(const std::string& name, const std::string& new_name);
  void DeleteModel(const std::string& name);
  Page<RegisteredModel> SearchModels(const SearchQuery& query) const;
  /// The newest version of each stage; `stages` in any case, empty for all.
  std::vector<ModelVersion> GetLatestVersions(const std::string& name, const std::vector<std::string>& stages) const;
  void SetModelTag(const std::string& name, const Tag& tag);
  void DeleteModelTag(const std::string& name, const std::string& key);
  void SetAlias(const std::string& name, const std::string& alias, const std::string& version);
  void DeleteAlias(const std::string& name, const std::string& alias);
  ModelVersion GetVersionByAlias(const std::string& name, const std::string& alias) const;

  ModelVersion CreateVersion(NewModelVersion wanted);
  ModelVersion GetVersion(const std::string& name, const std::string& version) const;
  ModelVersion UpdateVersion(const std::string& name, const std::string& version, const std::optional<std::string>& description);
  /// Moves a version to a stage; with `archive_existing` those that are there move to Archived in the same commit.
  ModelVersion TransitionStage(const std::string& name, const std::string& version, const std::string& stage,
                               bool archive_existing);
  /// The version's number is never given out again.
  void DeleteVersion(const std::string& name, const std::string& version);
  std::string GetDownloadUri(const std::string& name, const std::string& version) const;
  Page<ModelVersion> SearchVersions(const SearchQuery& query) const;
  void SetVersionTag(const std::string& name, const std::string& version, const Tag& tag);
  void DeleteVersionTag(const std::string& name, const std::string& version, const std::string& key);

  /// Resolves what stands behind "models:/": "name/3", "name/Production", "name/latest" or "name@alias". For serving.
  ModelVersion Resolve(const std::string& reference) const;

 private:
  void ResolveSource(NewModelVersion& wanted, std::string& storage_location) const;

  std::shared_ptr<metastore::Metastore> store_;
  std::shared_ptr<const Clock> clock_;
  std::shared_ptr<tracking::Tracking> tracking_;
  std::shared_ptr<Webhooks> webhooks_;
};

}  // namespace headrace::registry
