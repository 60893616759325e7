#include "engine/precompiled.h"

#include "engine/identity.h"

#include "base/error.h"
#include "engine/delta_write.h"

namespace headrace::engine {

namespace {

constexpr char kStart[] = "delta.identity.start";
constexpr char kStep[] = "delta.identity.step";
constexpr char kExplicit[] = "delta.identity.allowExplicitInsert";
constexpr char kHighWaterMark[] = "delta.identity.highWaterMark";

}  // namespace

void DeclareIdentity(const plan::ColumnDefinition& column, plan::StructField& field) {
  if (field.type.id() != plan::TypeId::kLong) {
    json::value name = field.type.ToJson();
    std::string type = name.is_string() ? std::string(name.as_string()) : field.type.SimpleString();
    throw Error(ErrorKind::kUnsupported, "DELTA_IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE",
                "DataType " + type + " is not supported for IDENTITY columns.", {{"dataType", type}})
        .WithSqlState("428H2");
  }
  if (column.identity_step == 0) {
    throw Error(ErrorKind::kParse, "IDENTITY_COLUMNS_ILLEGAL_STEP", "IDENTITY column step cannot be 0.").WithSqlState("42611");
  }
  field.metadata[kStart] = column.identity_start;
  field.metadata[kStep] = column.identity_step;
  field.metadata[kExplicit] = column.identity_allow_explicit;
}

bool IsIdentity(const plan::StructField& field) { return field.metadata.contains(kStart); }

bool TakesExplicitIdentity(const plan::StructField& field) {
  const json::value* allowed = field.metadata.if_contains(kExplicit);
  return allowed != nullptr && allowed->is_bool() && allowed->as_bool();
}

void ThrowIdentityInsert(const std::string& column) {
  throw Error(ErrorKind::kAnalysis, "DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED",
              "Providing values for GENERATED ALWAYS AS IDENTITY column " + column + " is not supported.", {{"colName", column}})
      .WithSqlState("42808");
}

void ThrowIdentityUpdate(const std::string& column) {
  throw Error(ErrorKind::kAnalysis, "DELTA_IDENTITY_COLUMNS_UPDATE_NOT_SUPPORTED",
              "UPDATE on IDENTITY column " + column + " is not supported.", {{"colName", column}})
      .WithSqlState("42808");
}

std::string NumberedColumn(size_t index) { return "__numbered" + std::to_string(index); }

SinkIdentity NumbersOf(const plan::StructField& field) {
  SinkIdentity identity;
  identity.step = field.metadata.at(kStep).to_number<int64_t>();
  identity.first = field.metadata.at(kStart).to_number<int64_t>();
  return identity;
}

SinkIdentity NumbersFor(const plan::StructField& field, size_t index, std::optional<size_t> where) {
  SinkIdentity identity = NumbersOf(field);
  identity.column = index;
  identity.where = where;
  const json::value* mark = field.metadata.if_contains(kHighWaterMark);
  if (mark != nullptr && __builtin_add_overflow(mark->to_number<int64_t>(), identity.step, &identity.first)) {
    throw Error(ErrorKind::kArithmetic, "ARITHMETIC_OVERFLOW", "The identity column " + field.name + " has no number left.",
                {{"message", "identity column " + field.name}, {"alternative", ""}, {"config", "\"spark.sql.ansi.enabled\""}});
  }
  return identity;
}

void ForgetNumbers(plan::Schema& schema) {
  for (auto& field : schema) field.metadata.erase(kHighWaterMark);
}

delta::Metadata WithNumbersOf(const delta::Metadata& current, delta::Metadata restored) {
  plan::Schema schema = plan::DataType::FromJsonText(restored.schema_string).fields();
  bool moved = false;
  const plan::Schema now = plan::DataType::FromJsonText(current.schema_string).fields();
  for (const auto& newer : now) {
    const json::value* mark = newer.metadata.if_contains(kHighWaterMark);
    if (mark == nullptr) continue;
    for (auto& field : schema) {
      if (!IsIdentity(field) || !delta::EqualsIgnoreCase(field.name, newer.name)) continue;
      const json::value* old = field.metadata.if_contains(kHighWaterMark);
      const int64_t last = mark->to_number<int64_t>();
      if (old != nullptr && (NumbersOf(field).step > 0 ? old->to_number<int64_t>() >= last : old->to_number<int64_t>() <= last)) {
        continue;
      }
      field.metadata[kHighWaterMark] = last;
      moved = true;
    }
  }
  if (moved) restored.schema_string = ToDeltaSchema(schema).ToJson();
  return restored;
}

void NoteIdentities(delta::Transaction& txn, const SinkTarget& target, const SinkResult& written) {
  delta::Metadata metadata = txn.metadata();
  plan::Schema schema = plan::DataType::FromJsonText(metadata.schema_string).fields();
  bool moved = false;
  for (size_t i = 0; i < target.identities.size(); ++i) {
    const SinkIdentity& identity = target.identities[i];
    const int64_t count = written.numbered.at(i);
    if (count == 0) continue;
    moved = true;
    schema.at(identity.column).metadata[kHighWaterMark] = identity.first + identity.step * (count - 1);
  }
  if (!moved) return;
  metadata.schema_string = ToDeltaSchema(schema).ToJson();
  txn.SetMetadata(std::move(metadata));
}

}  // namespace headrace::engine
