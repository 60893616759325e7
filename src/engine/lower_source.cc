#include "engine/precompiled.h"

#include <utility>

#include <duckdb/parser/query_node/list.hpp>
#include <duckdb/parser/tableref/list.hpp>

#include "engine/duck_types.h"
#include "engine/lowering.h"

// Where rows come from: scans, local rows, ranges, inline tables.

namespace headrace::engine {

using analysis::TypedRelation;
using duckdb::make_uniq;

Lowering::Block Lowering::LowerNode(const analysis::TypedScan& node, const TypedRelation& relation) {
  bool with_metadata = false;
  for (const auto& attribute : relation.output) {
    with_metadata = with_metadata || (attribute.hidden && attribute.name == "_metadata");
  }
  Block block;
  std::string alias = NewAlias();
  block.from = context_.scan(node, with_metadata, query_.resources);
  block.from->alias = alias;
  size_t column = 0;
  for (const auto& attribute : relation.output) {
    std::string name = attribute.hidden ? attribute.name : node.schema.at(column++).name;
    block.columns[attribute.id] = Column{ColumnOf(alias, name), 1, true};
  }
  return block;
}

Lowering::Block Lowering::LowerNode(const analysis::TypedLocal& node, const TypedRelation& relation) {
  plan::Schema schema = SchemaOf(relation);
  // DuckDB's Arrow scan has no tables without columns; a command's empty answer is one.
  if (schema.empty()) return LowerNode(analysis::TypedRows{}, relation);
  auto table = context_.local(node, schema, query_.resources);
  for (const auto& attribute : relation.output) table->column_name_alias.push_back(ColumnName(attribute.id));
  return FromTable(std::move(table), relation.output);
}

Lowering::Block Lowering::LowerNode(const analysis::TypedRows& node, const TypedRelation& relation) {
  if (!node.cached_id.empty()) {
    auto table = context_.cached(node.cached_id, query_.resources);
    auto& names = table->Cast<duckdb::ColumnDataRef>().expected_names;
    names.clear();
    for (const auto& attribute : relation.output) names.push_back(ColumnName(attribute.id));
    return FromTable(std::move(table), relation.output);
  }
  auto collection = make_uniq<duckdb::ExpressionListRef>();
  auto add_row = [&](const std::vector<plan::Value>* row) {
    ParsedList values;
    for (size_t i = 0; i < relation.output.size(); ++i) {
      values.push_back(Constant(DuckValue(row ? row->at(i) : plan::Value(), relation.output[i].type)));
    }
    if (values.empty()) values.push_back(Constant(duckdb::Value::BOOLEAN(true)));
    collection->values.push_back(std::move(values));
  };
  for (const auto& row : node.rows) add_row(&row);
  if (node.rows.empty()) add_row(nullptr);
  for (const auto& attribute : relation.output) {
    collection->expected_names.push_back(ColumnName(attribute.id));
    collection->expected_types.push_back(DuckType(attribute.type));
  }
  if (relation.output.empty()) collection->expected_names.push_back("none");
  Block block = FromTable(std::move(collection), relation.output);
  if (node.rows.empty()) block.where.emplace_back(Constant(duckdb::Value::BOOLEAN(false)));
  return block;
}

Lowering::Block Lowering::LowerNode(const analysis::TypedRange& node, const TypedRelation& relation) {
  auto table = make_uniq<duckdb::TableFunctionRef>();
  table->function = make_uniq<duckdb::FunctionExpression>(
      "range", ListOf(Constant(duckdb::Value::BIGINT(node.start)), Constant(duckdb::Value::BIGINT(node.end)),
                      Constant(duckdb::Value::BIGINT(node.step))));
  table->column_name_alias.push_back(ColumnName(relation.output.at(0).id));
  Block block = FromTable(std::move(table), relation.output);
  if (small_ && node.partitions) {
    ParsedPtr id = block.columns.at(relation.output.at(0).id).expression->Copy();
    block.columns[kPartition] =
        Column{CallOf("spark_range_partition", ListOf(std::move(id), Constant(duckdb::Value::BIGINT(node.start)),
                                                      Constant(duckdb::Value::BIGINT(node.step)),
                                                      Constant(duckdb::Value::BIGINT(KnownRows(relation).value_or(0))),
                                                      Constant(duckdb::Value::BIGINT(*node.partitions)))),
               1, true};
  }
  return block;
}

Lowering::Block Lowering::LowerNode(const analysis::TypedInlineTable& node, const TypedRelation& relation) {
  auto table = make_uniq<duckdb::ExpressionListRef>();
  Columns none;
  for (const auto& row : node.rows) {
    ParsedList values;
    for (const auto& value : row) values.push_back(Expression(value, none));
    table->values.push_back(std::move(values));
  }
  for (const auto& attribute : relation.output) {
    table->expected_names.push_back(ColumnName(attribute.id));
    table->expected_types.push_back(DuckType(attribute.type));
  }
  return FromTable(std::move(table), relation.output);
}

}  // namespace headrace::engine
