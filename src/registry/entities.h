#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tracking/entities.h"

namespace headrace::registry {

using tracking::Page;
using tracking::Tag;

struct ModelVersion {
  std::string name;
  int64_t version = 0;
  int64_t creation_timestamp = 0;  ///< Milliseconds since 1970, as all times here.
  int64_t last_updated_timestamp = 0;
  std::optional<std::string> description;
  std::string current_stage;  ///< "None", "Staging", "Production", "Archived".
  std::string source;  ///< What it was made from, as the client said: "models:/m-…", "mlflow-artifacts:/…".
  std::string storage_location;  ///< Where its files are; the download URI.
  std::optional<std::string> run_id;
  std::optional<std::string> run_link;
  std::string model_id;
  std::vector<Tag> tags;
  std::vector<std::string> aliases;
};

struct Alias {
  std::string alias;
  int64_t version = 0;
};

struct RegisteredModel {
  std::string name;
  int64_t creation_timestamp = 0;
  int64_t last_updated_timestamp = 0;
  std::string description;
  std::vector<Tag> tags;
  std::vector<Alias> aliases;
  std::vector<ModelVersion> latest_versions;  ///< The newest of each stage.
};

struct SearchQuery {
  std::string filter;
  int64_t max_results = 0;
  std::vector<std::string> order_by;
  std::string page_token;
};

struct NewModelVersion {
  std::string name;
  std::string source;
  std::optional<std::string> run_id;
  std::optional<std::string> run_link;
  std::optional<std::string> description;
  std::optional<std::string> model_id;
  std::vector<Tag> tags;
};

/// Something that happened to a model, told to webhooks.
struct ModelEvent {
  std::vector<std::string> events;  ///< All names it goes by: MODEL_VERSION_TRANSITIONED_STAGE and …_TO_PRODUCTION.
  std::string model_name;
  std::string version;
  std::string text;  ///< A sentence for people.
  std::string from_stage;
  std::string to_stage;
  std::string run_id;
  std::string source;
};

}  // namespace headrace::registry
