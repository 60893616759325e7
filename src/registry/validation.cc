#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "registry/registry_internal.h"
#include "tracking/validation.h"

namespace headrace::registry {

namespace {

std::string DecodeAll(std::string text) {
  while (true) {
    std::string decoded;
    for (size_t i = 0; i < text.size(); ++i) {
      const bool escape = text[i] == '%' && i + 2 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 1])) &&
                          std::isxdigit(static_cast<unsigned char>(text[i + 2]));
      if (escape) {
        decoded.push_back(static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)));
        i += 2;
      } else {
        decoded.push_back(text[i]);
      }
    }
    if (decoded == text) return text;
    text = std::move(decoded);
  }
}

std::string SchemeOf(const std::string& uri) {
  const size_t colon = uri.find(':');
  if (colon == std::string::npos || colon == 0) return "";
  const bool valid = std::all_of(uri.begin(), uri.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' || c == '.';
  });
  return valid ? uri.substr(0, colon) : "";
}

[[noreturn]] void ThrowRelative(const std::string& source) {
  throw InvalidParameter(fmt::format(
      "Invalid model version source: '{}'. If supplying a source as an http, https, local file path, ftp, objectstore, or "
      "mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an "
      "absolute path.",
      source));
}

void RejectRelative(const std::string& source) {
  const std::string decoded = DecodeAll(source);
  if (decoded.find('\0') != std::string::npos) ThrowRelative(source);
  const std::string scheme = SchemeOf(decoded);
  if (scheme.size() == 1) ThrowRelative(source);  // A drive's letter.
  std::string path = scheme.empty() ? decoded : decoded.substr(scheme.size() + 1);
  if (path.starts_with("//")) {
    const size_t slash = path.find('/', 2);
    path = slash == std::string::npos ? "" : path.substr(slash);
  }
  if (scheme == "models" || scheme == "runs") {
    if (("/" + decoded + "/").find("/../") != std::string::npos) ThrowRelative(source);
    return;
  }
  while (path.ends_with('/')) path.pop_back();
  std::string collapsed;
  for (const char c : path) {
    if (c != '/' || collapsed.empty() || collapsed.back() != '/') collapsed.push_back(c);
  }
  if (!collapsed.empty() && tracking::NormalizePath(collapsed) != collapsed) ThrowRelative(source);
}

/// A proxied artifact may be named by this server's own address.
void RejectHost(const std::string& source) {
  if (!IsMlflowArtifactSource(source)) tracking::ValidateArtifactHost(source, "source");
}

bool IsWithin(const std::string& source, const std::string& root) {
  const std::string decoded = DecodeAll(source);
  return decoded == root || decoded.starts_with(root + "/");
}

[[noreturn]] void ThrowSource(const std::string& source, const char* parameter) {
  throw InvalidParameter(fmt::format(
      "Invalid model version source: '{}'. The {} request parameter must identify the resource that contains the source.", source,
      parameter));
}

}  // namespace

void ValidateModelName(const std::string& name) {
  if (name.find_first_not_of(" \t\r\n") == std::string::npos) {
    throw InvalidParameter("Missing value for required parameter 'name'.");
  }
  if (name.find_first_of("/:") != std::string::npos) {
    throw InvalidParameter(fmt::format("Invalid model name '{}'. Names cannot contain '/' or ':'.", name));
  }
  tracking::ValidateUniquePath(name, "name");
}

void ValidateRegistryTag(const Tag& tag) {
  tracking::ValidateName(tag.key, "key");
  tracking::ValidateLength("key", 250, tag.key);
  tracking::ValidateLength("value", 100'000, tag.value);
}

void ValidateAlias(const std::string& alias) {
  if (alias.empty()) throw InvalidParameter("Registered model alias name cannot be empty.");
  if (!tracking::IsAliasName(alias)) {
    throw InvalidParameter(
        fmt::format("Invalid alias name: '{}'. Names may only contain alphanumerics, underscores (_), and dashes (-).", alias));
  }
  tracking::ValidateLength("Registered model alias name", 255, alias);
}

int64_t ParseVersion(const std::string& version) {
  try {
    size_t used = 0;
    const int64_t number = std::stoll(version, &used);
    if (used == version.size()) return number;
  } catch (const std::logic_error&) {
    // Said below.
  }
  throw InvalidParameter(fmt::format("Parameter 'version' must be an integer, got '{}'.", version));
}

std::string CanonicalStage(const std::string& stage) {
  std::string lower = stage;
  std::transform(lower.begin(), lower.end(), lower.begin(), ::tolower);
  for (const char* known : {"None", "Staging", "Production", "Archived"}) {
    std::string key = known;
    std::transform(key.begin(), key.end(), key.begin(), ::tolower);
    if (lower == key) return known;
  }
  throw InvalidParameter(
      fmt::format("Invalid Model Version stage: {}. Value must be one of None, Staging, Production, Archived.", stage));
}

bool IsLocalSource(const std::string& source) {
  const std::string scheme = SchemeOf(source);
  return scheme.empty() || scheme == "file";
}

bool IsMlflowArtifactSource(const std::string& source) {
  const std::string scheme = SchemeOf(source);
  if (scheme == "mlflow-artifacts") return true;
  return (scheme == "http" || scheme == "https") &&
         DecodeAll(source).find("/api/2.0/mlflow-artifacts/artifacts") != std::string::npos;
}

void ValidateSourceOfRun(const std::string& source, const std::string& run_id, const std::string& run_root) {
  if (IsLocalSource(source)) {
    throw InvalidParameter(fmt::format(
        "Invalid model version source: '{}'. To use a local path as a model version source, the run_id request parameter has to "
        "be "
        "specified and the local path has to be contained within the artifact directory of the run specified by the run_id.",
        source));
  }
  RejectHost(source);
  RejectRelative(source);
  if (source.starts_with("runs:")) {
    std::string rest = source.substr(5);
    if (rest.starts_with("//")) ThrowSource(source, "run_id");
    while (rest.starts_with('/')) rest.erase(0, 1);
    if (run_id.empty() || rest.substr(0, rest.find('/')) != run_id) ThrowSource(source, "run_id");
    return;
  }
  if (source.starts_with("models:/m-")) ThrowSource(source, "model_id");
  if (IsMlflowArtifactSource(source) && (run_root.empty() || !IsWithin(source, run_root))) ThrowSource(source, "run_id");
}

void ValidateSourceOfModel(const std::string& source, const std::string& model_id, const std::string& model_root) {
  if (IsLocalSource(source)) {
    throw InvalidParameter(fmt::format(
        "Invalid model version source: '{}'. To use a local path as a model version source, the model_id request parameter has "
        "to be "
        "specified and the local path has to be contained within the artifact directory of the run specified by the model_id.",
        source));
  }
  RejectHost(source);
  RejectRelative(source);
  if (source.starts_with("models:/m-")) {
    if (source.substr(8) != model_id) ThrowSource(source, "model_id");
    return;
  }
  if (source.starts_with("runs:")) ThrowSource(source, "model_id");
  if (IsMlflowArtifactSource(source) && (model_root.empty() || !IsWithin(source, model_root))) ThrowSource(source, "model_id");
}

}  // namespace headrace::registry
