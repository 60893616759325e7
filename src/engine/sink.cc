#include "engine/precompiled.h"

#include "engine/sink.h"

#include <duckdb/parser/statement/logical_plan_statement.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/planner/binder.hpp>
#include <duckdb/planner/planner.hpp>

#include "base/error.h"
#include "engine/errors.h"
#include "engine/sink_operator.h"

namespace headrace::engine {

SinkResult RunSink(Engine& engine, const std::shared_ptr<Session>& session, const analysis::TypedRelationPtr& plan,
                   const SinkTarget& target, const ExecuteOptions& options) {
  LoweringContext context = engine.MakeLoweringContext(session);
  Lowering lowering(context);
  auto cached = engine.UseCached(session, plan, options);
  LoweredQuery query = lowering.Lower(cached);
  plan::Schema schema = SchemaOf(*plan);
  plan::Schema table = plan::DataType::FromJsonText(target.metadata.schema_string).fields();
  auto connection = engine.database().Connect();
  auto on_cancel = options.cancellation->OnCancel([&connection] { connection->Interrupt(); });
  std::shared_ptr<SinkRun> run;
  try {
    connection->BeginTransaction();
    auto& client = *connection->context;
    run = std::make_shared<SinkRun>(client, target, table, schema.size());
    duckdb::Planner planner(client);
    planner.CreatePlan(std::move(query.statement));
    CheckTypes(planner.types, schema);
    auto index = planner.binder->GenerateTableIndex();
    duckdb::unique_ptr<duckdb::LogicalOperator> root = duckdb::make_uniq<SinkOperator>(run, index, std::move(planner.plan));
    root->ResolveOperatorTypes();
    auto statement = duckdb::make_uniq<duckdb::LogicalPlanStatement>(std::move(root));
    auto pending =
        client.PendingQuery(std::move(statement), duckdb::QueryParameters(duckdb::QueryResultOutputType::FORCE_MATERIALIZED));
    if (pending->HasError()) throw ToError(pending->GetErrorObject(), query.sites);
    auto result = Drive(*pending);
    if (result->HasError()) throw ToError(result->GetErrorObject(), query.sites);
    result.reset();
    connection->Commit();
    options.cancellation->ThrowIfCancelled();
    return run->TakeResult();
  } catch (...) {
    if (run) run->RemoveFiles();
    options.cancellation->ThrowIfCancelled();
    RethrowAsError(query.sites);
  }
}

void RemoveWritten(const storage::Location& location, const std::vector<delta::AddFile>& adds) {
  for (const auto& add : adds) {
    location.store->Delete(storage::JoinPath(location.path, storage::DecodePath(add.path)));
  }
}

}  // namespace headrace::engine
