#include "tracking/validation.h"

#include <fmt/format.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"
#include "tracking/mlflow_errors.h"

namespace headrace::tracking {

namespace {

/// A pattern of MLflow's over whole names.
class NamePattern {
 public:
  /// `also` stands in a class beside Python's \w, which is letters and numbers of every script and "_".
  NamePattern(const std::string& first, const std::string& also, const std::string& repeat) {
    const std::string pattern = "^" + first + "[\\p{L}\\p{N}_" + also + "]" + repeat + "$";
    int code = 0;
    size_t offset = 0;
    pattern_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), PCRE2_UTF, &code, &offset, nullptr);
    if (!pattern_) ThrowInternal("the pattern " + pattern + " is none");
  }

  /// Text that is no UTF-8 matches nothing.
  bool Matches(std::string_view text) const {
    const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match(
        pcre2_match_data_create_from_pattern(pattern_, nullptr), &pcre2_match_data_free);
    return pcre2_match(pattern_, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0, match.get(), nullptr) >= 0;
  }

 private:
  pcre2_code* pattern_;  // Kept for as long as the process runs.
};

bool IsAsciiNameCharacter(char c) {
  return static_cast<unsigned char>(c) < 0x80 &&
         (std::isalnum(static_cast<unsigned char>(c)) || std::string_view("_/.- :").find(c) != std::string_view::npos);
}

/// json.dumps of a string: ASCII only.
std::string AsciiJson(const std::string& text) {
  const std::string shown = json::serialize(json::value(json::string(text)));
  std::string ascii;
  for (size_t at = 0; at < shown.size();) {
    const size_t length = Utf8CharacterLength(shown, at);
    if (length < 2) {
      ascii += shown[at++];
      continue;
    }
    uint32_t point = static_cast<unsigned char>(shown[at]) & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; ++i) point = point << 6 | (static_cast<unsigned char>(shown[at + i]) & 0x3fu);
    if (point >= 0x10000) {
      ascii += fmt::format("\\u{:04x}", 0xd800 + ((point - 0x10000) >> 10));
      point = 0xdc00 + ((point - 0x10000) & 0x3ff);
    }
    ascii += fmt::format("\\u{:04x}", point);
    at += length;
  }
  return ascii;
}

