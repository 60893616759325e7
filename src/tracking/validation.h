#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tracking/entities.h"

namespace headrace::tracking {

/// MLflow's rules for names and lengths. Each throws INVALID_PARAMETER_VALUE with MLflow's message; `path` says where
/// in the request the value stood ("metrics[2].name").

constexpr size_t kMaxKeyLength = 250;
constexpr size_t kMaxParamValueLength = 6000;
constexpr size_t kMaxTagValueLength = 8000;
constexpr size_t kMaxExperimentTagValueLength = 20000;
constexpr size_t kMaxExperimentNameLength = 500;

/// Names of metrics, params and tags: letters, digits, `_-. :/`, and no path that resolves to another.
void ValidateName(const std::string& name, const std::string& path);
/// Names that are paths must not resolve to another one: no "." and no "..".
void ValidateUniquePath(const std::string& name, const std::string& path);
/// Where artifacts are kept: no fragment, no run's address, and no scheme by which a server would connect to a host of the
/// caller's choice.
void ValidateArtifactLocation(const std::string& location);
/// Throws when `uri` names such a host; `field` is the request's.
void ValidateArtifactHost(const std::string& uri, const std::string& field);
/// Counts characters (code points), not bytes.
void ValidateLength(const std::string& entity, size_t limit, const std::string& value);
/// Cuts what MLflow truncates with a warning: param and tag values.
std::string TruncateTo(size_t limit, const std::string& value);
void ValidateMetric(const Metric& metric, const std::string& path);
void ValidateExperimentName(const std::string& name);
void ValidateExperimentTag(const Tag& tag);
void ValidateRunId(const std::string& run_id);
void ValidateBatch(const std::vector<Metric>& metrics, const std::vector<Param>& params, const std::vector<Tag>& tags);
void ValidateDatasetInputs(const std::vector<DatasetInput>& inputs);
/// Letters, digits, underscores and dashes.
bool IsAliasName(const std::string& alias);
void ValidateLoggedModelName(const std::string& name);

/// A path inside an artifact root: relative, without "..", not encoded twice. Gives it normalised. Throws
/// INVALID_PARAMETER_VALUE "Invalid path".
std::string SafeArtifactPath(const std::string& path);

/// Characters (code points) of UTF-8 text.
size_t CharacterCount(std::string_view text);

/// The message for a value that breaks a rule: `Invalid value "x" for parameter 'p' supplied: reason`.
std::string InvalidValueMessage(const std::string& path, const std::string& value, const std::string& reason);

/// Python's repr of a string: 'it' or "it's".
std::string PythonRepr(const std::string& text);

/// posixpath.normpath.
std::string NormalizePath(const std::string& path);

}  // namespace headrace::tracking
