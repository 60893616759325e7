#include "engine/precompiled.h"

#include "engine/observe.h"

#include <algorithm>

#include "analysis/typed_inputs.h"
#include "engine/engine.h"

namespace headrace::engine {

using analysis::As;
using analysis::Attribute;
using analysis::TypedPtr;
using analysis::TypedRelation;
using analysis::TypedRelationPtr;

namespace {

/// The observations inside a plan. What one observes is a frame of its own, which names no definition of a WITH around it.
void FindObservations(const TypedRelationPtr& relation, std::vector<TypedRelationPtr>& found) {
  if (std::get_if<analysis::TypedObserve>(&relation->node)) found.push_back(relation);
  for (const auto& input : analysis::InputsOf(*relation)) FindObservations(input, found);
}

std::vector<plan::RelationPtr> InputsOf(const plan::Relation& relation) {
  return std::visit(
      [](const auto& node) -> std::vector<plan::RelationPtr> {
        if constexpr (requires { node.left; }) {
          return {node.left, node.right};
        } else if constexpr (requires { node.input; }) {
          return {node.input};
        } else if constexpr (requires { node.references; }) {
          std::vector<plan::RelationPtr> all = node.references;
          all.push_back(node.root);
          return all;
        } else if constexpr (requires { node.definitions; }) {
          std::vector<plan::RelationPtr> all = {node.body};
          for (const auto& definition : node.definitions) all.push_back(definition.plan);
          return all;
        } else {
          return {};
        }
      },
      relation.node);
}

bool IsObserved(const plan::RelationPtr& relation) {
  if (!relation) return false;
  if (plan::As<plan::CollectMetrics>(relation) != nullptr) return true;
  auto inputs = InputsOf(*relation);
  return std::any_of(inputs.begin(), inputs.end(), IsObserved);
}

/// What a command writes; null when it writes no relation's rows.
plan::RelationPtr SourceOf(const plan::Command& command) {
  return std::visit(
      [](const auto& node) -> plan::RelationPtr {
        if constexpr (requires { plan::RelationPtr(node.source); }) return node.source;
        if constexpr (requires { plan::RelationPtr(node.as_select); }) return node.as_select;
        return nullptr;
      },
      command.node);
}

/// The expression with its aggregates moved into the aggregation.
TypedPtr WithoutAggregates(const TypedPtr& expression, analysis::TypedAggregate& aggregate, std::vector<Attribute>& results) {
  if (As<analysis::TypedAggregateCall>(expression)) {
    Attribute attribute;
    attribute.id = -3000000 - static_cast<int64_t>(results.size());
    attribute.name = "metric";
    attribute.type = expression->type;
    attribute.nullable = expression->nullable;
    aggregate.aggregates.push_back(expression);
    results.push_back(attribute);
    return analysis::MakeTyped(analysis::TypedColumn{attribute.id}, attribute.type, attribute.nullable);
  }
  analysis::TypedExpression copy = *expression;
  if (auto* call = std::get_if<analysis::TypedCall>(&copy.node)) {
    for (auto& argument : call->arguments) argument = WithoutAggregates(argument, aggregate, results);
  } else if (auto* cast = std::get_if<analysis::TypedCast>(&copy.node)) {
    cast->child = WithoutAggregates(cast->child, aggregate, results);
  } else if (auto* made = std::get_if<analysis::TypedStruct>(&copy.node)) {
    for (auto& field : made->fields) field = WithoutAggregates(field, aggregate, results);
  } else {
    return expression;
  }
  return std::make_shared<const analysis::TypedExpression>(std::move(copy));
}

ObservedMetrics Compute(Engine& engine, const std::shared_ptr<Session>& session, const TypedRelation& relation,
                        const ExecuteOptions& options) {
  const auto& observe = std::get<analysis::TypedObserve>(relation.node);
  analysis::TypedAggregate aggregate;
  aggregate.input = observe.input;
  std::vector<Attribute> results, output;
  analysis::TypedProject project;
  for (size_t i = 0; i < observe.metrics.size(); ++i) {
    project.expressions.push_back(WithoutAggregates(observe.metrics[i], aggregate, results));
    Attribute attribute;
    attribute.id = -4000000 - static_cast<int64_t>(i);
    attribute.name = observe.metrics_schema.at(i).name;
    attribute.type = observe.metrics[i]->type;
    output.push_back(std::move(attribute));
  }
  project.input = analysis::MakeTypedRelation(std::move(aggregate), std::move(results));
  auto rows = engine.Collect(session, analysis::MakeTypedRelation(std::move(project), output), options);
  ObservedMetrics metrics;
  metrics.name = observe.name;
  metrics.plan_id = relation.plan_id;
  for (size_t i = 0; i < output.size(); ++i) {
    metrics.keys.push_back(output[i].name);
    metrics.values.push_back(plan::Literal{rows.at(0).at(i), output[i].type});
  }
  return metrics;
}

class ObservedStream : public ResultStream {
 public:
  ObservedStream(Engine& engine, std::shared_ptr<Session> session, ExecuteOptions options,
                 std::vector<TypedRelationPtr> observations, std::unique_ptr<ResultStream> stream)
      : engine_(engine),
        session_(std::move(session)),
        options_(std::move(options)),
        observations_(std::move(observations)),
        stream_(std::move(stream)) {}
  const plan::Schema& schema() const override { return stream_->schema(); }
  std::shared_ptr<arrow::Schema> arrow_schema() const override { return stream_->arrow_schema(); }
  std::shared_ptr<arrow::RecordBatch> Next() override {
    auto batch = stream_->Next();
    if (!batch && metrics_.empty()) {
      for (const auto& observation : observations_) metrics_.push_back(Compute(engine_, session_, *observation, options_));
    }
    return batch;
  }
  std::vector<ObservedMetrics> observed_metrics() const override { return metrics_; }