std::vector<std::string> SplitPath(const std::string& path) {
  std::vector<std::string> parts;
  size_t start = 0;
  while (start <= path.size()) {
    const size_t end = std::min(path.find('/', start), path.size());
    parts.push_back(path.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

std::string DecodeOnce(const std::string& text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 1])) &&
        std::isxdigit(static_cast<unsigned char>(text[i + 2]))) {
      decoded.push_back(static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

void ValidateBatchLimit(const char* entity, size_t limit, size_t size) {
  if (size <= limit) return;
  throw InvalidParameter(
      fmt::format("A batch logging request can contain at most {0} {1}. Got {2} {1}. Please split up {1} across multiple "
                  "requests and try again.",
                  limit, entity, size));
}

}  // namespace

size_t CharacterCount(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

std::string InvalidValueMessage(const std::string& path, const std::string& value, const std::string& reason) {
  const std::string shown = AsciiJson(value);
  if (reason.empty()) return fmt::format("Invalid value {} for parameter '{}' supplied.", shown, path);
  return fmt::format("Invalid value {} for parameter '{}' supplied: {}", shown, path, reason);
}

std::string PythonRepr(const std::string& text) {
  const char quote = text.find('\'') != std::string::npos && text.find('"') == std::string::npos ? '"' : '\'';
  std::string repr(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') repr.push_back('\\');
    if (c == '\n') {
      repr += "\\n";
    } else {
      repr.push_back(c);
    }
  }
  return repr + quote;
}

std::string NormalizePath(const std::string& path) {
  if (path.empty()) return ".";
  const bool absolute = path.front() == '/';
  std::vector<std::string> kept;
  for (const auto& part : SplitPath(path)) {
    if (part.empty() || part == ".") continue;
    if (part == ".." && !kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (part != ".." || !absolute) {
      kept.push_back(part);
    }
  }
  std::string normal = absolute ? "/" : "";
  for (size_t i = 0; i < kept.size(); ++i) normal += (i ? "/" : "") + kept[i];
  return normal.empty() ? "." : normal;
}

void ValidateName(const std::string& name, const std::string& path) {
  static const NamePattern kPattern("", "/.\\- :", "*");
  // Nearly all names are of this kind, and batches have a thousand of them.
  const bool plain = std::all_of(name.begin(), name.end(), &IsAsciiNameCharacter);
  if (!plain && !kPattern.Matches(name)) {
    throw InvalidParameter(InvalidValueMessage(
        path, name,
        "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/)."));
  }
  ValidateUniquePath(name, path);
}

void ValidateUniquePath(const std::string& name, const std::string& path) {
  const std::string normal = NormalizePath(name);
  if (normal != name || normal == "." || normal.starts_with("..") || normal.starts_with("/")) {
    throw InvalidParameter(InvalidValueMessage(
        path, name,
        "Names may be treated as files in certain cases, and must not resolve to other names when treated as such. "
        "This name would resolve to " +
            PythonRepr(normal)));
  }
}

void ValidateArtifactHost(const std::string& uri, const std::string& field) {
  static constexpr std::string_view kHostSchemes[] = {"ftp", "sftp", "hdfs", "viewfs", "http", "https", "r2", "b2", "abfss"};
  std::string scheme = uri.substr(0, uri.find(':'));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](unsigned char c) { return std::tolower(c); });
  if (scheme.size() == uri.size() ||
      std::find(std::begin(kHostSchemes), std::end(kHostSchemes), scheme) == std::end(kHostSchemes))
    return;
  throw InvalidParameter(fmt::format(
      "'{0}' cannot use the '{1}' scheme: the '{1}' scheme addresses a host other than the tracking server's configured artifact "
      "storage, so the server would connect to the host named in the URI. Set the "
      "MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES environment variable on the server to allow it.",
      field, scheme));
}

void ValidateArtifactLocation(const std::string& location) {
  constexpr size_t kMaxLength = 2048;
  if (location.find('#') != std::string::npos && !location.ends_with('#'))
    throw InvalidParameter("'artifact_location' URL can't include fragments or params.");
  ValidateArtifactHost(location, "artifact_location");
  if (location.starts_with("runs:"))
    throw InvalidParameter(fmt::format("Artifact location cannot be a runs:/ URI. Given: '{}'", location));
  if (CharacterCount(location) > kMaxLength) {
    throw InvalidParameter(fmt::format(
        "Invalid artifact path length. The length of the artifact path cannot be greater than {} characters. To configure this "
        "limit, please set the MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH environment variable.",
        kMaxLength));
  }
}

void ValidateLength(const std::string& entity, size_t limit, const std::string& value) {
  if (value.size() <= limit || CharacterCount(value) <= limit) return;
  throw InvalidParameter(fmt::format("'{}' exceeds the maximum length of {} characters", entity, limit));
}

std::string TruncateTo(size_t limit, const std::string& value) {
  if (value.size() <= limit || CharacterCount(value) <= limit) return value;
  size_t bytes = 0;
  for (size_t characters = 0; bytes < value.size(); ++bytes) {
    if ((static_cast<unsigned char>(value[bytes]) & 0xc0) != 0x80 && characters++ == limit) break;
  }
  return value.substr(0, bytes);
}

void ValidateMetric(const Metric& metric, const std::string& path) {
  ValidateName(metric.key, path.empty() ? "name" : path + ".name");
  if (metric.timestamp < 0) {
    throw InvalidParameter(
        fmt::format("Invalid value {} for parameter '{}' supplied: metric '{}' (value={}). Timestamp must be a nonnegative long "
                    "(64-bit integer) ",
                    metric.timestamp, path.empty() ? "timestamp" : path + ".timestamp", metric.key, metric.value));
  }
  ValidateLength("Metric name", kMaxKeyLength, metric.key);
}

void ValidateExperimentName(const std::string& name) {
  if (name.empty()) throw InvalidParameter("Invalid experiment name: ''");
  ValidateLength("name", kMaxExperimentNameLength, name);
}

void ValidateExperimentTag(const Tag& tag) {
  ValidateName(tag.key, "key");
  ValidateLength("key", kMaxKeyLength, tag.key);
  ValidateLength("value", kMaxExperimentTagValueLength, tag.value);
}

void ValidateRunId(const std::string& run_id) {
  static const NamePattern kPattern("[a-zA-Z0-9]", "\\-", "{0,255}");
  if (!kPattern.Matches(run_id)) throw InvalidParameter(InvalidValueMessage("run_id", run_id, ""));
}

void ValidateBatch(const std::vector<Metric>& metrics, const std::vector<Param>& params, const std::vector<Tag>& tags) {
  for (size_t i = 0; i < metrics.size(); ++i) ValidateMetric(metrics[i], fmt::format("metrics[{}]", i));
  for (size_t i = 0; i < params.size(); ++i) {
    ValidateName(params[i].key, fmt::format("params[{}].key", i));
    ValidateLength("Param key", kMaxKeyLength, params[i].key);
  }
  for (size_t i = 0; i < tags.size(); ++i) {
    ValidateName(tags[i].key, fmt::format("tags[{}].key", i));
    ValidateLength(fmt::format("tags[{}].key", i), kMaxKeyLength, tags[i].key);
  }
  ValidateBatchLimit("metrics", 1000, metrics.size());
  ValidateBatchLimit("params", 100, params.size());
  ValidateBatchLimit("tags", 100, tags.size());
  ValidateBatchLimit("metrics, params, and tags", 1000, metrics.size() + params.size() + tags.size());
  std::set<std::string_view> seen;
  std::string duplicates;
  for (const auto& param : params) {
    if (!seen.insert(param.key).second) duplicates += (duplicates.empty() ? "" : ", ") + PythonRepr(param.key);
  }
  if (!duplicates.empty()) {
    throw InvalidParameter(
        fmt::format("Duplicate parameter keys have been submitted: [{}]. Please ensure the request contains only one param value "
                    "per param key.",
                    duplicates));
  }
}

void ValidateDatasetInputs(const std::vector<DatasetInput>& inputs) {
  const auto limit = [](const std::string& path, size_t most, const std::string& value) { ValidateLength(path, most, value); };
  for (size_t i = 0; i < inputs.size(); ++i) {
    for (size_t t = 0; t < inputs[i].tags.size(); ++t) {
      limit(fmt::format("datasets[{}].tags[{}].key", i, t), 255, inputs[i].tags[t].key);
      limit(fmt::format("datasets[{}].tags[{}].value", i, t), 500, inputs[i].tags[t].value);
    }
    const Dataset& dataset = inputs[i].dataset;
    const std::string path = fmt::format("datasets[{}].dataset", i);
    const std::pair<const char*, const std::string*> required[] = {
        {"name", &dataset.name}, {"digest", &dataset.digest}, {"source_type", &dataset.source_type}, {"source", &dataset.source}};
    for (const auto& [name, value] : required) {
      if (value->empty()) throw InvalidParameter(fmt::format("Missing value for required parameter '{}.{}'.", path, name));
    }
    limit(path + ".name", 500, dataset.name);
    limit(path + ".digest", 36, dataset.digest);
    limit(path + ".source", 65535, dataset.source);
    if (dataset.schema) limit(path + ".schema", 1048575, *dataset.schema);
    if (dataset.profile) limit(path + ".profile", 16777215, *dataset.profile);
  }
}

bool IsAliasName(const std::string& alias) {
  static const NamePattern kPattern("", "\\-", "*");
  return kPattern.Matches(alias);
}

void ValidateLoggedModelName(const std::string& name) {
  if (name.find_first_of("/:.%\"'") == std::string::npos) return;
  throw InvalidParameter(fmt::format(
      "Invalid model name ({}) provided. Model name must be a non-empty string and cannot contain the following characters: "
      "('/', ':', '.', '%', '\"', \"'\")",
      PythonRepr(name)));
}

std::string SafeArtifactPath(const std::string& path) {
  std::string decoded = path;
  for (std::string next = DecodeOnce(decoded); next != decoded; next = DecodeOnce(decoded)) decoded = next;
  const auto parts = SplitPath(decoded);
  const bool bad = decoded.find('\\') != std::string::npos || decoded.find('\0') != std::string::npos ||
                   decoded.find('#') != std::string::npos || decoded.starts_with("/") ||
                   std::find(parts.begin(), parts.end(), "..") != parts.end() || (decoded.size() > 1 && decoded[1] == ':');
  if (bad) throw InvalidParameter("Invalid path");
  return decoded;
}

}  // namespace headrace::tracking
