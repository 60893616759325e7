#include "engine/precompiled.h"

#include "engine/sink_operator.h"

#include <duckdb/execution/operator/projection/physical_projection.hpp>
#include <duckdb/execution/physical_operator.hpp>
#include <duckdb/execution/physical_plan_generator.hpp>

namespace headrace::engine {

namespace {

using duckdb::ClientContext;
using duckdb::DataChunk;
using duckdb::ExecutionContext;

struct RunGlobal : public duckdb::GlobalSinkState {};

struct RunLocal : public duckdb::LocalSinkState {
  std::shared_ptr<SinkRun::Local> rows;
};

class PhysicalSink : public duckdb::PhysicalOperator {
 public:
  PhysicalSink(duckdb::PhysicalPlan& plan, std::shared_ptr<SinkRun> run)
      : PhysicalOperator(plan, duckdb::PhysicalOperatorType::EXTENSION, {duckdb::LogicalType::BIGINT}, 1), run_(std::move(run)) {}

  std::string GetName() const override { return "DELTA_SINK"; }
  bool IsSink() const override { return true; }
  bool ParallelSink() const override { return !run_->target().ordered; }
  bool SinkOrderDependent() const override { return run_->target().ordered; }
  duckdb::unique_ptr<duckdb::GlobalSinkState> GetGlobalSinkState(ClientContext&) const override {
    return duckdb::make_uniq<RunGlobal>();
  }
  duckdb::unique_ptr<duckdb::LocalSinkState> GetLocalSinkState(ExecutionContext&) const override {
    auto state = duckdb::make_uniq<RunLocal>();
    state->rows = run_->MakeLocal();
    return state;
  }
  duckdb::SinkResultType Sink(ExecutionContext& context, DataChunk& chunk, duckdb::OperatorSinkInput& input) const override {
    run_->Append(context.client, *input.local_state.Cast<RunLocal>().rows, chunk);
    return duckdb::SinkResultType::NEED_MORE_INPUT;
  }
  duckdb::SinkCombineResultType Combine(ExecutionContext& context, duckdb::OperatorSinkCombineInput& input) const override {
    run_->Combine(context.client, *input.local_state.Cast<RunLocal>().rows);
    return duckdb::SinkCombineResultType::FINISHED;
  }
  duckdb::SinkFinalizeType Finalize(duckdb::Pipeline&, duckdb::Event&, ClientContext& context,
                                    duckdb::OperatorSinkFinalizeInput&) const override {
    run_->Finish(context);
    return duckdb::SinkFinalizeType::READY;
  }

  bool IsSource() const override { return true; }

 protected:
  duckdb::SourceResultType GetDataInternal(ExecutionContext&, DataChunk& chunk, duckdb::OperatorSourceInput&) const override {
    chunk.SetCardinality(1);
    chunk.SetValue(0, 0, duckdb::Value::BIGINT(0));
    return duckdb::SourceResultType::FINISHED;
  }

 private:
  std::shared_ptr<SinkRun> run_;
};

}  // namespace

SinkOperator::SinkOperator(std::shared_ptr<SinkRun> run, duckdb::idx_t table_index,
                           duckdb::unique_ptr<duckdb::LogicalOperator> child)
    : run_(std::move(run)), table_index_(table_index) {
  // Every column of the child is used, in this order, whatever the optimizer does below.
  child->ResolveOperatorTypes();
  auto bindings = child->GetColumnBindings();
  for (size_t i = 0; i < bindings.size(); ++i) {
    expressions.push_back(duckdb::make_uniq<duckdb::BoundColumnRefExpression>(child->types[i], bindings[i]));
  }
  children.push_back(std::move(child));
}

duckdb::PhysicalOperator& SinkOperator::CreatePlan(ClientContext&, duckdb::PhysicalPlanGenerator& planner) {
  auto& child = planner.CreatePlan(*children[0]);
  bool same = child.types.size() == expressions.size();
  duckdb::vector<duckdb::LogicalType> types_below;
  for (size_t i = 0; i < expressions.size(); ++i) {
    types_below.push_back(expressions[i]->return_type);
    same = same && expressions[i]->GetExpressionClass() == duckdb::ExpressionClass::BOUND_REF &&
           expressions[i]->Cast<duckdb::BoundReferenceExpression>().index == i;
  }
  auto& sink = planner.Make<PhysicalSink>(run_);
  if (same) {
    sink.children.push_back(child);
  } else {
    auto& projection =
        planner.Make<duckdb::PhysicalProjection>(std::move(types_below), std::move(expressions), child.estimated_cardinality);
    projection.children.push_back(child);
    sink.children.push_back(projection);
  }
  return sink;
}

duckdb::vector<duckdb::ColumnBinding> SinkOperator::GetColumnBindings() { return {duckdb::ColumnBinding(table_index_, 0)}; }

duckdb::vector<duckdb::idx_t> SinkOperator::GetTableIndex() const { return {table_index_}; }

void SinkOperator::ResolveTypes() { types = {duckdb::LogicalType::BIGINT}; }

}  // namespace headrace::engine