 private:
  Engine& engine_;
  std::shared_ptr<Session> session_;
  ExecuteOptions options_;
  std::vector<TypedRelationPtr> observations_;
  std::unique_ptr<ResultStream> stream_;
  std::vector<ObservedMetrics> metrics_;
};

/// The stream with metrics that are there already.
class MeasuredStream : public ResultStream {
 public:
  MeasuredStream(std::vector<ObservedMetrics> metrics, std::unique_ptr<ResultStream> stream)
      : metrics_(std::move(metrics)), stream_(std::move(stream)) {}
  const plan::Schema& schema() const override { return stream_->schema(); }
  std::shared_ptr<arrow::Schema> arrow_schema() const override { return stream_->arrow_schema(); }
  std::shared_ptr<arrow::RecordBatch> Next() override { return stream_->Next(); }
  std::vector<ObservedMetrics> observed_metrics() const override { return metrics_; }

 private:
  const std::vector<ObservedMetrics> metrics_;
  const std::unique_ptr<ResultStream> stream_;
};

}  // namespace

std::unique_ptr<ResultStream> WithObservations(Engine& engine, const std::shared_ptr<Session>& session,
                                               const TypedRelationPtr& plan, const ExecuteOptions& options,
                                               std::unique_ptr<ResultStream> stream) {
  std::vector<TypedRelationPtr> observations;
  FindObservations(plan, observations);
  if (observations.empty()) return stream;
  return std::make_unique<ObservedStream>(engine, session, options, std::move(observations), std::move(stream));
}

std::vector<ObservedMetrics> ObserveSource(Engine& engine, const std::shared_ptr<Session>& session, const plan::Command& command,
                                           const ExecuteOptions& options) {
  plan::RelationPtr source = SourceOf(command);
  if (!IsObserved(source)) return {};
  SessionAnalysis analysis(engine, session, options);
  std::vector<TypedRelationPtr> observations;
  FindObservations(analysis.analyzer().Analyze(source), observations);
  std::vector<ObservedMetrics> metrics;
  for (const auto& observation : observations) metrics.push_back(Compute(engine, session, *observation, options));
  return metrics;
}

std::unique_ptr<ResultStream> WithMetrics(std::vector<ObservedMetrics> metrics, std::unique_ptr<ResultStream> stream) {
  return std::make_unique<MeasuredStream>(std::move(metrics), std::move(stream));
}

}  // namespace headrace::engine
