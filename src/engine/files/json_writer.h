#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/files/json_options.h"
#include "engine/files/json_scanner.h"
#include "plan/types.h"

namespace headrace::engine {

/// Writes the values of JSON texts into vectors of a Spark type, as Spark's JacksonParser converts them. One thread.
class JsonWriter {
 public:
  JsonWriter(const plan::DataType& type, const JsonOptions& options);
  ~JsonWriter();

  /// How well a value fitted its type: all of it, some of it (the rest is null), or not at all (nothing was written).
  enum class Fit { kWhole, kPart, kNone };
  /// Writes the value whose token was taken into a row that is null so far. Throws JsonSyntaxError.
  Fit Write(JsonScanner& scanner, JsonToken token, duckdb::Vector& vector, duckdb::idx_t row);
  /// The fields of an object whose token was taken, each into the row of a vector of its own; null vectors are passed over.
  Fit WriteFields(JsonScanner& scanner, const std::vector<duckdb::Vector*>& vectors, duckdb::idx_t row);

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  JsonOptions options_;

  Fit WriteNode(Node& node, JsonScanner& scanner, JsonToken token, duckdb::Vector& vector, duckdb::idx_t row);
  template <typename VectorOf>
  Fit WriteObject(Node& node, JsonScanner& scanner, VectorOf vector_of, duckdb::idx_t row);
  Fit WriteList(Node& node, JsonScanner& scanner, duckdb::Vector& vector, duckdb::idx_t row);
  Fit WriteMap(Node& node, JsonScanner& scanner, duckdb::Vector& vector, duckdb::idx_t row);
  bool WriteScalar(const Node& node, JsonScanner& scanner, JsonToken token, duckdb::Vector& vector, duckdb::idx_t row);
  bool WriteText(const Node& node, std::string_view text, duckdb::Vector& vector, duckdb::idx_t row);
};

}  // namespace headrace::engine
