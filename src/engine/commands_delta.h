#pragma once

// Internal to the engine: needs duckdb.hpp.

#include "engine/delta_target.h"
#include "engine/relation_lookup.h"

namespace headrace::engine {

/// The answer's columns of a Delta command.
plan::Schema AnswerSchema(const plan::DeltaCommand& command);
/// Those of DELETE and UPDATE, and of MERGE.
plan::Schema ChangedRowsSchema();
plan::Schema MergeAnswerSchema();

// One function a kind. commands_delta.cc: what only reads the log.
CommandAnswer DescribeHistory(CommandContext& context, const plan::DeltaCommand& command);
CommandAnswer DescribeDetail(CommandContext& context, const plan::DeltaCommand& command);
CommandAnswer IsDeltaTable(CommandContext& context, const plan::DeltaCommand& command);
// commands_maintenance.cc: the log and its files, no rows.
CommandAnswer Vacuum(CommandContext& context, const plan::DeltaCommand& command);
CommandAnswer Restore(CommandContext& context, const plan::DeltaCommand& command);
CommandAnswer Generate(CommandContext& context, const plan::DeltaCommand& command);
CommandAnswer UpgradeProtocol(CommandContext& context, const plan::DeltaCommand& command);
CommandAnswer AddFeature(CommandContext& context, const plan::DeltaCommand& command);
CommandAnswer DropFeature(CommandContext& context, const plan::DeltaCommand& command);
// commands_clone.cc
CommandAnswer Clone(CommandContext& context, const plan::DeltaCommand& command);
CommandAnswer Convert(CommandContext& context, const plan::DeltaCommand& command);
// commands_optimize.cc
CommandAnswer Optimize(CommandContext& context, const plan::DeltaCommand& command);

/// A command's argument, "" when it is not there.
std::string Argument(const plan::DeltaCommand& command, const std::string& name);

/// Values for the rows of answers.
plan::Value LongValue(int64_t value);
plan::Value TextList(const std::vector<std::string>& items);
plan::Value TextMap(const std::map<std::string, std::string>& entries);

}  // namespace headrace::engine
