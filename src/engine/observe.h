#pragma once

#include <memory>
#include <vector>

#include "analysis/typed_plan.h"
#include "engine/query_service.h"

namespace headrace::engine {

class Engine;

/// The stream, which at its end computes what df.observe() asks for inside the plan: one aggregation over the input of each
/// observation. The same stream when the plan observes nothing.
std::unique_ptr<ResultStream> WithObservations(Engine& engine, const std::shared_ptr<Session>& session,
                                               const analysis::TypedRelationPtr& plan, const ExecuteOptions& options,
                                               std::unique_ptr<ResultStream> stream);

/// What df.observe() asks for of the rows that a command writes, computed before the command changes what they are read from;
/// empty when nothing is observed.
std::vector<ObservedMetrics> ObserveSource(Engine& engine, const std::shared_ptr<Session>& session, const plan::Command& command,
                                           const ExecuteOptions& options);
/// The stream, which gives these metrics.
std::unique_ptr<ResultStream> WithMetrics(std::vector<ObservedMetrics> metrics, std::unique_ptr<ResultStream> stream);

}  // namespace headrace::engine
