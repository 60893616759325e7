#pragma once

// Internal to the engine: needs duckdb.hpp.

#include "engine/commands.h"
#include "plan/relation.h"

namespace headrace::engine {

/// The plan of a temporary view as it means now: tables under their full names and, in a view that is made from a frame,
/// the plans of temporary views in place of their names. The query of a SQL view sees what other temporary views become,
/// and cannot name the view itself.
plan::RelationPtr BindView(CommandContext& context, const plan::CreateView& command);

/// Throws RECURSIVE_VIEW: a view's query names the view.
[[noreturn]] void ThrowRecursiveView(const plan::NameParts& view);

}  // namespace headrace::engine
