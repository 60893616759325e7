#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <memory>

#include "engine/engine.h"
#include "plan/command.h"

namespace headrace::engine {

/// What a command runs under.
struct CommandContext {
  Engine& engine;
  std::shared_ptr<Session> session;
  const ExecuteOptions& options;
  /// The current namespace of the session.
  catalog::SchemaName current() const { return {session->current_catalog(), session->current_schema()}; }
};

using CommandAnswer = std::unique_ptr<ResultStream>;

/// Runs any command; null when it has no rows.
CommandAnswer RunCommand(CommandContext& context, const plan::Command& command);
/// The schema of a command's answer without running it.
plan::Schema CommandSchema(CommandContext& context, const plan::Command& command);

// One function a command; grouped by file.
// commands_session.cc
CommandAnswer Run(CommandContext& context, const plan::SetCommand& command);
CommandAnswer Run(CommandContext& context, const plan::Use& command);
CommandAnswer Run(CommandContext& context, const plan::Explain& command);
CommandAnswer Run(CommandContext& context, const plan::CacheCommand& command);
CommandAnswer Run(CommandContext& context, const plan::VariableCommand& command);
CommandAnswer Run(CommandContext& context, const plan::UnsupportedCommand& command);
// commands_catalog.cc
CommandAnswer Run(CommandContext& context, const plan::CreateView& command);
CommandAnswer Run(CommandContext& context, const plan::DropObject& command);
CommandAnswer Run(CommandContext& context, const plan::CreateNamespace& command);
CommandAnswer Run(CommandContext& context, const plan::CommentOn& command);
CommandAnswer Run(CommandContext& context, const plan::AnalyzeTable& command);
// commands_show.cc
CommandAnswer Run(CommandContext& context, const plan::Show& command);
CommandAnswer Run(CommandContext& context, const plan::Describe& command);
// commands_table.cc, commands_alter.cc
CommandAnswer Run(CommandContext& context, const plan::CreateTable& command);
CommandAnswer Run(CommandContext& context, const plan::AlterTable& command);
CommandAnswer Run(CommandContext& context, const plan::Truncate& command);
// commands_write.cc
CommandAnswer Run(CommandContext& context, const plan::Insert& command);
CommandAnswer Run(CommandContext& context, const plan::Write& command);
CommandAnswer Run(CommandContext& context, const plan::WriteV2& command);
// commands_dml.cc
CommandAnswer Run(CommandContext& context, const plan::Delete& command);
CommandAnswer Run(CommandContext& context, const plan::Update& command);
CommandAnswer Run(CommandContext& context, const plan::Merge& command);
// commands_delta.cc
CommandAnswer Run(CommandContext& context, const plan::DeltaCommand& command);

/// catalog_calls.cc: spark.catalog.*; the rows of one call.
analysis::TypedRelationPtr RunCatalogCall(CommandContext& context, const plan::CatalogCall& call);

}  // namespace headrace::engine
