#include "engine/precompiled.h"

#include <duckdb/parser/expression/subquery_expression.hpp>
#include <duckdb/parser/parsed_data/sample_options.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/tableref/basetableref.hpp>

#include <algorithm>
#include <functional>

#include "analysis/partitioning.h"
#include "analysis/typed_inputs.h"
#include "engine/lowering.h"

// Which partition a row is in: what spark_partition_id() gives over plans of few rows, and in which file a write puts it.
// Ranges are cut as Spark cuts them: a sample of the rows' keys is put in order, and each bound is the first key by which a
// partition's share of the sample is full. A plan of few rows is its own sample.

namespace headrace::engine {

using analysis::As;
using analysis::Attribute;
using analysis::TypedRelation;
using duckdb::make_uniq;

namespace {

/// Keys in a sample: so many for each partition, within these bounds.
constexpr int64_t kSampledPerPartition = 300;
constexpr int64_t kFewestSampled = 20000;
constexpr int64_t kMostSampled = 1000000;

/// Rows of a partition where the number of partitions is left open.
constexpr int64_t kPartitionRows = int64_t{1} << 23;

/// Whether reading the relation twice costs less than keeping its rows: for a sample, only the keys are read.
bool IsReadAgain(const TypedRelation& relation) {
  if (const auto* project = std::get_if<analysis::TypedProject>(&relation.node)) {
    return IsReadAgain(*project->input) && std::none_of(project->expressions.begin(), project->expressions.end(), HasSubquery);
  }
  if (const auto* filter = std::get_if<analysis::TypedFilter>(&relation.node)) {
    return IsReadAgain(*filter->input) && !HasSubquery(filter->condition);
  }
  return analysis::InputsOf(relation).empty() && !std::get_if<analysis::TypedTableFunction>(&relation.node) &&
         !std::get_if<analysis::TypedWith>(&relation.node) && !std::get_if<analysis::TypedCteReference>(&relation.node);
}

/// The only expression of a repartition, when it is a call with that lowering.
const analysis::TypedCall* OnlyCall(const analysis::TypedRepartition& node, const char* lowering) {
  const auto* call = node.expressions.size() == 1 ? As<analysis::TypedCall>(node.expressions[0]) : nullptr;
  return call != nullptr && call->lowering == lowering ? call : nullptr;
}

ParsedPtr Number64(int64_t value) { return Constant(duckdb::Value::BIGINT(value)); }

ParsedPtr ScalarSubquery(duckdb::unique_ptr<duckdb::SelectNode> select) {
  auto made = make_uniq<duckdb::SubqueryExpression>();
  made->subquery_type = duckdb::SubqueryType::SCALAR;
  made->subquery = make_uniq<duckdb::SelectStatement>();
  made->subquery->node = std::move(select);
  return made;
}

/// The list of the bounds of ranges: of the keys that `rows` (a table of one column `key`) has.
ParsedPtr RangeBounds(duckdb::unique_ptr<duckdb::TableRef> rows, const std::string& key, int64_t most, ParsedPtr count) {
  auto select = make_uniq<duckdb::SelectNode>();
  select->select_list.push_back(
      CallOf("spark_range_bounds",
             ListOf(CallOf("list", ListOf(ParsedPtr(make_uniq<duckdb::ColumnRefExpression>(key)))), std::move(count))));
  select->from_table = std::move(rows);
  select->sample = make_uniq<duckdb::SampleOptions>();
  select->sample->method = duckdb::SampleMethod::RESERVOIR_SAMPLE;
  select->sample->is_percentage = false;
  select->sample->sample_size = duckdb::Value::BIGINT(std::clamp(most * kSampledPerPartition, kFewestSampled, kMostSampled));
  return ScalarSubquery(std::move(select));
}

}  // namespace

std::optional<int64_t> Lowering::PartitionsOf(const TypedRelation& relation) const {
  if (const auto* range = std::get_if<analysis::TypedRange>(&relation.node)) return range->partitions;
  if (const auto* repartition = std::get_if<analysis::TypedRepartition>(&relation.node)) {
    if (repartition->shuffle || !repartition->partitions) return repartition->partitions;
    auto before = PartitionsOf(*repartition->input);
    return before ? std::optional<int64_t>(std::min<int64_t>(*before, *repartition->partitions)) : std::nullopt;
  }
  bool passes = std::get_if<analysis::TypedProject>(&relation.node) || std::get_if<analysis::TypedFilter>(&relation.node);
  return passes ? PartitionsOf(*analysis::InputsOf(relation).at(0)) : std::nullopt;
}

Lowering::Block Lowering::LowerNode(const analysis::TypedRepartition& node, const TypedRelation& relation) {
  Block block = LowerRelation(node.input);
  // A write asks for the partition's number; a query's rows are the same.
  const auto& below = node.input->output;
  const bool numbered = !relation.output.empty() && std::none_of(below.begin(), below.end(), [&](const Attribute& attribute) {
    return attribute.id == relation.output.back().id;
  });
  if (small_ || numbered) block = Shuffle(node, std::move(block));
  if (!numbered) return block;
  auto partition = block.columns.find(kPartition);
  const bool known = partition != block.columns.end() && (node.partitions || !small_);
  block.columns[relation.output.back().id] =
      Column{known ? partition->second.expression->Copy() : Constant(duckdb::Value::INTEGER(0)), 1, true};
  if (!small_) block.columns.erase(kPartition);
  return block;
}

Lowering::Block Lowering::Shuffle(const analysis::TypedRepartition& node, Block block) {
  const bool ranges = OnlyCall(node, analysis::kRangeKey) != nullptr;
  if (node.partitions ? *node.partitions < 1 : small_ || !ranges) return block;
  const int64_t most = node.partitions.value_or(static_cast<int32_t>(std::min<int64_t>(context_.shuffle_partitions, INT32_MAX)));
  if (!node.shuffle) return JoinPartitions(node, std::move(block), most);
  std::vector<Attribute> output = node.input->output;
  Attribute position;
  if (small_) {
    position.id = Number(block, output);
    position.name = "position";
    output.push_back(position);
  } else {
    block = AsTable(std::move(block), output);
  }
  block = ranges ? RangePartitions(node, std::move(block), output, most)
                 : HashPartitions(node, std::move(block), output, position.id, most);
  if (!small_) return block;
  block.order.push_back(Ascending(block.columns.at(kPartition).expression->Copy()));
  block.order.push_back(Ascending(block.columns.at(position.id).expression->Copy()));
  return block;
}

Lowering::Block Lowering::JoinPartitions(const analysis::TypedRepartition& node, Block block, int64_t most) const {
  auto before = PartitionsOf(*node.input);
  auto partition = block.columns.find(kPartition);
  if (partition == block.columns.end() || !before || *before <= most) return block;
  ParsedPtr old = std::move(partition->second.expression);
  block.columns[kPartition] =
      Column{CallOf("spark_range_partition", ListOf(std::move(old), Number64(0), Number64(1), Number64(*before), Number64(most))),
             1, true};
  return block;
}

Lowering::Block Lowering::HashPartitions(const analysis::TypedRepartition& node, Block block,
                                         const std::vector<Attribute>& output, analysis::AttributeId position, int64_t most) {
  ParsedPtr place;
  if (node.expressions.empty()) {
    place = block.columns.at(position).expression->Copy();
  } else if (const auto* given = OnlyCall(node, analysis::kPartitionNumber)) {
    place = make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::OPERATOR_COALESCE,
                                                  Expression(given->arguments.at(0), block.columns),
                                                  Constant(duckdb::Value::INTEGER(0)));
  } else {
    ParsedList keys;
    for (const auto& expression : node.expressions) keys.push_back(Expression(expression, block.columns));
    place = CallOf("spark_murmur3", std::move(keys));
  }
  block.columns[kPartition] = Column{CallOf("spark_partition_of", ListOf(std::move(place), Number64(most))), 1, true};
  return Seal(std::move(block), output);
}

