#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <string>

#include "delta/transaction.h"
#include "engine/sink.h"
#include "plan/command.h"

namespace headrace::engine {

/// Marks a column of CREATE TABLE as GENERATED … AS IDENTITY; throws for types and steps that cannot be.
void DeclareIdentity(const plan::ColumnDefinition& column, plan::StructField& field);
/// Whether a column of a table's schema is an identity column, and whether an INSERT may give its values.
bool IsIdentity(const plan::StructField& field);
bool TakesExplicitIdentity(const plan::StructField& field);

/// The errors of statements that give such a column's values themselves.
[[noreturn]] void ThrowIdentityInsert(const std::string& column);
[[noreturn]] void ThrowIdentityUpdate(const std::string& column);

/// As it was declared: the column's first number and its step.
SinkIdentity NumbersOf(const plan::StructField& field);
/// The name of a plan's BOOLEAN column that says which rows get a number of the identity column at `index`.
std::string NumberedColumn(size_t index);
/// What the sink is told of the identity column at `index`: it numbers the rows where the plan's column `where` is true
/// (unset: all).
SinkIdentity NumbersFor(const plan::StructField& field, size_t index, std::optional<size_t> where);
/// A table made LIKE another starts its numbers anew.
void ForgetNumbers(plan::Schema& schema);
/// What RESTORE goes back to never gives numbers again that `current` has given.
delta::Metadata WithNumbersOf(const delta::Metadata& current, delta::Metadata restored);
/// Notes in the table's metadata how far the numbers of a write went.
void NoteIdentities(delta::Transaction& txn, const SinkTarget& target, const SinkResult& written);

}  // namespace headrace::engine
