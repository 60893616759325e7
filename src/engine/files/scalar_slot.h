#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <string_view>

#include "engine/files/text_options.h"
#include "plan/types.h"

namespace headrace::engine {

/// Writes a value as a flat vector of its width stores it; validity is the caller's.
template <typename T>
void PutSlot(duckdb::Vector& vector, duckdb::idx_t row, T value) {
  duckdb::FlatVector::GetData<T>(vector)[row] = value;
}
inline void PutText(duckdb::Vector& vector, duckdb::idx_t row, std::string_view text) {
  duckdb::FlatVector::GetData<duckdb::string_t>(vector)[row] =
      duckdb::StringVector::AddStringOrBlob(vector, text.data(), text.size());
}

/// A number's text as a decimal of the type, rounded half up; false when it does not fit or is no number.
bool PutDecimal(duckdb::Vector& vector, duckdb::idx_t row, const plan::DataType& type, std::string_view text);

/// A JSON string as a date, time, interval or base64 binary; false when it is none. Other types do not come as strings.
bool PutTextAs(duckdb::Vector& vector, duckdb::idx_t row, const plan::DataType& type, std::string_view text,
               const TimeFormats& times);

/// A text of a CSV field or a partition folder as a value of a scalar type; false when it is none.
bool PutLexical(duckdb::Vector& vector, duckdb::idx_t row, const plan::DataType& type, std::string_view text,
                const TimeFormats& times);

}  // namespace headrace::engine
