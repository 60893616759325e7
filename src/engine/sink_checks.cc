#include "engine/precompiled.h"

#include "engine/functions/kernel_error.h"
#include "engine/sink_operator.h"

namespace headrace::engine {

bool HasNotNull(const plan::DataType& type) {
  if (type.id() != plan::TypeId::kStruct) return false;
  for (const auto& field : type.fields()) {
    if (!field.nullable || HasNotNull(field.type)) return true;
  }
  return false;
}

void SinkRun::CheckNotNull(const duckdb::Vector& vector, const plan::StructField& field, const std::string& path,
                           duckdb::idx_t count, const duckdb::ValidityMask* parent) const {
  const auto& validity = duckdb::FlatVector::Validity(vector);
  if (!field.nullable && !validity.AllValid()) {
    for (duckdb::idx_t i = 0; i < count; ++i) {
      if (validity.RowIsValid(i) || (parent != nullptr && !parent->RowIsValid(i))) continue;
      ThrowSpark(-1, "DELTA_NOT_NULL_CONSTRAINT_VIOLATED", {{"columnName", path}},
                 "NOT NULL constraint violated for column: " + path + ".", ErrorKind::kRuntime);
    }
  }
  if (field.type.id() != plan::TypeId::kStruct || !HasNotNull(field.type)) return;
  auto& children = duckdb::StructVector::GetEntries(const_cast<duckdb::Vector&>(vector));
  for (size_t i = 0; i < field.type.fields().size(); ++i) {
    children[i]->Flatten(count);
    CheckNotNull(*children[i], field.type.fields()[i], path + "." + field.type.fields()[i].name, count, &validity);
  }
}

void SinkRun::NumberRows(duckdb::DataChunk& chunk) {
  const duckdb::idx_t count = chunk.size();
  for (size_t k = 0; k < target_.identities.size(); ++k) {
    const SinkIdentity& identity = target_.identities[k];
    duckdb::UnifiedVectorFormat chosen;
    if (identity.where) chunk.data[*identity.where].ToUnifiedFormat(count, chosen);
    auto numbers = [&](duckdb::idx_t i) {
      if (!identity.where) return true;
      auto index = chosen.sel->get_index(i);
      return chosen.validity.RowIsValid(index) && duckdb::UnifiedVectorFormat::GetData<bool>(chosen)[index];
    };
    int64_t wanted = 0;
    for (duckdb::idx_t i = 0; i < count; ++i) wanted += numbers(i);
    if (wanted == 0) continue;
    int64_t given = numbered_[k].fetch_add(wanted);
    int64_t last = 0;
    if (__builtin_mul_overflow(given + wanted - 1, identity.step, &last) || __builtin_add_overflow(last, identity.first, &last)) {
      ThrowSpark(-1, "ARITHMETIC_OVERFLOW",
                 {{"message", "long overflow"}, {"alternative", ""}, {"config", "\"spark.sql.ansi.enabled\""}},
                 "long overflow: the identity column " + table_[identity.column].name + " has no number left.",
                 ErrorKind::kArithmetic);
    }
    // What the plan gives may be shared with another column.
    duckdb::Vector& old = chunk.data[identity.column];
    duckdb::Vector made(old.GetType(), count);
    duckdb::VectorOperations::Copy(old, made, count, 0, 0);
    auto* values = duckdb::FlatVector::GetData<int64_t>(made);
    for (duckdb::idx_t i = 0; i < count; ++i) {
      if (!numbers(i)) continue;
      values[i] = identity.first + identity.step * given++;
      duckdb::FlatVector::SetNull(made, i, false);
    }
    old.Reference(made);
  }
}

void SinkRun::CheckRows(duckdb::DataChunk& chunk) const {
  const duckdb::idx_t count = chunk.size();
  if (has_not_null_) {
    for (size_t i = 0; i < table_.size(); ++i) {
      if (table_[i].nullable && !HasNotNull(table_[i].type)) continue;
      chunk.data[i].Flatten(count);
      CheckNotNull(chunk.data[i], table_[i], table_[i].name, count, nullptr);
    }
  }
  for (const SinkCheck& check : target_.checks) {
    duckdb::UnifiedVectorFormat format;
    chunk.data[check.column].ToUnifiedFormat(count, format);
    const auto* passed = duckdb::UnifiedVectorFormat::GetData<bool>(format);
    for (duckdb::idx_t i = 0; i < count; ++i) {
      auto index = format.sel->get_index(i);
      if (format.validity.RowIsValid(index) ? passed[index] : !check.replace_where) continue;
      std::string values;
      for (const auto& [name, column] : check.values) {
        auto value = chunk.data[column].GetValue(i);
        values += (values.empty() ? " - " : "\n - ") + name + " : " + (value.IsNull() ? "null" : value.ToString());
      }
      std::string text = "CHECK constraint " + check.name + " " + check.expression + " violated by row with values:\n" + values;
      if (check.replace_where) {
        text = "[DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] " + text;
        ThrowSpark(-1, "DELTA_REPLACE_WHERE_MISMATCH", {{"replaceWhere", *check.replace_where}, {"message", text}},
                   "Written data does not conform to partial table overwrite condition or constraint '" + *check.replace_where +
                       "'.\n" + text,
                   ErrorKind::kAnalysis);
      }
      ThrowSpark(-1, "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES",
                 {{"constraintName", check.name}, {"expression", check.expression}, {"values", values}}, text,
                 ErrorKind::kRuntime);
    }
  }
}

}  // namespace headrace::engine
