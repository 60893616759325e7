#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/files/json_options.h"
#include "engine/files/json_scanner.h"
#include "plan/types.h"

namespace headrace::engine {

/// The type Spark infers for a JSON value that many texts have; grows as values are added.
struct JsonType {
  enum class Kind : uint8_t { kNull, kBoolean, kLong, kDecimal, kDouble, kTimestamp, kTimestampNtz, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  int precision = 0;  ///< kDecimal.
  int scale = 0;
  std::unique_ptr<JsonType> element;
  std::vector<std::string> names;
  std::vector<JsonType> fields;
  std::unordered_map<std::string, size_t> by_name;

  size_t FieldAt(std::string_view name);  ///< Adds it when it is new.
};

/// The type of a file's records.
struct JsonRootType {
  JsonType type;
  bool corrupt = false;  ///< There was a record that is no object, or no JSON.
};

/// Adds values to types by Spark's rules of inference. One thread.
class JsonObserver {
 public:
  explicit JsonObserver(const JsonOptions& options) : options_(options), scanner_(options.syntax) {}

  /// Adds a record; false when it is not JSON.
  bool Observe(std::string_view record, JsonRootType& root);
  /// Adds one value of any kind; throws JsonSyntaxError.
  void ObserveValue(std::string_view text, JsonType& type);
  void Merge(JsonRootType& into, const JsonRootType& from);

  /// The Spark type: fields by name, nulls as strings, empty objects left out. Nothing when nothing is left.
  std::optional<plan::DataType> Canonical(const JsonType& type) const;
  plan::Schema SchemaOf(const JsonRootType& root) const;

 private:
  struct Scalar {
    JsonType::Kind kind;
    int precision = 0;
    int scale = 0;
  };
  Scalar ScalarOf(JsonToken token) const;  ///< Of the token the scanner has just given.
  static void MergeScalar(JsonType& type, Scalar scalar);
  static void MergeType(JsonType& into, const JsonType& from);
  static void MakeString(JsonType& type);
  /// Whether adding the value would leave the type as it is; passes over the value either way unless it is false.
  bool Conforms(JsonToken token, JsonType& type, int depth);
  void Add(JsonToken token, JsonType& type, int depth);
  void AddRoot(JsonToken token, JsonRootType& root);

  const JsonOptions& options_;
  JsonScanner scanner_;
};

}  // namespace headrace::engine