Lowering::Block Lowering::RangePartitions(const analysis::TypedRepartition& node, Block block,
                                          const std::vector<Attribute>& output, int64_t most) {
  Attribute key;
  key.id = -1000000 - next_lambda_++;
  key.name = "key";
  auto with_key = [&](Block rows) {
    rows.columns[key.id] = Column{Expression(node.expressions[0], rows.columns), 1, true};
    return rows;
  };
  block = with_key(std::move(block));
  // The rows a second time, for a sample of their keys: read again, or kept.
  std::string kept;
  auto kept_rows = make_uniq<duckdb::CommonTableExpressionInfo>();
  std::function<Block()> again = [&] { return with_key(AsTable(LowerRelation(node.input), node.input->output)); };
  if (small_ || !IsReadAgain(*node.input)) {
    std::vector<Attribute> keyed = output;
    keyed.push_back(key);
    kept = "cte" + std::to_string(next_alias_++);
    for (const auto& attribute : keyed) kept_rows->aliases.push_back(ColumnName(attribute.id));
    kept_rows->materialized = duckdb::CTEMaterialize::CTE_MATERIALIZE_ALWAYS;
    kept_rows->query = make_uniq<duckdb::SelectStatement>();
    kept_rows->query->node = Finish(std::move(block), keyed);
    again = [&, keyed] {
      auto table = make_uniq<duckdb::BaseTableRef>();
      table->table_name = kept;
      for (const auto& attribute : keyed) table->column_name_alias.push_back(ColumnName(attribute.id));
      return FromTable(std::move(table), keyed);
    };
    block = again();
  }
  ParsedPtr count = Number64(most);
  if (!node.partitions) {
    auto rows = make_uniq<duckdb::SelectNode>();
    rows->select_list.push_back(CallOf("count_star", {}));
    rows->from_table = std::move(FromQuery(Finish(again(), {}), {}).from);
    count = CallOf("spark_partitions_for", ListOf(ScalarSubquery(std::move(rows)), Number64(kPartitionRows), std::move(count)));
  }
  auto sampled = std::move(FromQuery(Finish(again(), {key}), {key}).from);
  ParsedPtr bounds = RangeBounds(std::move(sampled), ColumnName(key.id), most, std::move(count));
  ParsedPtr own = block.columns.at(key.id).expression->Copy();
  block.columns[kPartition] = Column{CallOf("spark_range_of", ListOf(std::move(own), std::move(bounds))), 1, true};
  Attribute place;
  place.id = kPartition;
  place.name = "partition";
  std::vector<Attribute> placed = output;
  placed.push_back(place);
  auto select = Finish(std::move(block), placed);
  if (!kept.empty()) select->cte_map.map.insert(kept, std::move(kept_rows));
  return FromQuery(std::move(select), placed);
}

}  // namespace headrace::engine
